#include "support/pictures.h"

#include <sys/mount.h>

#include "support/scene.h"
#include "support/test.h"

int pictures_mount(const char *size)
{
    char options[40];

    snprintf(options, sizeof options, "mode=0700%s%s", size ? ",size=" : "", size ? size : "");
    return mount("none", PICTURES, "tmpfs", 0, options);
}

int pictures_unmount(void **state)
{
    (void)state;
    scene_clean();
    return umount2(PICTURES, MNT_DETACH);
}

void picture_write(FILE *file, const struct picture *p)
{
    fprintf(file,
            "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":%ld,\"hostname\":"
            "\"%s\",\"ipc_namespace\":4026531839,\"euid\":0,\"scan\":{\"processes\":9}},"
            "\"segments\":[{\"key\":\"0x00000000\",\"shmid\":%d,\"owner\":\"oracle\",\"uid\":54321,"
            "\"size\":4096,\"nattch\":1,\"found\":1,\"holders\":1}],"
            "\"holders\":[{\"shmid\":%d,\"pid\":18811,\"attaches\":1,\"access\":\"rw\","
            "\"comm\":\"python\",\"command\":\"python nightly_report.py\"}],"
            "\"queues\":[],\"findings\":[{\"rule\":\"dest-held\",\"severity\":\"%s\","
            "\"kind\":\"segment\",\"id\":%d,\"title\":\"a recorded finding\",\"evidence\":\"seen\","
            "\"advice\":\"look\"}],\"events\":[{\"time\":%ld,\"what\":\"created\",\"kind\":"
            "\"segment\",\"id\":%d,\"who\":\"18811 python\",\"pid\":18811,\"uid\":null,"
            "\"by\":\"last user\",\"text\":\"event of %d\"}]}\n",
            p->time, p->host ? p->host : "db01", p->id, p->id,
            p->severity ? p->severity : "warning", p->id, p->time, p->id, p->id);
}

void picture_add(const char *path, const struct picture *picture)
{
    FILE *file = fopen(path, "ae");

    assert_non_null(file);
    picture_write(file, picture);
    assert_int_equal(fclose(file), 0);
}
