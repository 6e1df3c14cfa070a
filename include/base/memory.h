// Memory that is there or ends the program.
//
// Running out of memory is the one error no reader returns: the process ends with status 1,
// after the hook has restored the terminal. Everything returned is freed with free().
#ifndef IPCTOP_BASE_MEMORY_H
#define IPCTOP_BASE_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Called once, before the message is written and the process ends. NULL removes the hook.
void mem_on_failure(void (*hook)(void));

// For a process of a few threads, before they start: they share what was freed. `lasting`: tables of
// megabytes come and go, and are given back at once.
void mem_tune(bool lasting);

void *mem_alloc(size_t size);                           // uninitialised; size 0 is allowed
void *mem_zero(size_t count, size_t size);              // zeroed; checks count * size
void *mem_resize(void *old, size_t count, size_t size); // checks count * size
char *mem_copy_string(const char *text);                // NULL stays NULL
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_vformat(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
// A stream that writes to memory: *text and *n hold it once it is ended. open_memstream(3)
FILE *mem_stream(char **text, size_t *n);
void mem_stream_end(FILE *stream);

#endif
