// Random keys, most of them sensible, at the real program: whatever changes on the machine was asked on
// the screen before, and has a line of intent in the audit log that names it. Nothing crashes.
//
//     FUZZ_SEED=0x… FUZZ_STEPS=20000 build/tests/fuzz/keys_fuzz_test
// runs first: it takes longest but for the matrix
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

enum { THINGS = 24, STATE = 160, LINE_PATIENCE = 60 };

enum thing_kind { SEGMENT, SET, QUEUE, PROCESS, LIMIT };

// What may be changed, as it was last seen.
struct thing {
    enum thing_kind kind;
    int id; // or pid, or index of a limit
    char state[STATE];
    size_t intents; // of the log that changes have used up
};

static const char *const limits[] = {"shmmax", "shmall", "shmmni", "sem",
                                     "msgmax", "msgmnb", "msgmni", "shm_rmid_forced"};
enum { LIMITS = sizeof limits / sizeof *limits };

static uint64_t seed = 0x9e3779b97f4a7c15;
static long steps = 1500, step, asked_at = -1;
static struct thing things[THINGS];
static size_t n_things;
static char dir[32], log_path[64], program[4096], normal[LIMITS][64];
static char typed[4096]; // what was sent lately
static size_t changes;
static bool answers; // whether questions are answered

static uint32_t dice(uint32_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % sides;
}

// --- what there is ------------------------------------------------------------------------------

static void read_line(const char *path, char *out, size_t cap)
{
    FILE *f = fopen(path, "re");

    if (!f || !fgets(out, (int)cap, f))
        *out = '\0';
    if (f)
        fclose(f);
    out[strcspn(out, "\n")] = '\0';
}

static void limit_path(int i, char *out, size_t cap)
{
    snprintf(out, cap, "/proc/sys/kernel/%s", limits[i]);
}

// Everything of it that an action of ours can change, in words; "gone".
static void look_at(const struct thing *thing, char out[STATE])
{
    struct shmid_ds shm;
    struct semid_ds set;
    struct msqid_ds queue;
    char path[64];

    snprintf(out, STATE, "gone");
    switch (thing->kind) {
    case SEGMENT:
        if (shmctl(thing->id, IPC_STAT, &shm) == 0)
            snprintf(out, STATE, "mode %o owner %u:%u", shm.shm_perm.mode, shm.shm_perm.uid,
                     shm.shm_perm.gid);
        break;
    case SET:
        if (semctl(thing->id, 0, IPC_STAT, &set) == 0)
            snprintf(out, STATE, "mode %o owner %u:%u", set.sem_perm.mode, set.sem_perm.uid,
                     set.sem_perm.gid);
        break;
    case QUEUE:
        if (msgctl(thing->id, IPC_STAT, &queue) == 0)
            snprintf(out, STATE, "mode %o owner %u:%u bytes %lu", queue.msg_perm.mode,
                     queue.msg_perm.uid, queue.msg_perm.gid, queue.msg_qbytes);
        break;
    case PROCESS:
        snprintf(path, sizeof path, "/proc/%d/stat", thing->id);
        char text[512];
        read_line(path, text, sizeof text);
        const char *end = strrchr(text, ')');
        if (end && end[2] != 'Z' && end[2] != 'X')
            snprintf(out, STATE, "%s", end[2] == 'T' ? "stopped" : "runs");
        break;
    case LIMIT:
        limit_path(thing->id, path, sizeof path);
        read_line(path, out, STATE);
        break;
    }
}

static void watch(enum thing_kind kind, int id)
{
    struct thing thing = {.kind = kind, .id = id};

    if (id < 0 || n_things == THINGS)
        return;
    look_at(&thing, thing.state);
    things[n_things++] = thing;
}

