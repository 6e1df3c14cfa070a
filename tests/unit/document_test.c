// Pictures from documents: all that stands in one comes back to the byte, and numbers beyond what a
// member holds never become another number.
#include "replay/document.h"
#include "replay/document_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/kinds/registry.h"
#include "model/kinds/shared.h"
#include "model/record/huge_pool.h"
#include "model/record/limit.h"
#include "model/triage/triage.h"
#include "output/formats.h"
#include "support/fake.h"
#include "support/test.h"

// As --record writes it: every table with its columns of --json. The caller frees it.
static char *line_of(const struct snapshot *s)
{
    struct table_request tables[KINDS];
    size_t n_tables = 0, n;
    char *text;
    FILE *out = mem_stream(&text, &n);

    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (!kind->json && !(kind->flags & TABLE_PAST))
            continue;
        struct table_request *table = &tables[n_tables++];
        *table = (struct table_request){.query.kind = kind};
        table->columns = mem_zero(kind->n_columns, sizeof *table->columns);
        table->n_columns = kind_columns(kind, COL_JSON, table->columns);
    }
    assert_int_equal(record_format.write(out, s, tables, n_tables), 0);
    mem_stream_end(out);
    for (size_t i = 0; i < n_tables; i++)
        free(tables[i].columns);
    return text;
}

static struct snapshot *must_read(const char *text)
{
    struct document_report report;
    struct snapshot *s = document_read(text, strlen(text), &report);

    if (!s)
        fail_msg("%s", report.note);
    return s;
}

static struct snapshot *again(const struct snapshot *s)
{
    char *once = line_of(s);
    struct snapshot *read = must_read(once);
    char *twice = line_of(read);
    size_t same = 0;

    while (once[same] && once[same] == twice[same])
        same++;
    if (once[same] || twice[same]) {
        size_t from = same > 200 ? same - 200 : 0;
        fail_msg("it was %.300s\nand is %.300s", once + from, twice + from);
    }
    free(once);
    free(twice);
    return read;
}

TEST(all_objects_of_a_finding_come_back)
{
    struct snapshot *s = fake_story();
    size_t several = 0;

    for (int32_t i = 0; i < 3; i++) { // orphans of one owner
        struct segment *orphan = fake_segment(s, 900000 + 7 * i, 0, 54, 1 << 20, 0);
        orphan->cpid = orphan->lpid = 990000 + i;
        orphan->o.ctime = FAKE_NOW - 86400 - 1000 * i;
        fake_gone(s, orphan->cpid);
    }
    triage_run(s);
    assert_true(s->findings.n > 3);
    struct snapshot *read = again(s);
    assert_int_equal(read->findings.n, s->findings.n);
    for (size_t i = 0; i < s->findings.n; i++) {
        const struct finding *was = &s->findings.at[i], *is = &read->findings.at[i];
        assert_int_equal(is->ids.n, was->ids.n);
        several += is->ids.n > 1;
        for (size_t k = 0; k < was->ids.n; k++) {
            assert_int_equal(is->ids.at[k], was->ids.at[k]);
            assert_true(identity_same(&is->objects.at[k], &was->objects.at[k]));
        }
    }
    assert_true(several > 0);
    snapshot_unref(read);
    snapshot_unref(s);
}

TEST(an_event_comes_back_with_its_milliseconds)
{
    struct snapshot *s = fake_story();
    struct event_vec events = {0};
    const struct event traced = {.number = 1,
                                 .time = s->time - 3,
                                 .millis = 482,
                                 .what = EVENT_REMOVED,
                                 .severity = SEVERITY_WARNING,
                                 .by = EVENT_BY_EXACT,
                                 .pid = 12997,
                                 .uid = 1234,
                                 .kind = "segment",
                                 .object = "segment 7"};
    struct event seen = traced;

    seen.number = 2;
    seen.millis = -1;
    seen.uid = UINT32_MAX;
    vec_push(&events, event_new(&traced, "12997 ipcrm (uid 1234 deploy)", "segment 7 removed"));
    vec_push(&events, event_new(&seen, "", "segment 7 removed"));
    event_log_unref(s->events);
    s->events = event_log_more(NULL, &events);
    vec_free(&events);
    struct snapshot *read = again(s);
    assert_int_equal(read->events->n, 2);
    assert_int_equal(read->events->at[0]->millis, 482);
    assert_int_equal(read->events->at[0]->severity, SEVERITY_WARNING);
    assert_int_equal(read->events->at[0]->uid, 1234);
    assert_int_equal(read->events->at[1]->millis, -1);
    assert_int_equal(read->events->at[1]->uid, UINT32_MAX);
    snapshot_unref(read);
    snapshot_unref(s);
}

