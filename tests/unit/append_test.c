// Lines appended by a thread: in order, whole, on what still has the name, and none lost in silence.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/append_log.h"
#include "support/files.h"
#include "support/test.h"

enum { THREADS = 4, EACH = 150 };

static char dir[64], path[96], other[96];

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/append_test.XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/log", dir);
    snprintf(other, sizeof other, "%s/log.1", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return rmdir(dir);
}

TEST_FIXTURE(setup, teardown)

static size_t gap(size_t lost, char *dst, size_t cap)
{
    return (size_t)snprintf(dst, cap, "lost %zu\n", lost);
}

static struct append_log *start(void)
{
    int error = 0;
    struct append_log *a = append_log_open(
        &(struct append_log_options){.path = path, .gap = gap, .patience_ns = 60 * CLOCK_SECOND},
        &error);

    if (!a)
        fail_msg("%s", append_log_reason(error));
    return a;
}

static void line(struct append_log *a, const char *text)
{
    append_log_line(a, text, strlen(text));
}

static int line_now(struct append_log *a, const char *text)
{
    return append_log_line_now(a, text, strlen(text));
}

static void end(struct append_log *a)
{
    assert_int_equal(append_log_flush(a), 0);
    append_log_close(a);
}

TEST(lines_stand_in_order)
{
    char expected[8192] = "", text[32];
    struct append_log *a = start();

    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "line %d\n", i);
        strcat(expected, text);
        if (i % 50 == 0)
            assert_int_equal(line_now(a, text), 0);
        else
            line(a, text);
    }
    end(a);
    assert_string_equal(file_text(path), expected);
}

static void *many(void *arg)
{
    char text[40];

    for (int i = 0; i < EACH; i++) {
        snprintf(text, sizeof text, "thread %d\n", i);
        if (i % 10)
            line(arg, text);
        else
            assert_int_equal(line_now(arg, text), 0);
        append_log_failure(arg);
    }
    return NULL;
}

TEST(threads_write_whole_lines)
{
    struct append_log *a = start();
    pthread_t threads[THREADS];
    int seen[EACH] = {0};

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many, a), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    end(a);
    int n = 0, number;
    for (char *at = file_text(path); *at; n++) {
        assert_int_equal(sscanf(at, "thread %d\n", &number), 1);
        seen[number]++;
        at = strchr(at, '\n') + 1;
    }
    assert_int_equal(n, THREADS * EACH);
    for (int i = 0; i < EACH; i++)
        assert_int_equal(seen[i], THREADS);
}

