// Wires source → sampler → screen or output.
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "linux/process/namespace.h"
#include "linux/source.h"
#include "monitor.h"
#include "options_check.h"
#include "print.h"
#include "print_events.h"
#include "recording.h"
#include "replay/fleet.h"
#include "replay/source.h"
#include "store/audit_log.h"
#include "unattended.h"

// The keys come from the terminal where pictures come on standard input. A descriptor of these; -1.
static int take_input(bool screen)
{
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int other = open(screen ? "/dev/tty" : "/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || other < 0 || dup2(other, STDIN_FILENO) < 0) {
        options_fail("--from -: %s",
                     fd < 0 ? "standard input is closed" : "there is no terminal for keys");
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    if (other > STDERR_FILENO)
        close(other);
    return fd;
}

static bool open_recordings(struct source *source, const struct options *o)
{
    bool screen = o->mode == MODE_SCREEN;
    struct replay_options how[OPTIONS_HOSTS];
    struct replay *replay = NULL;
    struct fleet *fleet = NULL;
    char why[300] = "";

    for (size_t i = 0; i < o->n_from; i++) {
        bool piped = strcmp(o->hosts[i], "-") == 0;
        how[i] = (struct replay_options){
            .path = piped ? NULL : o->hosts[i], .follows = screen, .at = o->at, .fd = -1};
        if (piped && (how[i].fd = take_input(screen)) < 0)
            return false;
    }
    if (o->n_from > 1 && (fleet = fleet_new(how, o->n_from, why, sizeof why)))
        *source = fleet_seam(fleet);
    else if (o->n_from == 1 && (replay = replay_new(how, why, sizeof why)))
        *source = replay_seam(replay);
    if (why[0]) // it may be shown all the same
        options_fail("%s", why);
    return fleet || replay;
}

// What is shown comes from: this machine, or recordings.
static bool open_source(struct source *source, const struct options *o)
{
    bool acts = o->mode == MODE_SCREEN || (o->mode == MODE_ACT && o->yes);

    if (o->from)
        return open_recordings(source, o);
    *source = linux_source_seam(
        linux_source_new(&(struct linux_source_options){.proc = "/proc", .read_only = !acts}));
    return true;
}

static void close_source(struct source *source, const struct options *o)
{
    char line[300];
    bool damaged = source->damage && source->damage(source->self, line, sizeof line);

    if (damaged && o->n_from > 1)
        options_fail("--from %s", line);
    else if (damaged)
        options_fail("--from '%s': %s", o->from, line);
    source->free(source->self);
}

static void has_news(void *sampler)
{
    sampler_refresh(sampler);
}

static int run_sampler(const struct options *options, struct requests *requests,
                       struct audit_log *audit, struct sampler *sampler, bool piped)
{
    if (options->mode == MODE_SCREEN)
        return monitor_run(options, &requests->tables[0], sampler, audit);
    if (options->mode == MODE_ACT)
        return unattended_run(options, requests, sampler);
    signal(SIGPIPE, SIG_IGN); // the write reports it: a quiet end
    return options->mode == MODE_RECORD   ? recording_run(options, requests, sampler)
           : print_events_wanted(options) ? print_events_run(options, requests, sampler)
                                          : print_run(options, requests, sampler, piped);
}

static int run(const struct options *options, struct requests *requests, struct audit_log *audit)
{
    bool acts = options->mode == MODE_ACT && options->yes, prints = options->mode == MODE_PRINT;
    bool follows = acts || !(prints || options->mode == MODE_ACT) || print_events_wanted(options);
    struct source source;

    mem_tune(follows);
    if (!open_source(&source, options))
        return 1;
    const struct sampler_options how = {.interval = options->delay,
                                        .one_shot = !follows,
                                        .thorough = acts,
                                        .whole = follows && options->mode != MODE_SCREEN,
                                        .acting = audit ? audit_log_intent : NULL,
                                        .acted = audit ? audit_log_outcome : NULL,
                                        .happened = audit ? audit_log_happened : NULL,
                                        .acted_arg = audit};
    struct sampler *sampler = sampler_new(&source, &how);
    int status = 1;

    if (!sampler)
        options_fail("cannot start a thread (too many processes?); --batch needs none");
    else if (follows && source.listen)
        source.listen(source.self, has_news, sampler);
    if (sampler)
        status = run_sampler(options, requests, audit, sampler, source.piped);
    if (source.stop)
        source.stop(source.self);                              // it calls the sampler
    bool failed = source.failed && source.failed(source.self); // not all that was asked for
    if (status == 0 && options->mode == MODE_PRINT && failed)
        status = print_failure(options);
    // A thread that is stuck still uses these, until the process ends.
    size_t left = sampler ? sampler_free(sampler) : 0;
    size_t unlogged = audit_log_flush(audit);
    if (unlogged)
        options_fail("--log '%s': %zu line%s not written", options->log, unlogged,
                     unlogged == 1 ? " was" : "s were");
    if (left == 0) {
        close_source(&source, options);
        audit_log_close(audit);
    }
    return status;
}

// The namespace that --namespace names, as the number of its inode; 0 where that is our own. 0, or 1
// after one clear line.
static int find_namespace(struct options *options)
{
    char home[32];
    int32_t pid = options->namespace_pid;

    snprintf(home, sizeof home, "/proc/%d", pid);
    errno = 0;
    if (pid)
        options->ipc_namespace = namespace_of(AT_FDCWD, home, "ipc");
    if (pid && !options->ipc_namespace) {
        options_fail("--namespace 'pid:%d': %s", pid,
                     errno == EACCES || errno == EPERM ? "not permitted" : "no such process");
        return 1;
    }
    if (options->ipc_namespace == namespace_of_ours("/proc", "ipc"))
        options->ipc_namespace = 0;
    return 0;
}

// Wrong usage where --check is asked for: what a monitoring plugin says then, and not 2, which is read as
// a critical state.
static int check_unknown(void)
{
    puts("IPCTOP UNKNOWN - wrong usage, see the standard error");
    return CHECK_UNKNOWN;
}

static int start(const struct options *options)
{
    struct requests requests;
    struct audit_log *audit = NULL;
    int status = requests_build(&requests, options);
    if (status && options->format && options->format->status)
        status = check_unknown();

    // What is done goes to syslog always, to a file where one is named.
    const struct audit_log_options where = {.path = options->log, .syslog = "/dev/log"};
    char why[160];
    if (!status && options->mode == MODE_SCREEN)
        status = monitor_check(options);
    bool acts = options->mode == MODE_SCREEN || (options->mode == MODE_ACT && options->yes);
    if (!status && (acts || (options->log && options->mode == MODE_PRINT))) {
        audit = audit_log_open(&where, why, sizeof why);
        if (!audit) {
            options_fail("--log '%s': %s", options->log, why);
            status = 1;
        }
    }
    if (!status)
        status = run(options, &requests, audit);
    requests_free(&requests);
    return status;
}

// The exit status: what a full disk took is not done.
static int written(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "ipctop: cannot write: %s\n", strerror(errno));
    return 1;
}

// Where one of the first three descriptors is closed, the next file that is opened would get its
// number, and our messages. Reading from output and writing to input fail as they did.
static void open_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static int wrong_usage(int argc, char *const *argv, int status)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--check") == 0)
            return check_unknown();
    return status;
}

int main(int argc, char **argv)
{
    struct options options;

    open_standard_files();
    int status = options_parse(&options, argc, argv);

    if (status)
        return wrong_usage(argc, argv, status);
    if (options.mode != MODE_SCREEN) // the write reports it, and what is not whole is taken back
        signal(SIGXFSZ, SIG_IGN);
    // Only what characters are: numbers keep their point.
    if (!options.format || !options.format->utf8)
        setlocale(LC_CTYPE, "");
    switch (options.mode) {
    case MODE_HELP:
        options_help();
        return written();
    case MODE_VERSION:
        puts("ipctop " VERSION);
        return written();
    case MODE_LIST_COLUMNS:
        print_columns(&options);
        return written();
    case MODE_SCREEN:
    case MODE_PRINT:
    case MODE_ACT:
    case MODE_RECORD:
        break;
    }
    status = find_namespace(&options);
    if (status)
        return wrong_usage(argc, argv, status);
    return monitor_end(start(&options));
}
