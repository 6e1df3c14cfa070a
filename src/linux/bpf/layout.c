#include "linux/bpf/layout.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

static const struct {
    const char *structure, *path;
    bool optional;
} members[LAYOUT_MEMBERS] = {
    // clang-format off
    [TASK_NSPROXY]   = {"task_struct", "nsproxy"},
    [TASK_CRED]      = {"task_struct", "cred"},
    [TASK_SIGNAL]    = {"task_struct", "signal"},
    [TASK_LEADER]    = {"task_struct", "group_leader"},
    [TASK_PARENT]    = {"task_struct", "real_parent"},
    [TASK_TGID]      = {"task_struct", "tgid"},
    [TASK_COMM]      = {"task_struct", "comm"},
    [TASK_START]     = {"task_struct", "start_boottime"},
    [TASK_MM]        = {"task_struct", "mm"},
    [TASK_STATE]     = {"task_struct", "__state"},
    [TASK_EXIT_STATE] = {"task_struct", "exit_state"},
    [TASK_LOGINUID]  = {"task_struct", "loginuid", .optional = true},
    [NSPROXY_IPC]    = {"nsproxy", "ipc_ns"},
    [IPCNS_INUM]     = {"ipc_namespace", "ns.inum"},
    [IPCNS_SEGMENTS] = {"ipc_namespace", "ids[2].ipcs_idr.idr_rt.xa_head"}, // ipc/util.h: IPC_SHM_IDS
    [CRED_UID]       = {"cred", "uid"},
    [CRED_EUID]      = {"cred", "euid"},
    [NODE_SHIFT]     = {"xa_node", "shift"},
    [NODE_SLOTS]     = {"xa_node", "slots"},
    [SEGMENT_ID]     = {"shmid_kernel", "shm_perm.id"},
    [SEGMENT_NATTCH] = {"shmid_kernel", "shm_nattch"},
    [SEGMENT_SIZE]   = {"shmid_kernel", "shm_segsz"},
    [SEGMENT_FILE]   = {"shmid_kernel", "shm_file"},
    [FILE_MAPPING]   = {"file", "f_mapping"},
    [FILE_NAME]      = {"file", "f_path.dentry"},
    [DENTRY_NAME]    = {"dentry", "d_name.name"},
    [MAPPING_HOST]   = {"address_space", "host"},
    [INODE_SUPER]    = {"inode", "i_sb"},
    [SUPER_DEVICE]   = {"super_block", "s_dev"},
    [MAPPING_TREE]   = {"address_space", "i_mmap.rb_root.rb_node"},
    [VMA_START]      = {"vm_area_struct", "vm_start"},
    [VMA_END]        = {"vm_area_struct", "vm_end"},
    [VMA_MM]         = {"vm_area_struct", "vm_mm"},
    [VMA_FLAGS]      = {"vm_area_struct", "vm_flags"},
    [VMA_OFFSET]     = {"vm_area_struct", "vm_pgoff"},
    [VMA_FILE]       = {"vm_area_struct", "vm_file"},
    [VMA_LINK]       = {"vm_area_struct", "shared.rb"},
    [LINK_LEFT]      = {"rb_node", "rb_left"},
    [LINK_RIGHT]     = {"rb_node", "rb_right"},
    [LINK_PARENT]    = {"rb_node", "__rb_parent_color"},
    [MM_OWNER]       = {"mm_struct", "owner", .optional = true}, // CONFIG_MEMCG
    [MM_USERS]       = {"mm_struct", "mm_users.counter"},
    [SIGNAL_PID]     = {"signal_struct", "pids[1]"}, // include/linux/pid_types.h: PIDTYPE_TGID
    [SIGNAL_LIVE]    = {"signal_struct", "live.counter"},
    [SIGNAL_THREADS] = {"signal_struct", "nr_threads"},
    [PID_LEVEL]      = {"pid", "level"},
    [PID_NUMBER]     = {"pid", "numbers[0].nr"},
    [PID_NUMBER_1]   = {"pid", "numbers[1].nr"},
    [PID_NS]         = {"pid", "numbers[0].ns"},
    [PIDNS_INUM]     = {"pid_namespace", "ns.inum"},
    // clang-format on
};

int layout_of(const struct btf *btf, struct layout *layout, const char **missing)
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
