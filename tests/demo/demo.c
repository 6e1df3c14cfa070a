// make demo: `demo COMMAND…` runs a command (the monitor) among processes that tell the stories of
// the trade, in IPC, PID, mount, network and host name namespaces of its own. When the command ends,
// however it ends, everything ends with it, and nothing is left.
//
// --still lays a load and an uptime of nobody's over the machine's: for pictures.
//
//   this process ─┬─ init, pid 1 inside: mounts /proc, reaps, and starts the actors
//                 └─ the command, in our own process group: keys and job control are the shell's
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "demo/actor.h"
#include "demo/stories.h"

enum { SCENE_SECONDS = 60, FIRST_PID = 17000 };
static const char host_name[] = "db01";

// Of the machine, in a picture: nothing. The pid given out last is 0, which is no pid: who looks for
// new processes by it lists them all.
static const char still_load[] = "1.24 0.98 0.77 2/187 0\n", still_uptime[] = "3563210.00 0.00\n";

static volatile sig_atomic_t command_pid;
static bool still; // --still: for pictures

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return ok;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "demo: %s: %s\n", what, strerror(errno));
    exit(1);
}

// An ordinary user stays who he is inside: his one id is mapped to itself.
static void map_ids(uid_t uid, gid_t gid)
{
    char map[64];

    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    if (!write_file("/proc/self/uid_map", map))
        fail("user namespace");
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    if (!write_file("/proc/self/gid_map", map))
        fail("user namespace");
}

// A new network namespace has its loopback down: netdevice(7). Without it nobody is connected in the
// demo.
static void raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0)
        ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
}

static void enter_namespaces(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    int flags =
        CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP;

    if (unshare(uid == 0 ? flags : flags | CLONE_NEWUSER) < 0) {
        fprintf(stderr,
                "demo: no namespaces of its own for the demo: %s; run it as root, or allow user "
                "namespaces (sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces)\n",
                strerror(errno));
        exit(1);
    }
    if (uid != 0)
        map_ids(uid, gid);
    raise_loopback();
    if (sethostname(host_name, strlen(host_name)) < 0)
        fail("host name");
}

// The names the stories need, laid over the machine's own inside our mount namespace. Without them
// the demo shows plain numbers.
static void cover(const char *path, const char *text)
{
    char name[] = "/tmp/ipctop-demo-XXXXXX";
    int fd = mkstemp(name);

    if (fd < 0)
        return;
    if (write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, 0644) == 0)
        mount(name, path, NULL, MS_BIND, NULL);
    close(fd);
    unlink(name);
}

// A name of its own for the program: where it was built is in no picture.
static void take_name(void)
{
    static const char name[] = "/opt/demo";
    char path[4096];
    // By its path: the link itself leads to the mount namespace that it was started in.
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    bool ours = n > 0 && mount("none", "/opt", "tmpfs", 0, NULL) == 0;
    int fd = ours ? creat(name, 0755) : -1;

    path[n > 0 ? n : 0] = '\0';
    if (fd >= 0 && mount(path, name, NULL, MS_BIND, NULL) == 0)
        actor_program = name;
    if (fd >= 0)
        close(fd);
}

// Entering a user namespace made us undumpable and gave us all capabilities in it: both keep the
// monitor, who has none, from reading our maps.
static void become_plain(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    if (geteuid() == 0)
        return;
    prctl(PR_SET_DUMPABLE, 1);
    syscall(SYS_capset, &header, none);
}

// pid 1 inside. `scene` gets a byte when all stands.
static _Noreturn void init_main(int scene)
{
    char text[16];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        fail("mount namespace");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        fail("/proc of its own");
    mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV,
          "mode=1777,size=64m");                             // or the machine's
    mount("tmpfs", "/etc/sysctl.d", "tmpfs", 0, "mode=755"); // a limit made to last, in here alone
    if (geteuid() == 0) {
        cover("/etc/passwd", stories_passwd);
        cover("/etc/group", stories_group);
    }
    if (still) {
        take_name();
        cover("/proc/loadavg", still_load);
        cover("/proc/uptime", still_uptime);
    }
    snprintf(text, sizeof text, "%d", FIRST_PID);
    write_file("/proc/sys/kernel/ns_last_pid", text); // pids as on a server; 2, 3, … without it
    if (!stories_start())
        _exit(1);
    become_plain();
    if (write(scene, "", 1) != 1)
        _exit(1);
    close(scene);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    for (;;) {
        int signal;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        sigwait(&child, &signal);
    }
}

static void forward(int signal)
{
    if (command_pid > 0)
        kill(command_pid, signal);
}

// Typed at the command, and passed on by what became of it; SIGINT and SIGQUIT by how it ends,
// SIGTSTP by its being stopped.
static const int typed[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

static void handle_typed(void (*handler)(int))
{
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        signal(typed[i], handler);
}

static pid_t start_command(char **argv)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGHUP);
    handle_typed(SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    execvp(argv[0], argv);
    fprintf(stderr, "demo: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

// When the command stops (^Z), so do we: the shell, our parent, sees the job stopped, and its
// SIGCONT reaches both as one process group.
static int await_command(pid_t pid)
{
    int status;

    for (;;) {
        if (waitpid(pid, &status, WUNTRACED) < 0) {
            if (errno == EINTR)
                continue;
            return 1;
        }
        if (!WIFSTOPPED(status))
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        raise(SIGSTOP);
    }
}

// What a monitor that was killed could not do itself.
static void restore_terminal(const struct termios *saved)
{
    static const char sane[] = "\033[?1049l\033[?1000l\033[?1006l\033[?25h\033[m\r";

    tcsetattr(STDIN_FILENO, TCSADRAIN, saved);
    if (isatty(STDOUT_FILENO) && write(STDOUT_FILENO, sane, sizeof sane - 1) < 0) {
        // nobody looks
    }
}

static pid_t start_scene(void)
{
    int fds[2];
    char byte;

    if (pipe2(fds, O_CLOEXEC) < 0)
        fail("pipe");
    pid_t init = fork();
    if (init < 0)
        fail("fork");
    if (init == 0) {
        close(fds[0]);
        init_main(fds[1]);
    }
    close(fds[1]);
    struct pollfd ready = {.fd = fds[0], .events = POLLIN};
    int n;
    while ((n = poll(&ready, 1, SCENE_SECONDS * 1000)) < 0 && errno == EINTR)
        continue;
    if (n != 1 || read(fds[0], &byte, 1) != 1) {
        actor_end(init);
        fprintf(stderr, "demo: the scene could not be set\n");
        exit(1);
    }
    close(fds[0]);
    return init;
}

int main(int argc, char **argv)
{
    struct termios saved;

    actor_main();
    still = argc > 1 && strcmp(argv[1], "--still") == 0;
    argv += still;
    if (argc - still < 2) {
        fprintf(stderr, "usage: demo [--still] COMMAND [ARGUMENT…]\n");
        return 2;
    }
#ifdef SYS_close_range
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0u,
            0); // what it was started with is no file of its actors
#endif
    bool terminal = tcgetattr(STDIN_FILENO, &saved) == 0;
    enter_namespaces();
    pid_t init = start_scene();

    handle_typed(SIG_IGN);
    struct sigaction action = {.sa_handler = forward};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    command_pid = start_command(argv + 1);
    int status = command_pid > 0 ? await_command(command_pid) : 1;
    if (terminal && status > 128)
        restore_terminal(&saved);
    actor_end(init); // and with pid 1 everything inside
    _exit(status);   // no leak check: without that pid 1 we can start no process any more
}
