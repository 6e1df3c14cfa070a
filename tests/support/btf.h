// Descriptions of types made by hand: Documentation/bpf/btf.rst.
#ifndef IPCTOP_TESTS_BTF_H
#define IPCTOP_TESTS_BTF_H

#include <stddef.h>
#include <stdint.h>

// struct outer { int a; struct { int pad; struct { long c; } b; }; struct item list[4]; int bits : 3;
// const struct item *next; } and struct item { int x; char y[3]; typedef'd long z; }. Caller frees.
uint8_t *support_btf(size_t *size);
// struct knot, 64 times: each has two unnamed members, both of the next; the last one of the first.
uint8_t *support_btf_knot(size_t *size);

enum {
    BTF_OUTER_B_C = 8,
    BTF_OUTER_LIST = 16,
    BTF_ITEM_SIZE = 16,
    BTF_ITEM_Z = 8,
    BTF_OUTER_NEXT = 88
};

#endif
