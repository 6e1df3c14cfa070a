#include "support/denial.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

enum { DENIALS_MAX = 32, STEPS = 5 };

bool deny(const struct denial *denials, size_t n)
{
    struct sock_filter code[STEPS * DENIALS_MAX + 1];
    struct sock_fprog program = {.filter = code};
    struct sock_filter *at = code;

    if (n > DENIALS_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct denial *d = &denials[i];
        *at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, nr));
        *at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)d->call, 0,
                                             d->command ? 3 : 1);
        if (d->command) {
            *at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                 offsetof(struct seccomp_data, args[1]));
            *at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, d->command, 0, 1);
        }
        *at++ =
            (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)d->error);
    }
    *at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = (unsigned short)(at - code);
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
