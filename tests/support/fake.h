// Pictures made by hand: the records of a snapshot without a kernel. Tests of the pure modules and of
// the screen share the outage of fake_story(), where everything a monitor must tell occurs once.
#ifndef IPCTOP_TESTS_FAKE_H
#define IPCTOP_TESTS_FAKE_H

#include "model/record/snapshot.h"

enum { FAKE_NOW = 1763700000 }; // epoch seconds of every picture made here

// An empty picture at FAKE_NOW in which everything was read. One reference, as snapshot_new.
struct snapshot *fake_snapshot(void);

// Each puts a record in its order and returns it, to be changed further: good until the next one of
// its kind. Ids and pids are to be new ones. Strings are copied.
struct segment *fake_segment(struct snapshot *s, int32_t id, uint32_t key, uint32_t uid,
                             uint64_t size, uint64_t nattch);
struct semset *fake_semset(struct snapshot *s, int32_t id, uint32_t uid, uint64_t nsems);
struct queue *fake_queue(struct snapshot *s, int32_t id, uint32_t uid, uint64_t bytes,
                         uint64_t messages);
struct element *fake_element(struct snapshot *s, int32_t semid, uint32_t index, uint32_t value);
struct process *fake_process(struct snapshot *s, int32_t pid, uint32_t uid, const char *comm,
                             const char *command); // runs since three hours
void fake_gone(struct snapshot *s, int32_t pid);   // asked for, and not there
struct waiter *fake_waiter(struct snapshot *s, enum kind_id kind, int32_t id, int32_t pid,
                           enum wait_call call, const char *detail);
void fake_user(struct snapshot *s, uint32_t uid, const char *name);
struct limit *fake_limit(struct snapshot *s, const char *name, const char *unit, uint64_t used,
                         uint64_t limit); // name and unit are kept, not copied
struct finding *fake_finding(struct snapshot *s, enum severity severity, struct identity about,
                             const char *title, const char *evidence, const char *advice);

// The scan's part; makes the scan where there is none. fake_hold adds one process with `attaches`
// mappings of access MAP_R|W|X and counts them as found; fake_account says what was counted, to be
// called after the holders of the segment are in.
void fake_hold(struct snapshot *s, int32_t shmid, int32_t pid, uint32_t attaches, uint8_t access);
struct segment_account *fake_account(struct snapshot *s, int32_t shmid, uint16_t unseen);

// The outage: a segment removed but held by 18811 python, a database of 17 processes, a leaked
// segment, one attached twice and read-only, a set with waiters whose holder died, a full queue.
struct snapshot *fake_story(void);

// Few rows for tests of tables and output, with hostile names and unknown parts: three segments (one
// healthy and held, one removed with an attachment that is not seen, one leaked), a set with two
// elements, two queues, two limits, one finding.
struct snapshot *fake_few(void);
// One zeroed record in every table and nothing else: all that can be unknown is.
struct snapshot *fake_blank(void);

// As many segments, sets and queues, for what must stay quick.
struct snapshot *fake_crowd(int n);

#endif