static struct event *action_on(uint64_t number, int32_t id, enum severity severity)
{
    char object[40], text[60];
    const struct event head = {.number = number,
                               .of = 7,
                               .millis = -1,
                               .what = EVENT_ACTION,
                               .severity = severity,
                               .uid = UINT32_MAX,
                               .kind = "segment",
                               .object = object,
                               .about = {.kind = KIND_SEGMENT, .id = id}};

    snprintf(object, sizeof object, "segment %d", id);
    snprintf(text, sizeof text, "segment %d %s", id, severity ? "failed" : "removed");
    return event_new(&head, "", text);
}

// A command on several targets is one event, and what it did to each comes back below it.
TEST(what_a_command_did_to_each_comes_back)
{
    struct snapshot *s = fake_story();
    struct event_vec events = {0}, actions = {0};
    struct event head = {.number = 7,
                         .time = s->time,
                         .millis = -1,
                         .what = EVENT_ACTION,
                         .uid = 0,
                         .several = true};

    vec_push(&actions, action_on(8, 393216, SEVERITY_NOTICE));
    vec_push(&actions, action_on(9, 425985, SEVERITY_WARNING));
    head.members = event_log_more(NULL, &actions);
    vec_push(&events, event_new(&head, "root", "1 of 2 segments removed; 1 failed"));
    event_log_unref(head.members);
    head = (struct event){.number = 10, .time = s->time, .millis = -1, .uid = UINT32_MAX};
    vec_push(&events, event_new(&head, "", "segment 3 created"));
    event_log_unref(s->events);
    s->events = event_log_more(NULL, &events);
    vec_free(&events);
    vec_free(&actions);
    struct snapshot *read = again(s);
    assert_int_equal(read->events->n, 2);
    assert_null(read->events->at[1]->members);
    const struct event *event = read->events->at[0];
    assert_true(kind_events.opens(event));
    assert_int_equal(event->members->n, 2);
    const struct event *failed = event->members->at[1];
    const struct identity parent = {.kind = KIND_EVENT, .part = event->number};
    assert_true(kind_actions.belongs(failed, &parent));
    assert_string_equal(failed->text, "segment 425985 failed");
    assert_string_equal(failed->object, "segment 425985");
    assert_int_equal(failed->severity, SEVERITY_WARNING);
    assert_int_equal(failed->about.kind, KIND_SEGMENT);
    assert_int_equal(failed->about.id, 425985);
    snapshot_unref(read);
    snapshot_unref(s);
}

TEST(limits_come_back_with_their_meaning)
{
    struct snapshot *s = fake_story();
    const struct huge_pool pool = {.page = 2 << 20, .total = 8, .free = 3};

    huge_pool_limits(&pool, &s->limits);
    size_t n = s->limits.n;
    struct snapshot *read = again(s);
    assert_int_equal(read->limits.n, n);
    for (size_t i = n - 3; i < n; i++) {
        assert_string_equal(read->limits.at[i].meaning, s->limits.at[i].meaning);
        assert_string_equal(read->limits.at[i].unit, "huge pages");
    }
    snapshot_unref(read);
    snapshot_unref(s);
}

