#include "options.h"

#include <getopt.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/moment.h"
#include "base/signal_name.h"
#include "base/text.h"
#include "ipcs_options.h"
#include "model/kinds/registry.h"
#include "options_check.h"
#include "store/settings.h"

enum { ITERATIONS_MAX = 1000000000, KEEP_MIN = 1 << 20 };

struct option_row {
    char letter;          // 0: no short form
    const char *name;     // without the dashes
    const char *argument; // NULL: takes none
    const char *help;
    // What it does, as far as given. Offsets in struct options, whose first member none of them is.
    enum mode mode;              // chooses it
    const struct format *format; // with MODE_PRINT
    size_t flag;                 // a bool that becomes true
    size_t text;                 // a string that becomes the value
    // Takes over the value; an error as a phrase that follows "--name 'value': ". NULL: fine.
    const char *(*apply)(struct options *options, const char *value);
};
#define FLAG(member) .flag = offsetof(struct options, member)
#define TEXT(member) .text = offsetof(struct options, member)

// --batch beside one of its forms is that form.
static bool may_stand_together(const struct format *a, const struct format *b)
{
    return a == b || (a && b && (format_is_form(a, b) || format_is_form(b, a)));
}

// `format`: of MODE_PRINT.
static const char *set_mode(struct options *o, enum mode mode, const struct format *format)
{
    static char why[192];
    char names[128];

    // Help and version answer whatever else was asked.
    if (o->mode == MODE_HELP || o->mode == MODE_VERSION)
        return NULL;
    bool one = o->mode == MODE_SCREEN || (o->mode == mode && may_stand_together(o->format, format));
    if (!one && mode != MODE_HELP && mode != MODE_VERSION) {
        snprintf(why, sizeof why, "only one of %s, --record and --list-columns",
                 formats_list(names, sizeof names));
        return why;
    }
    o->mode = mode;
    if (!o->format || !format || !format_is_form(o->format, format))
        o->format = format;
    return NULL;
}

static const char *apply_delay(struct options *o, const char *value)
{
    return settings_interval(value, &o->delay) ? NULL : CONFIG_INTERVALS " are needed";
}

static const char *apply_keep(struct options *o, const char *value)
{
    if (!text_parse_size(value, &o->keep) || o->keep < KEEP_MIN)
        return "a size of at least 1M is needed";
    return NULL;
}

static const char *check_name(struct options *o, const char *value)
{
    (void)o;
    return *value ? NULL : "a name is needed";
}

// Which moment it is follows from the recording: a time without a date is one of its last day.
static const char *check_time(struct options *o, const char *value)
{
    int64_t time;

    (void)o;
    return moment_parse(value, 0, &time) ? NULL : MOMENT_FORMS " is needed";
}

static const char *apply_from(struct options *o, const char *value)
{
    if (!*value)
        return "a name is needed";
    for (size_t i = 0; i < o->n_from; i++)
        if (strcmp(o->hosts[i], value) == 0)
            return "it is named twice";
    if (o->n_from == OPTIONS_HOSTS)
        return "there are too many: 64 at most";
    o->hosts[o->n_from++] = value;
    o->from = o->hosts[0];
    return NULL;
}

static const char *apply_color(struct options *o, const char *value)
{
    return scheme_by_name(value, &o->scheme) ? NULL : SCHEME_NAMES " is needed";
}

static const char *apply_iterations(struct options *o, const char *value)
{
    int64_t n;

    if (!text_parse_int(value, 0, ITERATIONS_MAX, &n))
        return "a number from 0 to 1000000000 is needed";
    o->iterations = (long)n;
    o->endless = n == 0;
    return NULL;
}

static const char *apply_user(struct options *o, const char *value)
{
    const struct passwd *user = getpwnam(value);
    int64_t uid;

    if (user)
        uid = user->pw_uid;
    else if (!text_parse_int(value, 0, UINT32_MAX - 1, &uid))
        return "no such user";
    o->uid = (uint32_t)uid;
    return NULL;
}

static const char *apply_id(struct options *o, const char *value)
{
    int64_t id;

    if (!text_parse_int(value, 0, INT32_MAX, &id))
        return "an identifier from 0 to 2147483647 is needed";
    o->id = (int32_t)id;
    return NULL;
}

static const char *apply_signal(struct options *o, const char *value)
{
    o->signal = signal_by_name(value);
    return o->signal ? NULL : "a signal such as TERM, HUP or 9 is needed";
}

static const char *apply_namespace(struct options *o, const char *value)
{
    int64_t n;

    o->all_namespaces = strcmp(value, "all") == 0;
    o->namespace_pid = 0;
    o->ipc_namespace = 0;
    if (o->all_namespaces)
        return NULL;
    if (strncmp(value, "pid:", 4) == 0 && text_parse_int(value + 4, 1, INT32_MAX, &n))
        o->namespace_pid = (int32_t)n;
    else if (text_parse_int(value, 1, UINT32_MAX, &n))
        o->ipc_namespace = (uint64_t)n;
    else
        return "an inode number (see --json namespaces), pid:N or all is needed";
    return NULL;
}

