#include "linux/process/unit_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { UNIT_NAME_MAX = 256, FILE_SIZE_MAX = 1 << 20 };

// Of the system's manager; the first one that has a file of some name counts.
static const char *const places[] = {
    "/etc/systemd/system.control",   "/run/systemd/system.control",  "/run/systemd/transient",
    "/run/systemd/generator.early",  "/etc/systemd/system",          "/etc/systemd/system.attached",
    "/run/systemd/system",           "/run/systemd/system.attached", "/run/systemd/generator",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",      "/lib/systemd/system",
    "/run/systemd/generator.late",
};
enum { PLACES = sizeof places / sizeof *places };

struct settings {
    enum service_restart restart;
    bool prevent, force, success, oneshot; // lists that are not empty; Type=oneshot
};

// --- one file -------------------------------------------------------------------------------------

static void take_restart(struct settings *s, const char *value)
{
    for (int i = RESTART_NO; i < RESTARTS; i++)
        if (strcmp(value, service_restart_name((enum service_restart)i)) == 0)
            s->restart = (enum service_restart)i;
}

static void take_setting(struct settings *s, const char *name, const char *value)
{
    if (strcmp(name, "Restart") == 0)
        take_restart(s, value);
    else if (strcmp(name, "Type") == 0)
        s->oneshot = strcmp(value, "oneshot") == 0;
    else if (strcmp(name, "RestartPreventExitStatus") == 0) // an empty one empties the list
        s->prevent = *value != '\0';
    else if (strcmp(name, "RestartForceExitStatus") == 0)
        s->force = *value != '\0';
    else if (strcmp(name, "SuccessExitStatus") == 0)
        s->success = *value != '\0';
}