static void make_one(uint32_t which)
{
    struct scene_actor actor = {.role = "attach", .comm = "holder"};
    int id;

    switch (which) {
    case 0:
        watch(SEGMENT, shmget(IPC_PRIVATE, 4096 << dice(4), IPC_CREAT | 0600));
        break;
    case 1:
        watch(SET, semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
        break;
    case 2:
        watch(QUEUE, msgget(IPC_PRIVATE, IPC_CREAT | 0600));
        break;
    case 3:
        id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
        actor.values[0] = id, actor.values[1] = 1;
        watch(PROCESS, id < 0 ? -1 : scene_start(&actor, NULL));
        watch(SEGMENT, id);
        break;
    default:
        id = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
        actor.role = "wait", actor.comm = "waiter", actor.values[0] = id;
        watch(PROCESS, id < 0 ? -1 : scene_start(&actor, NULL));
        watch(SET, id);
    }
}

// --- what was asked, and what was logged --------------------------------------------------------

// The name of a thing as a line of the log begins its target.
static void target_of(const struct thing *thing, char *out, size_t cap)
{
    static const char *const kinds[] = {"segment", "semaphore set", "queue", "process"};

    bool several =
        thing->kind == LIMIT && strcmp(limits[thing->id], "sem") == 0; // semmsl, semmns, …

    if (thing->kind == LIMIT)
        snprintf(out, cap, "target=\"limit %s%s", limits[thing->id], several ? "" : "=");
    else
        snprintf(out, cap, "target=\"%s %d ", kinds[thing->kind], thing->id);
}

static size_t intents(const struct thing *thing)
{
    char line[2048], target[64];
    FILE *f = fopen(log_path, "re");
    size_t n = 0;

    target_of(thing, target, sizeof target);
    while (f && fgets(line, sizeof line, f))
        n += strstr(line, "] intent ") && strstr(line, target);
    if (f)
        fclose(f);
    return n;
}

static bool has_intent(void *arg)
{
    const struct thing *thing = arg;

    return intents(thing) > thing->intents;
}

static bool asks(struct tty *t)
{
    return tty_find(t, "y yes") >= 0 || tty_find(t, "type ") >= 0;
}

static void note_question(struct tty *t)
{
    if (asks(t))
        asked_at = step;
}

// A segment that was marked goes with its last attachment: the act was about the holder.
static bool follows_from_another(const struct thing *thing, const char *now)
{
    unsigned mode;

    return thing->kind == SEGMENT && strcmp(now, "gone") == 0 &&
           sscanf(thing->state, "mode %o", &mode) == 1 && mode & SHM_DEST;
}

static void hold_against_log(struct tty *t)
{
    for (size_t i = 0; i < n_things; i++) {
        struct thing *thing = &things[i];
        char now[STATE], target[64];

        look_at(thing, now);
        if (strcmp(now, thing->state) == 0)
            continue;
        target_of(thing, target, sizeof target);
        if (!follows_from_another(thing, now)) {
            // On a busy machine nobody waits long for a line.
            await(has_intent, thing, LINE_PATIENCE);
            if (!has_intent(thing))
                tty_fail(t, "%s: from '%s' to '%s' without a line; typed lately: %s", target,
                         thing->state, now, typed);
            if (asked_at < 0)
                tty_fail(t, "%s: from '%s' to '%s' unasked; typed lately: %s", target, thing->state,
                         now, typed);
            changes++;
        }
        thing->intents = intents(thing);
        snprintf(thing->state, sizeof thing->state, "%s", now);
        if (thing->kind == LIMIT) { // or nothing could be made any longer
            char path[64];
            limit_path(thing->id, path, sizeof path);
            FILE *f = fopen(path, "we");
            if (f) {
                fputs(normal[thing->id], f);
                fclose(f);
            }
            look_at(thing, thing->state);
        }
    }
    for (size_t i = 0; i < n_things; i++) // what is gone makes room
        if (strcmp(things[i].state, "gone") == 0)
            things[i--] = things[--n_things];
    while (n_things < THINGS - 4)
        make_one(dice(5));
}

// --- keys ---------------------------------------------------------------------------------------

static void send(struct tty *t, const char *keys)
{
    size_t used = strlen(typed), n = strlen(keys);

    if (used + 4 * n + 8 > sizeof typed)
        used = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(typed + used, sizeof typed - used,
                                 isprint((unsigned char)keys[i]) ? "%c" : "\\x%02x",
                                 (unsigned char)keys[i]);
    snprintf(typed + used, sizeof typed - used, " ");
    tty_send(t, keys);
}

// The word that the screen asks for, with Enter.
static bool word_asked(struct tty *t, char *out, size_t cap)
{
    int y = tty_find(t, "type ");
    const char *row = y < 0 ? NULL : strstr(tty_row(t, y), "type ");
    size_t n = row ? strcspn(row + 5, ":") : 0;

    if (!row || row[5 + n] != ':' || n + 2 > cap)
        return false;
    snprintf(out, cap, "%.*s\r", (int)n, row + 5);
    return true;
}

// What somebody does who wants it: from a table, one act, and the answer.
static void act(struct tty *t)
{
    static const char *const views[] = {"1", "2", "3", "5"}, *const acts[] = {"x", "k", "e", "l"};
    char word[64];

    tty_resize(t, 120, 40);
    send(t, "\033\033\033");
    tty_pump(t, 20);
    send(t, views[dice(4)]);
    for (uint32_t down = dice(6); down; down--)
        send(t, dice(4) ? "\033[B" : " ");
    tty_pump(t, 20);
    send(t, acts[dice(4)]);
    for (int i = 0; i < 10 && !asks(t); i++)
        tty_pump(t, 20);
    note_question(t);
    if (!answers)
        send(t, "n");
    else if (word_asked(t, word, sizeof word))
        send(t, word);
    else
        send(t, tty_find(t, "y yes") >= 0 ? "y" : "\r");
}

static void send_command(struct tty *t, const char *keys)
{
    bool answer = strcmp(keys, "y") == 0 || strcmp(keys, "remove") == 0;

    send(t, answer && !answers ? "n" : keys);
}

static void press(struct tty *t)
{
    // clang-format off
    static const char *const commands[] = {
        "x", "k", "e", "l", " ", "*", "U", "x", "k", "e", "\r", "\r", "\033", "\x7f", "y", "n", "\t",
        "1", "2", "3", "4", "5", "6", "a", "i", "m", "C", "W", "o", "O", "u", "c", "I", ">", "<", "/",
        "\\", "Z", "d", "w", "S", "?", "\x12", "\x0c", "N", "g", "G",
        "\033[A", "\033[B", "\033[A", "\033[B", "\033[5~", "\033[6~", "\033[C", "\033[D", "\033[3~",
        "\033[<0;10;8M", "\033[<0;10;8m", "\033[<64;5;5M", "\033[200~xyremove\r\033[201~", "\033[99", "\033O",
    };
    static const char *const texts[] = {"0640", "1000", "8192", "root", "9", "15", "remove", "0", "size>1", "."};
    // clang-format on
    char keys[64];

    if (dice(12) == 0)
        act(t);
    else if (answers && tty_find(t, "y yes") >= 0 && dice(3) == 0)
        send(t, "y");
    else if (answers && dice(3) == 0 && word_asked(t, keys, sizeof keys))
        send(t, keys);
    else if (dice(12) == 0)
        send_command(t, texts[dice(sizeof texts / sizeof *texts)]);
    else if (dice(40) == 0)
        tty_resize(t, 1 + (int)dice(200), 1 + (int)dice(60)); // no question may be seen in some
    else if (dice(60) == 0)
        tty_resize(t, 120, 40);
    else
        send_command(t, commands[dice(sizeof commands / sizeof *commands)]);
}

static bool is_over(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

// It runs in a directory of its own: views and settings are written there.
static struct tty *start(void)
{
    char command[8192];

    snprintf(command, sizeof command, "cd '%s' && HOME='%s' exec '%s' -d 0.3 --log '%s'", dir, dir,
             program, log_path);
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 40},
                              (const char *const[]){"/bin/sh", "-c", command, NULL});
    tty_must_show(t, "Segments");
    return t;
}

