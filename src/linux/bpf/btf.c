#include "linux/bpf/btf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum {
    SIZE_MAX_BYTES = 256 << 20, // of a description; the kernel's has 5 MiB
    DEPTH_MAX = 16,             // structures within structures; typedefs of typedefs
    MEMBERS_MAX = 1 << 16,      // looked at for one name
    BTF_FLOAT = 16,             // Linux 5.13: the headers we build with may be older
    BTF_DECL_TAG = 17,          // Linux 5.16
    BTF_TYPE_TAG = 18,          // Linux 5.17
    BTF_ENUM64 = 19,            // Linux 6.0
};

struct record { // struct btf_type
    uint32_t name, info, size;
};

static uint32_t word(const struct btf *btf, uint32_t at)
{
    uint32_t value;

    memcpy(&value, btf->bytes + at, sizeof value);
    return value;
}

static uint32_t kind_of(uint32_t info)
{
    return info >> 24 & 0x1f;
}

static uint32_t bytes_behind(uint32_t info)
{
    uint32_t n = info & 0xffff;

    switch (kind_of(info)) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_DECL_TAG:
        return 4;
    case BTF_KIND_ARRAY:
        return sizeof(struct btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        return n * (uint32_t)sizeof(struct btf_member);
    case BTF_KIND_ENUM:
        return n * (uint32_t)sizeof(struct btf_enum);
    case BTF_KIND_FUNC_PROTO:
        return n * (uint32_t)sizeof(struct btf_param);
    case BTF_KIND_DATASEC:
        return n * (uint32_t)sizeof(struct btf_var_secinfo);
    case BTF_ENUM64:
        return n * 12;
    default:
        return 0;
    }
}

// Finds where types begin until `id` is known. False: there is no such type, or what is before it does
// not lie within the section.
static bool reach(struct btf *btf, uint32_t id)
{
    while (id >= btf->count) {
        uint32_t room = btf->types_end - btf->next;
        if (room < sizeof(struct btf_type))
            return false;
        uint32_t need = (uint32_t)sizeof(struct btf_type) + bytes_behind(word(btf, btf->next + 4));
        if (room < need)
            return false;
        btf->types[btf->count++] = btf->next;
        btf->next += need;
    }
    return true;
}

int btf_parse(struct btf *btf, const void *bytes, size_t size)
{
    struct btf_header h;

    *btf = (struct btf){.bytes = bytes};
    if (size < sizeof h || size > SIZE_MAX_BYTES)
        return -EINVAL;
    memcpy(&h, bytes, sizeof h);
    if (h.magic != BTF_MAGIC || h.version != BTF_VERSION || h.hdr_len < sizeof h ||
        h.hdr_len > size)
        return -EINVAL;
    uint32_t room = (uint32_t)size - h.hdr_len;
    if (h.type_off > room || h.type_len > room - h.type_off || h.str_off > room ||
        h.str_len > room - h.str_off || !h.str_len)
        return -EINVAL;
    btf->size = (uint32_t)size;
    btf->strings = (const char *)btf->bytes + h.hdr_len + h.str_off;
    btf->strings_size = h.str_len;
    if (btf->strings[h.str_len - 1] != '\0') // so that every name ends
        return -EINVAL;
    btf->next = h.hdr_len + h.type_off;
    btf->types_end = btf->next + h.type_len;
    btf->types = mem_resize(NULL, h.type_len / sizeof(struct btf_type) + 1, sizeof *btf->types);
    btf->types[0] = 0; // void
    btf->count = 1;
    return 0;
}

// Mapped where the kernel allows it (Linux 6.16), else read.
static int get_bytes(struct btf *btf, int fd, size_t size)
{
    btf->map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (btf->map != MAP_FAILED)
        return 0;
    btf->map = NULL;
    btf->heap = mem_alloc(size);
    for (size_t n = 0; n < size;) {
        ssize_t got = read(fd, (char *)btf->heap + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        n += (size_t)got;
    }
    return 0;
}

int btf_open(struct btf *btf, const char *path)
{
    struct btf owner = {0};
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;

    *btf = owner;
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        error = -errno;
    else if (st.st_size <= 0 || st.st_size > SIZE_MAX_BYTES)
        error = -EINVAL;
    if (!error)
        error = get_bytes(&owner, fd, (size_t)st.st_size);
    close(fd);
    if (!error)
        error = btf_parse(btf, owner.map ? owner.map : owner.heap, (size_t)st.st_size);
    if (owner.map)
        owner.size = (uint32_t)st.st_size;
    btf->map = owner.map;
    btf->heap = owner.heap;
    if (error) {
        btf->size = owner.size;
        btf_close(btf);
    }
    return error;
}

void btf_close(struct btf *btf)
{
    if (btf->map)
        munmap(btf->map, btf->size);
    free(btf->heap);
    free(btf->types);
    *btf = (struct btf){0};
}

static bool record_of(struct btf *btf, uint32_t id, struct record *record)
{
    if (!id || !reach(btf, id))
        return false;
    memcpy(record, btf->bytes + btf->types[id], sizeof *record);
    return true;
}

static const char *name_at(const struct btf *btf, uint32_t offset)
{
    return offset < btf->strings_size ? btf->strings + offset : "";
}

void btf_find(struct btf *btf, const char *const *names, size_t n, uint32_t *ids)
{
    struct record type;
    size_t found = 0;

    memset(ids, 0, n * sizeof *ids);
    for (uint32_t id = 1; found < n && record_of(btf, id, &type); id++) {
        if (kind_of(type.info) != BTF_KIND_STRUCT)
            continue;
        const char *name = name_at(btf, type.name);
        for (size_t i = 0; i < n; i++)
            if (!ids[i] && *name == *names[i] && strcmp(name, names[i]) == 0) {
                ids[i] = id;
                found++;
            }
    }
}

// Behind typedefs and qualifiers. False where that does not end.
static bool strip(struct btf *btf, uint32_t *id, struct record *type)
{
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        if (!record_of(btf, *id, type))
            return false;
        switch (kind_of(type->info)) {
        case BTF_KIND_TYPEDEF:
        case BTF_KIND_CONST:
        case BTF_KIND_VOLATILE:
        case BTF_KIND_RESTRICT:
        case BTF_TYPE_TAG:
            *id = type->size; // the type it stands for
            break;
        default:
            return true;
        }
    }
    return false;
}

