#include "linux/bpf/layout.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

static const struct {
    const char *structure, *path;
    bool optional;
} members[LAYOUT_MEMBERS] = {
    // clang-format off
    [TASK_NSPROXY]   = {"task_struct", "nsproxy", false},
    [TASK_CRED]      = {"task_struct", "cred", false},
    [TASK_SIGNAL]    = {"task_struct", "signal", false},
    [TASK_LEADER]    = {"task_struct", "group_leader", false},
    [TASK_PARENT]    = {"task_struct", "real_parent", false},
    [TASK_TGID]      = {"task_struct", "tgid", false},
    [TASK_COMM]      = {"task_struct", "comm", false},
    [TASK_START]     = {"task_struct", "start_boottime", false},
    [TASK_MM]        = {"task_struct", "mm", false},
    [TASK_STATE]     = {"task_struct", "__state", false},
    [TASK_EXIT_STATE] = {"task_struct", "exit_state", false},
    [TASK_LOGINUID]  = {"task_struct", "loginuid", .optional = true},
    [NSPROXY_IPC]    = {"nsproxy", "ipc_ns", false},
    [IPCNS_INUM]     = {"ipc_namespace", "ns.inum", false},
    [IPCNS_SEGMENTS] = {"ipc_namespace", "ids[2].ipcs_idr.idr_rt.xa_head", false}, // ipc/util.h: IPC_SHM_IDS
    [CRED_UID]       = {"cred", "uid", false},
    [CRED_EUID]      = {"cred", "euid", false},
    [NODE_SHIFT]     = {"xa_node", "shift", false},
    [NODE_SLOTS]     = {"xa_node", "slots", false},
    [SEGMENT_ID]     = {"shmid_kernel", "shm_perm.id", false},
    [SEGMENT_NATTCH] = {"shmid_kernel", "shm_nattch", false},
    [SEGMENT_SIZE]   = {"shmid_kernel", "shm_segsz", false},
    [SEGMENT_FILE]   = {"shmid_kernel", "shm_file", false},
    [FILE_MAPPING]   = {"file", "f_mapping", false},
    [FILE_NAME]      = {"file", "f_path.dentry", false},
    [DENTRY_NAME]    = {"dentry", "d_name.name", false},
    [MAPPING_HOST]   = {"address_space", "host", false},
    [INODE_SUPER]    = {"inode", "i_sb", false},
    [SUPER_DEVICE]   = {"super_block", "s_dev", false},
    [MAPPING_TREE]   = {"address_space", "i_mmap.rb_root.rb_node", false},
    [VMA_START]      = {"vm_area_struct", "vm_start", false},
    [VMA_END]        = {"vm_area_struct", "vm_end", false},
    [VMA_MM]         = {"vm_area_struct", "vm_mm", false},
    [VMA_FLAGS]      = {"vm_area_struct", "vm_flags", false},
    [VMA_OFFSET]     = {"vm_area_struct", "vm_pgoff", false},
    [VMA_FILE]       = {"vm_area_struct", "vm_file", false},
    [VMA_LINK]       = {"vm_area_struct", "shared.rb", false},
    [LINK_LEFT]      = {"rb_node", "rb_left", false},
    [LINK_RIGHT]     = {"rb_node", "rb_right", false},
    [LINK_PARENT]    = {"rb_node", "__rb_parent_color", false},
    [MM_OWNER]       = {"mm_struct", "owner", .optional = true}, // CONFIG_MEMCG
    [MM_USERS]       = {"mm_struct", "mm_users.counter", false},
    [SIGNAL_PID]     = {"signal_struct", "pids[1]", false}, // include/linux/pid_types.h: PIDTYPE_TGID
    [SIGNAL_LIVE]    = {"signal_struct", "live.counter", false},
    [SIGNAL_THREADS] = {"signal_struct", "nr_threads", false},
    [PID_LEVEL]      = {"pid", "level", false},
    [PID_NUMBER]     = {"pid", "numbers[0].nr", false},
    [PID_NUMBER_1]   = {"pid", "numbers[1].nr", false},
    [PID_NS]         = {"pid", "numbers[0].ns", false},
    [PIDNS_INUM]     = {"pid_namespace", "ns.inum", false},
    // clang-format on
};

int layout_of(struct btf *btf, struct layout *layout, const char **missing)
{
    const char *structures[LAYOUT_MEMBERS];
    uint32_t ids[LAYOUT_MEMBERS];

    *missing = NULL;
    *layout = (struct layout){0};
    for (size_t i = 0; i < LAYOUT_MEMBERS; i++)
        structures[i] = members[i].structure;
    btf_find(btf, structures, LAYOUT_MEMBERS, ids);
    for (size_t i = 0; i < LAYOUT_MEMBERS; i++) {
        struct btf_place place;
        int error = ids[i] ? btf_member(btf, ids[i], members[i].path, &place) : -ENOENT;
        if (!error)
            layout->at[i] = (struct layout_place){true, place.offset, place.size};
        else if (!members[i].optional) {
            *missing = members[i].path;
            return error;
        }
    }
    return 0;
}

static struct {
    pthread_once_t once;
    int error;
    const char *missing;
    struct layout layout;
} kernel = {.once = PTHREAD_ONCE_INIT};

static void read_kernel(void)
{
    struct btf btf;

    kernel.error = btf_open(&btf, BTF_OF_KERNEL);
    if (kernel.error)
        return;
    kernel.error = layout_of(&btf, &kernel.layout, &kernel.missing);
    btf_close(&btf);
}

int layout_of_kernel(const struct layout **layout, const char **missing)
{
    pthread_once(&kernel.once, read_kernel);
    *layout = &kernel.layout;
    *missing = kernel.missing;
    return kernel.error;
}
