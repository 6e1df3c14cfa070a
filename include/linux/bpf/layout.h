// Where the members of the kernel's structures lie that our programs read.
//
// One table: a member more is one line here and one in layout.c.
#ifndef IPCTOP_LINUX_BPF_LAYOUT_H
#define IPCTOP_LINUX_BPF_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "linux/bpf/btf.h"

enum layout_member { // named STRUCTURE_MEMBER
    TASK_NSPROXY,
    TASK_CRED,
    TASK_SIGNAL,
    TASK_LEADER,
    TASK_PARENT,
    TASK_TGID,
    TASK_COMM,
    TASK_START, // nanoseconds since boot
    TASK_MM,
    TASK_STATE,
    TASK_EXIT_STATE,
    TASK_LOGINUID, // only with CONFIG_AUDITSYSCALL
    NSPROXY_IPC,
    IPCNS_INUM,
    IPCNS_SEGMENTS, // root of the tree of shared memory segments by index
    CRED_UID,
    CRED_EUID,
    NODE_SHIFT, // struct xa_node
    NODE_SLOTS,
    SEGMENT_ID, // struct shmid_kernel
    SEGMENT_NATTCH,
    SEGMENT_SIZE,
    SEGMENT_FILE,
    FILE_MAPPING,
    FILE_NAME, // its struct dentry
    DENTRY_NAME,
    MAPPING_HOST,
    INODE_SUPER,
    SUPER_DEVICE,
    MAPPING_TREE, // root of struct address_space's i_mmap
    VMA_START,
    VMA_END,
    VMA_MM,
    VMA_FLAGS,
    VMA_OFFSET, // pages
    VMA_FILE,
    VMA_LINK, // its node in i_mmap
    LINK_LEFT,
    LINK_RIGHT,
    LINK_PARENT, // and the colour in its lowest bits
    MM_OWNER,
    MM_USERS,
    SIGNAL_PID, // of the process: signal_struct.pids[PIDTYPE_TGID]
    SIGNAL_LIVE,
    SIGNAL_THREADS,
    PID_LEVEL,
    PID_NUMBER,   // numbers[0]
    PID_NUMBER_1, // numbers[1]: what lies between is the size of one
    PID_NS,
    PIDNS_INUM,
    LAYOUT_MEMBERS
};

struct layout {
    struct layout_place {
        bool known;
        uint32_t offset, size; // bytes
    } at[LAYOUT_MEMBERS];
};

// 0 or -errno. A member this kernel lacks is not `known`; where it is needed for everything, that
// is -ENOENT and *missing names it ("shm_perm.id"). *missing is static, NULL without one.
int layout_of(struct btf *btf, struct layout *layout, const char **missing);

// That of the running kernel: read once, kept. The same answers from any thread.
int layout_of_kernel(const struct layout **layout, const char **missing);

#endif
