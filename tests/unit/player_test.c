// The pictures of a file that grows, is cut off, damaged or shortened while it is shown.
#include "replay/player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/pictures.h"
#include "support/test.h"

enum { BEGIN = 1795000000 };

static const struct want everything = {.need = ~UINT64_C(0)};

static struct {
    FILE *file; // in memory, so that nothing is made on a disk
    char path[40];
    struct moves moves;
    struct damage damage;
    struct player *player;
} a;

static int setup(void **state)
{
    (void)state;
    int fd = memfd_create("recording", MFD_CLOEXEC);
    a.file = fd < 0 ? NULL : fdopen(fd, "r+");
    snprintf(a.path, sizeof a.path, "/proc/self/fd/%d", fd);
    moves_init(&a.moves);
    damage_init(&a.damage);
    return a.file ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    player_free(a.player);
    a.player = NULL;
    damage_clear(&a.damage);
    moves_clear(&a.moves);
    return fclose(a.file);
}

TEST_FIXTURE(setup, teardown)

static void add(int id)
{
    picture_write(a.file, &(struct picture){.time = BEGIN + 10L * id, .id = id});
    fflush(a.file);
}

static void add_text(const char *text, size_t n)
{
    assert_int_equal(fwrite(text, 1, n, a.file), n);
    fflush(a.file);
}

static void open_player(bool follows)
{
    int error;
    struct tape *tape = tape_open(a.path, &error);

    assert_non_null(tape);
    a.player = player_new(tape, follows, &a.moves, &a.damage);
}

// The id of the next picture, -1: there is none; and where it stands.
static int picture(int *place)
{
    struct snapshot *s = player_picture(a.player, &everything);
    int id = s ? s->segments.at[0].o.id : -1;

    if (place && s)
        *place = (int)s->playback.place;
    snapshot_unref(s);
    return id;
}

static void step(int by)
{
    moves_add(&a.moves, &(struct move){.to = MOVE_BY, .by = by});
}

static void must_say(const char *text)
{
    char line[300] = "";

    damage_text(&a.damage, line, sizeof line);
    if (text ? !strstr(line, text) : *line)
        fail_msg("it says '%s'", line);
}

TEST(a_picture_that_is_added_is_the_next_one)
{
    int place = -1;

    open_player(true);
    assert_int_equal(picture(&place), -1); // the file is empty
    add(1);
    assert_int_equal(picture(&place), 1);
    assert_int_equal(place, PLACE_LAST);
    assert_int_equal(picture(&place), -1);
    add(2);
    assert_int_equal(picture(&place), 1); // the same one: now another follows
    assert_int_equal(place, PLACE_FIRST);
    step(1);
    assert_int_equal(picture(&place), 2);
    assert_int_equal(place, PLACE_LAST);
    moves_add(&a.moves, &(struct move){.to = MOVE_PLAY, .speed = 1e9});
    assert_int_equal(picture(&place), 2);
    add(3);
    add(4);
    assert_int_equal(picture(&place), 4);
}

TEST(a_picture_that_is_still_being_written_is_waited_for)
{
    char *text;
    size_t n;
    FILE *out = mem_stream(&text, &n);
    int place = -1;

    picture_write(out, &(struct picture){.time = BEGIN + 20, .id = 2});
    mem_stream_end(out);
    add(1);
    add_text(text, n / 2);
    open_player(true);
    assert_int_equal(picture(&place), 1);
    assert_int_equal(place, PLACE_LAST);
    step(1);
    assert_int_equal(picture(&place), 1);
    moves_add(&a.moves, &(struct move){.to = MOVE_TIME, .time = INT64_MAX});
    assert_int_equal(picture(&place), -1);
    must_say(NULL);
    add_text(text + n / 2, n - n / 2);
    step(1);
    assert_int_equal(picture(&place), 2);
    must_say(NULL);
    free(text);
}

TEST(what_is_damaged_counts_once_however_often_it_is_passed)
{
    static const char noise[] = "[1,2\nnothing\n";
    int place = -1;

    add(1);
    add_text(noise, sizeof noise - 1);
    add(2);
    add_text(noise, sizeof noise - 1);
    open_player(true);
    assert_int_equal(picture(&place), 1);
    for (int i = 0; i < 3; i++) {
        step(1);
        assert_int_equal(picture(&place), 2);
        step(-1);
        assert_int_equal(picture(&place), 1);
    }
    must_say("2 pictures are left out");
    step(2);
    assert_int_equal(picture(&place), 2);
    step(1);
    assert_int_equal(picture(&place), 2); // nothing is behind: that is shown
    assert_int_equal(place, PLACE_LAST);
    must_say("4 pictures are left out");
}

