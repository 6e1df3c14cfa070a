#include "session/prompt/edit.h"

#include <string.h>

#include "base/key.h"
#include "base/text.h"

static size_t step(const char *text, size_t at, uint32_t *code)
{
    size_t n = text_decode(text + at, strlen(text + at), code);

    return n > 0 ? n : 1;
}

static size_t after(const char *text, size_t at)
{
    uint32_t code;

    if (!text[at])
        return at;
    at += step(text, at, &code);
    while (text[at]) {
        size_t n = step(text, at, &code);
        if (text_char_width(code) > 0)
            break;
        at += n;
    }
    return at;
}

static size_t before(const char *text, size_t at)
{
    size_t found = 0;

    for (size_t next = 0; next < at; next = after(text, next))
        found = next;
    return found;
}

static size_t word_before(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] == ' ')
        at--;
    while (at > 0 && text[at - 1] != ' ')
        at--;
    return at;
}

// Takes out what stands between; false: nothing does.
static bool cut(struct edit e, size_t from, size_t to)
{
    if (from == to)
        return false;
    memmove(e.text + from, e.text + to, strlen(e.text + to) + 1);
    *e.caret = from;
    return true;
}

static bool insert(struct edit e, int32_t key)
{
    size_t at = *e.caret, length = strlen(e.text);
    char utf8[4];

    if (key < 0 || key >= K_SPECIAL || !text_is_harmless((uint32_t)key))
        return false;
    size_t n = text_encode((uint32_t)key, utf8);
    if (length + n >= e.cap)
        return false;
    memmove(e.text + at + n, e.text + at, length - at + 1);
    memcpy(e.text + at, utf8, n);
    *e.caret = at + n;
    return true;
}

bool edit_key(struct edit e, int32_t key)
{
    size_t at = *e.caret;

    switch (key) {
    case K_LEFT:
        *e.caret = before(e.text, at);
        return false;
    case K_RIGHT:
        *e.caret = after(e.text, at);
        return false;
    case K_HOME:
    case K_CTRL('a'):
        *e.caret = 0;
        return false;
    case K_END:
    case K_CTRL('e'):
        *e.caret = strlen(e.text);
        return false;
    case K_BACKSPACE:
        return cut(e, before(e.text, at), at);
    case K_DELETE:
    case K_CTRL('d'):
        return cut(e, at, after(e.text, at));
    case K_CTRL('w'):
        return cut(e, word_before(e.text, at), at);
    case K_CTRL('u'):
        return cut(e, 0, at);
    case K_CTRL('k'):
        return cut(e, at, strlen(e.text));
    default:
        return insert(e, key);
    }
}

void edit_set(struct edit e, const char *text)
{
    *e.caret = text_escape(e.text, e.cap, text, strlen(text));
}
