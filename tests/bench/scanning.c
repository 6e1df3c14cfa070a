#include "scanning.h"

#include "measure.h"

static double scan(struct scanning *by, const struct want *want, int shmid, uint64_t *found)
{
    double start = seconds_now();
    struct snapshot *s = sampler_collect(by->sampler, want);
    double took = seconds_now() - start;
    const struct segment_account *account = s && s->scan ? scan_account(s->scan, shmid) : NULL;

    *found = account ? account->found : 0;
    by->method = s && s->scan ? s->scan->method : SCAN_TEXT;
    snapshot_unref(s);
    return took;
}

double scan_once(struct scanning *by, int shmid, uint64_t *found)
{
    struct want want = {.need = NEED_SEGMENTS | NEED_HOLDERS};

    return scan(by, &want, shmid, found);
}

double scan_segment(struct scanning *by, int shmid, uint64_t *found)
{
    struct want want = {.need = NEED_SEGMENTS | NEED_HOLDERS,
                        .focus = {.kind = KIND_SEGMENT, .id = shmid},
                        .alone = true};

    return scan(by, &want, shmid, found);
}

struct scanning scanning_start(const struct linux_source_options *how, int shmid)
{
    struct scanning by = {.real = linux_source_new(how)};
    struct source source = linux_source_seam(by.real);
    uint64_t found;

    by.sampler =
        sampler_new(&source, &(struct sampler_options){.interval = 3600, .one_shot = true});
    scan_once(&by, shmid, &found);
    return by;
}

void scanning_end(struct scanning *by)
{
    sampler_free(by->sampler);
    linux_source_free(by->real);
}
