// Lines of the log: whole, escaped, and only where they may be written.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/action_worker.h"
#include "model/identity/command_line.h"
#include "store/audit_log.h"
#include "support/files.h"
#include "support/ns.h"
#include "support/test.h"

struct place {
    char dir[64], file[96], other[96];
};

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    snprintf(p->dir, sizeof p->dir, "/tmp/audit_test.XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->file, sizeof p->file, "%s/log", p->dir);
    snprintf(p->other, sizeof p->other, "%s/other", p->dir);
    unsetenv("SUDO_USER");
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;

    unlink(p->file);
    unlink(p->other);
    rmdir(p->dir);
    free(p);
    return 0;
}

static struct audit_log *open_log(const char *path, const char *syslog)
{
    char why[160] = "";
    const struct audit_log_options how = {
        .path = path, .syslog = syslog, .patience_ns = 60 * CLOCK_SECOND};
    struct audit_log *audit = audit_log_open(&how, why, sizeof why);

    if (!audit)
        fail_msg("%s", why);
    return audit;
}

static const struct outcome removed = {
    .action = {.verb = ACTION_REMOVE,
               .target = {.kind = KIND_SEGMENT,
                          .id = 42,
                          .key = 0x42,
                          .cuid = 26,
                          .cgid = 27,
                          .ctime = 1763700000}},
    .text = "segment 42 removed",
};

// What is said of the action that `removed` tells.
static const char *act(struct audit_log *audit)
{
    static struct outcome outcome;

    outcome = removed;
    audit_log_outcome(audit, &outcome);
    return outcome.text;
}

// A picture seen by `user`, with that event, which it takes, as its newest.
static void happened(struct audit_log *audit, const char *user, struct event *event)
{
    struct snapshot *s = snapshot_new();
    struct event_vec events = {0};

    s->has = NEED_SYSTEM;
    snprintf(s->system.user, sizeof s->system.user, "%s", user);
    if (event) {
        vec_push(&events, event_new(&(struct event){.what = EVENT_CREATED}, "", "older"));
        vec_push(&events, event);
    }
    s->events = event_log_more(NULL, &events);
    audit_log_happened(audit, s, event ? 1 : 0);
    audit_log_flush(audit);
    vec_free(&events);
    snapshot_unref(s);
}

