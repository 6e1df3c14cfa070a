#include "demo/stories.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "demo/actor.h"

// Users that exist nowhere but here, with the ids their packages usually give them.
enum {
    WWW = 33,
    POSTGRES = 26,
    ZABBIX = 117,
    BILLING = 2101,
    RISK = 2102,
    BATCH = 2103,
    ORACLE = 54321,
    DBA = 54322
};

const char stories_passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                              "www-data:x:33:33::/var/www:/bin/sh\n"
                              "postgres:x:26:26::/var/lib/postgresql:/bin/sh\n"
                              "zabbix:x:117:117::/var/lib/zabbix:/bin/sh\n"
                              "billing:x:2101:2101::/srv/billing:/bin/sh\n"
                              "risk:x:2102:2102::/srv/risk:/bin/sh\n"
                              "batch:x:2103:54322::/srv/batch:/bin/sh\n"
                              "oracle:x:54321:54322::/home/oracle:/bin/sh\n"
                              "nobody:x:65534:65534::/:/bin/sh\n";
const char stories_group[] = "root:x:0:\nwww-data:x:33:\npostgres:x:26:\nzabbix:x:117:\n"
                             "billing:x:2101:\nrisk:x:2102:\ndba:x:54322:\nnogroup:x:65534:\n";

enum { MIB = 1 << 20, SGA = 276 * MIB, SGA_TOUCHED = 24 * MIB };
enum {
    KEY_SGA = (int)0xbfb94e30,
    KEY_ORACLE_SET = (int)0x7b6f2a54,
    KEY_POSTGRES = 0x0052e2c1,
    KEY_BILLING = 0x4d510001,
    KEY_TRADES = 0x4d510002,
    KEY_RISK = 0x52495301,
    KEY_PRICES = 0x52495302
};

enum { PORT_LISTENER = 1521, PORT_REPORT = 8047 }; // of the demo's own network namespace

#define ORACLE_ACTOR .uid = ORACLE, .gid = DBA

static bool start(const struct actor *actor, int *told)
{
    return actor_start(actor, told) > 0;
}

// Waits until `count` of the set says `n`: waiters are ready just before they wait.
static bool await_waiting(int semid, int element, int n)
{
    struct timespec nap = {.tv_nsec = 2000000};

    for (int tries = 0; tries < 5000; tries++) {
        if (semctl(semid, element, GETNCNT) >= n)
            return true;
        nanosleep(&nap, NULL);
    }
    fprintf(stderr, "demo: nobody waits for semaphore set %d\n", semid);
    return false;
}

// A database was shut down; its segment is marked for removal, but a report that was started years
// ago and nobody remembers still holds it, and serves two readers.
static bool story_stray(void)
{
    int id;
    const struct actor old = {"make_segment",
                              "ora_pmon_ORCL",
                              {"ora_pmon_ORCL"},
                              ORACLE_ACTOR,
                              {KEY_SGA, SGA, SGA_TOUCHED, 0660}};
    pid_t pmon = actor_start(&old, &id);
    const struct actor stray = {"serve", "python", {"python", "/srv/batch/nightly_report.py"},
                                BATCH,   DBA,      {id, PORT_REPORT}};
    const struct actor reader = {"client", "curl", {"curl", "localhost:8047/report"},
                                 WWW,      WWW,    {PORT_REPORT}};

    if (pmon < 0 || !start(&stray, NULL) || shmctl(id, IPC_RMID, NULL) < 0)
        return false;
    for (int i = 0; i < 2; i++)
        if (!start(&reader, NULL))
            return false;
    actor_end(pmon);
    return true;
}

