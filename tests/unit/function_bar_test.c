// Each key that the last line names does there what its label says: in every view, on its first rows, and in
// what Enter opens.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/kinds/registry.h"
#include "session/commands/commands.h"
#include "session/current.h"
#include "session/navigate.h"
#include "support/screens.h"
#include "support/test.h"

enum { BAR_KEYS = 16, BAR_ROWS = 8 };

// The keys on the last line, as they stand there: "EnterHolders EscBack F1Help".
static size_t keys_of_bar(struct user *u, int w, int h, int32_t *keys)
{
    static const struct {
        const char *name;
        int32_t key;
    } names[] = {{"Enter", K_ENTER}, {"Esc", K_ESC}, {"Space", ' '}, {"F10", K_F10}, {"F1", K_F1},
                 {"F3", K_F3},       {"F4", K_F4},   {"F6", K_F6},   {"F8", K_F8},   {"F9", K_F9}};
    char *text = screen_of(u, w, h, false), *bar = text, *end;
    size_t n = 0;

    for (int y = 1; y < h; y++)
        bar = strchr(bar, '\n') + 1;
    for (char *at = strtok_r(bar, " \n", &end); at; at = strtok_r(NULL, " \n", &end))
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            size_t length = strlen(names[i].name);
            if (strncmp(at, names[i].name, length) == 0 && at[length] >= 'A' && at[length] <= 'Z' &&
                n < BAR_KEYS) {
                keys[n++] = names[i].key;
                break;
            }
        }
    free(text);
    return n;
}

// What happened is what the label says. The message is shown where it is not.
static bool is_done(const struct user *u, int32_t key, size_t depth, size_t tags)
{
    const struct prompt *p = &u->s.prompt;

    switch (key) {
    case K_ENTER:
        return u->s.depth > depth || u->s.place || p->type == PROMPT_FORM;
    case K_ESC:
        return u->s.depth < depth;
    case ' ':
        return u->s.tags.n > tags;
    case K_F1:
        return p->type == PROMPT_TEXT && strncmp(p->title, "Help", 4) == 0;
    case K_F3:
        return p->type == PROMPT_LINE && strcmp(p->title, "Search") == 0;
    case K_F4:
        return p->type == PROMPT_LINE && strcmp(p->title, "Filter") == 0;
    case K_F6:
        return p->type == PROMPT_MENU && strcmp(p->title, "Sort by") == 0;
    case K_F8:
    case K_F9:
        return p->actions.n + p->targets.n &&
               (p->type == PROMPT_CONFIRM || p->type == PROMPT_TEXT || p->type == PROMPT_MENU);
    case K_F10:
        return u->s.quit;
    default:
        return false;
    }
}

// A user at a row of a view, or of what Enter opens there. NULL: there is none.
static struct user *user_at(size_t tab, size_t row, bool entered)
{
    struct user *u = whole_outage_user();
    size_t depth = 0;

    session_tab(&u->s, tab);
    if (row >= session_view(&u->s)->rows.n && row) {
        user_free(u);
        return NULL;
    }
    view_select(session_view(&u->s), u->s.snapshot, row);
    if (entered)
        user_press(u, K_ENTER);
    if (entered && u->s.depth == depth) {
        user_free(u);
        return NULL;
    }
    u->s.message[0] = '\0';
    return u;
}

static void press_bar(size_t tab, size_t row, bool entered, int w, int h)
{
    int32_t keys[BAR_KEYS];
    struct user *u = user_at(tab, row, entered);
    size_t n = u ? keys_of_bar(u, w, h, keys) : 0;

    for (size_t i = 0; i < n; i++) {
        size_t depth = u->s.depth, tags = u->s.tags.n;
        char name[16];

        user_press(u, keys[i]);
        if (!is_done(u, keys[i], depth, tags))
            fail_msg("%s, row %zu%s, %dx%d: %s on the bar does something else: %s",
                     kind_of_tab(tab)->name, row, entered ? ", entered" : "", w, h,
                     key_name(keys[i], name, sizeof name), u->s.message);
        user_free(u);
        u = user_at(tab, row, entered);
    }
    assert_true(!u || n >= 3); // help, a way out, and search at least
    if (u)
        user_free(u);
}

TEST(each_key_on_the_bar_does_what_it_says)
{
    static const int sizes[][2] = {{80, 24}, {110, 30}, {150, 40}};

    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++)
        for (size_t tab = 0; tab < kind_tabs(); tab++)
            for (size_t row = 0; row < BAR_ROWS; row++) {
                press_bar(tab, row, false, sizes[size][0], sizes[size][1]);
                press_bar(tab, row, true, sizes[size][0], sizes[size][1]);
            }
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    tzset();
    return tests_run();
}
