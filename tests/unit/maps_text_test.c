// The text of maps, as hostile as a process and a slow kernel can make it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux/holders/maps.h"
#include "support/test.h"

static const struct maps_devices devices = {.n = 2, .at = {{0, 1, false}, {0, 0x0f, true}}};

#define LINE                                                                                       \
    "7efd69430000-7efd69431000 rw-s 00000000 00:01 4                          /SYSV00a72921 "      \
    "(deleted)"

static bool parse(const char *line, struct mapping *out)
{
    const char *name;
    size_t len;

    return maps_parse_line(line, strlen(line), out, &name, &len) &&
           maps_recognise(&devices, out, name, len);
}

TEST(a_line)
{
    struct mapping m;

    assert_true(parse(LINE, &m));
    assert_int_equal(m.start, 0x7efd69430000);
    assert_int_equal(m.end, 0x7efd69431000);
    assert_int_equal(m.offset, 0);
    assert_int_equal(m.perms, MAP_R | MAP_W | MAP_SHARED_BIT | MAP_DELETED);
    assert_int_equal(m.dev_major, 0);
    assert_int_equal(m.dev_minor, 1);
    assert_int_equal(m.inode, 4);
    assert_int_equal(m.shmid, 4);
    assert_int_equal(m.key, 0x00a72921);
    assert_null(m.path);
    assert_true(parse("1000-2000 ---s 00ff0000 00:0f 2147483647 /SYSVffffffff", &m));
    assert_int_equal(m.perms, MAP_SHARED_BIT | MAP_HUGE);
    assert_int_equal(m.offset, 0xff0000);
    assert_int_equal(m.shmid, 2147483647);
    assert_int_equal(m.key, 0xffffffff);
    assert_true(parse("ffffffffff600000-ffffffffff601000 r-xs 00000000 00:01 0 /SYSV00000000", &m));
    assert_int_equal(m.shmid, 0);
}

TEST(lines_that_are_no_segment)
{
    static const char *const lines[] = {
        "",
        " ",
        "\n",
        "/SYSV00a72921",
        "1000-2000",
        "1000-2000 rw-s",
        "1000-2000 rw-s 0 00:01 4",
        "1000-2000 rw-s 0 00:01 4 ",
        "1000-2000 rw-s 0 00:01 /SYSV00a72921",
        "1000-2000 rw-p 0 00:01 4 /SYSV00a72921 (deleted)", // private
        "1000-2000 rw-s 0 00:02 4 /SYSV00a72921 (deleted)", // another device
        "1000-2000 rw-s 0 01:01 4 /SYSV00a72921 (deleted)",
        "1000-2000 rw-s 0 00:01 4 /dev/zero (deleted)", // decoys on the same
        "1000-2000 rw-s 0 00:0f 4 /anon_hugepage (deleted)",
        "1000-2000 rw-s 0 00:01 4 /memfd:SYSV00a72921 (deleted)",
        "1000-2000 rw-s 0 00:01 4 /SYSV00a7292 (deleted)", // names that are nearly it
        "1000-2000 rw-s 0 00:01 4 /SYSV00a729210 (deleted)",
        "1000-2000 rw-s 0 00:01 4 /SYSV00A72921 (deleted)",
        "1000-2000 rw-s 0 00:01 4 /SYSV00a7292g (deleted)",
        "1000-2000 rw-s 0 00:01 4 /SYSV00a72921 (deleted",
        "1000-2000 rw-s 0 00:01 4 /SYSV00a72921 (removed)",
        "1000-2000 rw-s 0 00:01 4 /SYSV00a72921 (deleted) (deleted)",
        "1000-2000 rw-s 0 00:01 4 /SYSV00a72921 ",
        "1000-2000 rw-s 0 00:01 4 /tmp/SYSV00a72921",
        "1000-2000 rw-s 0 00:01 4 //SYSV00a72921",
        "1000-2000 rw-s 0 00:01 2147483648 /SYSV00a72921 (deleted)", // an id is never so large
        "1000-2000 rw-s 0 00:01 4294967300 /SYSV00a72921 (deleted)",
        "1000-2000 rw-s 0 00:01 99999999999999999999 /SYSV00a72921 (deleted)",
        "10000000000000000-20000000000000000 rw-s 0 00:01 4 /SYSV00a72921 (deleted)",
        "2000-1000 rw-s 0 00:01 4 /SYSV00a72921 (deleted)", // ends before it starts
        "1000-1000 rw-s 0 00:01 4 /SYSV00a72921 (deleted)",
        "1000-2000 rw?s 0 00:01 4 /SYSV00a72921 (deleted)",
        "1000-2000 rw-s 0 00:01 4x /SYSV00a72921 (deleted)",
        "1000-2000 rw-s 0 100000000:01 4 /SYSV00a72921 (deleted)",
        "-1000-2000 rw-s 0 00:01 4 /SYSV00a72921 (deleted)",
        " 1000-2000 rw-s 0 00:01 4 /SYSV00a72921 (deleted)",
        "Rss:                 108 kB",
    };
    struct mapping m;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (parse(lines[i], &m))
            fail_msg("taken for a segment: %s", lines[i]);
}

