#include "model/apps/labels.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "model/apps/groups.h"
#include "model/apps/pairs.h"
#include "model/apps/postgres.h"
#include "model/apps/programs.h"
#include "object_users.h"

struct label_rule {
    const char *app, *title;
    const char *tool;
    // May fill instance, pid; NULL: wherever one of these programs uses the object.
    bool (*applies)(const struct object_users *subject, struct label *out);
    const char *const *programs;
};

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool by_program(const struct object_users *subject, const char *const *programs,
                       struct label *out)
{
    for (size_t i = 0; i < subject->n; i++) {
        const struct process *p = object_users_trusted(subject, i);
        if (p && program_among(programs, p->comm)) {
            out->pid = p->pid;
            return true;
        }
    }
    return false;
}

// --- PostgreSQL ---------------------------------------------------------------------------------

static bool is_postgres(const struct object_users *subject, struct label *out)
{
    bool program = by_program(subject, postgres_programs, out);

    for (size_t i = 0; i < subject->s->instances.n; i++) {
        const struct instance *instance = &subject->s->instances.at[i];
        bool owns = subject->segment
                        ? postgres_owns(instance, subject->s, subject->segment)
                        : subject->set && postgres_owns_set(instance, subject->set) && program;
        if (owns) {
            snprintf(out->instance, sizeof out->instance, "%s", instance->directory);
            out->database = instance;
            return true;
        }
    }
    return program;
}

// --- other databases ----------------------------------------------------------------------------

// "ora_pmon_ORCL", "oracleORCL (LOCAL=NO)" → "ORCL", up to a space; NULL where it is no such process.
static const char *oracle_sid(const char *name)
{
    if (starts(name, "ora_") || starts(name, "asm_")) {
        const char *sid = strchr(name + 4, '_');
        return sid && sid > name + 4 && sid[1] ? sid + 1 : NULL;
    }
    // The server of a session. SIDs begin with a letter, those of the storage manager with a plus.
    bool server = starts(name, "oracle") && (isalpha((unsigned char)name[6]) || name[6] == '+');
    return server && strcspn(name, "-./") >= strcspn(name, " ") ? name + 6 : NULL;
}

// The name is cut at 15 bytes, the arguments are not: the longest SID is the whole one.
static bool is_oracle(const struct object_users *subject, struct label *out)
{
    bool found = false;

    for (size_t i = 0; i < subject->n; i++) {
        const struct process *p = object_users_trusted(subject, i);
        const char *sid = p ? oracle_sid(p->comm) : NULL;
        const char *command = p ? process_string(p, PROCESS_COMMAND) : NULL;
        const char *whole = command ? oracle_sid(command) : NULL;

        if (p && !sid && starts(p->comm, "oracle_")) // newer ones are named "oracle_PID_sid"
            sid = whole;
        if (!sid)
            continue;
        if (whole && starts(whole, sid))
            sid = whole;
        if (!found)
            out->pid = p->pid;
        found = true;
        size_t n = strcspn(sid, " ");
        if (n > strlen(out->instance))
            snprintf(out->instance, sizeof out->instance, "%.*s", (int)(n < 128 ? n : 128), sid);
    }
    return found;
}

static bool is_db2(const struct object_users *subject, struct label *out)
{
    static const char *const programs[] = {"db2*", NULL};
    const char *owner = snapshot_user(subject->s, subject->o->cuid);

    if (!by_program(subject, programs, out))
        return false;
    if (owner) // an instance is a user
        snprintf(out->instance, sizeof out->instance, "%s", owner);
    return true;
}

// A user "prdadm" owns all of the system PRD.
static bool sap_user(const char *name)
{
    return name && strlen(name) == 6 && strcmp(name + 3, "adm") == 0;
}

// Keys 589001NN; and, of its user alone, since others take such small numbers too, 10000 + n.
static bool is_sap(const struct object_users *subject, struct label *out)
{
    uint32_t key = subject->o->key;
    const char *owner = snapshot_user(subject->s, subject->o->cuid);

    if (key / 100 == 589001)
        snprintf(out->instance, sizeof out->instance, "%02u", key % 100);
    else if (key < 10000 || key >= 10100 || !sap_user(owner))
        return false;
    else
        snprintf(out->instance, sizeof out->instance, "%.3s", owner);
    out->pid = object_users_first_trusted(subject);
    return true;
}

// 0x52564801 + SERVERNUM * 0x10000, and the next ones.
static bool is_informix(const struct object_users *subject, struct label *out)
{
    const uint32_t first = 0x52564801;
    uint32_t above = subject->o->key - first;

    if (subject->o->key < first || above >> 16 > 255 || (above & 0xffff) > 0xfe)
        return false;
    snprintf(out->instance, sizeof out->instance, "%u", above >> 16);
    out->pid = object_users_first_trusted(subject);
    return true;
}

// --- servers and tools --------------------------------------------------------------------------

static const char *const apache[] = {"apache2", "httpd", "httpd-prefork", "httpd-worker", NULL},
                         *const zabbix[] = {"zabbix_*", NULL},
                         *const fakeroot[] = {"faked", "faked-sysv", "fakeroot", "fakeroot-sysv",
                                              NULL};

// Two queues and a set, by keys one after the other; only clients operate the set.
static bool is_fakeroot(const struct object_users *subject, struct label *out)
{
    struct object_users others = {.s = subject->s, .o = subject->o};

    if (by_program(subject, fakeroot, out))
        return true;
    if (!subject->set)
        return false;
    const struct queue *queue = semset_queue(subject->s, subject->set);
    if (queue)
        object_users_add_queue(&others, queue);
    return by_program(&others, fakeroot, out);
}

