#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"
#include "support/test.h"

#ifdef __GLIBC__
#define HAVE_SIGABBREV_NP __GLIBC_PREREQ(2, 32)
#endif

TEST(every_signal_has_a_name_of_its_own)
{
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

TEST(what_is_no_such_signal_has_none)
{
    const int none[] = {0, -1, 32, SIGRTMIN, SIGRTMAX, SIGRTMAX + 1, INT32_MIN, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_null(signal_abbreviation(none[i]));
        assert_null(signal_description(none[i]));
    }
}

TEST(they_are_those_of_the_c_library)
{
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
