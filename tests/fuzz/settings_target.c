// make fuzz: a settings file. What was understood is understood again as it is written.
#include "store/settings.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char *written(const struct settings *settings, size_t *n)
{
    char *text;
    FILE *out = mem_stream(&text, n);

    settings_write(settings, out);
    mem_stream_end(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct settings first, second;
    char why[200];
    size_t n_once, n_twice;

    settings_parse(&first, (const char *)data, n, why, sizeof why);
    char *once = written(&first, &n_once);
    if (settings_parse(&second, once, n_once, why, sizeof why))
        abort(); // a line of ours that we do not take
    char *twice = written(&second, &n_twice);
    if (n_once != n_twice || memcmp(once, twice, n_once) != 0)
        abort();
    free(once);
    free(twice);
    return 0;
}
