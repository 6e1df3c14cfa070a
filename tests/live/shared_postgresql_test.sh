#!/bin/bash
# Where PostgreSQL keeps its shared memory, by each kind of it that it can be told to take.
. tests/support/apps.sh
need jq jq
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/postgres" ] || bin=$(dirname "$(command -v postgres)" 2>/dev/null)
[ -x "$bin/initdb" ] || skip "no PostgreSQL server (package postgresql)"
private "$0" "$@"
mount -t tmpfs -o mode=1777,size=256m tmpfs /dev/shm || skip "no /dev/shm of its own"

user=65534
mkdir "$dir/data" "$dir/run"
chown $user "$dir/data" "$dir/run"
as $user "$bin/initdb" -D "$dir/data" -A trust -U pg --no-locale >"$dir/init" 2>&1 ||
    fail "initdb: $(tail -n 3 "$dir/init")"
run() { # SHARED DYNAMIC
    as $user "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/run/log" -o "-k $dir/run -c listen_addresses= -c fsync=off \
        -c shared_buffers=16MB -c shared_memory_type=$1 -c dynamic_shared_memory_type=$2" start >/dev/null ||
        fail "it does not start: $(cat "$dir/run/log")"
    "$ipctop" --json segments shared shared_holders >"$dir/said" 2>"$dir/err" || fail "$(cat "$dir/err")"
}
end() {
    as $user "$bin/pg_ctl" -D "$dir/data" -w -m immediate stop >/dev/null
}
holds() { # EXPRESSION
    jq -e "$1" "$dir/said" >/dev/null || fail "not so: $1"
}
mine='.app == "postgres" and .instance == "'$dir'/data" and .orphan == false'

echo "--- mmap and posix"
run mmap posix
holds "[.shared[] | select(.kind == \"anonymous\" and $mine and .size > 16777216 and .attached > 1)] | length == 1"
holds "[.shared[] | select(.kind == \"posix\" and (.name | startswith(\"PostgreSQL.\")) and .app == \"postgres\" and .attached >= 1)] | length >= 1"
holds '[.segments[] | select(.app == "postgres")] | length == 1'
"$ipctop" --report >"$dir/report"
grep -Eq "^PostgreSQL $dir/data: [0-9.]+M anonymous, [0-9.]+[KM] POSIX, 56 bytes System V, [0-9]+ processes$" "$dir/report" ||
    fail "no sum: $(grep PostgreSQL "$dir/report")"
# Each process that maps the buffers, as /proc has it.
inode=$(jq '.shared[] | select(.kind == "anonymous") | .inode' "$dir/said")
shown=$(jq ".shared_holders[] | select(.inode == $inode) | .pid" "$dir/said" | sort)
read=$(grep -lE "s [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ $inode +/dev/zero" /proc/[0-9]*/maps 2>/dev/null | cut -d/ -f3 | sort)
[ "$shown" = "$read" ] || fail "holders: $shown, by /proc: $read"

echo "--- its postmaster killed: what stays is not known to be an orphan where not all processes are seen"
pkill -9 -x postgres
until_true "it ends" sh -c '! pgrep -x postgres'
"$ipctop" --json segments shared shared_holders >"$dir/said"
holds '[.shared[] | select(.name != null and (.name | startswith("PostgreSQL.")) and .attached == 0 and .orphan == null)] | length >= 1'
rm -f /dev/shm/PostgreSQL.* "$dir/data/postmaster.pid"
ipcs -m | awk '$1 ~ /^0x/ {print $2}' | xargs -rn1 ipcrm -m

echo "--- sysv and sysv"
run sysv sysv
holds '[.segments[] | select(.app == "postgres" and .size > 16777216)] | length == 1'
holds '[.shared[] | select(.app == "postgres")] == []'
end

echo "--- mmap and mmap: files of its own, no shared memory of the kernel's"
run mmap mmap
holds '[.shared[] | select(.kind == "posix")] == []'
end

echo "--- mmap and sysv, sysv and posix"
run mmap sysv
holds "[.shared[] | select(.kind == \"anonymous\" and $mine and .size > 16777216)] | length == 1"
holds '[.shared[] | select(.kind == "posix")] == []'
holds '[.segments[] | select(.app == "postgres")] | length >= 2'
end
run sysv posix
holds '[.segments[] | select(.app == "postgres" and .size > 16777216)] | length == 1'
holds '[.shared[] | select(.kind == "anonymous" and .app == "postgres")] == []'
holds "[.shared[] | select(.kind == \"posix\" and .app == \"postgres\" and .orphan == false)] | length >= 1"
end
