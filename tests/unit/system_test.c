#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "linux/system.h"
#include "support/tree.h"

static int setup(void **state)
{
    *state = tree_new();
    return 0;
}

static int teardown(void **state)
{
    tree_free(*state);
    return 0;
}

static void the_machine_as_its_files_say(void **state)
{
    struct system s;

    tree_write(*state, "sys/kernel/hostname", "db01\n");
    tree_write(*state, "loadavg", "3.10 2.87 12.05 2/411 18702\n");
    tree_write(*state, "uptime", "3600123.45 7000000.00\n");
    tree_write(*state, "sys/kernel/shm_rmid_forced", "1\n");
    tree_link(*state, "self/ns/ipc", "ipc:[4026531839]");
    tree_link(*state, "self/ns/pid", "pid:[4026531836]");
    system_read(*state, &s);
    assert_string_equal(s.hostname, "db01");
    assert_true(s.load[0] > 3.099 && s.load[0] < 3.101);
    assert_true(s.load[1] > 2.869 && s.load[1] < 2.871);
    assert_true(s.load[2] > 12.049 && s.load[2] < 12.051);
    assert_int_equal(s.uptime, 3600123);
    assert_true(s.ipc_namespace == 4026531839u);
    assert_true(s.host_namespace);
    assert_true(s.first_pid_namespace);
    assert_true(s.rmid_forced);
    assert_int_equal(s.euid, geteuid());
    assert_string_equal(s.user, "");
}

static void a_container_is_not_the_machine(void **state)
{
    struct system s;

    tree_link(*state, "self/ns/ipc", "ipc:[4026532201]");
    tree_link(*state, "self/ns/pid", "pid:[4026532202]");
    system_read(*state, &s);
    assert_true(s.ipc_namespace == 4026532201u);
    assert_false(s.host_namespace);
    assert_false(s.first_pid_namespace);
    assert_false(s.rmid_forced); // not to be read here
}

static void a_hostile_name_is_harmless(void **state)
{
    struct system s;

    tree_write(*state, "sys/kernel/hostname", "a\033[31m\xff\n");
    system_read(*state, &s);
    assert_string_equal(s.hostname, "a\\e[31m\\xff");
}

static void what_is_missing_stays_zero(void **state)
{
    struct system s, none;

    memset(&s, 0x55, sizeof s);
    tree_link(*state, "self/ns/ipc", "mnt:[4026531839]");
    tree_write(*state, "loadavg", "1.0 garbage\n");
    system_read(*state, &s);
    none = (struct system){.euid = geteuid()};
    assert_string_equal(s.hostname, "");
    assert_memory_equal(s.load, none.load, sizeof s.load);
    assert_int_equal(s.uptime, 0);
    assert_int_equal(s.ipc_namespace, 0);
    assert_false(s.host_namespace);
    assert_false(s.first_pid_namespace);
}

static void our_own_machine(void **state)
{
    struct system s;
    char name[65] = "";

    (void)state;
    system_read("/proc", &s);
    gethostname(name, sizeof name - 1);
    assert_string_equal(s.hostname, name);
    assert_true(s.uptime > 0);
    assert_true(s.ipc_namespace != 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_machine_as_its_files_say),
        TEST(a_container_is_not_the_machine),
        TEST(a_hostile_name_is_harmless),
        TEST(what_is_missing_stays_zero),
        TEST(our_own_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
