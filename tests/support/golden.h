// Texts kept in files, tests/golden/NAME.txt: whole screens, which many changes move at once.
//
// `make golden` writes those that differ; what it changed is for `git diff` to show, and to be read.
#ifndef IPCTOP_TESTS_GOLDEN_H
#define IPCTOP_TESTS_GOLDEN_H

#include <stdbool.h>

// Fails the test, after showing the difference, where the text is another than the file's.
void golden_must_be(const char *name, const char *text);
// The same for one sentence, or several lines: those a test says stand below its name, in their order,
// in tests/golden/PROGRAM.txt. What is asserted by other means is a fact: a rule, a number, an id.
void says(const char *sentence);
bool golden_renews(void); // the environment has UPDATE: files are written, not compared

#endif
