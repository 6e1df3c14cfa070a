// Header only. A growing array: `VEC(thing_vec, struct thing);` declares struct thing_vec { at, n, cap }.
//
// A zeroed vector is an empty one. Growing may move the items: keep indexes, not pointers.
#ifndef IPCTOP_BASE_VECTOR_H
#define IPCTOP_BASE_VECTOR_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define VEC(name, type)                                                                            \
    struct name {                                                                                  \
        type *at;                                                                                  \
        size_t n, cap;                                                                             \
    }

// Room for `need` items in all.
#define vec_reserve(v, need)                                                                       \
    do {                                                                                           \
        if ((v)->cap < (need)) {                                                                   \
            size_t vec_cap_ = (v)->cap ? (v)->cap : 8;                                             \
            while (vec_cap_ < (need))                                                              \
                vec_cap_ *= 2;                                                                     \
            (v)->at = mem_resize((v)->at, vec_cap_, sizeof *(v)->at);                              \
            (v)->cap = vec_cap_;                                                                   \
        }                                                                                          \
    } while (0)

#define vec_push(v, ...)                                                                           \
    do {                                                                                           \
        vec_reserve((v), (v)->n + 1);                                                              \
        (v)->at[(v)->n++] = (__VA_ARGS__);                                                         \
    } while (0)

// All items of `from` into `v`, which is emptied before. Nothing the items own is copied.
#define vec_copy(v, from)                                                                          \
    do {                                                                                           \
        vec_clear(v);                                                                              \
        if ((v)->cap < (from)->n) {                                                                \
            (v)->at = mem_resize((v)->at, (from)->n, sizeof *(v)->at);                             \
            (v)->cap = (from)->n;                                                                  \
        }                                                                                          \
        if ((from)->n)                                                                             \
            memcpy((v)->at, (from)->at, (from)->n * sizeof *(v)->at);                              \
        (v)->n = (from)->n;                                                                        \
    } while (0)

// The index of the first item of an ordered vector for which `before` does not hold, v->n where it
// holds for all. `item` names the one that the condition looks at: vec_lower(v, p, p->pid < pid).
#define vec_lower(v, item, before)                                                                 \
    ({                                                                                             \
        size_t vec_low_ = 0, vec_high_ = (v)->n;                                                   \
        while (vec_low_ < vec_high_) {                                                             \
            size_t vec_middle_ = vec_low_ + (vec_high_ - vec_low_) / 2;                            \
            const __typeof__(*(v)->at) *item = &(v)->at[vec_middle_];                              \
            if (before)                                                                            \
                vec_low_ = vec_middle_ + 1;                                                        \
            else                                                                                   \
                vec_high_ = vec_middle_;                                                           \
        }                                                                                          \
        vec_low_;                                                                                  \
    })

#define vec_clear(v) ((void)((v)->n = 0))

#define vec_free(v)                                                                                \
    do {                                                                                           \
        free((v)->at);                                                                             \
        (v)->at = NULL;                                                                            \
        (v)->n = (v)->cap = 0;                                                                     \
    } while (0)

#endif
