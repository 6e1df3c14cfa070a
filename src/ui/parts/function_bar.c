#include "ui/parts/function_bar.h"

#include <string.h>

#include "base/line.h"
#include "session/commands/commands.h"
#include "session/current.h"
#include "session/tags.h"

enum { BAR_MAX = 24, USUAL_WIDTH = 80 };

enum worth {
    WORTH_LOOKING,
    WORTH_HERE,
    WORTH_DOING,
    WORTH_GOING, // where Enter and Esc go
    WORTH_ALWAYS // how to get help, and how to get out
};

struct entry {
    int32_t key;
    enum worth worth;
    char name[8]; // "F9"
    const char *label;
};

struct entries {
    struct entry at[BAR_MAX];
    size_t n;
};

static bool is_function_key(int32_t key)
{
    return key >= K_F1 && key <= K_F12;
}

// The key a command is shown with: a function key where it has one, else its first.
static int32_t key_of(const struct command *command)
{
    for (size_t i = 0; i < COMMAND_KEYS_MAX && command->keys[i]; i++)
        if (is_function_key(command->keys[i]))
            return command->keys[i];
    return command->keys[0];
}

// NULL: it is not on the bar.
static const char *label_of(const struct command *command, struct session *session,
                            enum kind_id kind)
{
    if (!command_works_in(command, kind) || command_refusal(command, &session->options) ||
        (command->works && !command->works(session, command)))
        return NULL;
    return command->label_here ? command->label_here(session) : command->label;
}

// What has no function key first, in the order of the groups, then function keys in theirs.
static int rank(int32_t key)
{
    return is_function_key(key) ? key - K_F1 + 1 : 0;
}

static enum worth worth_of(const struct command *command, int32_t key)
{
    return key == K_F1 || key == K_F10      ? WORTH_ALWAYS
           : key == K_ENTER || key == K_ESC ? WORTH_GOING
           : command->flags & CMD_WRITES    ? WORTH_DOING
           : !is_function_key(key)          ? WORTH_HERE
                                            : WORTH_LOOKING;
}

static void add(struct entries *out, const struct command *command, const char *label)
{
    int32_t key = key_of(command);
    size_t at = out->n++;

    for (; at > 0 && rank(out->at[at - 1].key) > rank(key); at--)
        out->at[at] = out->at[at - 1];
    out->at[at] = (struct entry){.key = key, .label = label, .worth = worth_of(command, key)};
    key_name(key, out->at[at].name, sizeof out->at[at].name);
}

static void collect(struct entries *out, struct session *session)
{
    enum kind_id kind = session_view(session)->kind->id;
    const struct command *command;
    const char *label;

    out->n = 0;
    for (size_t i = 0; (command = command_at(i)) && out->n < BAR_MAX; i++)
        if ((label = label_of(command, session, kind)))
            add(out, command, label);
}

static int entry_width(const struct canvas *c, const struct entry *entry)
{
    return canvas_width(c, entry->name) + canvas_width(c, entry->label) + 1;
}

static int total(const struct canvas *c, const struct entries *entries)
{
    int width = 0;

    for (size_t i = 0; i < entries->n; i++)
        width += entry_width(c, &entries->at[i]);
    return width;
}

// Whether of two, the second behind the first, the second gives way.
static bool gives_way(const struct canvas *c, const struct entry *first, const struct entry *second)
{
    bool equal = first->worth == second->worth;

    if (equal && second->worth == WORTH_GOING) // else one long label would take both
        return entry_width(c, second) >= entry_width(c, first);
    return equal || second->worth < first->worth;
}

// Where not all fit, those worth least give way, of equals the last.
static void fit(const struct canvas *c, struct entries *entries, int w)
{
    while (entries->n > 0 && total(c, entries) > w) {
        size_t least = 0;

        for (size_t i = 1; i < entries->n; i++)
            if (gives_way(c, &entries->at[least], &entries->at[i]))
                least = i;
        vec_remove(entries, least);
    }
}

// "row 2 of 27  tagged 5 (3 hidden)", on a narrow screen "2/27 +5(3)".
static void position(struct session *session, bool narrow, char *dst, size_t cap)
{
    const struct view *view = session_view(session);

    size_t row = view->rows.n > 0 ? view->cursor + 1 : 0;
    struct line line = line_start(dst, cap);
    struct tag_counts tagged = tags_count(session, NULL);
    size_t here = tagged.shown + tagged.hidden;

    line_add(&line, narrow ? "%zu/%zu" : "row %zu of %zu", row, view->rows.n);
    if (here)
        line_add(&line, narrow ? " +%zu" : "  tagged %zu", here);
    if (tagged.hidden)
        line_add(&line, narrow ? "(%zu)" : " (%zu hidden)", tagged.hidden);
    if (tagged.elsewhere && !narrow)
        line_add(&line, here ? ", %zu elsewhere" : "  tagged %zu elsewhere", tagged.elsewhere);
}

// What stands left of the position, which is short where its words would take the place of a key that
// does something.
static void arrange(const struct canvas *c, struct rect r, struct session *session,
                    struct entries *entries, char *right, size_t cap)
{
    struct entries all;

    collect(&all, session);
    size_t here = vec_count(&all, e, e->worth >= WORTH_HERE);
    for (int narrow = 0; narrow < 2; narrow++) {
        position(session, narrow, right, cap);
        *entries = all;
        fit(c, entries, r.w - 1 - canvas_width(c, right) - 2);
        if (r.w >= USUAL_WIDTH ? vec_count(entries, e, e->worth >= WORTH_HERE) == here
                               : entries->n == all.n)
            return;
    }
}

void function_bar_draw(struct canvas *c, struct rect r, struct session *session)
{
    struct entries entries;
    char right[96];

    arrange(c, r, session, &entries, right, sizeof right);
    int x = r.x + 1, end = r.x + r.w;
    for (size_t i = 0; i < entries.n; i++) {
        x += canvas_text(c, x, r.y, end - x, STYLE_KEY, entries.at[i].name);
        x += canvas_text(c, x, r.y, end - x, STYLE_LABEL, entries.at[i].label) + 1;
    }
    canvas_right(c, r.x, r.y, r.w - 1, STYLE_PLAIN, right);
}

int32_t function_bar_key_at(const struct canvas *canvas, struct rect r, struct session *session,
                            int x)
{
    struct entries entries;
    char right[96];
    int left = r.x + 1;

    arrange(canvas, r, session, &entries, right, sizeof right);
    for (size_t i = 0; i < entries.n; i++) {
        int width = entry_width(canvas, &entries.at[i]);
        if (x >= left && x < left + width - 1)
            return entries.at[i].key;
        left += width;
    }
    return K_NONE;
}
