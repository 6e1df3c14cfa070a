// Every rule of triage: the keys its advice names do what it says when they are pressed on its finding.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/model/triage/rules.h"
#include "model/kinds/registry.h"
#include "model/kinds/shared.h"
#include "model/record/huge_pool.h"
#include "model/record/identity_set.h"
#include "model/record/shm_limit.h"
#include "model/table/filter.h"
#include "session/actions/choose.h"
#include "session/commands/commands.h"
#include "session/current.h"
#include "support/fake.h"
#include "support/test.h"
#include "support/user.h"

enum { KEYS_MAX = 8 };

static struct identity posix_segment(struct snapshot *s)
{
    struct shared *row = mem_zero(1, sizeof *row);

    *row = (struct shared){.id = {0, 20, 7}, .type = SHARED_POSIX, .size = 1 << 20, .rss = 1 << 20};
    row->known = SHARED_KNOWS_SIZE | SHARED_KNOWS_RSS | SHARED_KNOWS_ATTACHED;
    snprintf(row->name, sizeof row->name, "PostgreSQL.1");
    s->tables[KIND_SHARED] = (struct table){row, 1, sizeof *row};
    return shared_identity(&kind_shared, &row->id);
}

// The objects of the outage a rule may speak of: held, waited on, full.
static struct identity example(struct snapshot *s, const struct rule *rule, const void **object)
{
    const struct owned *o = &snapshot_segment(s, 425985)->o;

    if (rule->subject == &kind_shared) {
        const struct identity about = posix_segment(s);
        *object = s->tables[KIND_SHARED].at;
        return about;
    }
    if (rule->subject == &kind_semsets)
        o = &s->semsets.at[0].o;
    else if (rule->subject == &kind_queues)
        o = &s->queues.at[0].o;
    *object = o;
    return identity_of(o);
}

// The keys a text names, in their order: "Enter", "F8", and single letters other than an article.
static size_t keys_named(const char *text, int32_t *keys)
{
    size_t n = 0;

    while (*text) {
        size_t length = strcspn(text, " ,;:()./");
        char word[16] = "", name[16];

        if (length && length < sizeof word)
            memcpy(word, text, length);
        bool letter = length == 1 && !isdigit((unsigned char)*word) && *word != 'a';
        for (size_t i = 0; *word && command_at(i); i++)
            for (const int32_t *key = command_at(i)->keys; *key; key++)
                if ((letter || length > 1) && n < KEYS_MAX &&
                    strcmp(key_name(*key, name, sizeof name), word) == 0) {
                    keys[n++] = *key;
                    goto next;
                }
    next:
        text += length + (text[length] != '\0');
    }
    return n;
}

// Pressed on the row one is on: a view opens, or a question about the objects.
static void press(struct user *u, const struct rule *rule, int32_t key)
{
    size_t depth = u->s.depth;
    char name[16];

    u->s.message[0] = '\0';
    user_press(u, key);
    bool opened = u->s.depth > depth;
    bool asks = u->s.prompt.type == PROMPT_CONFIRM || u->s.prompt.type == PROMPT_MENU ||
                (u->s.prompt.type == PROMPT_TEXT && u->s.prompt.actions.n > 0);
    if (!opened && !asks)
        fail_msg("%s: %s does nothing: %s", rule->name, key_name(key, name, sizeof name),
                 u->s.message);
    if (asks)
        user_press(u, K_ESC);
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
}

// On the finding itself, and one after the other, as they are named.
static void press_all(struct user *u, const struct rule *rule, const char *advice)
{
    int32_t keys[KEYS_MAX];
    size_t n = keys_named(advice, keys);

    for (size_t i = 0; i < n; i++) {
        user_press(u, '!');
        press(u, rule, keys[i]);
    }
    user_press(u, '!');
    for (size_t i = 0; i < n; i++)
        press(u, rule, keys[i]);
}

