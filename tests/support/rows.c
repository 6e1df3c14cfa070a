#include "support/rows.h"

#include <jansson.h>
#include <string.h>

#include "support/test.h"

json_t *row_by_text(json_t *rows, const char *name, const char *text)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *value = json_string_value(json_object_get(row, name));
        if (value && strcmp(value, text) == 0)
            return row;
    }
    return NULL;
}

json_t *row_by_number(json_t *rows, const char *name, long long number)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const json_t *value = json_object_get(row, name);
        if (json_is_integer(value) && json_integer_value(value) == number)
            return row;
    }
    return NULL;
}

const char *member_text(json_t *row, const char *name)
{
    const char *value = json_string_value(json_object_get(row, name));

    return value ? value : "";
}

long long member_number(json_t *row, const char *name)
{
    json_t *value = json_object_get(row, name);

    if (!json_is_integer(value))
        fail_msg("%s is no number", name);
    return json_integer_value(value);
}

bool has_status(json_t *row, const char *status)
{
    json_t *word;
    size_t i;

    json_array_foreach(json_object_get(row, "status"), i, word)
    {
        if (strcmp(json_string_value(word), status) == 0)
            return true;
    }
    return false;
}

long long scanned(json_t *root, const char *name)
{
    return member_number(json_object_get(json_object_get(root, "meta"), "scan"), name);
}
