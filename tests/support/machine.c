#include "support/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/test.h"

bool machine_is_ours(void)
{
    if (getenv("TEST_MACHINE") && geteuid() == 0)
        return true;
    printf("skip: only in a virtual machine of its own: make check-vm\n");
    return false;
}

void machine_set(const char *path, long number)
{
    FILE *file = fopen(path, "we");

    if (!file || fprintf(file, "%ld\n", number) < 0 || fclose(file) != 0)
        fail_msg("%s cannot be written", path);
}

long machine_get(const char *path)
{
    FILE *file = fopen(path, "re");
    long number = -1;

    if (!file || fscanf(file, "%ld", &number) != 1)
        fail_msg("%s cannot be read", path);
    fclose(file);
    return number;
}

void *machine_shared(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(at != MAP_FAILED);
    return at;
}
