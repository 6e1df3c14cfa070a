#include "ui/terminal/size.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum terminal_size terminal_size(int *w, int *h)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
        return SIZE_UNKNOWN;
    *w = size.ws_col < TERMINAL_WIDEST ? size.ws_col : TERMINAL_WIDEST;
    *h = size.ws_row < TERMINAL_HIGHEST ? size.ws_row : TERMINAL_HIGHEST;
    return *w == size.ws_col && *h == size.ws_row ? SIZE_WHOLE : SIZE_CUT;
}
