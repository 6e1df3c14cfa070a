#include "ownership.h"

const struct segment *ownership_segment(const struct scan_input *in, int32_t shmid)
{
    const struct segment *segment = segments_find(in->after, shmid);

    return segment ? segment : segments_find(in->before, shmid);
}

static const struct segment_handle *our_handle(const struct scan_input *in, int32_t shmid)
{
    for (size_t i = 0; in->handles && i < in->handles->n; i++)
        if (in->handles->at[i].shmid == shmid)
            return &in->handles->at[i];
    return NULL;
}

// Whether a mapping could be of this segment: its key, unless that was lost by removal, and size.
static bool fits(const struct segment *segment, const struct mapping *m)
{
    if (segment->o.key != m->key && !(segment->flags & SEG_DEST))
        return false;
    return m->offset < segment->size;
}

static bool is_ours(const struct scan_input *in, const struct holding *holding,
                    const struct mapping *m)
{
    const struct segment *segment = ownership_segment(in, m->shmid);
    const struct segment_handle *ours;

    if (!segment || !fits(segment, m))
        return false;
    if (m->known & MAP_KNOWS_HANDLE && (ours = our_handle(in, m->shmid)) != NULL)
        return ours->handle == m->handle;
    return !holding->namespace_differs;
}

bool ownership_claim(const struct scan_input *in, bool *taken)
{
    bool strangers = false;

    for (size_t h = 0; h < in->holdings->n; h++) {
        const struct holding *holding = &in->holdings->at[h];
        strangers |= holding->namespace_differs;
        for (uint32_t i = holding->first; i < holding->first + holding->n; i++)
            taken[i] = is_ours(in, holding, &in->mappings->at[i]);
    }
    return strangers;
}

// --- by the sum ---------------------------------------------------------------------------------

struct file {
    uint64_t handle, count;
};
VEC(file_vec, struct file);

struct dispute {
    const struct scan_input *in;
    const struct segment_account *account;
    const struct segment *segment;
    bool *taken;
    bool surplus; // more was found than there is; else less
};

// Surplus: all that could be the segment's, wherever its process is now. Missing: what is in another
// namespace and could be.
static bool may_dispute(const struct dispute *d, const struct holding *holding)
{
    return d->surplus || holding->namespace_differs;
}

static bool disputed(const struct dispute *d, uint32_t index)
{
    const struct mapping *m = &d->in->mappings->at[index];

    return m->shmid == d->account->shmid && fits(d->segment, m) && (d->surplus || !d->taken[index]);
}

static void count(struct file_vec *files, uint64_t handle, bool counted)
{
    for (size_t i = 0; i < files->n; i++)
        if (files->at[i].handle == handle) {
            files->at[i].count += counted;
            return;
        }
    vec_push(files, (struct file){handle, counted});
}

// The disputed mappings by file. False where one does not tell its file.
static bool count_files(const struct dispute *d, const int32_t *shares, struct file_vec *files)
{
    for (size_t h = 0; h < d->in->holdings->n; h++) {
        const struct holding *holding = &d->in->holdings->at[h];
        if (!may_dispute(d, holding))
            continue;
        for (uint32_t i = holding->first; i < holding->first + holding->n; i++) {
            if (!disputed(d, i))
                continue;
            if (!(d->in->mappings->at[i].known & MAP_KNOWS_HANDLE))
                return false;
            count(files, d->in->mappings->at[i].handle, !shares[h]);
        }
    }
    return true;
}

static const struct file *only_one_with(const struct file_vec *files, uint64_t number)
{
    const struct file *found = NULL;

    for (size_t i = 0; i < files->n; i++) {
        if (files->at[i].count != number)
            continue;
        if (found)
            return NULL;
        found = &files->at[i];
    }
    return found;
}

void ownership_settle(const struct scan_input *in, const struct segment_account *account,
                      const int32_t *shares, bool *taken)
{
    struct dispute d = {
        .in = in,
        .account = account,
        .segment = ownership_segment(in, account->shmid),
        .taken = taken,
        .surplus = account->found > account->nattch,
    };
    struct file_vec files = {0};
    const struct file *file = NULL;

    if (account->found == account->nattch || (!d.surplus && our_handle(in, account->shmid)))
        return;
    if (count_files(&d, shares, &files))
        file =
            only_one_with(&files, d.surplus ? account->nattch : account->nattch - account->found);
    for (size_t h = 0; file && h < in->holdings->n; h++) {
        const struct holding *holding = &in->holdings->at[h];
        for (uint32_t i = holding->first;
             may_dispute(&d, holding) && i < holding->first + holding->n; i++)
            if (disputed(&d, i))
                taken[i] = in->mappings->at[i].handle == file->handle;
    }
    vec_free(&files);
}
