// Containers and units by the names of control groups, as the engines and systemd make them.
#include "linux/process/cgroup.h"

#include <string.h>

#include "support/test.h"

#define ID "3f4e5d6c7b8a9f0e1d2c3b4a59687786756453423120fedcba98765432101234"

static struct cgroup_names names;

static void parse(const char *text)
{
    cgroup_parse(text, strlen(text), &names);
}

static void expect(const char *text, const char *container, const char *unit)
{
    parse(text);
    assert_string_equal(names.container, container);
    assert_string_equal(names.unit, unit);
}

TEST(units_are_the_outermost_service_or_scope)
{
    expect("0::/system.slice/nginx.service\n", "", "nginx.service");
    expect("0::/user.slice/user-1000.slice/session-3.scope\n", "", "session-3.scope");
    expect("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n", "",
           "x.service");
    expect("0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "",
           "user@1000.service");
    expect("0::/init.scope\n", "", "");
    expect("0::/system.slice/_cgroup.service\n", "", "cgroup.service");
    expect("0::/\n", "", "");
    expect("0::/system.slice/gone.service (deleted)\n", "", "gone.service");
    // What a process calls the groups that it makes below its own is no unit.
    expect("0::/system.slice/app.service/evil/nginx.service\n", "", "app.service");
    expect("0::/system.slice/app.service/user@0.service/nginx.service\n", "", "app.service");
    expect("0::/system.slice/user@evil.service/nginx.service\n", "", "user@evil.service");
    expect("0::/user.slice/user-1000.slice/session-3.scope/nginx.service\n", "", "session-3.scope");
    expect("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service/y.service\n", "",
           "x.service");
}

TEST(containers_by_each_engine)
{
    expect("0::/system.slice/docker-" ID ".scope\n", "docker:3f4e5d6c7b8a", "docker-" ID ".scope");
    expect("0::/docker/" ID "\n", "docker:3f4e5d6c7b8a", "");
    expect("0::/machine.slice/libpod-" ID ".scope/container\n", "podman:3f4e5d6c7b8a",
           "libpod-" ID ".scope");
    expect("0::/machine.slice/libpod-conmon-" ID ".scope\n", "", "libpod-conmon-" ID ".scope");
    expect("0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1_2.slice/"
           "cri-containerd-" ID ".scope\n",
           "kubernetes:3f4e5d6c7b8a", "cri-containerd-" ID ".scope");
    expect("0::/kubepods/burstable/pod1-2/" ID "\n", "kubernetes:3f4e5d6c7b8a", "");
    expect("0::/lxc.payload.web/system.slice/nginx.service\n", "lxc:web", "nginx.service");
    expect("0::/lxc/web\n", "lxc:web", "");
    expect("0::/machine.slice/systemd-nspawn@db\\x2d1.service/payload\n", "nspawn:db-1",
           "systemd-nspawn@db\\x2d1.service");
}

TEST(the_old_hierarchies_have_a_line_each)
{
    expect("12:memory:/docker/" ID "\n1:name=systemd:/system.slice/containerd.service\n0::/\n",
           "docker:3f4e5d6c7b8a", "containerd.service");
    expect("4:cpu,cpuacct:/system.slice/other.service\n1:name=systemd:/system.slice/a.service\n",
           "", "a.service");
}

TEST(hostile_names_stay_harmless)
{
    char text[5000] = "0::/";

    expect("0::/lxc/\033[2Jx\n", "lxc:\\e[2Jx", "");
    expect("0::/machine.slice/systemd-nspawn@\\x1b\\xffx.service\n", "nspawn:\\e\\xffx",
           "systemd-nspawn@\\x1b\\xffx.service");
    expect("", "", "");
    expect("0\n0:\n0::\n::\n:::/lxc\n", "", "");
    expect("0::/docker/short\n", "", "");
    memset(text + 4, 'a', sizeof text - 14);
    strcpy(text + sizeof text - 10, ".service");
    parse(text);
    assert_true(strlen(names.unit) < sizeof names.unit && strlen(names.unit) > 100);
    memcpy(text + 4, "lxc/", 4);
    parse(text);
    assert_true(strlen(names.container) < sizeof names.container);
    static const char whole[] = "0::/machine.slice/systemd-nspawn@a\\x1b.service/payload\n";
    for (size_t n = 0; n < sizeof whole; n++)
        cgroup_parse(whole, n, &names);
}
