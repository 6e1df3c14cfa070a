#include "curses_library.h"

struct curses curses;

bool curses_load(void)
{
    static const char *const names[] = {CURSES_FUNCTIONS(LIBRARY_NAME)};

    return curses.newterm ||
           library_load(NCURSESW_SONAME, names, sizeof names / sizeof *names, &curses);
}

const char *curses_capability(const char *name)
{
    const char *text = curses.tigetstr(name);

    return text == (const char *)-1 ? NULL : text;
}