// Since then the database runs again, under the same key: a healthy group of processes.
static bool story_database(void)
{
    static const char *const background[] = {"ora_dbw0_ORCL", "ora_lgwr_ORCL", "ora_ckpt_ORCL",
                                             "ora_smon_ORCL", "ora_reco_ORCL", "ora_mmon_ORCL"};
    enum { SERVERS = 11, SEMAPHORES = 154 };
    int shmid, semid;

    const struct actor pmon = {"make_segment",
                               "ora_pmon_ORCL",
                               {"ora_pmon_ORCL"},
                               ORACLE_ACTOR,
                               {KEY_SGA, SGA, SGA_TOUCHED, 0660}};
    const struct actor psp0 = {"make_set",
                               "ora_psp0_ORCL",
                               {"ora_psp0_ORCL"},
                               ORACLE_ACTOR,
                               {KEY_ORACLE_SET, SEMAPHORES, 0, 0640}};
    if (!start(&pmon, &shmid) || !start(&psp0, &semid))
        return false;
    for (int i = 0; i < 6; i++) {
        const struct actor a = {
            "server", background[i], {background[i]}, ORACLE_ACTOR, {shmid, semid, i}};
        if (!start(&a, NULL))
            return false;
    }
    for (int i = 0; i < SERVERS; i++) {
        const struct actor a = {"server",
                                "oracle_orcl",
                                {"oracleORCL", "(LOCAL=NO)"},
                                ORACLE_ACTOR,
                                {shmid, semid, 6 + i}};
        if (!start(&a, NULL))
            return false;
    }
    const struct actor poster = {
        "poster", "ora_vktm_ORCL", {"ora_vktm_ORCL"}, ORACLE_ACTOR, {semid, 6 + SERVERS}};
    const struct actor listener = {"listener",
                                   "tnslsnr",
                                   {"/u01/app/oracle/bin/tnslsnr", "LISTENER", "-inherit"},
                                   ORACLE_ACTOR,
                                   {shmid, PORT_LISTENER}};
    const struct actor client = {"client", "sqlplus", {"sqlplus", "orders@ORCL"},
                                 BILLING,  BILLING,   {PORT_LISTENER}};
    if (!start(&poster, NULL) || !start(&listener, NULL))
        return false;
    for (int i = 0; i < 3; i++)
        if (!start(&client, NULL))
            return false;
    return true;
}

// PostgreSQL's small interlock segment, and a sort that comes and goes.
static bool story_postgres(void)
{
    static const char *const children[] = {"checkpointer", "background writer", "walwriter",
                                           "autovacuum launcher", "orders app 10.0.0.7 idle"};
    int id;
    const struct actor postmaster = {
        "make_segment",
        "postgres",
        {"/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main"},
        POSTGRES,
        POSTGRES,
        {KEY_POSTGRES, 56, 0, 0600}};
    if (!start(&postmaster, &id))
        return false;
    for (size_t i = 0; i < sizeof children / sizeof children[0]; i++) {
        const struct actor a = {"attach", "postgres", {"postgres:", children[i]},
                                POSTGRES, POSTGRES,   {id, 1}};
        if (!start(&a, NULL))
            return false;
    }
    const struct actor sorter = {"sorter", "postgres", {"postgres:", "parallel worker"},
                                 POSTGRES, POSTGRES,   {4 * MIB, 0600}};
    return start(&sorter, NULL);
}

// A job that was killed before it could clean up: nobody holds its segments, nobody will.
static bool story_leak(void)
{
    static const int sizes[] = {96 * MIB, 48 * MIB};

    for (int i = 0; i < 2; i++) {
        const struct actor job = {
            "make_segment", "riskmerge", {"riskmerge", "--night"},
            BATCH,          DBA,         {0x62740001 + i, sizes[i], 16 * MIB, 0600}};
        int id;
        pid_t pid = actor_start(&job, &id);
        if (pid < 0)
            return false;
        actor_end(pid);
    }
    return true;
}

static void give_set(int semid, uid_t uid)
{
    struct semid_ds ds;

    if (geteuid() != 0 || semctl(semid, 0, IPC_STAT, &ds) < 0)
        return;
    ds.sem_perm.uid = uid;
    ds.sem_perm.gid = uid;
    semctl(semid, 0, IPC_SET, &ds);
}

// A web server killed hard leaves a set per mutex and cycle; and in the one that runs now a worker
// died holding the lock the others wait for.
static bool story_web(void)
{
    enum { LEAKED = 5, WAITERS = 3 };
    const struct actor killed = {.role = "make_set",
                                 .comm = "apache2",
                                 .argv = {"/usr/sbin/apache2", "-k", "start"},
                                 .values = {IPC_PRIVATE, 1, 1, 0600}};
    int id;

    for (int i = 0; i <= LEAKED; i++) {
        pid_t pid = actor_start(&killed, &id);
        if (pid < 0)
            return false;
        give_set(id, WWW);
        if (i < LEAKED)
            actor_end(pid); // the last one lives
    }
    const struct actor holder = {"take", "apache2", {"/usr/sbin/apache2", "-k", "start"},
                                 WWW,    WWW,       {id, 0}};
    const struct actor waiter = {"wait", "apache2", {"/usr/sbin/apache2", "-k", "start"},
                                 WWW,    WWW,       {id, 0}};
    pid_t pid = actor_start(&holder, NULL);
    if (pid < 0)
        return false;
    actor_end(pid);
    for (int i = 0; i < WAITERS; i++)
        if (!start(&waiter, NULL))
            return false;
    return await_waiting(id, 0, WAITERS);
}

