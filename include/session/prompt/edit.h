// One line of text being edited: what a key does to it. Pure; drawn by ui/canvas/input.h.
//
//   Left Right Home End ^A ^E   move            Backspace Del ^D   a character
//   ^W  the word before         ^U ^K           all before, all behind
//
// A character is what takes a place on the screen, with the combining marks that follow it.
#ifndef IPCTOP_SESSION_PROMPT_EDIT_H
#define IPCTOP_SESSION_PROMPT_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct edit {
    char *text; // UTF-8 in a buffer of `cap` bytes, the caller's
    size_t cap;
    size_t *caret; // offset in it, always where a character begins or the text ends
};

// True where the text changed. Characters that do not fit, and those that hide or reorder what
// stands around them, are not taken.
bool edit_key(struct edit edit, int32_t key);

// Replaces the text, made harmless and cut between characters; the caret goes behind it.
void edit_set(struct edit edit, const char *text);

#endif
