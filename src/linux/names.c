#include "linux/names.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "linux/process/accounts.h"
#include "model/consequence/outcomes.h"

// A group's entry lists all its members: 64 KiB are not rare. Beyond, something is wrong.
enum { ROOM_FIRST = 2048, ROOM_MAX = 4 * 1024 * 1024 };

// What is known of a name or number, and then of both.
struct entry {
    uint32_t id;
    const char *name; // NULL: the number is known
};

// One lookup into `room`: 0, ERANGE (more room), ENOENT for nobody, another errno.
typedef int lookup_fn(struct entry *entry, char *room, size_t size);

static int lookup_user(struct entry *of, char *room, size_t size)
{
    struct passwd entry, *found = NULL;
    int error = of->name ? getpwnam_r(of->name, &entry, room, size, &found)
                         : getpwuid_r(of->id, &entry, room, size, &found);

    if (found)
        *of = (struct entry){found->pw_uid, found->pw_name};
    return error ? error : found ? 0 : ENOENT;
}

static int lookup_group(struct entry *of, char *room, size_t size)
{
    struct group entry, *found = NULL;
    int error = of->name ? getgrnam_r(of->name, &entry, room, size, &found)
                         : getgrgid_r(of->id, &entry, room, size, &found);

    if (found)
        *of = (struct entry){found->gr_gid, found->gr_name};
    return error ? error : found ? 0 : ENOENT;
}

// With as much room as it takes, which the caller frees.
static int look_up(lookup_fn *lookup, struct entry *entry, char **room)
{
    int error = ERANGE;

    for (size_t size = ROOM_FIRST; error == ERANGE && size <= ROOM_MAX; size *= 2) {
        *room = mem_resize(*room, size, 1);
        do
            error = lookup(entry, *room, size);
        while (error == EINTR);
    }
    return error;
}

// Several name services report "no such user" as one of these: getpwnam(3).
static bool means_nobody(int error)
{
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

static void probe(lookup_fn *lookup, uint32_t id, struct answer *answer)
{
    struct entry entry = {.id = id};
    char *room = NULL;
    int error = look_up(lookup, &entry, &room);

    answer->named.id = id;
    if (!entry.name && means_nobody(error))
        error = ENOENT;
    if (!error)
        text_escape(answer->named.name, sizeof answer->named.name, entry.name, strlen(entry.name));
    answer->error = -error;
    free(room);
}

void names_probe_user(uint32_t uid, struct answer *answer)
{
    probe(lookup_user, uid, answer);
}

void names_probe_group(uint32_t gid, struct answer *answer)
{
    probe(lookup_group, gid, answer);
}

// --- names of this machine's files ---------------------------------------------------------------

// Whether the line is of that database, and says that its files are asked first: "passwd: files systemd".
static bool files_first(const char *line, const char *database)
{
    size_t len = strlen(database);
    const char *at = line + strspn(line, " \t");

    if (strncmp(at, database, len) != 0 || at[len] != ':')
        return false;
    at += len + 1;
    at += strspn(at, " \t");
    return strncmp(at, "files", 5) == 0 && strchr(" \t\n#", at[5]);
}

static bool has_files_first(const char *database)
{
    FILE *file = fopen("/etc/nsswitch.conf", "re");
    char *line = NULL;
    size_t room = 0;
    bool first = false;

    while (file && !first && getline(&line, &room, file) > 0)
        first = files_first(line, database);
    free(line);
    if (file)
        fclose(file);
    return first;
}

void names_local(enum probe_what what, const uint32_t *ids, size_t n, struct named_vec *out)
{
    bool users = what == PROBE_USER;

    if (n && has_files_first(users ? "passwd" : "group"))
        accounts_read(users, ids, n, out);
}

// --- numbers of names ----------------------------------------------------------------------------

// The first failure is the outcome.
static void resolve(lookup_fn *lookup, unsigned which, const char *name, uint32_t *id,
                    struct outcome *outcome)
{
    bool user = which == SET_UID;
    struct entry entry = {.name = name};
    char *room = NULL;
    int error = look_up(lookup, &entry, &room);

    free(room);
    if (!error) {
        *id = entry.id;
        outcome->action.set.which &= ~which;
    } else if (outcome->state == OUTCOME_FAILED) {
        return;
    } else if (means_nobody(error)) {
        outcome_become(outcome, user ? OUTCOME_NO_SUCH_USER : OUTCOME_NO_SUCH_GROUP, ENOENT);
    } else {
        outcome_become(outcome, user ? OUTCOME_USER_NOT_FOUND : OUTCOME_GROUP_NOT_FOUND, error);
    }
}

void names_act(const struct action *action, struct outcome *outcome)
{
    *outcome = outcome_of(action, OUTCOME_RESOLVED, 0);
    if (action->set.which & SET_UID)
        resolve(lookup_user, SET_UID, action->set.user, &outcome->action.set.uid, outcome);
    if (action->set.which & SET_GID)
        resolve(lookup_group, SET_GID, action->set.group, &outcome->action.set.gid, outcome);
}

// The state files of systemd-logind: one for each user with a session or lingering, gone as soon
// as it has cleaned up after the last logout. sd-login(3), src/login/logind-user.c user_finalize.
int names_login(uint32_t uid)
{
    char path[64];

    if (access("/run/systemd/users", X_OK) != 0)
        return -ENOSYS;
    snprintf(path, sizeof path, "/run/systemd/users/%" PRIu32, uid);
    if (access(path, F_OK) == 0)
        return 1;
    return errno == ENOENT ? 0 : -errno;
}
