#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/kinds/registry.h"
#include "model/kinds/shared.h"
#include "model/table/cell_class.h"
#include "support/fake.h"
#include "support/test.h"

static const struct column *column(const struct kind *kind, const char *name)
{
    const struct column *found = kind_column(kind, name);

    assert_non_null(found);
    return found;
}

static const char *text(const struct snapshot *s, const struct kind *kind, size_t row,
                        const char *name)
{
    static char buffer[CELL_SCRATCH];

    return column_text(column(kind, name), s, kind_at(kind, s, row), buffer, sizeof buffer);
}

static struct cell cell(const struct snapshot *s, const struct kind *kind, size_t row,
                        const char *name)
{
    struct cell out;

    column_get(column(kind, name), s, kind_at(kind, s, row), &out);
    return out;
}

TEST(what_is_shared_and_not_system_v_is_marked)
{
    char buffer[CELL_SCRATCH];
    const struct column *shmid = column(&kind_mappings, "shmid");
    const struct {
        struct mapping map;
        const char *shown;
    } cases[] = {
        {{.shmid = 7, .perms = MAP_R | MAP_SHARED_BIT}, "7"},
        {{.shmid = -1, .perms = MAP_R, .path = (char[]){"/lib/libc.so.6"}}, ""},
        {{.shmid = -1, .perms = MAP_R | MAP_SHARED_BIT, .path = (char[]){"/dev/shm/a"}},
         "not SysV"},
        {{.shmid = -1, .perms = MAP_SHARED_BIT}, "not SysV"},
        {{.shmid = -1, // of another IPC namespace
          .perms = MAP_R | MAP_SHARED_BIT,
          .path = (char[]){"/SYSV00000001 (deleted)"}},
         ""},
    };
    struct snapshot *s = fake_snapshot();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        column_text(shmid, s, &cases[i].map, buffer, sizeof buffer);
        assert_string_equal(buffer, cases[i].shown);
    }
    snapshot_unref(s);
}

