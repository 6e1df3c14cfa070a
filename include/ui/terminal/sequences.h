// What terminals send for keys although their description does not say so. Pure table.
#ifndef IPCTOP_UI_TERMINAL_SEQUENCES_H
#define IPCTOP_UI_TERMINAL_SEQUENCES_H

#include <stddef.h>

#include "base/key.h"

enum {                            // beside enum key
    SEQUENCE_FOCUS = K_MOUSE + 1, // the terminal's window got or lost the focus: no key
    SEQUENCE_PASTE_BEGIN,
    SEQUENCE_PASTE_END,
    SEQUENCE_STATUS, // the answer to DSR, ECMA-48 8.3.35
};

struct sequence {
    const char *bytes;
    int32_t key; // enum key, or SEQUENCE_*
};

extern const struct sequence sequences[];
extern const size_t n_sequences;

#endif
