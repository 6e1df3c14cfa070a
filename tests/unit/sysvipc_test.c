#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/objects/sysvipc.h"
#include "support/test.h"
#include "support/tree.h"

#define SHM_HEAD                                                                                   \
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid" \
    "      atime      dtime      ctime                   rss                  swap\n"
#define SEM_HEAD                                                                                   \
    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
#define MSG_HEAD                                                                                   \
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"       \
    "      stime      rtime      ctime\n"

TEST_FIXTURE(tree_setup, tree_teardown)

TEST(a_segment_has_every_field)
{
    struct segment_vec v = {0};

    tree_write(*state, "sysvipc/shm",
               SHM_HEAD " 175055137 425985   600            289406976 18702 18990     18   "
                        "101 102 103 104 1700000001 1700000002 1700000003  276000768   4096\n");
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 1);
    const struct segment *s = v.at;
    assert_int_equal(s->o.key, 175055137);
    assert_int_equal(s->o.id, 425985);
    assert_int_equal(s->o.mode, 0600);
    assert_int_equal(s->size, 289406976);
    assert_int_equal(s->cpid, 18702);
    assert_int_equal(s->lpid, 18990);
    assert_int_equal(s->nattch, 18);
    assert_int_equal(s->o.uid, 101);
    assert_int_equal(s->o.gid, 102);
    assert_int_equal(s->o.cuid, 103);
    assert_int_equal(s->o.cgid, 104);
    assert_int_equal(s->atime, 1700000001);
    assert_int_equal(s->dtime, 1700000002);
    assert_int_equal(s->o.ctime, 1700000003);
    assert_int_equal(s->rss, 276000768);
    assert_int_equal(s->swap, 4096);
    assert_int_equal(s->known, SEG_KNOWS_RSS | SEG_KNOWS_SWAP);
    assert_int_equal(s->flags, 0);
    vec_free(&v);
}

TEST(ids_and_keys_at_their_ends)
{
    struct segment_vec v = {0};

    tree_write(*state, "sysvipc/shm",
               SHM_HEAD "-1078374864 2147483647 640 1 0 0 0 0 0 0 0 0 0 0 0 0\n"
                        "-2147483648 32768 640 1 0 0 0 4294967294 0 0 0 0 0 0 0 0\n"
                        "-1 65536 640 18446744073709551615 4194304 0 0 0 0 0 0 0 0 0 0 0\n"
                        "0 0 640 1 0 0 0 0 0 0 0 0 0 0 0 0\n");
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 4);
    assert_int_equal(v.at[0].o.id, 0);
    assert_int_equal(v.at[1].o.id, 32768);
    assert_true(v.at[1].o.key == 0x80000000u);
    assert_true(v.at[1].o.uid == 4294967294u);
    assert_int_equal(v.at[2].o.id, 65536);
    assert_true(v.at[2].o.key == 0xffffffffu);
    assert_true(v.at[2].size == UINT64_MAX);
    assert_int_equal(v.at[2].cpid, 4194304);
    assert_int_equal(v.at[3].o.id, INT32_MAX);
    assert_true(v.at[3].o.key == 0xbfb94e30u);
    vec_free(&v);
}

TEST(flags_leave_the_permissions)
{
    struct segment_vec v = {0};

    tree_write(*state, "sysvipc/shm",
               SHM_HEAD "0 1 1600 1 0 0 0 0 0 0 0 0 0 0 0 0\n"
                        "0 2 2644 1 0 0 0 0 0 0 0 0 0 0 0 0\n"
                        "0 3 3777 1 0 0 0 0 0 0 0 0 0 0 0 0\n");
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 3);
    assert_int_equal(v.at[0].flags, SEG_DEST);
    assert_int_equal(v.at[0].o.mode, 0600);
    assert_int_equal(v.at[1].flags, SEG_LOCKED);
    assert_int_equal(v.at[1].o.mode, 0644);
    assert_int_equal(v.at[2].flags, SEG_DEST | SEG_LOCKED);
    assert_int_equal(v.at[2].o.mode, 0777);
    vec_free(&v);
}

// The kernel counts whole pages: of a segment of 56 bytes one may be resident, but not two.
TEST(a_small_segment_has_a_whole_page)
{
    long page = sysconf(_SC_PAGESIZE);
    struct segment_vec v = {0};
    char text[1024];

    snprintf(text, sizeof text,
             SHM_HEAD "0 1 600 56 0 0 0 0 0 0 0 0 0 0 %ld 0\n"
                      "0 2 600 56 0 0 0 0 0 0 0 0 0 0 %ld 0\n",
             page, 2 * page);
    tree_write(*state, "sysvipc/shm", text);
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 2);
    assert_int_equal(v.at[0].known, SEG_KNOWS_RSS | SEG_KNOWS_SWAP);
    assert_int_equal(v.at[0].rss, page);
    assert_int_equal(v.at[1].known, SEG_KNOWS_SWAP);
    vec_free(&v);
}

