#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"
#include "options.h"
#include "output/formats.h"
#include "requests.h"
#include "support/fake.h"
#include "support/test.h"

// What the program would print of a picture with these arguments.
static char *printed(struct snapshot *s, const char *arguments)
{
    char line[256], *argv[16] = {"ipctop"}, *rest = NULL, *text = NULL;
    size_t size = 0;
    int argc = 1;
    struct options options;
    struct requests requests;

    snprintf(line, sizeof line, "%s", arguments);
    for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    assert_int_equal(options_parse(&options, argc, argv), 0);
    assert_int_equal(requests_build(&requests, &options), 0);
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(options.format->write(out, s, requests.tables, requests.n), 0);
    fclose(out);
    requests_free(&requests);
    return text;
}

static json_t *document(struct snapshot *s, const char *arguments)
{
    char *text = printed(s, arguments);
    json_error_t error;
    // The limits hold integers beyond jansson's, which has 63 bits.
    size_t flags = strstr(arguments, "limits") ? JSON_DECODE_INT_AS_REAL : 0;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES | flags, &error);

    if (!root)
        fail_msg("%s at %d: %s", error.text, error.position, text);
    assert_non_null(strchr(text, '\n'));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); // one line
    free(text);
    return root;
}

static json_t *member(json_t *root, const char *table, size_t row, const char *name)
{
    json_t *found = json_object_get(json_array_get(json_object_get(root, table), row), name);

    if (!found)
        fail_msg("no %s[%zu].%s", table, row, name);
    return found;
}

#define IS_STRING(table, row, name, text)                                                          \
    assert_string_equal(json_string_value(member(root, table, row, name)), text)
#define IS_NUMBER(table, row, name, number)                                                        \
    do {                                                                                           \
        assert_true(json_is_integer(member(root, table, row, name)));                              \
        assert_int_equal(json_integer_value(member(root, table, row, name)), number);              \
    } while (0)
#define IS_NULL(table, row, name) assert_true(json_is_null(member(root, table, row, name)))

TEST(objects_are_as_documented)
{
    struct snapshot *s = fake_few();
    json_t *root = document(s, "--json segments semaphores elements queues");

    IS_STRING("segments", 0, "key", "0x0052e2c1");
    IS_NUMBER("segments", 0, "shmid", 0);
    IS_STRING("segments", 0, "owner", "oracle");
    IS_STRING("segments", 0, "perms", "0640");
    IS_NUMBER("segments", 0, "size", 276 << 20);
    IS_NUMBER("segments", 0, "found", 3);
    IS_NUMBER("segments", 0, "holders", 2);
    IS_NUMBER("segments", 0, "atime", FAKE_NOW - 300);
    IS_NULL("segments", 0, "dtime"); // never
    IS_NULL("segments", 0, "app");
    IS_STRING("segments", 0, "creator_state", "alive");
    assert_true(json_is_false(member(root, "segments", 0, "orphan")));
    IS_NULL("segments", 1, "rss");
    IS_NULL("segments", 1, "found");
    IS_NULL("segments", 1, "holders");
    IS_NULL("segments", 1, "lpid"); // outside this PID namespace: not to be had as a number
    json_t *status = member(root, "segments", 1, "status");
    assert_int_equal(json_array_size(status), 2);
    assert_string_equal(json_string_value(json_array_get(status, 0)), "dest");
    assert_string_equal(json_string_value(json_array_get(status, 1)), "locked");
    assert_int_equal(json_array_size(member(root, "segments", 0, "status")), 0);
    IS_STRING("segments", 2, "key", "0xffffffff");
    IS_NUMBER("segments", 2, "shmid", 2147483647);
    IS_NUMBER("semaphores", 0, "waiters", 1);
    IS_NUMBER("elements", 0, "ncount", 1);
    IS_STRING("elements", 0, "pid_state", "alive");
    IS_NULL("elements", 1, "ncount");
    IS_NUMBER("queues", 0, "max_bytes", 16384);
    IS_NULL("queues", 1, "max_bytes");
    json_decref(root);
    snapshot_unref(s);
}

TEST(meta_comes_first)
{
    struct snapshot *s = fake_few();
    char *text = printed(s, "--json queues");
    json_t *root = document(s, "--json queues"), *meta = json_object_get(root, "meta");
    json_t *scan = json_object_get(meta, "scan");

    assert_memory_equal(text, "{\"meta\":{", 9);
    assert_string_equal(json_string_value(json_object_get(meta, "program")), "ipctop");
    assert_string_equal(json_string_value(json_object_get(meta, "hostname")), "db01");
    assert_int_equal(json_integer_value(json_object_get(meta, "time")), FAKE_NOW);
    assert_int_equal(json_integer_value(json_object_get(meta, "ipc_namespace")), 4026531839);
    assert_int_equal(json_integer_value(json_object_get(meta, "euid")), 1000);
    assert_int_equal(json_integer_value(json_object_get(scan, "unreadable")), 12);
    assert_string_equal(json_string_value(json_object_get(scan, "method")), "procmap_query");
    assert_int_equal(json_object_size(meta), 15);
    assert_int_equal(json_object_size(scan), 11);
    assert_int_equal(json_integer_value(json_object_get(scan, "processes_unasked")), 0);
    assert_int_equal(json_object_size(root), 2);
    free(text);
    json_decref(root);
    s->has &= ~(uint64_t)NEED_SYSTEM;
    scan_unref(s->scan);
    s->scan = NULL;
    root = document(s, "--json segments holders");
    meta = json_object_get(root, "meta");
    assert_true(json_is_null(json_object_get(meta, "hostname")));
    assert_true(json_is_null(json_object_get(meta, "euid")));
    assert_true(json_is_null(json_object_get(meta, "scan")));
    IS_NULL("segments", 0, "found");
    assert_true(json_is_null(json_object_get(root, "holders"))); // not known is not none
    json_decref(root);
    snapshot_unref(s);
}

