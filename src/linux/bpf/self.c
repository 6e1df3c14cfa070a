#include "linux/bpf/self.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

const struct layout *layout_needed(struct reason *reason, int *error)
{
    const struct layout *k;
    const char *missing;

    *error = layout_of_kernel(&k, &missing);
    if (!*error)
        return k;
    if (missing)
        reason_set(reason, "this kernel's structures are not known: no member %s", missing);
    else if (*error == -ENOENT)
        reason_set(reason, "this kernel has no " BTF_OF_KERNEL " (CONFIG_DEBUG_INFO_BTF)");
    else
        reason_set(reason, BTF_OF_KERNEL ": %s", strerror(-*error));
    return NULL;
}

int bpf_self_read(const struct layout *k, struct bpf_self *self, struct reason *reason)
{
    struct assembler a = {0};
    int step = (int)(k->at[PID_NUMBER_1].offset - k->at[PID_NUMBER].offset);

    asm_copy(&a, R6, R1);
    asm_call(&a, BPF_FUNC_get_current_task);
    asm_copy(&a, R7, R0);
    probe_follow(&a, k, R0, TASK_NSPROXY);
    probe_follow(&a, k, R0, NSPROXY_IPC);
    probe_member(&a, k, R0, IPCNS_INUM, 4, R6, offsetof(struct bpf_self, ipc_ns));
    probe_follow(&a, k, R7, TASK_SIGNAL);
    probe_follow(&a, k, R0, SIGNAL_PID);
    asm_copy(&a, R7, R0);
    probe_member(&a, k, R0, PID_LEVEL, 4, R6, offsetof(struct bpf_self, pid_level));
    asm_op(&a, BPF_AND, R0, 31); // MAX_PID_NS_LEVEL is 32
    asm_op(&a, BPF_MUL, R0, step);
    asm_op_reg(&a, BPF_ADD, R0, R7);
    probe_follow(&a, k, R0, PID_NS);
    probe_member(&a, k, R0, PIDNS_INUM, 4, R6, offsetof(struct bpf_self, pid_ns));
    asm_set(&a, R0, 0);
    asm_exit(&a);
    int fd = bpf_program_load(&a, PROGRAM_SYSCALL, BPF_F_SLEEPABLE, "self", reason);
    if (fd < 0)
        return fd == -EINVAL ? -EOPNOTSUPP : fd;
    *self = (struct bpf_self){0};
    int error = bpf_program_run(fd, self, sizeof *self);
    close(fd);
    if (error)
        reason_set(reason, "the kernel does not run our program: %s", strerror(-error));
    return error;
}
