#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "session/commands/save.h"
#include "store/file_writer.h"
#include "support/fake.h"
#include "support/files.h"
#include "support/test.h"
#include "support/user.h"

static char path[] = "/tmp/ipctop-save-XXXXXX";

static int write_view(FILE *out, const char *name, const struct snapshot *s,
                      const struct query *query, const struct column *const *columns, size_t n)
{
    (void)s;
    (void)columns;
    (void)n;
    assert_string_equal(name, path);
    fputs(query->kind->name, out);
    return 0;
}

// Until the writer is done; the session is not told yet.
static void await_written(struct user *u)
{
    struct pollfd fd = {.fd = file_writer_fd(u->s.options.writer), .events = POLLIN};

    assert_int_equal(poll(&fd, 1, 30000), 1);
}

// Where the disk is quick, the question is there at once, and so is what came of the answer.
static void save_as(struct user *u)
{
    user_press(u, 'w');
    user_type(u, path);
    user_press(u, K_ENTER);
}

static void replaces(struct user *u)
{
    if (u->s.prompt.type == PROMPT_NONE)
        await_written(u);
    save_results(&u->s);
    assert_int_equal(u->s.prompt.type, PROMPT_CONFIRM);
    u->s.message[0] = '\0';
    user_press(u, 'y');
    if (!u->s.message[0])
        await_written(u);
    save_results(&u->s);
    assert_non_null(strstr(u->s.message, "bytes written to"));
}

// Which file is replaced, and what by, was settled when it was asked for.
TEST(what_replaces_a_file_is_what_was_asked_for)
{
    struct user *u = *state;

    save_as(u);
    user_press(u, '3'); // before it is known that the file is there
    replaces(u);
    assert_string_equal(file_text(path), "segments");
    user_press(u, '3');
    save_as(u);
    replaces(u);
    assert_string_equal(file_text(path), "queues");
}

TEST(a_question_waits_for_the_prompt_before)
{
    struct user *u = *state;

    save_as(u);
    if (u->s.prompt.type == PROMPT_NONE) {
        user_press(u, '/');
        await_written(u);
        user_press(u, 'y');
        save_results(&u->s);
        assert_int_equal(u->s.prompt.type, PROMPT_LINE);
        user_press(u, K_ESC);
    }
    assert_int_equal(u->s.prompt.type, PROMPT_CONFIRM);
    user_press(u, 'n');
    assert_string_equal(file_text(path), "");
    assert_null(u->s.writing);
}

static int setup(void **state)
{
    struct user *u = mem_zero(1, sizeof *u);
    int fd;

    strcpy(path + strlen(path) - 6, "XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    user_start(u, &(struct session_options){.interval = 2,
                                            .writer = file_writer_new(),
                                            .write_view = write_view,
                                            .view_endings = ".csv, else text"});
    user_see(u, fake_story());
    *state = u;
    return 0;
}

static int teardown(void **state)
{
    struct user *u = *state;
    struct file_writer *writer = u->s.options.writer;

    user_end(u);
    file_writer_free(writer);
    free(u);
    unlink(path);
    return 0;
}

TEST_FIXTURE(setup, teardown)
