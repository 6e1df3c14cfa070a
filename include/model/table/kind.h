// A kind of row: segments, queues, holders, limits, … Each is one const entry in one file
// (src/model/kinds), and everything shown is a table of a kind. What is special about a kind stands
// in its entry; no other file asks which kind it has. How one is added: model/record/identity.h.
#ifndef IPCTOP_MODEL_TABLE_KIND_H
#define IPCTOP_MODEL_TABLE_KIND_H

#include <stddef.h>

#include "model/record/action.h"
#include "model/table/column.h"

enum {
    TABLE_HELD = 2,        // of segments: what processes have attached is part of the answer
    TABLE_WHOLE = 4,       // a row may rest on objects of other rows
    TABLE_PAST = 8,        // a row is about something that may be gone; the newest row comes first
    TABLE_NOTES = 16,      // the notes of a row say all there is to it, and are always shown
    TABLE_NO_COUNT = 32,   // its tab shows no number of rows
    TABLE_EMPTY_GOOD = 64, // it is good news that there are no rows
    TABLE_PROCESSES = 128, // rows are processes, as targets of signals
    TABLE_HOSTS = 256      // rows are hosts: only where several are read
};

enum { // commands that rows of a kind take
    CAN_TAG = 1,
    CAN_REMOVE = 2, // the object the row is, or belongs to
    CAN_SIGNAL = 4, // a process behind the row
    CAN_CHANGE = 8, // owner, group, mode
    CAN_LOCK = 16,
    CAN_LIMIT = 32,
    CAN_WAITERS = 64,   // see `waiting`
    CAN_WIDEN = 128,    // from the parent's part to all of its process
    CAN_RESTRICT = 256, // by owner, and to orphans
    CAN_MAX_BYTES = 512,
    CAN_PAGE = 1024, // to the page of the process the row is, or belongs to
};

// A process behind a row, as a target of signals.
struct process_use {
    struct identity process;
    int64_t time;   // when it did what it is listed for; 0: now; USE_CERTAIN: not to be checked
    char role[128]; // "rw, 2 attached"
};
VEC(process_use_vec, struct process_use);
enum { USE_CERTAIN = -1 };

// A line below the facts of a row.
enum note_tone {
    NOTE_PLAIN,
    NOTE_TITLE,
    NOTE_DIM,
    NOTE_GOOD,
    NOTE_NOTICE,
    NOTE_WARNING,
    NOTE_CRITICAL
};
struct note {
    enum note_tone tone;
    char *text; // owned
};
VEC(note_vec, struct note);

struct note_place {      // where the notes stand
    bool entered;        // above the rows of a view entered from the row
    bool waiters_listed; // those rows are its waiters
    int64_t holders_age; // seconds; 0: fresh enough
    bool keys;           // on the screen, where keys may be named
};

struct row_subject { // what a row is about
    struct identity about;
    bool several; // of many: about.kind alone counts
};

// Where the rows stand, and the size of one.
struct row_place {
    uint16_t offset; // of a vector in struct snapshot; 0: see kind->rows
    uint16_t size;
};
#define ROWS_OF(vector)                                                                            \
    {                                                                                              \
        offsetof(struct snapshot, vector), sizeof *((struct snapshot *)0)->vector.at               \
    }
#define ROWS_LIKE(row)                                                                             \
    {                                                                                              \
        0, sizeof(row)                                                                             \
    }

struct kind {
    enum kind_id id;
    const char *name;    // "segments": JSON array, TABLE argument
    const char *title;   // "Segments": tab
    const char *one;     // "segment": in sentences
    const char *word;    // "segment": value of columns that name a kind; NULL: unknown there
    unsigned flags;      // TABLE_*
    unsigned can;        // CAN_*
    uint64_t need;       // enum need: to list it at all
    uint64_t owner_need; // and to know whose object a row belongs to
    uint64_t focus_need; // and of the one process a view of it is entered from
    uint64_t act_need;   // to know what an action will do to what act_on names
    uint64_t wide_need;  // instead of focus_need, where the view is widened to all of that process
    // The table of processes it is read of, and with it all that needs, where no filter on COL_PINS and
    // no parent names one process. NO_KIND: it is not read of processes.
    enum kind_id pins;
    char ipcrm;  // its option of ipcrm(1): 'm'; 0: none
    uint8_t tab; // place among the tabs, from 1; 0: none
    // Places among the tables where none is named, in this order; 0: none.
    uint8_t json, batch, check, metrics;
    const struct column *columns;
    size_t n_columns;
    const char *default_sort; // as --sort takes it: "-size"; NULL: as read
    enum kind_id object;      // kind of the object that identity.id is of; NO_KIND: see object_of
    enum kind_id waiting;     // kind of the tasks that wait on a row; NO_KIND: none do
    enum kind_id enter;       // what Enter opens on a row; NO_KIND: see subject, else the details
    const char *empty;        // what no rows mean; NULL: "no ONE"
    const char *alone;        // why --json and --batch print it alone; NULL: they do not

