// On kernels that lack a call, simulated by denying it: the program answers the same by what it falls
// back to, or says what it does not know.
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/denial.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

// include/uapi/linux/fs.h: _IOWR('f', 17, struct procmap_query)
#define QUERY_OF_MAPS UINT32_C(0xc0686611)

static const struct denial older[] = {
    {"pidfd_send_signal, Linux 5.1", CALL_PIDFD_SEND_SIGNAL, 0, ENOSYS},
    {"pidfd_open, Linux 5.3", CALL_PIDFD_OPEN, 0, ENOSYS},
    {"clone3, Linux 5.3", CALL_CLONE3, 0, ENOSYS},
    {"close_range, Linux 5.9", CALL_CLOSE_RANGE, 0, ENOSYS},
    {"openat2, Linux 5.6", CALL_OPENAT2, 0, ENOSYS},
    {"faccessat2, Linux 5.8", CALL_FACCESSAT2, 0, ENOSYS},
    {"statx, Linux 4.11", SYS_statx, 0, ENOSYS},
    {"kcmp, CONFIG_KCMP", SYS_kcmp, 0, ENOSYS},
    {"name_to_handle_at, CONFIG_FHANDLE", SYS_name_to_handle_at, 0, ENOSYS},
    {"bpf, CONFIG_BPF_SYSCALL", SYS_bpf, 0, ENOSYS},
    {"PROCMAP_QUERY, Linux 6.11", SYS_ioctl, QUERY_OF_MAPS, ENOTTY},
};
enum { OLDER = sizeof older / sizeof *older };

static int segment;

static int make_world(void **state)
{
    (void)state;
    segment = scene_segment(1 << 20, 0640, 0xdeadbeef);
    scene_start(&(struct scene_actor){.role = "attach", .comm = "first", .values = {segment, 1}},
                NULL);
    scene_start(&(struct scene_actor){.role = "attach", .comm = "second", .values = {segment, 1}},
                NULL);
    return segment < 0 ? -1 : 0;
}

static int end_world(void **state)
{
    (void)state;
    scene_clean();
    return 0;
}

TEST_FIXTURE(make_world, end_world)

// How many processes the machine has decides whether the kernel's own lists are walked instead.
static const struct denial walk = {"bpf", SYS_bpf, 0, EPERM};

// The program's answer where these are denied. NULL: no filters on this machine.
static json_t *document(const char *arguments, const struct denial *denials, size_t n)
{
    json_error_t error;
    FILE *file = tmpfile();
    int status;

    assert_non_null(file);
    fflush(NULL);
    pid_t pid = fork(); // the filter stays with whoever installs it
    if (pid == 0) {
        if (n && !(deny(&walk, 1) && deny(denials, n)))
            _exit(77);
        struct said said = program_run(arguments, false);
        fprintf(file, "%s", said.out);
        fflush(file);
        _exit(said.status);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        fclose(file);
        return NULL;
    }
    assert_int_equal(status, 0);
    rewind(file);
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    if (!root)
        fail_msg("%s: %s", arguments, error.text);
    return root;
}

static const char *method(const json_t *root)
{
    const json_t *scan = json_object_get(json_object_get(root, "meta"), "scan");
    return json_string_value(json_object_get(scan, "method"));
}

// What each row says of these columns, as one text; the caller frees it.
static char *rows(const json_t *root, const char *table, const char *const *columns)
{
    const json_t *row;
    size_t i, size;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);

    json_array_foreach(json_object_get(root, table), i, row)
    {
        for (const char *const *column = columns; *column; column++) {
            json_t *value = json_object_get(row, *column);
            assert_non_null(value);
            char *said = json_dumps(value, JSON_ENCODE_ANY);
            fprintf(out, "%s=%s ", *column, said);
            free(said);
        }
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

static void same_rows(const json_t *now, const json_t *then, const char *what)
{
    static const char *const of_segments[] = {"shmid", "key",     "nattch", "perms", "creator",
                                              "found", "holders", "status", NULL};
    static const char *const of_holders[] = {"shmid", "pid",     "attaches",          "access",
                                             "comm",  "command", "namespace_differs", NULL};
    char *texts[] = {rows(then, "segments", of_segments), rows(now, "segments", of_segments),
                     rows(then, "holders", of_holders), rows(now, "holders", of_holders)};

    if (strcmp(texts[0], texts[1]) != 0 || strcmp(texts[2], texts[3]) != 0)
        fail_msg("without %s:\n%s%s, with it:\n%s%s", what, texts[1], texts[3], texts[0], texts[2]);
    assert_int_equal(json_array_size(json_object_get(now, "holders")), 2);
    for (size_t i = 0; i < 4; i++)
        free(texts[i]);
}

static void answers_without(const struct denial *denials, size_t n, const char *what, bool by_text)
{
    json_t *then = document("--json segments holders", NULL, 0);
    json_t *asked = document("--json segments holders", &walk, 1);
    json_t *now = document("--json segments holders", denials, n);

    if (!then || !asked || !now) {
        printf("skip: no seccomp filters here\n");
        skip();
    }
    same_rows(now, then, what);
    bool was_text = strcmp(method(asked), "text") == 0;
    assert_int_equal(strcmp(method(now), "text") == 0, by_text || was_text);
    json_decref(then);
    json_decref(asked);
    json_decref(now);
}

TEST(each_call_alone_is_missed_by_no_row)
{
    for (size_t i = 0; i < OLDER; i++)
        answers_without(&older[i], 1, older[i].what, older[i].command != 0);
}

TEST(all_of_them_are_missed_by_no_row)
{
    answers_without(older, OLDER, "all of them", true);
}

struct start {
    const struct denial *denials;
    size_t n;
    struct tty *tty; // NULL: no filters here
    sem_t started, over;
};

// Lives as long as the program: PR_SET_PDEATHSIG is about the thread that forked, prctl(2).
static void *start_denied(void *arg)
{
    static const char *const argv[] = {BUILD_DIR "/ipctop", NULL};
    struct start *start = arg;

    if (deny(start->denials, start->n))
        start->tty = tty_start(&(struct tty_options){.w = 100}, argv);
    sem_post(&start->started);
    while (sem_wait(&start->over) < 0)
        continue;
    return NULL;
}

TEST(the_screen_shows_holders_without_them)
{
    struct denial denials[OLDER + 1];
    static struct start start; // a failed test leaves the thread
    pthread_t thread;

    memcpy(denials, older, sizeof older);
    // Filters of sandboxes deny this too, though it is older.
    denials[OLDER] = (struct denial){"memfd_create, Linux 3.17", SYS_memfd_create, 0, ENOSYS};
    start = (struct start){.denials = denials, .n = OLDER + 1};
    assert_int_equal(sem_init(&start.started, 0, 0) | sem_init(&start.over, 0, 0), 0);
    assert_int_equal(pthread_create(&thread, NULL, start_denied, &start), 0);
    while (sem_wait(&start.started) < 0)
        continue;
    if (!start.tty) {
        printf("skip: no seccomp filters here\n");
        skip();
    }
    tty_must_show(start.tty, "0xdeadbeef");
    tty_send(start.tty, "\r");
    tty_must_show(start.tty, "second");
    tty_send(start.tty, "q");
    tty_send(start.tty, "q");
    assert_int_equal(tty_must_exit(start.tty), 0);
    tty_end(start.tty);
    sem_post(&start.over);
    pthread_join(thread, NULL);
}

int main(void)
{
    return ns_run(tests_run);
}
