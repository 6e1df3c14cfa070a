#include "ui/terminal/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t armed;
static struct termios settings;
static char reset_bytes[256];
static size_t reset_n;

void rescue_note_settings(void)
{
    tcgetattr(STDIN_FILENO, &settings);
}

void rescue_arm(const char *reset, size_t n)
{
    armed = 0;
    reset_n = n < sizeof reset_bytes ? n : sizeof reset_bytes;
    memcpy(reset_bytes, reset, reset_n);
    armed = 1;
}

void rescue_disarm(void)
{
    armed = 0;
}

void rescue_now(void)
{
    int saved = errno;

    if (!armed)
        return;
    armed = 0;
    // A terminal that does not read would keep us here for ever: start it, drop what is queued,
    // and then write no more than it takes at once.
    tcflow(STDOUT_FILENO, TCOON);
    tcflush(STDOUT_FILENO, TCOFLUSH);
    tcsetattr(STDIN_FILENO, TCSANOW, &settings);
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags >= 0)
        fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK);
    ssize_t done = write(STDOUT_FILENO, reset_bytes, reset_n);
    (void)done;
    if (flags >= 0)
        fcntl(STDOUT_FILENO, F_SETFL, flags); // the description is the shell's, too
    errno = saved;
}