// clang-format off
static const struct option_row others[] = {
    {'d', "delay", "SECS", "refresh interval, 0.1 to 3600 (default 2)", FLAG(has_delay),
     .apply = apply_delay},
    {'n', "iterations", "N", "stop after N ticks; 0: go on until interrupted", .apply = apply_iterations},
    {'o', "columns", "LIST", "columns of the (single) table; +LIST appends", TEXT(columns)},
    {'s', "sort", "COL", "sort by a column; -COL largest first, +COL smallest first", TEXT(sort)},
    {'f', "filter", "EXPR", "only rows that match: words, or column=value, size>1M, !app=x, owner=a|b",
     TEXT(filter)},
    {'u', "user", "USER", "only objects owned by USER (name or uid), and what hangs on them",
     FLAG(has_user), .apply = apply_user},
    {'i', "id", "ID", "only that object, and what hangs on it", FLAG(has_id), .apply = apply_id},
    {0, "namespace", "N", "objects of that IPC namespace: its inode number, pid:PID, or all",
     .apply = apply_namespace},
    {0, "no-headings", NULL, "of --batch and its forms: rows alone", FLAG(no_headings)},
    {0, "bytes", NULL, "of --batch and --raw: sizes in bytes, not 276M", FLAG(bytes)},
    {0, "per-object", NULL, "of --openmetrics: series of each object too", FLAG(per_object)},
    {0, "output", "FILE", "write to FILE instead, whole or not at all", TEXT(output),
     .apply = check_name},
    {0, "remove", NULL, "remove the objects that -f, -u or -i choose: shows what, --yes does it",
     FLAG(remove)},
    {0, "signal", "NAME", "signal the processes of holders that are chosen so: the same",
     .apply = apply_signal},
    {0, "yes", NULL, "of --remove and --signal: do it", FLAG(yes)},
    {0, "force", NULL, "also what an application runs on", FLAG(force)},
    {0, "attached", NULL, "also what is attached, or waited on", FLAG(attached)},
    {'R', "readonly", NULL, "no command that changes anything", FLAG(readonly)},
    {'C', "no-color", NULL, "no colours (also by NO_COLOR in the environment)", FLAG(no_color)},
    {0, "color", "SCHEME", "colours: " SCHEME_NAMES, FLAG(has_scheme),
     .apply = apply_color},
    {0, "config", "FILE", "settings of the screen, instead of ~/.config/ipctop/config",
     TEXT(config), .apply = check_name},
    {'M', "no-mouse", NULL, "leave the mouse to the terminal", FLAG(no_mouse)},
    {0, "ascii", NULL, "draw with ASCII characters alone", FLAG(ascii)},
    {0, "log", "FILE", "append actions and events to FILE, a line each", TEXT(log)},
    {0, "save-dir", "DIR", "write views into DIR alone: also with --readonly", TEXT(save_dir),
     .apply = check_name},
    {0, "trace", NULL, "exact events, with the process that did it: slows every system call down a little",
     FLAG(trace)},
    {0, "record", "FILE", "append a picture of everything to FILE each tick, until interrupted",
     .mode = MODE_RECORD, .format = &record_format, TEXT(record)},
    {0, "keep", "SIZE", "of a recording: no more than SIZE, half of it in FILE.1",
     .apply = apply_keep},
    {0, "from", "FILE", "show a recording instead of this machine; -: pictures that come on standard "
     "input; again: of several hosts", .apply = apply_from},
    {0, "at", "TIME", "of --from: the last picture at or before TIME: 03:12, 2026-11-28 03:12:30, last",
     TEXT(at), .apply = check_time},
    {0, "strict", NULL, "exit 3 when the answer is incomplete", FLAG(strict)},
    {0, "list-columns", NULL, "the columns of TABLE, or of all tables", .mode = MODE_LIST_COLUMNS},
    {'h', "help", NULL, "this help", .mode = MODE_HELP},
    {'V', "version", NULL, "the version", .mode = MODE_VERSION},
};
// clang-format on
enum { ROWS_MAX = sizeof others / sizeof others[0] + FORMATS_MAX, LONG_BASE = 256 };
enum { TABLES_TEXT = KINDS * 20 }; // the names of all

static struct option_row rows[ROWS_MAX]; // one a format, then the others
static int n_rows;

static void list_rows(void)
{
    n_rows = 0;
    for (size_t i = 0; i < n_formats; i++)
        if (formats[i]->name)
            rows[n_rows++] = (struct option_row){.name = formats[i]->name,
                                                 .help = formats[i]->help,
                                                 .mode = MODE_PRINT,
                                                 .format = formats[i]};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        rows[n_rows++] = others[i];
}

static const char *list_tables(char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    for (int id = 1; id < KINDS; id++)
        line_add(&line, "%s%s", line.n ? ", " : "", kind_get((enum kind_id)id)->name);
    return dst;
}

static int take_table(struct options *o, const char *name)
{
    const struct kind *kind = kind_by_name(name);
    char tables[TABLES_TEXT];

    if (!kind)
        return options_fail("no table '%s'; there are %s", name,
                            list_tables(tables, sizeof tables));
    for (size_t i = 0; i < o->n_tables; i++) {
        if (o->tables[i] == kind)
            return options_fail("table '%s' is named twice", kind->name);
    }
    o->tables[o->n_tables++] = kind;
    return 0;
}

