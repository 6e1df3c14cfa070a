#!/bin/sh
# Runs tests in a virtual machine, by kernels of several releases of Debian: vm.sh [SUITE…] (bullseye
# bookworm trixie sid). There the clock is set, huge pages are reserved, and what an old kernel lacks is
# really not there. Not part of check: it takes a mirror, and the processor is emulated, which is slow.
#
# The machine's file system is an initramfs: the tests with what they run and link, and Debian's kernel
# with the few modules that they use. tests/vm/init is its only service.
# $PROGRAMS: what runs there instead of the default. Kernels stay in $VM (build/vm) for the next time,
# beside SUITE.log, what the tests wrote, and SUITE.kernel.log, what the kernel did.
set -u
cd "$(dirname "$0")/.." || exit 1
top=$(pwd)
: "${BUILD_DIR:=build}" "${VM:=$top/build/vm}" "${VM_TIMEOUT:=3600}"

# Those that ask the kernel most.
: "${PROGRAMS:=$(
    for name in vm/clock vm/huge unit/bpf unit/clock_steps unit/huge_pages unit/liveness unit/procs \
        unit/sockets unit/system unit/sysvipc unit/waitcall live/accounting live/attachments live/blocked \
        live/changing live/control live/descriptors live/far_peers live/files live/json live/maps \
        live/namespaces live/newprocs live/old_kernels live/peers live/print_events live/processes \
        live/reverse_map live/scarce live/shared live/shared_entered live/shared_gaps live/signalling \
        live/source live/stuck live/traces live/triage live/unlink live/unread live/waiters live/walk \
        live/witness; do
        echo "$BUILD_DIR/tests/${name}_test"
    done
)}"
modules='fuse inet_diag tcp_diag udp_diag unix_diag veth'
packages='bash coreutils dash diffutils findutils grep gzip hostname iproute2 jq lsof mawk ncurses-bin procps
    sed tar util-linux'

