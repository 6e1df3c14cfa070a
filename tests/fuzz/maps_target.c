// make fuzz: /proc/PID/maps. Whole or in pieces, it says the same; no mapping is empty or of no file.
#include "linux/holders/maps.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct maps_devices devices = {.n = 2, .at = {{0, 1, false}, {0, 0x0f, true}}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

// The mappings of segments, line by line.
static size_t recognised(const char *text, size_t n)
{
    size_t found = 0;

    while (n) {
        const char *end = memchr(text, '\n', n), *name;
        size_t len = end ? (size_t)(end - text) : n, name_len;
        struct mapping mapping;
        if (maps_parse_line(text, len, &mapping, &name, &name_len) &&
            maps_recognise(&devices, &mapping, name, name_len)) {
            if (name < text || name + name_len > text + len)
                abort();
            found++;
        }
        n -= len + (end != NULL);
        text += len + (end != NULL);
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static int fd = -1;
    struct mapping_vec all = {0};

    if (fd < 0)
        fd = memfd_create("maps", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, data, n, 0) != (ssize_t)n ||
        lseek(fd, 0, SEEK_SET) != 0)
        abort();
    maps_by_text.read(fd, &devices, &all);
    if (all.n > recognised((const char *)data, n))
        abort();
    vec_free(&all);
    return 0;
}
