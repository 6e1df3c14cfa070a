// Sentences from templates with typed arguments:
//
//     say(x, "{size} of {size} in {n message}; last received {ago} by {process}", q->bytes,
//         q->max_bytes, q->messages, q->rtime, process_at(q->lrpid, q->rtime));
//
// An argument that does not fit its placeholder, one too few or one too many leaves "{!name}" in the
// text; tests/unit/say_test.c walks all templates of the program.
//
// placeholder       argument                 text
// {number}          an integer               "42"
// {n message}       an integer               "1 message", "3 messages"
// {n process|processes}                      where an s does not do
// {more}            an integer               " and 5 more"; 0 and below: nothing
// {size}            bytes                    "276M"
// {ago} {used}      epoch seconds, 0: never  "41m ago", "never"; "used 41m ago", "never used"
// {age}             seconds                  "41m"
// {limit}           the value of a limit     "32000", "unlimited"
// {user} {group}    an id                    "oracle", "uid 1001"
// {key} {mode}      an integer               "0x0052e2c1", "0640"
// {text}            a string, NULL: nothing
// {process}         process_at(pid, time)    "18811 python", "17001 (gone)", "17001 (another process
//                                            now)", "a process outside"
// {holders}         holders_of(shmid, most)  "18811 python, 18702 ora_pmon ×2 and 15 more"
// {waiters}         waiters_on(…)            "21001 sender, 21002 sender and 3 more"
// {contents}        contents_of(o)           "276M", "3 semaphores", "41 messages", "empty"
// {change}          change_of(action)        "owner oracle, mode 0640"
#ifndef IPCTOP_MODEL_TEXT_SAY_H
#define IPCTOP_MODEL_TEXT_SAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/line.h"
#include "model/record/snapshot.h"

struct match;
struct action;

struct say { // a text being written, and what it is about
    const struct snapshot *s;
    const struct match *match; // of a finding: its first object, of n; else NULL
    size_t n;
    struct line line;
};

// `buffer` of cap bytes is the caller's, and always ends with NUL.
struct say say_start(const struct snapshot *s, char *buffer, size_t cap);

enum say_type {
    SAY_INTEGER = 1,
    SAY_NEGATIVE = 2, // an integer below 0
    SAY_TEXT = 4,
    SAY_PROCESS = 8,
    SAY_HOLDERS = 16,
    SAY_WAITERS = 32,
    SAY_CONTENTS = 64,
    SAY_CHANGE = 128,
};

struct say_arg {
    enum say_type type;
    int32_t id; // or a pid
    unsigned calls;
    uint64_t number; // or, as int64_t, a time
    const void *at;
};

struct say_arg say_signed(int64_t number);
struct say_arg say_unsigned(uint64_t number);
struct say_arg say_text(const char *text);
struct say_arg say_itself(struct say_arg arg);

// `time`: when that process did something, as for snapshot_pid_state.
struct say_arg process_at(int32_t pid, int64_t time);
struct say_arg holders_of(int32_t shmid, size_t most); // at most so many by name
struct say_arg waiters_on(const struct owned *o, unsigned calls, size_t most);
struct say_arg contents_of(const struct owned *o);
struct say_arg change_of(const struct action *action); // the fields ACTION_SET changes

// What a placeholder takes, by its name (up to a space or brace): enum say_type; 0: there is none.
unsigned say_takes(const char *placeholder);

// Whose mount namespace it is, 0: not known: "docker:3f4e5d6c7b8a", "4242 postgres (mount namespace
// 4026532201)". `pid`: a process that lives in it.
void say_mount(struct say *x, int32_t pid, uint64_t mount_namespace);

void say_args(struct say *x, const char *format, const struct say_arg *args, size_t n);

// clang-format off
#define SAY_ARG(a) _Generic((a), struct say_arg: say_itself, char *: say_text, \
    const char *: say_text, signed char: say_signed, short: say_signed, int: say_signed, \
    long: say_signed, long long: say_signed, default: say_unsigned)(a)
#define SAY_0()
#define SAY_1(a) SAY_ARG(a)
#define SAY_2(a, ...) SAY_ARG(a), SAY_1(__VA_ARGS__)
#define SAY_3(a, ...) SAY_ARG(a), SAY_2(__VA_ARGS__)
#define SAY_4(a, ...) SAY_ARG(a), SAY_3(__VA_ARGS__)
#define SAY_5(a, ...) SAY_ARG(a), SAY_4(__VA_ARGS__)
#define SAY_6(a, ...) SAY_ARG(a), SAY_5(__VA_ARGS__)
#define SAY_7(a, ...) SAY_ARG(a), SAY_6(__VA_ARGS__)
#define SAY_8(a, ...) SAY_ARG(a), SAY_7(__VA_ARGS__)
#define SAY_PICK(a0, a1, a2, a3, a4, a5, a6, a7, a8, which, ...) which
#define SAY_EACH(...) SAY_PICK(_, ##__VA_ARGS__, SAY_8, SAY_7, SAY_6, SAY_5, SAY_4, SAY_3, \
    SAY_2, SAY_1, SAY_0)(__VA_ARGS__)
// Appends a sentence, or a part of one; at most eight arguments.
#define say(x, template, ...) \
    say_args((x), (template), (const struct say_arg[]){{0}, SAY_EACH(__VA_ARGS__)} + 1, \
             SAY_PICK(_, ##__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0))
// clang-format on

#endif