// What the outage does not have, and whose advice names keys by the state of its objects.
static struct snapshot *dead_postmaster(void)
{
    enum { POSTGRES = 26, POSTMASTER = 18702, BACKEND = 18711 };
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 4, 10953031, POSTGRES, 56, 1);

    g->cpid = g->lpid = POSTMASTER;
    fake_gone(s, POSTMASTER);
    vec_push(&s->instances, (struct instance){.inode = 10953031, .device = 1, .uid = POSTGRES});
    struct process *backend = fake_process(s, BACKEND, POSTGRES, "postgres", "postgres: walwriter");
    backend->parent = 1;
    backend->known |= PROC_KNOWS_PARENT;
    fake_hold(s, 4, BACKEND, 1, MAP_R | MAP_W);
    fake_account(s, 4, 0);
    return s;
}

// Beside the backend, others: one of them is no part of the server.
static struct snapshot *postmaster_with(int backends, int others)
{
    enum { POSTGRES = 26, FIRST = 19000, OTHER = 30000 };
    struct snapshot *s = dead_postmaster();

    for (int i = 0; i < backends + others; i++) {
        int32_t pid = i < backends ? FIRST + i : OTHER + i;
        struct process *p = fake_process(s, pid, i < backends ? POSTGRES : 0,
                                         i < backends ? "postgres" : "watcher", NULL);
        p->parent = 1;
        p->known |= PROC_KNOWS_PARENT;
        fake_hold(s, 4, pid, 1, MAP_R);
    }
    s->segments.at[0].nattch = (uint64_t)(1 + backends + others);
    fake_account(s, 4, 0);
    return s;
}

static struct snapshot *watched_postmaster(void)
{
    return postmaster_with(1, 1);
}

// Two workers and a stranger.
static struct snapshot *headless_workers(void)
{
    enum { ZABBIX = 500, PARENT = 66 };
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 1, 0x1234, ZABBIX, 4096, 3);

    g->flags = SEG_DEST, g->cpid = PARENT;
    for (int32_t pid = PARENT + 1; pid <= PARENT + 3; pid++) {
        bool worker = pid <= PARENT + 2;
        fake_process(s, pid, worker ? ZABBIX : 4711, worker ? "zabbix_agentd" : "watcher",
                     worker ? "zabbix_agentd: collector" : NULL);
        fake_hold(s, 1, pid, 1, MAP_R);
    }
    fake_account(s, 1, 0);
    fake_gone(s, PARENT);
    return s;
}

// Left behind by two applications, each a finding of its own.
static struct snapshot *shared_left_behind(void)
{
    static const char *const names[] = {"PostgreSQL.1", "vader_segment.a", "sm_segment.b"};
    enum { N = sizeof names / sizeof *names };
    struct snapshot *s = fake_snapshot();
    struct shared *rows = mem_zero(N, sizeof *rows);

    for (size_t i = 0; i < N; i++) {
        rows[i] = (struct shared){.id = {0, 20, 7 + i}, .type = SHARED_POSIX, .size = 1 << 20};
        rows[i].rss = 1 << 20;
        rows[i].known = SHARED_KNOWS_SIZE | SHARED_KNOWS_RSS;
        rows[i].maker = MAKER_GONE;
        snprintf(rows[i].name, sizeof rows[i].name, "%s", names[i]);
    }
    s->tables[KIND_SHARED] = (struct table){rows, N, sizeof *rows};
    return s;
}

static struct snapshot *removed_database(void)
{
    enum { ORACLE = 54, MONITOR = 18702 };
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 4, 0, ORACLE, 276 << 20, 1);

    g->flags = SEG_DEST;
    fake_process(s, MONITOR, ORACLE, "ora_pmon_ORCL", "ora_pmon_ORCL");
    fake_hold(s, 4, MONITOR, 1, MAP_R | MAP_W);
    fake_account(s, 4, 0);
    return s;
}

// Orphans lie in the pool, and nothing is left of it.
static struct snapshot *used_up_pool(void)
{
    struct snapshot *s = fake_snapshot();

