#include "linux/process/same_memory.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "model/holders/address_spaces.h"

static bool compare(void *self, int32_t a, int32_t b, int *order)
{
    (void)self;
    if (a <= 0 || b <= 0)
        return false;
    long result = syscall(SYS_kcmp, (pid_t)a, (pid_t)b, KCMP_VM, 0UL, 0UL);
    // 0 equal, 1 less, 2 greater; 3 only says unequal. kcmp(2)
    if (result < 0 || result > 2)
        return false;
    *order = result == 0 ? 0 : result == 1 ? -1 : 1;
    return true;
}

void same_memory_probe(struct answer *answer)
{
    answer->same = mem_alloc(answer->tasks.n * sizeof *answer->same);
    address_spaces_join(compare, NULL, answer->tasks.at, answer->tasks.n, answer->same);
}
