#include "linux/process/unit_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

// Files of users are strangers' input: all of them together are bounded.
enum {
    UNIT_NAME_MAX = 256,
    FILE_SIZE_MAX = 1 << 20,
    ALL_SIZE_MAX = 4 << 20,
    DROP_INS_MAX = 256,
    ENTRIES_MAX = 4096 // of a directory
};

struct settings {
    enum service_restart restart;
    bool prevent, force, success, oneshot; // lists that are not empty; Type=oneshot
    const struct unit_places *places;
    size_t size; // of what was read
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

static void take_line(struct settings *s, char *line, bool *in_service)
{
    line = text_trim(line);
    if (*line == '[') {
        *in_service = strcmp(line, "[Service]") == 0;
        return;
    }
    char *equals = strchr(line, '=');
    if (!*in_service || *line == '#' || *line == ';' || !equals)
        return;
    *equals = '\0';
    take_setting(s, text_trim(line), text_trim(equals + 1));
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

// 0, or -errno: whether this file is read. A unit is masked by a link to /dev/null: no regular file.
static int judge(const struct settings *s, const struct stat *status)
{
    const struct unit_places *places = s->places;

    if (!S_ISREG(status->st_mode))
        return -EINVAL;
    bool theirs = status->st_uid == places->uid ||
                  (status->st_uid == 0 && status->st_mode & S_IROTH); // their manager reads it
    if (places->of_user && !theirs)
        return -EACCES;
    if (status->st_size >= FILE_SIZE_MAX || s->size + (size_t)status->st_size > ALL_SIZE_MAX)
        return -EFBIG;
    return 0;
}

// Nothing here may wait for a writer, nor open a device: that alone may do something. It is looked at
// first, and what was looked at is what is opened.
static int open_file(const struct settings *s, const char *path, size_t *size)
{
    char again[32];
    struct stat status;
    int at = open(path, O_PATH | O_CLOEXEC);

    if (at < 0)
        return -errno;
    int error = fstat(at, &status) < 0 ? -errno : judge(s, &status);
    *size = (size_t)status.st_size;
    snprintf(again, sizeof again, "/proc/self/fd/%d", at);
    int fd = error ? error : open(again, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (!error && fd < 0)
        fd = errno == ENOENT ? -EIO : -errno; // the file is there
    close(at);
    return fd;
}

static int read_file(struct settings *s, const char *path)
{
    size_t size = 0;
    int fd = open_file(s, path, &size);

    if (fd < 0)
        return fd;
    char *text = mem_zero(size + 1, 1);
    ssize_t n = read(fd, text, size);
    int error = n < 0 ? -errno : 0;
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    s->size += size;
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
    for (size_t i = 0; i < s->places->list.n; i++) {
        char *path = mem_format("%s%s/%s", root, s->places->list.at[i], unit);
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
    const struct unit_places *places;
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

static void add_drop_in(struct drop_ins *out, const char *path, const char *name)
{
    static const char suffix[] = ".conf";
    size_t n = strlen(name);

    if (n < sizeof suffix || *name == '.' || strcmp(name + n - (sizeof suffix - 1), suffix) != 0 ||
        is_listed(out, name))
        return;
    if (out->files.n == DROP_INS_MAX)
        out->error = -E2BIG;
    else
        vec_push(&out->files,
                 ((struct drop_in){mem_copy_string(name), mem_format("%s/%s", path, name)}));
}

static void list_directory(struct drop_ins *out, const char *path)
{
    const struct dirent *entry;
    DIR *dir = opendir(path);
    int n = 0;

    if (!dir && errno != ENOENT && errno != ENOTDIR)
        out->error = -errno;
    while (dir && n++ < ENTRIES_MAX && (errno = 0, entry = readdir(dir)))
        add_drop_in(out, path, entry->d_name);
    if (dir && (errno || n > ENTRIES_MAX))
        out->error = errno ? -errno : -E2BIG;
    if (dir)
        closedir(dir);
}

static void list_drop_ins(struct drop_ins *out, const char *root, const char *name)
{
    for (size_t i = 0; i < out->places->list.n; i++) {
        char *path = mem_format("%s%s/%s.d", root, out->places->list.at[i], name);
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
    struct drop_ins all = {.places = s->places};

    list_drop_ins(&all, root, unit);
    list_prefixes(&all, root, unit);
    if (template)
        list_drop_ins(&all, root, template);
    list_drop_ins(&all, root, "service");
    struct drop_in_vec *files = &all.files;
    vec_sort(files, name_order);
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

enum service_restart unit_file_restart(const char *root, const struct unit_places *places,
                                       const char *unit, bool *exceptions)
{
    struct settings s = {.restart = RESTART_NO, .places = places}; // systemd.service(5)
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
