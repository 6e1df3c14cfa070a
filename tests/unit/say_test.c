// The formatter of sentences, and a walk over all templates of the program: each placeholder exists, and
// has its argument.
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/text/say.h"
#include "model/text/words.h"
#include "support/fake.h"
#include "support/test.h"

static char text[256];

static const char *said(const struct say *x)
{
    assert_ptr_equal(x->line.at, text);
    return text;
}

static struct say start(const struct snapshot *s)
{
    return say_start(s, text, sizeof text);
}

TEST(placeholders_take_their_arguments)
{
    struct snapshot *s = fake_snapshot();
    struct say x = start(s);

    fake_user(s, 7, "oracle");
    fake_process(s, 20, 7, "pmon", NULL)->start_time = FAKE_NOW - 100;
    fake_gone(s, 30);
    say(&x, "plain");
    assert_string_equal(said(&x), "plain");
    x = start(s);
    say(&x, "{size} of {size} in {n message}, {n process|processes}; {number}", 4096u, UINT64_MAX,
        (size_t)1, 3, -5);
    assert_string_equal(said(&x), "4.0K of 16.0E in 1 message, 3 processes; -5");
    x = start(s);
    say(&x, "{ago} {used} {age} {user} {user} {key} {mode} {text}", (int64_t)FAKE_NOW - 60,
        (int64_t)0, 5400, 7u, 8u, 0x52u, 0640, "end");
    assert_string_equal(said(&x), "60s ago never used 90m oracle uid 8 0x00000052 0640 end");
    x = start(s);
    say(&x, "{process}, {process}{more}{more}", process_at(20, 0), process_at(30, 0), 0, 2);
    assert_string_equal(said(&x), "20 pmon, 30 (gone) and 2 more");
    x = start(s);
    say(&x, "{size}", 56u);
    assert_string_equal(said(&x), "56 B");
    x = start(s);
    say(&x, "from {limit} to {limit}", 32000, UINT64_MAX);
    assert_string_equal(said(&x), "from 32000 to unlimited");
    snapshot_unref(s);
}

TEST(what_does_not_fit_shows)
{
    struct snapshot *s = fake_snapshot();
    struct say x = start(s);

    say(&x, "{size} {text} {nothing}", "x", 3, 4);
    assert_string_equal(said(&x), "{!size} {!text} {!nothing}");
    x = start(s);
    say(&x, "{number} {number}", 1);
    assert_string_equal(said(&x), "1 {!number}");
    x = start(s);
    say(&x, "{number}", 1, 2);
    assert_string_equal(said(&x), "1{!}");
    x = start(s);
    say(&x, "{process} {size}", 5, -1);
    assert_string_equal(said(&x), "{!process} {!size}");
    x = start(s);
    say(&x, "{open", 5);
    assert_string_equal(said(&x), "{!}");
    snapshot_unref(s);
}

// --- all templates of the sources ----------------------------------------------------------------

struct call { // say(x, "…" "…", a, b): what stands between its parentheses
    char format[1024];
    char args[12][256];
    size_t n;
};

// Copies a string literal without its quotes; returns what follows it.
static const char *literal(const char *c, char *dst, size_t cap, size_t *n)
{
    for (c++; *c && *c != '"'; c++) {
        if (*c == '\\')
            c++;
        if (*n + 1 < cap)
            dst[(*n)++] = *c;
    }
    dst[*n] = '\0';
    return *c ? c + 1 : c;
}

// The call whose arguments begin at `c`. False where it has no literal template.
static bool parse(const char *c, struct call *call)
{
    size_t argument = 0, n = 0, format = 0;
    int depth = 0;

    *call = (struct call){0};
    for (; *c && !(depth == 0 && *c == ')'); c++) {
        if (*c == '"' && argument == 1) {
            c = literal(c, call->format, sizeof call->format, &format) - 1;
            continue;
        }
        if (*c == ',' && depth == 0) {
            argument++;
            n = 0;
            continue;
        }
        depth += *c == '(' || *c == '[' || *c == '{';
        depth -= *c == ')' || *c == ']' || *c == '}';
        if (*c == '"' && argument >= 2) { // commas and braces in it do not count
            char skipped[256];
            size_t k = 0;
            c = literal(c, skipped, sizeof skipped, &k) - 1;
            continue;
        }
        if (argument >= 2 && argument < 14 && n + 1 < sizeof call->args[0] &&
            !(n == 0 && (*c == ' ' || *c == '\n')))
            call->args[argument - 2][n++] = *c;
    }
    call->n = argument > 0 ? argument - 1 : 0;
    return format > 0;
}

static void check(const char *file, const struct call *call)
{
    static const struct {
        unsigned type;
        const char *made_by;
    } typed[] = {{SAY_PROCESS, "process_at("},
                 {SAY_HOLDERS, "holders_of("},
                 {SAY_WAITERS, "waiters_on("},
                 {SAY_CONTENTS, "contents_of("},
                 {SAY_CHANGE, "change_of("}};
    size_t used = 0;

    for (const char *p = strchr(call->format, '{'); p; p = strchr(p + 1, '{'), used++) {
        unsigned takes = say_takes(p + 1);

        if (!takes || used >= call->n)
            fail_msg("%s: \"%s\": %s", file, call->format, takes ? "too few arguments" : p);
        for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
            bool made = strncmp(call->args[used], typed[i].made_by, strlen(typed[i].made_by)) == 0;
            if (made && takes != typed[i].type)
                fail_msg("%s: \"%s\": argument %s", file, call->format, call->args[used]);
        }
    }
    if (used != call->n)
        fail_msg("%s: \"%s\": %zu placeholders, %zu arguments", file, call->format, used, call->n);
}

static size_t walk(const char *file)
{
    FILE *f = fopen(file, "r");
    static char source[1 << 20];
    size_t n = 0;

    assert_non_null(f);
    source[fread(source, 1, sizeof source - 1, f)] = '\0';
    fclose(f);
    for (const char *c = strstr(source, "say("); c; c = strstr(c + 1, "say(")) {
        struct call call;

        if (c > source && (c[-1] == '_' || (c[-1] >= 'a' && c[-1] <= 'z')))
            continue;
        if (!parse(c + strlen("say("), &call))
            continue;
        check(file, &call);
        n++;
    }
    return n;
}

TEST(every_template_has_its_arguments)
{
    static const char *const where[] = {"src/model/*.c", "src/model/*/*.c", "src/session/*/*.c"};
    size_t n = 0;

    for (size_t i = 0; i < sizeof where / sizeof *where; i++) {
        glob_t found;

        assert_int_equal(glob(where[i], 0, NULL, &found), 0);
        for (size_t k = 0; k < found.gl_pathc; k++)
            n += walk(found.gl_pathv[k]);
        globfree(&found);
    }
    assert_true(n > 50);
}
