// Files written by a thread: whole or not at all, only where they may be, and what came of it is told.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/file_writer.h"
#include "support/files.h"
#include "support/test.h"

static char dir[64];
static int released;

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/writer_test.XXXXXX");
    released = 0;
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

TEST_FIXTURE(setup, teardown)

static const char *in(const char *name)
{
    static char paths[4][200];
    static int next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", dir, name);
    return paths[next];
}

// How many names there are: nothing temporary may stay.
static int entries(void)
{
    char command[100];
    int n = 0;

    snprintf(command, sizeof command, "ls -A %s | wc -l", dir);
    FILE *f = popen(command, "r");
    assert_int_equal(fscanf(f, "%d", &n), 1);
    pclose(f);
    return n;
}

static int produce(FILE *out, void *arg, size_t *rows)
{
    *rows = 7;
    fputs(arg, out);
    return 0;
}

static int produce_failing(FILE *out, void *arg, size_t *rows)
{
    (void)rows;
    fputs(arg, out);
    return -EILSEQ;
}

static void release(void *arg)
{
    (void)arg;
    released++;
}

static struct write_result wait_result(struct file_writer *w)
{
    static struct write_result result;
    struct pollfd fd = {.fd = file_writer_fd(w), .events = POLLIN};

    assert_int_equal(poll(&fd, 1, 60000), 1);
    assert_true(file_writer_take(w, &result));
    assert_false(file_writer_take(w, &result));
    assert_int_equal(poll(&fd, 1, 0), 0);
    return result;
}

static struct write_result run(const char *path, enum write_how how, const char *text)
{
    struct file_writer *w = file_writer_new();
    int before = released;
    const struct write_job job = {
        .path = path, .how = how, .produce = produce, .release = release, .arg = (void *)text};

    assert_true(file_writer_start(w, &job));
    struct write_result result = wait_result(w);
    assert_string_equal(result.path, path);
    assert_int_equal(result.how, how);
    assert_int_equal(released, before + 1);
    assert_int_equal(result.error != 0, result.why[0] != '\0');
    file_writer_free(w);
    return result;
}

static void expect(const char *path, enum write_how how, int error, const char *why)
{
    struct write_result result = run(path, how, "new");

    assert_int_equal(result.error, error);
    assert_string_equal(result.why, why);
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode;
}

TEST(a_new_file_is_written)
{
    struct write_result result = run(in("a"), WRITE_NEW, "hello\n");

    assert_int_equal(result.error, 0);
    assert_int_equal(result.rows, 7);
    assert_int_equal(result.bytes, 6);
    assert_string_equal(file_text(in("a")), "hello\n");
    expect(in("a"), WRITE_NEW, EEXIST, "File exists");
    assert_string_equal(file_text(in("a")), "hello\n");
    expect(in("a"), WRITE_OVER, 0, "");
    assert_string_equal(file_text(in("a")), "new");
    assert_int_equal(entries(), 1);
}

// Neither through a link, nor into something else; and no question is asked about them.
TEST(what_is_no_regular_file_is_not_replaced)
{
    static const struct {
        const char *name;
        int error;
        const char *why;
    } cases[] = {{"link", ELOOP, "it is a symbolic link"},
                 {"fifo", EINVAL, "it is no regular file"},
                 {"sub", EISDIR, "it is a directory"}};

    file_put(in("precious"), "old");
    assert_int_equal(symlink(in("precious"), in("link")), 0);
    assert_int_equal(mkfifo(in("fifo"), 0600), 0);
    assert_int_equal(mkdir(in("sub"), 0700), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect(in(cases[i].name), WRITE_NEW, cases[i].error, cases[i].why);
        expect(in(cases[i].name), WRITE_OVER, cases[i].error, cases[i].why);
    }
    expect(in("fifo"), WRITE_SETTINGS, EINVAL, "it is no regular file");
    expect(in("sub"), WRITE_SETTINGS, EISDIR, "it is a directory");
    expect(in("sub/"), WRITE_NEW, EISDIR, "it is a directory");
    expect(in("none/x"), WRITE_NEW, ENOENT, "No such file or directory");
    expect(in("precious/x"), WRITE_NEW, ENOTDIR, "Not a directory");
    expect(in("precious/x"), WRITE_SETTINGS, ENOTDIR, "Not a directory");
    assert_string_equal(file_text(in("precious")), "old");
    assert_int_equal(entries(), 4);
}

TEST(settings_make_their_directory)
{
    expect(in(".config/ipctop/config"), WRITE_SETTINGS, 0, "");
    assert_string_equal(file_text(in(".config/ipctop/config")), "new");
    assert_int_equal(mode_of(in(".config/ipctop")), S_IFDIR | 0700);
    assert_int_equal(mode_of(in(".config/ipctop/config")), S_IFREG | 0600);
    expect(in(".config/ipctop/config"), WRITE_SETTINGS, 0, "");
    // Relative names too.
    char old[200];
    assert_non_null(getcwd(old, sizeof old));
    assert_int_equal(chdir(dir), 0);
    expect("rc", WRITE_SETTINGS, 0, "");
    expect("sub/rc", WRITE_SETTINGS, 0, "");
    expect("plain", WRITE_NEW, 0, "");
    assert_int_equal(chdir(old), 0);
    assert_string_equal(file_text(in("sub/rc")), "new");
}

