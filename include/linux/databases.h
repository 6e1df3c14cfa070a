// Facts for labels (model/apps/labels.h): where PostgreSQL servers have their data, and what their
// postmaster.pid says. Everything read here may be anybody's: bounded, never waited for, never
// believed beyond its place.
#ifndef IPCTOP_LINUX_DATABASES_H
#define IPCTOP_LINUX_DATABASES_H

#include "model/source.h"

// The data directory of one process, into answer->instances: its working directory, or what its arguments
// name where that may not be seen. answer->error: -errno of the working directory. May hang as the process
// does. proc_pid_cwd(5)
void databases_probe_server(const char *proc, int32_t pid, struct answer *answer);
// The data directories where distributions put them below `root` ("" for the machine's), into
// answer->instances. What may not be looked into, or is not there, is left out.
void databases_probe_places(const char *root, struct answer *answer);

// The lines of a postmaster.pid (src/include/utils/pidfile.h); what they do not say, or not
// in the form they have to have, stays unknown.
void databases_parse_pidfile(const char *text, size_t len, struct instance *out);

#endif
