#include "model/apps/programs.h"

#include <string.h>

bool program_among(const char *const *names, const char *comm)
{
    for (; *names; names++) {
        size_t n = strcspn(*names, "*");

        if ((*names)[n] ? strncmp(comm, *names, n) == 0 : strcmp(comm, *names) == 0)
            return true;
    }
    return false;
}
