// Every rule of triage: the keys its advice names do what it says when they are pressed on its finding.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/model/triage/rules.h"
#include "model/kinds/shared.h"
#include "model/record/huge_pool.h"
#include "model/record/shm_limit.h"
#include "session/actions/choose.h"
#include "session/commands/commands.h"
#include "session/current.h"
#include "support/fake.h"
#include "support/test.h"
#include "support/user.h"

static const struct rule *const topics[] = {applications_rules, databases_rules, growth_rules,
                                            huge_pages_rules,   removed_rules,   segments_rules,
                                            shared_rules,       system_rules,    waits_rules};
enum { TOPICS = sizeof topics / sizeof *topics, KEYS_MAX = 8 };

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
static struct identity example(struct snapshot *s, enum subject subject, const void **object)
{
    const struct owned *o = NULL;

    switch (subject) {
    case OF_SEMSETS:
        o = &s->semsets.at[0].o;
        break;
    case OF_QUEUES:
        o = &s->queues.at[0].o;
        break;
    case OF_SEGMENTS:
    case OF_LIMITS:
    case OF_GROWTHS:
    case OF_SCAN:
        o = &snapshot_segment(s, 425985)->o;
        break;
    case OF_SHARED:
        *object = s->tables[KIND_SHARED].at;
        return posix_segment(s);
    }
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
                  {"huge-pages", used_up_pool},
                  {"server-gone", server_gone},
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
    const struct identity about = example(s, rule->subject, &match.object);
    x.match = &match;
    x.n = 1;
    if (rule->advise)
        rule->advise(&x);
    char *advice = advice_for(rule->advise ? text : rule->advice, false);
    char *by_key = advice_for(rule->advise ? text : rule->advice, true);
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
    for (size_t i = 0; i < TOPICS; i++)
        for (const struct rule *rule = topics[i]; rule->name; rule++)
            if (!press_of_outage(rule))
                press_of_example(rule);
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

int main(void)
{
    return tests_run();
}
