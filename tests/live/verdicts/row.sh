#!/bin/bash
# One row of the verdict matrix, in namespaces of its own: row.sh PROGRAM STATE FINDINGS FOLLOW AFTER
# (see table for the fields). Run from the top of the project by run.sh.
. tests/support/apps.sh
need jq jq
private "$0" "$@"
. tests/live/verdicts/lib.sh

chmod 777 "$dir" # users write in it, too
program=${1%% *}
variant=${1#"$program"}
variant=${variant# }
state=state_$(echo "$2" | sed 's/[^a-z0-9]\{1,\}/_/g')
findings=$3 follow=$4 after=$5
[ -n "$follow" ] || follow=-
[ -n "$after" ] || after=-
settling='' # not empty: an expectation of nothing is awaited, too
shared=$VERDICTS_SHARED # made once for all rows: under its lock
works() { :; }
checks() { :; }

. "tests/live/verdicts/programs/$program.sh"
declare -F "$state" >/dev/null || fail "no function $state in programs/$program.sh"
"$state"
expect "$findings"
checks
[ "$follow" = - ] && { works; exit 0; }
jq -r '.findings[] | "\(.severity) \(.rule): \(.title)\n    \(.evidence)\n    \(.advice)"' "$dir/said"
IFS=';' read -r -a steps <<<"$(expand "$follow")"
for step in "${steps[@]}"; do
    read -r verb arguments <<<"$step"
    echo "--- $verb $arguments"
    # shellcheck disable=SC2086
    "follow_${verb//-/_}" $arguments || fail "could not follow: $step"
done
settling=yes
expect "$after"
works
exit 0
