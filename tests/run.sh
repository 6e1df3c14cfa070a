#!/bin/sh
# Runs test programs and counts: run.sh PROGRAM…
# $JOBS of them run side by side (default: two more than there are processors, since many wait). Those
# whose source has a line '// runs first: why' ('# runs first: why' in a script) begin; those with
# '// runs alone: why' run afterwards, one after the other.
# A program is one that speaks cmocka, or a script: exit 0 passed, 77 skipped, anything else failed.
# One that takes longer than $TEST_TIMEOUT seconds hangs: it is ended and has failed.
# Counts are added to $TEST_TOTALS if that names a file, what failed and its output to $TEST_FAILURES,
# and "REASON<tab>PROGRAM" of what was skipped whole to $TEST_SKIPPED. What did not run and why stands
# before the last line, which is 'N passed, N failed, N skipped'.
set -u
unset POSIXLY_CORRECT # options of ours may stand behind operands
unset MAKEFLAGS MFLAGS MAKELEVEL # a test that runs make is no part of ours

# Runs one program; its report is printed whole, and its counts are added to $counts.
one() {
    program=$1 limit=${TEST_TIMEOUT:-600} child=
    out=$(mktemp) || exit 1
    trap 'rm -f "$out" "$out.report"' EXIT
    trap '[ -n "$child" ] && kill -TERM "$child"; exit 130' INT TERM
    case $program in
    /*) ;;
    *) program=./$program ;;
    esac
    started=$(date +%s)
    timeout -k 10 "$limit" "$program" </dev/null >"$out" 2>&1 &
    child=$!
    wait "$child"
    status=$?
    child=
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
    if [ $status -eq 77 ]; then
        reason=$(sed -n 's/^skip[a-z]*: *//p' "$out" | tail -n 1)
        printf '%s\t%s\n' "${reason:-it does not say why}" "$program" >>"$counts.whole"
    fi
    if [ $f -gt 0 ]; then
        why="status $status"
        [ $took -ge "$limit" ] && why="hung in $(sed -n 's/^\[ RUN      \] //p' "$out" | tail -n 1): ended"
        echo "FAIL $program ($why, ${took}s)"
        sed 's/^/    /' "$out" | awk '{ line[NR] = $0 } # the beginning and the end of a long one
            END { for (i = 1; i <= NR; i++) if (i <= 60 || i > NR - 100) print line[i] }'
    else
        echo "ok   $program: $p passed, $s skipped (${took}s)"
        grep -h -i '^skip' "$out" | sort -u | sed 's/^/       /'
    fi >"$out.report"
    flock "$counts" sh -c '
        cat "$1"
        echo "$3" >>"$2"
        [ "$4" -gt 0 ] && [ -n "${TEST_FAILURES:-}" ] && cat "$1" >>"$TEST_FAILURES"
        :' sh "$out.report" "$counts" "$p $f $s" "$f"
}
# What a file like $TEST_SKIPPED holds, a line for each reason.
did_not_run() {
    sort -u "$1" | awk -F '\t' '
        { n[$1]++; name[$1] = $2 }
        END {
            for (reason in n)
                print "did not run: " (n[reason] > 1 ? n[reason] " test programs" : name[reason]) ": " reason
        }'
}
case ${1:-} in
--one)
    one "$2"
    exit 0
    ;;
--did-not-run)
    did_not_run "$2"
    exit 0
    ;;
esac

says() { # PROGRAM WORDS: whether its source does
    source=tests/${1##*tests/}
    [ -e "$source" ] || source=$source.c
    grep -q "^\(//\|#\) $2: " "$source"
}
counts=$(mktemp) || exit 1
trap 'rm -f "$counts" "$counts.whole"' EXIT
trap 'exit 130' INT TERM
export counts
: >"$counts.whole"
first='' together='' alone=''
for program in "$@"; do
    if says "$program" 'runs alone'; then
        alone="$alone $program"
    elif says "$program" 'runs first'; then
        first="$first $program"
    else
        together="$together $program"
    fi
done
side_by_side() { # JOBS PROGRAM…
    jobs=$1
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" | xargs -n 1 -P "$jobs" "$0" --one
}
# shellcheck disable=SC2086 # words
side_by_side "${JOBS:-$(($(nproc 2>/dev/null || echo 2) + 2))}" $first $together
# shellcheck disable=SC2086
side_by_side 1 $alone
awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts" >"$counts.sum"
read -r passed failed skipped <"$counts.sum"
rm -f "$counts.sum"
[ -n "${TEST_TOTALS:-}" ] && echo "$passed $failed $skipped" >>"$TEST_TOTALS"
[ -n "${TEST_SKIPPED:-}" ] && cat "$counts.whole" >>"$TEST_SKIPPED"
did_not_run "$counts.whole"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$(wc -l <"$counts")" -eq $# ]
