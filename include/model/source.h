// The seam between what is shown and how it is read: linux/ and replay/ fill it, tests fake it.
//
// A new source is a room with a source.c that fills it, its header, and the place in main.c that chooses
// it.
//
// Two families of reads. `read` asks the kernel's own tables, which cannot hang; only the way into another
// IPC namespace can, and is given up after seconds. `probe` asks one process (or the name service), which
// can hang for minutes on a sick one: it is called from threads that may be left behind, one at a time per
// `struct prober`.
// All functions return 0 or -errno, skip what vanished meanwhile, never print, never exit.
#ifndef IPCTOP_MODEL_SOURCE_H
#define IPCTOP_MODEL_SOURCE_H

#include "model/record/action.h"
#include "model/record/open_file.h"
#include "model/record/process_page.h"
#include "model/record/shared.h"
#include "model/record/snapshot.h"

enum probe_what {
    PROBE_ATTACHMENTS, // id: pid → mappings of SysV segments. The answer may come with those known
                       // (and namespace_differs): where they stand as they did, that is enough.
                       // With facts PROBE_WITH_SHARED also what PROBE_SHARED finds
    PROBE_EXACT,       // id: pid → the same, each mapping with its handle where permitted
    PROBE_PROCESS,     // id: pid → process with `facts`; with none, what one stuck in exec still
                       // answers: comm, uid, state
    PROBE_FURTHER, // id: pid → adds `facts` to answer.process, which the caller has set: a process whose other
                   // facts are known. Of one that ended, maybe of another by its pid
    PROBE_MAP_USE,     // id: pid → mappings of SysV segments with rss, pss, swap, locked
    PROBE_ALL_MAPS,    // id: pid → every mapping, with its use
    PROBE_WAITERS,     // id: pid → its tasks that wait on a set or queue
    PROBE_USER,        // id: uid → name
    PROBE_GROUP,       // id: gid → name
    PROBE_SERVER,      // id: pid of a PostgreSQL process → instances: its data directory
    PROBE_SAME_MEMORY, // id: no pid; answer.tasks, processes or threads → answer.same: which share
                       // one address space. Hangs where one is stuck in exec: kcmp(2) waits for it
    PROBE_FILES,       // id: pid → files, of which sockets have their inode alone; with facts
                       // PROBE_SOCKETS_ONLY no others than sockets, with PROBE_NET_ONLY none
    PROBE_SOCKETS, // id: pid; answer.inodes, ascending → sockets of its network namespace; with
                   // facts PROBE_INTERNET of TCP and UDP alone, what it takes to know ports
    PROBE_PAGE,    // id: pid → page
    PROBE_SHARED,  // id: pid → shared, shared_maps: what it maps besides SysV's; with facts
                   // PROBE_OPEN also what it has open
    PROBE_SHARED_FILE, // id: pid; answer.shared_maps has a mapping of it → shared: size, rss, owner
    PROBE_SHM, // id: pid → shm_place: the /dev/shm it sees; with facts PROBE_NAMES also shared: what has
               // a name there
    PROBE_PLACES, // id: 0 → instances: the data directories where they usually are
    PROBE_NAMESPACE, // id: pid → ipc_namespace and mount_namespace it lives in, and its start in process
    PROBE_NAMESPACE_MOUNTS, // id: 0 → inodes: the IPC namespaces that mounts keep
};

enum {
    PROBE_OPEN = 1,
    PROBE_INTERNET = 2,
    PROBE_NAMES = 4,
    PROBE_SOCKETS_ONLY = 8,
    PROBE_WITH_SHARED = 16,
    PROBE_NET_ONLY = 32,
};

struct probe {
    enum probe_what what;
    int64_t id;
    uint64_t facts;         // enum process_fact of PROBE_PROCESS and PROBE_FURTHER; PROBE_OPEN,
                            // one of those below where it stands above
    uint64_t ipc_namespace; // whose segments, sets and queues are asked about; 0: our own's
    size_t of;              // the asker's own: which of its things the answer is about
};

// What one process answered. Zero it before use; answer_clear() frees what it owns and empties it.
struct answer {
    int error; // 0, or -errno: -EACCES, -EPERM not permitted; -ESRCH, -ENOENT gone
    struct mapping_vec mappings;
    int32_t task;           // the thread that showed them, where the main one has ended; else 0
    bool exiting;           // its address space is being given back and still counts; not a zombie,
                            // which holds nothing
    bool namespace_differs; // its IPC namespace is not the one asked about; false where not known
    bool foreign;           // its mappings are of another namespace's segments
    enum scan_method method;
    struct process process; // PROBE_PROCESS; and start_ticks where it has mappings
    struct waiter_vec waiters;
    struct named named;
    struct instance_vec instances;
    struct pid_vec tasks;  // PROBE_SAME_MEMORY: asked about, and
    uint32_t *same;        // what address_spaces_join() makes of them; owned
    struct file_vec files; // PROBE_FILES
    uint32_t files_left_out, files_unread;
    uint64_t net_namespace;     // and its inode; 0: not readable
    uint64_t ipc_namespace;     // PROBE_NAMESPACE; before others, the one asked about; 0: our own
    uint64_t mount_namespace;   // PROBE_NAMESPACE; 0: not readable
    struct shm_place shm_place; // PROBE_SHM
    struct inode_vec inodes;   // PROBE_NAMESPACE_MOUNTS: ascending; PROBE_SOCKETS: asked about, and
    struct socket_vec sockets; // found; ascending by inode
    bool sockets_unread;       // not all tables could be read
    struct process_page page;  // PROBE_PAGE
    struct shared_vec shared;  // PROBE_SHARED: each object once; `open`: descriptors
    struct shared_mapping_vec shared_maps; // pid left 0; ascending by id, start
    bool shared_left_out;                  // there are more of them
    bool shared_unread;                    // descriptors that could not be looked at
};
void answer_clear(struct answer *answer);
bool answer_is_gone(const struct answer *answer);    // there is no such process (any longer)
bool answer_is_refused(const struct answer *answer); // it may not be read

