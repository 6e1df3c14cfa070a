// A file of sysctl.d(5) with limits that are to last: one line a setting, ours by its first line.
#ifndef IPCTOP_STORE_SYSCTL_FILE_H
#define IPCTOP_STORE_SYSCTL_FILE_H

#include <stddef.h>
#include <stdio.h>

extern const char sysctl_mark[]; // the beginning of its first line

// For struct write_job, whose `arg` is the line to set, "kernel.shmmni = 8192": writes the file that is
// there with that line in place of any other of the same name. *rows counts the settings. 0 or -errno.
int sysctl_produce(FILE *out, void *arg, size_t *rows);

#endif
