// Identities in order, each once, so that one of tens of thousands is found quickly.
#ifndef IPCTOP_MODEL_RECORD_IDENTITY_SET_H
#define IPCTOP_MODEL_RECORD_IDENTITY_SET_H

#include "base/vector.h"
#include "model/record/identity.h"

VEC(identity_vec, struct identity);

bool identity_set_has(const struct identity_vec *set, const struct identity *identity);
void identity_set_toggle(struct identity_vec *set, const struct identity *identity);
void identity_set_add_all(struct identity_vec *set, const struct identity *identities, size_t n);
// Puts into order what was pushed, each identity once, without a search for it.
void identity_set_settle(struct identity_vec *set);

#endif