// The contract of the machine-readable output: members and their order, as documented.
TEST(json_members_are_the_documented_ones)
{
    static const struct {
        enum kind_id id;
        const char *name, *members;
        // clang-format off
    } documented[] = {
        {KIND_SEGMENT, "segments",
         "key shmid owner uid group gid creator cuid cgid perms size rss swap nattch found holders "
         "status cpid creator_state lpid atime dtime ctime app instance original_key "
         "orphan"},
        {KIND_HOLDER, "holders",
         "shmid pid user uid state attaches access comm command start_time namespace_differs "
         "shares_memory_with"},
        {KIND_MAPPING, "maps", "shmid pid start end size perms offset dev inode path"},
        {KIND_SEMSET, "semaphores",
         "key semid owner uid group gid creator cuid cgid perms nsems otime ctime waiters app "
         "instance "
         "orphan"},
        {KIND_ELEMENT, "elements", "semid index value ncount zcount pid pid_state"},
        {KIND_QUEUE, "queues",
         "key msqid owner uid group gid creator cuid cgid perms bytes max_bytes messages lspid "
         "lrpid stime rtime ctime senders_waiting receivers_waiting app "
         "instance orphan"},
        {KIND_WAITER, "waiters", "kind id pid tid call detail user comm"},
        {KIND_LIMIT, "limits", "name used limit percent top_user path"},
        {KIND_FINDING, "findings", "rule severity kind id name title evidence advice objects objects_kind"},
        {KIND_NAMESPACE, "namespaces",
         "ipc_namespace processes pid comm container unit segments bytes rss semaphores queues "
         "findings shown reason"},
        {KIND_PROCESS, "processes",
         "pid ppid user uid state comm unit container tty threads start_time rss swap segments "
         "attached_bytes shared_pss sets_waiting queues_waiting ports command"},
        {KIND_FILE, "files", "pid fd kind mode protocol local remote state path deleted"},
        {KIND_SHARED, "shared", "kind name device inode owner perms size rss attached open status app instance orphan"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof documented / sizeof documented[0]; i++) {
        const struct kind *kind = kind_get(documented[i].id);
        const struct column *columns[64];
        char members[512] = "";
        assert_string_equal(kind->name, documented[i].name);
        size_t n = kind_columns(kind, COL_JSON, columns);
        for (size_t k = 0; k < n; k++)
            snprintf(members + strlen(members), sizeof members - strlen(members), "%s%s",
                     k ? " " : "", columns[k]->name);
        assert_string_equal(members, documented[i].members);
    }
}

TEST(segments_stand_on_the_screen_in_their_order)
{
    const struct column *columns[64];
    char titles[512] = "";
    size_t n = kind_columns(&kind_segments, COL_SCREEN, columns);

    for (size_t k = 0; k < n; k++)
        snprintf(titles + strlen(titles), sizeof titles - strlen(titles), "%s%s", k ? " " : "",
                 columns[k]->title);
    assert_string_equal(titles, "KEY SHMID OWNER PERMS SIZE RSS SWAP ATT STATUS APP CREATOR LAST "
                                "IDLE HOLDERS");
}

// Whether the member is as large as what the column reads there.
static bool member_fits(const struct column *c)
{
    const enum cell_form form = cell_class(c->type)->form;
    const size_t size = c->member.size;

    switch ((enum member_as)c->member.as) {
    case AS_VALUE:
        return form == FORM_SIGNED  ? size == 4 || size == 8
               : form == FORM_TRUTH ? size == sizeof(bool)
               : form == FORM_REAL  ? size == sizeof(double)
                                    : form != FORM_TEXT && (size == 1 || size == 4 || size == 8);
    case AS_POSITIVE:
        return (form == FORM_SIGNED || form == FORM_UNSIGNED) && (size == 4 || size == 8);
    case AS_VALID:
        return (form == FORM_SIGNED || form == FORM_UNSIGNED) && size == 4;
    case AS_SINCE:
        return c->type == CELL_DURATION && size == 8;
    case AS_TEXT:
        return form == FORM_TEXT && (size == 1 || size == 4) && c->member.texts;
    case AS_DEVICE:
    case AS_NAMED:
    case AS_USER:
    case AS_GROUP:
        return form == FORM_TEXT && size == 4;
    case AS_STRING:
    case AS_WORDS:
        return form == FORM_TEXT && size == sizeof(char *);
    case AS_CHARS:
        return form == FORM_TEXT && size > 1;
    }
    return false;
}

TEST(tables_are_sane)
{
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (!kind)
            continue;
        assert_int_equal(kind->id, id);
        assert_non_null(kind->title);
        assert_non_null(kind->one);
        assert_non_null(kind->identify);
        assert_true(kind->need != 0);
        assert_true(kind->n_columns <= 64);
        if (kind->default_sort)
            assert_non_null(kind_column(kind, kind->default_sort + (kind->default_sort[0] == '-')));
        size_t kept = 0;
        for (size_t i = 0; i < kind->n_columns; i++) {
            const struct column *c = &kind->columns[i];
            assert_true(c->name[0] && c->title[0] && c->help && c->help[0]);
            assert_int_equal(!!c->get + !!c->verdict + !!c->since + !!c->member.size, 1);
            assert_true(!c->member.size || member_fits(c));
            assert_true(!c->verdict || c->type == CELL_BOOL);
            assert_true(!c->since || c->type == CELL_DURATION);
            assert_true(c->width > 0);
            assert_true(c->widest == 0 || c->widest >= c->width);
            assert_true(strlen(c->title) <= (c->widest ? c->widest : c->width));
            assert_int_equal(c->show_need & ~c->need, 0);
            bool named = c->type == CELL_FLAGS || (c->member.size && c->member.as == AS_NAMED);
            assert_true(!named || c->names);
            assert_true(!c->names || named || (c->get && c->type == CELL_TEXT)); // all there are
            // Kept columns have no priority to drop by; the others on the screen may have.
            if (c->flags & COL_KEEP)
                assert_int_equal(c->priority, 0);
            if (c->flags & COL_SCREEN && !(c->flags & COL_KEEP))
                assert_true(c->priority > 0);
            kept += (c->flags & COL_KEEP) != 0;
            // Written into JSON as it stands.
            for (const char *p = c->name; *p; p++)
                assert_true(islower((unsigned char)*p) || *p == '_');
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(kind->columns[k].name, c->name);
        }
        assert_true(kept > 0);
    }
}

extern const struct kind kind_processes, kind_files;

