// Which container and which systemd unit a process belongs to, as the name of its control group shows.
// cgroups(7), proc_pid_cgroup(5), systemd.unit(5).
#ifndef IPCTOP_LINUX_PROCESS_CGROUP_H
#define IPCTOP_LINUX_PROCESS_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

struct cgroup_names { // escaped; empty: none
    // "docker:3f4e5d6c7b8a" (the beginning of its id, as docker ps shows it), "podman:…",
    // "kubernetes:…", "containerd:…", "lxc:web", "nspawn:web".
    char container[96];
    // "nginx.service", "session-3.scope": the outermost one, and below the manager of
    // a user that one's outermost; slices are none.
    char unit[160];
};

// A line of /proc/PID/cgroup is one hierarchy, "ID:CONTROLLERS:PATH"; systemd's own is that without
// controllers, or named so.
struct cgroup_line {
    bool unified; // without controllers
    bool systemd; // unified, or named so
    const char *path, *end;
};
// The next one, which moves *at on. False: there is none before `end`.
bool cgroup_next_line(const char **at, const char *end, struct cgroup_line *out);

// From the `n` bytes of /proc/PID/cgroup. Any user may give directories below their own any name: it
// is a hint, no proof.
void cgroup_parse(const char *text, size_t n, struct cgroup_names *out);

#endif
