// Where systemd looks for the files of units: systemd.unit(5), "UNIT FILE LOAD PATH".
#ifndef IPCTOP_LINUX_PROCESS_UNIT_PLACES_H
#define IPCTOP_LINUX_PROCESS_UNIT_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"

struct unit_places { // the first one that has a file of some name counts
    struct place_vec {
        char **at; // owned
        size_t n, cap;
    } list;
    bool of_user; // files count that are root's, or of
    uint32_t uid;
};

void unit_places_system(struct unit_places *out);
// Of that user's manager: its environment, the `n` bytes of /proc/PID/environ, names them. False: it does
// not, or they are too many.
bool unit_places_user(struct unit_places *out, uint32_t uid, const char *environment, size_t n);
void unit_places_free(struct unit_places *places);

#endif
