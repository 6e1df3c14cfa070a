// Sockets whose tables cannot be read are unknown in every process of the network namespace.
#include <errno.h>

#include "engine/files/sockets.h"
#include "support/kernel.h"
#include "support/test.h"

enum { PROCESSES = 3, NET = 4026531840 };

static void refuse(void *self, struct prober *prober, const struct probe *probe,
                   struct answer *answer)
{
    (void)self;
    (void)prober;
    assert_int_equal(probe->what, PROBE_SOCKETS);
    answer->error = -EACCES;
}

TEST(tables_that_cannot_be_read_are_counted_for_all_processes)
{
    struct kernel *k = kernel_new();
    struct source source = kernel_source(k);
    struct file_vec files = {0};
    struct process_files_vec answers = {0};

    source.probe = refuse;
    struct prober_pool *pool =
        prober_pool_new(&source, &(struct prober_pool_options){.threads = 1, .join_ms = 60000});
    for (uint32_t i = 0; i < PROCESSES; i++) {
        vec_push(&files, (struct open_file){.kind = FILE_SOCKET, .inode = 10 + i});
        vec_push(&answers, (struct process_files){.pid = (int32_t)i + 1,
                                                  .outcome = FILES_READ,
                                                  .first = i,
                                                  .n = 1,
                                                  .net_namespace = NET});
    }
    vec_push(&answers,
             (struct process_files){.pid = 9, .outcome = FILES_READ}); // of an unknown one
    sockets_describe(pool, &files, &answers, true);
    for (size_t i = 0; i < answers.n; i++)
        assert_true(answers.at[i].sockets_unread);
    vec_free(&files);
    vec_free(&answers);
    assert_int_equal(prober_pool_free(pool), 0);
    kernel_free(k);
}

int main(void)
{
    return tests_run();
}
