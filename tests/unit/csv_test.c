// CSV as RFC 4180 has it: as many fields in every line, quotes doubled, unknown empty.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "output/csv.h"
#include "support/fake.h"

static char *csv(const struct snapshot *s, const char *const *names, size_t n)
{
    const struct column *columns[8];
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    for (size_t i = 0; i < n; i++) {
        columns[i] = kind_column(&kind_holders, names[i]);
        assert_non_null(columns[i]);
    }
    const struct table_request table = {
        .query = {.kind = &kind_holders}, .columns = columns, .n_columns = n};
    assert_int_equal(csv_write(out, s, &table), 0);
    fclose(out);
    return text;
}

static void fields_are_quoted_where_they_must_be(void **state)
{
    struct snapshot *s = fake_snapshot();
    (void)state;

    fake_segment(s, 1, 0x1, 0, 4096, 3);
    fake_process(s, 10, 0, "a,b", "say \"hi\", twice");
    fake_process(s, 11, 0, "=plain", "x");
    fake_hold(s, 1, 10, 1, MAP_R | MAP_W);
    fake_hold(s, 1, 11, 1, MAP_R);
    fake_hold(s, 1, 12, 1, MAP_R); // nothing is known of it
    char *text = csv(s, (const char *const[]){"pid", "comm", "command", "shmid"}, 4);
    assert_string_equal(text, "pid,comm,command,shmid\r\n"
                              "10,\"a,b\",\"say \"\"hi\"\", twice\",1\r\n"
                              "11,=plain,x,1\r\n"
                              "12,,,1\r\n");
    free(text);
    snapshot_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_quoted_where_they_must_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
