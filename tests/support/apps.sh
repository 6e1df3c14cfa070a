# What the tests on real programs share: namespaces of their own, and what the monitor says in them.
# Sourced by tests/live/apps_*_test.sh and tests/live/verdicts/row.sh, from the top of the project.

ipctop=$PWD/${BUILD_DIR:-build}/ipctop

skip() {
    echo "skip: $*"
    exit 77
}
need() { # COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 || skip "$1 (package $2) is not installed"
}
# Runs the script again with its own IPC, processes, network (which has no address at all) and
# mounts; whatever it starts ends with it.
private() {
    if [ -z "${APPS_INSIDE:-}" ]; then
        [ "$(id -u)" = 0 ] || skip "servers of several users need root"
        unshare --ipc --pid --net --mount --fork true 2>/dev/null || skip "no namespaces here"
        # That of util-linux 2.36 leaves these signals ignored, which a shell cannot undo.
        APPS_INSIDE=1 exec unshare --ipc --pid --net --mount --fork --kill-child --mount-proc \
            env --default-signal=INT,TERM "$@"
    fi
    [ $$ = 1 ] || exit 1 # what follows kills by name
    dir=$(mktemp -d) || exit 1
    chmod 755 "$dir"
    trap 'rm -rf "$dir"' EXIT
}
fail() {
    echo "FAILED: $*"
    cat "$dir/said"
    echo "and now:"
    "$ipctop" --json segments semaphores queues waiters findings
    exit 1
}
as() { # UID COMMAND…
    uid=$1
    shift
    setpriv --reuid="$uid" --regid="$uid" --clear-groups -- "$@"
}
end_all() { # NAME…: every process of that name in here, those that were just forked as well
    for name in "$@"; do
        while pgrep -r R,S,D,T -x "$name" >/dev/null; do
            pkill -9 -x "$name"
        done
    done
}

# Whether jq finds EXPRESSION true of what the monitor says. A process that does not answer for 100
# ms on a busy machine is none of these tests' business.
says() {
    "$ipctop" --json segments semaphores queues waiters holders findings >"$dir/said" 2>"$dir/err" ||
        fail "the monitor ended with $?: $(cat "$dir/err")"
    jq -e '.findings |= map(select(.rule != "stuck")) | '"$1" "$dir/said" >/dev/null
}
# The same within a minute.
await() { # EXPRESSION WHAT
    for _ in $(seq 600); do
        says "$1" && return 0
        sleep 0.1
    done
    fail "never $2: $1"
}
now() { # EXPRESSION WHAT
    says "$1" || fail "not $2: $1"
}
until_true() { # WHAT COMMAND…
    what=$1
    shift
    for _ in $(seq 600); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    fail "never $what"
}
# Nothing is wrong, looked at several times.
healthy() {
    for _ in 1 2 3 4 5; do
        now '.findings == []' "healthy"
    done
}
# What the finding looks like, for who reads the test's output.
show() { # RULE
    jq -r --arg rule "$1" '.findings[] | select(.rule == $rule) |
        "\(.severity): \(.title)\n    \(.evidence)\n    \(.advice)"' "$dir/said"
}
