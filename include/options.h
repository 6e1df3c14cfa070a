// The command line: one const entry an option gives parsing, --help and the completions.
#ifndef IPCTOP_OPTIONS_H
#define IPCTOP_OPTIONS_H

#include <stdbool.h>

#include "output/formats.h"
#include "store/scheme.h"

enum { OPTIONS_HOSTS = 64 };

enum mode {
    MODE_SCREEN,
    MODE_PRINT,
    MODE_RECORD,
    MODE_ACT,
    MODE_LIST_COLUMNS,
    MODE_HELP,
    MODE_VERSION
};

struct options {
    enum mode mode;
    const struct format *format; // of MODE_PRINT, MODE_RECORD; of MODE_ACT --json or NULL
    double delay;
    long iterations; // 0: not limited, where `endless` or on the screen; else once
    const char *columns, *sort, *filter, *log, *save_dir; // NULL: not given
    const char *record;                                   // the file of MODE_RECORD
    const char *from; // the recording that is shown; "-": standard input; NULL: this machine
    const char *hosts[OPTIONS_HOSTS]; // all of these, where there are several
    size_t n_from;
    const char *at; // where to begin in it
    uint64_t keep;  // its bytes; 0: without limit
    bool has_user;
    uint32_t uid;
    bool all_namespaces;    // --namespace all
    int32_t namespace_pid;  // pid:N; 0: none
    uint64_t ipc_namespace; // an inode; 0: none
    bool has_id;
    int32_t id;
    const char *config; // NULL: the usual file
    bool has_delay, has_scheme;
    enum scheme scheme;
    bool readonly, no_color, no_mouse, ascii, strict, trace;
    bool endless, no_headings, bytes, per_object;
    const char *output; // NULL: standard output
    bool remove;        // MODE_ACT: that, or a signal
    int signal;
    bool yes, force, attached; // of it
    const struct kind *tables[KINDS];
    size_t n_tables; // 0: none named
};

// 0, or 2 after one clear line on stderr.
int options_parse(struct options *options, int argc, char **argv);
void options_help(void); // to stdout

#endif
