// The page of a process in words: kept apart from the columns of its kind.
#include "model/kinds/parts/process_notes.h"

#include <inttypes.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/parts/socket_notes.h"
#include "model/text/wait_words.h"
#include "model/text/words.h"

enum { NAMED = 6, TEXT = 512 };

static void add(struct note_vec *out, enum note_tone tone, const char *text)
{
    note_add(out, tone, mem_copy_string(text));
}

// --- objects ------------------------------------------------------------------------------------

static void note_held(const struct snapshot *s, int32_t pid, struct note_vec *out)
{
    char text[TEXT], access[5];
    struct line line = line_start(text, sizeof text);
    size_t n = 0;

    for (size_t i = 0; s->scan && i < s->scan->holders.n; i++) {
        const struct holder *holder = &s->scan->holders.at[i];
        const struct segment *segment = snapshot_segment(s, holder->shmid);
        if (holder->pid != pid || n++ >= NAMED)
            continue;
        line_add(&line, "%s%" PRId32, n == 1 ? "Holds      " : " · ", holder->shmid);
        if (segment) {
            line_add(&line, " ");
            words_size(&line, segment->size);
        }
        line_add(&line, " %s", access_text(holder->access, access));
        if (holder->attaches > 1)
            line_add(&line, " ×%" PRIu32, holder->attaches);
    }
    if (n > NAMED)
        line_add(&line, " · %zu more", n - NAMED);
    if (n)
        add(out, NOTE_PLAIN, text);
}

static void note_waits(const struct snapshot *s, int32_t pid, struct note_vec *out)
{
    char text[TEXT];
    struct line line = line_start(text, sizeof text);
    size_t n = 0;

    for (size_t i = 0; i < s->waiters.n; i++) {
        const struct waiter *waiter = &s->waiters.at[i];
        bool on_set = waiter->call == WAIT_SEMOP || waiter->call == WAIT_SEMTIMEDOP;
        if (waiter->pid != pid || n++ >= NAMED)
            continue;
        line_add(&line, "%son %s %" PRId32 " ", n == 1 ? "Waits      " : " · ",
                 on_set ? "semaphore set" : "queue", waiter->id);
        wait_words(&line, waiter);
    }
    if (n > NAMED)
        line_add(&line, " · %zu more", n - NAMED);
    if (n)
        add(out, NOTE_NOTICE, text);
}

// --- files --------------------------------------------------------------------------------------

static void add_kind(struct line *line, size_t n, enum file_kind kind)
{
    const char *one = file_kind_names[kind];
    bool same = kind == FILE_OTHER || kind == FILE_ANON || kind == FILE_BLOCK; // no nouns

    line_add(line, " · ");
    line_count(line, n, one, same ? one : kind == FILE_DIRECTORY ? "directories" : NULL);
}

static bool knows_limit(const struct process_page *page, enum page_limit which)
{
    return page->limits_known & 1 << which;
}

static void note_kinds(const struct snapshot *s, const struct open_file *files, size_t n,
                       const struct process_files *answer, struct note_vec *out)
{
    size_t kinds[FILE_KINDS] = {0}, deleted = 0;
    uint32_t left_out = answer->left_out, unread = answer->unread;
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    for (size_t i = 0; i < n; i++) {
        kinds[files[i].kind < FILE_KINDS ? files[i].kind : FILE_OTHER]++;
        deleted += files[i].kind == FILE_REGULAR && files[i].deleted;
    }
    line_add(&line, "Open       ");
    line_count(&line, n + left_out + unread, "file", NULL);
    if (knows_limit(&s->page, PAGE_MAX_FILES) && s->page.limits[PAGE_MAX_FILES] != UINT64_MAX)
        line_add(&line, " of %" PRIu64, s->page.limits[PAGE_MAX_FILES]);
    for (size_t k = 0; k < FILE_KINDS; k++)
        if (kinds[k])
            add_kind(&line, kinds[k], (enum file_kind)k);
    if (deleted)
        line_add(&line, " · %zu deleted", deleted);
    if (left_out)
        line_add(&line, " · %" PRIu32 " not listed: too many", left_out);
    if (unread)
        line_add(&line, " · %" PRIu32 " not readable", unread);
    add(out, NOTE_PLAIN, text);
}

static void note_files(const struct snapshot *s, int32_t pid, struct note_vec *out)
{
    const struct process_files *answer = process_files_find(&s->file_answers, pid);
    size_t n;
    const struct open_file *files = process_open_files(s, pid, &n);

    if (!answer) {
        add(out, NOTE_DIM, s->recorded ? "its files were not recorded" : "reading its files ...");
    } else if (answer->outcome == FILES_REFUSED) {
        add(out, NOTE_WARNING, "its files and sockets are not readable by this user; try sudo");
    } else if (answer->outcome == FILES_STUCK) {
        add(out, NOTE_WARNING, "its files and sockets could not be read in time");
    } else if (answer->outcome == FILES_UNASKED) {
        add(out, NOTE_WARNING,
            "its files and sockets were not read: out of threads or file descriptors");
    } else if (answer->outcome == FILES_READ) {
        if (answer->sockets_unread)
            add(out, NOTE_WARNING, "what its sockets are could not be read");
        socket_notes(s, pid, out);
        note_kinds(s, files, n, answer, out);
    }
}

// --- memory, and what the kernel makes of it ------------------------------------------------------

