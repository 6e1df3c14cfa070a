// One small file below /proc, or below the root of a fixture, in one piece.
#ifndef IPCTOP_LINUX_PROCESS_PROC_FILE_H
#define IPCTOP_LINUX_PROCESS_PROC_FILE_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

// Opens the file "proc/FORMAT…" with those flags. The descriptor or -errno.
int proc_file_open(int flags, const char *proc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// The same for reading, as a stream. NULL with errno.
FILE *proc_file_stream(const char *proc, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The entries of the directory at "path" below `dir`, which stays open. NULL with errno.
DIR *proc_file_entries(int dir, const char *path);

// Reads at most cap - 1 bytes of the file "proc/FORMAT…" and ends them with NUL. The bytes read,
// or -errno.
ssize_t proc_file_read(char *dst, size_t cap, const char *proc, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// The same of "path" below the directory `dir`: of one process, even if another one has its pid by now.
ssize_t proc_file_read_at(int dir, const char *path, char *dst, size_t cap);

// Replaces what the file says, or what a fixture's file says. 0 or -errno.
int proc_file_write(const char *text, const char *proc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// How long a path of n bytes is without the " (deleted)" that the kernel adds where its file has no
// name any more.
size_t proc_file_undeleted(const char *path, size_t n);

// Unsigned numbers separated by blanks, as sysctls have them: up to `cap`; how many there were.
size_t proc_file_numbers(const char *text, uint64_t *out, size_t cap);
// The same of those behind `name` in a file of lines: "\nVmSwap:".
size_t proc_file_field(const char *text, const char *name, uint64_t *out, size_t cap);

#endif
