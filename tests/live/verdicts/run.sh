#!/bin/bash
# The matrix of verdicts: real programs and emulated ones, healthy, busy and in every broken state that
# can be made, and what the monitor says of each: run.sh cases|servers|clients. The rows are in table and
# cases; those known to be wrong are in known-wrong, and fail when they are right.
#
#   VERDICTS=REGEX   only rows 'PROGRAM | STATE' that match    VERDICTS_JOBS=N   so many at a time
#   VERDICTS_SHOW=1  with what each row prints                 PATIENCE=SECONDS  for a right verdict to appear
unset POSIXLY_CORRECT
# Each row runs the program many times: where it is sanitized, looking for leaks at each end would take a
# third of the time. Other tests do.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}
here=tests/live/verdicts
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export VERDICTS_SHARED=$work/shared
mkdir -m 755 "$VERDICTS_SHARED"
chmod 755 "$work"
jobs=${VERDICTS_JOBS:-$((2 * $(nproc)))}
servers='^(postgresql|apache|zabbix|fakeroot|x11)( |$)'
in_part() { # PROGRAM: the parts have all rows
    case $part in
    cases) [[ $1 =~ ^(cases|odd)( |$) ]] ;;
    servers) [[ $1 =~ $servers ]] ;;
    clients) ! [[ $1 =~ ^(cases|odd)( |$) ]] && ! [[ $1 =~ $servers ]] ;;
    *) true ;;
    esac
}
part=${1:-all}

trim() { # VARIABLE…: takes the blanks around their texts away
    local -n text
    for text in "$@"; do
        text=${text#"${text%%[![:space:]]*}"}
        text=${text%"${text##*[![:space:]]}"}
    done
}
declare -A known
while IFS='|' read -r program state _; do
    case $program in
    '' | \#*) ;;
    *)
        trim program state
        known["$program | $state"]=1
        ;;
    esac
done <$here/known-wrong
run() { # NUMBER NAME FIELD…
    local number=$1 name=$2 patience=30
    shift 2
    [ -n "${known[$name]}" ] && patience=3
    PATIENCE=${PATIENCE:-$patience} timeout -k 5 200 bash "$here/row.sh" "$@" >"$work/$number.out" 2>&1 </dev/null
    echo $? >"$work/$number.ended"
    mv "$work/$number.ended" "$work/$number.status"
}
failed=()
report() { # NUMBER NAME
    local status
    status=$(cat "$work/$1.status")
    if [ -n "${known[$2]}" ]; then
        case $status in
        3) status=known ;;
        0) status=mended ;;
        esac
    fi
    case $status in
    0) echo "[       OK ] $2" ;;
    77) echo "[  SKIPPED ] $2"; skipped+=("$2"); sed -n "s/^skip/skip: $2/p" "$work/$1.out" ;;
    known) echo "[       OK ] $2 (known to be wrong)" ;;
    mended) echo "[  FAILED  ] $2"; failed+=("$2"); echo "    right now: remove it from $here/known-wrong" ;;
    *) echo "[  FAILED  ] $2"; failed+=("$2"); echo "    status $status"; sed 's/^/    /' "$work/$1.out" | tail -n 40 ;;
    esac
    [ -z "$VERDICTS_SHOW" ] || sed 's/^/    /' "$work/$1.out"
}

report_ended() { # in the order of the table
    while [ "$reported" -lt "$n" ] && [ -e "$work/$((reported + 1)).status" ]; do
        reported=$((reported + 1))
        report "$reported" "${names[reported]}"
    done
}

[ -x "${BUILD_DIR:-build}/tests/live/verdicts/actor" ] || { echo "verdicts/actor is not built"; exit 1; }
n=0 reported=0
names=()
while IFS='|' read -r program state findings follow after; do
    trim program state findings follow after
    case $program in
    '' | \#*) continue ;;
    esac
    name="$program | $state"
    in_part "$program" || continue
    [[ $name =~ ${VERDICTS:-.} ]] || continue
    while [ "$(jobs -r | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    report_ended
    n=$((n + 1))
    names[n]=$name
    run "$n" "$name" "$program" "$state" "$findings" "$follow" "$after" &
done < <(cat $here/cases $here/table)
wait
report_ended
for name in "${skipped[@]}"; do
    echo "[  SKIPPED ] $name"
done
for name in "${failed[@]}"; do
    echo "[  FAILED  ] $name"
done
echo "$n rows, ${#failed[@]} failed, ${#skipped[@]} skipped"
[ ${#failed[@]} -eq 0 ]
