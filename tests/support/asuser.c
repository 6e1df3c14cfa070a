#include "support/asuser.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/ns.h"

bool as_nobody(void (*body)(void *result), void *result, size_t size)
{
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;

    if (shared == MAP_FAILED)
        return false;
    memcpy(shared, result, size);
    pid_t pid = fork();
    if (pid == 0) {
        child_become_nobody();
        body(shared);
        _exit(0);
    }
    bool done =
        pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    memcpy(result, shared, size);
    munmap(shared, size);
    return done;
}
