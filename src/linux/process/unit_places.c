#include "linux/process/unit_places.h"

#include <string.h>

enum { PLACES_MAX = 64 };

static void add(struct unit_places *out, const char *place)
{
    vec_push(&out->list, mem_copy_string(place));
}

void unit_places_system(struct unit_places *out)
{
    static const char *const places[] = {
        "/etc/systemd/system.control", "/run/systemd/system.control",
        "/run/systemd/transient",      "/run/systemd/generator.early",
        "/etc/systemd/system",         "/etc/systemd/system.attached",
        "/run/systemd/system",         "/run/systemd/system.attached",
        "/run/systemd/generator",      "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",     "/lib/systemd/system",
        "/run/systemd/generator.late",
    };

    *out = (struct unit_places){0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        add(out, places[i]);
}

// --- of a user ------------------------------------------------------------------------------------

// Of "NAME=value", each ended by NUL. NULL: it is not set, or no absolute path.
static const char *value_of(const char *environment, size_t n, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = environment, *end = environment + n, *stop; at < end; at = stop + 1) {
        stop = memchr(at, '\0', (size_t)(end - at));
        if (!stop)
            return NULL; // cut off
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at[length + 1] == '/' ? at + length + 1 : NULL;
    }
    return NULL;
}

struct directories {                     // of one user
    char *config, *data, *runtime;       // owned
    const char *config_dirs, *data_dirs; // separated by colons
};

// systemd has these from the XDG Base Directory Specification.
static bool find_directories(struct directories *out, const char *environment, size_t n)
{
    const char *home = value_of(environment, n, "HOME"),
               *config = value_of(environment, n, "XDG_CONFIG_HOME"),
               *data = value_of(environment, n, "XDG_DATA_HOME"),
               *runtime = value_of(environment, n, "XDG_RUNTIME_DIR");

    *out = (struct directories){.config_dirs = value_of(environment, n, "XDG_CONFIG_DIRS"),
                                .data_dirs = value_of(environment, n, "XDG_DATA_DIRS")};
    if (!home || !runtime)
        return false;
    out->config = config ? mem_copy_string(config) : mem_format("%s/.config", home);
    out->data = data ? mem_copy_string(data) : mem_format("%s/.local/share", home);
    out->runtime = mem_copy_string(runtime);
    if (!out->config_dirs)
        out->config_dirs = "/etc/xdg";
    if (!out->data_dirs)
        out->data_dirs = "/usr/local/share:/usr/share";
    return true;
}

static void add_below(struct unit_places *out, const char *directory, const char *name)
{
    vec_push(&out->list, mem_format("%s/systemd/%s", directory, name));
}

static void add_each(struct unit_places *out, const char *directories)
{
    while (*directories && out->list.n < PLACES_MAX) {
        size_t n = strcspn(directories, ":");
        if (*directories == '/')
            vec_push(&out->list, mem_format("%.*s/systemd/user", (int)n, directories));
        directories += n + (directories[n] == ':');
    }
}

bool unit_places_user(struct unit_places *out, uint32_t uid, const char *environment, size_t n)
{
    struct directories d;

    *out = (struct unit_places){.of_user = true, .uid = uid};
    if (!find_directories(&d, environment, n))
        return false;
    add_below(out, d.config, "user.control");
    add_below(out, d.runtime, "user.control");
    add_below(out, d.runtime, "transient");
    add_below(out, d.runtime, "generator.early");
    add_below(out, d.config, "user");
    add_each(out, d.config_dirs);
    add(out, "/etc/systemd/user");
    add_below(out, d.runtime, "user");
    add(out, "/run/systemd/user");
    add_below(out, d.runtime, "generator");
    add_below(out, d.data, "user");
    add_each(out, d.data_dirs);
    add(out, "/usr/local/lib/systemd/user");
    add(out, "/usr/lib/systemd/user");
    add(out, "/lib/systemd/user");
    add_below(out, d.runtime, "generator.late");
    free(d.config);
    free(d.data);
    free(d.runtime);
    return out->list.n < PLACES_MAX;
}

void unit_places_free(struct unit_places *places)
{
    for (size_t i = 0; i < places->list.n; i++)
        free(places->list.at[i]);
    vec_free(&places->list);
}
