// CSV as RFC 4180 has it: as many fields in every line, quotes doubled, unknown empty.
#include <stdlib.h>
#include <string.h>

#include "model/kinds/registry.h"
#include "output/formats.h"
#include "support/fake.h"
#include "support/test.h"

static char *csv(const struct snapshot *s, const struct kind *kind, const char *const *names,
                 size_t n)
{
    const struct column *columns[8];
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    for (size_t i = 0; i < n; i++) {
        columns[i] = kind_column(kind, names[i]);
        assert_non_null(columns[i]);
    }
    const struct table_request table = {
        .query = {.kind = kind}, .columns = columns, .n_columns = n};
    assert_int_equal(format_of_file("x.csv")->write(out, s, &table, 1), 0);
    fclose(out);
    return text;
}

TEST(fields_are_quoted_where_they_must_be)
{
    struct snapshot *s = fake_snapshot();

    fake_segment(s, 1, 0x1, 0, 4096, 3);
    fake_process(s, 10, 0, "a,b", "say \"hi\", twice");
    fake_process(s, 11, 0, "=plain", "x");
    fake_hold(s, 1, 10, 1, MAP_R | MAP_W);
    fake_hold(s, 1, 11, 1, MAP_R);
    fake_hold(s, 1, 12, 1, MAP_R); // nothing is known of it
    char *text = csv(s, &kind_holders, (const char *const[]){"pid", "comm", "command", "shmid"}, 4);
    assert_string_equal(text, "pid,comm,command,shmid\r\n"
                              "10,\"a,b\",\"say \"\"hi\"\", twice\",1\r\n"
                              "11,\\x3dplain,x,1\r\n"
                              "12,,,1\r\n");
    free(text);
    snapshot_unref(s);
}

// As in JSON: plain numbers and fixed forms, empty where it is unknown or never was.
TEST(values_are_for_programs)
{
    struct snapshot *s = fake_few();

    char *text = csv(
        s, &kind_segments,
        (const char *const[]){"shmid", "key", "perms", "size", "rss", "status", "dtime", "orphan"},
        8);
    assert_string_equal(text, "shmid,key,perms,size,rss,status,dtime,orphan\r\n"
                              "0,0x0052e2c1,0640,289406976,289406976,,,false\r\n"
                              "7,0x00000000,0600,8192,,dest locked,1763699970,false\r\n"
                              "2147483647,0xffffffff,0777,56,4096,,,true\r\n");
    free(text);
    text = csv(s, &kind_limits, (const char *const[]){"name", "limit", "percent"}, 3);
    assert_string_equal(text, "name,limit,percent\r\n"
                              "shmmax,18446744073692774399,\r\n"
                              "shmmni,4096,0.07324\r\n");
    free(text);
    text = csv(s, &kind_mappings, (const char *const[]){"start", "inode", "perms"}, 3);
    assert_string_equal(text, "start,inode,perms\r\n139637976727552,0,rw-s\r\n"
                              "139638266134528,0,rw-s\r\n139637976727552,0,r--s\r\n");
    free(text);
    snapshot_unref(s);
}

TEST(the_ending_of_a_name_chooses_the_format)
{
    assert_string_equal(format_of_file("/tmp/a.json")->name, "json");
    assert_string_equal(format_of_file("A.CSV")->ending, ".csv");
    assert_string_equal(format_of_file("/tmp/a")->name, "batch");
    assert_string_equal(format_of_file("/tmp/a.txt")->name, "batch");
}
