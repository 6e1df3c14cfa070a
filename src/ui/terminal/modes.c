#include "modes.h"

#include <string.h>

#include "curses_library.h"

void modes_append(char *dst, size_t cap, size_t *n, const char *text)
{
    while (text && *text && *n + 1 < cap) {
        if (text[0] == '$' && text[1] == '<' && strchr(text, '>'))
            text = strchr(text, '>') + 1;
        else
            dst[(*n)++] = *text++;
    }
    dst[*n] = '\0';
}

struct modes modes_of_terminal(bool mouse)
{
    struct modes modes = {0};
    const char *paste_on = curses_capability("BE"), *paste_off = curses_capability("BD"),
               *xm = curses_capability("XM");
    const char *keypad_on = curses_capability("smkx"), *clear = curses_capability("clear");
    size_t on = 0, off = 0;

    // A terminfo of before 2020 does not know of it, nor that of screen(1). A terminal that does not,
    // either, takes no notice, as readline(3) relies on.
    if ((!paste_on || !paste_off) && clear && strstr(clear, "\033["))
        paste_on = "\033[?2004h", paste_off = "\033[?2004l";
    // curses turns on the keypad's application mode (DECKPAM) with that of the arrows: in PuTTY its
    // digits would no longer be digits.
    if (keypad_on && strstr(keypad_on, "\033="))
        modes_append(modes.on, sizeof modes.on, &on, "\033>");
    // What is pasted by accident must not be taken for commands.
    if (paste_on && paste_off) {
        modes_append(modes.on, sizeof modes.on, &on, paste_on);
        modes_append(modes.off, sizeof modes.off, &off, paste_off);
    }
    if (!mouse)
        return modes;
    // A terminal that does not know SGR's reports goes on with its own.
    modes_append(modes.on, sizeof modes.on, &on,
                 xm ? curses.tiparm(xm, 1) : "\033[?1000h\033[?1006h");
    modes_append(modes.off, sizeof modes.off, &off,
                 xm ? curses.tiparm(xm, 0) : "\033[?1006l\033[?1000l");
    return modes;
}
