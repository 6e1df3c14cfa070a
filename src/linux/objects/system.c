#include "linux/objects/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/process/namespace.h"
#include "linux/process/proc_file.h"

// The machine's first namespaces always have these inodes: include/linux/proc_ns.h
// PROC_IPC_INIT_INO, PROC_PID_INIT_INO.
static const uint64_t first_ipc_namespace = 0xEFFFFFFF, first_pid_namespace = 0xEFFFFFFC;

void system_read(const char *proc, struct system *out)
{
    char text[256];
    unsigned load[3][2];
    unsigned long long seconds;

    *out = (struct system){.euid = geteuid()};
    if (proc_file_read(text, sizeof text, proc, "sys/kernel/hostname") > 0)
        text_escape(out->hostname, sizeof out->hostname, text, strcspn(text, "\n"));
    // Both files have their numbers with a point in every locale: the kernel's printf made them,
    // and scanning them by the user's locale would stop at it.
    if (proc_file_read(text, sizeof text, proc, "loadavg") > 0 &&
        sscanf(text, "%u.%2u %u.%2u %u.%2u", &load[0][0], &load[0][1], &load[1][0], &load[1][1],
               &load[2][0], &load[2][1]) == 6) {
        out->knows_load = true;
        for (int i = 0; i < 3; i++)
            out->load[i] = load[i][0] + load[i][1] / 100.0;
    }
    if (proc_file_read(text, sizeof text, proc, "uptime") > 0 &&
        sscanf(text, "%llu", &seconds) == 1)
        out->uptime = (int64_t)seconds;
    if (proc_file_read(text, sizeof text, proc, "meminfo") > 0 &&
        sscanf(text, "MemTotal: %llu kB", &seconds) == 1)
        out->ram = (uint64_t)seconds * 1024;
    out->rmid_forced =
        proc_file_read(text, sizeof text, proc, "sys/kernel/shm_rmid_forced") > 0 && text[0] == '1';
    out->own_namespace = out->ipc_namespace = namespace_of_ours(proc, "ipc");
    out->host_namespace = out->ipc_namespace == first_ipc_namespace;
    out->first_pid_namespace = namespace_of_ours(proc, "pid") == first_pid_namespace;
}

void system_of_namespace(struct system *out, uint64_t inode)
{
    out->ipc_namespace = inode;
    out->host_namespace = inode == first_ipc_namespace;
}

void system_by_calls(struct system *out)
{
    struct utsname names;

    if (!out->hostname[0] && uname(&names) == 0)
        text_escape(out->hostname, sizeof out->hostname, names.nodename, strlen(names.nodename));
}
