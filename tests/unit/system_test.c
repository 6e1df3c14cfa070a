#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "linux/objects/system.h"
#include "support/test.h"
#include "support/tree.h"

TEST_FIXTURE(tree_setup, tree_teardown)

TEST(the_machine_as_its_files_say)
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

TEST(a_container_is_not_the_machine)
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

TEST(a_hostile_name_is_harmless)
{
    struct system s;

    tree_write(*state, "sys/kernel/hostname", "a\033[31m\xff\n");
    system_read(*state, &s);
    assert_string_equal(s.hostname, "a\\e[31m\\xff");
}

TEST(what_is_missing_stays_zero)
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

TEST(our_own_machine)
{
    struct system s;
    char name[65] = "";

    system_read("/proc", &s);
    gethostname(name, sizeof name - 1);
    assert_string_equal(s.hostname, name);
    assert_true(s.uptime > 0);
    assert_true(s.ipc_namespace != 0);
}
