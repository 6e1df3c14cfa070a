// A file of its own: term.h defines macros with the names of half the English language.
#include "support/tty_keys.h"

#include <curses.h>
#include <stdio.h>
#include <term.h>

const char *tty_key_bytes(const char *term, const char *capability)
{
    static char bytes[32];
    char name[32];
    int error;
    TERMINAL *before = cur_term;

    if (setupterm(term, 1, &error) != OK)
        return NULL;
    snprintf(name, sizeof name, "k%s", capability);
    const char *found = tigetstr(name);
    bool known = found && found != (const char *)-1;
    if (known)
        snprintf(bytes, sizeof bytes, "%s", found);
    TERMINAL *ours = set_curterm(before);
    del_curterm(ours);
    return known ? bytes : NULL;
}