    fake_gone(s, 70);
    for (int32_t id = 1; id <= 2; id++) {
        struct segment *g = fake_segment(s, id, 0x70 + (uint32_t)id, 26, 12 << 20, 0);
        g->o.ctime = g->dtime = FAKE_NOW - 7200;
        g->flags = SEG_HUGETLB;
        g->rss = g->size;
        g->known |= SEG_KNOWS_RSS | SEG_KNOWS_SWAP;
        g->cpid = g->lpid = 70;
        fake_account(s, id, 0);
    }
    huge_pool_limits(&(struct huge_pool){.page = 2 << 20, .total = 12}, &s->limits);
    return s;
}

static struct snapshot *full_shm(void)
{
    struct snapshot *s = fake_snapshot();

    vec_push(&s->limits,
             shm_limit(&(struct shm_place){.here = true, .size = 64 << 20, .used = 63 << 20}));
    posix_segment(s);
    return s;
}

// A request that was not answered, and its client.
static struct snapshot *server_gone(void)
{
    struct snapshot *s = fake_snapshot();

    fake_gone(s, 70);
    fake_process(s, 71, 1000, "python", "python client.py");
    struct queue *q = fake_queue(s, 3, 1000, 40, 1);
    q->o.key = 77, q->lspid = 71, q->lrpid = 70;
    q->stime = q->rtime = FAKE_NOW - 60;
    q = fake_queue(s, 4, 1000, 0, 0);
    q->o.key = 78, q->lspid = 70, q->lrpid = 71;
    q->stime = q->rtime = FAKE_NOW - 90;
    fake_waiter(s, KIND_QUEUE, 4, 71, WAIT_MSGRCV, "type 71");
    return s;
}

// Where the finding of a rule whose advice depends on its object occurs.
static struct snapshot *outage_of(const struct rule *rule)
{
    static const struct {
        const char *rule;
        struct snapshot *(*make)(void);
    } others[] = {{"database-interlock", dead_postmaster},
                  {"database-removed", removed_database},
                  {"headless", headless_workers},
                  {"huge-pages", used_up_pool},
                  {"server-gone", server_gone},
                  {"shared-orphan", shared_left_behind},
                  {"shm-full", full_shm}};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(rule->name, others[i].rule) == 0)
            return others[i].make();
    return fake_story();
}

// On the screen its keys; elsewhere no key, which would be the shell's there.
static void judge(struct user *u, const struct rule *rule, const char *advice, const char *by_key)
{
    int32_t keys[KEYS_MAX];

    if (by_key)
        press_all(u, rule, by_key);
    if (keys_named(advice, keys))
        fail_msg("%s: printed, it names a key: %s", rule->name, advice);
}

static bool press_of_outage(const struct rule *rule)
{
    struct snapshot *s = outage_of(rule);
    bool pressed = false;

    triage_run(s);
    struct user *u = user_new(s);
    user_press(u, '!');
    for (size_t i = 0; i < s->findings.n; i++) {
        if (strcmp(s->findings.at[i].rule, rule->name) != 0)
            continue;
        user_press(u, '!');
        view_select(session_view(&u->s), u->s.snapshot, i);
        judge(u, rule, s->findings.at[i].advice, s->findings.at[i].advice_by_key);
        pressed = true;
    }
    user_free(u);
    return pressed;
}

static void press_of_example(const struct rule *rule)
{
    struct snapshot *s = fake_story();
    struct match match = {0};
    char text[1024];
    struct say x = say_start(s, text, sizeof text);

    findings_clear(&s->findings);
    const struct identity about = example(s, rule, &match.object);
    x.match = &match;
    x.n = 1;
    if (rule->advise)
        rule->advise(&x);
    char *advice = advice_for(s, rule->advise ? text : rule->advice, false);
    char *by_key = advice_for(s, rule->advise ? text : rule->advice, true);
    struct finding *f = fake_finding(s, SEVERITY_WARNING, about, "it", "is so", advice);
    f->advice_by_key = mem_copy_string(by_key);
    vec_push(&f->objects, about);
    struct user *u = user_new(s);
    judge(u, rule, advice, by_key);
    user_free(u);
    free(advice);
    free(by_key);
}

