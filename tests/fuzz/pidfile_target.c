// make fuzz: postmaster.pid, which whoever owns a directory writes.
#include "linux/databases.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct instance instance = {0};

    databases_parse_pidfile((const char *)data, n, &instance);
    if (instance.start_time < 0 || instance.start_time > INT64_C(1) << 40 || instance.pid < 0 ||
        instance.port > 65535 || instance.shmid < 0)
        abort();
    return 0;
}