static void press_keys(long n)
{
    struct tty *t = start();

    for (int i = 0; i < LIMITS; i++)
        watch(LIMIT, i);
    while (n_things < THINGS - 4)
        make_one(dice(5));
    for (step = 0; step < n; step++) {
        tty_pump(t, (int)dice(4) * 5); // faster and slower than it reads
        note_question(t);
        if (asked_at >= 0 && step - asked_at > 200)
            asked_at = -1;
        press(t);
        hold_against_log(t);
        if (is_over(tty_pid(t))) {
            assert_int_equal(tty_must_exit(t), 0); // somebody typed q
            tty_end(t);
            t = start();
        }
    }
    tty_end(t);
    printf("FUZZ_SEED as above: %ld keys, %zu changes\n", n, changes);
}

TEST(nothing_changes_unasked_or_unlogged)
{
    answers = true;
    press_keys(steps);
    assert_true(changes >= (size_t)steps / 300); // or this would prove nothing
}

// The same keys, but for y and the words that are asked for: also after a question, in a paste, by mouse.
TEST(nothing_changes_without_an_answer)
{
    press_keys(steps / 2);
    assert_int_equal(changes, 0);
}

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/keys_fuzz.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(log_path, sizeof log_path, "%s/log", dir);
    n_things = changes = 0;
    asked_at = -1;
    answers = false;
    typed[0] = '\0';
    return 0;
}

static int clean(void **state)
{
    char command[128];

    tty_teardown(state);
    scene_clean();
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

TEST_FIXTURE(setup, clean)

static int tests(void)
{
    for (int i = 0; i < LIMITS; i++) {
        char path[64];
        limit_path(i, path, sizeof path);
        read_line(path, normal[i], sizeof normal[i]);
    }
    return tests_run();
}

int main(void)
{
    const char *given = getenv("FUZZ_SEED"), *more = getenv("FUZZ_STEPS");

    if (given)
        seed = strtoull(given, NULL, 0) | 1;
    if (more)
        steps = atol(more);
    printf("FUZZ_SEED=%#llx\n", (unsigned long long)seed);
    if (!realpath(BUILD_DIR "/ipctop", program))
        return 1;
    return ns_run(tests);
}