bool label_x_server(const char *comm)
{
    static const char *const names[] = {"X",        "Xorg",  "Xorg.bin",  "Xvfb",
                                        "Xwayland", "Xvnc",  "Xtigervnc", "Xtightvnc",
                                        "Xephyr",   "Xnest", NULL};

    return program_among(names, comm);
}

// The other one is the client, whose pictures it holds; the server may be anybody's.
static bool is_x11(const struct object_users *subject, struct label *out)
{
    bool served = false;

    for (size_t i = 0; subject->segment && i < subject->n; i++)
        served |= label_x_server(subject->people[i]->comm);
    if (!served)
        return false;
    for (size_t i = 0; i < subject->n; i++) // of which the server needs none
        if (!label_x_server(subject->people[i]->comm)) {
            snprintf(out->instance, sizeof out->instance, "%s", subject->people[i]->comm);
            out->pid = subject->people[i]->pid;
        }
    return true;
}

// In this order: what is surest first.
// clang-format off
static const struct label_rule rules[] = {
    {"postgres", "PostgreSQL", NULL, is_postgres, NULL},
    {"oracle", "Oracle", "Its own tool is sysresv.", is_oracle, NULL},
    {"db2", "Db2", "Its engine panics when it loses live IPC; its own tool is ipclean.", is_db2, NULL},
    {"sap", "SAP", "Its own tool is cleanipc.", is_sap, NULL},
    {"informix", "Informix", "Its own tool is onclean.", is_informix, NULL},
    {"apache", "Apache", NULL, NULL, apache},
    {"zabbix", "Zabbix", NULL, NULL, zabbix},
    {"fakeroot", "fakeroot", NULL, is_fakeroot, NULL},
    {"x11", "X11", NULL, is_x11, NULL},
};
// clang-format on

// --- the label ----------------------------------------------------------------------------------

// Some holders may be hidden from this user: what the others run is then no answer, since another user
// would get another one.
static bool all_seen(const struct object_users *subject)
{
    const struct segment *g = subject->segment;

    if (!g || g->nattch == 0)
        return true;
    const struct segment_account *account = scan_account(subject->s->scan, g->o.id);
    return account && account->found >= account->nattch;
}

// The program of all holders; where none was seen, of its maker and last user.
static bool shared_program(const struct object_users *subject, struct label *out)
{
    if (!all_seen(subject))
        return false;
    size_t n = subject->n_holders ? subject->n_holders : subject->n;

    for (size_t i = 1; i < n; i++)
        if (strcmp(subject->people[i]->comm, subject->people[0]->comm) != 0)
            return false;
    if (n == 0)
        return false;
    snprintf(out->app, sizeof out->app, "%s", subject->people[0]->comm);
    out->pid = subject->people[0]->pid;
    return true;
}

// As it was recorded: what it followed from is not all there.
static bool recorded_label(const struct snapshot *s, const struct owned *o, struct label *out)
{
    const struct recorded_base *r = s->recorded;
    const char *app = r->text(r, o->kind, o, "app");
    const char *instance = r->text(r, o->kind, o, "instance");

    *out = (struct label){0};
    if (!app)
        return false;
    snprintf(out->app, sizeof out->app, "%s", app);
    snprintf(out->instance, sizeof out->instance, "%s", instance ? instance : "");
    return true;
}

bool label_of(const struct snapshot *s, const struct owned *o, struct label *out)
{
    if (s->recorded)
        return recorded_label(s, o, out);
    if (!(s->has & NEED_APPS))
        return false;
    struct object_users subject = object_users_of(s, o);

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        out->app[0] = out->instance[0] = '\0';
        out->database = NULL;
        out->pid = 0;
        if (!(rules[i].applies ? rules[i].applies(&subject, out)
                               : by_program(&subject, rules[i].programs, out)))
            continue;
        snprintf(out->app, sizeof out->app, "%s", rules[i].app);
        out->title = rules[i].title;
        out->tool = rules[i].tool;
        return true;
    }
    out->title = out->tool = NULL;
    if (shared_program(&subject, out))
        return true;
    // What its neighbours are, it is, too; they are in use and have no mate.
    const struct owned *mate = group_mate(s, o);
    return mate && !mate->grouped && label_of(s, mate, out);
}

// Distributions put them as /var/lib/postgresql/15/main and /var/lib/pgsql/15/data.
static const char *short_directory(const char *directory)
{
    static const char *const usual[] = {"/var/lib/postgresql/", "/var/lib/pgsql/", NULL};

    for (const char *const *u = usual; *u; u++)
        if (starts(directory, *u) && directory[strlen(*u)])
            return directory + strlen(*u);
    const char *last = strrchr(directory, '/');
    return last && last[1] ? last + 1 : directory;
}

void label_short(const struct label *label, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    if (strcmp(label->app, "oracle") == 0 && label->instance[0])
        line_add(&line, "%s", label->instance); // people who know Oracle know its SIDs
    else if (label->database)
        line_add(&line, "%s %s", label->app, short_directory(label->instance));
    else
        line_add(&line, "%s%s%s", label->app, label->instance[0] ? " " : "", label->instance);
}

void label_long(const struct label *label, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    line_add(&line, "%s", label->title ? label->title : label->app);
    if (label->instance[0])
        line_add(&line, "%s%s", label->database ? " in " : " ", label->instance);
}
