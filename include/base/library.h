// Libraries that only some ways to run need: loaded with their first use, so that the others start without
// them. Which functions of one are used stands in a list of its own, X-macro fashion; their types are those of
// its header:
//
//     struct smartcols { SMARTCOLS_FUNCTIONS(LIBRARY_MEMBER) };
//     static const char *const names[] = {SMARTCOLS_FUNCTIONS(LIBRARY_NAME)};
#ifndef IPCTOP_BASE_LIBRARY_H
#define IPCTOP_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#define LIBRARY_MEMBER(name) __typeof__(name) *name;
#define LIBRARY_NAME(name) #name,

// Loads the library by its soname, which has the version of the header, and fills functions, an array or a
// struct of n pointers, by their names. false, with nothing filled: it is not installed, or lacks one of them.
bool library_load(const char *soname, const char *const *names, size_t n, void *functions);

#endif
