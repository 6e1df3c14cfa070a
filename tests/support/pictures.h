// Recordings as tests make them: a small disk of their own, and pictures written by hand.
#ifndef IPCTOP_TESTS_PICTURES_H
#define IPCTOP_TESTS_PICTURES_H

#include <stdio.h>

// The disk, in the mount namespace of ns_run(): its directory is there already, for such as this, so that
// nothing is made outside. A size as mount(8) has it, or NULL. 0 or -1.
#define PICTURES "/mnt"
int pictures_mount(const char *size);
int pictures_unmount(void **state); // and removes what scene_*() made: a fixture

// One segment of that id with a holder, 18811 python; a finding about it, and an event.
struct picture {
    long time;
    int id;
    const char *host;     // NULL: db01
    const char *severity; // of the finding; NULL: warning
};
void picture_write(FILE *file, const struct picture *picture);
void picture_add(const char *path, const struct picture *picture); // appends a line

#endif
