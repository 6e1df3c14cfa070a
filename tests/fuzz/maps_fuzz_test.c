// Mangled maps, smaps, stat and syscall: nothing crashes, reads beyond its bytes, or invents a
// segment; and cutting a file into pieces never changes what it says.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/holders/maps.h"
#include "linux/process/stat.h"
#include "linux/waiters/blocked_call.h"
#include "support/test.h"

static const struct maps_devices devices = {.n = 2, .at = {{0, 1, false}, {0, 0x0f, true}}};

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t dice(uint32_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % sides;
}

struct text {
    char *at;
    size_t n;
};

static struct text read_file(const char *path)
{
    struct text text = {.at = malloc(1 << 20)};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    assert_true(fd >= 0);
    while (text.n < 1 << 20 && (got = read(fd, text.at + text.n, (1 << 20) - text.n)) > 0)
        text.n += (size_t)got;
    close(fd);
    return text;
}

static const char *const pieces[] = {
    "/SYSV00a72921 (deleted)",
    "/SYSV",
    "/SYSVffffffff",
    "\n",
    " ",
    "-",
    "00:01 4 ",
    "rw-s ",
    "7efd69430000-7efd69431000 rw-s 00000000 00:01 4    /SYSV00a72921 (deleted)\n",
    "ffffffffffffffffffff",
    ":",
    "\0",
    "Rss:   4 kB\n",
    "Rss: 99999999999999999999 kB\n",
    "(deleted)",
    ") ",
    "(",
    " 0x",
    "0xffffffffffffffff",
};

static struct text mangle(const struct text *from, size_t room)
{
    struct text to = {.at = malloc(from->n + room), .n = from->n};

    memcpy(to.at, from->at, from->n);
    for (uint32_t i = dice(12); i > 0 && to.n; i--) {
        size_t at = dice((uint32_t)to.n);
        const char *piece = pieces[dice(sizeof pieces / sizeof pieces[0])];
        size_t len = strlen(piece) ? strlen(piece) : 1, cut;
        switch (dice(5)) {
        case 0: // another byte
            to.at[at] = (char)dice(256);
            break;
        case 1: // cut out
            cut = dice((uint32_t)(to.n - at)) % 300;
            memmove(to.at + at, to.at + at + cut, to.n - at - cut);
            to.n -= cut;
            break;
        case 2: // cut off
            to.n = at;
            break;
        case 3: // overwritten
            len = len > to.n - at ? to.n - at : len;
            memcpy(to.at + at, piece, len);
            break;
        default: // put in
            if (to.n + len > from->n + room)
                break;
            memmove(to.at + at + len, to.at + at, to.n - at);
            memcpy(to.at + at, piece, len);
            to.n += len;
        }
    }
    return to;
}

static int file_of(const char *text, size_t len)
{
    int fd = memfd_create("maps", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

// The same by the obvious way: every line parsed on its own, in a buffer of exactly its size.
static struct mapping_vec read_plainly(const struct text *text)
{
    struct mapping_vec maps = {0};

    for (size_t at = 0; at < text->n;) {
        const char *newline = memchr(text->at + at, '\n', text->n - at);
        size_t len = newline ? (size_t)(newline - text->at) - at : text->n - at, name_len;
        char *line = malloc(len ? len : 1);
        struct mapping mapping;
        const char *name;
        memcpy(line, text->at + at, len);
        if (maps_parse_line(line, len, &mapping, &name, &name_len) &&
            maps_recognise(&devices, &mapping, name, name_len))
            vec_push(&maps, mapping);
        free(line);
        at += len + 1;
    }
    return maps;
}

static void check_file(const struct text *text)
{
    struct mapping_vec maps = {0}, use = {0}, plain = read_plainly(text);
    int fd = file_of(text->at, text->n);

    maps_by_text.read(fd, &devices, &maps);
    assert_int_equal(maps.n, plain.n);
    for (size_t i = 0; i < maps.n; i++) {
        assert_int_equal(maps.at[i].start, plain.at[i].start);
        assert_int_equal(maps.at[i].shmid, plain.at[i].shmid);
        assert_int_equal(maps.at[i].key, plain.at[i].key);
        assert_true(maps.at[i].shmid >= 0);
    }
    lseek(fd, 0, SEEK_SET);
    maps_read_use(fd, &devices, dice(2), &use);
    for (size_t i = 0; i < use.n; i++)
        free(use.at[i].path);
    close(fd);
    vec_free(&maps);
    vec_free(&plain);
    vec_free(&use);
}

TEST(mangled_files)
{
    struct text maps = read_file("/proc/self/maps"), smaps = read_file("/proc/self/smaps");

    for (int i = 0; i < 4000; i++) {
        struct text text = mangle(i % 4 ? &maps : &smaps, 4096);
        check_file(&text);
        free(text.at);
    }
    free(maps.at);
    free(smaps.at);
}

TEST(noise)
{
    for (int i = 0; i < 2000; i++) {
        struct text text = {.n = dice(20000)};
        text.at = malloc(text.n + 64);
        for (size_t at = 0; at < text.n;) {
            const char *piece = pieces[dice(sizeof pieces / sizeof pieces[0])];
            size_t len = strlen(piece);
            if (dice(3) == 0 || len > text.n - at) {
                text.at[at++] = (char)dice(256);
            } else {
                memcpy(text.at + at, piece, len);
                at += len;
            }
        }
        check_file(&text);
        free(text.at);
    }
}

TEST(mangled_lines)
{
    static char stat[] = "9 (na) me) S 1 9 9 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0\n";
    static char syscall[] =
        "220 0x2a 0x7ffd3c1b8ae0 0x3 0x0 0x0 0x0 0x7ffd3c1b8ab8 0x7f21d5b1c94b\n";
    const struct text stats = {stat, sizeof stat - 1}, calls = {syscall, sizeof syscall - 1};

    for (int i = 0; i < 100000; i++) {
        struct text text = mangle(i % 2 ? &stats : &calls, 300);
        char *exact = malloc(text.n ? text.n : 1), detail[96], memory[WAITCALL_MEMORY];
        struct task_stat parsed;
        struct blocked_call call;
        memcpy(exact, text.at, text.n);
        if (stat_parse(exact, text.n, &parsed))
            assert_non_null(memchr(parsed.comm, '\0', sizeof parsed.comm));
        if (blocked_call_parse(exact, text.n, &call)) {
            assert_true(call.id >= 0);
            assert_true(blocked_call_memory(&call) <= sizeof memory);
            for (size_t b = 0; b < sizeof memory; b++)
                memory[b] = (char)dice(256);
            blocked_call_describe(&call, memory, dice(sizeof memory), detail,
                                  1 + dice(sizeof detail));
            assert_non_null(memchr(detail, '\0', sizeof detail));
        }
        free(exact);
        free(text.at);
    }
}