static int size_of(struct btf *btf, uint32_t id, int depth, uint32_t *size)
{
    struct record type;
    uint32_t item;

    if (depth > DEPTH_MAX || !strip(btf, &id, &type))
        return -EINVAL;
    switch (kind_of(type.info)) {
    case BTF_KIND_PTR:
        *size = sizeof(void *);
        return 0;
    case BTF_KIND_ARRAY:
        if (size_of(btf, word(btf, btf->types[id] + 12), depth + 1, &item) < 0 ||
            __builtin_mul_overflow(item, word(btf, btf->types[id] + 20), size))
            return -EINVAL;
        return 0;
    case BTF_KIND_INT:
    case BTF_KIND_ENUM:
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_ENUM64:
    case BTF_FLOAT:
        *size = type.size;
        return 0;
    default:
        return -EINVAL;
    }
}

static bool is_name(const char *name, const char *wanted, size_t len)
{
    return strncmp(name, wanted, len) == 0 && name[len] == '\0';
}

// One name in a structure and in its unnamed members. `budget` bounds the search.
static int find_member(struct btf *btf, uint32_t id, const char *name, size_t len, uint32_t *budget,
                       int depth, struct btf_place *place)
{
    struct record type;

    if (depth > DEPTH_MAX || !strip(btf, &id, &type))
        return -EINVAL;
    if (kind_of(type.info) != BTF_KIND_STRUCT && kind_of(type.info) != BTF_KIND_UNION)
        return -ENOENT;
    for (uint32_t i = 0; i < (type.info & 0xffff); i++) {
        uint32_t at =
            btf->types[id] + (uint32_t)(sizeof(struct btf_type) + i * sizeof(struct btf_member));
        uint32_t bits = word(btf, at + 8), member = word(btf, at + 4), width = 0;
        const char *own = name_at(btf, word(btf, at));
        if (!*budget)
            return -EINVAL;
        --*budget;
        if (type.info >> 31) { // the offset's upper byte is a bit field's width
            width = bits >> 24;
            bits &= 0xffffff;
        }
        if (is_name(own, name, len)) {
            if (width || bits % 8)
                return -EINVAL;
            *place = (struct btf_place){.offset = bits / 8, .type = member};
            return 0;
        }
        if (*own != '\0')
            continue;
        int error = find_member(btf, member, name, len, budget, depth + 1, place);
        if (!error)
            place->offset += bits / 8;
        if (error != -ENOENT)
            return error;
    }
    return -ENOENT;
}

// "[2]": the item of an array.
static int enter_item(struct btf *btf, const char **path, struct btf_place *place)
{
    struct record type;
    uint32_t id = place->type, size, skip;
    char *end;
    unsigned long index = strtoul(*path + 1, &end, 10);

    if (*end != ']' || index > 1024 || !strip(btf, &id, &type))
        return -EINVAL;
    if (kind_of(type.info) != BTF_KIND_ARRAY)
        return -ENOENT;
    place->type = word(btf, btf->types[id] + 12);
    if (size_of(btf, place->type, 0, &size) < 0 ||
        __builtin_mul_overflow(size, (uint32_t)index, &skip) ||
        __builtin_add_overflow(place->offset, skip, &place->offset))
        return -EINVAL;
    *path = end + 1;
    return 0;
}

int btf_member(struct btf *btf, uint32_t id, const char *path, struct btf_place *place)
{
    uint32_t budget = MEMBERS_MAX;

    *place = (struct btf_place){.type = id};
    while (*path) {
        int error;
        if (*path == '[') {
            error = enter_item(btf, &path, place);
        } else {
            struct btf_place inner = {0};
            path += *path == '.';
            size_t len = strcspn(path, ".[");
            error = find_member(btf, place->type, path, len, &budget, 0, &inner);
            inner.offset += place->offset;
            *place = inner;
            path += len;
        }
        if (error)
            return error;
    }
    return size_of(btf, place->type, 0, &place->size);
}
