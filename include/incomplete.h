// What an answer lacks of what was asked for, in words.
#ifndef IPCTOP_INCOMPLETE_H
#define IPCTOP_INCOMPLETE_H

#include "model/source.h"
#include "options.h"
#include "requests.h"

struct printed {
    const struct snapshot *s;
    const struct requests *requests;
    const struct options *options;
    const struct want *want; // with which the picture was taken
    size_t refused;          // IPC namespaces that could not be entered
};

// All of it in one line, however long; the caller frees it. NULL: the answer is whole.
char *incomplete_text(const struct printed *printed);

#endif