// No getter and no text may touch what is not there, or invent a value.
TEST(everything_may_be_unknown)
{
    struct snapshot *s = fake_blank();

    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (!kind)
            continue;
        assert_int_equal(kind_count(kind, s), 1);
        struct identity identity;
        kind->identify(s, kind_at(kind, s, 0), &identity);
        assert_int_equal(identity.kind, id);
        for (size_t i = 0; i < kind->n_columns; i++) {
            char buffer[CELL_SCRATCH];
            struct cell c;
            column_get(&kind->columns[i], s, kind_at(kind, s, 0), &c);
            assert_int_equal(c.type, kind->columns[i].type);
            column_text(&kind->columns[i], s, kind_at(kind, s, 0), buffer, sizeof buffer);
            column_text(&kind->columns[i], s, kind_at(kind, s, 0), buffer, 1);
            assert_string_equal(buffer, "");
        }
    }
    static const struct {
        const struct kind *kind;
        const char *names;
        // clang-format off
    } unknown[] = {
        {&kind_segments, "rss swap found holders cpid lpid app idle age"},
        {&kind_semsets, "waiters app idle"},
        {&kind_queues, "max_bytes lspid lrpid senders_waiting receivers_waiting app"},
        {&kind_holders, "pid user uid state comm command start_time rss shares_memory_with"},
        {&kind_mappings, "shmid rss pss swap locked"},
        {&kind_elements, "value ncount zcount pid pid_state"},
        {&kind_limits, "used limit percent top_user"},
        {&kind_events, "time age object id who"},
        {&kind_files, "pid mode protocol local remote state path deleted clients inode"},
        {&kind_processes, "pid ppid user uid state comm unit container tty threads start_time rss "
                          "swap segments attached_bytes shared_pss sets_waiting ports command cpu_time"},
        {&kind_shared, "name owner perms size rss attached open app instance orphan messages value"},
        {&kind_shared_holders, "name pid user open access comm command"},
        {&kind_shared_maps, "pid name"},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        char names[256], *rest = NULL;
        snprintf(names, sizeof names, "%s", unknown[i].names);
        for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
            if (cell(s, unknown[i].kind, 0, name).known)
                fail_msg("%s of %s is known", name, unknown[i].kind->name);
        }
    }
    snapshot_unref(s);
}

TEST(an_empty_picture_has_no_rows)
{
    struct snapshot *s = snapshot_new();

    for (int id = 1; id < KINDS; id++) {
        if (kind_get((enum kind_id)id))
            assert_int_equal(kind_count(kind_get((enum kind_id)id), s), 0);
    }
    snapshot_unref(s);
}

TEST(people_read_more_than_the_value)
{
    struct snapshot *s = fake_few();

    assert_string_equal(text(s, &kind_segments, 0, "key"), "0x0052e2c1");
    assert_string_equal(text(s, &kind_segments, 0, "owner"), "oracle");
    assert_string_equal(text(s, &kind_segments, 2, "owner"), "4242"); // a user without a name
    assert_string_equal(text(s, &kind_segments, 0, "perms"), "rw-r-----");
    assert_string_equal(text(s, &kind_segments, 0, "size"), "276M");
    assert_string_equal(text(s, &kind_segments, 0, "cpid"), "10 oracle");
    assert_string_equal(text(s, &kind_segments, 1, "cpid"), "9 gone");
    assert_string_equal(text(s, &kind_segments, 1, "lpid"), "outside");
    assert_string_equal(text(s, &kind_segments, 2, "lpid"), ""); // nobody ever attached it
    assert_string_equal(text(s, &kind_segments, 1, "status"), "dest,locked");
    assert_string_equal(text(s, &kind_segments, 0, "status"), "");
    assert_string_equal(text(s, &kind_segments, 0, "idle"), "5m");
    assert_string_equal(text(s, &kind_segments, 0, "dtime"), "-");
    assert_string_equal(text(s, &kind_segments, 0, "holders"), "oracle s\xc3\xbc\\e[31m");
    assert_string_equal(text(s, &kind_segments, 1, "holders"), "2 unseen");
    assert_string_equal(text(s, &kind_holders, 0, "access"), "rw");
    assert_string_equal(text(s, &kind_mappings, 0, "perms"), "rw-s");
    assert_string_equal(text(s, &kind_mappings, 0, "dev"), "00:01");
    assert_string_equal(text(s, &kind_mappings, 0, "path"), "/SYSV0052e2c1 (deleted)");
    assert_string_equal(text(s, &kind_elements, 0, "pid"), "10 oracle");
    assert_string_equal(text(s, &kind_limits, 0, "limit"), "unlimited");
    assert_string_equal(text(s, &kind_limits, 0, "used"), "276M");
    assert_string_equal(text(s, &kind_limits, 0, "percent"), "");
    assert_string_equal(text(s, &kind_limits, 1, "percent"), "0.1%");
    assert_string_equal(text(s, &kind_limits, 1, "top_user"), "oracle");
    snapshot_unref(s);
}