// The table in the shape getopt_long wants. `letters` has room for ":", a letter and a colon each.
static void describe(struct option *longs, char *letters)
{
    *letters++ = ':'; // distinguishes a missing argument from an unknown option
    for (int i = 0; i < n_rows; i++) {
        longs[i] = (struct option){.name = rows[i].name,
                                   .has_arg = rows[i].argument ? required_argument : no_argument,
                                   .val = LONG_BASE + i};
        if (rows[i].letter) {
            *letters++ = rows[i].letter;
            if (rows[i].argument)
                *letters++ = ':';
        }
    }
    longs[n_rows] = (struct option){0};
    *letters = '\0';
}

static const struct option_row *row_of(int code)
{
    for (int i = 0; i < n_rows; i++) {
        if (code == LONG_BASE + i || (code < LONG_BASE && code == rows[i].letter))
            return &rows[i];
    }
    return NULL;
}

static int refuse(int code, char *const *argv)
{
    const struct option_row *row = optopt ? row_of(optopt) : NULL;
    const char *call = optopt < LONG_BASE ? ipcs_option_here(optopt) : NULL;

    if (code == ':' && row && call)
        return options_fail("--%s needs a value: %s; for ipcs -%c: %s", row->name, row->argument,
                            optopt, call);
    if (code == ':' && row)
        return options_fail("--%s needs a value: %s", row->name, row->argument);
    if (!row && call)
        return options_fail("no option -%c; for ipcs -%c: %s", optopt, optopt, call);
    if (row)
        return options_fail("--%s takes no value", row->name);
    if (optopt && optopt < LONG_BASE)
        return options_fail("no option -%c; see --help", optopt);
    return options_fail("no option %s, or more than one begins so; see --help", argv[optind - 1]);
}

static const char *take(struct options *o, const struct option_row *row, const char *value)
{
    void *flag = (char *)o + row->flag, *text = (char *)o + row->text;

    if (row->text)
        *(const char **)text = value;
    if (row->mode != MODE_SCREEN)
        return set_mode(o, row->mode, row->format);
    if (row->flag)
        *(bool *)flag = true;
    return row->apply ? row->apply(o, value) : NULL;
}

int options_parse(struct options *options, int argc, char **argv)
{
    struct option longs[ROWS_MAX + 1];
    char letters[2 * ROWS_MAX + 2];
    int code, status = 0;

    *options = (struct options){.mode = MODE_SCREEN, .delay = CONFIG_INTERVAL};
    list_rows();
    describe(longs, letters);
    opterr = 0;
    optind = 0; // restarts getopt(3): tests parse more than once
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct option_row *row = code == ':' || code == '?' ? NULL : row_of(code);
        if (!row)
            return refuse(code, argv);
        const char *why = take(options, row, optarg);
        if (why && row->argument)
            return options_fail("--%s '%s': %s", row->name, optarg, why);
        if (why)
            return options_fail("%s", why);
    }
    for (; optind < argc && !status; optind++)
        status = take_table(options, argv[optind]);
    bool acts = options->remove || options->signal;
    if (acts && (options->mode == MODE_SCREEN || options->mode == MODE_PRINT))
        options->mode = MODE_ACT;
    else if (acts && options->mode == MODE_LIST_COLUMNS)
        status = options_fail("--list-columns acts on nothing");
    return status ? status : options_check(options);
}

void options_help(void)
{
    list_rows();
    puts("ipctop [options] [TABLE]             the screen, opened on TABLE");
    for (size_t i = 0; i < n_formats; i++)
        if (formats[i]->name)
            printf("ipctop --%-5s [options] [TABLE...]  %s\n", formats[i]->name, formats[i]->what);
    puts(
        "ipctop --remove [options] [TABLE...]  remove what -f, -u or -i choose: a preview; --yes "
        "acts\n"
        "ipctop --signal NAME [options] [TABLE...]  signal the processes of such rows, likewise\n");
    for (int i = 0; i < n_rows; i++) {
        char letter[8] = "    ", name[32], defaults[TABLES_TEXT];
        const struct format *format = rows[i].mode == MODE_PRINT ? rows[i].format : NULL;
        if (rows[i].letter)
            snprintf(letter, sizeof letter, "-%c, ", rows[i].letter);
        snprintf(name, sizeof name, "--%s %s", rows[i].name,
                 rows[i].argument ? rows[i].argument : "");
        printf("  %s%-18s  %s", letter, name, rows[i].help);
        if (format && format->several && !format->form_of)
            printf("; %s if none is named", formats_defaults(format, defaults, sizeof defaults));
        putchar('\n');
    }
    char tables[TABLES_TEXT];
    printf("\nTables: %s.\n"
           "Exit status: 0 done, 1 failed, 2 wrong usage, 3 incomplete (with --strict); of --check "
           "as of "
           "monitoring plugins: 0 nothing wrong, 1 warning, 2 critical, 3 unknown.\n",
           list_tables(tables, sizeof tables));
}
