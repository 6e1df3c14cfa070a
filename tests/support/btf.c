#include "support/btf.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

struct maker {
    uint32_t types[2048];
    size_t n;
    char strings[1024];
    uint32_t strings_n;
};

static uint32_t name(struct maker *m, const char *text)
{
    uint32_t at = m->strings_n;

    if (!*text)
        return 0;
    strcpy(m->strings + at, text);
    m->strings_n += (uint32_t)strlen(text) + 1;
    return at;
}

static void put(struct maker *m, uint32_t word)
{
    m->types[m->n++] = word;
}

static void type(struct maker *m, const char *text, uint32_t kind, uint32_t n, uint32_t size,
                 int flag)
{
    put(m, name(m, text));
    put(m, kind << 24 | n | (uint32_t)flag << 31);
    put(m, size);
}

static void member(struct maker *m, const char *text, uint32_t id, uint32_t bits)
{
    put(m, name(m, text));
    put(m, id);
    put(m, bits);
}

static uint8_t *finish(struct maker *m, size_t *size)
{
    struct btf_header head = {
        .magic = BTF_MAGIC,
        .version = BTF_VERSION,
        .hdr_len = sizeof head,
        .type_len = (uint32_t)m->n * 4,
        .str_off = (uint32_t)m->n * 4,
        .str_len = m->strings_n,
    };

    *size = sizeof head + head.type_len + head.str_len;
    uint8_t *bytes = malloc(*size);
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, m->types, head.type_len);
    memcpy(bytes + sizeof head + head.type_len, m->strings, head.str_len);
    return bytes;
}

enum { INT = 1, LONG, CHAR, CHARS, LONG_T, ITEM, ITEMS, INNER, UNNAMED, CONST_ITEM, POINTER };

uint8_t *support_btf(size_t *size)
{
    struct maker m = {.strings_n = 1};

    type(&m, "int", BTF_KIND_INT, 0, 4, 0);
    put(&m, 32);
    type(&m, "long", BTF_KIND_INT, 0, 8, 0);
    put(&m, 64);
    type(&m, "char", BTF_KIND_INT, 0, 1, 0);
    put(&m, 8);
    type(&m, "", BTF_KIND_ARRAY, 0, 0, 0);
    put(&m, CHAR);
    put(&m, INT);
    put(&m, 3);
    type(&m, "long_t", BTF_KIND_TYPEDEF, 0, LONG, 0);
    type(&m, "item", BTF_KIND_STRUCT, 3, 16, 0);
    member(&m, "x", INT, 0);
    member(&m, "y", CHARS, 32);
    member(&m, "z", LONG_T, 64);
    type(&m, "", BTF_KIND_ARRAY, 0, 0, 0);
    put(&m, ITEM);
    put(&m, INT);
    put(&m, 4);
    type(&m, "", BTF_KIND_STRUCT, 1, 8, 0);
    member(&m, "c", LONG, 0);
    type(&m, "", BTF_KIND_STRUCT, 2, 16, 0);
    member(&m, "pad", INT, 0);
    member(&m, "b", INNER, 64);
    type(&m, "", BTF_KIND_CONST, 0, ITEM, 0);
    type(&m, "", BTF_KIND_PTR, 0, CONST_ITEM, 0);
    type(&m, "outer", BTF_KIND_STRUCT, 5, 96, 1); // with a bit field: widths are in the offsets
    member(&m, "a", INT, 0);
    member(&m, "", UNNAMED, 0);
    member(&m, "list", ITEMS, 128);
    member(&m, "bits", INT, 3 << 24 | 640);
    member(&m, "next", POINTER, 704);
    return finish(&m, size);
}

uint8_t *support_btf_knot(size_t *size)
{
    struct maker m = {.strings_n = 1};

    for (uint32_t i = 1; i <= 64; i++) {
        type(&m, "knot", BTF_KIND_STRUCT, 2, 8, 0);
        member(&m, "", i % 64 + 1, 0);
        member(&m, "", i % 64 + 1, 0);
    }
    return finish(&m, size);
}
