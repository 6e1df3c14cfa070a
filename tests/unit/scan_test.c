#include <stdlib.h>
#include <string.h>

#include "model/record/scan.h"
#include "support/test.h"

static void hold(struct scan *scan, int32_t shmid, int32_t pid, bool stale)
{
    struct holder holder = {.shmid = shmid, .pid = pid, .attaches = 1, .stale = stale};

    vec_push(&scan->holders, holder);
}

TEST(holders_are_a_range)
{
    struct scan *scan = scan_new();
    size_t n = 9;

    assert_null(scan_holders(NULL, 0, &n));
    assert_int_equal(n, 0);
    assert_null(scan_holders(scan, 0, &n));
    hold(scan, 0, 10, false);
    hold(scan, 0, 11, false);
    hold(scan, 7, 10, false);
    hold(scan, INT32_MAX, 12, false);
    assert_ptr_equal(scan_holders(scan, 0, &n), &scan->holders.at[0]);
    assert_int_equal(n, 2);
    assert_ptr_equal(scan_holders(scan, 7, &n), &scan->holders.at[2]);
    assert_int_equal(n, 1);
    assert_ptr_equal(scan_holders(scan, INT32_MAX, &n), &scan->holders.at[3]);
    assert_int_equal(n, 1);
    assert_null(scan_holders(scan, 8, &n));
    assert_int_equal(n, 0);
    assert_null(scan_account(scan, 7));
    assert_null(scan_account(NULL, 7));
    vec_push(&scan->accounts, (struct segment_account){.shmid = 0});
    vec_push(&scan->accounts, (struct segment_account){.shmid = 7});
    assert_ptr_equal(scan_account(scan, 7), &scan->accounts.at[1]);
    assert_null(scan_account(scan, 8));
    scan_unref(scan);
}

struct line_case {
    uint64_t nattch, found;
    uint32_t holders, stale, stale_processes;
    uint16_t unseen;
    uint32_t unreadable, stuck, exiting;
    const char *user, *line;
};

