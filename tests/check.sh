#!/bin/sh
# All of `make check`: layer rules, both compilers, the tests, and the tests again under sanitizers.
# What failed is told again at the end, with what it said; the last line counts.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export TEST_TOTALS="$dir/totals" TEST_FAILURES="$dir/failures" TEST_SKIPPED="$dir/skipped" WERROR=1
: >"$TEST_TOTALS"
: >"$TEST_SKIPPED"
status=0
jobs=$(nproc 2>/dev/null || echo 2)
step() {
    echo "== $1"
    name=$1
    shift
    : >"$TEST_FAILURES"
    { "$@" 2>&1 || : >"$dir/failed"; } | tee "$dir/said"
    [ -e "$dir/failed" ] || return
    rm "$dir/failed"
    status=1
    [ -s "$TEST_FAILURES" ] || tail -n 50 "$dir/said" >"$TEST_FAILURES" # it was no test: a compiler
    { echo "== failed: $name: $*"; cat "$TEST_FAILURES"; } >>"$dir/told"
    echo "== failed: $name"
}
# Some 170 test programs are linked three times: by this linker in half the time.
if echo 'int main(void) { return 0; }' | cc -fuse-ld=lld -x c -o "$dir/probe" - 2>/dev/null; then
    export LDFLAGS="${LDFLAGS:-} -fuse-ld=lld"
fi
step "gcc" make --no-print-directory -s -j"$jobs" CFLAGS=-O2 tests
step "layers" tests/layers.sh
step "tests" make --no-print-directory -s CFLAGS=-O2 check-tests
if clang -fsanitize=fuzzer -x c -o "$dir/probe" - 2>/dev/null <<END
int LLVMFuzzerTestOneInput(const char *data, unsigned long n) { return data && n && 0; }
END
then # its build for them compiles the program
    step "clang: the program, and fuzzers for a minute" make --no-print-directory -s -j"$jobs" fuzz
    step "clang: tests" make --no-print-directory -s -j"$jobs" check-clang-tests
else
    printf 'clang has no libFuzzer here\tmake fuzz\n' >>"$TEST_SKIPPED"
    command -v clang >/dev/null && step "clang" make --no-print-directory -s -j"$jobs" check-clang
fi
if command -v musl-gcc >/dev/null; then
    step "musl" tests/musl.sh
fi
step "AddressSanitizer, UndefinedBehaviorSanitizer" make --no-print-directory -s -j"$jobs" O=build/asan \
    SAN=address,undefined CFLAGS="-O1 -g1" tests
step "tests under them" make --no-print-directory -s check-asan
step "ThreadSanitizer" make --no-print-directory -s -j"$jobs" check-tsan
[ $status -eq 0 ] || cat "$dir/told"
tests/run.sh --did-not-run "$TEST_SKIPPED"
awk -v status=$status '{ p += $1; f += $2; s += $3 }
    END { if (status && !f) f = 1; printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$TEST_TOTALS"
exit $status
