# Populations in the shape of databases that Debian does not package, by the actor. $variant: oracle, db2,
# sap, informix, postgres (with the keys of old releases), yugabyte.
#
# An instance is a first process that makes the memory and ends with it, some that have it attached, and sets
# of which only the first is operated by the living: the rest were given their values by a process that
# started the instance and ended.
case $variant in
oracle)
    first=ora_pmon_ORCL others='ora_dbw0_ORCL ora_lgwr_ORCL oracleORCL'
    segments='shm:0:8388608 shm:0:33554432 shm:0x9fa3c1e4:12288' key=0x6d1f2b40
    ;;
db2)
    first=db2sysc others='db2fmp db2vend'
    segments='shm:0:50331648 shm:0x5c4e7d61:1048576' key=0x5c4e7d62
    ;;
sap)
    first=dw.sapPRD_D00 others='icman gwrd'
    segments='shm:58900100:4096 shm:10001:8388608 shm:10002:1048576' key=10031
    # Keys from 10000 on are SAP's where the owner is named like SAP's users.
    { cat /etc/passwd; echo "prdadm:x:$user:$user::/:/bin/sh"; } | grep -v '^nobody:' >"$dir/passwd"
    mount --bind "$dir/passwd" /etc/passwd || fail "no user prdadm"
    ;;
informix)
    first=oninit others='oninit oninit'
    segments='shm:0x52564801:16777216 shm:0x52564802:8388608' key=0x52574801
    ;;
postgres)
    first=postgres others='postgres postgres'
    segments='shm:5432001:56' key=5432002
    ;;
yugabyte)
    first=postgres others='postgres postgres'
    segments='shm:0:4096 shm:5433001:56' key=5433002
    ;;
esac
app=$variant
last='op:3:-1' # what the others do in the end: wait
[ "$variant" = yugabyte ] && app=postgres

begin() { # sets $main, $rest
    act name:starter user:$user "sem:$key:4" values:1 "sem:$((key + 1)):4:2" values:1 forget \
        "sem:$key:4" op:0:-1 op:0:1
    # shellcheck disable=SC2086
    start $first user:$user $segments "sem:$key:4" attach touch op:1:-1 op:3:-1 DONE hold
    main=$started
    mapfile -t ids < <(ipcs -m | awk '/^0x/ && $6 < 99 { print $2 }' | tail -n "$(wc -w <<<"$segments")")
    rest=
    for name in $others; do
        start "$name" user:$user "${ids[@]/#/use:m:}" "sem:$key:4" attach op:2:1 DONE $last
        rest="$rest${rest:+ }$started"
    done
    comma=${rest// /,}
}
at_work() {
    begin
}
not_orphans() {
    checks() {
        fact '[.segments[], .semaphores[]] | all(.orphan != true)' "nothing is an orphan"
        fact ".segments | all(.app == \"$app\")" "its application"
        fact ".semaphores | all(.app == \"$app\")" "the application of the group"
    }
}
state_healthy() {
    at_work
    not_orphans
}
state_busy() {
    at_work
    start "$first" user:$user "sem:$key:4" DONE op:1:-1
    not_orphans
}
state_a_server_killed() { # one of several
    at_work
    kill_hard "${rest##* }"
}
state_stopped() {
    at_work
    # shellcheck disable=SC2086
    stop "$main" $rest
}
state_all_killed() {
    at_work
    # shellcheck disable=SC2086
    kill_hard "$main" $rest
    sets=3
}
state_all_killed_unreaped() {
    (
        begin
        echo "$main $rest" >"$dir/all"
        exec sleep infinity
    ) &
    await_file "$dir/all"
    read -r -a all <"$dir/all"
    kill -9 "${all[@]}"
    for pid in "${all[@]}"; do
        until_true "gone" gone "$pid"
    done
    sets=3
}
remove_memory() {
    local id
    for id in "${ids[@]}"; do
        ipcrm -m "$id"
    done
}
# Shut down, its memory removed; some processes were forgotten, and hold it.
state_removed_but_held_by_leftovers() {
    last=hold
    at_work
    kill_hard "$main"
    remove_memory
    ipcrm --all=sem
}
state_restarted_beside_leftovers() {
    state_removed_but_held_by_leftovers
    old=$main left=$rest comma_left=$comma
    apart
    begin
}
# Its backends compute, and do not see that it is gone.
state_its_postmaster_killed() {
    last=hold
    at_work
    kill_hard "$main"
}
state_its_postmaster_unreaped() {
    (
        last=hold
        begin
        echo "$main $rest" >"$dir/all"
        exec sleep infinity
    ) &
    await_file "$dir/all"
    read -r main rest <"$dir/all"
    comma=${rest// /,}
    kill -9 "$main"
    until_true "gone" gone "$main"
}
