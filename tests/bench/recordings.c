#include "recordings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "population.h"

enum { OBJECTS = 4096, DAY = 8640, FEW = 30, LINES = 1000000, START = 1795900000, RUNS = 9 };

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
    fputs("],\"events\":[]}\n", file);
}

static bool make(const char *path, int lines, int objects)
{
    FILE *file = fopen(path, "we");

    for (int i = 0; file && i < lines; i++)
        add_picture(file, START + 10L * i, objects);
    return file && fclose(file) == 0;
}

// A picture in the middle, from the start of the program to its end.
static void find_picture(const char *program, const char *what, int lines, int objects,
                         double goal_ms)
{
    char path[64], command[4400];

    snprintf(path, sizeof path, "%s/rec", dir);
    if (!make(path, lines, objects)) {
        report_skip("9", what, "it could not be written");
        unlink(path);
        return;
    }
    snprintf(command, sizeof command, "%s --from %s --json segments --at @%ld", program, path,
             START + 5L * lines);
    struct report_row *row = report_row("9", what);
    row->scale = 1e3;
    row->unit = "ms";
    row->goal = goal_ms;
    for (int i = 0; i < RUNS; i++)
        vec_push(&row->ours, command_seconds(command));
    unlink(path);
}

static void record_tick(const char *program)
{
    char ours[4400], theirs[4400];

    snprintf(ours, sizeof ours, "%s --record %s/tick -n 1 && rm %s/tick", program, dir, dir);
    snprintf(theirs, sizeof theirs, "%s --json", program);
    if (objects_make(OBJECTS))
        report_commands("9", "a tick that is recorded, 4096 of each kind", ours, theirs, "sh", 1.5,
                        RUNS);
    else
        report_skip("9", "a tick that is recorded", "objects could not be made");
    objects_remove();
}

void bench_recordings(const char *program)
{
    if (!mkdtemp(dir)) {
        report_skip("9", "recordings", "no directory can be made");
        return;
    }
    record_tick(program);
    find_picture(program, "a picture of a day (8640), 30 objects", DAY, FEW, 50);
    find_picture(program, "a picture of a million", LINES, 0, 2000);
    rmdir(dir);
}