static char *trim(char *text)
{
    static const char blanks[] = " \t\r";
    size_t n;

    text += strspn(text, blanks);
    n = strlen(text);
    while (n > 0 && strchr(blanks, text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

static void take_line(struct settings *s, char *line, bool *in_service)
{
    line = trim(line);
    if (*line == '[') {
        *in_service = strcmp(line, "[Service]") == 0;
        return;
    }
    char *equals = strchr(line, '=');
    if (!*in_service || *line == '#' || *line == ';' || !equals)
        return;
    *equals = '\0';
    take_setting(s, trim(line), trim(equals + 1));
}

// A backslash at its end continues a line: systemd.syntax(7).
static void take_text(struct settings *s, char *text)
{
    bool in_service = false;

    for (char *line = text, *end; *line; line = end) {
        end = line + strcspn(line, "\n");
        while (*end && end > line && end[-1] == '\\') {
            end[-1] = *end = ' ';
            end += strcspn(end, "\n");
        }
        if (*end)
            *end++ = '\0';
        take_line(s, line, &in_service);
    }
}

// A unit is masked by a link to /dev/null: no regular file. Nothing here may wait for a writer.
static int read_file(struct settings *s, const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return -errno;
    int error = fstat(fd, &status) < 0 ? -errno : S_ISREG(status.st_mode) ? 0 : -EINVAL;
    if (!error && status.st_size >= FILE_SIZE_MAX)
        error = -EFBIG;
    size_t size = error ? 0 : (size_t)status.st_size;
    char *text = mem_zero(size + 1, 1);
    ssize_t n = error ? 0 : read(fd, text, size);
    if (n < 0)
        error = -errno;
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    take_text(s, text);
    free(text);
    return error;
}

// --- which files ----------------------------------------------------------------------------------

// "getty@.service" of "getty@tty1.service". False: it is no instance.
static bool template_of(const char *unit, char out[UNIT_NAME_MAX])
{
    const char *at = strchr(unit, '@'), *suffix = strrchr(unit, '.');

    if (!at || !suffix || suffix <= at + 1)
        return false;
    return snprintf(out, UNIT_NAME_MAX, "%.*s%s", (int)(at + 1 - unit), unit, suffix) <
           UNIT_NAME_MAX;
}

static int read_main(struct settings *s, const char *root, const char *unit)
{
    for (int i = 0; i < PLACES; i++) {
        char *path = mem_format("%s%s/%s", root, places[i], unit);
        int error = read_file(s, path);
        free(path);
        if (error != -ENOENT && error != -ENOTDIR)
            return error;
    }
    return -ENOENT;
}

struct drop_in {
    char *name, *path; // owned
};
VEC(drop_in_vec, struct drop_in);

struct drop_ins {
    struct drop_in_vec files;
    int error; // -errno: of a directory that could not be listed
};

static bool is_listed(const struct drop_ins *all, const char *name)
{
    for (size_t i = 0; i < all->files.n; i++)
        if (strcmp(all->files.at[i].name, name) == 0)
            return true;
    return false;
}

static void list_directory(struct drop_ins *out, const char *path)
{
    static const char suffix[] = ".conf";
    const struct dirent *entry;
    DIR *dir = opendir(path);

    if (!dir && errno != ENOENT && errno != ENOTDIR)
        out->error = -errno;
    while (dir && (errno = 0, entry = readdir(dir))) {
        size_t n = strlen(entry->d_name);
        if (n < sizeof suffix || entry->d_name[0] == '.' ||
            strcmp(entry->d_name + n - (sizeof suffix - 1), suffix) != 0 ||
            is_listed(out, entry->d_name))
            continue;
        vec_push(&out->files, ((struct drop_in){mem_copy_string(entry->d_name),
                                                mem_format("%s/%s", path, entry->d_name)}));
    }
    if (dir && errno)
        out->error = -errno;
    if (dir)
        closedir(dir);
}

static void list_drop_ins(struct drop_ins *out, const char *root, const char *name)
{
    for (int i = 0; i < PLACES; i++) {
        char *path = mem_format("%s%s/%s.d", root, places[i], name);
        list_directory(out, path);
        free(path);
    }
}

// "a-b-c.service": also those of "a-b-.service" and "a-.service".
static void list_prefixes(struct drop_ins *out, const char *root, const char *unit)
{
    const char *suffix = strrchr(unit, '.');
    char name[UNIT_NAME_MAX];

    for (const char *dash = suffix; dash && dash > unit;) {
        do
            dash--;
        while (dash > unit && *dash != '-');
        if (*dash != '-' || dash == unit || dash + 1 == suffix)
            continue;
        snprintf(name, sizeof name, "%.*s%s", (int)(dash + 1 - unit), unit, suffix);
        list_drop_ins(out, root, name);
    }
}

static int name_order(const void *a, const void *b)
{
    return strcmp(((const struct drop_in *)a)->name, ((const struct drop_in *)b)->name);
}

static int read_drop_ins(struct settings *s, const char *root, const char *unit,
                         const char *template)
{
    struct drop_ins all = {0};

    list_drop_ins(&all, root, unit);
    list_prefixes(&all, root, unit);
    if (template)
        list_drop_ins(&all, root, template);
    list_drop_ins(&all, root, "service");
    struct drop_in_vec *files = &all.files;
    if (files->n > 1)
        qsort(files->at, files->n, sizeof *files->at, name_order);
    for (size_t i = 0; i < files->n; i++) {
        int now = read_file(s, files->at[i].path);
        if (now && now != -EINVAL && now != -ENOENT) // one is masked as a unit is
            all.error = now;
        free(files->at[i].name);
        free(files->at[i].path);
    }
    vec_free(files);
    return all.error;
}

enum service_restart unit_file_restart(const char *root, const char *unit, bool *exceptions)
{
    struct settings s = {.restart = RESTART_NO}; // systemd.service(5)
    char template[UNIT_NAME_MAX];
    bool instance = template_of(unit, template);

    *exceptions = false;
    if (strchr(unit, '/') || strlen(unit) >= UNIT_NAME_MAX)
        return RESTART_UNKNOWN;
    int error = read_main(&s, root, unit);
    if (error == -ENOENT && instance)
        error = read_main(&s, root, template);
    if (!error)
        error = read_drop_ins(&s, root, unit, instance ? template : NULL);
    *exceptions = s.prevent || s.force || s.success || s.oneshot;
    return error ? RESTART_UNKNOWN : s.restart;
}
