#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/kinds/registry.h"
#include "options.h"
#include "requests.h"
#include "support/test.h"

static char said[2048];

// Runs parsing and the checks of the requests with stderr (or stdout) kept in `said`.
static int parse(struct options *options, const char *const *arguments)
{
    char *argv[24] = {"ipctop"};
    int argc = 1, status;
    struct requests requests = {0};
    FILE *kept = tmpfile();
    int saved = dup(STDERR_FILENO);

    for (; arguments[argc - 1]; argc++)
        argv[argc] = (char *)arguments[argc - 1];
    fflush(stderr);
    dup2(fileno(kept), STDERR_FILENO);
    status = options_parse(options, argc, argv);
    if (!status)
        status = requests_build(&requests, options);
    requests_free(&requests);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(kept);
    said[fread(said, 1, sizeof said - 1, kept)] = '\0';
    fclose(kept);
    return status;
}
#define PARSE(options, ...) parse(options, (const char *const[]){__VA_ARGS__, NULL})

static void refused(const char *message, const char *const *arguments)
{
    struct options options;
    char expected[512];

    assert_int_equal(parse(&options, arguments), 2);
    snprintf(expected, sizeof expected, "ipctop: %s\n", message);
    assert_string_equal(said, expected);
}
#define REFUSED(message, ...) refused(message, (const char *const[]){__VA_ARGS__, NULL})

TEST(defaults)
{
    struct options o;

    assert_int_equal(parse(&o, (const char *const[]){NULL}), 0);
    assert_int_equal(o.mode, MODE_SCREEN);
    assert_true(o.delay == 2);
    assert_int_equal(o.n_tables, 0);
    assert_false(o.has_id || o.has_user || o.readonly || o.strict);
    assert_string_equal(said, "");
}

TEST(options_are_taken)
{
    struct options o;

    assert_int_equal(PARSE(&o, "--json", "-d", "0.5", "-n3", "--strict", "seg", "-i", "0", "-s",
                           "-size", "-f", "size>1M", "-o", "+idle"),
                     0);
    assert_int_equal(o.mode, MODE_PRINT);
    assert_string_equal(o.format->name, "json");
    assert_true(o.delay == 0.5);
    assert_int_equal(o.iterations, 3);
    assert_true(o.strict && o.has_id);
    assert_int_equal(o.id, 0);
    assert_string_equal(o.sort, "-size");
    assert_ptr_equal(o.tables[0], &kind_segments);
    assert_int_equal(PARSE(&o, "-RCM", "--ascii", "--log=x", "--delay=3600", "triage"), 0);
    assert_true(o.readonly && o.no_color && o.no_mouse && o.ascii);
    assert_string_equal(o.log, "x");
    assert_int_equal(PARSE(&o, "--batch", "queues", "segments"), 0);
    assert_ptr_equal(o.tables[0], &kind_queues); // in the order given
    assert_int_equal(PARSE(&o, "--json", "--help", "--batch"), 0);
    assert_int_equal(o.mode, MODE_HELP); // whatever else was asked
}

TEST(users_by_name_and_number)
{
    struct options o;
    struct passwd *root = getpwuid(0);

    assert_int_equal(PARSE(&o, "-u", "4242424"), 0);
    assert_true(o.has_user);
    assert_int_equal(o.uid, 4242424);
    assert_non_null(root);
    assert_int_equal(PARSE(&o, "-u", root->pw_name), 0);
    assert_int_equal(o.uid, 0);
    REFUSED("--user 'no such one': no such user", "-u", "no such one");
    REFUSED("--user '-1': no such user", "-u", "-1");
    REFUSED("--user '4294967295': no such user", "-u", "4294967295"); // (uid_t)-1 is nobody
}

TEST(bad_values_are_refused)
{
    static const char *const delays[] = {"0",   "0.09", "3601", "-1",  "",   "nan",
                                         "inf", "0x2",  "1e1",  "1,5", "2s", "1.2.3"};
    static const char *const ids[] = {"-1", "2147483648", "", "7x", "99999999999999999999", "1.5"};
    static const char *const counts[] = {"-1", "x", "1000000001", ""};
    char message[128];

    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        snprintf(message, sizeof message, "--delay '%s': seconds from 0.1 to 3600 are needed",
                 delays[i]);
        REFUSED(message, "--json", "-d", delays[i]);
    }
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        snprintf(message, sizeof message, "--id '%s': an identifier from 0 to 2147483647 is needed",
                 ids[i]);
        REFUSED(message, "--json", "-i", ids[i]);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        snprintf(message, sizeof message,
                 "--iterations '%s': a number from 0 to 1000000000 is needed", counts[i]);
        REFUSED(message, "--json", "-n", counts[i]);
    }
}

TEST(mistakes_end_in_one_clear_line)
{
    char message[512], tables[256] = "";

    for (int id = 1; id < KINDS; id++)
        snprintf(tables + strlen(tables), sizeof tables - strlen(tables), "%s%s",
                 id > 1 ? ", " : "", kind_get((enum kind_id)id)->name);
    assert_memory_equal(tables, "segments, semaphores, queues, holders, ", 39);

    snprintf(message, sizeof message, "no table 'segmints'; there are %s", tables);
    REFUSED(message, "segmints");
    snprintf(message, sizeof message, "no table 'se'; there are %s", tables); // ambiguous
    REFUSED(message, "se");
    snprintf(message, sizeof message, "no table '\\e[31m\\nx'; there are %s", tables);
    REFUSED(message, "\033[31m\nx");
    REFUSED("no option -x; see --help", "-x");
    REFUSED("--log is of the screen and of events: other tables have nothing to be logged",
            "--json", "--log", "x");
    REFUSED("events are seen from one look to the next: name no other table beside them", "--batch",
            "segments", "events");
    REFUSED("--trace is of the screen, of recordings, of --batch events and of --json events",
            "--json", "--trace");
    REFUSED("no option --jsn, or more than one begins so; see --help", "--jsn");
    REFUSED("no option --no-, or more than one begins so; see --help", "--no-");
    REFUSED("--delay needs a value: SECS", "-d");
    REFUSED("--filter needs a value: EXPR", "--filter");
    REFUSED("--json takes no value", "--json=yes");
    REFUSED("only one of --json, --batch, --csv, --raw, --check, --openmetrics, --report, --record "
            "and --list-columns",
            "--json", "--batch");
    REFUSED("table 'segments' is named twice", "--json", "seg", "segments");
    REFUSED("-o needs exactly one table", "-o", "size", "segments", "queues");
    REFUSED("-o needs exactly one table", "--json", "-o", "size");
    REFUSED("-o needs exactly one table", "--json", "-o", "size", "seg", "sem");
    REFUSED("--columns: no column 'sizze' in segments; did you mean 'size'?", "--json", "-o",
            "shmid,sizze", "segments");
    REFUSED("--columns: no column '' in segments", "--json", "-o", "size,", "segments");
    REFUSED("--sort: no column 'elephant' in queues", "--json", "-s", "-elephant", "queues");
    REFUSED("--filter 'size>x': at character 6: 'size' takes a size such as 4096, 64K or 1.5G",
            "--json", "-f", "size>x", "segments");
    REFUSED("--filter 'éé sizze>1': at character 4: no column 'sizze' in segments; did you mean "
            "'size'?",
            "--batch", "-f", "éé sizze>1", "segments");
    REFUSED("--filter 'size>1': at character 1: no column 'size' in semaphores; name a table that "
            "has it: segments",
            "--batch", "-f", "size>1");
}
