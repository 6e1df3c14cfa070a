// Changing real objects and limits with the built program, and what it says of signals afterwards.
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
#define START(...)                                                                                 \
    tty_start(&(struct tty_options){.w = 120, .h = 40},                                            \
              (const char *const[]){IPCTOP, "-d", "0.3", ##__VA_ARGS__, NULL})

enum { KEY = 0x2121 };

static bool covered; // the directory of settings

static int teardown(void **state)
{
    tty_teardown(state);
    scene_clean();
    int error = covered ? umount2("/etc/sysctl.d", MNT_DETACH) : 0;
    covered = false;
    return error;
}

TEST_FIXTURE(NULL, teardown)

static void must_end(struct tty *t)
{
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

static struct shmid_ds segment(int id)
{
    struct shmid_ds ds;

    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    return ds;
}

static uint64_t number_in(const char *path, int field)
{
    unsigned long long numbers[4] = {0};
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    int n = fscanf(f, "%llu %llu %llu %llu", &numbers[0], &numbers[1], &numbers[2], &numbers[3]);
    fclose(f);
    assert_true(n > field);
    return numbers[field];
}

// --- objects -------------------------------------------------------------------------------------

TEST(a_mode_is_changed)
{
    int id = scene_segment(4096, 0600, KEY);
    struct tty *t = START();

    tty_must_show(t, "0x00002121");
    tty_must_show(t, "root   rw-"); // the name is known, as in the question
    tty_send(t, "e");
    tty_must_show(t, "Change segment");
    tty_must_show(t, "[0600");
    tty_send(t, "\t\t\025"
                "0999\r");
    tty_must_show(t, "octal up to 0777");
    assert_int_equal(segment(id).shm_perm.mode & 0777, 0600);
    tty_send(t, "\025rw-r-----\r");
    tty_must_show(t, "mode 0640?");
    tty_must_show(t, "Now: owner root");
    tty_must_be_quiet(t, 50);
    assert_int_equal(segment(id).shm_perm.mode & 0777, 0600);
    tty_send(t, "n");
    tty_must_show(t, "nothing done");
    tty_send(t, "e");
    tty_must_show(t, "Change segment");
    tty_send(t, "\t\t\025"
                "640\r");
    tty_must_show(t, "mode 0640?");
    tty_send(t, "y");
    tty_must_show(t, "changed: mode 0640");
    assert_int_equal(segment(id).shm_perm.mode & 0777, 0640);
    tty_must_show(t, "rw-r-----");
    must_end(t);
}

TEST(an_owner_is_changed_by_name)
{
    const struct passwd *user = getpwnam("daemon");
    const struct group *group = getgrnam("daemon");

    if (!ns_was_root() || !user || !group) {
        printf("skip: needs root and a user daemon\n");
        skip();
    }
    uid_t uid = user->pw_uid;
    gid_t gid = group->gr_gid;
    int id = scene_segment(4096, 0600, KEY);
    struct tty *t = START();

    tty_must_show(t, "0x00002121");
    tty_send(t, "e");
    tty_must_show(t, "uid 0");
    tty_send(t, "\025no.such.user\r");
    tty_must_show(t, "there is no such user");
    tty_send(t, "\025"
                "daemon\t\025"
                "daemon\r");
    tty_must_show(t, "owner daemon, group daemon?");
    tty_send(t, "y");
    tty_must_show(t, "changed: owner daemon");
    assert_int_equal(segment(id).shm_perm.uid, uid);
    assert_int_equal(segment(id).shm_perm.gid, gid);
    assert_int_equal(segment(id).shm_perm.cuid, 0);
    must_end(t);
}

TEST(a_queue_gets_more_room)
{
    int id = msgget(KEY, IPC_CREAT | 0600), set = semget(KEY, 1, IPC_CREAT | 0600);
    struct msqid_ds ds;
    struct semid_ds sem;
    struct tty *t = START("queues");

    tty_must_show(t, "0x00002121");
    tty_send(t, "e");
    tty_must_show(t, "Size limit");
    tty_must_show(t, "msgmnb is");
    tty_send(t, "\t\t\t\025"
                "8K\r");
    tty_must_show(t, "size limit 8.0K?");
    tty_send(t, "y");
    tty_must_show(t, "at most 8192 bytes");
    assert_int_equal(msgctl(id, IPC_STAT, &ds), 0);
    assert_int_equal(ds.msg_qbytes, 8192);
    tty_send(t, "2");
    tty_must_show(t, "0x00002121");
    tty_send(t, "e");
    tty_must_show(t, "Change semaphore set");
    tty_send(t, "\t\t\025"
                "0660\ry");
    tty_must_show(t, "mode 0660?"); // the y was typed before the question stood there
    tty_send(t, "y");
    tty_must_show(t, "changed: mode 0660");
    assert_int_equal(semctl(set, 0, IPC_STAT, (union {
                                int v;
                                struct semid_ds *b;
                            }){.b = &sem}),
                     0);
    assert_int_equal(sem.sem_perm.mode & 0777, 0660);
    must_end(t);
}

TEST(a_segment_is_locked_and_unlocked)
{
    int id = scene_segment(64 << 10, 0600, KEY);
    struct tty *t = START();

    tty_must_show(t, "0x00002121");
    tty_send(t, "l");
    tty_must_show(t, "can no longer be swapped out");
    tty_send(t, "y");
    tty_must_show(t, "locked in memory");
    assert_true(segment(id).shm_perm.mode & SHM_LOCKED);
    tty_must_show(t, "locked");
    tty_send(t, "l");
    tty_must_show(t, "Unlock segment");
    tty_send(t, "y");
    tty_must_show(t, " unlocked");
    assert_false(segment(id).shm_perm.mode & SHM_LOCKED);
    must_end(t);
}

TEST(nobody_may_not_change_it)
{
    if (!ns_was_root()) {
        printf("skip: needs a second user\n");
        skip();
    }
    int id = scene_segment(64 << 10, 0644, KEY);
    uint64_t shmmni = number_in("/proc/sys/kernel/shmmni", 0);
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 40, .nobody = true},
                              (const char *const[]){IPCTOP, "-d", "0.3", NULL});

    tty_must_show(t, "0x00002121");
    tty_send(t, "e");
    tty_must_show(t, "Change segment");
    tty_send(t, "\t\t\025"
                "0666\r");
    tty_must_show(t, "It needs root"); // said before
    tty_send(t, "y");
    tty_must_show(t, "not permitted: needs root"); // and after
    assert_int_equal(segment(id).shm_perm.mode & 0777, 0644);
    tty_send(t, "l");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must_not_show(t, "y yes");
    tty_must_show(t, "CAP_IPC_LOCK");
    assert_false(segment(id).shm_perm.mode & SHM_LOCKED);
    tty_send(t, "5");
    tty_must_show(t, "shmmni");
    tty_send(t, "/shmmni\r");
    tty_send(t, "\r");
    tty_must_show(t, "Limit shmmni");
    tty_send(t, "\025"
                "4000\r");
    tty_must_show(t, "kernel.shmmni = 4000");
    tty_must_show(t, "It needs");
    tty_send(t, "y");
    tty_must_show(t, "shmmni: not permitted");
    assert_int_equal(number_in("/proc/sys/kernel/shmmni", 0), shmmni);
    must_end(t);
}

TEST(readonly_refuses)
{
    scene_segment(4096, 0600, KEY);
    struct tty *t = START("--readonly");
    static const char *const keys[] = {"e", "l", "5\r", "e"};

    tty_must_show(t, "0x00002121");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        tty_send(t, keys[i]);
        tty_must_show(t, "--readonly");
    }
    assert_int_equal(tty_find(t, "Enter go on"), -1);
    must_end(t);
}

