// The flight recorder: --batch events --trace, with callers that end at once, and what it writes when
// it is told to end.
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/bpf.h"
#include "support/ns.h"
#include "support/pictures.h"
#include "support/program.h"
#include "support/test.h"

#define IPCTOP BUILD_DIR "/ipctop"
#define LOG PICTURES "/log"

struct recorder {
    pid_t pid;
    int out;
    char text[1 << 20];
    size_t n;
};

static struct recorder r;

static void start(const char *const *argv)
{
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    r = (struct recorder){.pid = fork(), .out = ends[0]};
    if (r.pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execv(IPCTOP, (char *const *)argv);
        _exit(127);
    }
    close(ends[1]);
}

static void end(void)
{
    child_end(r.pid);
    if (r.out > 0)
        close(r.out);
    r = (struct recorder){0};
}

static int setup(void **state)
{
    (void)state;
    return pictures_mount(NULL);
}

static int teardown(void **state)
{
    end();
    return pictures_unmount(state);
}

TEST_FIXTURE(setup, teardown)

// Reads until it shows the text; false: the output ended before.
static bool must_show(const char *text)
{
    while (!strstr(r.text, text)) {
        struct pollfd on = {.fd = r.out, .events = POLLIN};
        assert_int_equal(poll(&on, 1, 60000), 1);
        ssize_t n = read(r.out, r.text + r.n, sizeof r.text - 1 - r.n);
        if (n <= 0)
            return false;
        r.n += (size_t)n;
        r.text[r.n] = '\0';
    }
    return true;
}

static int remove_one(pid_t *by)
{
    int id = shmget(IPC_PRIVATE, 4096, 0600), status;

    *by = fork();
    if (*by == 0)
        _exit(shmctl(id, IPC_RMID, NULL) == 0 ? 0 : 1);
    assert_int_equal(waitpid(*by, &status, 0), *by);
    assert_int_equal(status, 0);
    return id;
}

TEST(a_removal_is_written_with_its_process_and_nothing_is_lost_at_the_end)
{
    char line[160], logged[8192];
    pid_t first, last;
    int status;

    start((const char *const[]){"ipctop", "--batch", "events", "--trace", "--log", LOG, "-d", "0.1",
                                NULL});
    assert_true(must_show("tracing"));
    int id = remove_one(&first);
    snprintf(line, sizeof line, "segment %d", id);
    assert_true(must_show(line));
    snprintf(line, sizeof line, "%d print_events_te (uid 0", first);
    assert_true(must_show(line));
    remove_one(&last);
    kill(r.pid, SIGINT); // at once: the last event is still to be read
    snprintf(line, sizeof line, "%d print_events_te (uid 0", last);
    assert_true(must_show(line));
    assert_int_equal(waitpid(r.pid, &status, 0), r.pid);
    r.pid = 0;
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    int fd = open(LOG, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, logged, sizeof logged - 1);
    close(fd);
    assert_true(n > 0);
    logged[n] = '\0';
    assert_non_null(strstr(logged, line));
    assert_non_null(strstr(logged, "by=exact"));
}

static size_t lines_with(const char *text)
{
    size_t n = 0;

    for (const char *at = r.text; (at = strstr(at, text)); at++)
        n++;
    return n;
}

// What was there before the first look is no event: segments are made until three are seen to come.
static void make_three(void)
{
    while (lines_with("created") < 3) {
        struct pollfd on = {.fd = r.out, .events = POLLIN};
        assert_true(shmget(IPC_PRIVATE, 4096, 0600) >= 0);
        if (poll(&on, 1, 300) <= 0)
            continue;
        ssize_t n = read(r.out, r.text + r.n, sizeof r.text - 1 - r.n);
        assert_true(n > 0);
        r.n += (size_t)n;
        r.text[r.n] = '\0';
    }
}

// Cells that `separator` stands between.
static size_t cells(const char *line, char separator)
{
    size_t n = 1;

    for (; *line && *line != '\n'; line++)
        n += *line == separator;
    return n;
}

// Where the heading's last column begins, every line's does: names of processes are longer than WHO.
TEST(lines_stand_under_their_headings)
{
    start((const char *const[]){"ipctop", "--batch", "events", "-d", "0.1", NULL});
    make_three();
    const char *last = strstr(r.text, "WHAT HAPPENED");
    assert_non_null(last);
    size_t at = (size_t)(last - r.text);
    for (char *line = strchr(r.text, '\n') + 1; strchr(line, '\n'); line = strchr(line, '\n') + 1) {
        assert_true((size_t)(strchr(line, '\n') - line) > at);
        assert_int_equal(strncmp(line + at - 2, "  ", 2), 0);
        assert_int_not_equal(line[at], ' ');
    }
    assert_true(lines_with("print_events_te  ") >= 3);
    assert_true(lines_with("owner root") >= 3); // by name, as on the screen
}