// Also the one /dev/shm of several.
TEST(the_limit_that_a_finding_is_about_comes_back)
{
    struct snapshot *s = fake_story();
    size_t limits = 0;
    char name[64];

    fake_limit(s, "dev_shm", "bytes", 10, 100);
    fake_limit(s, "dev_shm", "bytes", 99, 100)->mount_namespace = 4026532201;
    fake_limit(s, "shmall", "pages", 90, 100);
    triage_run(s);
    struct snapshot *read = again(s);
    assert_int_equal(read->findings.n, s->findings.n);
    for (size_t i = 0; i < s->findings.n; i++) {
        const struct finding *was = &s->findings.at[i], *is = &read->findings.at[i];
        if (was->about.kind != KIND_LIMIT) {
            assert_int_not_equal(is->about.kind, KIND_LIMIT);
            continue;
        }
        limits++;
        assert_int_equal(is->about.kind, KIND_LIMIT);
        limit_name(&s->limits.at[was->about.part], name, sizeof name);
        assert_string_equal(read->limits.at[is->about.part].name, name);
    }
    assert_true(limits >= 2);
    snapshot_unref(read);
    snapshot_unref(s);
}

#define META "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":1795000000},"

static struct snapshot *segment_with(const char *members)
{
    char *text = mem_format(META "\"segments\":[{\"shmid\":5,%s}]}", members);
    struct snapshot *s = must_read(text);

    free(text);
    assert_int_equal(s->segments.n, 1);
    return s;
}

static size_t of_owner(const struct snapshot *s, uint32_t uid)
{
    const struct query query = {.kind = &kind_segments, .has_owner = true, .owner = uid};
    struct rows rows = {0};

    rows_build(&rows, s, &query);
    size_t n = rows.n;
    vec_free(&rows);
    return n;
}

// 2^32 is not root, nor 2^32 + 26 the user 26; and what is not there is nobody's.
TEST(a_uid_beyond_32_bits_is_nobodys)
{
    static const char *const members[] = {"\"uid\":4294967296,\"owner\":\"root\"",
                                          "\"uid\":4294967322",
                                          "\"uid\":18446744073709551616",
                                          "\"uid\":-1",
                                          "\"uid\":1e3",
                                          "\"uid\":null",
                                          "\"size\":1"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct snapshot *s = segment_with(members[i]);
        assert_int_equal(of_owner(s, 0), 0);
        assert_int_equal(of_owner(s, 26), 0);
        assert_int_equal(of_owner(s, 1000), 0);
        assert_null(snapshot_user(s, 0));
        snapshot_unref(s);
    }
    struct snapshot *s = segment_with("\"uid\":26,\"owner\":\"postgres\"");
    assert_int_equal(of_owner(s, 26), 1);
    assert_string_equal(snapshot_user(s, 26), "postgres");
    snapshot_unref(s);
}

TEST(a_pid_beyond_32_bits_is_no_process)
{
    static const char *const members[] = {"\"cpid\":4294967297", "\"cpid\":-4294967295",
                                          "\"cpid\":9223372036854775807", "\"cpid\":1e0"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct snapshot *s = segment_with(members[i]);
        assert_int_equal(s->segments.at[0].cpid, 0);
        snapshot_unref(s);
    }
    struct snapshot *s = segment_with("\"cpid\":2147483647");
    assert_int_equal(s->segments.at[0].cpid, INT32_MAX);
    snapshot_unref(s);
}

static void must_be(const char *members, uint64_t size)
{
    struct snapshot *s = segment_with(members);
    char *line = line_of(s), *wanted = mem_format("\"size\":%" PRIu64 ",", size);

    assert_int_equal(s->segments.at[0].size, size);
    if (size && !strstr(line, wanted))
        fail_msg("%s", line);
    free(line);
    free(wanted);
    snapshot_unref(s);
}

// No fraction, sign or overflow makes another one of it.
TEST(a_size_is_what_was_recorded_or_unknown)
{
    must_be("\"size\":18446744073709551615", UINT64_MAX);
    must_be("\"size\":9223372036854775808", UINT64_C(1) << 63);
    must_be("\"size\":18446744073709551616", 0);
    must_be("\"size\":99999999999999999999999999", 0);
    must_be("\"size\":-1", 0);
    must_be("\"size\":1.5", 0);
    must_be("\"size\":1e300", 0);
    must_be("\"size\":[4096]", 0);
    must_be("\"size\":{\"a\":4096}", 0);
}

