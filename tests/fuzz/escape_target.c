// make fuzz: what a terminal sends after Esc, byte by byte.
#include "ui/terminal/escape_parser.h"

#include <stddef.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct escape escape = {0};
    struct key_event event;

    for (size_t i = 0; i < n; i++) {
        if (escape.form == REPORT_NONE)
            escape_begin(&escape, data[i] & 1 ? '[' : 'O');
        else if (escape_byte(&escape, data[i], &event) == REPORT_OVER &&
                 (event.x < 0 || event.y < 0 || event.x > 65535 || event.y > 65535))
            abort();
    }
    return 0;
}
