// The kernel's description of its own types: where a member of a structure lies.
// Documentation/bpf/btf.rst, include/uapi/linux/btf.h.
//
// Takes bytes and trusts none of them: a damaged description gives -EINVAL or -ENOENT, never a read
// beyond its end, and no search takes longer than its size allows.
#ifndef IPCTOP_LINUX_BPF_BTF_H
#define IPCTOP_LINUX_BPF_BTF_H

#include <stddef.h>
#include <stdint.h>

struct btf {
    const uint8_t *bytes; // borrowed, or of btf_open()
    const char *strings;
    uint32_t *types; // by id: where the type's record begins, in bytes; of the first `count`,
    uint32_t count;  // as far as one was asked for
    uint32_t next, types_end; // private: where the next begins, and the section ends
    uint32_t size, strings_size;
    void *map, *heap; // private: owners of the bytes
};

// 0 or -EINVAL. The bytes stay the caller's, and in place until btf_close().
int btf_parse(struct btf *btf, const void *bytes, size_t size);

// That of the running kernel, or the file at `path`. 0 or -errno: -ENOENT where the kernel was built
// without CONFIG_DEBUG_INFO_BTF.
#define BTF_OF_KERNEL "/sys/kernel/btf/vmlinux"
int btf_open(struct btf *btf, const char *path);
void btf_close(struct btf *btf);

// The ids of the first structures of these names, in one pass that ends with the last; 0: there is none.
void btf_find(struct btf *btf, const char *const *names, size_t n, uint32_t *ids);

struct btf_place {
    uint32_t offset, size; // bytes
    uint32_t type;         // id
};
// A member by its path from structure `id`, through unnamed members, members of members and items
// of arrays: "shm_perm.id", "ids[2].in_use". An array's bounds are not checked: the kernel declares
// some with no items. 0; -ENOENT; -EINVAL for a bit field or damaged bytes.
int btf_member(struct btf *btf, uint32_t id, const char *path, struct btf_place *place);

#endif