// --- whole files ---------------------------------------------------------------------------------

static int file_of(const char *text, size_t len)
{
    int fd = memfd_create("maps", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static struct mapping_vec read_text(const char *text, size_t len)
{
    struct mapping_vec maps = {0};
    int fd = file_of(text, len);

    assert_int_equal(maps_by_text.read(fd, &devices, &maps), 0);
    close(fd);
    return maps;
}

struct text {
    char at[20000];
    size_t n;
};

static void add(struct text *text, const char *part, size_t len)
{
    assert_true(text->n + len <= sizeof text->at);
    memcpy(text->at + text->n, part, len);
    text->n += len;
}

// Segments behind, between and before lines of every length around the sizes that reads come in:
// wherever a line is cut, none is lost, none is invented.
TEST(lines_cut_anywhere)
{
    static const char decoy[] = "1000-2000 rw-s 00000000 00:02 9 /tmp/x/SYSV00000001 ";

    for (size_t pad = 0; pad < 17000; pad += pad < 3900 || pad > 8400 ? 997 : 1) {
        struct text text = {.n = 0};
        add(&text, LINE "\n", strlen(LINE) + 1);
        add(&text, decoy, sizeof decoy - 1);
        for (size_t i = 0; i < pad; i++)
            add(&text, &"/SYSV00000002 (deleted) "[i % 24], 1);
        add(&text, "\n" LINE "\n" LINE, 2 * strlen(LINE) + 2); // none at the very end
        struct mapping_vec maps = read_text(text.at, text.n);
        if (maps.n != 3)
            fail_msg("%zu segments of 3 with a line of %zu bytes", maps.n, pad);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(maps.at[i].key, 0x00a72921);
        vec_free(&maps);
    }
}

// The tail of a line too long for the buffer must not be taken for a line of its own.
TEST(the_tail_of_a_long_line_is_no_line)
{
    for (size_t pad = 8000; pad < 8400; pad++) {
        struct text text = {.n = 0};
        add(&text, "1000-2000 rw-s 0 00:02 9 /", 26);
        for (size_t i = 0; i < pad; i++)
            add(&text, "x", 1);
        add(&text, LINE "\n", strlen(LINE) + 1);
        struct mapping_vec maps = read_text(text.at, text.n);
        assert_int_equal(maps.n, 0);
        vec_free(&maps);
    }
}

TEST(strange_bytes)
{
    static const char text[] =
        "1000-2000 r--s 0 00:02 9 /tmp/a name  with spaces\n"
        "2000-3000 r--s 0 00:02 9 /tmp/\033[2J\033]0;\xff\xfe\n"
        "3000-4000 r--s 0 00:02 9 /tmp/new\\012" LINE "\n"
        "\n\n\0\0\n"
        "4000-5000 rw-s 0 00:01 7 /SYSV00000007\0(deleted)\n" // a NUL is no part of such a name
        LINE "\n"
        "5000-6000 rw-s 0 00:01 8 /SYSV00000008 (deleted)";
    struct mapping_vec maps = read_text(text, sizeof text - 1);

    assert_int_equal(maps.n, 2);
    assert_int_equal(maps.at[0].shmid, 4);
    assert_int_equal(maps.at[1].shmid, 8);
    vec_free(&maps);
}

TEST(nothing_at_all)
{
    struct mapping_vec maps = {0};
    int fd = file_of("", 0);

    assert_int_equal(maps_by_text.read(fd, &devices, &maps), -ESRCH);
    assert_int_equal(maps_by_query.read(fd, &devices, &maps), -ENOTTY); // a file answers no query
    assert_int_equal(maps_read_use(fd, &devices, false, &maps), -ESRCH);
    close(fd);
    fd = file_of("1000-2000 r--p 0 00:00 0\n", 25);
    assert_int_equal(maps_by_text.read(fd, &devices, &maps), 0);
    close(fd);
    assert_int_equal(maps.n, 0);
    vec_free(&maps);
}

// --- smaps ---------------------------------------------------------------------------------------

TEST(use)
{
    static const char text[] =
        "1000-2000 r--p 00000000 00:00 0 \n"
        "Size:                  4 kB\nRss:                   4 kB\nPss:                   2 kB\n"
        "Pss_Dirty:            99 kB\nSwap:                  1 kB\nSwapPss:              98 kB\n"
        "Locked:                3 kB\nTHPeligible:           0\nVmFlags: rd wr sh mr mw me ms sd "
        "\n" LINE "\n"
        "Rss:                 108 kB\nPss:                  54 kB\nSwap:                 12 kB\n"
        "Locked:                8 kB\n"
        "4000-5000 rw-s 00000000 00:0f 9 /SYSV00000001 (deleted)\n"
        "Rss:                   0 kB\nPss:                   0 kB\n"
        "Shared_Hugetlb:     2048 kB\nPrivate_Hugetlb:    2048 kB\nSwap:                  0 kB\n"
        "Locked:                0 kB\n"
        "5000-6000 r--p 00000000 08:01 77 /tmp/\033[31m name\n"
        "Rss:  18446744073709551615 kB\nPss:  1 MB\nSwap: x kB\nRss:\nRss: 3 kB \n";
    struct mapping_vec all = {0}, sysv = {0};
    int fd = file_of(text, sizeof text - 1);

    assert_int_equal(maps_read_use(fd, &devices, false, &all), 0);
    assert_int_equal(all.n, 4);
    assert_int_equal(all.at[0].shmid, -1);
    assert_string_equal(all.at[0].path, "");
    assert_int_equal(all.at[0].rss, 4096);
    assert_int_equal(all.at[0].pss, 2048);
    assert_int_equal(all.at[0].swap, 1024);
    assert_int_equal(all.at[0].locked, 3072);
    assert_int_equal(all.at[1].shmid, 4);
    assert_null(all.at[1].path);
    assert_int_equal(all.at[1].rss, 108 << 10);
    assert_int_equal(all.at[1].swap, 12 << 10);
    assert_int_equal(all.at[2].rss, 4 << 20); // huge pages count
    assert_true(all.at[2].known & MAP_KNOWS_USE);
    assert_string_equal(all.at[3].path, "/tmp/\\e[31m name");
    assert_false(all.at[3].known & MAP_KNOWS_USE); // nothing there was a number of kB
    assert_int_equal(all.at[3].rss + all.at[3].pss + all.at[3].swap, 0);
    for (size_t i = 0; i < all.n; i++)
        free(all.at[i].path);
    vec_free(&all);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(maps_read_use(fd, &devices, true, &sysv), 0);
    assert_int_equal(sysv.n, 2);
    assert_int_equal(sysv.at[0].rss, 108 << 10);
    assert_int_equal(sysv.at[1].rss, 4 << 20);
    vec_free(&sysv);
    close(fd);
}
