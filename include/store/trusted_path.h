// Paths of the files that are ours to write, settings and log: through what another user owns nothing is
// written, since that user could lead it anywhere.
#ifndef IPCTOP_STORE_TRUSTED_PATH_H
#define IPCTOP_STORE_TRUSTED_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

const char *trusted_name(const char *path); // its last part; "" where it ends with a slash

// The directory of a path, held by a descriptor (O_PATH); -errno. Missing ones are made with mode 0700
// where `make` is. As root, -EPERM where a directory or link on the way is another user's.
int trusted_directory(const char *path, bool make);
// The same of a link.
bool trusted_owner(const struct stat *st);
// Whether a file is our own.
bool trusted_file(const struct stat *st);

#endif
