// What is read of the process in focus alone: NEED_PAGE.
#include "engine/ask/collector.h"

struct page {
    struct process_page page, fresh; // as answered last; the answer that comes in
};

static void release(void *self)
{
    struct page *p = self;

    process_page_release(&p->page);
    process_page_release(&p->fresh);
}

static void take(void *arg, size_t index, struct answer *answer)
{
    struct page *p = arg;

    (void)index;
    if (answer_is_gone(answer))
        answer->page.outcome = PAGE_GONE;
    p->fresh = answer->page;
    answer->page = (struct process_page){0};
}

static void update(void *self, const struct round *round)
{
    struct page *p = self;
    const struct want *want = round->want;
    int32_t pid = want->focused && want->focus.pid > 0 ? want->focus.pid : 0;
    struct asking asking = {.take = take, .arg = p};

    if (!pid) {
        process_page_release(&p->page);
        return;
    }
    ask_add(&asking, (struct probe){.what = PROBE_PAGE, .id = pid});
    ask_each(round->pool, &asking);
    bool answered = asking.asked[0] == ASKED_DONE;
    if (answered || p->page.pid != pid) {
        process_page_release(&p->page);
        p->page = p->fresh;
        p->fresh = (struct process_page){0};
        p->page.pid = pid;
    }
    if (!answered) // what it answered before stays
        p->page.outcome = PAGE_STUCK;
    ask_end(&asking);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct page *p = self;

    process_page_copy(&snapshot->page, &p->page);
    return p->page.pid != 0;
}

const struct collector process_page_collector = {
    .name = "process page",
    .need = NEED_PAGE,
    .size = sizeof(struct page),
    .release = release,
    .update = update,
    .fill = fill,
};
