#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/controller.h"
#include "engine/sampler.h"
#include "session/current.h"
#include "session/view.h"
#include "support/fake.h"
#include "support/test.h"
#include "support/user.h"

enum { WAIT_MS = 30000 };

struct user_source {
    pthread_mutex_t lock;
    struct action_vec acts;
    struct sampler *sampler;
    size_t cancel_at; // 0: never
    enum outcome_state state;
    char text[160];
};

static int nothing_read(void *self, const struct want *want, struct snapshot *fresh)
{
    (void)self;
    (void)want;
    (void)fresh;
    return 0;
}

static int no_processes(void *self, struct pid_entry_vec *out)
{
    (void)self;
    vec_clear(out);
    return 0;
}

static int no_forks(void *self, uint64_t *forks)
{
    (void)self;
    *forks = 0;
    return 0;
}

static struct prober *prober_new(void *self)
{
    return self;
}

static void prober_free(void *self, struct prober *prober)
{
    (void)self;
    (void)prober;
}

static void probe(void *self, struct prober *prober, const struct probe *what,
                  struct answer *answer)
{
    (void)self;
    (void)prober;
    (void)what;
    answer->error = -ESRCH;
}

// The same for both fields: users are 4711, groups 4712.
static void resolve(const struct action *action, struct outcome *outcome)
{
    const char *names[] = {action->set.user, action->set.group};

    *outcome = (struct outcome){.action = *action};
    for (unsigned i = 0; i < 2; i++) {
        if (strcmp(names[i], "known") == 0) {
            *(i ? &outcome->action.set.gid : &outcome->action.set.uid) = 4711 + i;
            outcome->action.set.which &= ~(i ? SET_GID : SET_UID);
        } else if (names[i][0]) {
            outcome->state = OUTCOME_FAILED;
            outcome->error = strcmp(names[i], "slow") == 0 ? ETIMEDOUT : ENOENT;
        }
    }
}

static void act(void *self, const struct action *action, struct outcome *outcome)
{
    struct user_source *source = self;

    if (action->verb == ACTION_RESOLVE) {
        resolve(action, outcome);
        return;
    }
    pthread_mutex_lock(&source->lock);
    *outcome = (struct outcome){.action = *action, .state = source->state};
    snprintf(outcome->text, sizeof outcome->text, "%s", source->text);
    vec_push(&source->acts, *action);
    if (source->acts.n == source->cancel_at)
        sampler_cancel(source->sampler);
    pthread_mutex_unlock(&source->lock);
}

void user_start(struct user *u, const struct session_options *options)
{
    const struct session_options usual = {.interval = 3600, .mouse = true};
    const struct sampler_options sampling = {.interval = 3600, .probers = 1, .join_ms = 60000};

    *u = (struct user){.source = mem_zero(1, sizeof *u->source)};
    pthread_mutex_init(&u->source->lock, NULL);
    user_fail_with(u, OUTCOME_DONE, "done as told");
    const struct source source = {
        .self = u->source,
        .read = nothing_read,
        .processes = no_processes,
        .forks = no_forks,
        .prober_new = prober_new,
        .prober_free = prober_free,
        .probe = probe,
        .act = act,
    };
    u->source->sampler = sampler_new(&source, &sampling);
    assert_non_null(u->source->sampler);
    session_init(&u->s, u->source->sampler, options ? options : &usual);
}

void user_end(struct user *u)
{
    session_free(&u->s);
    assert_int_equal(sampler_free(u->source->sampler), 0);
    vec_free(&u->source->acts);
    pthread_mutex_destroy(&u->source->lock);
    free(u->source);
}

struct user *user_new(struct snapshot *snapshot)
{
    struct user *u = mem_zero(1, sizeof *u);

    user_start(u, NULL);
    if (snapshot)
        user_see(u, snapshot);
    return u;
}

void user_free(struct user *u)
{
    user_end(u);
    free(u);
}

int user_setup(void **state)
{
    *state = user_new(fake_story());
    return 0;
}

int user_teardown(void **state)
{
    user_free(*state);
    return 0;
}

void user_see(struct user *u, struct snapshot *snapshot)
{
    session_adopt(&u->s, snapshot);
}

void user_press(struct user *u, int32_t key)
{
    session_key(&u->s, &(struct key_event){.key = key});
}

void user_type(struct user *u, const char *text)
{
    for (; *text; text++)
        user_press(u, *text);
}

void user_say_yes(struct user *u)
{
    const struct prompt *p = &u->s.prompt;

    if (p->type == PROMPT_TEXT) // the list before the question
        user_press(u, K_ENTER);
    assert_int_equal(p->type, PROMPT_CONFIRM);
    if (p->word[0]) {
        user_type(u, p->word);
        user_press(u, K_ENTER);
    } else {
        user_press(u, 'y');
    }
}

void user_go(struct user *u, int32_t id)
{
    struct view *v = session_view(&u->s);

    for (size_t i = 0; i < v->rows.n; i++) {
        if (view_row_gone(v->kind, u->s.snapshot, v->rows.at[i]))
            continue; // another one may have that id now
        view_select(v, u->s.snapshot, i);
        if (user_id(u) == id)
            return;
    }
    fail_msg("no row of id %d", id);
}

int32_t user_id(struct user *u)
{
    struct identity identity;

    return session_selected(&u->s, &identity) ? identity.id : -1;
}

int32_t user_pid(struct user *u)
{
    struct identity identity;

    return session_selected(&u->s, &identity) ? identity.pid : -1;
}

size_t user_acts(struct user *u)
{
    pthread_mutex_lock(&u->source->lock);
    size_t n = u->source->acts.n;
    pthread_mutex_unlock(&u->source->lock);
    return n;
}

static void await_outcomes(struct user *u)
{
    struct pollfd ready = {.fd = sampler_fd(u->source->sampler), .events = POLLIN};
    struct outcome_vec outcomes = {0};

    assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
    snapshot_unref(sampler_take(u->source->sampler));
    if (sampler_outcomes(u->source->sampler, &outcomes))
        session_outcomes(&u->s, &outcomes);
    vec_free(&outcomes);
}

void user_await_names(struct user *u)
{
    while (u->s.prompt.type == PROMPT_FORM && u->s.prompt.waiting)
        await_outcomes(u);
}

void user_await_acts(struct user *u, struct action *actions, size_t n)
{
    while (u->s.results.pending)
        await_outcomes(u);
    assert_true(!actions || user_acts(u) == n);
    for (size_t i = 0; actions && i < n; i++)
        actions[i] = u->source->acts.at[i];
}

void user_cancel_at(struct user *u, size_t nth)
{
    pthread_mutex_lock(&u->source->lock);
    u->source->cancel_at = nth;
    pthread_mutex_unlock(&u->source->lock);
}

void user_fail_with(struct user *u, enum outcome_state state, const char *text)
{
    pthread_mutex_lock(&u->source->lock);
    u->source->state = state;
    snprintf(u->source->text, sizeof u->source->text, "%s", text);
    pthread_mutex_unlock(&u->source->lock);
}
