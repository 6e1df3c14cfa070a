#include "model/text/wait_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void operation(struct line *line, unsigned element, int n)
{
    if (n < 0)
        line_add(line, "to take %d of element %u", -n, element);
    else if (n > 0)
        line_add(line, "to add %d to element %u", n, element);
    else
        line_add(line, "for element %u to be 0", element);
}

// "type 5, 100 bytes"; either alone.
static void send(struct line *line, const char *detail)
{
    const char *type = strstr(detail, "type "), *bytes = strstr(detail, " bytes");
    long long number;

    while (bytes && bytes > detail && bytes[-1] >= '0' && bytes[-1] <= '9')
        bytes--;
    if (bytes)
        line_add(line, "to send %llu bytes", strtoull(bytes, NULL, 10));
    else
        line_add(line, "to send%s", type ? " a message" : "");
    if (type && sscanf(type, "type %lld", &number) == 1)
        line_add(line, " of type %lld", number);
}

static void receive(struct line *line, const char *part)
{
    static const char below[] = "type ≤ ";

    if (strcmp(part, "any type") == 0)
        line_add(line, "for any message");
    else if (strncmp(part, below, sizeof below - 1) == 0)
        line_add(line, "for a message of type %s or lower", part + sizeof below - 1);
    else if (strncmp(part, "not type ", 9) == 0)
        line_add(line, "for a message of another type than %s", part + 9);
    else
        line_add(line, "for a message of %s", part);
}

static void one(struct line *line, const struct waiter *waiter, const char *part, size_t before)
{
    unsigned element;
    int n;

    if (waiter->call == WAIT_MSGRCV) {
        receive(line, part);
    } else {
        line_add(line, "%s", before ? ", " : "");
        if (sscanf(part, "element %u %d", &element, &n) == 2)
            operation(line, element, n);
        else
            line_add(line, "%s", part);
    }
}

void wait_words(struct line *line, const struct waiter *waiter)
{
    char parts[sizeof waiter->detail], *rest = parts;
    bool stopped = false;
    size_t n = 0;

    snprintf(parts, sizeof parts, "%s", waiter->detail);
    for (char *part = parts; rest && *part; part = rest) {
        rest = strstr(part, ", ");
        if (rest)
            *rest = '\0', rest += 2;
        if (strcmp(part, "stopped") == 0)
            stopped = true;
        else if (waiter->call != WAIT_MSGSND)
            one(line, waiter, part, n++);
    }
    if (waiter->call == WAIT_MSGSND)
        send(line, waiter->detail);
    else if (n == 0)
        line_add(line, waiter->call == WAIT_MSGRCV ? "for a message" : "for a semaphore");
    if (stopped)
        line_add(line, "; the task is stopped");
}
