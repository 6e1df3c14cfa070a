// What each application shares in sum.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/kinds/parts/app_memory.h"
#include "support/fake.h"
#include "support/test.h"

enum { APPS = APP_MEMORY_LINES + 6, FIRST = 500, KIB = 1024 };

// Each program holds a memfd of its own, the last one the largest.
static struct snapshot *many(void)
{
    struct snapshot *s = fake_snapshot();
    struct shared *rows = mem_zero(APPS, sizeof *rows);
    struct shared_holder *holders = mem_zero(APPS, sizeof *holders);

    for (int i = 0; i < APPS; i++) {
        char comm[24];

        snprintf(comm, sizeof comm, "program-%02d", i);
        fake_process(s, FIRST + i, 1000, comm, NULL);
        rows[i] = (struct shared){.id = {0, 1, (uint64_t)i + 1},
                                  .type = SHARED_MEMFD,
                                  .size = (uint64_t)(i + 1) * KIB,
                                  .known = SHARED_KNOWS_SIZE};
        holders[i] = (struct shared_holder){.id = rows[i].id, .pid = FIRST + i};
    }
    s->tables[KIND_SHARED] = (struct table){rows, APPS, sizeof *rows};
    s->tables[KIND_SHARED_HOLDER] = (struct table){holders, APPS, sizeof *holders};
    return s;
}

static void notes_end(struct note_vec *notes)
{
    for (size_t i = 0; i < notes->n; i++)
        free(notes->at[i].text);
    vec_free(notes);
}

TEST(the_largest_come_first_and_are_never_left_out)
{
    struct snapshot *s = many();
    struct note_vec notes = {0};

    app_memory_lines(s, &notes);
    assert_int_equal(notes.n, APP_MEMORY_LINES);
    for (size_t i = 0; i < notes.n; i++) {
        char line[64];
        int app = APPS - 1 - (int)i;
        snprintf(line, sizeof line, "program-%02d: %d.0K memfd, 1 process", app, app + 1);
        assert_string_equal(notes.at[i].text, line);
    }
    notes_end(&notes);
    snapshot_unref(s);
}

TEST(segments_count_for_their_application)
{
    struct snapshot *s = many();
    struct note_vec notes = {0};
    struct segment *g = fake_segment(s, 7, 0, 1000, 4 << 20, 1);

    g->cpid = FIRST; // of the smallest
    fake_hold(s, 7, FIRST, 1, MAP_R | MAP_W);
    fake_account(s, 7, 0);
    app_memory_lines(s, &notes);
    assert_string_equal(notes.at[0].text, "program-00: 1.0K memfd, 4.0M System V, 1 process");
    const struct shared *rows = s->tables[KIND_SHARED].at;
    char *line = app_memory_line(s, &rows[0]);
    assert_string_equal(line, notes.at[0].text);
    free(line);
    notes_end(&notes);
    snapshot_unref(s);
}

TEST(what_is_of_no_known_size_or_program_has_no_line)
{
    struct snapshot *s = many();
    struct shared *rows = s->tables[KIND_SHARED].at;
    struct note_vec notes = {0};

    for (int i = 0; i < APPS; i++)
        rows[i].known = 0;
    app_memory_lines(s, &notes);
    assert_int_equal(notes.n, 0);
    rows[3].known = SHARED_KNOWS_SIZE;
    app_memory_lines(s, &notes);
    assert_int_equal(notes.n, 1);
    assert_null(app_memory_line(s, &rows[4]));
    rows[3].id.inode = APPS + 1; // nobody holds it: whose it is is not known
    assert_null(app_memory_line(s, &rows[3]));
    notes_end(&notes);
    snapshot_unref(s);
}

int main(void)
{
    return tests_run();
}
