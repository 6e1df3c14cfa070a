// What a terminal sends for a key, from terminfo.
#ifndef IPCTOP_TESTS_TTY_KEYS_H
#define IPCTOP_TESTS_TTY_KEYS_H

// "f9" → "\033[20~" on an xterm. NULL where that terminal has no such key. Static storage.
const char *tty_key_bytes(const char *term, const char *capability);

#endif
