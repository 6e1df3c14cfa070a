#!/bin/bash
# PostgreSQL at work, and after kill -9 of its postmaster with a backend that is busy.
. tests/support/apps.sh
need jq jq
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/postgres" ] || bin=$(dirname "$(command -v postgres)" 2>/dev/null)
[ -x "$bin/initdb" ] || skip "no PostgreSQL server (package postgresql)"
private "$0" "$@"

user=65534
mkdir "$dir/data" "$dir/run"
chown $user "$dir/data" "$dir/run"
as $user "$bin/initdb" -D "$dir/data" -A trust -U pg --no-locale >"$dir/init" 2>&1 ||
    fail "initdb: $(tail -n 3 "$dir/init")"
# Where initdb finds no /dev/shm it chooses segments for the rest of its memory, too.
start() { # OPTIONS…
    as $user "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/run/log" \
        -o "-k $dir/run -c listen_addresses= -c fsync=off -c dynamic_shared_memory_type=mmap $*" start >/dev/null
}
query() {
    "$bin/psql" -h "$dir/run" -U pg -At postgres -c "$1"
}
postmaster() {
    head -n 1 "$dir/data/postmaster.pid"
}
mine='.segments[] | select(.app == "postgres" and .instance == "'$dir'/data")'

echo "--- at work"
start || fail "it does not start: $(cat "$dir/run/log")"
now "(.segments | length == 1) and ($mine | .orphan == false and .nattch >= 1)" "PostgreSQL's"
now "($mine | .cpid) == $(postmaster)" "made by the postmaster"
now "($mine | .shmid) == $(sed -n 7p "$dir/data/postmaster.pid" | awk '{print $2}')" "in the pid file"
healthy
for filter in app=postgres '!app=postgres'; do
    "$ipctop" --json --filter "$filter" segments | jq '.segments | length'
done >"$dir/filtered"
[ "$(cat "$dir/filtered")" = "$(printf '1\n0')" ] || fail "filtered by app: $(cat "$dir/filtered")"
# Who may read neither its files nor its memory still learns whose it is: by the inode number.
as 65533 "$ipctop" --json segments | jq -e "$mine | .nattch >= 1" >/dev/null ||
    fail "an ordinary user learns nothing"

echo "--- its segment removed while it works"
removed='.findings[] | select(.rule == "database-removed")'
ipcrm -m "$(sed -n 7p "$dir/data/postmaster.pid" | awk '{print $2}')"
await "$removed | .severity == \"warning\"" "told"
now '.findings | length == 1' "told once"
now "$removed | (.title | startswith(\"PostgreSQL: segment \")) and (.evidence | contains(\"$dir/data\")) and (.advice | contains(\"postmaster.pid\"))" "named"
show database-removed
[ "$(query 'select 1')" = 1 ] || fail "a new session does not work"
as $user "$bin/pg_ctl" -D "$dir/data" -w -m fast restart -l "$dir/run/log" >/dev/null || fail "no restart"
await "[$removed] == []" "over"
healthy

echo "--- with all its memory in one segment"
as $user "$bin/pg_ctl" -D "$dir/data" -w -m fast stop >/dev/null
now '.segments == []' "stopped"
start -c shared_memory_type=sysv || fail "it does not start: $(cat "$dir/run/log")"
now "$mine | .size > 1000000" "large"
healthy

echo "--- postmaster killed"
query "do 'begin loop end loop; end'" >/dev/null 2>&1 &
busy() {
    backend=$(query "select pid from pg_stat_activity where query like 'do %' and state = 'active'")
    [ -n "$backend" ]
}
until_true "busy" busy
now "([.findings[] | select(.severity != \"notice\")] == [])" "healthy while it computes"
pid=$(postmaster)
kill -9 "$pid"
interlock='.findings[] | select(.rule == "database-interlock")'
await "($mine | .nattch == 1) and ($interlock | .severity == \"critical\")" "told"
now "$interlock | .evidence | contains(\"postmaster $pid (gone)\") and contains(\"$backend postgres\") and contains(\"$dir/data\")" "named"
now "$interlock | .advice | contains(\"do not remove the segment\")" "warned"
now '.findings | length == 1' "told once"
show database-interlock
start && fail "it started beside the backend"
grep -q "is still in use" "$dir/run/log" || fail "for another reason: $(tail -n 3 "$dir/run/log")"

echo "--- the backend ended"
kill -9 "$backend"
await '[.findings[] | select(.rule == "database-interlock")] == []' "over"
start || fail "it does not start: $(cat "$dir/run/log")"
await "$mine | .cpid == $(postmaster)" "another segment"
healthy
as $user "$bin/pg_ctl" -D "$dir/data" -w -m fast stop >/dev/null
