// Thousands of objects of each kind: shown, paged, searched, sorted and filtered.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { CROWD = 4096 };

TEST_FIXTURE(NULL, tty_scene_teardown)

static void make_crowd(void)
{
    for (int i = 0; i < CROWD; i++) {
        if (shmget(0x10000 + i, (size_t)(i + 1) * 4096, IPC_CREAT | SHM_NORESERVE | 0600) < 0 ||
            semget(0x20000 + i, 1 + i % 8, IPC_CREAT | 0600) < 0 ||
            msgget(0x30000 + i, IPC_CREAT | 0600) < 0) {
            printf("skip: limits of this machine allow %d objects only: %s\n", i, strerror(errno));
            skip();
        }
    }
}

TEST(four_thousand_of_each)
{
    make_crowd();
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 50},
                              (const char *const[]){IPCTOP, "-d", "0.5", NULL});

    tty_must_show(t, "0x00010fff"); // the largest comes first
    tty_must_show(t, "of 4096");
    tty_key(t, "end");
    tty_must_show(t, "row 4096 of 4096");
    tty_must_show(t, "0x00010000");
    tty_key(t, "home");
    tty_must_show(t, "row 1 of 4096");
    tty_key(t, "np"); // page down: to the end of the page, then on
    tty_key(t, "np");
    tty_must_not_show(t, "0x00010fff");
    tty_send(t, "/0x00010123\r");
    tty_must_show(t, "0x00010123");
    tty_send(t, "\\size<=40960\r");
    tty_must_show(t, "of 10");
    tty_send(t, "2");
    tty_must_show(t, "of 4096");
    tty_must_show(t, "SEMID");
    tty_key(t, "end");
    tty_must_show(t, "row 4096 of 4096");
    tty_send(t, "3");
    tty_must_show(t, "MSQID");
    tty_must_show(t, "of 4096");
    tty_send(t, "G");
    tty_must_show(t, "row 4096 of 4096");
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    return ns_run(tests_run);
}