TEST(the_keys_an_advice_names_work_on_its_finding)
{
    struct rule_vec rules = rules_in_order();

    for (size_t i = 0; i < rules.n; i++)
        if (!press_of_outage(rules.at[i]))
            press_of_example(rules.at[i]);
    vec_free(&rules);
}

// The file system itself cannot be removed or signalled; what lies in it can, where Enter lists it.
TEST(a_full_dev_shm_lists_what_is_in_it)
{
    struct snapshot *s = full_shm();

    triage_run(s);
    struct user *u = user_new(s);
    user_press(u, '!');
    assert_non_null(strstr(s->findings.at[0].evidence, "most is in PostgreSQL.1: 1.0M"));
    assert_false(choose_may(&u->s, ACTION_REMOVE));
    assert_false(choose_may(&u->s, ACTION_SIGNAL));
    user_press(u, K_F8);
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
    assert_non_null(strstr(u->s.message, "this finding stands for no object"));
    user_press(u, K_ENTER);
    assert_string_equal(u->s.message, ""); // which was about the view that is left
    assert_ptr_equal(session_view(&u->s)->kind, &kind_shared);
    assert_int_equal(session_view(&u->s)->rows.n, 1);
    assert_string_equal(session_view(&u->s)->path, "1 shared object");
    assert_true(choose_may(&u->s, ACTION_REMOVE));
    user_press(u, K_F8);
    assert_int_equal(u->s.prompt.type, PROMPT_CONFIRM);
    user_free(u);
}

TEST(keys_are_found_in_a_text)
{
    int32_t keys[KEYS_MAX];

    assert_int_equal(keys_named("end 1 a (Enter, k): the kernel frees a page; F8 removes", keys),
                     3);
    assert_int_equal(keys[0], K_ENTER);
    assert_int_equal(keys[1], 'k');
    assert_int_equal(keys[2], K_F8);
    assert_int_equal(keys_named("restart the program that waits, as a whole", keys), 0);
}

// --- what a finding is about ---------------------------------------------------------------------

// Sixty sets of one user, five of another: two findings.
static struct snapshot *leak(void)
{
    struct snapshot *s = fake_snapshot();

    fake_user(s, 33, "www-data");
    fake_user(s, 38, "list");
    fake_gone(s, 100);
    for (int i = 0; i < 65; i++) {
        struct semset *set = fake_semset(s, i, i < 60 ? 33 : 38, 1);

        set->o.ctime = FAKE_NOW - 7200, set->otime = FAKE_NOW - 7000;
        struct element *element = fake_element(s, i, 0, 1);
        element->pid = 100, element->known |= ELEMENT_KNOWS_PID;
        set = &s->semsets.at[i];
        set->known |= SET_KNOWS_PIDS | SET_KNOWS_WAITERS, set->n_elements = 1;
        set->first_element = (uint32_t)i;
    }
    triage_run(s);
    return s;
}

TEST(a_finding_opens_exactly_its_objects)
{
    struct user *u = user_new(leak());

    user_press(u, '!');
    assert_int_equal(session_view(&u->s)->rows.n, 2);
    user_press(u, K_ENTER);
    assert_ptr_equal(session_view(&u->s)->kind, &kind_semsets);
    assert_int_equal(session_view(&u->s)->rows.n, 60);
    assert_string_equal(session_view(&u->s)->path, "60 semaphore sets");
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, 60);
    user_press(u, K_ESC);
    assert_ptr_equal(session_view(&u->s)->kind, &kind_findings);
    user_free(u);
}