// The default of shmmax is beyond what a double or a signed integer can say.
TEST(large_numbers_are_exact)
{
    struct snapshot *s = fake_few();
    char *text = printed(s, "--json limits");
    json_t *root = document(s, "--json limits");

    assert_non_null(strstr(text, "\"limit\":18446744073692774399,"));
    IS_NULL("limits", 0, "percent");
    IS_NULL("limits", 0, "top_user");
    assert_true(json_is_real(member(root, "limits", 1, "percent")));
    IS_STRING("limits", 1, "top_user", "oracle");
    free(text);
    json_decref(root);
    snapshot_unref(s);
}

TEST(strings_are_escaped)
{
    struct snapshot *s = fake_few();
    char *text = printed(s, "--json holders findings");
    json_t *root = document(s, "--json holders findings");

    IS_STRING("holders", 0, "command", "/usr/bin/oracle --serve \"all\"");
    IS_STRING("holders", 1, "comm", "s\xc3\xbc\\e[31m");
    IS_STRING("holders", 1, "command", "/usr/bin/s\xc3\xbc\\e[31m --serve \"all\"");
    IS_STRING("findings", 0, "evidence", "a \"quoted\" \\x1b word");
    IS_STRING("findings", 0, "kind", "segment");
    IS_STRING("findings", 0, "severity", "warning");
    for (const char *p = text; *p && *p != '\n'; p++)
        assert_true((unsigned char)*p >= 0x20);
    free(text);
    json_decref(root);
    snapshot_unref(s);
}

// The memory of what was encoded last must not answer for another text.
TEST(repeated_strings_do_not_stick)
{
    struct snapshot *s = fake_few();
    char longer[300];

    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    static const char *const titles[] = {"a", "a", "b", "", "a", NULL, "\"\"\"", "a"};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        struct finding finding = {.rule = titles[i] ? titles[i] : longer};
        vec_push(&s->findings, finding);
    }
    json_t *root = document(s, "--json findings -o rule");
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        IS_STRING("findings", i + 1, "rule", titles[i] ? titles[i] : longer);
    json_decref(root);
    snapshot_unref(s);
}

TEST(columns_rows_and_order_are_chosen)
{
    struct snapshot *s = fake_few();
    char *text = printed(s, "--json segments -o shmid,SIZE,idle -s -size -f size<1M");

    assert_string_equal(strstr(text, ",\"segments\""),
                        ",\"segments\":[{\"shmid\":7,\"size\":8192,\"idle\":30},"
                        "{\"shmid\":2147483647,\"size\":56,\"idle\":9000}]}\n");
    free(text);
    json_t *root = document(s, "--json segments -o +idle,size -i 0");
    assert_int_equal(json_array_size(json_object_get(root, "segments")), 1);
    IS_NUMBER("segments", 0, "idle", 300);
    IS_NUMBER("segments", 0, "nattch", 3);
    json_decref(root);
    root = document(s, "--json -i 3");
    assert_int_equal(json_array_size(json_object_get(root, "segments")), 0);
    assert_int_equal(json_array_size(json_object_get(root, "semaphores")), 1);
    assert_int_equal(json_array_size(json_object_get(root, "elements")), 2);
    assert_int_equal(json_array_size(json_object_get(root, "waiters")), 1);
    assert_int_equal(json_array_size(json_object_get(root, "limits")), 0);
    json_decref(root);
    snapshot_unref(s);
}

TEST(batch_tables_have_no_empty_fields)
{
    struct snapshot *s = fake_few();
    char *text = printed(s, "--batch segments -o shmid,status,rss,size -s +shmid");

    assert_string_equal(text, "     SHMID STATUS       RSS SIZE\n"
                              "         0 -           276M 276M\n"
                              "         7 dest,locked    - 8.0K\n"
                              "2147483647 -           4.0K   56\n");
    free(text);
    text = printed(s, "--batch");
    assert_memory_equal(text, "Segments\n", 9);
    assert_non_null(strstr(text, "\n\nSemaphores\n"));
    assert_non_null(strstr(text, "\n\nQueues\n"));
    free(text);
    text = printed(s, "--batch maps"); // what only a drill-down reads is no column of all
    assert_null(strstr(text, "PSS"));
    free(text);
    snapshot_unref(s);
}

