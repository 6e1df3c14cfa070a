// Reads beside the screen: one sampler thread for what cannot hang, probers for what can.
//
// The owner never waits: it says what it looks at, polls sampler_fd(), and takes the newest
// picture. What threads share is behind the lock of its module: here, prober_pool.c, action_worker.c;
// files are written by store/.
#ifndef IPCTOP_ENGINE_SAMPLER_H
#define IPCTOP_ENGINE_SAMPLER_H

#include "base/vector.h"
#include "model/source.h"

struct sampler;

struct sampler_options {
    double interval; // seconds between refreshes
    int probers;     // threads; 0: by the number of processors
    int deadline_ms; // a prober silent for so long is left behind; 0: default (100)
    int max_left;    // probers left behind; beyond, one that gets stuck is not replaced. 0: default
    int join_ms; // of probers, at the end: how long it waits for those that end. 0: default (50)
    int patience_ms; // an action that takes longer is reported as hanging. 0: default (1000)
    // Before each action, on the thread that acts; may block. NULL: nothing.
    void (*acting)(void *arg, const struct action *action);
    // After each action, on the thread that acted; may block, and add to the outcome. NULL:
    // nothing.
    void (*acted)(void *arg, struct outcome *outcome);
    // After each complete picture, on the thread that reads: its newest n events, and the monitor's own
    // user. NULL: nothing.
    void (*happened)(void *arg, const struct snapshot *picture, size_t n);
    void *acted_arg; // of all three
    bool thorough;   // every round asks all, again where the sum does not come out
    bool whole;      // no partial pictures
    bool one_shot;   // for sampler_collect() alone, which reads in the caller's thread:
                     // every read is complete and fresh; no pacing, no skipping, no events
};

// NULL where out of threads or descriptors; never for one_shot.
struct sampler *sampler_new(const struct source *source, const struct sampler_options *options);
// Ends without waiting for what is stuck. Returns how many threads are left to the end of the
// process: while there are any, the source must stay too.
size_t sampler_free(struct sampler *sampler);

int sampler_fd(const struct sampler *sampler); // readable when sampler_take has something new

void sampler_want(struct sampler *sampler, const struct want *want); // from now on
void sampler_interval(struct sampler *sampler, double seconds);
void sampler_refresh(struct sampler *sampler);            // now, not at the next tick
void sampler_pause(struct sampler *sampler, bool paused); // frozen: reads nothing but on refresh

// The newest picture, with a reference the caller owns; NULL when there is nothing newer than what
// was taken last. Clears the fd.
struct snapshot *sampler_take(struct sampler *sampler);

// In a recording: there next. Of no use elsewhere.
void sampler_move(struct sampler *sampler, const struct move *move);

// Has actions done by a thread of their own (engine/action_worker.h), in order; outcomes come with a
// later picture.
void sampler_act(struct sampler *sampler, const struct action *actions, size_t n);
// Outcomes of what never came to an action: logged as those are, in the same order.
void sampler_note(struct sampler *sampler, const struct outcome *outcomes, size_t n);
void sampler_cancel(struct sampler *sampler); // those not begun yet: engine/action_worker.h
// Appends the outcomes so far to *out; false where there are none.
bool sampler_outcomes(struct sampler *sampler, struct outcome_vec *out);

// For --json and --batch: blocks until a picture holds everything wanted, or the deadlines of processes
// that do not answer are over. The caller owns the reference. NULL: a recording has no
// further picture.
// Tables that could not be read are lacking in its `has`, and its `error` says why.
struct snapshot *sampler_collect(struct sampler *sampler, const struct want *want);

#endif
