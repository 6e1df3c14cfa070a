#!/bin/bash
# make install and uninstall: every file where PREFIX and DESTDIR say, nothing else, nothing left;
# what was installed works; the manual page is clean; the completion completes.
set -u
build=${BUILD_DIR:-build}
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}
files() { (cd "$root" && find . -type f | sort); }
make_into() { make --no-print-directory -s O="$build" DESTDIR="$root" PREFIX=/opt/ipc "$1" >"$root.out" 2>&1 || {
    cat "$root.out"
    fail "make $1"
}; }
trap 'rm -rf "$root" "$root.out"' EXIT

make_into install
expected="./opt/ipc/bin/ipctop
./opt/ipc/share/bash-completion/completions/ipctop
./opt/ipc/share/doc/ipctop/examples/ipctop-alerts.yml
./opt/ipc/share/doc/ipctop/examples/ipctop-cleanup.service
./opt/ipc/share/doc/ipctop/examples/ipctop-cleanup.timer
./opt/ipc/share/doc/ipctop/examples/ipctop-metrics.service
./opt/ipc/share/doc/ipctop/examples/ipctop-metrics.timer
./opt/ipc/share/fish/vendor_completions.d/ipctop.fish
./opt/ipc/share/man/man1/ipctop.1
./opt/ipc/share/zsh/site-functions/_ipctop"
[ "$(files)" = "$expected" ] || fail "installed: $(files)"
[ -x "$root/opt/ipc/bin/ipctop" ] || fail "not executable"
[ -x "$root/opt/ipc/share/man/man1/ipctop.1" ] && fail "the manual page is executable"
"$root/opt/ipc/bin/ipctop" --version | grep -q '^ipctop [0-9]' || fail "--version"

if command -v man >/dev/null; then
    warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -l "$root/opt/ipc/share/man/man1/ipctop.1" 2>&1 >"$root.out")
    [ -z "$warnings" ] || fail "man: $warnings"
    grep -q 'shared memory' "$root.out" || fail "the manual page shows nothing"
fi
if command -v mandoc >/dev/null; then
    warnings=$(mandoc -T lint -W warning "$root/opt/ipc/share/man/man1/ipctop.1")
    [ -z "$warnings" ] || fail "mandoc: $warnings"
fi

PATH=$root/opt/ipc/bin:$PATH
. "$root/opt/ipc/share/bash-completion/completions/ipctop"
compopt() { :; } # only exists inside a completion
completes() { # expected word, then the words typed
    local expected=$1 word
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _ipctop
    for word in "${COMPREPLY[@]}"; do
        [ "$word" = "$expected" ] && return
    done
    fail "completing '$*': ${COMPREPLY[*]} lacks $expected"
}
completes --json ipctop --j
completes -n ipctop -
completes segments ipctop --json seg
completes nattch ipctop --json segments -o na
completes key,size ipctop --json segments -o key,si
completes -size ipctop -s -si
completes status= ipctop --batch segments -f st
completes shmmax ipctop --batch limits -f name = shmm
completes root ipctop -u roo
completes TERM ipctop --signal TE
completes mono ipctop --color mo
completes high-contrast ipctop --color hi
completes "$root/opt/ipc/bin" ipctop --log "$root/opt/ipc/b"

make_into uninstall
[ -z "$(files)" ] || fail "left by uninstall: $(files)"
echo ok