// --- limits --------------------------------------------------------------------------------------

static void open_limit(struct tty *t, const char *name)
{
    char keys[32], title[32];

    snprintf(keys, sizeof keys, "/%s\r", name);
    snprintf(title, sizeof title, "Limit %s", name);
    tty_send(t, keys);
    tty_must_be_quiet(t, 50);
    tty_send(t, "\r");
    tty_must_show(t, title);
}

TEST(a_limit_is_changed_and_restored)
{
    static const char path[] = "/proc/sys/kernel/shmmni";
    uint64_t before = number_in(path, 0);
    struct tty *t = START("limits");
    char keys[32];

    tty_must_show(t, "shmmni");
    tty_must_show(t, "unlimited");
    open_limit(t, "shmmni");
    tty_must_show(t, "accepts 0 to 32768");
    tty_send(t, "\025"
                "64K\r");
    tty_must_show(t, "a whole number");
    tty_send(t, "\025"
                "16777217\r");
    tty_must_show(t, "from 0 to 16777216");
    tty_send(t, "\025"
                "1234\r");
    tty_must_show(t, "kernel.shmmni = 1234");
    tty_must_be_quiet(t, 50);
    assert_int_equal(number_in(path, 0), before);
    tty_send(t, "y");
    tty_must_show(t, "shmmni is 1234 now");
    assert_int_equal(number_in(path, 0), 1234);
    // What the program lets pass and this kernel may not take is told afterwards.
    open_limit(t, "shmmni");
    tty_send(t, "\025"
                "16777216\r");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must_not_show(t, "y yes");
    tty_must_show(t, number_in(path, 0) == 1234 ? "does not accept 16777216" : "16777216 now");
    open_limit(t, "shmmni");
    snprintf(keys, sizeof keys, "\025%llu\r", (unsigned long long)before);
    tty_send(t, keys);
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must_not_show(t, "y yes");
    tty_must_show(t, "shmmni is");
    assert_int_equal(number_in(path, 0), before);
    must_end(t);
}