TEST(a_younger_process_is_not_the_creator)
{
    struct snapshot *s = fake_few();

    for (size_t i = 0; i < s->processes.n; i++) {
        if (s->processes.at[i].pid == 10)
            s->processes.at[i].start_time = FAKE_NOW - 20, s->processes.at[i].uid = 4711;
    }
    assert_string_equal(text(s, &kind_segments, 0, "cpid"), "10 reused");
    assert_string_equal(cell(s, &kind_segments, 0, "creator_state").text, "reused");
    snapshot_unref(s);
}

TEST(holders_of_one_program_are_counted_together)
{
    struct snapshot *s = fake_few();

    vec_clear(&s->scan->holders);
    vec_push(&s->scan->holders, (struct holder){.shmid = 0, .pid = 11, .attaches = 1});
    for (int i = 0; i < 17; i++)
        vec_push(&s->scan->holders, (struct holder){.shmid = 0, .pid = 10, .attaches = 1});
    assert_string_equal(text(s, &kind_segments, 0, "holders"), "oracle×17 s\xc3\xbc\\e[31m");
    snapshot_unref(s);
}

TEST(last_operators_of_a_set_are_named_once_each)
{
    struct snapshot *s = fake_few();
    struct semset *set = &s->semsets.at[0];

    assert_string_equal(text(s, &kind_semsets, 0, "operators"), "10 oracle");
    assert_false(cell(s, &kind_semsets, 0, "operators").known); // one element did not tell
    vec_clear(&s->elements);
    for (int i = 0; i < 4; i++)
        vec_push(&s->elements, (struct element){.semid = 3,
                                                .index = (uint32_t)i,
                                                .pid = i < 2    ? 10
                                                       : i == 2 ? 11
                                                                : 0,
                                                .known = ELEMENT_KNOWS_PID});
    set->n_elements = 4;
    assert_string_equal(text(s, &kind_semsets, 0, "operators"), "oracle s\xc3\xbc\\e[31m");
    assert_int_equal(cell(s, &kind_semsets, 0, "operators").count, 2);
    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].gone = true;
    assert_string_equal(text(s, &kind_semsets, 0, "operators"), "gone×2");
    set->n_elements = 0; // not read
    assert_string_equal(text(s, &kind_semsets, 0, "operators"), "");
    assert_false(cell(s, &kind_semsets, 0, "operators").known);
    snapshot_unref(s);
}

TEST(what_was_not_seen_is_unknown)
{
    struct snapshot *s = fake_few();

    assert_true(cell(s, &kind_segments, 0, "rss").known);
    assert_false(cell(s, &kind_segments, 1, "rss").known);
    assert_int_equal(cell(s, &kind_segments, 2, "rss").count, 4096);
    assert_false(cell(s, &kind_segments, 1, "found").known); // attached, but nothing to be seen
    assert_int_equal(cell(s, &kind_segments, 2, "found").count, 0);
    assert_false(cell(s, &kind_segments, 1, "original_key").known);
    assert_int_equal(cell(s, &kind_segments, 2, "original_key").count, 0xffffffff);
    snapshot_unref(s);
}

TEST(waiting_is_counted_only_where_it_can_be)
{
    struct snapshot *s = fake_few();

    assert_int_equal(cell(s, &kind_queues, 0, "senders_waiting").count, 1);
    assert_false(cell(s, &kind_queues, 0, "receivers_waiting").known); // somebody was not asked
    s->waiters_unseen = 0;
    assert_true(cell(s, &kind_queues, 0, "receivers_waiting").known);
    assert_int_equal(cell(s, &kind_queues, 0, "receivers_waiting").count, 0);
    assert_int_equal(cell(s, &kind_queues, 1, "senders_waiting").count, 0);
    s->has &= ~(uint64_t)NEED_WAITERS;
    assert_false(cell(s, &kind_queues, 0, "senders_waiting").known);
    snapshot_unref(s);
}

