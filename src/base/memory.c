#include "base/memory.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*failure_hook)(void);

void mem_on_failure(void (*hook)(void))
{
    failure_hook = hook;
}

void mem_tune(bool lasting)
{
#ifdef M_ARENA_MAX
    // Our threads allocate little: an arena each would cost memory, a second one time at the start.
    mallopt(M_ARENA_MAX, lasting ? 2 : 1);
#endif
#ifdef M_MMAP_THRESHOLD
    // The C library would keep blocks of that size (mallopt(3) on its dynamic threshold): megabytes,
    // for page faults of a tenth of a millisecond.
    if (lasting)
        mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
    (void)lasting;
}

static _Noreturn void fail(void)
{
    static const char message[] = "ipctop: out of memory\n";
    void (*hook)(void) = failure_hook;

    failure_hook = NULL; // a hook that runs out of memory itself must not come back here
    if (hook)
        hook();
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) {
        // stderr is gone too
    }
    _exit(1);
}

void *mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);

    if (!p)
        fail();
    return p;
}

void *mem_zero(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (!p)
        fail();
    return p;
}

void *mem_resize(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        fail();
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p)
        fail();
    return p;
}

char *mem_copy_string(const char *text)
{
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size), text, size);
}

char *mem_vformat(const char *format, va_list args)
{
    char *text;

    if (vasprintf(&text, format, args) < 0)
        fail();
    return text;
}

char *mem_format(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = mem_vformat(format, args);
    va_end(args);
    return text;
}

FILE *mem_stream(char **text, size_t *n)
{
    FILE *stream = open_memstream(text, n);

    if (!stream)
        fail();
    return stream;
}

void mem_stream_end(FILE *stream)
{
    bool failed = ferror(stream);

    if (fclose(stream) != 0 || failed)
        fail();
}
