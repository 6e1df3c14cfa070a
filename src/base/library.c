#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

bool library_load(const char *soname, const char *const *names, size_t n, void *functions)
{
    void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    bool all = handle != NULL;

    for (size_t i = 0; i < n && all; i++)
        all = dlsym(handle, names[i]) != NULL;
    for (size_t i = 0; i < n && all; i++) {
        void *function = dlsym(handle, names[i]);
        memcpy((char *)functions + i * sizeof function, &function, sizeof function);
    }
    if (handle && !all)
        dlclose(handle);
    return all;
}
