#include "support/gate.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/vector.h"
#include "support/test.h"

VEC(waiting_vec, uint64_t); // ids of notifications

struct gate {
    const struct tty_options *options;
    const char *const *argv;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t started;
    int listener, bell; // -1: not yet
    bool failed, end;
    struct tty *tty;
    struct waiting_vec waiting;
    size_t allowed, passed;
    int error; // 0: they wait
};

static int listen_to_removals(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_shmctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPC_RMID, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

// With the lock held.
static void answer(struct gate *g)
{
    while (g->waiting.n && (g->allowed || g->error)) {
        struct seccomp_notif_resp response = {.id = g->waiting.at[0], .error = -g->error};

        if (!g->error)
            response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        memmove(g->waiting.at, g->waiting.at + 1, --g->waiting.n * sizeof *g->waiting.at);
        if (ioctl(g->listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0 && !g->error) {
            g->allowed--;
            g->passed++;
        }
    }
}

static void serve(struct gate *g)
{
    struct pollfd fds[] = {{.fd = g->listener, .events = POLLIN},
                           {.fd = g->bell, .events = POLLIN}};
    uint64_t rung;

    while (!g->end) {
        pthread_mutex_unlock(&g->lock);
        poll(fds, 2, -1);
        struct seccomp_notif asked = {0};
        bool any =
            fds[0].revents & POLLIN && ioctl(g->listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0;
        if (fds[1].revents && read(g->bell, &rung, sizeof rung) < 0)
            break;
        pthread_mutex_lock(&g->lock);
        if (any)
            vec_push(&g->waiting, asked.id);
        answer(g);
    }
}

static void *gate_main(void *arg)
{
    struct gate *g = arg;
    int listener = listen_to_removals();
    struct tty *tty = listener >= 0 ? tty_start(g->options, g->argv) : NULL;

    pthread_mutex_lock(&g->lock);
    g->listener = listener;
    g->tty = tty;
    g->failed = !tty;
    pthread_cond_signal(&g->started);
    if (tty)
        serve(g);
    pthread_mutex_unlock(&g->lock);
    return NULL;
}

struct gate *gate_start(const struct tty_options *options, const char *const *argv)
{
    struct gate *g = mem_zero(1, sizeof *g);

    *g = (struct gate){
        .options = options, .argv = argv, .listener = -1, .bell = eventfd(0, EFD_CLOEXEC)};
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->started, NULL);
    pthread_mutex_lock(&g->lock);
    assert_int_equal(pthread_create(&g->thread, NULL, gate_main, g), 0);
    while (!g->tty && !g->failed)
        pthread_cond_wait(&g->started, &g->lock);
    pthread_mutex_unlock(&g->lock);
    if (!g->failed)
        return g;
    gate_end(g);
    return NULL;
}

struct tty *gate_tty(const struct gate *g)
{
    return g->tty;
}

static void ring(struct gate *g)
{
    uint64_t one = 1;

    pthread_mutex_unlock(&g->lock);
    assert_int_equal(write(g->bell, &one, sizeof one), sizeof one);
}

void gate_end(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->end = true;
    ring(g);
    pthread_join(g->thread, NULL);
    if (g->listener >= 0)
        close(g->listener);
    close(g->bell);
    vec_free(&g->waiting);
    pthread_mutex_destroy(&g->lock);
    pthread_cond_destroy(&g->started);
    free(g);
}

void gate_pass(struct gate *g, size_t n)
{
    pthread_mutex_lock(&g->lock);
    g->allowed += n;
    ring(g);
}

void gate_fail(struct gate *g, int error)
{
    pthread_mutex_lock(&g->lock);
    g->error = error;
    ring(g);
}

static size_t look(struct gate *g, const size_t *at)
{
    pthread_mutex_lock(&g->lock);
    size_t n = *at;
    pthread_mutex_unlock(&g->lock);
    return n;
}

size_t gate_waiting(struct gate *g)
{
    return look(g, &g->waiting.n);
}

size_t gate_passed(struct gate *g)
{
    return look(g, &g->passed);
}
