#include "support/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void check(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "tree: %s: %s\n", what, strerror(errno));
    abort();
}

char *tree_new(void)
{
    const char *tmp = getenv("TMPDIR");
    char *root = NULL;

    check(asprintf(&root, "%s/ipctop-tree-XXXXXX", tmp ? tmp : "/tmp") > 0, "name");
    check(mkdtemp(root) != NULL, root);
    return root;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void tree_free(char *root)
{
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(root);
}

int tree_setup(void **state)
{
    *state = tree_new();
    return 0;
}

int tree_teardown(void **state)
{
    tree_free(*state);
    return 0;
}

static char *full_path(const char *root, const char *path)
{
    char *full = NULL;

    check(asprintf(&full, "%s/%s", root, path) > 0, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        check(mkdir(full, 0755) == 0 || errno == EEXIST, full);
        *slash = '/';
    }
    return full;
}

void tree_write_bytes(const char *root, const char *path, const void *bytes, size_t n)
{
    char *full = full_path(root, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    check(fd >= 0 && write(fd, bytes, n) == (ssize_t)n, full);
    close(fd);
    free(full);
}

void tree_write(const char *root, const char *path, const char *text)
{
    tree_write_bytes(root, path, text, strlen(text));
}

void tree_link(const char *root, const char *path, const char *target)
{
    char *full = full_path(root, path);

    check(symlink(target, full) == 0, full);
    free(full);
}

char *tree_read(const char *root, const char *path)
{
    char *full = full_path(root, path), *text = calloc(1, 65536);
    int fd = open(full, O_RDONLY | O_CLOEXEC);

    free(full);
    if (fd < 0 || !text || read(fd, text, 65535) < 0) {
        free(text);
        text = NULL;
    }
    if (fd >= 0)
        close(fd);
    return text;
}
