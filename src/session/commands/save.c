#include "session/commands/save.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "model/kinds/registry.h"
#include "model/record/limit_spec.h"
#include "model/text/say.h"
#include "session/arrange.h"
#include "session/current.h"
#include "session/message.h"
#include "session/session.h"
#include "store/file_writer.h"
#include "store/sysctl_file.h"

// A view to be written, as it was when that was asked for. Of the writing thread and, until the
// outcome of a new file is known, of the session.
struct view_job {
    atomic_int refs;
    char *path;
    view_write *write; // or, of a report:
    report_write_file *report;
    struct snapshot *snapshot;
    struct filter *filter;
    struct query query;
    const struct column **columns;
    size_t n;
};

static const size_t NO_ROWS = SIZE_MAX; // a report has none of its own

static int produce_view(FILE *out, void *arg, size_t *n)
{
    const struct view_job *job = arg;
    struct rows rows = {0};

    *n = NO_ROWS;
    if (job->report)
        return job->report(out, job->path, job->snapshot);
    rows_build(&rows, job->snapshot, &job->query);
    *n = rows.n;
    vec_free(&rows);
    return job->write(out, job->path, job->snapshot, &job->query, job->columns, job->n);
}

static void release_view(void *arg)
{
    struct view_job *job = arg;

    if (!job || atomic_fetch_sub(&job->refs, 1) > 1)
        return;
    snapshot_unref(job->snapshot);
    filter_free(job->filter);
    free(job->columns);
    free(job->path);
    free(job);
}

// Takes over the path.
static struct view_job *job_of(struct session *s, char *path)
{
    struct view *v = session_view(s);
    struct view_job *job = mem_zero(1, sizeof *job);
    struct filter_error error;

    job->refs = 1;
    job->path = path;
    job->write = s->options.write_view;
    job->snapshot = snapshot_ref(s->snapshot);
    job->filter = v->filter_text[0] ? filter_parse(v->kind, v->filter_text, &error) : NULL;
    job->query = view_query(v);
    job->query.filter = job->filter;
    job->columns = mem_zero(v->kind->n_columns, sizeof *job->columns);
    job->n = arrange_columns(s, v->kind, job->columns);
    job->query.shown = (struct column_choice){job->columns, job->n}; // the session's may change
    return job;
}

// "~/x" as the shell would have it; anything else as it is. With a directory to save in, a name there
// alone: NULL of any other. The caller frees.
static char *expand(const char *path, const char *save_dir)
{
    const char *home = getenv("HOME");

    if (save_dir)
        return strchr(path, '/') || path[0] == '.' ? NULL : mem_format("%s/%s", save_dir, path);
    return path[0] == '~' && path[1] == '/' && home ? mem_format("%s%s", home, path + 1)
                                                    : mem_copy_string(path);
}

// Hands it over, `arg` with it. False: it was said why not.
static bool start(struct session *s, const struct write_job *job)
{
    if (file_writer_start(s->options.writer, job))
        return true;
    job->release(job->arg);
    session_say(s, SEVERITY_WARNING, "nothing written: the file before is not done yet");
    return false;
}

static bool start_view(struct session *s, struct view_job *job, enum write_how how)
{
    return start(s, &(struct write_job){.path = job->path,
                                        .how = how,
                                        .produce = produce_view,
                                        .words = s->options.write_words,
                                        .release = release_view,
                                        .arg = job});
}

void save_forget(struct session *s)
{
    release_view(s->writing);
    s->writing = NULL;
}

// Takes over the path.
static struct view_job *report_job(struct session *s, char *path)
{
    struct view_job *job = mem_zero(1, sizeof *job);

    job->refs = 1;
    job->path = path;
    job->report = s->options.write_report;
    job->snapshot = snapshot_ref(s->snapshot);
    return job;
}

static void start_named(struct session *s, bool accepted,
                        struct view_job *(*make)(struct session *s, char *path))
{
    if (!accepted || !s->prompt.text[0])
        return;
    char *path = expand(s->prompt.text, s->options.save_dir);
    if (!path) {
        session_say(s, SEVERITY_WARNING, "nothing written: only a name in %s (--save-dir)",
                    s->options.save_dir);
        return;
    }
    struct view_job *job = make(s, path);
    atomic_fetch_add(&job->refs, 1);
    if (start_view(s, job, WRITE_NEW))
        s->writing = job;
    else
        release_view(job);
}

static void name_done(struct session *s, bool accepted)
{
    start_named(s, accepted, job_of);
}

// Whether what takes long was read, too: where processes listen.
static bool has_asked(const struct kind *kind, const struct snapshot *s)
{
    for (size_t i = 0; i < kind->n_columns; i++)
        if (kind->columns[i].flags & COL_ASKED && column_in_report(&kind->columns[i]) &&
            kind->columns[i].need & ~s->has)
            return false;
    return true;
}

static bool report_is_known(const struct snapshot *s)
{
    for (int id = 1; id < KINDS && !s->recorded; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);

        if (kind->json && (!kind_is_known(kind, s) || !has_asked(kind, s)))
            return false;
    }
    return true;
}

// What no view on screen needed is read since the prompt opened. Once it is waited for: a table that
// cannot be read is reported as that.
static void report_done(struct session *s, bool accepted)
{
    bool again = s->prompt.waiting;

    if (accepted && s->snapshot && !again && !report_is_known(s->snapshot)) {
        snprintf(s->prompt.error, sizeof s->prompt.error,
                 "all tables are being read: Enter again in a moment");
        s->prompt.error_at = LINE_TEXT;
        s->prompt.waiting = true;
        return;
    }
    s->reporting = false;
    s->prompt.error[0] = '\0';
    start_named(s, accepted, report_job);
}