TEST(an_impossible_rss_is_unknown)
{
    struct segment_vec v = {0};

    tree_write(*state, "sysvipc/shm",
               SHM_HEAD "0 1 600 4194304 0 0 0 0 0 0 0 0 0 0 1073741824 0\n"
                        "0 2 600 4194304 0 0 0 0 0 0 0 0 0 0 4194304 8192\n"
                        "0 3 600 56 0 0 0 0 0 0 0 0 0 0 4096 0\n");
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 3);
    assert_int_equal(v.at[2].known, SEG_KNOWS_RSS | SEG_KNOWS_SWAP); // a page of 56 bytes
    assert_int_equal(v.at[0].known, SEG_KNOWS_SWAP);
    assert_int_equal(v.at[1].known, SEG_KNOWS_RSS | SEG_KNOWS_SWAP);
    assert_int_equal(v.at[1].rss, 4194304);
    vec_free(&v);
}

// 2.6.32 (RHEL 6): no rss, no swap. Columns are found by name, so another order does as well, and
// columns that nobody knows yet do no harm.
TEST(columns_are_found_by_name)
{
    struct segment_vec v = {0};
    struct semset_vec sets = {0};

    tree_write(*state, "sysvipc/shm",
               "       key      shmid perms                  size  cpid  lpid nattch   uid   gid"
               "  cuid  cgid      atime      dtime      ctime\n"
               "         5     131072   600                  4096   100   101      2     1     2"
               "     3     4         10         11         12\n");
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 1);
    assert_int_equal(v.at[0].known, 0);
    assert_int_equal(v.at[0].o.ctime, 12);
    tree_write(*state, "sysvipc/sem",
               "ctime otime future cgid cuid gid uid nsems perms semid key\n"
               "1 2 -99 4 5 6 7 8 600 9 10\n");
    assert_int_equal(sysvipc_read(*state, KIND_SEMSET, &sets), 0);
    assert_int_equal(sets.n, 1);
    assert_int_equal(sets.at[0].o.ctime, 1);
    assert_int_equal(sets.at[0].otime, 2);
    assert_int_equal(sets.at[0].nsems, 8);
    assert_int_equal(sets.at[0].o.mode, 0600);
    assert_int_equal(sets.at[0].o.id, 9);
    assert_int_equal(sets.at[0].o.key, 10);
    assert_int_equal(sets.at[0].o.uid, 7);
    assert_int_equal(sets.at[0].o.cgid, 4);
    vec_free(&v);
    vec_free(&sets);
}

TEST(sets_and_queues)
{
    struct semset_vec sets = {0};
    struct queue_vec queues = {0};

    tree_write(*state, "sysvipc/sem",
               SEM_HEAD "        77      98304  1666         17     1     2     3     4 5 6\n");
    tree_write(*state, "sysvipc/msg", MSG_HEAD "-5 3 640 15900 159 17001 0 1 2 3 4 5 6 7\n");
    assert_int_equal(sysvipc_read(*state, KIND_SEMSET, &sets), 0);
    assert_int_equal(sets.n, 1);
    assert_int_equal(sets.at[0].o.mode, 0666);
    assert_int_equal(sets.at[0].nsems, 17);
    assert_int_equal(sets.at[0].otime, 5);
    assert_int_equal(sets.at[0].known, 0);
    assert_int_equal(sysvipc_read(*state, KIND_QUEUE, &queues), 0);
    assert_int_equal(queues.n, 1);
    assert_true(queues.at[0].o.key == (uint32_t)-5);
    assert_int_equal(queues.at[0].bytes, 15900);
    assert_int_equal(queues.at[0].messages, 159);
    assert_int_equal(queues.at[0].lspid, 17001);
    assert_int_equal(queues.at[0].lrpid, 0);
    assert_int_equal(queues.at[0].stime, 5);
    assert_int_equal(queues.at[0].rtime, 6);
    assert_int_equal(queues.at[0].o.ctime, 7);
    assert_int_equal(queues.at[0].known, 0);
    vec_free(&sets);
    vec_free(&queues);
}

TEST(bad_lines_cost_only_themselves)
{
    static const char *const bad[] = {
        "",
        "   ",
        "garbage",
        "0 5 600 1 0 0 0 0",                   // too few
        "0 5 600 1 0 0 0 0 0 0 0 0 0 0 0 0 0", // too many
        "0 -5 600 1 0 0 0 0 0 0 0 0 0 0 0 0",  // no id is negative
        "0 2147483648 600 1 0 0 0 0 0 0 0 0 0 0 0 0",
        "4294967296 5 600 1 0 0 0 0 0 0 0 0 0 0 0 0",
        "-2147483649 5 600 1 0 0 0 0 0 0 0 0 0 0 0 0",
        "0 5 680 1 0 0 0 0 0 0 0 0 0 0 0 0", // 8 is not octal
        "0 5 600 18446744073709551616 0 0 0 0 0 0 0 0 0 0 0 0",
        "0 5 600 99999999999999999999999 0 0 0 0 0 0 0 0 0 0 0 0",
        "0 5 600 1x 0 0 0 0 0 0 0 0 0 0 0 0",
        "0 5 600 0x1 0 0 0 0 0 0 0 0 0 0 0 0",
        "0 5 600 - 0 0 0 0 0 0 0 0 0 0 0 0",
        "0 5 600 -1 0 0 0 0 0 0 0 0 0 0 0 0",
        "0 5 600 1 0 0 0 0 0 0 0 18446744073709551615 0 0 0 0",
    };
    struct segment_vec v = {0};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[2048];
        snprintf(text, sizeof text,
                 SHM_HEAD "1 1 600 1 0 0 0 0 0 0 0 0 0 0 0 0\n%s\n"
                          "2 2 600 1 0 0 0 0 0 0 0 0 0 0 0 0\n",
                 bad[i]);
        tree_write(*state, "sysvipc/shm", text);
        assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
        assert_int_equal(v.n, 2);
        assert_int_equal(v.at[0].o.key, 1);
        assert_int_equal(v.at[1].o.key, 2);
    }
    vec_free(&v);
}

