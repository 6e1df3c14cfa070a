// What is read of the process in focus alone: NEED_PAGE.
#include "engine/ask/collector.h"

// Its state is the page, as it was answered last.
static void release(void *self)
{
    process_page_release(self);
}

static void update(void *self, const struct round *round)
{
    struct process_page *page = self;
    const struct want *want = round->want;
    int32_t pid = want->focused && want->focus.pid > 0 ? want->focus.pid : 0;
    struct answer answer = {0};

    if (!pid) {
        process_page_release(page);
        return;
    }
    bool answered =
        ask_one(round->pool, (struct probe){.what = PROBE_PAGE, .id = pid}, &answer) == ASKED_DONE;
    if (answered || page->pid != pid) {
        process_page_release(page);
        *page = answer.page;
        page->pid = pid;
        answer.page = (struct process_page){0};
    }
    if (!answered) // what it answered before stays
        page->outcome = PAGE_STUCK;
    else if (answer_is_gone(&answer))
        page->outcome = PAGE_GONE;
    answer_clear(&answer);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct process_page *page = self;

    process_page_copy(&snapshot->page, page);
    return page->pid != 0;
}

const struct collector process_page_collector = {
    .need = NEED_PAGE,
    .size = sizeof(struct process_page),
    .release = release,
    .update = update,
    .fill = fill,
};
