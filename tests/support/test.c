#include "support/test.h"

#include <stdlib.h>

const char *test_name;
static struct test *registered;
static CMFixtureFunction each_setup, each_teardown, group_setup, group_teardown;

void test_register(struct test *test)
{
    struct test **at = &registered;

    while (*at && (*at)->line <= test->line)
        at = &(*at)->next;
    test->next = *at;
    *at = test;
}

void test_fixture(CMFixtureFunction setup, CMFixtureFunction teardown)
{
    each_setup = setup;
    each_teardown = teardown;
}

void test_group_fixture(CMFixtureFunction setup, CMFixtureFunction teardown)
{
    group_setup = setup;
    group_teardown = teardown;
}

static int run(bool apart)
{
    size_t n = 0;

    for (const struct test *t = registered; t; t = t->next)
        n += t->apart == apart;
    struct CMUnitTest *tests = calloc(n + 1, sizeof *tests);
    if (!tests)
        abort();
    n = 0;
    for (const struct test *t = registered; t; t = t->next)
        if (t->apart == apart)
            tests[n++] = (struct CMUnitTest){
                .name = t->name,
                .test_func = t->run,
                .setup_func = t->setup ? t->setup : each_setup,
                .teardown_func = t->teardown ? t->teardown : each_teardown,
                .initial_state = t->state,
            };
    cmocka_set_test_filter(getenv("TEST"));
    int failed = _cmocka_run_group_tests("tests", tests, n, group_setup, group_teardown);
    free(tests);
    return failed;
}

int tests_run(void)
{
    return run(false);
}

int tests_run_apart(void)
{
    return run(true);
}

// Of programs that have none of their own.
__attribute__((weak)) int main(void)
{
    return tests_run();
}