TEST(what_is_done_to_a_finding_is_done_to_all_its_objects)
{
    struct user *u = user_new(leak());

    user_press(u, '!');
    user_press(u, K_F8);
    assert_int_equal(u->s.prompt.type, PROMPT_TEXT);
    assert_int_equal(u->s.prompt.actions.n, 60);
    user_press(u, K_ESC);
    user_press(u, ' ');
    assert_int_equal(u->s.tags.n, 60);
    user_press(u, K_UP);
    user_press(u, ' '); // no longer
    assert_int_equal(u->s.tags.n, 0);
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, 65);
    user_press(u, K_F8);
    assert_int_equal(u->s.prompt.actions.n, 65);
    user_press(u, K_ESC);
    user_press(u, '2'); // the same objects
    user_press(u, K_F8);
    assert_int_equal(u->s.prompt.actions.n, 65);
    user_free(u);
}

// --- lifting what restricts ----------------------------------------------------------------------

TEST(esc_lifts_one_restriction_after_the_other)
{
    struct user *u = user_new(leak());
    struct view *v;

    user_press(u, '2');
    v = session_view(&u->s);
    user_press(u, 'u');
    user_press(u, K_DOWN);
    user_press(u, K_ENTER);
    user_press(u, 'o');
    user_press(u, K_F4);
    user_type(u, "www");
    user_press(u, K_ENTER);
    user_press(u, '/');
    user_type(u, "w");
    user_press(u, K_ENTER);
    assert_true(u->s.search.text[0] && v->filter && v->has_owner && v->orphans);
    assert_int_equal(v->rows.n, 60);
    user_press(u, K_ESC);
    assert_true(!u->s.search.text[0] && v->filter && v->has_owner && v->orphans);
    user_press(u, K_ESC);
    assert_true(!v->filter && !v->filter_text[0] && v->has_owner && v->orphans);
    user_press(u, K_ESC);
    assert_true(!v->has_owner && v->orphans);
    assert_int_equal(v->rows.n, 65);
    user_press(u, K_ESC);
    assert_true(!v->orphans);
    user_press(u, K_ESC);
    assert_false(u->s.quit);
    user_free(u);
}

TEST(a_key_that_is_none_says_so)
{
    struct user *u = user_new(leak());

    user_press(u, K_F2);
    assert_string_equal(u->s.message, "F2: no such key; F1 lists them");
    user_press(u, 'a');
    assert_string_equal(u->s.message, "a: not in this view; F1 lists its keys");
    user_free(u);
}

// --- commands ------------------------------------------------------------------------------------

struct advised { // "ipctop --signal TERM -f 'pid=67|68' -i 1 holders"
    char text[1024], *words[16];
    size_t n;
};

// The first of the text, to its closing parenthesis; quotes as the shell has them. False: it names none.
static bool command_in(const char *text, struct advised *out)
{
    const char *c = strstr(text, "(ipctop ");
    bool quoted = false, in_word = false;
    size_t n = 0;

    *out = (struct advised){0};
    for (c = c ? c + 1 : ""; *c && *c != '\n' && (quoted || (*c != ')' && *c != ';')); c++) {
        if (*c == '\'') {
            quoted = !quoted;
            continue;
        }
        if (*c == ' ' && !quoted) {
            out->text[n++] = '\0';
            in_word = false;
            continue;
        }
        assert_true(n + 1 < sizeof out->text);
        if (!in_word)
            out->words[out->n++] = &out->text[n];
        in_word = true;
        out->text[n++] = *c;
    }
    assert_false(quoted);
    return out->n > 0;
}

static const char *value_of(const struct advised *command, const char *option)
{
    for (size_t i = 0; i + 1 < command->n; i++)
        if (strcmp(command->words[i], option) == 0)
            return command->words[i + 1];
    return NULL;
}

// Rows of its table that the command acts on, as identities.
static struct identity_vec rows_of(const struct snapshot *s, const struct advised *command)
{
    const struct kind *kind = kind_by_name(command->words[command->n - 1]);
    const char *expression = value_of(command, "-f"), *id = value_of(command, "-i");
    struct identity_vec rows = {0}, set = {0};
    struct filter_error error;

