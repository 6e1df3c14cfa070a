// make fuzz: a filter's expression, of every kind.
#include "base/memory.h"
#include "model/kinds/registry.h"
#include "model/table/filter.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct filter_error error;

    if (n < 1)
        return 0;
    char *text = mem_zero(n, 1); // all but the first byte, which chooses the kind
    memcpy(text, data + 1, n - 1);
    struct filter *filter =
        filter_parse(kind_get((enum kind_id)(1 + data[0] % (KINDS - 1))), text, &error);
    if (filter)
        filter_need(filter, (struct column_choice){0});
    filter_free(filter);
    free(text);
    return 0;
}
