// Where settings are kept between runs, and reading them. Writing: store/write_file.h.
#ifndef IPCTOP_STORE_SETTINGS_FILE_H
#define IPCTOP_STORE_SETTINGS_FILE_H

#include "store/settings.h"

// `named` (--config) or NULL: IPCTOPRC, $XDG_CONFIG_HOME/ipctop/config, ~/.config/ipctop/config.
// *chosen: it was named by the user. NULL where there is no home. The caller frees.
char *settings_file_path(const char *named, bool *chosen);

// Waits a second at most, never for a FIFO, nor reads what is no regular file or too long. True where the
// file was read; `why` is then "" or names the lines skipped. False: defaults; `why` is "" where it
// simply is not there.
bool settings_file_read(const char *path, struct settings *out, char *why, size_t cap);

#endif