// Marked for removal from birth, and healthy: what looks like the stray's story, but is not.
static bool story_zabbix(void)
{
    static const char *const children[] = {"poller #1", "poller #2", "history syncer #1",
                                           "housekeeper"};
    int id;
    const struct actor server = {
        "make_segment", "zabbix_server", {"/usr/sbin/zabbix_server"},
        ZABBIX,         ZABBIX,          {IPC_PRIVATE, 8 * MIB, 2 * MIB, 0600}};
    if (!start(&server, &id) || shmctl(id, IPC_RMID, NULL) < 0)
        return false;
    for (size_t i = 0; i < sizeof children / sizeof children[0]; i++) {
        const struct actor a = {"attach", "zabbix_server", {"zabbix_server:", children[i]},
                                ZABBIX,   ZABBIX,          {id, 1}};
        if (!start(&a, NULL))
            return false;
    }
    return true;
}

// The consumer of one queue died: it is full, its senders hang. Another one works.
static bool story_queues(void)
{
    enum { BYTES = 400 };
    int full, busy;
    const struct actor dead = {"make_queue", "billing_sink", {"billing_sink"},
                               BILLING,      BILLING,        {KEY_BILLING, 0660}};
    const struct actor live = {"make_queue", "tradebus", {"tradebus", "--queue", "trades"},
                               RISK,         RISK,       {KEY_TRADES, 0660}};
    pid_t sink = actor_start(&dead, &full);

    if (sink < 0 || !start(&live, &busy))
        return false;
    actor_end(sink);
    for (int i = 0; i < 2; i++) {
        const struct actor feed = {
            "send",  "billing_feed", {"billing_feed", i ? "--region=west" : "--region=east"},
            BILLING, BILLING,        {full, BYTES}};
        if (!start(&feed, NULL))
            return false;
    }
    const struct actor producer = {"producer", "tradefeed", {"tradefeed"}, RISK, RISK, {busy}};
    const struct actor consumer = {"consumer", "tradestore", {"tradestore"}, RISK, RISK, {busy}};
    return start(&producer, NULL) && start(&consumer, NULL);
}

// Attached twice and once read-only by one program, read-only by another; a locked segment; and
// workers that share a semaphore in good order.
static bool story_risk(void)
{
    enum { WORKERS = 3 };
    int curves, prices, set;
    const struct actor server = {"make_segment", "riskd", {"riskd", "--curves"},
                                 RISK,           RISK,    {KEY_RISK, 64 * MIB, 12 * MIB, 0644}};
    const struct actor pricer = {"make_segment", "pricecache",
                                 {"pricecache"}, RISK,
                                 RISK,           {KEY_PRICES, 2 * MIB, 2 * MIB, 0600}};
    const struct actor maker = {"make_set", "riskd", {"riskd", "--locks"},
                                RISK,       RISK,    {KEY_RISK, 4, 1, 0600}};
    if (!start(&server, &curves) || !start(&pricer, &prices) || !start(&maker, &set))
        return false;
    shmctl(prices, SHM_LOCK, NULL); // not permitted everywhere
    const struct actor calc = {"attach", "riskcalc", {"riskcalc", "--book=all"},
                               RISK,     RISK,       {curves, 2, 1}};
    const struct actor view = {"attach", "riskview", {"riskview"}, WWW, WWW, {curves, 0, 1}};
    if (!start(&calc, NULL) || !start(&view, NULL))
        return false;
    for (int i = 0; i < WORKERS; i++) {
        const struct actor worker = {"worker", "riskworker", {"riskworker"}, RISK, RISK, {set, 1}};
        if (!start(&worker, NULL))
            return false;
    }
    return true;
}

// PostgreSQL's other shared memory, which System V's tables do not show; and one in a container, whose
// small /dev/shm is full and where a job leaves segments behind.
static bool story_other_memory(void)
{
    const struct actor buffers = {
        "share",  "postgres", {"postgres:", "parallel worker for PID 17040"},
        POSTGRES, POSTGRES,   {128 * MIB, 2 * MIB, MIB}};
    const struct actor container = {.role = "container",
                                    .comm = "postgres",
                                    .argv = {"postgres", "-D", "/var/lib/postgresql/data"},
                                    .values = {33 * MIB, 2, 16, POSTGRES}};

    return start(&buffers, NULL) && start(&container, NULL);
}

bool stories_start(void)
{
    return story_stray() && story_database() && story_postgres() && story_leak() && story_web() &&
           story_zabbix() && story_queues() && story_risk() && story_other_memory();
}