TEST(lines_for_programs_have_one_heading_and_no_gaps)
{
    start((const char *const[]){"ipctop", "--csv", "events", "-d", "0.1", NULL});
    make_three();
    assert_int_equal(strncmp(r.text, "time,", 5), 0);
    assert_int_equal(lines_with(",what,"), 1);
    end();
    start(
        (const char *const[]){"ipctop", "--raw", "events", "-d", "0.1", "-o", "what,id,pid", NULL});
    make_three();
    assert_int_equal(strncmp(r.text, "what id pid\n", 12), 0);
    for (char *line = r.text; strchr(line, '\n'); line = strchr(line, '\n') + 1)
        assert_int_equal(cells(line, ' '), 3);
    assert_int_equal(lines_with("what id pid"), 1);
}

TEST(as_json_every_line_is_a_document)
{
    pid_t by;
    bool found = false;

    start((const char *const[]){"ipctop", "--json", "events", "--trace", "-d", "0.1", NULL});
    assert_true(must_show("tracing"));
    int id = remove_one(&by);
    assert_true(must_show("removed"));
    assert_true(must_show("\n"));
    for (char *line = strtok(r.text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t i;
        json_t *document = json_loads(line, 0, NULL), *event;
        if (!document)
            continue; // the last one is not whole yet
        json_array_foreach(json_object_get(document, "events"), i, event)
        {
            const char *what = json_string_value(json_object_get(event, "what"));
            if (strcmp(what, "removed") != 0)
                continue;
            found = true;
            assert_int_equal(json_integer_value(json_object_get(event, "id")), id);
            assert_int_equal(json_integer_value(json_object_get(event, "pid")), by);
            assert_int_equal(json_integer_value(json_object_get(event, "uid")), 0);
            assert_string_equal(json_string_value(json_object_get(event, "by")), "exact");
            assert_string_equal(json_string_value(json_object_get(event, "kind")), "segment");
        }
        json_decref(document);
    }
    assert_true(found);
}

static void as_nobody(void *arg, int ready)
{
    (void)arg;
    child_become_nobody();
    start((const char *const[]){"ipctop", "--batch", "events", "--trace", "-d", "0.1", NULL});
    if (!must_show("not possible: not permitted"))
        _exit(1);
    kill(r.pid, SIGTERM);
    waitpid(r.pid, NULL, 0);
    child_ready(ready);
}

TEST(without_rights_the_reason_is_one_line_and_the_rest_works)
{
    pid_t pid = child_start(as_nobody, NULL);

    assert_true(pid > 0);
    child_end(pid);
}

static int tests(void)
{
    return tests_run();
}

// The manual's story of a night: what was there, and who removed it.
TEST(a_recording_names_who_removed_a_segment)
{
    char command[900], who[80];
    struct said said = shell_run("ipcmk -M 1000000 | grep -o '[0-9]*$'"); // its maker is gone
    int id = atoi(said.out);
    void *at = shmat(id, NULL, 0);

    said_clear(&said);
    assert_true((intptr_t)at != -1);
    snprintf(command, sizeof command,
             IPCTOP " --record " LOG " -d 0.1 --trace & "
                    "until grep -qs '\"what\":\"tracing\"' " LOG "; do sleep 0.05; done; "
                    "ipcrm -m %d; "
                    "until grep -q '\"what\":\"marked\"' " LOG "; do sleep 0.05; done; "
                    "kill -TERM $!; wait $!; " IPCTOP " --from " LOG
                    " --json -n 0 events | grep -o '\"milliseconds\":[0-9]*,\"severity\":"
                    "\"notice\",\"what\":\"marked\",\"kind\":\"segment\",\"id\":%d,"
                    "\"who\":\"[0-9]* ipcrm'; " IPCTOP " --from " LOG " --json findings --at last",
             id, id);
    said = shell_run(command);
    assert_int_equal(shmdt(at), 0);
    snprintf(who, sizeof who, "\"id\":%d,\"who\":\"", id);
    assert_non_null(strstr(said.out, who));
    if (!strstr(said.out, "removed by "))
        fail_msg("%s", said.out);
    assert_non_null(strstr(said.out, " ipcrm (uid 0"));
    said_clear(&said);
}

int main(void)
{
    return bpf_run(tests);
}
