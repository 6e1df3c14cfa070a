#include "model/apps/shared_names.h"

#include <stddef.h>
#include <string.h>

// PostgreSQL: src/backend/storage/ipc/dsm_impl.c, "/PostgreSQL.%u". Oracle: "ora_SID_id_n" of automatic
// memory management. Open MPI: opal/mca/btl/sm. PulseAudio: src/pulsecore/shm.c. JACK: common/shm.c.
// clang-format off
static const struct shared_rule rules[] = {
    {"PostgreSQL.", "postgres", "PostgreSQL", {"postgres", "postmaster"},
     "PostgreSQL fails queries with 'could not resize shared memory segment'"},
    {"ora_", "oracle", "Oracle", {"ora_*", "oracle*"},
     "Oracle cannot grow its memory (ORA-00845, ORA-27102)"},
    {"vader_segment.", "openmpi", "Open MPI", {"mpirun", "mpiexec", "prterun", "orted"}, NULL},
    {"sm_segment.", "openmpi", "Open MPI", {"mpirun", "mpiexec", "prterun", "orted"}, NULL},
    {"pulse-shm-", "pulseaudio", "PulseAudio", {"pulseaudio", "pipewire*"}, NULL},
    {"jack-", "jack", "JACK", {"jackd*", "jackdbus"}, NULL},
    {".org.chromium.", "chromium", "Chromium", {"chrom*", "electron*", "headless_shell"},
     "Chromium's pages crash"},
};
// clang-format on

const struct shared_rule *shared_rule_of(const char *name)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strncmp(name, rules[i].prefix, strlen(rules[i].prefix)) == 0)
            return &rules[i];
    return NULL;
}