// A last line without its newline was cut: 1 may have been 1700000000.
TEST(a_cut_file_loses_its_last_line_only)
{
    static const char one[] = "1 1 600 1 0 0 0 0 0 0 0 0 0 0 0 0\n";
    static const char text[] = SHM_HEAD "1 1 600 1 0 0 0 0 0 0 0 0 0 0 0 0\n"
                                        "2 2 600 1 0 0 0 0 0 0 0 0 0 1700000000 0 0\n";
    size_t head = strlen(SHM_HEAD), first = head + sizeof one - 1;
    struct segment_vec v = {0};

    for (size_t cut = 0; cut < sizeof text; cut++) {
        tree_write_bytes(*state, "sysvipc/shm", text, cut);
        int error = sysvipc_read(*state, KIND_SEGMENT, &v);
        assert_int_equal(error, cut < head ? -EPROTO : 0);
        assert_int_equal(v.n, cut == sizeof text - 1 ? 2 : cut >= first ? 1 : 0);
    }
    vec_free(&v);
}

TEST(lines_longer_than_any_buffer_are_skipped)
{
    static const char one[] = "1 1 600 1 0 0 0 0 0 0 0 0 0 0 0 0\n";
    size_t head = strlen(SHM_HEAD), junk = 300000, line = sizeof one - 1;
    char *text = calloc(1, head + 2 * line + junk + 2);
    struct segment_vec v = {0};

    assert_non_null(text);
    memcpy(text, SHM_HEAD, head);
    memcpy(text + head, one, line);
    memset(text + head + line, '7', junk);
    text[head + line + junk] = '\n';
    memcpy(text + head + line + junk + 1, "2 2", 3);
    memcpy(text + head + line + junk + 4, one + 3, line - 3);
    tree_write(*state, "sysvipc/shm", text);
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 2);
    assert_int_equal(v.at[1].o.id, 2);
    vec_free(&v);
    free(text);
}

// Far more than one buffer, by descending index: all there, in the order of ids.
TEST(many_rows_come_complete_and_in_order)
{
    enum { N = 32000 };
    size_t cap = 128 * (N + 2), n = 0;
    char *text = malloc(cap);
    struct segment_vec v = {0};

    assert_non_null(text);
    n += (size_t)snprintf(text, cap, "%s", SHM_HEAD);
    for (int i = N; i-- > 0;)
        n += (size_t)snprintf(text + n, cap - n, "%10d %10d 600 %d 0 0 %d 0 0 0 0 0 0 0 0 0\n", -i,
                              i * 67000, i + 1, i % 7);
    tree_write(*state, "sysvipc/shm", text);
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, N);
    for (int i = 0; i < N; i++) {
        assert_int_equal(v.at[i].o.id, i * 67000);
        assert_true(v.at[i].o.key == -(uint32_t)i);
        assert_int_equal(v.at[i].size, i + 1);
        assert_int_equal(v.at[i].nattch, i % 7);
    }
    vec_free(&v);
    free(text);
}

TEST(one_id_is_one_row)
{
    struct queue_vec v = {0};

    tree_write(*state, "sysvipc/msg",
               MSG_HEAD "1 9 600 0 0 0 0 0 0 0 0 0 0 0\n"
                        "2 3 600 0 0 0 0 0 0 0 0 0 0 0\n"
                        "1 9 600 0 0 0 0 0 0 0 0 0 0 0\n");
    assert_int_equal(sysvipc_read(*state, KIND_QUEUE, &v), 0);
    assert_int_equal(v.n, 2);
    assert_int_equal(v.at[0].o.id, 3);
    assert_int_equal(v.at[1].o.id, 9);
    vec_free(&v);
}

TEST(what_is_no_table_is_an_error)
{
    struct segment_vec v = {0};

    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), -ENOENT);
    tree_write(*state, "sysvipc/shm", "");
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), -EPROTO);
    tree_write(*state, "sysvipc/shm", SEM_HEAD);
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), -EPROTO);
    tree_write(*state, "sysvipc/shm", SHM_HEAD);
    assert_int_equal(sysvipc_read(*state, KIND_SEGMENT, &v), 0);
    assert_int_equal(v.n, 0);
    vec_free(&v);
}
