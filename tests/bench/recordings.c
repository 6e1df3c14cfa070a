#include "recordings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "population.h"
#include "replay/source.h"

enum {
    OBJECTS = 4096,
    DAY = 8640,
    FEW = 30,
    LINES = 1000000,
    START = 1795900000,
    RUNS = 9,
    STEPS = 400
};

static char dir[] = "/tmp/ipctop-bench.XXXXXX";

static void add_picture(FILE *file, long time, int objects)
{
    fprintf(file,
            "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":%ld,\"hostname\":"
            "\"db01\","
            "\"ipc_namespace\":4026531839,\"euid\":0,\"scan\":null},\"segments\":[",
            time);
    for (int i = 0; i < objects; i++)
        fprintf(file,
                "%s{\"key\":\"0x%08x\",\"shmid\":%d,\"owner\":\"oracle\",\"uid\":26,\"gid\":26,"
                "\"perms\":\"0640\",\"size\":4096,\"rss\":4096,\"swap\":0,\"nattch\":2,\"found\":2,"
                "\"holders\":1,\"status\":[],\"cpid\":18702,\"lpid\":18811,\"atime\":%ld,\"ctime\":"
                "%ld}",
                i ? "," : "", i + 1, i, time, time);
    fprintf(file,
            "],\"events\":[{\"time\":%ld,\"what\":\"attached\",\"kind\":\"segment\",\"id\":0,"
            "\"who\":\"18811 python\",\"pid\":18811,\"uid\":null,\"by\":\"last user\",\"text\":"
            "\"segment 0 attached by 18811 python: 3 attachments\"}]}\n",
            time);
}

static bool make(const char *path, int lines, int objects)
{
    FILE *file = fopen(path, "we"); // in place of another

    for (int i = 0; file && i < lines; i++)
        add_picture(file, START + 10L * i, objects);
    return file && fclose(file) == 0;
}

static bool make_or_skip(const char *path, const char *what, int lines, int objects)
{
    bool made = make(path, lines, objects);

    if (!made)
        report_skip("9", what, "it could not be written");
    return made;
}

// One row of milliseconds, or of MiB.
static struct report_row *row_of(const char *what, double scale, const char *unit, double goal)
{
    struct report_row *row = report_row("9", what);

    row->scale = scale;
    row->unit = unit;
    row->goal = goal;
    return row;
}

// A picture in the middle, from the start of the program to its end.
static void find_picture(const char *program, const char *path, const char *what, int lines,
                         double goal_ms)
{
    char command[4400];

    snprintf(command, sizeof command, "%s --from %s --json segments --at @%ld", program, path,
             START + 5L * lines);
    struct report_row *row = row_of(what, 1e3, "ms", goal_ms);
    for (int i = 0; i < RUNS; i++)
        vec_push(&row->ours, command_seconds(command));
}

static const struct want all = {.orphan_age = 0};

// The screen's way to a picture. False: there is none.
static bool see(const struct source *source, const struct move *move)
{
    source->move(source->self, move);
    struct snapshot *s = source->picture(source->self, &all);

    snapshot_unref(s);
    return s;
}

// Both ways through a part of it, as by t and T on the screen, with the events of the pictures before.
static void step_through(const char *path)
{
    char why[200];
    struct replay *replay = replay_new(
        &(struct replay_options){.path = path, .fd = -1, .follows = true}, why, sizeof why);

    if (!replay) {
        report_skip("9", "steps", why);
        return;
    }
    const struct source source = replay_seam(replay);
    struct samples steps = {0};
    see(&source, &(struct move){.to = MOVE_TIME, .time = START + 5L * DAY});
    double resident = process_resident_bytes(getpid());
    for (int i = 0; i < STEPS; i++) {
        double start = seconds_now();
        if (see(&source, &(struct move){.to = MOVE_BY, .by = i % 4 == 3 ? -1 : 1}))
            vec_push(&steps, seconds_now() - start);
    }
    double grown = process_resident_bytes(getpid()) - resident;
    struct report_row *row = row_of("a step in a day of 8640 pictures, 30 objects", 1e3, "ms", 50);
    vec_copy(&row->ours, &steps);
    row = row_of("the worst of 400 such steps", 1e3, "ms", 50);
    vec_push(&row->ours, samples_percentile(&steps, 100));
    row = row_of("memory that 400 steps keep", 1.0 / (1 << 20), "MiB", 8);
    vec_push(&row->ours, grown > 0 ? grown : 0);
    vec_free(&steps);
    replay_free(replay);
}

// Bytes that this process has read from files so far (proc_pid_io(5)).
static double bytes_read(void)
{
    FILE *file = fopen("/proc/self/io", "re");
    unsigned long long n = 0;
    bool read = file && fscanf(file, "rchar: %llu", &n) == 1;

    if (file)
        fclose(file);
    return read ? (double)n : NAN;
}

// Not as a whole: what is read to open it in the middle, and the memory of that.
static void open_long(const char *path)
{
    char why[200];
    double before = bytes_read(), resident = process_resident_bytes(getpid());
    struct replay *replay = replay_new(
        &(struct replay_options){.path = path, .fd = -1, .follows = true}, why, sizeof why);

    if (!replay) {
        report_skip("9", "a million pictures", why);
        return;
    }
    const struct source source = replay_seam(replay);
    see(&source, &(struct move){.to = MOVE_TIME, .time = START + 5L * LINES});
    struct report_row *row =
        row_of("read of a million pictures, opened in the middle", 1.0 / (1 << 20), "MiB", 16);
    vec_push(&row->ours, bytes_read() - before);
    row = row_of("memory to open them", 1.0 / (1 << 20), "MiB", 8);
    double grown = process_resident_bytes(getpid()) - resident;
    vec_push(&row->ours, grown > 0 ? grown : 0);
    replay_free(replay);
}

static void record_tick(const char *program)
{
    char ours[4400], theirs[4400];

    snprintf(ours, sizeof ours, "%s --record %s/tick -d 0.1 -n 6 && rm %s/tick", program, dir, dir);
    snprintf(theirs, sizeof theirs, "%s --json -d 0.1 -n 6", program);
    if (objects_make(OBJECTS))
        report_commands("9", "six ticks recorded, 4096 of each kind", ours, theirs, "sh", 1.5,
                        RUNS);
    else
        report_skip("9", "a tick that is recorded", "objects could not be made");
    objects_remove();
}

void bench_recordings(const char *program)
{
    char path[64];

    if (!mkdtemp(dir)) {
        report_skip("9", "recordings", "no directory can be made");
        return;
    }
    record_tick(program);
    snprintf(path, sizeof path, "%s/rec", dir);
    if (make_or_skip(path, "a day", DAY, FEW)) {
        find_picture(program, path, "a picture of a day (8640), 30 objects", DAY, 50);
        step_through(path);
    }
    if (make_or_skip(path, "a million pictures", LINES, 0)) {
        find_picture(program, path, "a picture of a million", LINES, 2000);
        open_long(path);
    }
    unlink(path);
    rmdir(dir);
}
