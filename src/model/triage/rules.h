// A rule of triage: one const entry in the table of its topic. triage.c runs them.
//
// A new one is an entry of struct rule in the file of its topic, of any table (`subject`); a new topic is a
// file with NAME_rules and a row of TOPIC_LIST.
//
// A rule speaks only of what is known: where something was not read, or could not be, its predicate
// is false. A false alarm costs more than a late one.
#ifndef IPCTOP_MODEL_TRIAGE_RULES_H
#define IPCTOP_MODEL_TRIAGE_RULES_H

#include "model/kinds/registry.h"
#include "model/text/say.h"
#include "model/text/words.h"
#include "model/triage/triage.h"

struct match {              // an object a rule applies to
    const void *object;     // struct segment, semset, queue, limit, growth; scan
    uint64_t weight;        // orders matches: bytes, waiters, …
    enum severity severity; // the rule's own, unless its predicate says otherwise
    uint64_t group;         // private to triage.c
};
VEC(match_vec, struct match);
uint64_t matches_weight(const struct match *matches, size_t n); // of all together
// The owner of a segment, set or queue, to group by.
uint64_t matches_owner(const struct snapshot *s, const struct match *match);

typedef void rule_words(struct say *x); // about x->match, the first of x->n

// A part of an advice that depends on where it is read: beside the keys of the screen, or in what a
// command printed. advice_for() takes one of the two.
#define BY_KEY(keys, printed) "\1" keys "\2" printed "\3"
// The same where a command of ours is printed, of which these are the options: advice_for() adds
// the namespace of the picture. What it acts on is what the sentence names, no more and no less.
#define COMMAND(keys, options) BY_KEY(keys, "ipctop\4 " options)

// The caller frees.
char *advice_for(const struct snapshot *s, const char *text, bool by_key);

enum { OWNER_FILTER_MAX = 64 };
// A term of a filter that is true of that user's objects alone: "owner=apache", "uid=1001". Returns
// dst.
const char *owner_filter(const struct snapshot *s, uint32_t uid, char dst[OWNER_FILTER_MAX]);
// How that user's orphans in a table are removed, in parentheses.
void say_orphans_removal(struct say *x, uint32_t uid, const char *table);

// The processes that hold one of the segments x->match and the following, ascending. The caller frees it.
void match_holders(const struct say *x, struct pid_vec *out);
// "7 srv, 8 srv and 3 more"
void say_pids(struct say *x, const struct pid_vec *pids, size_t most);
enum { PIDS_FILTER_MAX = 1024 };
// A term of a filter that is true of these alone: "pid=7|8". False: they are too many.
bool pids_filter(const struct pid_vec *pids, char *dst, size_t cap);

struct rule {
    const char *name;
    const struct kind *subject; // it looks at each row of that table, or:
    enum { OF_ROWS, OF_GROWTHS, OF_SCAN } instead;
    int rank; // findings of one severity come in this order
    enum severity severity;
    uint64_t need; // enum need
    bool together; // one finding for all objects it applies to, about the heaviest
    // One finding for all objects with the same value; NULL: as `together` says.
    uint64_t (*group)(const struct snapshot *s, const struct match *match);
    // May change the severity of the first, which is the finding's; false: no finding. NULL: true.
    bool (*judge)(const struct snapshot *s, struct match *first, size_t n);
    bool (*applies)(const struct snapshot *s, struct match *match);
    // Appends the objects to act on, all of one kind, where these are not those it applies to.
    void (*objects)(const struct snapshot *s, const struct match *match, struct identity_vec *out);
    // Appends what Enter lists where it is about a limit, and nothing is to be done to all of that.
    void (*lists)(const struct snapshot *s, const struct match *match, struct identity_vec *out);
    uint64_t more_need;   // enum need: what evidence and list take besides, once it applies
    rule_words *title;    // short: also stands in the header
    rule_words *evidence; // the facts
    const char *advice;   // the next step
    rule_words *advise;   // where that depends on the object; else NULL
};

// The topics, a file each; a table ends with an entry without a name.
// clang-format off
#define TOPIC_LIST(TOPIC)                                                                          \
    TOPIC(applications)                                                                            \
    TOPIC(databases)                                                                               \
    TOPIC(growth)                                                                                  \
    TOPIC(huge_pages)                                                                              \
    TOPIC(queues)                                                                                  \
    TOPIC(removed)                                                                                 \
    TOPIC(segments)                                                                                \
    TOPIC(shared)                                                                                  \
    TOPIC(system)                                                                                  \
    TOPIC(waits)

#define TOPIC(name) extern const struct rule name##_rules[];
TOPIC_LIST(TOPIC)
#undef TOPIC
// clang-format on

VEC(rule_vec, const struct rule *);
struct rule_vec rules_in_order(void); // all, by rank; the caller frees

// Whether the server that read this queue is gone and its clients wait for answers.
bool applications_server_gone(const struct snapshot *s, const struct queue *q);
// Whether workers of a known server hold this segment, whose parent is gone.
bool applications_headless(const struct snapshot *s, const struct segment *g);
// Whether it is the segment of a database at work, and marked for removal.
bool databases_removed(const struct snapshot *s, const struct segment *g);
// How many of its attachments are accounted for.
void segments_say_accounting(struct say *x, int32_t shmid);
// That a process is kept in a tracing stop, and by which: SIGCONT does not continue it. ptrace(2)
void say_traced(struct say *x, const struct process *p);
// "continue 7 srv (k, SIGCONT)": of one stopped by a signal.
void say_continue(struct say *x, int32_t pid);
// `before` and who marked the segment for removal, where that was traced; else false, and nothing.
bool say_remover(struct say *x, const char *before, const struct segment *g);

#endif
