// Rows of a document of --json: found by what one of their members says.
#ifndef IPCTOP_TESTS_ROWS_H
#define IPCTOP_TESTS_ROWS_H

#include <stdbool.h>

struct json_t;

// The first row of an array whose member is that; NULL where there is none.
struct json_t *row_by_text(struct json_t *rows, const char *name, const char *text);
struct json_t *row_by_number(struct json_t *rows, const char *name, long long number);

const char *member_text(struct json_t *row, const char *name); // empty: it is none
long long member_number(struct json_t *row, const char *name); // fails the test where it is none
// Whether its member "status" has that word.
bool has_status(struct json_t *row, const char *status);
// A number of meta.scan of a document; fails the test where it is none.
long long scanned(struct json_t *root, const char *name);

#endif
