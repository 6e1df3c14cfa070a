#include "linux/process/cgroup.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "linux/process/proc_file.h"

enum { ID_MIN = 32, ID_SHOWN = 12 };

struct part { // of a path: between two slashes
    const char *at;
    size_t n;
};

static bool next_part(const char **path, const char *end, struct part *part)
{
    while (*path < end && **path == '/')
        (*path)++;
    part->at = *path;
    while (*path < end && **path != '/')
        (*path)++;
    part->n = (size_t)(*path - part->at);
    return part->n > 0;
}

static bool begins(const struct part *part, const char *prefix)
{
    size_t n = strlen(prefix);

    return part->n > n && memcmp(part->at, prefix, n) == 0;
}

static bool ends(const struct part *part, const char *suffix)
{
    size_t n = strlen(suffix);

    return part->n > n && memcmp(part->at + part->n - n, suffix, n) == 0;
}

static bool is(const struct part *part, const char *name)
{
    return part->n == strlen(name) && memcmp(part->at, name, part->n) == 0;
}

// Without what systemd puts around the name of a scope or service.
static struct part within(struct part part, const char *prefix, const char *suffix)
{
    part.at += strlen(prefix);
    part.n -= strlen(prefix);
    if (ends(&part, suffix))
        part.n -= strlen(suffix);
    return part;
}

static bool is_id(const struct part *part)
{
    size_t i = 0;

    while (i < part->n && isxdigit((unsigned char)part->at[i]))
        i++;
    return i == part->n && i >= ID_MIN;
}

// systemd writes what is no letter, digit, ":", "_" or "." as \xHH: unit_name_escape().
static size_t unescape(char *dst, size_t cap, const struct part *part)
{
    size_t used = 0;
    unsigned byte;

    for (size_t i = 0; i < part->n && used < cap; i++) {
        bool coded = part->n - i >= 4 && part->at[i] == '\\' && part->at[i + 1] == 'x' &&
                     isxdigit((unsigned char)part->at[i + 2]) &&
                     isxdigit((unsigned char)part->at[i + 3]);
        if (coded && sscanf(part->at + i + 2, "%2x", &byte) == 1) {
            dst[used++] = (char)byte;
            i += 3;
        } else {
            dst[used++] = part->at[i];
        }
    }
    return used;
}

static void name_it(struct cgroup_names *out, const char *engine, struct part name)
{
    char plain[256];

    if (is_id(&name))
        name.n = ID_SHOWN;
    size_t n = unescape(plain, sizeof plain, &name);
    int used = snprintf(out->container, sizeof out->container, "%s:", engine);
    text_escape(out->container + used, sizeof out->container - (size_t)used, plain, n);
}

// Names that engines give to the group of one container, and which part of them is its own.
// clang-format off
static const struct pattern {
    const char *prefix, *suffix, *engine;
    bool id; // what is between them is an id, and no name
} patterns[] = {
    {"docker-", ".scope", "docker", true},
    {"libpod-", ".scope", "podman", true},
    {"cri-containerd-", ".scope", "containerd", true},
    {"crio-", ".scope", "crio", true},
    {"lxc.payload.", "", "lxc", false},
    {"systemd-nspawn@", ".service", "nspawn", false},
    {"machine-", ".scope", "machine", false},
};
// Directories whose children are containers, by id or name.
static const struct parent {
    const char *name, *engine;
    bool id;
} parents[] = {
    {"docker", "docker", true}, {"libpod_parent", "podman", true}, {"lxc", "lxc", false},
    {"lxc.payload", "lxc", false}, {"garden", "garden", false}, {"actions_job", "docker", true},
};
// clang-format on

static bool is_pod(const struct part *part)
{
    return begins(part, "kubepods") || is(part, "kubepods");
}

static void take_container(const struct part *part, const struct part *before, bool in_pod,
                           struct cgroup_names *out)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const struct pattern *p = &patterns[i];
        if (!begins(part, p->prefix) || (*p->suffix && !ends(part, p->suffix)))
            continue;
        struct part name = within(*part, p->prefix, p->suffix);
        if (!p->id || is_id(&name))
            name_it(out, in_pod ? "kubernetes" : p->engine, name);
    }
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
        if (is(before, parents[i].name) && (!parents[i].id || is_id(part)))
            name_it(out, parents[i].engine, *part);
    if (in_pod && is_id(part))
        name_it(out, "kubernetes", *part);
}

enum unit_level { NO_UNIT, USER_MANAGER, UNIT };

static bool is_user_manager(const struct part *part)
{
    static const char prefix[] = "user@", suffix[] = ".service";

    if (!begins(part, prefix) || !ends(part, suffix))
        return false;
    const struct part uid = within(*part, prefix, suffix);
    size_t i = 0;
    while (i < uid.n && isdigit((unsigned char)uid.at[i]))
        i++;
    return i > 0 && i == uid.n;
}

// The outermost one, as sd_pid_get_unit(3) has it: what is below is the process's own to name. Below the
// manager of a user it is the outermost of that manager's: sd_pid_get_user_unit(3). systemd marks names
// that the kernel's own files would collide with by a "_": cg_escape().
static void take_unit(const struct part *part, enum unit_level *level, struct cgroup_names *out)
{
    struct part name = *part;

    if (name.n > 1 && *name.at == '_') {
        name.at++;
        name.n--;
    }
    if (*level == UNIT || (!ends(&name, ".service") && !ends(&name, ".scope")) ||
        is(&name, "init.scope"))
        return;
    *level = *level == NO_UNIT && is_user_manager(&name) ? USER_MANAGER : UNIT;
    text_escape(out->unit, sizeof out->unit, name.at, name.n);
}

static void take_path(const char *path, const char *end, bool units, struct cgroup_names *out)
{
    struct part part, before = {path, 0};
    enum unit_level level = NO_UNIT;
    bool in_pod = false;

    end = path + proc_file_undeleted(path, (size_t)(end - path));
    while (next_part(&path, end, &part)) {
        in_pod |= is_pod(&part);
        if (!out->container[0])
            take_container(&part, &before, in_pod, out);
        if (units)
            take_unit(&part, &level, out);
        before = part;
    }
}

bool cgroup_next_line(const char **at, const char *end, struct cgroup_line *out)
{
    while (*at < end) {
        const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        *at = stop + 1;
        const char *names = memchr(line, ':', (size_t)(stop - line));
        const char *path = names ? memchr(names + 1, ':', (size_t)(stop - names - 1)) : NULL;
        if (!path)
            continue;
        const struct part controllers = {names + 1, (size_t)(path - names - 1)};
        *out = (struct cgroup_line){.unified = controllers.n == 0, .path = path + 1, .end = stop};
        out->systemd = out->unified || is(&controllers, "name=systemd");
        return true;
    }
    return false;
}

void cgroup_parse(const char *text, size_t n, struct cgroup_names *out)
{
    const char *end = text + n;
    struct cgroup_line line;

    *out = (struct cgroup_names){0};
    while (cgroup_next_line(&text, end, &line))
        take_path(line.path, line.end, line.systemd, out);
}
