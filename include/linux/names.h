// uid → user, gid → group, by the name service: may block on a directory server that does not
// answer, so probers alone call it. getpwuid_r(3), getgrgid_r(3).
#ifndef IPCTOP_LINUX_NAMES_H
#define IPCTOP_LINUX_NAMES_H

#include "model/source.h"

// Fill answer->named. error is -ENOENT where nobody has that number.
void names_probe_user(uint32_t uid, struct answer *answer);
void names_probe_group(uint32_t gid, struct answer *answer);

// struct source local_names: of /etc/passwd or /etc/group, where nsswitch.conf(5) has the service `files`
// first.
void names_local(enum probe_what what, const uint32_t *ids, size_t n, struct named_vec *out);

// ACTION_RESOLVE: names to numbers, in the outcome's action. May block as the probes do.
void names_act(const struct action *action, struct outcome *outcome);

// Whether systemd-logind has that user as logged in: 1, 0, or -errno where it does not run here.
// Never blocks.
int names_login(uint32_t uid);

#endif
