// What a blocked task waits for, in words: a waiter's `detail` holds the numbers of its system call.
#ifndef IPCTOP_MODEL_TEXT_WAIT_WORDS_H
#define IPCTOP_MODEL_TEXT_WAIT_WORDS_H

#include "base/line.h"
#include "model/record/objects.h"

// "to take 1 of element 0", "for element 4 to be 0", "to send 100 bytes of type 5", "for a message of
// type 5"; after "waits". Where its arguments could not be read: "for a semaphore", "to send",
// "for a message".
void wait_words(struct line *line, const struct waiter *waiter);

#endif