// As people keep their settings under version control.
TEST(settings_go_where_ones_own_link_leads)
{
    file_put(in("dotfile"), "old");
    assert_int_equal(symlink("dotfile", in("rc")), 0);
    expect(in("rc"), WRITE_SETTINGS, 0, "");
    assert_string_equal(file_text(in("dotfile")), "new");
    assert_int_equal(mode_of(in("rc")) & S_IFMT, S_IFLNK);
    assert_int_equal(symlink(in("rc"), in("second")), 0); // absolute, and over another
    file_put(in("dotfile"), "old");
    expect(in("second"), WRITE_SETTINGS, 0, "");
    assert_string_equal(file_text(in("dotfile")), "new");
    assert_int_equal(symlink("made/here", in("third")), 0); // to what is not there yet
    expect(in("third"), WRITE_SETTINGS, 0, "");
    assert_string_equal(file_text(in("made/here")), "new");
    assert_int_equal(symlink("loop", in("loop")), 0);
    expect(in("loop"), WRITE_SETTINGS, ELOOP, "Too many levels of symbolic links");
    assert_int_equal(entries(), 6);
}

TEST(root_writes_nothing_through_what_is_others)
{
    if (geteuid() != 0) {
        print_message("skip: needs root\n");
        skip();
    }
    file_put(in("precious"), "old");
    assert_int_equal(symlink(in("precious"), in("rc")), 0);
    assert_int_equal(lchown(in("rc"), 65534, 65534), 0);
    expect(in("rc"), WRITE_SETTINGS, ELOOP, "it is a symbolic link");
    assert_int_equal(mkdir(in("sub"), 0755), 0);
    assert_int_equal(chown(in("sub"), 65534, 65534), 0);
    expect(in("sub/rc"), WRITE_SETTINGS, EPERM, "a directory on the way is not yours");
    expect(in("sub/more/rc"), WRITE_SETTINGS, EPERM, "a directory on the way is not yours");
    assert_int_equal(symlink("sub", in("way")), 0); // root's link to it
    expect(in("way/rc"), WRITE_SETTINGS, EPERM, "a directory on the way is not yours");
    assert_int_equal(symlink("sub/rc", in("over")), 0);
    expect(in("over"), WRITE_SETTINGS, EPERM, "a directory on the way is not yours");
    assert_int_equal(chown(in("precious"), 65534, 65534), 0);
    expect(in("precious"), WRITE_SETTINGS, EPERM, "it is not yours");
    assert_string_equal(file_text(in("precious")), "old");
    assert_int_equal(entries(), 5);
}

TEST(what_cannot_be_completed_leaves_the_old)
{
    struct file_writer *w = file_writer_new();
    const struct write_job job = {
        .path = in("a"), .how = WRITE_OVER, .produce = produce_failing, .arg = (void *)"half"};

    file_put(in("a"), "precious");
    assert_true(file_writer_start(w, &job));
    assert_int_equal(wait_result(w).error, EILSEQ);
    file_writer_free(w);
    file_size_limit(1);
    expect(in("a"), WRITE_OVER, EFBIG, "File too large");
    expect(in("a"), WRITE_SETTINGS, EFBIG, "File too large");
    expect(in("b"), WRITE_NEW, EFBIG, "File too large");
    file_size_limit(FILE_UNLIMITED);
    assert_string_equal(file_text(in("a")), "precious");
    assert_int_equal(entries(), 1);
}

static const char *words_of(int error)
{
    return error == -EILSEQ ? "a page that is none" : "";
}

TEST(what_the_caller_says_of_its_own_errors_is_passed_on)
{
    struct file_writer *w = file_writer_new();
    const struct write_job job = {.path = in("a"),
                                  .how = WRITE_NEW,
                                  .produce = produce_failing,
                                  .words = words_of,
                                  .arg = (void *)"half"};

    assert_true(file_writer_start(w, &job));
    struct write_result result = wait_result(w);
    assert_int_equal(result.error, EILSEQ);
    assert_string_equal(result.why, "a page that is none");
    assert_int_equal(entries(), 0);
    file_writer_free(w);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static int produce_late(FILE *out, void *arg, size_t *rows)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return produce(out, arg, rows);
}

TEST(one_is_written_at_a_time_and_quitting_is_bounded)
{
    struct file_writer *w = file_writer_new();
    struct write_result *result = mem_zero(1, sizeof *result);
    const struct write_job job = {.path = in("a"),
                                  .how = WRITE_NEW,
                                  .produce = produce_late,
                                  .release = release,
                                  .arg = (void *)"text"};

    assert_false(file_writer_last(w, result)); // nothing was asked for
    pthread_mutex_lock(&gate);
    assert_true(file_writer_start(w, &job));
    assert_false(file_writer_start(w, &job));
    assert_false(file_writer_take(w, result));
    assert_true(file_writer_last(w, result)); // a second later
    assert_int_equal(result->error, ETIMEDOUT);
    assert_string_equal(result->path, in("a"));
    assert_int_equal(released, 0);
    pthread_mutex_unlock(&gate);
    struct pollfd fd = {.fd = file_writer_fd(w), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 60000), 1);
    assert_false(file_writer_start(w, &job)); // what came of the first is not told yet
    assert_true(file_writer_last(w, result));
    assert_int_equal(result->error, 0);
    assert_int_equal(released, 1);
    assert_true(file_writer_start(w, &job));
    assert_int_equal(wait_result(w).error, EEXIST);
    file_writer_free(w);
    file_writer_free(NULL);
    free(result);
}