TEST(a_list_with_a_number_that_is_none_is_unknown)
{
    static const char *const lists[] = {"[4294967296]", "[-1]", "[1,\"2\"]", "[1.5]", "7"};
    char text[400];

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        snprintf(text, sizeof text,
                 META "\"findings\":[{\"rule\":\"r\",\"severity\":\"notice\",\"kind\":\"segment\","
                      "\"id\":1,\"objects_kind\":\"segment\",\"objects\":%s,\"title\":\"t\"}]}",
                 lists[i]);
        struct snapshot *s = must_read(text);
        assert_int_equal(s->findings.n, 1);
        assert_int_equal(s->findings.at[0].ids.n, 0);
        snapshot_unref(s);
    }
}

// Recordings of earlier versions have no name; of others it may be one that no limit has.
TEST(a_finding_about_an_unknown_limit_is_about_none)
{
    static const char *const names[] = {
        "", ",\"name\":null", ",\"name\":\"shm\"", ",\"name\":\"\"", ",\"name\":5", ",\"id\":0"};
    char text[500];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(text, sizeof text,
                 META "\"limits\":[{\"name\":\"shmmni\",\"used\":9,\"limit\":9}],\"findings\":[{"
                      "\"rule\":\"limit\",\"severity\":\"notice\",\"kind\":\"limit\","
                      "\"title\":\"t\"%s}]}",
                 names[i]);
        struct snapshot *s = must_read(text);
        assert_int_equal(s->findings.n, 1);
        assert_int_equal(s->findings.at[0].about.kind, NO_KIND);
        snapshot_unref(s);
    }
}

// Times are subtracted from each other: one that no clock shows is damage.
TEST(a_time_that_no_clock_shows_is_damage)
{
    static const char *const times[] = {"-9223372036854775808", "-1", "253402300800",
                                        "9223372036854775807"};
    struct document_report report;
    char text[120];
    int64_t time;

    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int n = snprintf(text, sizeof text,
                         "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":%s}}",
                         times[i]);
        assert_null(document_read(text, (size_t)n, &report));
        assert_true(report.note[0]);
        assert_false(document_time(text, (size_t)n, &time));
        snprintf(text, sizeof text, META "\"segments\":[{\"shmid\":5,\"ctime\":%s}]}", times[i]);
        struct snapshot *s = must_read(text);
        assert_int_equal(s->segments.n, 1);
        snapshot_unref(s);
    }
    static const char last[] = "{\"meta\":{\"program\":\"ipctop\",\"time\":253402300799}}";
    assert_true(document_time(last, sizeof last - 1, &time));
    assert_true(time == 253402300799);
    struct snapshot *s = document_read(last, sizeof last - 1, &report);
    assert_non_null(s);
    snapshot_unref(s);
}

// jq(1) and its like write a picture again, with other blanks and all that a string may hold.
TEST(a_time_is_found_whatever_stands_around_it)
{
    static const struct {
        const char *text;
        int64_t time; // -1: none
    } cases[] = {
        {"{ \"meta\" : {\"program\": \"ipctop\",\t\"time\" :\t7 , \"hostname\": \"a\"}}", 7},
        {"{\"meta\": {\"hostname\": \"time\", \"time\": 8}}", 8},
        {"{\"meta\":{\"hostname\":\"\\\"time\\\":5\",\"time\":9\r}}", 9},
        {"{\"meta\":{\"time\":\"7\"}}", -1},
        {"{\"meta\":{\"time\":7", -1},
        {"{\"meta\":{\"time\":7.5}}", -1},
        {"{\"meta\":[{\"time\":7}]}", -1},
        {"{\"segments\":{\"time\":7}}", -1},
        {"{\"meta\":{\"time\"", -1},
        {"", -1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t time = -1;
        bool found = document_time(cases[i].text, strlen(cases[i].text), &time);

        assert_int_equal(found, cases[i].time >= 0);
        if (found)
            assert_int_equal(time, cases[i].time);
    }
}

// An event counts its milliseconds from the Epoch.
TEST(an_event_of_no_time_is_not_shown_at_one)
{
    struct document_report report;
    static const char text[] = META "\"events\":[{\"time\":9223372036854775807}]}";
    struct snapshot *s = document_read(text, sizeof text - 1, &report);

    assert_non_null(s);
    assert_non_null(strstr(report.note, "time"));
    char *line = line_of(s);
    assert_null(strstr(line, "9223372036854775807"));
    free(line);
    snapshot_unref(s);
}

// The smallest row that says something, and as many bytes of rows that say nothing.
TEST(rows_are_no_more_than_the_bytes_can_hold)
{
    enum { ROWS = 1000 };
    static const char *const rows[] = {"{\"fd\":3},", "{},{},{},", "[],[],[],"};
    struct document_report report;

    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char *text = NULL;
        size_t n;
        FILE *out = mem_stream(&text, &n);
        fputs(META "\"files\":[", out);
        for (int i = 0; i < ROWS; i++)
            fputs(rows[k], out);
        fputs("{\"fd\":3,\"path\":\"\\\"{{{{[[[[\"}]}", out);
        mem_stream_end(out);
        struct snapshot *s = document_read(text, n, &report);
        assert_int_equal(s != NULL, k == 0);
        if (s)
            assert_int_equal(s->files.n, ROWS + 1);
        else
            assert_non_null(strstr(report.note, "more rows"));
        snapshot_unref(s);
        free(text);
    }
}

