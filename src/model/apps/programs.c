#include "model/apps/programs.h"

bool program_among(const char *const *names, const char *comm)
{
    for (; *names; names++) {
        const char *name = *names, *at = comm;

        while (*name && *name != '*' && *name == *at)
            name++, at++;
        if (*name == '*' || (!*name && !*at))
            return true;
    }
    return false;
}
