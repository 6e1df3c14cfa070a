// Holds every removal of a segment that the program in a terminal asks the kernel for, until the
// test lets it go: what is under way stays so, however fast or slow the machine is.
//
// By seccomp_unotify(2), from a thread of its own that starts the program: the test's own removals
// are not concerned.
#ifndef IPCTOP_TESTS_GATE_H
#define IPCTOP_TESTS_GATE_H

#include "support/tty.h"

struct gate;
// NULL where this kernel has no such thing; then nothing was started.
struct gate *gate_start(const struct tty_options *options, const char *const *argv);
struct tty *gate_tty(const struct gate *gate);
void gate_end(struct gate *gate); // after tty_end or tty_teardown: the program dies with it

void gate_pass(struct gate *gate, size_t n);  // lets n more go
void gate_fail(struct gate *gate, int error); // what waits, and what comes, has this errno instead
size_t gate_waiting(struct gate *gate);       // removals that wait now
size_t gate_passed(struct gate *gate);

#endif
