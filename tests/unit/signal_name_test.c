#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"

#ifdef __GLIBC__
#define HAVE_SIGABBREV_NP __GLIBC_PREREQ(2, 32)
#endif

static void every_signal_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 1; i < SIGSYS; i++) {
        assert_non_null(signal_abbreviation(i));
        assert_non_null(signal_description(i));
        for (int k = 1; k < i; k++)
            assert_string_not_equal(signal_abbreviation(i), signal_abbreviation(k));
    }
    assert_string_equal(signal_abbreviation(SIGTERM), "TERM");
    assert_string_equal(signal_abbreviation(SIGSYS), "SYS");
    assert_string_equal(signal_description(SIGKILL), "Killed");
}

static void what_is_no_such_signal_has_none(void **state)
{
    const int none[] = {0, -1, 32, SIGRTMIN, SIGRTMAX, SIGRTMAX + 1, INT32_MIN, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_null(signal_abbreviation(none[i]));
        assert_null(signal_description(none[i]));
    }
}

static void they_are_those_of_the_c_library(void **state)
{
    (void)state;
#if HAVE_SIGABBREV_NP
    for (int i = 1; i <= SIGSYS; i++) {
        assert_string_equal(signal_abbreviation(i), sigabbrev_np(i));
        assert_string_equal(signal_description(i), sigdescr_np(i));
    }
#else
    printf("skipped: this C library has no sigabbrev_np(3)\n");
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signal_has_a_name_of_its_own),
        cmocka_unit_test(what_is_no_such_signal_has_none),
        cmocka_unit_test(they_are_those_of_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
