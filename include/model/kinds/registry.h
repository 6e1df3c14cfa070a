// The kinds: each is one const entry in a file of src/model/kinds.
#ifndef IPCTOP_MODEL_KINDS_REGISTRY_H
#define IPCTOP_MODEL_KINDS_REGISTRY_H

#include "model/table/kind.h"

enum { TAB_KEYS = 10 };

const struct kind *kind_get(enum kind_id id); // NULL of NO_KIND: no kind
// Also by title, in the singular and by an unambiguous prefix; or NULL.
const struct kind *kind_by_name(const char *name);
// The kinds that have a tab, from 0 on in the order of their numbers; NULL beyond the last.
const struct kind *kind_of_tab(size_t tab);
bool kind_tab(const struct kind *kind, size_t *tab); // false: it has none
// The key that goes to its tab: '1' and on, '0' for the tenth. 0: it has none, and Tab goes there.
int32_t kind_tab_key(const struct kind *kind);
bool kind_tab_of_key(int32_t key, size_t *tab);
size_t kind_tabs(void); // how many there are

// clang-format off
#define KIND(id, name) extern const struct kind kind_##name; // kind_segments, ...
KIND_LIST(KIND)
#undef KIND
// clang-format on

// The namespace a row of any kind is of: of tables in which those of several stand.
extern const struct column namespace_column;

#endif
