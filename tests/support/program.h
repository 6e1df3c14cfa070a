// Runs the built program, without a terminal, and keeps what it says.
#ifndef IPCTOP_TESTS_PROGRAM_H
#define IPCTOP_TESTS_PROGRAM_H

#include <stdbool.h>

struct said {
    char *out, *err; // owned; freed by said_clear
    int status;      // of the exit, or 128 + signal
};

// build/ipctop with these arguments, separated by single spaces; in the caller's namespaces. As an
// ordinary user where `nobody`.
struct said program_run(const char *arguments, bool nobody);
// Any shell command.
struct said shell_run(const char *command);
void said_clear(struct said *said);

// Runs it; fails the test unless it ends with that status, and its output and errors have these texts, or
// are (says_all) these; NULL: any. With status 2 it says one line, and nothing that could be taken for an
// answer.
void program_says(const char *arguments, int status, const char *out, const char *err);
void program_says_all(const char *arguments, int status, const char *out, const char *err);

// The document that a run answers with; fails the test where there is none. The caller drops it
// (jansson).
struct json_t *program_document(const char *arguments, bool nobody);

#endif
