#include "model/table/tally.h"

#include <string.h>

void tally_add(struct tally *tally, const char *name)
{
    size_t at = 0;

    while (at < tally->n && strcmp(tally->at[at].name, name) != 0)
        at++;
    if (at == TALLY_NAMES) {
        tally->left++;
        return;
    }
    if (at == tally->n) {
        tally->at[tally->n].name = name;
        tally->at[tally->n++].count = 0;
    }
    unsigned count = tally->at[at].count + 1;
    for (; at > 0 && tally->at[at - 1].count < count; at--)
        tally->at[at] = tally->at[at - 1];
    tally->at[at].name = name;
    tally->at[at].count = count;
}

void tally_write(const struct tally *tally, struct line *line)
{
    for (size_t i = 0; i < tally->n; i++) {
        line_add(line, "%s%s", i ? " " : "", tally->at[i].name);
        if (tally->at[i].count > 1)
            line_add(line, "×%u", tally->at[i].count);
    }
    if (tally->left)
        line_add(line, " and %u more", tally->left);
}