// What was made harmless once is not encoded again, and counts as wide as it looks.
TEST(batch_texts_are_left_as_they_are)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        printf("skip: no locale C.UTF-8\n");
        skip();
    }
    struct snapshot *s = fake_few();
    char *text = printed(s, "--batch findings -o evidence");
    assert_string_equal(text, "EVIDENCE\na \"quoted\" \\x1b word\n");
    free(text);
    text = printed(s, "--batch holders -o comm,pid -s pid");
    assert_string_equal(text, "PROGRAM  PID\n"
                              "oracle    10\n"
                              "s\xc3\xbc\\e[31m  11\n");
    free(text);
    setlocale(LC_CTYPE, "C");
    snapshot_unref(s);
}

TEST(a_full_disk_is_an_error)
{
    struct snapshot *s = fake_few();
    const struct column *columns[] = {&kind_segments.columns[0]};
    struct table_request table = {.query.kind = &kind_segments, .columns = columns, .n_columns = 1};
    FILE *out = fopen("/dev/full", "w");

    if (!out) {
        printf("skip: no /dev/full\n");
        snapshot_unref(s);
        skip();
    }
    assert_true(format_of_file("x.json")->write(out, s, &table, 1) < 0);
    fclose(out);
    out = fopen("/dev/full", "w");
    assert_true(format_of_file("x")->write(out, s, &table, 1) < 0);
    fclose(out);
    snapshot_unref(s);
}

// Each column asks for its own part alone.
TEST(only_what_is_printed_is_read)
{
    static const struct {
        const char *table, *columns;
        bool json;
        uint64_t need;
        // clang-format off
    } cases[] = {
        {"segments", "shmid,size", true, NEED_SEGMENTS | NEED_SYSTEM},
        {"segments", "shmid,cpid", true, NEED_SEGMENTS | NEED_SYSTEM},
        {"segments", "shmid,cpid", false, NEED_SEGMENTS | NEED_PROCESSES},
        {"segments", "holders", true, NEED_SEGMENTS | NEED_HOLDERS | NEED_SYSTEM},
        {"queues", "bytes,owner", false, NEED_QUEUES | NEED_NAMES},
        {"queues", "max_bytes", false, NEED_QUEUES | NEED_QUEUE_MAX},
        {"semaphores", "semid", false, NEED_SEMSETS},
        {"semaphores", "waiters", false, NEED_SEMSETS | NEED_SEM_WAITERS},
        {"maps", "pid,rss", false, NEED_HOLDERS | NEED_MAP_USE},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *argv[] = {"ipctop",
                        cases[i].json ? "--json" : "--batch",
                        (char *)cases[i].table,
                        "-o",
                        (char *)cases[i].columns,
                        "-s",
                        cases[i].table[0] == 'm' ? "pid" : "key"};
        struct options options;
        struct requests requests;
        assert_int_equal(options_parse(&options, 7, argv), 0);
        assert_int_equal(requests_build(&requests, &options), 0);
        assert_int_equal(requests_want(&requests, &options).need, cases[i].need);
        requests_free(&requests);
    }
}

static uint64_t need_of(const char *form, const char *table)
{
    char *argv[] = {"ipctop", (char *)form, (char *)table};
    struct options options;
    struct requests requests;

    assert_int_equal(options_parse(&options, table ? 3 : 2, argv), 0);
    assert_int_equal(requests_build(&requests, &options), 0);
    uint64_t need = requests_want(&requests, &options).need;
    requests_free(&requests);
    return need;
}

// No column stands there blank because nobody read what it shows.
TEST(what_is_printed_is_read)
{
    assert_int_equal(NEED_FINDINGS & ~need_of("--batch", "namespaces"), 0); // of the one shown, too
    assert_true(need_of("--report", NULL) & NEED_PORTS);
    assert_true(need_of("--batch", "processes") & NEED_PORTS);
    assert_false(need_of("--json", NULL) & NEED_PORTS); // dear: where its table is named
    assert_true(need_of("--batch", "events") & NEED_NAMES);
}

// With an id, what hangs on a segment asks for nobody else's processes; a set for its elements.
TEST(one_object_narrows_what_is_asked)
{
    static const struct {
        const char *tables[2];
        bool alone, focused;
        // clang-format off
    } cases[] = {
        {{"holders", "maps"}, true, true},       {{"segments", "holders"}, true, true},
        {{"holders", "queues"}, false, false},   {{"elements", "semaphores"}, false, false},
        {{"elements", "waiters"}, false, true},  {{"segments", "findings"}, false, false},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *argv[] = {
            "ipctop", "--json", "-i", "7", (char *)cases[i].tables[0], (char *)cases[i].tables[1]};
        struct options options;
        struct requests requests;
        assert_int_equal(options_parse(&options, 6, argv), 0);
        assert_int_equal(requests_build(&requests, &options), 0);
        struct want want = requests_want(&requests, &options);
        assert_int_equal(want.alone, cases[i].alone);
        assert_int_equal(want.focused, cases[i].focused);
        assert_true(!want.focused || want.focus.id == 7);
        requests_free(&requests);
    }
}