TEST(every_attachment_is_accounted_for)
{
    // clang-format off
    static const struct line_case cases[] = {
        {18, 18, 17, .user = "root", .line = "18 attachments: 18 found in 17 processes"},
        {1, 1, 1, .user = "root", .line = "1 attachment: 1 found in 1 process"},
        {0, 0, 0, .user = "root", .line = "no attachments"},
        {5, 3, 2, .unseen = UNSEEN_UNREADABLE, .unreadable = 1, .user = "oracle",
         .line = "5 attachments: 3 found, 2 unseen (1 process not readable as oracle; try sudo)"},
        {5, 0, 0, .unseen = UNSEEN_UNREADABLE, .unreadable = 12, .user = "oracle",
         .line = "5 attachments: 0 found, 5 unseen "
                 "(12 processes not readable as oracle; try sudo)"},
        {1, 0, 0, .unseen = UNSEEN_UNREADABLE, .unreadable = 2, .user = NULL,
         .line = "1 attachment: 0 found, 1 unseen (2 processes not readable; try sudo)"},
        {2, 1, 1, .unseen = UNSEEN_UNREADABLE, .unreadable = 2, .user = "root",
         .line = "2 attachments: 1 found, 1 unseen (2 processes not readable as root)"},
        {2, 1, 1, .unseen = UNSEEN_OUTSIDE, .user = "root",
         .line = "2 attachments: 1 found, 1 unseen (another PID namespace)"},
        {2, 1, 1, .unseen = UNSEEN_EXITING, .exiting = 1, .user = "root",
         .line = "2 attachments: 1 found, 1 unseen (1 process exiting)"},
        {2, 1, 1, .unseen = UNSEEN_CHANGED, .user = "root",
         .line = "2 attachments: 1 found, 1 unseen (changed during the scan)"},
        {2, 1, 1, .unseen = UNSEEN_STUCK, .stuck = 1, .user = "root",
         .line = "2 attachments: 1 found, 1 unseen (1 process stuck)"},
        {2, 1, 1, .user = "root", .line = "2 attachments: 1 found, 1 unseen (reason unknown)"},
        {2, 1, 1, .unseen = UNSEEN_ALIKE, .user = "root",
         .line = "2 attachments: 1 found, 1 unseen "
                 "(cannot be told apart from those of another IPC namespace)"},
        {2, 1, 1, .unseen = UNSEEN_LEFT_OUT, .user = "root",
         .line = "2 attachments: 1 found, 1 unseen (left out: too many mappings)"},
        {9, 1, 1, .unseen = 31, .unreadable = 3, .stuck = 2, .exiting = 4, .user = "nobody",
         .line = "9 attachments: 1 found, 8 unseen (3 processes not readable as nobody, "
                 "2 processes stuck, another PID namespace, 4 processes exiting, "
                 "changed during the scan; try sudo)"},
        {2, 3, 3, .user = "root",
         .line = "2 attachments: 3 found in 3 processes (changed during the scan)"},
        {0, 1, 1, .user = "root",
         .line = "0 attachments: 1 found in 1 process (changed during the scan)"},
        {3, 3, 3, .stale = 1, .stale_processes = 1, .user = "root",
         .line = "3 attachments: 3 found in 3 processes, 1 known from before: "
                 "its process is stuck"},
        {3, 3, 1, .stale = 2, .stale_processes = 1, .user = "root",
         .line = "3 attachments: 3 found in 1 process, 2 known from before: "
                 "their process is stuck"},
        {3, 3, 3, .stale = 2, .stale_processes = 2, .user = "root",
         .line = "3 attachments: 3 found in 3 processes, 2 known from before: "
                 "their processes are stuck"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct line_case *c = &cases[i];
        struct scan *scan = scan_new();

        scan->unreadable = c->unreadable;
        scan->stuck = c->stuck;
        scan->exiting = c->exiting;
        vec_push(&scan->accounts, (struct segment_account){.shmid = 0,
                                                           .nattch = c->nattch,
                                                           .found = c->found,
                                                           .holders = c->holders,
                                                           .stale = c->stale,
                                                           .unseen = c->unseen});
        for (uint32_t k = 0; k < c->stale_processes; k++)
            hold(scan, 0, 10 + (int32_t)k, true);
        char *line = scan_accounting_line(scan, 0, c->user);
        assert_string_equal(line, c->line);
        free(line);
        scan_unref(scan);
    }
}

TEST(what_was_not_scanned_is_said)
{
    struct scan *scan = scan_new();
    char *line = scan_accounting_line(scan, 42, "root");
    char *none = scan_accounting_line(NULL, 42, NULL);

    assert_string_equal(line, "attachments not searched for yet");
    assert_string_equal(none, "attachments not searched for yet");
    free(line);
    free(none);
    scan_unref(scan);
}

TEST(a_long_name_is_cut)
{
    struct scan *scan = scan_new();
    char user[600];

    memset(user, 'x', sizeof user - 1);
    user[sizeof user - 1] = '\0';
    vec_push(&scan->accounts, (struct segment_account){.nattch = 1, .unseen = UNSEEN_UNREADABLE});
    char *line = scan_accounting_line(scan, 0, user);
    assert_true(strlen(line) < 512);
    free(line);
    scan_unref(scan);
}

TEST(mappings_read_as_in_proc)
{
    char scratch[64], small[8], text[5];
    struct mapping map = {.shmid = 4, .key = 0x00a72921};

    assert_string_equal(mapping_path(&map, scratch, sizeof scratch), "/SYSV00a72921 (deleted)");
    assert_string_equal(mapping_path(&map, small, sizeof small), "/SYSV00");
    map = (struct mapping){.shmid = -1};
    assert_string_equal(mapping_path(&map, scratch, sizeof scratch), "");
    map.path = (char[]){"[heap]"};
    assert_string_equal(mapping_path(&map, scratch, sizeof scratch), "[heap]");
    assert_string_equal(mapping_perms_text(MAP_R | MAP_W | MAP_SHARED_BIT, text), "rw-s");
    assert_string_equal(mapping_perms_text(MAP_R | MAP_DELETED, text), "r--p");
    assert_string_equal(mapping_perms_text(MAP_SHARED_BIT, text), "---s");
    assert_string_equal(mapping_perms_text(MAP_R | MAP_W | MAP_X, text), "rwxp");
    assert_string_equal(access_text(MAP_R | MAP_W, text), "rw");
    assert_string_equal(access_text(MAP_R, text), "r");
    assert_string_equal(access_text(MAP_R | MAP_W | MAP_X, text), "rwx");
    assert_string_equal(access_text(MAP_SHARED_BIT, text), "none");
    assert_string_equal(scan_method_names[SCAN_PROCMAP_QUERY], "procmap_query");
    assert_string_equal(scan_method_names[SCAN_TEXT], "text");
}
