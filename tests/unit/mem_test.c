#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/vector.h"
#include "support/test.h"

VEC(int_vec, int);

TEST(vector_grows_and_keeps)
{
    struct int_vec v = {0};

    for (int i = 0; i < 1000; i++)
        vec_push(&v, i * 2);
    assert_int_equal(v.n, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(v.at[i], i * 2);
    vec_free(&v);
    assert_null(v.at);
    assert_int_equal(v.n, 0);
}

TEST(strings_are_copied_and_formatted)
{
    char *copy = mem_copy_string("abc"), *text = mem_format("%d-%s", 7, copy);

    assert_string_equal(text, "7-abc");
    assert_null(mem_copy_string(NULL));
    free(copy);
    free(text);
}

static int hook_pipe[2];
static void tell(void)
{
    if (write(hook_pipe[1], "h", 1) != 1)
        _exit(9);
}

// The hook runs (it restores the terminal), then the process ends with 1: an overflowing size is
// refused as memory that is not there.
TEST(no_memory_ends_through_the_hook)
{
    char byte = 0;
    int status = 0;

    assert_int_equal(pipe(hook_pipe), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(STDERR_FILENO);
        mem_on_failure(tell);
        mem_resize(NULL, SIZE_MAX / 2, 16);
        _exit(7);
    }
    close(hook_pipe[1]);
    assert_int_equal(read(hook_pipe[0], &byte, 1), 1);
    assert_int_equal(byte, 'h');
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    close(hook_pipe[0]);
}
