#include "ipcs_options.h"

#include <stddef.h>

// clang-format off
static const struct {
    char letter;
    const char *call;
} options[] = { // in the order of ipcs(1), then what lsipc(1) has beside them
    {'m', "ipctop --batch segments"},
    {'q', "ipctop --batch queues"},
    {'s', "ipctop --batch semaphores"},
    {'a', "ipctop --batch"},
    {'c', "ipctop --batch -o +creator,cuid,cgid segments"},
    {'l', "ipctop --batch limits"},
    {'p', "ipctop --batch -o shmid,owner,cpid,lpid segments"},
    {'t', "ipctop --batch -o shmid,owner,atime,dtime,ctime segments"},
    {'u', "ipctop --batch limits"},
    {'b', "ipctop --batch --bytes"},
    {'e', "ipctop --csv segments"},
    {'g', "ipctop --batch limits"},
    {'r', "ipctop --raw segments"},
    {'J', "ipctop --json"},
};
// clang-format on

const char *ipcs_option_here(int letter)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].letter == letter)
            return options[i].call;
    return NULL;
}
