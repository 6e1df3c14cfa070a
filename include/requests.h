// What --json, --batch and the screen are asked for: options checked against the column tables.
#ifndef IPCTOP_REQUESTS_H
#define IPCTOP_REQUESTS_H

#include "options.h"
#include "output/formats.h"

struct requests {
    struct table_request tables[KINDS];
    struct filter *filters[KINDS];      // each its table's
    const struct column **words[KINDS]; // where those look for words
    size_t n;
};

// 0, or 2 after one clear line on stderr; requests_free() either way. Also checks what the options
// ask of the screen's table.
int requests_build(struct requests *requests, const struct options *options);
void requests_free(struct requests *requests);

// What must be read to print them.
struct want requests_want(const struct requests *requests, const struct options *options);

#endif
