// When a picture was taken, from the first bytes of its document.
#ifndef IPCTOP_REPLAY_DOCUMENT_TIME_H
#define IPCTOP_REPLAY_DOCUMENT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The end of the year 9999 in epoch seconds, the last time that is one: times are added, subtracted and multiplied.
extern const int64_t document_time_max;
bool document_is_time(int64_t time); // of a picture: none is of before 1970

// When the document that begins with these bytes was taken, without reading the rest of it. Other programs may
// have written it again, with blanks between its tokens. False: it is none.
bool document_time(const char *text, size_t n, int64_t *time);

#endif
