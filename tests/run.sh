#!/bin/sh
# Runs test programs one after the other and counts: run.sh PROGRAM…
# A program is one that speaks cmocka, or a script: exit 0 passed, 77 skipped, anything else failed.
# One that takes longer than $TEST_TIMEOUT seconds hangs: it is ended and has failed.
# Counts are added to $TEST_TOTALS if that names a file, what failed and its output to $TEST_FAILURES;
# the last line is 'N passed, N failed, N skipped'.
set -u
unset POSIXLY_CORRECT # options of ours may stand behind operands
limit=${TEST_TIMEOUT:-300}
passed=0 failed=0 skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
trap 'exit 130' INT TERM
fail() {
    echo "FAIL $program ($why, ${took}s)"
    sed 's/^/    /' "$out" | tail -n 100
}
for program in "$@"; do
    case $program in
    /*) ;;
    *) program=./$program ;;
    esac
    started=$(date +%s)
    timeout -k 10 "$limit" "$program" </dev/null >"$out" 2>&1
    status=$?
    took=$(($(date +%s) - started))
    p=$(grep -c '^\[       OK \]' "$out")
    f=$(grep -c '^\[  FAILED  \] [^0-9]' "$out")
    s=$(grep -c '^\[  SKIPPED \] [^0-9]' "$out")
    f=$((f / 2)) s=$((s / 2)) # cmocka names each again in its summary
    if [ $((p + f + s)) -eq 0 ]; then
        case $status in
        0) p=1 ;;
        77) s=1 ;;
        *) f=1 ;;
        esac
    elif [ $status -ne 0 ] && [ $f -eq 0 ]; then
        f=1 # it died, or a sanitizer spoke, after its tests
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ $status -ne 0 ] && [ $status -ne 77 ]; then
        why="status $status"
        [ $took -ge "$limit" ] && why="hung in $(sed -n 's/^\[ RUN      \] //p' "$out" | tail -n 1): ended"
        fail
        [ -n "${TEST_FAILURES:-}" ] && fail >>"$TEST_FAILURES"
    else
        echo "ok   $program: $p passed, $s skipped (${took}s)"
        grep -h -i '^skip' "$out" | sort -u | sed 's/^/       /'
    fi
done
[ -n "${TEST_TOTALS:-}" ] && echo "$passed $failed $skipped" >>"$TEST_TOTALS"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
