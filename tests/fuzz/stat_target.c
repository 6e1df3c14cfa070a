// make fuzz: /proc/PID/stat of a process that is named as its user likes.
#include "linux/process/stat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct task_stat stat;

    if (stat_parse((const char *)data, n, &stat))
        stat_is_dead(&stat);
    return 0;
}
