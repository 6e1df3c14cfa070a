#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/actor.h"
#include "app/audit.h"
#include "support/ns.h"

static char path[64];

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/ipctop-audit-XXXXXX");
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
    return fd >= 0 && unlink(path) == 0 ? 0 : -1;
}

static int remove_path(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static const char *content(void)
{
    static char text[4096];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static struct outcome removed(void)
{
    struct outcome outcome = {
        .action = {.verb = ACTION_REMOVE,
                   .target = {.kind = KIND_SEGMENT, .id = 42, .key = 0xbeef, .ctime = 99}}};

    snprintf(outcome.text, sizeof outcome.text, "segment 42 marked; 3 still attached");
    return outcome;
}

static void each_action_is_a_line(void **state)
{
    (void)state;
    struct audit *audit = audit_open(path);
    struct outcome first = removed(), second = {
        .action = {.verb = ACTION_SIGNAL, .signal = SIGTERM,
                   .target = {.kind = KIND_HOLDER, .pid = 18811, .start_ticks = 777}},
        .state = OUTCOME_FAILED};
    struct stat st;
    char expected[128];

    assert_non_null(audit);
    audit_outcome(audit, &first);
    audit_close(audit);
    audit = audit_open(path); // the next session appends
    snprintf(second.text, sizeof second.text, "process 18811: not permitted");
    audit_outcome(audit, &second);
    audit_close(audit);

    char *line = strdup(content()), *end = strchr(line, '\n');
    assert_non_null(end);
    snprintf(expected, sizeof expected, " ipctop[%d] uid=%u ", (int)getpid(), (unsigned)getuid());
    assert_non_null(strstr(line, expected));
    assert_non_null(strstr(line, " remove segment 42 key=0x0000beef cuid=0 ctime=99: done: "
                                 "segment 42 marked; 3 still attached\n"));
    assert_non_null(strstr(end, " signal 15 process 18811 start=777: failed: "
                                "process 18811: not permitted\n"));
    assert_string_equal(first.text, "segment 42 marked; 3 still attached"); // nothing to add
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0137, 0); // nobody else reads or writes it
    free(line);
}

static void a_long_result_is_still_one_line(void **state)
{
    (void)state;
    struct audit *audit = audit_open(path);
    struct outcome outcome = removed();

    memset(outcome.text, 'x', sizeof outcome.text - 1);
    audit_outcome(audit, &outcome);
    audit_close(audit);
    const char *text = content();
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

// A full disk is no reason to hide what was done, nor that it is not in the log.
static void what_is_not_logged_is_said(void **state)
{
    (void)state;
    struct outcome outcome = removed();
    struct audit *audit = audit_open("/dev/full");

    if (!audit) {
        printf("skip: no /dev/full\n");
        skip();
    }
    audit_outcome(audit, &outcome);
    audit_close(audit);
    assert_string_equal(outcome.text, "segment 42 marked; 3 still attached "
                                      "(not logged: No space left on device)");
}

static void a_log_that_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    assert_null(audit_open("/nonexistent/log"));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(audit_open(path)); // nobody reads it: no waiting for somebody
}

static void act(void *self, const struct action *action, struct outcome *outcome)
{
    (void)self;
    (void)action;
    snprintf(outcome->text, sizeof outcome->text, "done by a fake");
}

struct acting {
    struct actor *actor;
    struct outcome_vec outcomes;
};

static bool has_outcome(void *arg)
{
    struct acting *a = arg;

    actor_outcomes(a->actor, &a->outcomes);
    return a->outcomes.n > 0;
}

static void the_thread_that_acts_writes(void **state)
{
    (void)state;
    struct audit *audit = audit_open(path);
    const struct source source = {.act = act};
    const struct sampler_options options = {.acted = audit_outcome, .acted_arg = audit};
    struct acting a = {.actor = actor_new(&source, &options, NULL, NULL)};
    struct outcome asked = removed();

    actor_push(a.actor, &asked.action, 1);
    assert_true(await(has_outcome, &a, 30));
    assert_non_null(strstr(content(), "remove segment 42")); // before the outcome is told
    assert_int_equal(actor_free(a.actor), 0);
    audit_close(audit);
    vec_free(&a.outcomes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_path, remove_path)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_action_is_a_line),
        TEST(a_long_result_is_still_one_line),
        TEST(what_is_not_logged_is_said),
        TEST(a_log_that_cannot_be_opened_is_an_error),
        TEST(the_thread_that_acts_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
