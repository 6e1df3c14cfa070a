// Damaged tables of segments, against a slow reader that takes each line apart by itself: the same
// rows come out, in the order of their ids, whatever was done to the text.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/objects/sysvipc.h"
#include "support/test.h"
#include "support/tree.h"

enum { ROUNDS = 3000, LINES = 24, COLUMNS = 16, ROOM = 16384 };

static const char head[] = "key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime "
                           "ctime rss swap\n";
// k key, i id or pid, o octal, n unsigned 64 bits, u unsigned 32 bits, t time
static const char types[] = "kioniinuuuutttnn";

static uint64_t seed;
static uint32_t chance(uint32_t below) // xorshift64
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16) % below;
}

static size_t make(char *text)
{
    size_t n = (size_t)snprintf(text, ROOM, "%s", head);

    for (int line = 0; line < LINES; line++)
        n += (size_t)snprintf(
            text + n, ROOM - n, "%10d %10u  %4o %u %u %u %u %u %u %u %u %u %u %u %u 0\n",
            (int)chance(UINT32_MAX), chance(40), chance(07777), chance(9999), chance(40000),
            chance(40000), chance(9), chance(70000), chance(9), chance(9), chance(9),
            chance(UINT32_MAX), chance(9), chance(UINT32_MAX), chance(12000));
    return n;
}

static size_t damage(char *text, size_t n)
{
    static const char spice[] = "0123456789-- \n\n\t\0x\xff";
    size_t body = strlen(head);

    for (uint32_t times = chance(12); times > 0 && n > body; times--) {
        size_t at = body + chance((uint32_t)(n - body));
        switch (chance(4)) {
        case 0:
            text[at] = spice[chance(sizeof spice)];
            break;
        case 1: // a byte goes
            memmove(text + at, text + at + 1, n - at - 1);
            n--;
            break;
        case 2: // digits come, perhaps too many
            for (uint32_t more = chance(24); more > 0 && n < ROOM - 1; more--, n++) {
                memmove(text + at + 1, text + at, n - at);
                text[at] = (char)('0' + chance(10));
            }
            break;
        default:
            if (chance(8) == 0 && at + 1 < n)
                n = at + 1; // cut
        }
    }
    return n;
}

static bool word_is(char type, const char *word, size_t len, __int128 *value)
{
    bool negative = len && word[0] == '-';
    __int128 v = 0;

    for (size_t i = negative; i < len; i++) {
        int digit = word[i] - '0';
        if (digit < 0 || digit >= (type == 'o' ? 8 : 10))
            return false;
        v = v * (type == 'o' ? 8 : 10) + digit;
        if (v > (__int128)1 << 100)
            return false;
    }
    if (len == negative)
        return false;
    *value = negative ? -v : v;
    switch (type) {
    case 'k':
        return *value >= INT32_MIN && *value <= UINT32_MAX;
    case 'i':
        return !negative && v <= INT32_MAX;
    case 'o':
    case 'u':
        return !negative && v <= UINT32_MAX;
    case 't':
        return !negative && v <= INT64_MAX;
    default:
        return !negative && v <= UINT64_MAX;
    }
}

// The values of one line, or false.
static bool take_line(const char *line, size_t len, __int128 values[COLUMNS])
{
    size_t at = 0, n = 0;

    for (;;) {
        while (at < len && (line[at] == ' ' || line[at] == '\t'))
            at++;
        if (at == len)
            return n == COLUMNS;
        size_t start = at;
        while (at < len && line[at] != ' ' && line[at] != '\t')
            at++;
        if (n == COLUMNS || !word_is(types[n], line + start, at - start, &values[n]))
            return false;
        n++;
    }
}

static bool has_row(const struct segment_vec *v, const __int128 values[COLUMNS])
{
    for (size_t i = 0; i < v->n; i++) {
        const struct segment *s = &v->at[i];
        if (s->o.id != (int32_t)values[1])
            continue;
        bool knows_rss = values[14] - values[3] < sysconf(_SC_PAGESIZE); // whole pages
        if (s->o.key == (uint32_t)values[0] && s->o.mode == ((uint32_t)values[2] & 0777) &&
            s->size == (uint64_t)values[3] && s->cpid == (int32_t)values[4] &&
            s->lpid == (int32_t)values[5] && s->nattch == (uint64_t)values[6] &&
            s->o.uid == (uint32_t)values[7] && s->o.cgid == (uint32_t)values[10] &&
            s->atime == (int64_t)values[11] && s->o.ctime == (int64_t)values[13] &&
            !(s->known & SEG_KNOWS_RSS) == !knows_rss &&
            (!knows_rss || s->rss == (uint64_t)values[14]))
            return true;
    }
    return false;
}

TEST(damaged_tables_are_read_as_far_as_they_are_whole)
{
    char *root = tree_new(), text[ROOM];
    struct segment_vec v = {0};
    size_t rows = 0;

    for (int round = 0; round < ROUNDS; round++) {
        size_t n = damage(text, make(text)), good = 0, matched = 0;
        bool seen[256] = {false};
        tree_write_bytes(root, "sysvipc/shm", text, n);
        assert_int_equal(sysvipc_read(root, KIND_SEGMENT, &v), 0);
        for (size_t i = 1; i < v.n; i++)
            assert_true(v.at[i - 1].o.id < v.at[i].o.id);
        // Ids repeat in these tables; one row of each remains, and it is one that is there.
        const char *end = text + n, *newline;
        for (const char *p = text + strlen(head);
             p < end && (newline = memchr(p, '\n', (size_t)(end - p))); p = newline + 1) {
            __int128 values[COLUMNS];
            if (!take_line(p, (size_t)(newline - p), values))
                continue;
            matched += has_row(&v, values);
            size_t id = (size_t)values[1];
            if (id >= sizeof seen)
                good++;
            else if (!seen[id]) {
                seen[id] = true;
                good++;
            }
        }
        // Large ids come from damage and may repeat too, though hardly ever.
        assert_true(v.n <= good && matched >= v.n);
        assert_true(v.n + 2 >= good);
        rows += v.n;
    }
    assert_true(rows > ROUNDS); // the damage left something to read
    vec_free(&v);
    tree_free(root);
}

int main(void)
{
    const char *given = getenv("FUZZ_SEED");

    seed = given ? strtoull(given, NULL, 0) | 1 : 0x9e3779b97f4a7c15;
    return tests_run();
}