    assert_non_null(kind);
    struct filter *filter = filter_parse(kind, expression ? expression : "", &error);
    if (!filter)
        fail_msg("%s: %s", expression, error.message);
    for (size_t i = 0; i < kind_count(kind, s); i++) {
        const void *row = kind_at(kind, s, i);
        struct identity identity;

        kind->identify(s, row, &identity);
        if (filter_match(filter, (struct column_choice){0}, s, row) &&
            (!id || identity.id == atoi(id)))
            vec_push(&rows, identity);
    }
    filter_free(filter);
    identity_set_add_all(&set, rows.at, rows.n);
    vec_free(&rows);
    return set;
}

// Whether a number stands in a text by itself.
static bool names(const char *text, int32_t number)
{
    char digits[16];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%d", number);

    for (const char *c = text; (c = strstr(c, digits)); c++)
        if ((c == text || !isdigit((unsigned char)c[-1])) && !isdigit((unsigned char)c[n]))
            return true;
    return false;
}

// Of the holders of the segment, those the sentences name by their pids are those that are signalled.
static void signals_whom_it_names(const struct snapshot *s, const struct finding *f,
                                  const struct advised *command)
{
    const int32_t id = atoi(value_of(command, "-i"));
    struct identity_vec hit = rows_of(s, command);
    const char *end = strstr(f->advice, "(ipctop ");
    char *said = mem_format("%s; %.*s", f->evidence, (int)(end - f->advice), f->advice);
    size_t n;
    const struct holder *holders = scan_holders(s->scan, id, &n);

    assert_true(hit.n > 0);
    for (size_t i = 0; i < n; i++) {
        bool signalled = false;
        for (size_t k = 0; k < hit.n; k++)
            signalled |= hit.at[k].pid == holders[i].pid;
        if (signalled != names(said, holders[i].pid))
            fail_msg("%s: %d is %s: %s: %s", f->rule, holders[i].pid,
                     signalled ? "signalled and not named" : "named and not signalled", said,
                     f->advice);
    }
    free(said);
    vec_free(&hit);
}

static void removes_its_objects(const struct snapshot *s, const struct finding *f,
                                const struct advised *command)
{
    struct identity_vec hit = rows_of(s, command);

    if (hit.n != f->objects.n)
        fail_msg("%s: %zu objects, %zu removed: %s", f->rule, f->objects.n, hit.n, f->advice);
    for (size_t i = 0; i < hit.n; i++)
        assert_true(identity_same(&hit.at[i], &f->objects.at[i]));
    vec_free(&hit);
}

// Returns what was compared: bit 0 a removal, bit 1 a signal.
static unsigned compare_sets(struct snapshot *s)
{
    unsigned compared = 0;
    struct advised command;

    triage_run(s);
    for (size_t i = 0; i < s->findings.n; i++) {
        const struct finding *f = &s->findings.at[i];
        if (!command_in(f->advice, &command))
            continue;
        if (strcmp(command.words[1], "--remove") == 0) {
            removes_its_objects(s, f, &command);
            compared |= 1;
        } else if (strcmp(command.words[1], "--signal") == 0) {
            signals_whom_it_names(s, f, &command);
            compared |= 2;
        }
    }
    snapshot_unref(s);
    return compared;
}

TEST(a_command_acts_on_what_its_sentence_names)
{
    assert_int_equal(compare_sets(dead_postmaster()), 2);
    assert_int_equal(compare_sets(watched_postmaster()), 2);
    assert_int_equal(compare_sets(headless_workers()), 2);
    assert_int_equal(compare_sets(used_up_pool()) & 1, 1);
    assert_int_equal(compare_sets(server_gone()), 1);
    assert_int_equal(compare_sets(shared_left_behind()), 1);
    assert_int_equal(compare_sets(leak()), 1);
    assert_int_equal(compare_sets(fake_story()), 3);
}

static bool advises(struct snapshot *s, const char *rule, const char *words)
{
    bool found = false;

    triage_run(s);
    for (size_t i = 0; i < s->findings.n; i++)
        found |=
            strcmp(s->findings.at[i].rule, rule) == 0 && strstr(s->findings.at[i].advice, words);
    snapshot_unref(s);
    return found;
}

