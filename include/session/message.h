// The message line: what was done, what became known, what went wrong.
#ifndef IPCTOP_SESSION_MESSAGE_H
#define IPCTOP_SESSION_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/record/snapshot.h"

struct session;

void session_say(struct session *s, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Clears a message about the view that was left: see message_here.
void session_unsay(struct session *s);
// Shows an unsolicited notice: appended to an earlier one still on the line instead of replacing it;
// before it where `waited_for`.
void session_news(struct session *s, bool waited_for, const char *news);
// Shows what could not be logged, before the message on the line.
void session_check_audit(struct session *s);
// Removes an old message; returns the CLOCK_MONOTONIC time at which the present one ends, or 0.
int64_t session_expire(struct session *s, int64_t now_ns);

#endif