// As logrotate(8) moves a log away.
TEST(a_new_file_is_made_where_the_old_one_went)
{
    struct append_log *a = start();
    struct stat st;

    assert_int_equal(line_now(a, "one\n"), 0);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(line_now(a, "two\n"), 0);
    assert_string_equal(file_text(other), "one\n");
    assert_string_equal(file_text(path), "two\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(line_now(a, "three\n"), 0);
    assert_string_equal(file_text(path), "three\n");
    assert_int_equal(truncate(path, 0), 0); // copytruncate
    assert_int_equal(line_now(a, "four\n"), 0);
    assert_string_equal(file_text(path), "four\n");
    end(a);
}

// What takes the name meanwhile is not trusted more than what had it at the start.
TEST(nothing_else_is_written_into)
{
    struct append_log *a = start();

    assert_int_equal(line_now(a, "one\n"), 0);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_string_equal(append_log_reason(line_now(a, "two\n")), "it is a symbolic link");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_string_equal(append_log_reason(line_now(a, "three\n")), "it is not a regular file");
    assert_int_equal(append_log_flush(a), 2);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(line_now(a, "four\n"), 0);
    assert_string_equal(file_text(path), "lost 2\nfour\n");
    assert_string_equal(file_text(other), "one\n");
    assert_int_equal(append_log_flush(a), 0);
    append_log_close(a);
}

// The last line that fits in part is ended, what is missing is counted where it is missing.
TEST(a_full_disk_leaves_a_gap_that_is_told)
{
    struct append_log *a = start();

    file_size_limit(16);
    assert_int_equal(line_now(a, "0123456789\n"), 0);
    line(a, "abcdefghij\n"); // cut off
    append_log_flush(a);
    assert_int_equal(append_log_failure(a), ENOSPC);
    assert_int_equal(append_log_failure(a), 0);
    line(a, "lost\n");
    assert_int_equal(append_log_flush(a), 2);
    assert_int_equal(append_log_failure(a), 0); // that is known
    assert_int_equal(line_now(a, "lost\n"), EFBIG);
    file_size_limit(FILE_UNLIMITED);
    line(a, "here\n");
    assert_int_equal(append_log_flush(a), 0);
    assert_string_equal(file_text(path), "0123456789\nabcde\nlost 3\nhere\n");
    end(a);
}

static void refused(const char *name, int expected)
{
    int error = 0;

    assert_null(append_log_open(&(struct append_log_options){.path = name, .gap = gap}, &error));
    assert_int_equal(error, expected);
}

static struct append_log *start_with(const struct append_log_options *how)
{
    int error = 0;
    struct append_log *a = append_log_open(how, &error);

    if (!a)
        fail_msg("%s", append_log_reason(error));
    return a;
}

static int gate[2], entered[2];

// On the thread, before the line: a disk that does not answer.
static size_t blocking_gap(size_t lost, char *dst, size_t cap)
{
    char byte;

    if (write(entered[1], "x", 1) != 1 || read(gate[0], &byte, 1) != 1)
        abort();
    return gap(lost, dst, cap);
}

static void lend(struct append_log *a, const char *text, int error, bool kept)
{
    char *line = strdup(text);

    assert_int_equal(append_log_lend(a, &line, strlen(text)), error);
    assert_int_equal(line != NULL, kept);
    free(line);
}

TEST(a_lent_line_stays_the_callers_once_its_outcome_is_known)
{
    struct append_log *a = start();

    lend(a, "first\n", 0, true);
    file_size_limit(6);
    lend(a, "lost\n", EFBIG, true);
    file_size_limit(FILE_UNLIMITED);
    lend(a, "last\n", 0, true);
    end(a);
    assert_string_equal(file_text(path), "first\nlost 1\nlast\n");
}

// A line that is lost, as the next one has a gap before it then. How many it took: on a busy machine
// one may have no outcome in time.
static size_t lose(struct append_log *a)
{
    int error = ETIMEDOUT;
    size_t n = 0;

    file_size_limit(0);
    for (; error == ETIMEDOUT; n++) {
        char *line = strdup("lost\n");
        error = append_log_lend(a, &line, strlen(line));
        free(line);
    }
    file_size_limit(FILE_UNLIMITED);
    assert_int_equal(error, EFBIG);
    return n;
}

TEST(a_lent_line_is_the_logs_until_it_is_written_and_no_other_waits_behind_it)
{
    char expected[64], byte;
    struct append_log *a = start_with(&(struct append_log_options){
        .path = path, .gap = blocking_gap, .patience_ns = CLOCK_SECOND / 10});

    assert_int_equal(pipe(gate), 0);
    assert_int_equal(pipe(entered), 0);
    snprintf(expected, sizeof expected, "lost %zu\nlate\nlost 1\nlast\n", lose(a));
    lend(a, "late\n", ETIMEDOUT, false);
    assert_int_equal(read(entered[0], &byte, 1), 1); // the gap before it is known
    lend(a, "left out\n", ETIMEDOUT, true);
    assert_int_equal(write(gate[1], "xx", 2), 2);
    while (append_log_flush(a) > 1) // that one is lost, and not told yet
        continue;
    line(a, "last\n");
    while (append_log_flush(a) > 0)
        continue;
    append_log_close(a);
    for (int i = 0; i < 2; i++) {
        close(gate[i]);
        close(entered[i]);
    }
    assert_string_equal(file_text(path), expected);
}

TEST(a_line_stands_apart_from_one_that_was_cut_off)
{
    const struct append_log_options how = {
        .path = path, .apart = true, .patience_ns = 60 * CLOCK_SECOND};

    file_put(path, "cut o");
    struct append_log *a = start_with(&how);
    assert_int_equal(line_now(a, "whole\n"), 0);
    assert_int_equal(line_now(a, "next\n"), 0);
    end(a);
    assert_string_equal(file_text(path), "cut o\nwhole\nnext\n");
}

TEST(a_full_disk_gets_back_what_it_took_of_a_line)
{
    const struct append_log_options how = {
        .path = path, .apart = true, .patience_ns = 60 * CLOCK_SECOND};
    struct append_log *a = start_with(&how);

    assert_int_equal(line_now(a, "first\n"), 0);
    file_size_limit(10);
    assert_int_equal(line_now(a, "second\n"), ENOSPC);
    assert_string_equal(file_text(path), "first\n");
    file_size_limit(FILE_UNLIMITED);
    assert_int_equal(line_now(a, "third\n"), 0);
    append_log_close(a);
    assert_string_equal(file_text(path), "first\nthird\n");
}

TEST(no_more_than_asked_for_is_kept_and_the_newest_of_it)
{
    const struct append_log_options how = {
        .path = path, .keep = 20, .patience_ns = 60 * CLOCK_SECOND};
    struct append_log *a = start_with(&how);
    char text[16];

    for (int i = 0; i < 7; i++) {
        snprintf(text, sizeof text, "no %d\n", i);
        assert_int_equal(line_now(a, text), 0);
    }
    assert_string_equal(file_text(path), "no 6\n");
    assert_string_equal(file_text(other), "no 4\nno 5\n");
    assert_int_equal(line_now(a, "longer than all that is kept\n"), 0);
    end(a);
    assert_string_equal(file_text(path), "longer than all that is kept\n");
    assert_string_equal(file_text(other), "no 6\n");
}

TEST(what_may_block_is_not_opened)
{
    assert_int_equal(symlink(other, path), 0);
    refused(path, ELOOP);
    assert_int_not_equal(access(other, F_OK), 0);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    refused(path, ENXIO);
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    refused(path, ENXIO);
    close(reader);
    int file = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); // of ours, by another's link
    assert_int_equal(close(file), 0);
    unlink(path);
    assert_int_equal(link(other, path), 0);
    refused(path, EMLINK);
    refused(dir, EISDIR);
    refused("/dev/null", ENXIO);
    refused("/nowhere/log", ENOENT);
    append_log_close(NULL);
}
