// Single files, as a test writes and reads them. What cannot be done fails the test.
#ifndef IPCTOP_TESTS_FILES_H
#define IPCTOP_TESTS_FILES_H

void file_put(const char *path, const char *text);
char *file_text(const char *path); // the next call writes over it
// A new directory, by its whole path. When this process ends, whether its tests passed or not, it goes with
// all that is in it.
const char *file_dir(void);
// What this process may write to one file from now on: beyond, write(2) fails as on a full disk.
void file_size_limit(unsigned long long bytes); // FILE_UNLIMITED: no limit
#define FILE_UNLIMITED (~0ull)

#endif
