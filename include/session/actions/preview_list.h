// The list of what would be done to each of many targets, what is refused and what is grave first.
#ifndef IPCTOP_SESSION_ACTIONS_PREVIEW_LIST_H
#define IPCTOP_SESSION_ACTIONS_PREVIEW_LIST_H

#include "model/consequence/consequence.h"
#include "model/record/snapshot.h"

enum preview_rank { RANK_LEFT_OUT, RANK_GRAVE, RANK_PLAIN, PREVIEW_RANKS };
VEC(preview_text_vec, char);

// A part of the list: targets of one kind and owner to which the same happens (one alone has a question of
// its own); or single ones one after another, as they are listed.
struct preview_part {
    enum preview_rank rank;
    enum kind_id kind;
    uint32_t owner;
    struct pid_vec ids;           // owned, of processes their pids; none: single ones
    char *question, *effect;      // owned
    struct preview_text_vec text; // of single ones
};
VEC(preview_part_vec, struct preview_part);

struct preview_list { // a zeroed one is empty
    struct preview_part_vec parts;
    size_t last[PREVIEW_RANKS]; // the last part of each rank, counted from 1; 0: none
};

// `left`: so many more targets may follow.
void preview_list_add(struct preview_list *list, const struct snapshot *s,
                      const struct identity *target, const struct consequence *c, size_t left);
// The text, which the caller frees. Frees the list.
char *preview_list_end(struct preview_list *list, const struct snapshot *s);

#endif