static void add_size(struct line *line, const char *before, uint64_t bytes)
{
    char size[TEXT_SHORT];

    line_add(line, "%s%s", before, text_size(size, sizeof size, bytes));
}

static void note_memory(const struct process_page *page, struct note_vec *out)
{
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    if (!(page->known & (PAGE_KNOWS_MEMORY | PAGE_KNOWS_PSS)))
        return;
    line_add(&line, "Memory    ");
    if (page->known & PAGE_KNOWS_MEMORY) {
        add_size(&line, " ", page->rss_anon);
        add_size(&line, " of its own · ", page->rss_file);
        add_size(&line, " of files · ", page->rss_shared);
        line_add(&line, " shared");
    }
    if (page->known & PAGE_KNOWS_PSS) {
        add_size(&line,
                 page->known & PAGE_KNOWS_MEMORY ? ", its part " : " its part of shared memory ",
                 page->shared_pss);
    }
    if (page->known & PAGE_KNOWS_MEMORY && page->locked)
        add_size(&line, " · locked ", page->locked);
    if (page->known & PAGE_KNOWS_OOM)
        line_add(&line, " · oom score %" PRId32, page->oom_score);
    if (page->known & PAGE_KNOWS_OOM && page->oom_adjust)
        line_add(&line, " (adjusted by %" PRId32 ")", page->oom_adjust);
    if (page->known & PAGE_KNOWS_NICE && page->nice)
        line_add(&line, " · nice %" PRId32, page->nice);
    add(out, NOTE_PLAIN, text);
}

// What stops it from locking, mapping or making more; of its files the line about these says it.
static void note_limits(const struct process_page *page, struct note_vec *out)
{
    static const char *const names[PAGE_LIMITS] = {
        [PAGE_MAX_LOCKED] = "locked memory",
        [PAGE_MAX_QUEUES] = "message queues",
        [PAGE_MAX_MEMORY] = "address space",
        [PAGE_MAX_CORE] = "core",
        [PAGE_MAX_PROCESSES] = "processes of its user",
    };
    char text[TEXT], size[TEXT_SHORT];
    struct line line = line_start(text, sizeof text);
    const char *before = "Limits     ";

    for (size_t i = 0; i < PAGE_LIMITS; i++) {
        uint64_t limit = page->limits[i];
        if (!names[i] || !knows_limit(page, (enum page_limit)i))
            continue;
        line_add(&line, "%s%s ", before, names[i]);
        before = " · ";
        if (limit == UINT64_MAX)
            line_add(&line, "unlimited");
        else if (i == PAGE_MAX_PROCESSES)
            line_add(&line, "%" PRIu64, limit);
        else
            line_add(&line, "%s", text_size(size, sizeof size, limit));
    }
    if (line.n)
        add(out, NOTE_PLAIN, text);
}

// What there is of it in all, beside the part of one process.
static void note_machine(const struct process_page *page, struct note_vec *out)
{
    const struct machine_memory *m = &page->machine;
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    if (!(page->known & PAGE_KNOWS_MACHINE))
        return;
    add_size(&line, "Machine    ", m->total);
    add_size(&line, " of memory · ", m->shared);
    line_add(&line, " of it shared");
    if (m->huge_n) {
        add_size(&line, " · huge pages of ", m->huge_size);
        line_add(&line, ": %" PRIu64 " of %" PRIu64 " free", m->huge_free, m->huge_n);
    }
    add(out, NOTE_PLAIN, text);
}

static void note_places(const struct process_page *page, struct note_vec *out)
{
    const struct {
        const char *label, *text;
    } places[] = {{"Program    ", page->exe},
                  {"Directory  ", page->cwd},
                  {"Cgroup     ", page->cgroup},
                  {"Slice      ", page->slice}};

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i].text)
            note_add(out, NOTE_PLAIN, mem_format("%s%s", places[i].label, places[i].text));
}

static void note_page(const struct snapshot *s, int32_t pid, struct note_vec *out)
{
    const struct process_page *page = &s->page;

    if (page->pid != pid)
        return;
    note_places(page, out);
    note_memory(page, out);
    note_limits(page, out);
    note_machine(page, out);
    if (page->outcome == PAGE_STUCK)
        add(out, NOTE_WARNING, "not all could be read: the process did not answer in time");
    if (page->known & PAGE_REFUSED)
        add(out, NOTE_WARNING,
            "its program, directory or share of memory is not readable by this user; try sudo");
    if (page->known & PAGE_UNREAD)
        add(out, NOTE_WARNING, "not all of its page could be read");
    if (page->outcome == PAGE_READ && !(page->known & PAGE_LIBRARY))
        add(out, NOTE_DIM,
            "without libproc2: memory, oom score, control group and slice are not shown");
}

static void note_service(const struct process *p, struct note_vec *out)
{
    const char *unit = process_string(p, PROCESS_UNIT);

    if (unit && p->known & PROC_KNOWS_RESTART)
        note_add(out, NOTE_PLAIN,
                 mem_format("Service    %s, its main process (Restart=%s)", unit,
                            service_restart_name((enum service_restart)p->restart)));
}

void process_notes(const struct snapshot *s, int32_t pid, struct note_vec *out)
{
    const struct process *p = snapshot_process(s, pid);

    if (p && p->gone) {
        add(out, NOTE_WARNING, "it has ended");
        return;
    }
    note_held(s, pid, out);
    note_waits(s, pid, out);
    note_files(s, pid, out);
    if (p)
        note_service(p, out);
    note_page(s, pid, out);
}
