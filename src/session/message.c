#include "session/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/line.h"
#include "session/session.h"
#include "store/audit_log.h"

static const int64_t NOTICE_NS = 6 * CLOCK_SECOND, ERROR_NS = 20 * CLOCK_SECOND;

void session_say(struct session *s, enum severity severity, const char *format, ...)
{
    char text[2 * LINE_TEXT];
    struct line line = line_start(s->message, sizeof s->message);
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args); // it may quote the previous message
    va_end(args);
    line_add(&line, "%s", text);
    s->message_severity = severity;
    s->message_ns = clock_ns();
    s->message_news = false;
    s->message_here = false;
}

void session_unsay(struct session *s)
{
    if (s->message_here)
        s->message[0] = '\0';
    s->message_here = false;
}

void session_news(struct session *s, bool waited_for, const char *news)
{
    char text[LINE_TEXT];
    struct line line = line_start(text, sizeof text);
    bool together = s->message_news && s->message[0];

    line_add(&line, "%s", together && !waited_for ? s->message : news);
    if (together)
        line_add(&line, "; %s", waited_for ? s->message : news);
    session_say(s, SEVERITY_NOTICE, "%s", text);
    s->message_news = true;
}

void session_check_audit(struct session *s)
{
    char failure[LINE_TEXT / 2], before[LINE_TEXT / 2 - 2];

    if (!audit_log_failure(s->options.audit, failure, sizeof failure))
        return;
    struct line line = line_start(before, sizeof before);
    line_add(&line, "%s", s->message);
    session_say(s, SEVERITY_CRITICAL, "%s%s%s", failure, line.n ? "; " : "", before);
}

int64_t session_expire(struct session *s, int64_t now)
{
    if (!s->message[0])
        return 0;
    int64_t end = s->message_ns + (s->message_severity == SEVERITY_NOTICE ? NOTICE_NS : ERROR_NS);
    if (now < end)
        return end;
    s->message[0] = '\0';
    s->message_news = false;
    return 0;
}
