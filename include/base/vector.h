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

// The item of a vector ordered by that field of which it is `wanted`, a number; NULL where there is none.
#define vec_find(v, field, wanted)                                                                 \
    ({                                                                                             \
        size_t vec_found_ = vec_lower((v), vec_item_, vec_item_->field < (wanted));                \
        vec_found_ < (v)->n && (v)->at[vec_found_].field == (wanted) ? &(v)->at[vec_found_]        \
                                                                     : NULL;                       \
    })

// The first item of any vector for which the condition holds; NULL where it holds for none.
#define vec_first(v, item, condition)                                                              \
    ({                                                                                             \
        __typeof__(*(v)->at) *vec_first_ = NULL;                                                   \
        for (size_t vec_i_ = 0; vec_i_ < (v)->n && !vec_first_; vec_i_++) {                        \
            __typeof__(*(v)->at) *item = &(v)->at[vec_i_];                                         \
            vec_first_ = (condition) ? item : NULL;                                                \
        }                                                                                          \
        vec_first_;                                                                                \
    })

// For how many of them it holds.
#define vec_count(v, item, condition)                                                              \
    ({                                                                                             \
        size_t vec_count_ = 0;                                                                     \
        for (size_t vec_i_ = 0; vec_i_ < (v)->n; vec_i_++) {                                       \
            const __typeof__(*(v)->at) *item = &(v)->at[vec_i_];                                   \
            vec_count_ += (condition) ? 1 : 0;                                                     \
        }                                                                                          \
        vec_count_;                                                                                \
    })

// Leaves the items for which the condition holds.
#define vec_keep(v, item, condition)                                                               \
    do {                                                                                           \
        size_t vec_kept_ = 0;                                                                      \
        for (size_t vec_i_ = 0; vec_i_ < (v)->n; vec_i_++) {                                       \
            __typeof__(*(v)->at) *item = &(v)->at[vec_i_];                                         \
            if (condition)                                                                         \
                (v)->at[vec_kept_++] = *item;                                                      \
        }                                                                                          \
        (v)->n = vec_kept_;                                                                        \
    } while (0)

// Puts an item before that of the index, which may be v->n.
#define vec_insert(v, index, ...)                                                                  \
    do {                                                                                           \
        size_t vec_to_ = (index);                                                                  \
        vec_reserve((v), (v)->n + 1);                                                              \
        memmove((v)->at + vec_to_ + 1, (v)->at + vec_to_, ((v)->n++ - vec_to_) * sizeof *(v)->at); \
        (v)->at[vec_to_] = (__VA_ARGS__);                                                          \
    } while (0)

#define vec_remove(v, index)                                                                       \
    do {                                                                                           \
        size_t vec_from_ = (index);                                                                \
        memmove((v)->at + vec_from_, (v)->at + vec_from_ + 1,                                      \
                (--(v)->n - vec_from_) * sizeof *(v)->at);                                         \
    } while (0)

// By an order as qsort(3) takes it, which must not be given a null pointer.
#define vec_sort(v, order)                                                                         \
    do {                                                                                           \
        if ((v)->n > 1)                                                                            \
            qsort((v)->at, (v)->n, sizeof *(v)->at, order);                                        \
    } while (0)

#define vec_clear(v) ((void)((v)->n = 0))

#define vec_free(v)                                                                                \
    do {                                                                                           \
        free((v)->at);                                                                             \
        (v)->at = NULL;                                                                            \
        (v)->n = (v)->cap = 0;                                                                     \
    } while (0)

#endif
