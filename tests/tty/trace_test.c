// Tracing on the screen: on and off by a key, what it costs in the header, exact events; the end does
// not wait for it.
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/bpf.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define START(...)                                                                                 \
    tty_start(&(struct tty_options){.w = 160, .h = 28},                                            \
              (const char *const[]){BUILD_DIR "/ipctop", "-d", "0.3", ##__VA_ARGS__, NULL})

TEST_FIXTURE(NULL, tty_scene_teardown)

static pid_t remove_by_child(int id)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(shmctl(id, IPC_RMID, NULL) == 0 ? 0 : 1);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

TEST(a_key_turns_it_on_and_events_name_who_did_it)
{
    int id = scene_segment(4096, 0600, 0x1234);
    struct tty *t = START("events");
    char who[64];

    tty_must_show(t, "every 0.3");
    tty_must_not_show(t, " tracing ");
    tty_send(t, "E");
    tty_must_show(t, "32-bit callers"); // the event
    tty_must_show(t, " tracing ");
    snprintf(who, sizeof who, "%d trace_test", remove_by_child(id));
    tty_must_show(t, who);
    tty_send(t, "E");
    tty_must_not_show(t, " tracing on ");
    tty_must_not_show(t, "/call");
}

TEST(a_removed_database_names_its_remover)
{
    int id;
    struct tty *t = START("--trace", "events");
    char who[64];

    tty_must_show(t, "32-bit callers"); // tracing is on
    scene_start(&(struct scene_actor){.role = "make_segment",
                                      .comm = "ora_pmon_ORCL",
                                      .values = {0, 8192, 0, 0600}},
                &id);
    snprintf(who, sizeof who, "removed by %d trace_test (uid 0", remove_by_child(id));
    tty_send(t, "4");
    tty_must_show(t, "Oracle ORCL: segment");
    tty_must_show(t, who);
}

static bool has_keeper(struct tty *t, void *arg)
{
    (void)t;
    (void)arg;
    return bpf_process("ipctop-keeper") > 0;
}

// The keeper detaches for a second or more. How long quitting takes is shown by make bench.
TEST(the_option_turns_it_on_and_quitting_does_not_wait)
{
    int early = 0;

    for (int i = 0; i < 3; i++) {
        struct tty *t = START("--trace");
        tty_must(t, "tracing is on", has_keeper, NULL);
        tty_send(t, "q");
        assert_int_equal(tty_must_exit(t), 0);
        early += has_keeper(NULL, NULL);
        tty_end(t);
        bpf_await_end("ipctop-keeper");
    }
    print_message("%d of three ended before their keeper\n", early);
    assert_true(early > 0);
}

TEST(without_rights_the_reason_is_shown_and_the_rest_works)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 160, .h = 40, .nobody = true},
                              (const char *const[]){BUILD_DIR "/ipctop", "--trace", NULL});

    tty_must_show(t, "no tracing: not permitted");
    tty_must_show(t, "Segments");
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return bpf_run(tests);
}