// What is no row is said and left out: zeros would be segment 0 of root.
TEST(rows_that_are_none_are_left_out)
{
    static const char text[] =
        META "\"segments\":[7,{\"shmid\":5,\"size\":1},null,[],\"a\",{\"shmid\":9,\"size\":2}],"
             "\"queues\":[true]}";
    struct document_report report;
    struct snapshot *s = document_read(text, sizeof text - 1, &report);

    assert_non_null(s);
    assert_string_equal(report.note, "it has a row that is none in segments");
    assert_int_equal(s->segments.n, 2);
    assert_int_equal(s->segments.at[0].o.id, 5);
    assert_int_equal(s->segments.at[1].o.id, 9);
    assert_int_equal(s->segments.at[1].size, 2);
    assert_int_equal(s->queues.n, 0);
    snapshot_unref(s);
}

TEST(a_row_may_have_more_columns_than_the_first)
{
    struct snapshot *s = must_read(META "\"segments\":[{\"shmid\":5},{\"shmid\":9,\"size\":2}]}");

    assert_int_equal(s->segments.n, 2);
    assert_int_equal(s->segments.at[1].size, 2);
    snapshot_unref(s);
    // As many, but others.
    s = must_read(META "\"segments\":[{\"shmid\":5,\"nattch\":3},{\"shmid\":9,\"size\":2},"
                       "{\"size\":4,\"shmid\":11}]}");
    assert_int_equal(s->segments.n, 3);
    assert_int_equal(s->segments.at[0].nattch, 3);
    assert_int_equal(s->segments.at[1].size, 2);
    assert_int_equal(s->segments.at[2].size, 4);
    snapshot_unref(s);
}

// Two objects of one inode on different devices, in another order than they are searched in.
TEST(shared_memory_is_found_in_a_recording)
{
    struct snapshot *s =
        must_read("{\"meta\":{\"program\":\"ipctop\",\"version\":\"1\",\"time\":1795000000},"
                  "\"shared\":[{\"name\":\"b\",\"device\":\"01:00\",\"inode\":7},"
                  "{\"name\":\"a\",\"device\":\"00:1a\",\"inode\":7}],"
                  "\"shared_holders\":[{\"pid\":20,\"device\":\"01:00\",\"inode\":7},"
                  "{\"pid\":10,\"device\":\"00:1a\",\"inode\":7}]}");
    size_t n;

    for (uint32_t i = 0; i < 2; i++) {
        const struct shared_id id = {i, i ? 0 : 0x1a, 7};
        const struct shared *row = shared_find(s, &id);
        assert_non_null(row);
        assert_string_equal(row->name, i ? "b" : "a");
        const struct shared_holder *holder = shared_holders(s, &id, &n);
        assert_int_equal(n, 1);
        assert_int_equal(holder->pid, i ? 20 : 10);
    }
    snapshot_unref(s);
}

int main(void)
{
    return tests_run();
}
