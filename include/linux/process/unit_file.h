// What the files of a systemd unit set, read as systemd reads them: systemd.unit(5), "UNIT FILE LOAD
// PATH". No program is run, so that what was changed since systemd read them counts already.
#ifndef IPCTOP_LINUX_PROCESS_UNIT_FILE_H
#define IPCTOP_LINUX_PROCESS_UNIT_FILE_H

#include "linux/process/unit_places.h"
#include "model/record/process.h"

// When systemd starts the service of that name again, as its unit file and drop-ins in these places below
// `root` ("": the machine's) have it. RESTART_UNKNOWN where there is none, it is masked, not for this user,
// too large, or of a user and another one's.
// *exceptions: exit codes or signals are set that make a difference (RestartPreventExitStatus= and
// others).
enum service_restart unit_file_restart(const char *root, const struct unit_places *places,
                                       const char *unit, bool *exceptions);

#endif
