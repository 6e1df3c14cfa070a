// What was done and what happened, as lines appended to a file (--log), and our own actions to
// syslog (authpriv) as well. One line each:
//
//   2025-11-21T14:02:11+0100 ipctop[4711] intent uid=0 user="root" sudo_user="alice" verb=remove
//   target="segment 42 key=0x0052e2c1 cuid=26 cgid=26 ctime=1763700000" command="ipcrm -m 42"
//   2025-11-21T14:02:11+0100 ipctop[4711] action uid=0 user="root" sudo_user="alice" result=done
//   target="segment 42 key=0x0052e2c1 cuid=26 cgid=26 ctime=1763700000" command="ipcrm -m 42"
//   text="segment 42 removed"
//   2025-11-21T14:02:13+0100 ipctop[4711] event what=created object="segment 43" who="18811 python"
//   text="4.0K, private, owner postgres"
//
// (each on one line). An intent stands before the action: one that nothing follows may have been done
// as the program was killed. In quotes " and \ have a \ before them; there are no control characters.
// Where lines are missing, "log lost=12" stands instead. The file is written by a thread of its own
// (store/append_log.h): one that hangs holds up no key and no refresh, and who acts waits a moment to be
// able to say that it is logged. syslog never blocks.
#ifndef IPCTOP_STORE_AUDIT_LOG_H
#define IPCTOP_STORE_AUDIT_LOG_H

#include "model/record/action.h"
#include "model/record/snapshot.h"

struct audit_log;

struct audit_log_options {
    const char *path;    // made with mode 0600 where it is not there; NULL: no file
    const char *syslog;  // its socket, "/dev/log"; NULL: none. One that does not exist is none
    int64_t patience_ns; // as of append_log_options
};

// NULL with *why filled where the file cannot be opened, or is no regular file itself.
struct audit_log *audit_log_open(const struct audit_log_options *options, char *why, size_t cap);
// Waits a second for what is not written yet. Returns how many lines are not. NULL is fine.
size_t audit_log_flush(struct audit_log *audit);
void audit_log_close(struct audit_log *audit); // without waiting. NULL is fine

// As sampler_options.acting takes it: to the file, or to syslog where there is none.
void audit_log_intent(void *audit, const struct action *action);

// As sampler_options.acted takes it. Where the line cannot be written the outcome's text says so.
void audit_log_outcome(void *audit, struct outcome *outcome);

// As sampler_options.happened takes it: the newest n events of a picture, to the file alone.
void audit_log_happened(void *audit, const struct snapshot *picture, size_t n);

// Why events could not be written, once each time it begins to fail: "events are not logged: No
// space left on device". False: all is written, or reported already. NULL is fine.
bool audit_log_failure(struct audit_log *audit, char *dst, size_t cap);

#endif
