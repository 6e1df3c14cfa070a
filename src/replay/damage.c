#include "replay/damage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

enum { PLACES_MAX = 10000 }; // as many are told apart

void damage_init(struct damage *d)
{
    *d = (struct damage){0};
    pthread_mutex_init(&d->lock, NULL);
}

void damage_clear(struct damage *d)
{
    vec_free(&d->places);
    pthread_mutex_destroy(&d->lock);
}

static void take_reason(struct damage *d, const char *reason)
{
    if (!d->reason[0])
        snprintf(d->reason, sizeof d->reason, "%s", reason);
}

void damage_note(struct damage *d, const char *reason)
{
    pthread_mutex_lock(&d->lock);
    take_reason(d, reason);
    pthread_mutex_unlock(&d->lock);
}

static bool is_new(struct damage *d, int64_t place)
{
    size_t at = vec_lower(&d->places, offset, *offset < place);

    if (at < d->places.n && d->places.at[at] == place)
        return false;
    if (d->places.n < PLACES_MAX)
        vec_insert(&d->places, at, place);
    return true;
}

void damage_leave_out(struct damage *d, int64_t place, const char *reason)
{
    pthread_mutex_lock(&d->lock);
    take_reason(d, reason);
    d->left_out += place < 0 || is_new(d, place);
    pthread_mutex_unlock(&d->lock);
}

void damage_fail(struct damage *d, int error)
{
    pthread_mutex_lock(&d->lock);
    if (error == ENODATA)
        snprintf(d->failure, sizeof d->failure, "it became shorter while it was read");
    else if (error == EMSGSIZE)
        snprintf(d->failure, sizeof d->failure, "this is no recording: a line in it has no end");
    else
        snprintf(d->failure, sizeof d->failure, "it cannot be read further: %s", strerror(error));
    pthread_mutex_unlock(&d->lock);
}

bool damage_text(struct damage *d, char *text, size_t cap)
{
    struct line line = line_start(text, cap);

    pthread_mutex_lock(&d->lock);
    if (d->failure[0])
        line_add(&line, "%s%s", d->failure, d->reason[0] ? "; " : "");
    if (d->left_out)
        line_add(&line, "%zu picture%s left out; the first: ", d->left_out,
                 d->left_out == 1 ? " is" : "s are");
    line_add(&line, "%s", d->reason);
    pthread_mutex_unlock(&d->lock);
    return line.n > 0;
}

bool damage_failed(struct damage *d)
{
    pthread_mutex_lock(&d->lock);
    bool failed = d->failure[0] != '\0';
    pthread_mutex_unlock(&d->lock);
    return failed;
}
