// The text of /proc/PID/maps: every kernel has it. Read a page at a time, which is what the kernel
// gives per read() whatever the buffer.
#include "linux/holders/maps.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool number(const char **at, const char *end, unsigned base, uint64_t *value)
{
    const char *start = *at;
    uint64_t n = 0;

    for (; *at < end; ++*at) {
        char c = **at;
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (base == 16 && c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else
            break;
        if (__builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit, &n))
            return false;
    }
    *value = n;
    return *at > start;
}

static bool expect(const char **at, const char *end, char c)
{
    if (*at >= end || **at != c)
        return false;
    ++*at;
    return true;
}

static bool parse_perms(const char **at, const char *end, uint8_t *perms)
{
    // clang-format off
    static const struct {
        char letter, other;
        uint8_t bit;
    } letters[] = {
        {'r', '-', MAP_R}, {'w', '-', MAP_W}, {'x', '-', MAP_X}, {'s', 'p', MAP_SHARED_BIT},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (expect(at, end, letters[i].letter))
            *perms |= letters[i].bit;
        else if (!expect(at, end, letters[i].other))
            return false;
    }
    return true;
}

bool maps_parse_line(const char *line, size_t len, struct mapping *out, const char **name,
                     size_t *name_len)
{
    const char *at = line, *end = line + len;
    uint64_t major, minor;

    *out = (struct mapping){.shmid = -1};
    if (!number(&at, end, 16, &out->start) || !expect(&at, end, '-') ||
        !number(&at, end, 16, &out->end) || !expect(&at, end, ' ') ||
        !parse_perms(&at, end, &out->perms) || !expect(&at, end, ' ') ||
        !number(&at, end, 16, &out->offset) || !expect(&at, end, ' ') ||
        !number(&at, end, 16, &major) || !expect(&at, end, ':') || !number(&at, end, 16, &minor) ||
        !expect(&at, end, ' ') || !number(&at, end, 10, &out->inode))
        return false;
    if (at < end && *at != ' ') // a number that goes on as something else
        return false;
    if (out->start >= out->end || major > UINT32_MAX || minor > UINT32_MAX)
        return false;
    out->dev_major = (uint32_t)major;
    out->dev_minor = (uint32_t)minor;
    while (at < end && *at == ' ')
        at++;
    *name = at;
    *name_len = (size_t)(end - at);
    return true;
}

static void take_line(const char *line, size_t len, const struct maps_devices *devices,
                      struct mapping_vec *out)
{
    struct mapping mapping;
    const char *name;
    size_t name_len;

    if (maps_parse_line(line, len, &mapping, &name, &name_len) &&
        maps_recognise(devices, &mapping, name, name_len))
        vec_push(out, mapping);
}

// Takes the lines of [text, text + len), all whole, that could name a segment: looking for the
// name first spares parsing the hundred others.
static void take_lines(const char *text, size_t len, const struct maps_devices *devices,
                       struct mapping_vec *out)
{
    const char *at = text, *end = text + len, *hit;

    while (at < end && (hit = memmem(at, (size_t)(end - at), "/SYSV", 5)) != NULL) {
        const char *start = memrchr(at, '\n', (size_t)(hit - at));
        const char *stop = memchr(hit, '\n', (size_t)(end - hit));
        start = start ? start + 1 : at;
        stop = stop ? stop : end;
        take_line(start, (size_t)(stop - start), devices, out);
        at = stop + 1;
    }
}

// A window over the file: whole lines are taken, one cut by the end of what was read waits for the
// rest, one longer than the window is passed over, since no segment's is.
struct window {
    size_t used;
    bool skipping; // within such a long line
    char text[8192];
};

static void take_window(struct window *w, const struct maps_devices *devices,
                        struct mapping_vec *out)
{
    char *last = memrchr(w->text, '\n', w->used);

    if (!last) {
        if (w->skipping || w->used == sizeof w->text) {
            w->skipping = true;
            w->used = 0;
        }
        return;
    }
    char *from = w->skipping ? (char *)memchr(w->text, '\n', w->used) + 1 : w->text;
    w->skipping = false;
    if (from <= last)
        take_lines(from, (size_t)(last - from), devices, out);
    w->used -= (size_t)(last + 1 - w->text);
    memmove(w->text, last + 1, w->used);
}

static int read_windows(int fd, const struct maps_devices *devices, struct mapping_vec *out)
{
    struct window w;
    bool anything = false;

    w.used = 0;
    w.skipping = false;
    for (;;) {
        ssize_t got = read(fd, w.text + w.used, sizeof w.text - w.used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        anything = true;
        w.used += (size_t)got;
        take_window(&w, devices, out);
    }
    if (!w.skipping)
        take_lines(w.text, w.used, devices, out); // no newline at the very end
    return anything ? 0 : -ESRCH;                 // an address space is never empty
}

static int text_read(int fd, const struct maps_devices *devices, struct mapping_vec *out)
{
    size_t before = out->n;
    int error = read_windows(fd, devices, out);

    if (error)
        out->n = before;
    return error;
}

const struct maps_engine maps_by_text = {
    .method = SCAN_TEXT,
    .read = text_read,
};
