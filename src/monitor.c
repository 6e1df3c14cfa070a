#include "monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "controller/controller.h"
#include "engine/sampler.h"
#include "model/kinds/registry.h"
#include "options_check.h"
#include "output/formats.h"
#include "requests.h"
#include "session/current.h"
#include "store/file_writer.h"
#include "store/settings_file.h"
#include "ui/loop.h"
#include "ui/terminal/screen.h"
#include "ui/terminal/signals.h"

enum { NOTICE = 480 };

static int write_view(FILE *out, const char *path, const struct snapshot *s,
                      const struct query *query, const struct column *const *columns, size_t n)
{
    const struct table_request table = {
        .query = *query, .columns = (const struct column **)columns, .n_columns = n};

    return format_of_file(path)->write(out, s, &table, 1);
}

// All tables, as --report prints them.
static int write_report(FILE *out, const char *path, const struct snapshot *s)
{
    const struct format *format = format_of_file(path);
    const struct options all = {.mode = MODE_PRINT, .format = format_by_name("report")};
    struct requests requests;
    int error = -EINVAL;

    if (requests_build(&requests, &all) == 0)
        error = (format->ending ? format : all.format)->write(out, s, requests.tables, requests.n);
    requests_free(&requests);
    return error;
}

static void say_missing(const char *path, bool chosen, bool read, char *notice)
{
    char safe[160];

    if (read || *notice || !chosen)
        return;
    text_escape(safe, sizeof safe, path, strlen(path));
    snprintf(notice, NOTICE, "%s does not exist yet: S writes it", safe);
}

// The outcome of a file that was still being written at the end.
static void tell_last(struct file_writer *writer)
{
    struct write_result *last = mem_zero(1, sizeof *last);

    if (writer && file_writer_last(writer, last) && last->error)
        options_fail("%s was not written: %s", last->path, last->why);
    free(last);
    file_writer_free(writer);
}

static int run_session(const struct options *o, struct session_options *how,
                       struct sampler *sampler)
{
    const struct screen_options look = {.no_color = o->no_color,
                                        .no_mouse = o->no_mouse,
                                        .ascii = o->ascii,
                                        .scheme = how->config->scheme};
    struct session session;
    char why[160];

    signals_block();
    if (screen_start(&look, why, sizeof why) < 0)
        return options_fail("%s", why);
    sampler_interval(sampler, how->interval);
    how->writer = file_writer_new();
    session_init(&session, sampler, how);
    int status = loop_run(&session, o->iterations);
    signals_window_open(); // nothing reads them any longer: from here on they end the program
    session_free(&session);
    tell_last(how->writer);
    return status;
}

int monitor_check(const struct options *o)
{
    size_t tab; // the other tables are entered from one of these

    if (o->n_tables > 1)
        return options_fail("the screen opens on one table; --json and --batch print several");
    if (o->n_tables && !kind_tab(o->tables[0], &tab))
        return options_fail("no screen opens on %s: Enter on a row shows them (or use --batch)",
                            o->tables[0]->name);
    if (o->filter && strlen(o->filter) >= LINE_TEXT)
        return options_fail("--filter: the screen takes %d bytes at most", LINE_TEXT - 1);
    return 0;
}

int monitor_run(const struct options *o, const struct table_request *first, struct sampler *sampler,
                struct audit_log *audit)
{
    bool chosen;
    char *path = settings_file_path(o->config, &chosen), notice[NOTICE] = "", endings[80];
    struct settings config = {0};
    bool read = path && settings_file_read(path, &config, notice, sizeof notice);
    if (path)
        say_missing(path, chosen, read, notice);
    if (o->has_scheme) // the command line counts more
        config.scheme = o->scheme;
    struct session_options how = {
        .readonly = o->readonly,
        .recording = o->from != NULL,
        .hosts = o->n_from,
        .mouse = !o->no_mouse,
        .trace = o->trace,
        .interval = o->has_delay || config.interval == 0 ? o->delay : config.interval,
        .table = o->n_tables     ? o->tables[0]->name
                 : o->n_from > 1 ? kind_hosts.name
                                 : NULL,
        .filter = o->filter,
        .sort = o->sort,
        .has_owner = o->has_user,
        .owner = o->uid,
        .has_id = o->has_id,
        .place = o->ipc_namespace,
        .id = o->id,
        .config = &config,
        .config_path = path,
        .save_dir = o->save_dir,
        .columns = first->columns,
        .n_columns = o->columns ? first->n_columns : 0,
        .notice = *notice ? notice : NULL,
        .audit = audit,
        .write_view = write_view,
        .view_endings = formats_endings(endings, sizeof endings),
        .write_report = write_report,
        .write_words = format_error,
    };
    int status = run_session(o, &how, sampler);
    free(path);
    return status;
}

int monitor_end(int status)
{
    int late = signals_caught();

    if (late && status <= 128)
        status = 128 + late;
    if (status > 128)
        signals_default(status - 128);
    return status;
}