void save_learn(struct session *s)
{
    struct prompt *p = &s->prompt;

    if (p->type == PROMPT_LINE && p->done == report_done && p->waiting && p->error[0] &&
        report_is_known(s->snapshot))
        snprintf(p->error, sizeof p->error, "all tables are read: Enter writes them");
}

void save_report(struct session *s)
{
    char name[LINE_TEXT], when[32];
    struct tm local;

    if (!s->options.writer || !s->options.write_report || !s->snapshot) {
        session_say(s, SEVERITY_WARNING, "nothing to write yet");
        return;
    }
    time_t now = (time_t)s->snapshot->time;
    const char *host = s->snapshot->system.hostname;
    strftime(when, sizeof when, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    snprintf(name, sizeof name, "ipctop-%s%s%s.md", host, *host ? "-" : "", when);
    struct prompt *p =
        prompt_open(&s->prompt, PROMPT_LINE, report_done, "Write a report to %s(.md, else text)",
                    s->options.save_dir ? "a name in --save-dir " : "");
    prompt_set_text(p, name);
    s->reporting = true;
}

void save_ask(struct session *s)
{
    if (!s->options.writer || !s->options.write_view || !s->snapshot) {
        session_say(s, SEVERITY_WARNING, "nothing to write yet");
        return;
    }
    prompt_open(&s->prompt, PROMPT_LINE, name_done, "Write %s to %s(%s)",
                session_view(s)->kind->name, s->options.save_dir ? "a name in --save-dir " : "",
                s->options.view_endings);
}

static int produce_settings(FILE *out, void *arg, size_t *rows)
{
    *rows = 0;
    settings_write(arg, out);
    return 0;
}

void save_settings(struct session *s)
{
    if (!s->options.writer || !s->options.config_path) {
        session_say(s, SEVERITY_WARNING,
                    "no file for settings: HOME is not set; use --config FILE");
        return;
    }
    struct settings *config = mem_alloc(sizeof *config);
    arrange_config(s, config);
    start(s, &(struct write_job){.path = s->options.config_path,
                                 .how = WRITE_SETTINGS,
                                 .produce = produce_settings,
                                 .release = free,
                                 .arg = config});
}

void save_setting(struct session *s, const struct outcome *outcome)
{
    snprintf(s->results.limit_set, sizeof s->results.limit_set, "%s", outcome->text);
    start(s, &(struct write_job){.path = limit_sysctl_file,
                                 .how = WRITE_SYSTEM,
                                 .mark = sysctl_mark,
                                 .produce = sysctl_produce,
                                 .release = free,
                                 .arg = mem_copy_string(outcome->action.limit.setting)});
}

static void replace_done(struct session *s, bool accepted)
{
    struct view_job *job = s->writing;

    s->writing = NULL;
    if (accepted) {
        start_view(s, job, WRITE_OVER);
        return;
    }
    release_view(job);
    session_say(s, SEVERITY_NOTICE, "nothing written");
}

static void ask_replace(struct session *s, const char *path)
{
    struct prompt *p = prompt_open(&s->prompt, PROMPT_CONFIRM, replace_done, "Write");

    snprintf(p->consequence.question, sizeof p->consequence.question, "Replace this file?");
    snprintf(p->consequence.effect, sizeof p->consequence.effect,
             "%s is there already. What it holds is lost.", path);
}

static void say_written(struct session *s, size_t rows, uint64_t bytes, const char *path)
{
    char text[LINE_TEXT];
    struct say x = say_start(s->snapshot, text, sizeof text);

    say(&x, "{n row}, {number} bytes written to {text}", rows, bytes, path);
    session_say(s, SEVERITY_NOTICE, "%s", text);
}

static void show(struct session *s, const struct write_result *r)
{
    char path[LINE_TEXT];

    text_escape(path, sizeof path, r->path, strlen(r->path));
    if (r->error == EEXIST && r->how == WRITE_NEW && !s->options.readonly) {
        ask_replace(s, path);
        return;
    }
    if (r->how == WRITE_SYSTEM && r->error)
        session_say(s, SEVERITY_CRITICAL, "%s, until reboot: %s: %s", s->results.limit_set, path,
                    r->why);
    else if (r->how == WRITE_SYSTEM)
        session_say(s, SEVERITY_NOTICE, "%s; written to %s", s->results.limit_set, path);
    if (r->how == WRITE_SYSTEM)
        return;
    save_forget(s);
    if (r->error)
        session_say(s, SEVERITY_CRITICAL, "%s was not written: %s", path, r->why);
    else if (r->how == WRITE_SETTINGS)
        session_say(s, SEVERITY_NOTICE, "settings written to %s", path);
    else if (r->rows == NO_ROWS)
        session_say(s, SEVERITY_NOTICE, "%" PRIu64 " bytes written to %s", r->bytes, path);
    else
        say_written(s, r->rows, r->bytes, path);
}

void save_results(struct session *s)
{
    if (!s->options.writer || s->prompt.type != PROMPT_NONE)
        return;
    struct write_result *result = mem_alloc(sizeof *result);
    if (file_writer_take(s->options.writer, result))
        show(s, result);
    free(result);
}