// A process in the list of all: `pid` and the inode number of /proc/PID, which differs for every
// process that ever had that pid (fs/proc allocates one per instance): together an identity
// that costs no extra call.
struct pid_entry {
    int32_t pid;
    uint64_t instance;
};
VEC(pid_entry_vec, struct pid_entry);

// How far the machine had come in making processes.
struct pid_mark {
    uint64_t forks;
    int32_t last;   // the pid given out last, in this PID namespace
    int32_t before; // at the mark before this one; 0: none
};

struct walked {                   // zero it before use; walked_free() frees what it owns
    struct mapping_vec mappings;  // ordered by pid, shmid, start; each with a handle
    struct process_vec processes; // that have them, ascending: what NEED_PROCESSES asks for
    struct pid_vec elsewhere;     // those of them in another IPC namespace; ascending
    uint64_t outside;             // mappings whose owner has no pid here
    bool facts; // the processes need not be asked for these facts: nothing will act on them
};
void walked_clear(struct walked *walked); // empties it; the room stays
void walked_free(struct walked *walked);

struct prober; // what one probing thread keeps open; made and used by that thread alone

// Where to go in a recording.
enum move_to { MOVE_BY, MOVE_TIME, MOVE_PLAY };
struct move {
    enum move_to to;
    int by;       // MOVE_BY: so many pictures on, or back
    int64_t time; // MOVE_TIME: to the last picture at or before it; epoch seconds
    double speed; // MOVE_PLAY: so many times as fast as it was taken; 0: it stands
};

struct source {
    void *self;

    // Pictures that are whole, from a recording: then nothing else of this is called but move(). The next
    // one, with a reference for the caller; NULL: there is none, or no other than the last one. May wait
    // where all are wanted one after the other (sampler_collect()). NULL for a source that reads.
    struct snapshot *(*picture)(void *self, const struct want *want);
    void (*move)(void *self, const struct move *move); // from any thread; picture() follows it
    // From then on calls news(arg), on another thread, whenever there is a picture, or the end; once, at
    // the start; until stop(). Both may be NULL: pictures are asked for.
    void (*listen)(void *self, void (*news)(void *arg), void *arg);
    void (*stop)(void *self);
    bool piped; // they come as they are taken
    // What could not be read so far, in a line; false: nothing. May be NULL.
    bool (*damage)(void *self, char *line, size_t cap);
    // Whether reading ended early, for what damage() says. May be NULL.
    bool (*failed)(void *self);

    void (*free)(void *self); // of any source; no thread may use it any longer

    // Fills the parts of `fresh` that `want` names and it does not have yet, and sets `has`. Of
    // want->ipc_namespace: -ENOENT where there is no way into it (any longer), -EPERM or -EACCES where
    // that is not permitted; -ETIMEDOUT where the way did not answer for two seconds, and for a minute
    // from then on at once. Else it cannot hang.
    int (*read)(void *self, const struct want *want, struct snapshot *fresh);

    // All processes, ascending, and how many forks the machine has seen (/proc/stat processes).
    int (*processes)(void *self, struct pid_entry_vec *out);
    bool some; // processes() lists some of them on purpose: that others are not in it means nothing
    int (*forks)(void *self, uint64_t *forks);
    // Appends the processes made since *mark, and maybe some older ones, ascending, and moves the
    // mark on; a zeroed one is only set. -ENOTSUP where they cannot be listed alone. May be NULL.
    int (*recent)(void *self, struct pid_mark *mark, struct pid_entry_vec *out);

    struct prober *(*prober_new)(void *self);
    void (*prober_free)(void *self, struct prober *prober);
    void (*probe)(void *self, struct prober *prober, const struct probe *probe,
                  struct answer *answer); // the result, and errors, are in *answer

    // The effective user of a process. 0 or -errno. Cannot hang. May be NULL: then
    // one user's hanging processes can take all threads that ask.
    int (*owner)(void *self, int32_t pid, uint32_t *uid);

    // Whether surely no process has that pid. Cannot hang. May be NULL.
    bool (*ended)(void *self, int32_t pid);

    // Appends the names of those users (PROBE_USER) or groups (PROBE_GROUP), `ids` ascending, that a file
    // of this machine names before any service is asked; in no order. Cannot hang. May be NULL.
    void (*local_names)(void *self, enum probe_what what, const uint32_t *ids, size_t n,
                        struct named_vec *out);

    // Whether systemd-logind knows that user as logged in (or lingering): 1 or 0; -errno where
    // that is not known. Cannot hang. May be NULL.
    int (*login)(void *self, uint32_t uid);

    // The holders of these segments, from the segments themselves: no process is asked, so that none can
    // hang. 0: it is complete; -EAGAIN where things changed meanwhile, or share memory: ask the
    // processes; -E2BIG where asking them is cheaper; another error: never possible. May be NULL.
    int (*walk)(void *self, const struct segment_vec *segments, struct walked *out);

    // Has calls traced from now on, or no longer; at once: traced() shows how far that is. Appends
    // what they did since the last time, oldest first. Cannot hang. Both may be NULL: nothing is
    // traced then.
    void (*trace)(void *self, bool on);
    void (*traced)(void *self, struct trace_vec *out, struct trace_status *status);

    // Checks that the target is still what it was, then acts. May block only as long as the
    // kernel does. Fills *outcome, whatever happens, but for its text: outcome_say() makes that.
    void (*act)(void *self, const struct action *action, struct outcome *outcome);
};

#endif
