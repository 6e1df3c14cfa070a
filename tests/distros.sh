#!/bin/sh
# Builds and tests on other releases of Debian, each in a root of its own made by debootstrap(8):
# distros.sh [SUITE…] (bullseye bookworm trixie sid). As root, on a machine that reaches a mirror.
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
exit $status'
of() { # SUITE
    log=$DISTROS/$1.log
    make_root "$1" "$DISTROS/$1" >"$log" 2>&1 || {
        echo "$1: no root could be made: $(grep -E '^(E|W): ' "$log" | tail -n 1)"
        return 2
    }
    copy_sources "$DISTROS/$1"
    in_root "$DISTROS/$1" env PARTS="$PARTS" sh -c "$there" >>"$log" 2>&1
    code=$?
    echo "$1: $(sed -n 's/^@ //p' "$log"): $(grep -E '^[0-9]+ passed' "$log" | tail -n 1)"
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
for suite in ${*:-bullseye bookworm trixie sid}; do
    of "$suite"
    case $? in
    0) passed=$((passed + 1)) ;;
    1) failed=$((failed + 1)) ;;
    *) skipped=$((skipped + 1)) ;;
    esac
done
echo "releases: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
