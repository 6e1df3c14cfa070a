// A damaged description of types: nothing crashes, reads beyond its bytes or takes long, and what is
// found lies where a description that is whole says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "linux/bpf/layout.h"
#include "support/btf.h"
#include "support/test.h"

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t dice(uint32_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % sides;
}

static void ask(const void *bytes, size_t size)
{
    static const char *const paths[] = {
        "a",  "b.c", "list[3].x",  "inner",     "deep.deep.deep", "list[3", "bits", "a[0]",
        "..", "[1]", "list[1024]", "self.self", "x.y.z.w",        "next.a", ""};
    char *exact = malloc(size ? size : 1); // a sanitizer sees what is read behind it
    struct layout layout;
    const char *missing;
    struct btf btf;

    memcpy(exact, bytes, size);
    if (btf_parse(&btf, exact, size) == 0) {
        struct btf_place place;
        layout_of(&btf, &layout, &missing);
        for (uint32_t id = 0; id < 64; id++)
            for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
                btf_member(&btf, id, paths[i], &place);
        btf_close(&btf);
    }
    free(exact);
}

static void damage(uint8_t *bytes, size_t *size)
{
    for (uint32_t n = 1 + dice(8); n && *size; n--) {
        size_t at = dice((uint32_t)*size);
        uint32_t word = dice(4) ? dice(64) : dice(UINT32_MAX);
        switch (dice(4)) {
        case 0:
            bytes[at] = (uint8_t)dice(256);
            break;
        case 1: // a count, an id, an offset
            at &= ~(size_t)3;
            memcpy(bytes + at, &word, at + 4 <= *size ? 4 : *size - at);
            break;
        case 2:
            *size = at;
            break;
        default:
            bytes[at] ^= (uint8_t)(1 << dice(8));
        }
    }
}

TEST(small_descriptions_damaged_at_random)
{
    size_t whole;
    uint8_t *good = support_btf(&whole), *bad = malloc(whole);

    for (int i = 0; i < 200000; i++) {
        size_t size = whole;
        memcpy(bad, good, whole);
        if (i)
            damage(bad, &size);
        ask(bad, size);
    }
    free(good);
    free(bad);
}

TEST(the_kernels_own_damaged_at_random)
{
    FILE *file = fopen(BTF_OF_KERNEL, "re");
    size_t whole = 0, cap = 64 << 20;
    uint8_t *good = file ? malloc(cap) : NULL;

    if (!file)
        skip();
    whole = fread(good, 1, cap, file);
    fclose(file);
    uint8_t *bad = malloc(whole);
    memcpy(bad, good, whole);
    for (int i = 0; i < 40; i++) {
        struct layout layout;
        const char *missing;
        struct btf btf;
        size_t touched[64];
        for (int k = 0; k < 64; k++) {
            touched[k] = dice((uint32_t)whole);
            bad[touched[k]] = (uint8_t)dice(256);
        }
        if (btf_parse(&btf, bad, whole) == 0) {
            layout_of(&btf, &layout, &missing);
            btf_close(&btf);
        }
        for (int k = 0; k < 64; k++)
            bad[touched[k]] = good[touched[k]];
    }
    free(good);
    free(bad);
}

// Unnamed structures within each other, which a search for a name would follow for ever.
TEST(no_search_is_endless)
{
    size_t size;
    uint8_t *bytes = support_btf_knot(&size);
    int64_t started = clock_ns();

    ask(bytes, size);
    assert_true(clock_ns() - started < 10 * CLOCK_SECOND);
    free(bytes);
}
