#!/bin/sh
# Builds and tests on other releases of Debian, each in a root of its own made by debootstrap(8):
# distros.sh [SUITE…] (bullseye bookworm trixie sid bookworm+arm64 bookworm+i386). SUITE+ARCH is
# compiled for that machine by a cross compiler, and its unit tests run under qemu-user. As root, on
# a machine that reaches a mirror.
# The roots stay in $DISTROS (build/distros) for the next time. A line for each release says what
# became of it; the whole output is in $DISTROS/SUITE.log. $PARTS: goals of the Makefile to make there.
#
# What runs there has mount, PID and IPC namespaces of its own, and its root is a mount point moved
# to by pivot_root(2): in a plain chroot(2) no namespace with mounts can be made, and the live and
# terminal tests would be skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
top=$(pwd)
: "${DISTROS:=$top/build/distros}" "${PARTS:=tests check-fast check-clang}"

make_root() { # SUITE DIR
    [ -e "$2/.made" ] && return
    rm -rf "$2" && mkdir -p "$2/etc/dpkg/dpkg.cfg.d" || return
    echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/unsafe-io" # it can be made again: no fsync(2)
    # shellcheck disable=SC2086
    debootstrap --variant=minbase "$1" "$2" ${MIRROR:-} && touch "$2/.made"
}
# Run within the namespaces: enter DIR COMMAND…
enter() {
    root=$1
    shift
    mount --bind "$root" "$root" && mount -t proc proc "$root/proc" &&
        mount --rbind /sys "$root/sys" && mount --rbind /dev "$root/dev" &&
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp" && mount -t tmpfs tmpfs "$root/run" || return
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    mkdir -p "$root/.old"
    cd "$root" && pivot_root . .old && cd / || return
    umount -l /.old
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 "$@"
}
if [ "${1:-}" = --enter ]; then
    shift
    enter "$@"
    exit 1
fi
in_root() { # DIR COMMAND…
    unshare --mount --pid --ipc --uts --fork --kill-child "$top/tests/distros.sh" --enter "$@"
}
copy_sources() { # DIR
    rm -rf "$1/src"
    mkdir -p "$1/src"
    git ls-files -z --cached --others --exclude-standard | xargs -0 tar -cf - 2>/dev/null |
        tar -xf - -C "$1/src" --no-same-owner
}
# The last lines of what runs there are "N passed, N failed, N skipped" and what did not run.
there='
cd /src || exit 1
.ci/packages.sh check || exit 1
.ci/packages.sh reference
echo "@ $(. /etc/os-release; echo "$PRETTY_NAME"), $(ldd --version | sed -n "1s/.* //p" | sed "s/^/glibc /"),\
 gcc $(gcc -dumpfullversion), clang $(clang -dumpversion)"
status=0
for part in $PARTS; do
    make --no-print-directory -s -k -j"$(nproc)" "$part" || status=1
done
echo "@ the program needs $(objdump -T build/ipctop | grep -o "GLIBC_[0-9.]*" | sort -Vu | tail -n 1)"
exit $status'
# The same for another machine: a test program is replaced by a script that runs it by qemu-user.
there_cross='
cd /src || exit 1
case $ARCH in
arm64) machine=aarch64-linux-gnu emulator=qemu-aarch64 libraries=$machine ;;
armhf) machine=arm-linux-gnueabihf emulator=qemu-arm libraries=$machine ;;
i386) machine=i686-linux-gnu emulator=qemu-i386 libraries=i386-linux-gnu ;;
*) echo "E: no such machine is known here: $ARCH"; exit 2 ;;
esac
export PKG_CONFIG_LIBDIR="/usr/lib/$libraries/pkgconfig:/usr/share/pkgconfig"
dpkg --add-architecture "$ARCH" && apt-get update -q || exit 1
set --
for library in libncurses-dev libjansson-dev libsmartcols-dev libcmocka-dev libvterm-dev; do
    set -- "$@" "$library:$ARCH"
done
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends make pkg-config qemu-user \
    "gcc-$machine" "libc6-dev:$ARCH" "$@" || exit 1
echo "@ $(. /etc/os-release; echo "$PRETTY_NAME"), $($machine-gcc -dumpmachine) $($machine-gcc -dumpfullversion), $emulator"
make_there() {
    make --no-print-directory -s -k -j"$(nproc)" O=build WERROR=1 CC="$machine-gcc" AR="$machine-ar" "$@"
}
programs=$(for test in tests/unit/*_test.c; do echo "build/${test%.c}"; done)
# shellcheck disable=SC2086
make_there all $programs || exit 1
for program in build/ipctop $programs; do
    mv "$program" "$program.elf"
    printf "#!/bin/sh\nexec $emulator \"\$0.elf\" \"\$@\"\n" >"$program"
    chmod +x "$program"
done
# shellcheck disable=SC2086
TEST_EMULATED=1 tests/run.sh $programs'
of() { # SUITE
    log=$DISTROS/$1.log
    suite=${1%+*} arch=${1#"$suite"}
    arch=${arch#+}
    make_root "$suite" "$DISTROS/$1" >"$log" 2>&1 || {
        echo "$1: no root could be made: $(grep -E '^(E|W): ' "$log" | tail -n 1)"
        return 2
    }
    copy_sources "$DISTROS/$1"
    if [ -n "$arch" ]; then
        in_root "$DISTROS/$1" env ARCH="$arch" sh -c "$there_cross" >>"$log" 2>&1
    else
        in_root "$DISTROS/$1" env PARTS="$PARTS" sh -c "$there" >>"$log" 2>&1
    fi
    code=$?
    echo "$1: $(sed -n 's/^@ //p' "$log" | paste -s -d , | sed 's/,/, /g'): $(grep -E '^[0-9]+ passed' "$log" | tail -n 1)"
    [ $code -eq 0 ] && return
    grep -E '^FAIL|error:|^\[  FAILED  \]|undefined reference' "$log" | sort -u | sed 's/^/    /' | head -n 40
    return 1
}
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null || ! unshare -m true 2>/dev/null; then
    echo "skipped: it takes root, debootstrap(8) and mount namespaces"
    exit 77
fi
mkdir -p "$DISTROS"
passed=0 failed=0 skipped=0
for release in ${*:-bullseye bookworm trixie sid bookworm+arm64 bookworm+i386}; do
    of "$release"
    case $? in
    0) passed=$((passed + 1)) ;;
    1) failed=$((failed + 1)) ;;
    *) skipped=$((skipped + 1)) ;;
    esac
done
echo "releases: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
