// What the kernel says about the calling process: learned by a program of our own, run once.
#ifndef IPCTOP_LINUX_BPF_SELF_H
#define IPCTOP_LINUX_BPF_SELF_H

#include "linux/bpf/load.h"
#include "linux/bpf/probe.h"

// 0 or -errno, with the reason. Before Linux 5.14 such programs cannot be run: -EOPNOTSUPP.
int bpf_self_read(const struct layout *k, struct bpf_self *self, struct reason *reason);

// The layout of the kernel, with a reason where it is not known. NULL then.
const struct layout *layout_needed(struct reason *reason, int *error);

#endif