TEST(a_file_that_cannot_be_read_further_has_not_ended)
{
    for (int i = 0; i < 300; i++) // several blocks
        add(i);
    open_player(false);
    assert_int_equal(picture(NULL), 0);
    assert_int_equal(picture(NULL), 1);
    assert_false(damage_failed(&a.damage));
    assert_int_equal(ftruncate(fileno(a.file), 2000), 0);
    int id, last = 1;
    while ((id = picture(NULL)) >= 0)
        last = id;
    assert_in_range(last, 1, 298);
    assert_true(damage_failed(&a.damage));
    must_say("it became shorter");
}

TEST(the_end_of_a_file_is_no_failure)
{
    add(1);
    add(2);
    open_player(false);
    assert_int_equal(picture(NULL), 1);
    assert_int_equal(picture(NULL), 2);
    assert_int_equal(picture(NULL), -1);
    assert_int_equal(picture(NULL), -1);
    assert_false(damage_failed(&a.damage));
    must_say(NULL);
}

// By the clock of a machine that was set back; the last one in the file is meant.
// A file system that was cut off by a crash, or a stranger, leaves a hole of any size: it has no newline, and
// is not read.
TEST(a_line_of_terabytes_delays_nothing)
{
    const off_t tera = (off_t)1 << 40;
    int place = -1;

    add(1);
    assert_int_equal(fseeko(a.file, tera, SEEK_SET), 0);
    add_text("\n", 1);
    add(2);
    open_player(true);
    assert_int_equal(picture(&place), 1);
    assert_int_equal(place, PLACE_FIRST);
    step(1);
    assert_int_equal(picture(&place), 2);
    assert_int_equal(place, PLACE_LAST);
    must_say("its line is too long");
    assert_int_equal(ftruncate(fileno(a.file), 3 * tera), 0); // one that does not end, too
    moves_add(&a.moves, &(struct move){.to = MOVE_TIME, .time = BEGIN});
    assert_int_equal(picture(&place), 1);
    moves_add(&a.moves, &(struct move){.to = MOVE_TIME, .time = INT64_MAX});
    assert_int_equal(picture(&place), 2);
    step(-1);
    assert_int_equal(picture(&place), 1);
}

TEST(one_that_is_stopped_looks_for_no_other_picture)
{
    int place = -1;

    add(1);
    add(2);
    open_player(true);
    assert_int_equal(picture(&place), 1);
    player_stop(a.player);
    moves_add(&a.moves, &(struct move){.to = MOVE_TIME, .time = INT64_MAX});
    assert_int_equal(picture(&place), 1);
    must_say(NULL);
}

TEST(times_that_go_back_are_found_too)
{
    static const int ids[] = {30, 10, 20, 0}, times[] = {5, 15, 25, 99}, found[] = {0, 0, 0, 0};
    int64_t at;

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        add(ids[i]);
    open_player(true);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_true(player_near(a.player, BEGIN + 10L * times[i] + 1, true, &at));
        assert_int_equal((at - BEGIN) / 10, found[i]);
    }
    assert_int_equal(picture(NULL), 30);
    step(1);
    assert_int_equal(picture(NULL), 10);
    step(2);
    assert_int_equal(picture(NULL), 0);
    moves_add(&a.moves, &(struct move){.to = MOVE_TIME, .time = BEGIN - 1}); // before all
    assert_int_equal(picture(NULL), 30);
}

// As one does that was asked for twice at the same second.
TEST(pictures_of_one_time_are_all_shown)
{
    for (int i = 0; i < 3; i++)
        add(7);
    add(8);
    open_player(true);
    assert_int_equal(picture(NULL), 7);
    moves_add(&a.moves, &(struct move){.to = MOVE_TIME, .time = BEGIN + 75});
    int place = -1;
    assert_int_equal(picture(&place), 7); // the last of them
    assert_int_equal(place, PLACE_BETWEEN);
    step(1);
    assert_int_equal(picture(NULL), 8);
    step(-2);
    assert_int_equal(picture(&place), 7);
    assert_int_equal(place, PLACE_BETWEEN);
    step(-1);
    assert_int_equal(picture(&place), 7);
    assert_int_equal(place, PLACE_FIRST);
}

// Wherever a crash or a full disk cuts it off: what is whole is shown, and nothing else.
TEST(a_file_that_is_cut_anywhere_shows_what_is_whole)
{
    long ends[2];

    for (int i = 0; i < 2; i++) {
        add(i + 1);
        ends[i] = ftell(a.file);
    }
    for (long i = 2 * ends[1] + 1; i >= 0; i--) {
        long n = i / 2;
        bool first = n >= ends[0] - 1, second = n >= ends[1] - 1; // the newline is no condition
        bool follows = i % 2;
        assert_int_equal(ftruncate(fileno(a.file), n), 0);
        open_player(follows);
        assert_int_equal(picture(NULL), first ? 1 : -1);
        step(1);
        assert_int_equal(picture(NULL), second ? 2 : follows && first ? 1 : -1);
        if (follows) // what is missing may still be written, whatever the last byte is
            must_say(NULL);
        player_free(a.player);
        a.player = NULL;
        damage_clear(&a.damage);
        damage_init(&a.damage);
    }
}
