// A sentence built piece by piece in a buffer of fixed size. Where that is too small it is cut
// between whole characters, and ends with an ellipsis.
#ifndef IPCTOP_BASE_LINE_H
#define IPCTOP_BASE_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum { LINE_TEXT = 256 }; // bytes for what stands in one line of the screen

struct line {
    char *at;
    size_t cap, n; // n bytes so far, without the NUL
    bool full;     // something was cut: what follows is dropped
};

// `buffer` of cap bytes (may be 0) is the caller's and always ends with NUL when cap > 0.
struct line line_start(char *buffer, size_t cap);
void line_add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
void line_add_args(struct line *line, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
// Adds `n` bytes as they are, at a tenth of what a format costs.
void line_put(struct line *line, const char *text, size_t n);
// "1 process", "3 processes": `many` NULL means one with an s, or es behind an s.
void line_count(struct line *line, unsigned long long n, const char *one, const char *many);

#endif
