#!/bin/sh
# All of `make check`: layer rules, both compilers, the tests, and the tests again under sanitizers.
set -u
TEST_TOTALS=$(mktemp) || exit 1
export TEST_TOTALS
trap 'rm -f "$TEST_TOTALS"' EXIT INT TERM
status=0
jobs=$(nproc 2>/dev/null || echo 2)
step() {
    echo "== $1"
    shift
    "$@" || { status=1; echo "== failed: $*"; }
}
step "layers" tests/layers.sh
step "gcc" make --no-print-directory -s -j"$jobs" tests
step "tests" make --no-print-directory -s check-fast
if command -v clang >/dev/null; then
    step "clang" make --no-print-directory -s -j"$jobs" check-clang
fi
step "AddressSanitizer, UndefinedBehaviorSanitizer" make --no-print-directory -s -j"$jobs" O=build/asan \
    SAN=address,undefined CFLAGS="-O1 -g" tests
step "tests under them" make --no-print-directory -s check-asan
step "ThreadSanitizer" make --no-print-directory -s check-tsan
awk -v status=$status '{ p += $1; f += $2; s += $3 }
    END { if (status && !f) f = 1; printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$TEST_TOTALS"
exit $status