#define SYSCTL_FILE "/etc/sysctl.d/60-ipctop.conf"

static void write_sysctl(const char *text)
{
    FILE *f = fopen(SYSCTL_FILE, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void sysctl_must_be(const char *expected)
{
    char text[512];
    FILE *f = fopen(SYSCTL_FILE, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

    assert_non_null(f);
    fclose(f);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static void set_shmmni(struct tty *t, const char *value, const char *answer)
{
    char keys[32];

    open_limit(t, "shmmni");
    snprintf(keys, sizeof keys, "\025%s\r", value);
    tty_send(t, keys);
    tty_must_show(t, "w yes, and write that line");
    tty_send(t, answer);
    tty_must_not_show(t, "w yes");
}

#define MARK "# Written by ipctop: limits set on its screen, read at boot, sysctl.d(5).\n"

TEST(a_limit_is_made_to_last_in_a_file_of_our_own)
{
    if (access("/etc/sysctl.d", F_OK) != 0 ||
        mount("ipctop-test", "/etc/sysctl.d", "tmpfs", 0, "mode=755") != 0) {
        printf("skip: no directory of settings to cover\n");
        skip();
    }
    covered = true;
    struct tty *t = START("limits");
    tty_must_show(t, "shmmni");
    set_shmmni(t, "1234", "w");
    tty_must_show(t, "now (was ");
    tty_must_show(t, "; written to " SYSCTL_FILE);
    sysctl_must_be(MARK "kernel.shmmni = 1234\n");
    // What is there already stays, the same setting is replaced.
    write_sysctl(MARK "kernel.msgmnb = 65536\nkernel.shmmni = 1234\n# why\n");
    set_shmmni(t, "1235", "w");
    tty_must_show(t, "shmmni is 1235 now (was 1234); written to " SYSCTL_FILE);
    sysctl_must_be(MARK "kernel.msgmnb = 65536\n# why\nkernel.shmmni = 1235\n");
    // Another's file is left alone; the limit is set all the same.
    write_sysctl("kernel.shmmni = 4096\n");
    set_shmmni(t, "1236", "w");
    tty_must_show(t, "shmmni is 1236 now (was 1235), until reboot: " SYSCTL_FILE);
    tty_must_show(t, "not written by ipctop, left alone");
    sysctl_must_be("kernel.shmmni = 4096\n");
    set_shmmni(t, "4096", "y"); // until reboot alone
    tty_must_show(t, "shmmni is 4096 now");
    sysctl_must_be("kernel.shmmni = 4096\n");
    must_end(t);
}

TEST(the_four_numbers_of_sem_stay_together)
{
    static const char path[] = "/proc/sys/kernel/sem";
    uint64_t before[4];
    char line[96];
    int set = semget(KEY, 5, IPC_CREAT | 0600);
    struct tty *t = START("limits");

    assert_true(set >= 0);
    for (int i = 0; i < 4; i++)
        before[i] = number_in(path, i);
    tty_must_show(t, "semmsl");
    open_limit(t, "semopm");
    tty_send(t, "\025"
                "77\r");
    snprintf(line, sizeof line, "kernel.sem = %llu %llu 77 %llu", (unsigned long long)before[0],
             (unsigned long long)before[1], (unsigned long long)before[3]);
    tty_must_show(t, line);
    tty_send(t, "y");
    tty_must_show(t, "semopm is 77 now");
    for (int i = 0; i < 4; i++)
        assert_int_equal(number_in(path, i), i == 2 ? 77 : before[i]);
    // Less than is used: the word.
    open_limit(t, "semmsl");
    tty_must_show(t, "in use: 5");
    tty_send(t, "\025"
                "4\r");
    tty_must_show(t, "type set:");
    tty_send(t, "set\r");
    tty_must_show(t, "semmsl is 4 now");
    must_end(t);
}

// --- signals -------------------------------------------------------------------------------------

static bool dead(struct tty *t, void *pid)
{
    (void)t;
    return !scene_alive(*(pid_t *)pid);
}

TEST(the_end_of_a_process_is_told)
{
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "lonely", .values = {KEY, 4096, 0, 0600}};
    char ended[64];
    pid_t pid = scene_start(&holder, NULL);
    struct tty *t = START();

    tty_must_show(t, "lonely");
    tty_send(t, "k\r");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must(t, "it dies", dead, &pid);
    snprintf(ended, sizeof ended, "%d lonely ended", pid);
    tty_must_show(t, ended);
    must_end(t);
}

static bool stopped(struct tty *t, void *arg)
{
    int y = tty_find(t, " T ");

    (void)arg;
    return y >= 0 && strstr(tty_row(t, y), "sleeper");
}

TEST(a_stopped_one_still_runs)
{
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "sleeper", .values = {KEY, 4096, 0, 0600}};
    char text[64];
    pid_t pid = scene_start(&holder, NULL);
    struct tty *t = START();

    assert_int_equal(kill(pid, SIGSTOP), 0);
    tty_must_show(t, "sleeper");
    tty_send(t, "\r");
    tty_must(t, "its state is shown", stopped, NULL);
    tty_send(t, "\033");
    tty_must_show(t, "0x00002121");
    tty_send(t, "k");
    tty_must_show(t, "(stopped)");
    tty_send(t, "\r");
    tty_must_show(t, "only after SIGCONT");
    tty_send(t, "y");
    snprintf(text, sizeof text, "%d sleeper still runs", pid);
    tty_must_show(t, text);
    tty_must_show(t, "stopped: it gets the signal after SIGCONT");
    assert_true(scene_alive(pid));
    tty_send(t, "k9\r");
    tty_must_show(t, "SIGKILL to");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    snprintf(text, sizeof text, "%d sleeper ended", pid);
    tty_must_show(t, text);
    must_end(t);
}

int main(void)
{
    return ns_run(tests_run);
}