TEST(rows_hang_on_their_parents)
{
    struct snapshot *s = fake_few();
    struct identity segment = {.kind = KIND_SEGMENT, .id = 0},
                    other = {.kind = KIND_SEGMENT, .id = 7};
    struct identity set = {.kind = KIND_SEMSET, .id = 0}, holder = {.kind = KIND_HOLDER, .pid = 10};

    const void *row = kind_at(&kind_holders, s, 0), *mapping = kind_at(&kind_mappings, s, 0);
    assert_true(kind_holders.belongs(row, &segment));
    assert_false(kind_holders.belongs(row, &other));
    assert_false(kind_holders.belongs(row, &set)); // same id, another kind
    assert_true(kind_mappings.belongs(mapping, &segment));
    assert_true(kind_mappings.belongs(mapping, &holder));
    holder.id = 7;
    assert_false(kind_mappings.belongs(mapping, &holder));
    holder.id = -1;
    assert_true(kind_mappings.belongs(mapping, &holder));
    set.id = 3;
    assert_true(kind_elements.belongs(kind_at(&kind_elements, s, 0), &set));
    assert_true(kind_waiters.belongs(kind_at(&kind_waiters, s, 0), &set));
    set.kind = KIND_QUEUE;
    assert_false(kind_waiters.belongs(kind_at(&kind_waiters, s, 0), &set));
    kind_mappings.identify(s, mapping, &holder);
    assert_int_equal(holder.start_ticks, 100); // enough to signal its process
    snapshot_unref(s);
}

TEST(names_are_found)
{
    assert_ptr_equal(kind_by_name("segments"), &kind_segments);
    assert_ptr_equal(kind_by_name("segment"), &kind_segments);
    assert_ptr_equal(kind_by_name("seg"), &kind_segments);
    assert_ptr_equal(kind_by_name("SEM"), &kind_semsets);
    assert_ptr_equal(kind_by_name("triage"), &kind_findings);
    assert_ptr_equal(kind_by_name("mappings"), &kind_mappings);
    assert_null(kind_by_name("se"));
    assert_null(kind_by_name(""));
    assert_null(kind_by_name("segmentsx"));
    assert_string_equal(kind_column(&kind_segments, "att")->name, "nattch");
    assert_string_equal(kind_column(&kind_segments, "SIZE")->name, "size");
    assert_null(kind_column(&kind_segments, "siz"));
    assert_string_equal(kind_near_column(&kind_segments, "sizze"), "size");
    assert_string_equal(kind_near_column(&kind_segments, "ownr"), "owner");
    assert_null(kind_near_column(&kind_segments, "elephant"));
}

TEST(formats)
{
    char buffer[64];
    static const char *const names[] = {"a", "b", "c", NULL};
    struct column flags = {.type = CELL_FLAGS, .names = names};
    struct cell c = {.type = CELL_FLAGS, .known = true, .count = 5};

    assert_string_equal(cell_text(&c, &flags, 0, buffer, sizeof buffer), "a,c");
    c = (struct cell){.type = CELL_ADDRESS, .known = true, .count = 0x7f00};
    assert_string_equal(cell_text(&c, &flags, 0, buffer, sizeof buffer), "7f00");
    c = (struct cell){.type = CELL_COUNT, .known = true, .count = UINT64_MAX};
    assert_string_equal(cell_text(&c, &flags, 0, buffer, sizeof buffer), "18446744073709551615");
    c = (struct cell){.type = CELL_PERMS, .known = true, .count = 0751};
    assert_string_equal(cell_text(&c, &flags, 0, buffer, sizeof buffer), "rwxr-x--x");
    c = (struct cell){.type = CELL_BOOL, .known = true, .truth = true};
    assert_string_equal(cell_text(&c, &flags, 0, buffer, sizeof buffer), "yes");
    c = (struct cell){.type = CELL_PERCENT, .known = true, .real = 97.4};
    assert_string_equal(cell_text(&c, &flags, 0, buffer, sizeof buffer), "97%");
    c = (struct cell){.type = CELL_TEXT, .known = true, .text = "a\xc3\xbc"};
    assert_string_equal(cell_text(&c, &flags, 0, buffer, 3), "a"); // never half a character
    c.known = false;
    assert_string_equal(cell_text(&c, &flags, 0, buffer, sizeof buffer), "");
}