// A list of pids has an end: beside others nothing is signalled then, since who is left out by pid today is
// not all who may attach until then.
TEST(many_backends_beside_others_are_listed)
{
    assert_true(advises(postmaster_with(2, 0), "database-interlock",
                        "(ipctop --signal TERM -i 4 holders)"));
    assert_true(advises(postmaster_with(2, 1), "database-interlock",
                        "(ipctop --signal TERM -f 'pid=18711|19000|19001' -i 4 holders)"));
    assert_true(advises(postmaster_with(100, 0), "database-interlock",
                        "(ipctop --signal TERM -i 4 holders)"));
    assert_true(
        advises(postmaster_with(100, 2), "database-interlock", "(ipctop --batch -i 4 holders)"));
}

// A user without a name, or with one the shell or a filter takes apart.
TEST(an_owner_is_named_as_a_filter_understands)
{
    struct snapshot *s = fake_snapshot();
    char filter[OWNER_FILTER_MAX];

    fake_user(s, 48, "apache");
    fake_user(s, 49, "o'brien orphan=no");
    fake_user(s, 50, "-x");
    assert_string_equal(owner_filter(s, 48, filter), "owner=apache");
    assert_string_equal(owner_filter(s, 49, filter), "uid=49");
    assert_string_equal(owner_filter(s, 50, filter), "uid=50");
    assert_string_equal(owner_filter(s, 4711, filter), "uid=4711");
    snapshot_unref(s);
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;

    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

// Ids repeat across namespaces.
static void check_namespace(struct snapshot *s, uint64_t place, size_t *commands)
{
    s->entered = place;
    triage_run(s);
    for (size_t i = 0; i < s->findings.n; i++) {
        const struct finding *f = &s->findings.at[i];
        size_t n = count(f->advice, "ipctop "), with = count(f->advice, " --namespace ");
        assert_int_equal(with, place ? n : 0);
        assert_int_equal(count(f->advice, "(ipctop --namespace 4026532201 --"), place ? n : 0);
        assert_int_equal(count(f->advice_by_key ? f->advice_by_key : "", "--namespace"), 0);
        *commands += n;
    }
    snapshot_unref(s);
}

TEST(a_command_names_the_namespace_of_its_picture)
{
    struct rule_vec rules = rules_in_order();
    size_t own = 0, there = 0;

    for (size_t i = 0; i < rules.n; i++) {
        check_namespace(outage_of(rules.at[i]), 0, &own);
        check_namespace(outage_of(rules.at[i]), 4026532201, &there);
    }
    vec_free(&rules);
    assert_true(own > 0);
    assert_int_equal(own, there);
}

// A recording's place is the number of its host.
TEST(a_host_is_no_namespace)
{
    struct snapshot *s = fake_story();
    struct recorded_base recorded = {0};

    s->entered = 2;
    s->recorded = &recorded;
    char *text = advice_for(s, COMMAND("F8", "--remove -i 1 queues"), false);
    assert_string_equal(text, "ipctop --remove -i 1 queues");
    free(text);
    s->recorded = NULL;
    text = advice_for(s, COMMAND("F8", "--remove -i 1 queues"), false);
    assert_string_equal(text, "ipctop --namespace 2 --remove -i 1 queues");
    free(text);
    snapshot_unref(s);
}

// --- searching -----------------------------------------------------------------------------------

// The screen shows keys where a printed table has commands.
TEST(the_search_finds_what_the_screen_shows)
{
    struct user *u = user_new(leak());

    user_press(u, '!');
    user_press(u, '/');
    user_type(u, "; F8)");
    user_press(u, K_ENTER);
    assert_null(strstr(u->s.message, "not found"));
    assert_true(view_search(session_view(&u->s), u->s.snapshot, "; F8)", 0, false, &(size_t){0}));
    assert_false(
        view_search(session_view(&u->s), u->s.snapshot, "ipctop --", 0, false, &(size_t){0}));
    user_free(u);
}

int main(void)
{
    return tests_run();
}
