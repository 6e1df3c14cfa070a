// A directory tree of a test's own, such as a /proc that says what the test wants.
#ifndef IPCTOP_TESTS_TREE_H
#define IPCTOP_TESTS_TREE_H

#include <stddef.h>

char *tree_new(void);       // its path; caller calls tree_free
void tree_free(char *root); // removes everything in it
// One for each test, as its state.
int tree_setup(void **state);
int tree_teardown(void **state);
// Writes a file below root, with the directories it needs. `path` is relative.
void tree_write(const char *root, const char *path, const char *text);
void tree_write_bytes(const char *root, const char *path, const void *bytes, size_t n);
void tree_link(const char *root, const char *path, const char *target); // a symbolic link
char *tree_read(const char *root, const char *path); // caller frees; NULL where it cannot

#endif
