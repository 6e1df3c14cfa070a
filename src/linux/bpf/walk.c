#include "linux/bpf/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "linux/bpf/self.h"
#include "linux/bpf/walk_programs.h"

enum {
    MOVES_EACH = 4, // a mapping takes three moves at most
    MOVES_MORE = 256,
    ATTEMPTS = 2,
};
static const uint32_t masks[] = {0x7fff, 0xffffff}; // the second with ipcmni_extend: ipc/util.h

struct walker {
    int find, move, output;
    const struct walk_mapping *window; // the output map
    uint32_t mask;                     // which of `masks` was right last
};

static const struct walk_mapping *map_window(int fd)
{
    size_t size = (WALK_WINDOW * sizeof(struct walk_mapping) + 4095) & ~(size_t)4095;
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

    return at == MAP_FAILED ? NULL : at;
}

static int load(struct walker *w, struct reason *reason)
{
    struct bpf_self self;
    int error;
    const struct layout *k = layout_needed(reason, &error);

    if (!k)
        return error;
    if (!k->at[MM_OWNER].known) {
        reason_set(reason, "this kernel keeps no owner of an address space (CONFIG_MEMCG)");
        return -EOPNOTSUPP;
    }
    if ((error = bpf_self_read(k, &self, reason)) < 0 ||
        (error = w->output = map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct walk_mapping),
                                        WALK_WINDOW, BPF_F_MMAPABLE, reason)) < 0 ||
        (error = w->find = walk_load_find(k, &self, reason)) < 0 ||
        (error = w->move = walk_load_move(k, &self, w->output, reason)) < 0)
        return error;
    w->window = map_window(w->output);
    return w->window ? 0 : -ENOMEM;
}

struct walker *walker_open(struct reason *reason, int *error)
{
    struct walker *w = mem_zero(1, sizeof *w);

    w->find = w->move = w->output = -1;
    *error = load(w, reason);
    if (!*error)
        return w;
    walker_close(w);
    return NULL;
}

void walker_close(struct walker *w)
{
    if (!w)
        return;
    if (w->window)
        munmap((void *)(uintptr_t)w->window, WALK_WINDOW * sizeof *w->window);
    if (w->output >= 0)
        close(w->output);
    if (w->find >= 0)
        close(w->find);
    if (w->move >= 0)
        close(w->move);
    free(w);
}

static int find(struct walker *w, int32_t shmid, struct walk_state *state)
{
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        *state = (struct walk_state){.shmid = shmid, .index_mask = masks[(w->mask + i) % 2]};
        int error = bpf_program_run(w->find, state, sizeof *state);
        if (error)
            return error;
        if (state->found) {
            w->mask = (w->mask + (uint32_t)i) % 2;
            return 0;
        }
    }
    return -EINVAL;
}

// Whether one mapping stands twice: the tree changed, and another one is missing then.
static bool is_twice(const struct walk_mapping *at, size_t n)
{
    size_t room = 16;
    bool twice = false;

    while (room < 2 * n)
        room *= 2;
    uint32_t *seen = mem_zero(room, sizeof *seen); // by a hash: the index of a mapping, and 1
    for (size_t i = 0; i < n && !twice; i++) {
        uint64_t place = (at[i].mm ^ at[i].start >> 12) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
        size_t slot = place & (room - 1);
        for (; seen[slot] && !twice; slot = (slot + 1) & (room - 1)) {
            const struct walk_mapping *other = &at[seen[slot] - 1];
            twice = other->mm == at[i].mm && other->start == at[i].start;
        }
        seen[slot] = (uint32_t)i + 1;
    }
    free(seen);
    return twice;
}

// 0, -EAGAIN where it is not complete, or another error.
static int walk_once(struct walker *w, int32_t shmid, struct walk_segment *segment,
                     struct walk_mapping_vec *out)
{
    struct walk_state state;
    size_t first = out->n;
    int error = find(w, shmid, &state);

    if (error)
        return error;
    if (segment) {
        *segment = (struct walk_segment){.address = state.segment, .device = state.device};
        memcpy(segment->name, state.name, sizeof segment->name);
    }
    state.most = (uint32_t)(MOVES_EACH * state.nattch + MOVES_MORE);
    do {
        uint32_t before = state.n;
        state.until = before + WALK_WINDOW;
        if ((error = bpf_program_run(w->move, &state, sizeof state)) < 0)
            return error;
        vec_reserve(out, out->n + (state.n - before));
        for (uint32_t i = before; i < state.n; i++)
            vec_push(out, w->window[i & (WALK_WINDOW - 1)]);
    } while (state.node && state.moves < state.most);
    if (state.node || state.strange || state.n != state.nattch ||
        state.nattch_after != state.nattch || is_twice(out->at + first, out->n - first))
        return -EAGAIN;
    return 0;
}

int walker_segment(struct walker *w, int32_t shmid, struct walk_segment *segment,
                   struct walk_mapping_vec *out)
{
    size_t first = out->n;
    int error = -EAGAIN;

    for (int i = 0; i < ATTEMPTS && error == -EAGAIN; i++) {
        out->n = first;
        error = walk_once(w, shmid, segment, out);
    }
    if (error)
        out->n = first;
    return error;
}
