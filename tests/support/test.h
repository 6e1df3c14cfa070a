// What every test includes: cmocka, and tests that register themselves.
//
//     TEST(a_name_that_says_what_holds)
//     {
//         assert_int_equal(1 + 1, 2);
//     }
//
// TEST(name) defines the function `name`, with cmocka's `void **state`. tests_run runs all tests of a
// program, in the order of the file; a program without a main of its own calls it and nothing else.
#ifndef IPCTOP_TESTS_TEST_H
#define IPCTOP_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h> // needs those before it

#ifdef assert_uint_in_range // cmocka 2 has one for each sign, and warns of the old name
#undef assert_in_range
#define assert_in_range assert_uint_in_range
#endif

struct test {
    const char *name;
    int line;
    CMUnitTestFunction run;
    CMFixtureFunction setup, teardown; // NULL: those of TEST_FIXTURE
    void *state;                       // what *state is at first
    bool apart;                        // run by tests_run_apart, not by tests_run
    struct test *next;
};

// Defines a test; further fields may follow: TEST(name, .teardown = tty_teardown)
#define TEST(function, ...)                                                                        \
    static void function(void **state);                                                            \
    static void run_##function(void **state)                                                       \
    {                                                                                              \
        test_name = #function;                                                                     \
        function(state);                                                                           \
    }                                                                                              \
    __attribute__((constructor)) static void register_##function(void)                             \
    {                                                                                              \
        static struct test test = {                                                                \
            .name = #function, .line = __LINE__, .run = run_##function, __VA_ARGS__};              \
        test_register(&test);                                                                      \
    }                                                                                              \
    static void function(__attribute__((unused)) void **state)

extern const char *test_name; // of the test that runs

// The setup and teardown (or NULL) around each test of the program that names none of its own, and
// those around all of them together, once.
#define TEST_FIXTURE(setup, teardown)                                                              \
    __attribute__((constructor)) static void register_test_fixture(void)                           \
    {                                                                                              \
        test_fixture(setup, teardown);                                                             \
    }
#define TEST_GROUP_FIXTURE(setup, teardown)                                                        \
    __attribute__((constructor)) static void register_group_fixture(void)                          \
    {                                                                                              \
        test_group_fixture(setup, teardown);                                                       \
    }

void test_register(struct test *test); // kept, not copied
void test_fixture(CMFixtureFunction setup, CMFixtureFunction teardown);
void test_group_fixture(CMFixtureFunction setup, CMFixtureFunction teardown);

// Run the registered tests and return how many failed. Where the environment has TEST, only those
// whose name it matches: TEST='*sorted*' build/tests/unit/x_test
int tests_run(void);
int tests_run_apart(void); // the others: those marked so, which need another world

#endif