    struct { // members of a row that name processes; 0 and below, none
        uint8_t n;
        uint16_t at[2];
    } pids;
    struct row_place rows; // without a vector: by the methods count and at, else in the kind's own
                           // place of snapshot.tables
    void (*identify)(const struct snapshot *s, const void *row, struct identity *out);

    // All others may be NULL.

    size_t (*count)(const struct snapshot *s);
    const void *(*at)(const struct snapshot *s, size_t index);
    // Whether a row hangs on `parent` (a segment's holders, a holder's mappings; all mappings of a
    // process where that holder's id is -1). NULL: on nothing.
    bool (*belongs)(const void *row, const struct identity *parent);
    // The object a row belongs to: kind and id, at least. False: to none. NULL: `object` and the id.
    bool (*object_of)(const void *row, struct identity *out);
    // Whether a row that belongs to no object has to do with one that has this id. NULL: with none.
    bool (*concerns)(const struct snapshot *s, const void *row, int32_t id);
    // The owner of a row that belongs to no object; UINT32_MAX: not known. NULL: it has none.
    uint32_t (*owner)(const void *row);
    // What a row is about, where that is another row. False: nothing that has one.
    bool (*subject)(const void *row, struct row_subject *out);
    // The objects a row stands for, as a set: what is done to it is done to them. NULL: to itself.
    const struct identity_vec *(*members)(const void *row);
    // The objects that Enter lists of a row that stands for none. NULL: none.
    const struct identity_vec *(*listed)(const void *row);
    // What is to be read besides, to say all of a row. NULL: nothing.
    uint64_t (*more_need)(const void *row);
    // Whether `enter` opens anything on a row, of a kind that has also `subject`. NULL: always.
    bool (*opens)(const void *row);
    // The process that Enter goes to from a row, with its name in the path. False: to none, and `name` says
    // why. NULL: as `enter` and `subject` have it.
    bool (*leads_to)(const struct snapshot *s, const void *row, struct identity *process,
                     char *name, size_t cap);
    const char
        *lead; // with leads_to: what that process is, a word for the function-key bar: "Peer"
    // The IPC namespace or host that a row is: Enter has all views show it. NULL: it is none.
    uint64_t (*place)(const void *row);
    // What an action on the row is done to, where that is no object with a number: the target, and what
    // it was. False: there is none, or it is gone. NULL: objects with a number alone.
    bool (*act_on)(const struct snapshot *s, const struct identity *row, struct action *action);
    // "segment 393216": as sentences name it. NULL: `one` and the id of an object, else the part.
    void (*describe)(const struct identity *identity, char *dst, size_t cap);
    // The name of a row in the path. NULL: the id.
    void (*path_text)(const struct snapshot *s, const struct identity *identity, char *dst,
                      size_t cap);
    // Whether nothing uses it and what made it is gone; *known: whether that is certain. NULL: none is.
    bool (*orphan)(const struct snapshot *s, const void *row, bool *known);
    // When it was used last, or made. NULL: an orphan is worth reporting however long it has idled.
    int64_t (*idle_since)(const void *row);
    // The process that made the object, and when. NULL: the kernel keeps none.
    int32_t (*maker)(const void *row, int64_t *time);
    // The process that used the object last, and when. False: the kernel keeps none, or several.
    bool (*last_user)(const struct snapshot *s, const void *row, int32_t *pid, int64_t *time);
    // Bytes of memory that go with the object. NULL: too few to be counted.
    uint64_t (*memory)(const void *row);
    // How many tasks wait on the object. False: not read. NULL: the kernel does not count them.
    bool (*counted_waiters)(const void *row, uint64_t *n);
    // Whether the object is marked for removal, and goes with its last user. NULL: there is no such.
    bool (*marked)(const void *row);
    // The name of a row, by which people know it better than by its number. False: it has none now.
    bool (*own_name)(const struct snapshot *s, const struct identity *identity, char *dst,
                     size_t cap);
    // Whether the row deserves attention, and how much. NULL: what the findings say, and orphans.
    bool (*mark)(const struct snapshot *s, const void *row, enum severity *severity);
    // Whether the row is new. NULL: it came while it was watched.
    bool (*is_new)(const struct snapshot *s, const void *row);
    // Appends pids besides those of `pids`.
    void (*name_pids)(const struct snapshot *s, struct pid_vec *out);
    // Appends the processes behind a row; why there are none, in words, where more can be said than
    // that it has none. `name` is what identity_text() calls it.
    void (*processes)(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out);
    void (*no_processes)(const struct snapshot *s, const struct identity *row, const char *name,
                         char *dst, size_t cap);
    // The order of the rows of several pictures that stand beside each other, unsorted. NULL: those of
    // one picture after those of the other.
    int (*among)(const void *a, const void *b);
    // The order by which rows are searched. NULL: objects by id, others are not searched so.
    int (*order)(const void *a, const void *b);
    // In a picture from a recording, whose rows stand where `rows` says or in snapshot.tables: puts them
    // where they belong, and makes up what the columns cannot say. All tables are there.
    void (*restored)(struct snapshot *s);
    // Appends what all rows are in sum, a line each, for a report; each owned by the caller. NULL: nothing.
    void (*sums)(const struct snapshot *s, struct note_vec *out);
    // Appends lines to show below the facts of a row.
    void (*notes)(const struct snapshot *s, const struct identity *row,
                  const struct note_place *place, struct note_vec *out);
};

