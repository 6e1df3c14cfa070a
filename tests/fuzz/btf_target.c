// make fuzz: the kernel's description of its types, of which no byte is trusted.
#include "linux/bpf/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const paths[] = {"a", "b.c", "list[3].x", "self.self", "deep.deep.deep"};
    struct btf btf;

    if (btf_parse(&btf, data, n) == 0) {
        struct layout layout;
        struct btf_place place;
        const char *missing;
        layout_of(&btf, &layout, &missing);
        for (uint32_t id = 0; id < 64; id++)
            for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
                btf_member(&btf, id, paths[i], &place);
        btf_close(&btf);
    }
    return 0;
}