skip() {
    echo "skipped: $*"
    exit 77
}
# apt of a suite, beside the machine's own: of SUITE apt-get|apt-cache ARGUMENT…
of() {
    apt=$VM/$1/apt tool=$2
    shift 2
    "$tool" -q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$apt" -o Dir::State::Lists="$apt/lists" -o Dir::State::Status=/dev/null \
        -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}
fetch_kernel() { # SUITE: into $VM/SUITE/kernel
    [ -e "$VM/$1/.fetched" ] && return
    rm -rf "${VM:?}/$1" && mkdir -p "$VM/$1/apt/lists/partial" "$VM/$1/apt/cache/archives/partial" || return
    echo "deb $mirror $1 main" >"$VM/$1/apt/sources.list"
    of "$1" apt-get update || return
    # The newest of the cloud's kernels; of late it lies in packages that this one names.
    image=$(of "$1" apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
    parts=$(of "$1" apt-cache depends "$image" | sed -n 's/^ *Depends: \(linux-\(binary\|modules\)-.*\)/\1/p')
    # shellcheck disable=SC2086
    (cd "$VM/$1" && of "$1" apt-get download $image $parts) || return
    for package in "$VM/$1"/*.deb; do
        dpkg-deb -x "$package" "$VM/$1/kernel" || return
    done
    rm -rf "$VM/$1"/*.deb "$VM/$1/apt"
    touch "$VM/$1/.fetched"
}
archive() { # DIR: as the kernel unpacks it
    (cd "$1" && find . | busybox cpio -o -H newc 2>/dev/null)
}
# What the programs that follow are linked with, a path a line.
libraries() {
    ldd "$@" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/lib[^ ]*\) (.*/\1/p' | sort -u
}
make_root() { # DIR: all but the kernel
    rm -rf "$1" && mkdir -p "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/tmp" "$1/root" "$1/mnt" "$1/var/tmp" \
        "$1/src" "$1/usr/bin" "$1/usr/sbin" "$1/usr/lib" "$1/usr/lib64" "$1/etc" || return
    for dir in bin sbin lib lib64; do
        ln -s "usr/$dir" "$1/$dir"
    done
    git ls-files -z --cached --others --exclude-standard src tests README.md Makefile |
        xargs -0 cp --parents -t "$1/src" 2>/dev/null
    # shellcheck disable=SC2046,SC2086
    cp --parents -t "$1/src" "$BUILD_DIR/ipctop" "$BUILD_DIR/demo" $(printf '%s\n' $PROGRAMS | grep -v '\.sh$') || return
    find "$1/src/$BUILD_DIR" -type f -exec strip -g {} +
    # shellcheck disable=SC2086
    commands=$(dpkg -L $packages 2>/dev/null | grep -E '^(/usr)?/s?bin/[^/]+$')
    loaded=$(ldconfig -p | sed -n 's/.*=> \(.*\/lib\(ncursesw\|smartcols\|proc2\|gcc_s\)\.so\.[0-9]*\)$/\1/p')
    # shellcheck disable=SC2046,SC2086
    for file in $commands $loaded $(libraries $commands $loaded $(find "$1/src/$BUILD_DIR" -type f)) \
        $(find /usr/share/terminfo /lib/terminfo -type f 2>/dev/null) $(find /usr/lib/locale/C.utf8 -type f); do
        mkdir -p "$1$(dirname "$file")" && cp -P "$file" "$1$file"
        [ ! -L "$file" ] || cp -P "$(readlink -f "$file")" "$1$(dirname "$(readlink -f "$file")")"
    done 2>/dev/null
    cp "$(command -v busybox)" "$1/bin/busybox" && cp tests/vm/init "$1/init" || return
    cp -r /etc/passwd /etc/group /etc/nsswitch.conf /etc/services /etc/terminfo "$1/etc" 2>/dev/null
    printf '%s\n' "$PROGRAMS" >"$1/src/programs"
}
add_modules() { # SUITE DIR
    rm -rf "$2" && mkdir -p "$2/modules"
    for module in $modules; do
        file=$(find "$VM/$1/kernel" -name "$module.ko*" | head -n 1)
        case $file in
        *.xz) xz -dc "$file" >"$2/modules/$module.ko" ;;
        *.ko) cp "$file" "$2/modules" ;;
        esac
    done
}
# Processors in turn: side by side an emulated one may meet the breakpoint by which the kernel replaces
# code for a tracepoint after it was taken away, and panics.
boot() { # SUITE
    add_modules "$1" "$VM/$1/modules"
    { cat "$VM/root.cpio" && archive "$VM/$1/modules"; } >"$VM/$1/initrd" || return
    timeout "$VM_TIMEOUT" qemu-system-x86_64 -M q35 -cpu max -smp 2 -m 3072 -accel tcg,thread=single \
        -nodefaults -no-user-config -no-reboot -display none \
        -kernel "$(find "$VM/$1/kernel" -name 'vmlinuz*' | head -n 1)" -initrd "$VM/$1/initrd" \
        -append "console=ttyS0 panic=-1 quiet" \
        -serial "file:$VM/$1.kernel.log" -serial "file:$VM/$1.log"
    rm -f "$VM/$1/initrd"
}
of_suite() { # SUITE
    started=$(date +%s)
    fetch_kernel "$1" >"$VM/$1.log" 2>&1 || {
        echo "$1: no kernel could be had: $(grep -E '^(E|W): ' "$VM/$1.log" | tail -n 1)"
        return 2
    }
    boot "$1"
    echo "$1: $(sed -n 's/^@ //p' "$VM/$1.log"): $(tail -n 1 "$VM/$1.log") ($(($(date +%s) - started)) s)"
    grep -E '^did not run|^ +skip' "$VM/$1.log" | sed 's/^ */    /' | sort -u
    tail -n 1 "$VM/$1.log" | grep -qE '^[1-9][0-9]* passed, 0 failed' && return
    grep -E '^FAIL|^ *\[  FAILED  \]' "$VM/$1.log" | sort -u | sed 's/^/    /'
    return 1
}
for tool in qemu-system-x86_64 busybox dpkg-deb apt-get ldd xz; do
    command -v $tool >/dev/null || skip "no $tool: apt-get install qemu-system-x86 busybox-static"
done
mirror=${MIRROR:-$(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)}
[ -n "$mirror" ] || skip "no mirror of Debian in apt's lists: MIRROR=URL"
mkdir -p "$VM"
make_root "$VM/root" && archive "$VM/root" >"$VM/root.cpio" && rm -rf "$VM/root" || exit 1
passed=0 failed=0 skipped=0
[ $# -gt 0 ] || set -- bullseye bookworm trixie sid
for suite in "$@"; do
    of_suite "$suite"
    case $? in
    0) passed=$((passed + 1)) ;;
    1) failed=$((failed + 1)) ;;
    *) skipped=$((skipped + 1)) ;;
    esac
done
echo "kernels: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
