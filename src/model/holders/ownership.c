// A mapping is of our segment where
//   - its id and key are the segment's (the key is lost by removal), whatever its offset: a mapping
//     can be moved beyond the end of the segment (mremap(2), then munmap(2)) and still counts; and
//   - its file handle is that of a reference holder in our IPC namespace; or, where there is none to
//     compare, its process is in our IPC namespace.
// Numbers prove nothing: that as many mappings of a file are seen in another namespace as are missing
// in ours is what an attacker would arrange. What may be of a segment but is not proven to be stays
// unseen, with a reason.
#include "ownership.h"

const struct segment *ownership_segment(const struct scan_input *in, int32_t shmid)
{
    const struct segment *segment = segments_find(in->after, shmid);

    return segment ? segment : segments_find(in->before, shmid);
}

enum claim { CLAIM_NO, CLAIM_MAYBE, CLAIM_YES };

static enum claim claim(const struct scan_input *in, const struct holding *holding,
                        const struct mapping *m)
{
    const struct segment *segment = ownership_segment(in, m->shmid);
    const struct segment_handle *ours;

    if (!segment || (segment->o.key != m->key && !(segment->flags & SEG_DEST)))
        return CLAIM_NO;
    if (m->known & MAP_KNOWS_HANDLE && in->handles &&
        (ours = vec_find(in->handles, shmid, m->shmid)))
        return ours->handle == m->handle ? CLAIM_YES : CLAIM_NO;
    return holding->namespace_differs ? CLAIM_MAYBE : CLAIM_YES;
}

// Files of equal ids in our namespace: some process brought its own from another one.
static bool is_another_file(const struct mapping *m, struct segment_account *account)
{
    if (!(m->known & MAP_KNOWS_HANDLE))
        return false;
    if (!account->handle)
        account->handle = m->handle;
    return account->handle != m->handle;
}

void ownership_claim(const struct scan_input *in, struct account_vec *accounts,
                     struct segment_account **account_of)
{
    for (size_t h = 0; h < in->holdings->n; h++) {
        const struct holding *holding = &in->holdings->at[h];
        for (uint32_t i = holding->first; i < holding->first + holding->n; i++) {
            const struct mapping *m = &in->mappings->at[i];
            struct segment_account *account = accounts_find(accounts, m->shmid);
            enum claim claimed = account ? claim(in, holding, m) : CLAIM_NO;
            if (claimed == CLAIM_YES)
                account_of[i] = account;
            if (claimed == CLAIM_MAYBE || (claimed == CLAIM_YES && is_another_file(m, account)))
                account->alike = true;
        }
    }
}