size_t kind_count(const struct kind *kind, const struct snapshot *s);
const void *kind_at(const struct kind *kind, const struct snapshot *s, size_t index);
// Appends the pids its rows name.
void kind_pids(const struct kind *kind, const struct snapshot *s, struct pid_vec *out);
// Of all pictures whose rows stand beside each other.
size_t kind_total(const struct kind *kind, const struct snapshot *s);
// enum need: what its rows lack to be whole, by more_need.
uint64_t kind_lacking(const struct kind *kind, const struct snapshot *s);
// The one of them that a row lies in; `s` where none has it.
const struct snapshot *kind_picture(const struct kind *kind, const struct snapshot *s,
                                    const void *row);
// Which row it is, in that picture, and on which host.
void kind_identify(const struct kind *kind, const struct snapshot *s, const void *row,
                   struct identity *out);
// Whether the snapshot holds what the table lists: a scan that was not finished leaves holders
// unknown, which is not the same as none.
bool kind_is_known(const struct kind *kind, const struct snapshot *s);
// The object a row is or belongs to: its kind and id are sure, and it may be gone. False: to none.
bool row_object(const struct kind *kind, const struct snapshot *s, const void *row,
                struct identity *out);
// Whether it is an orphan worth reporting: for certain, and idle for s->orphan_age, which is the user's: what
// is made by one program for the next has no living user for a moment.
bool kind_orphan(const struct kind *kind, const struct snapshot *s, const void *row);
// Whether a row has an owner, itself or as the object it belongs to. *uid is UINT32_MAX where that is not
// known.
bool row_owner(const struct kind *kind, const struct snapshot *s, const void *row, uint32_t *uid);
// By name, else by heading, in any case ("att", "SIZE"); or NULL.
const struct column *kind_column(const struct kind *kind, const char *name);
// That one and, where it is called so by its name, another one with such a heading. Returns how many.
size_t kind_columns_called(const struct kind *kind, const char *name, const struct column *out[2]);
// Appends the columns a list names ("key,shmid,size"), each once, to the *n in `out`, which has room
// for kind->n_columns. False: `name` has the first that is none, cut where it is too long for it.
bool kind_parse_columns(const struct kind *kind, const char *list, const struct column **out,
                        size_t *n, char *name, size_t cap);
// The nearest column name to a mistyped one; NULL where none is near.
const char *kind_near_column(const struct kind *kind, const char *name);
// The columns with these COL_* flags: COL_SCREEN in the order of the screen, others in the table's.
// Returns how many; `out` has room for kind->n_columns.
size_t kind_columns(const struct kind *kind, unsigned flags, const struct column **out);

#endif
