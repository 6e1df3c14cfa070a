#include "ui/terminal/one_write.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

// The stream's descriptor is the terminal but between begin and end, when it is the page.
static FILE *stream;
static int page = -1;
static int stream_fd = -1;

FILE *one_write_start(void)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

    page = memfd_create("screen", MFD_CLOEXEC); // a pipe would hold a few screens only
    stream = fd >= 0 && page >= 0 ? fdopen(fd, "w") : NULL;
    stream_fd = stream ? fd : -1;
    if (stream)
        return stream;
    if (fd >= 0)
        close(fd);
    one_write_stop();
    return NULL;
}

void one_write_stop(void)
{
    if (stream)
        fclose(stream);
    if (page >= 0)
        close(page);
    stream = NULL;
    page = stream_fd = -1;
}

// Async-signal-safe: dup3(2), open(2) and close(2) are, by signal-safety(7).
void one_write_let_go(void)
{
    int saved = errno, nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        if (stream_fd >= 0)
            dup3(nowhere, stream_fd, O_CLOEXEC);
        close(nowhere);
    }
    errno = saved;
}

void one_write_begin(void)
{
    if (stream)
        dup3(page, fileno(stream), O_CLOEXEC);
}

void one_write_write(const char *bytes, size_t n)
{
    struct pollfd terminal = {.fd = STDOUT_FILENO, .events = POLLOUT};

    while (n) {
        ssize_t done = write(STDOUT_FILENO, bytes, n);

        if (done < 0 && errno == EINTR)
            continue;
        // Another process that shares the terminal's open file description may have set it.
        if (done < 0 && errno == EAGAIN && poll(&terminal, 1, -1) >= 0)
            continue;
        if (done <= 0)
            return; // the terminal is gone, which the loop finds out
        bytes += done;
        n -= (size_t)done;
    }
}

void one_write_end(void)
{
    char bytes[16384];

    if (!stream)
        return;
    dup3(STDOUT_FILENO, fileno(stream), O_CLOEXEC);
    size_t left = (size_t)lseek(page, 0, SEEK_CUR); // behind it is what was longer before
    lseek(page, 0, SEEK_SET);
    while (left) {
        ssize_t n = read(page, bytes, left < sizeof bytes ? left : sizeof bytes);
        if (n <= 0)
            break;
        one_write_write(bytes, (size_t)n);
        left -= (size_t)n;
    }
    lseek(page, 0, SEEK_SET);
}