TEST(an_action_is_one_line, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    struct stat st;
    char expected[512];

    setenv("SUDO_USER", "al\nice\"", 1);
    struct audit_log *audit = open_log(p->file, NULL);
    happened(audit, "root", NULL);
    assert_string_equal(act(audit), removed.text); // nothing to add
    struct outcome killed = {
        .action = {.verb = ACTION_SIGNAL,
                   .signal = SIGTERM,
                   .target = {.kind = KIND_HOLDER, .pid = 18811, .start_ticks = 99}},
        .state = OUTCOME_FAILED,
        .error = 1,
        .text = "not permitted: \"it\" has \\n in its name"};
    audit_log_outcome(audit, &killed);
    killed.action.target.start_ticks = 0; // of one that is stuck
    killed.action.target.instance = 4711;
    audit_log_outcome(audit, &killed);
    audit_log_close(audit);
    assert_int_equal(stat(p->file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    char *line = file_text(p->file), *next = strchr(line, '\n');
    assert_non_null(next);
    *next++ = '\0';
    // 2025-11-21T14:02:11+0100
    assert_int_equal(strspn(line, "0123456789-:T+"), 24);
    snprintf(expected, sizeof expected,
             " ipctop[%d] action uid=%u user=\"root\" sudo_user=\"al\\\\nice\\\"\" verb=remove "
             "result=done target=\"segment 42 key=0x00000042 cuid=26 cgid=27 ctime=1763700000\" "
             "command=\"ipcrm -m 42\" text=\"segment 42 removed\"",
             getpid(), getuid());
    assert_string_equal(line + 24, expected);
    snprintf(expected, sizeof expected,
             " ipctop[%d] action uid=%u user=\"root\" sudo_user=\"al\\\\nice\\\"\" verb=signal "
             "result=failed errno=1 target=\"process 18811 start_ticks=99\" command=\"kill -TERM "
             "18811\" text=\"not permitted: \\\"it\\\" has \\\\n in its name\"\n",
             getpid(), getuid());
    assert_memory_equal(next + 24, expected, strlen(expected));
    assert_non_null(strstr(strchr(next, '\n'), " target=\"process 18811 pidfs_inode=4711\" "));
}

TEST(events_are_lines_and_old_ones_stay, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    char expected[256];
    FILE *before = fopen(p->file, "w");

    fputs("kept\n", before);
    fclose(before);
    struct audit_log *audit = open_log(p->file, NULL);
    struct event *event = event_new(&(struct event){.what = EVENT_CREATED,
                                                    .time = 1763700000,
                                                    .about = {.kind = KIND_SEGMENT, .id = 43}},
                                    "18811 py\"thon", "4.0K");
    happened(audit, "", event);
    event = event_new(&(struct event){.what = EVENT_REMOVED,
                                      .time = 1763700000,
                                      .several = true,
                                      .about = {.kind = KIND_QUEUE}},
                      "", "300 queues");
    happened(audit, "", event);
    happened(audit, "", event_new(&(struct event){.what = EVENT_ACTION}, "", "written already"));
    audit_log_close(audit);
    char *text = file_text(p->file);
    assert_memory_equal(text, "kept\n", 5);
    assert_null(strstr(text, "older"));
    assert_null(strstr(text, "written already"));
    snprintf(expected, sizeof expected,
             " ipctop[%d] event what=created object=\"segment 43\" who=\"18811 py\\\"thon\" "
             "text=\"4.0K\"\n",
             getpid());
    assert_non_null(strstr(text, expected));
    snprintf(expected, sizeof expected,
             " ipctop[%d] event what=removed object=\"queues\" text=\"300 queues\"\n", getpid());
    assert_non_null(strstr(text, expected));
}

static void refused(const char *path, const char *reason)
{
    char why[160] = "";

    assert_null(audit_log_open(&(struct audit_log_options){.path = path}, why, sizeof why));
    assert_string_equal(why, reason);
}

TEST(only_regular_files_are_opened, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;

    assert_int_equal(symlink(p->other, p->file), 0);
    refused(p->file, "it is a symbolic link");
    assert_int_not_equal(access(p->other, F_OK), 0); // nothing was made through it
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(mkfifo(p->file, 0600), 0);
    refused(p->file, "it is not a regular file"); // and did not wait for a reader
    int reader = open(p->file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    refused(p->file, "it is not a regular file");
    close(reader);
    refused("/dev/null", "it is not a regular file");
    refused(p->dir, "Is a directory");
    refused("/nowhere/log", "No such file or directory");
    refused("", "No such file or directory");
}

static struct event *something(void)
{
    return event_new(&(struct event){.time = 1}, "", "something");
}

// A full disk is no reason to hide what was done, nor that it is not in the log.
TEST(a_full_disk_is_told, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    struct rlimit limit, none = {0, RLIM_INFINITY};
    char why[200];
    struct audit_log *audit = open_log(p->file, NULL);
    struct outcome longest = removed;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    none.rlim_max = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &none);
    assert_string_equal(act(audit), "segment 42 removed (not logged: File too large)");
    memset(longest.text, 'x', sizeof longest.text - 1);
    memcpy(longest.text + sizeof longest.text - 1 - 32, "\u20ac\u20ac", 6);
    audit_log_outcome(audit, &longest);
    assert_string_equal(strchr(longest.text, ' '), " (not logged: File too large)");
    assert_false(audit_log_failure(audit, why, sizeof why)); // of actions their outcome tells
    happened(audit, "", something());
    assert_true(audit_log_failure(audit, why, sizeof why));
    assert_string_equal(why, "events are not logged: File too large");
    assert_false(audit_log_failure(audit, why, sizeof why));
    happened(audit, "", something());
    assert_false(audit_log_failure(audit, why, sizeof why)); // it is known: not with every event
    setrlimit(RLIMIT_FSIZE, &limit);
    happened(audit, "", something());
    assert_false(audit_log_failure(audit, why, sizeof why));
    setrlimit(RLIMIT_FSIZE, &none);
    happened(audit, "", something());
    assert_true(audit_log_failure(audit, why, sizeof why)); // it had worked meanwhile
    setrlimit(RLIMIT_FSIZE, &limit);
    audit_log_close(audit);
}

TEST(a_long_result_is_still_one_line, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    struct audit_log *audit = open_log(p->file, NULL);
    struct outcome outcome = removed;

    memset(outcome.text, '"', sizeof outcome.text - 1);
    audit_log_outcome(audit, &outcome);
    audit_log_close(audit);
    const char *text = file_text(p->file);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

TEST(actions_go_to_syslog_too, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    char message[1024], expected[256];
    struct audit_log *audit = open_log(NULL, p->other);

    assert_string_equal(act(audit), removed.text); // a machine without syslog
    int fd = listen_at(p->other);
    happened(audit, "", something()); // not what others do
    assert_string_equal(act(audit), removed.text);
    ssize_t n = recv(fd, message, sizeof message - 1, 0);
    assert_true(n > 0);
    message[n] = '\0';
    snprintf(expected, sizeof expected, " ipctop[%d]: uid=%u verb=remove result=done ", getpid(),
             getuid());
    assert_memory_equal(message, "<85>", 4); // authpriv.notice
    assert_non_null(strstr(message, expected));
    assert_non_null(strstr(message, "command=\"ipcrm -m 42\""));
    assert_true(recv(fd, message, sizeof message, 0) < 0);

    close(fd); // the daemon ends: told
    assert_string_equal(act(audit),
                        "segment 42 removed (not logged to syslog: Connection refused)");
    unlink(p->other);
    fd = listen_at(p->other); // and starts again
    assert_string_equal(act(audit), removed.text);
    assert_true(recv(fd, message, sizeof message, 0) > 0);

    bool told = false; // one that does not read
    for (int i = 0; i < 2000 && !told; i++)
        told = strstr(act(audit), "(not logged to syslog: ") != NULL;
    assert_true(told);
    close(fd);
    audit_log_close(audit);
}

enum { MANY = 500 };

struct reader {
    int fd;
    atomic_bool done; // nothing more is sent
    int n;
};

static void *read_slowly(void *arg)
{
    const struct timespec nap = {.tv_nsec = 500000};
    struct reader *r = arg;
    char message[1024];

    for (;;) {
        bool done = r->done;
        bool any = recv(r->fd, message, sizeof message, 0) > 0;
        if (!any && done)
            return NULL;
        r->n += any;
        nanosleep(&nap, NULL);
    }
}

// Many things done at once are more than the socket's queue holds: a daemon that reads, if slowly,
// gets them. One that does not read does not cost the time again each time.
TEST(many_actions_wait_for_syslog_to_read, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    struct audit_log *audit = open_log(NULL, p->other);
    struct reader reader = {.fd = listen_at(p->other)};
    pthread_t thread;
    int untold = 0;

    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    for (int i = 0; i < MANY; i++)
        untold += strcmp(act(audit), removed.text) != 0;
    reader.done = true;
    pthread_join(thread, NULL);
    assert_int_equal(reader.n, MANY - untold);
    assert_true(reader.n > MANY / 2); // without patience only as many as the queue holds
    int64_t start = clock_ns();
    for (int i = 0; i < MANY; i++)
        act(audit);
    assert_non_null(strstr(act(audit), "(not logged to syslog: "));
    assert_true(clock_ns() - start < 20 * CLOCK_SECOND); // patience for each would take a hundred
    close(reader.fd);
    audit_log_close(audit);
}

static void fake_act(void *self, const struct action *action, struct outcome *outcome)
{
    (void)self;
    (void)action;
    snprintf(outcome->text, sizeof outcome->text, "done by a fake");
}

struct acting {
    struct action_worker *actor;
    struct outcome_vec outcomes;
};

static bool has_outcome(void *arg)
{
    struct acting *a = arg;

    action_worker_outcomes(a->actor, &a->outcomes);
    return a->outcomes.n > 0;
}

TEST(the_thread_that_acts_writes, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    struct audit_log *audit = open_log(p->file, NULL);
    const struct source source = {.act = fake_act};
    const struct sampler_options options = {.acted = audit_log_outcome, .acted_arg = audit};
    struct acting a = {.actor = action_worker_new(&source, &options, NULL, NULL)};

    action_worker_push(a.actor, &removed.action, 1);
    assert_true(await(has_outcome, &a, 60));
    assert_non_null(strstr(file_text(p->file), "ipcrm -m 42")); // before the outcome is told
    assert_int_equal(action_worker_free(a.actor), 0);
    audit_log_close(audit);
    vec_free(&a.outcomes);
}

static bool said_late(void *arg)
{
    return strstr(file_text(((struct place *)arg)->file), "text=\"late\"") != NULL;
}

static void hanging_act(void *self, const struct action *action, struct outcome *outcome)
{
    const int *ends = self;
    char byte;

    (void)action;
    if (write(ends[3], "x", 1) == 1 && read(ends[0], &byte, 1) == 1)
        snprintf(outcome->text, sizeof outcome->text, "late");
}

// The line of what hangs is there even where the monitor does not live to see it end.
TEST(an_action_under_way_at_the_end_is_a_line, .setup = setup, .teardown = teardown)
{
    struct place *p = *state;
    static struct audit_log *audit; // left to the thread, which may still be in it at the end
    int ends[4];
    char byte;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(ends + 2), 0);
    audit = open_log(p->file, NULL);
    const struct source source = {.self = ends, .act = hanging_act};
    const struct sampler_options options = {.acted = audit_log_outcome, .acted_arg = audit};
    struct action_worker *actor = action_worker_new(&source, &options, NULL, NULL);

    action_worker_push(actor, &removed.action, 1);
    assert_int_equal(read(ends[2], &byte, 1), 1); // a thread has taken it
    assert_int_equal(action_worker_free(actor), 1);
    assert_non_null(strstr(file_text(p->file), "ipcrm -m 42"));
    assert_non_null(strstr(file_text(p->file), "still under way when the monitor ended"));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(await(said_late, p, 60)); // and what came of it, should it live so long
    close(ends[1]);
    close(ends[2]); // the other two are the thread's
}

TEST(commands_are_those_one_would_type)
{
    static const struct {
        struct action action;
        const char *command;
        // clang-format off
    } known[] = {
        {{.verb = ACTION_REMOVE, .target = {.kind = KIND_SEMSET, .id = 7}}, "ipcrm -s 7"},
        {{.verb = ACTION_REMOVE, .target = {.kind = KIND_QUEUE, .id = 0}}, "ipcrm -q 0"},
        {{.verb = ACTION_SIGNAL, .signal = SIGKILL, .target = {.pid = 5}}, "kill -KILL 5"},
        {{.verb = ACTION_SIGNAL, .signal = 40, .target = {.pid = 5}}, "kill -40 5"},
        {{.verb = ACTION_LIMIT, .limit = {.name = "shmmni", .value = 8192}}, "sysctl -w kernel.shmmni=8192"},
        {{.verb = ACTION_LIMIT, .limit = {.name = "semmns", .value = 8192}}, ""},
        {{.verb = ACTION_LOCK, .target = {.kind = KIND_SEGMENT, .id = 1}}, ""},
    };
    // clang-format on
    char command[96];

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_string_equal(action_command(&known[i].action, command, sizeof command),
                            known[i].command);
}
