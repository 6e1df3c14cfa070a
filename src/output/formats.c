#include "output/formats.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/line.h"
#include "model/kinds/registry.h"

// A new format is a const struct format, NAME_format, in a file of its own and a row here, in the order of
// --help. Its option, the endings of files, completions and messages follow from it.
// clang-format off
#define FORMAT_LIST(FORMAT)                                                                        \
    FORMAT(json)                                                                                   \
    FORMAT(batch)                                                                                  \
    FORMAT(csv)                                                                                    \
    FORMAT(raw)                                                                                    \
    FORMAT(check)                                                                                  \
    FORMAT(openmetrics)                                                                            \
    FORMAT(report)                                                                                 \
    FORMAT(markdown)

#define FORMAT(name) extern const struct format name##_format;
FORMAT_LIST(FORMAT)
#undef FORMAT
#define FORMAT(name) &name##_format,
const struct format *const formats[] = {FORMAT_LIST(FORMAT)};
#undef FORMAT
// clang-format on
const size_t n_formats = sizeof formats / sizeof *formats;
_Static_assert(sizeof formats / sizeof *formats <= FORMATS_MAX, "room for the option of each");

bool format_is_form(const struct format *form, const struct format *of)
{
    return form->form_of && of->name && strcmp(form->form_of, of->name) == 0;
}

const struct format *format_by_name(const char *name)
{
    for (size_t i = 0; i < n_formats; i++)
        if (formats[i]->name && strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

const char *format_error(int error)
{
    return error == -ELIBACC ? SMARTCOLS_SONAME " is not installed; --json and --raw do without"
                             : strerror(-error);
}

const struct format *format_of_file(const char *name)
{
    const char *dot = strrchr(name, '.');
    const struct format *other = NULL;

    for (size_t i = 0; i < n_formats; i++) {
        if (dot && formats[i]->ending && strcasecmp(dot, formats[i]->ending) == 0)
            return formats[i];
        if (!formats[i]->ending && !other)
            other = formats[i];
    }
    return other;
}

const char *formats_endings(char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    for (size_t i = 0; i < n_formats; i++)
        if (formats[i]->ending)
            line_add(&line, "%s, ", formats[i]->ending);
    line_add(&line, "else text");
    return dst;
}

const char *formats_list(char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    for (size_t i = 0; i < n_formats; i++)
        if (formats[i]->name)
            line_add(&line, "%s--%s", line.n ? ", " : "", formats[i]->name);
    return dst;
}

const char *formats_defaults(const struct format *format, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);
    const char *names[KINDS];
    int n[2] = {0}; // left out, listed

    for (int id = 1; id < KINDS; id++)
        n[*((const uint8_t *)kind_get((enum kind_id)id) + format->place) > 0]++;
    bool most = n[1] > n[0];
    size_t listed = 0;
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (most != (*((const uint8_t *)kind + format->place) > 0))
            names[listed++] = kind->name;
    }
    if (most)
        line_add(&line, "every table%s", listed ? " but " : "");
    for (size_t i = 0; i < listed; i++)
        line_add(&line, "%s%s", i == 0 ? "" : i + 1 < listed ? ", " : " and ", names[i]);
    return dst;
}
