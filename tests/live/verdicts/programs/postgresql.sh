# PostgreSQL. $variant: posix (the default: a small segment, the rest elsewhere), sysv (all memory in
# segments, those of parallel queries too).
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v postgres)" 2>/dev/null)
[ -x "$bin/initdb" ] || skip "no PostgreSQL server (package postgresql)"

mount -t tmpfs none /dev/shm || fail "no /dev/shm"
chmod 1777 /dev/shm
data=$dir/data
mkdir "$dir/run"
chown $user "$dir/run"
make_data() { # one cluster for all rows
    mkdir "$shared/data.new"
    chown $user "$shared/data.new"
    as $user "$bin/initdb" --no-sync -D "$shared/data.new" -A trust -U pg --no-locale >"$shared/initdb" 2>&1 ||
        fail "initdb: $(tail -n 3 "$shared/initdb")"
    mv "$shared/data.new" "$shared/data"
}
exec 8>>"$shared/lock"
flock 8
[ -d "$shared/data" ] || make_data
flock -u 8
cp -a "$shared/data" "$data"
memory=${variant:-posix}
[ "$memory" = posix ] && main=mmap || main=sysv
options="-k $dir/run -c listen_addresses= -c fsync=off -c shared_memory_type=$main -c dynamic_shared_memory_type=$memory -c force_parallel_mode=on"

begin() {
    as $user "$bin/pg_ctl" -D "$data" -w -l "$dir/run/log" -o "$options" start >/dev/null
}
query() {
    timeout 60 "$bin/psql" -h "$dir/run" -U pg -At postgres -c "$1"
}
postmaster() {
    head -n 1 "$data/postmaster.pid"
}
answers() {
    [ "$(query 'select 41 + 1')" = 42 ]
}
works() { # after all advice the server starts, and answers
    answers 2>/dev/null || begin || wrong "it does not start: $(tail -n 5 "$dir/run/log")"
    until_true "answering" answers
    [ "$(query 'select count(*) from written')" = 1 ] || wrong "data are lost"
}
at_work() {
    begin || fail "it does not start: $(tail -n 5 "$dir/run/log")"
    query 'create table written as select 1' >/dev/null || fail "no table"
    postmaster=$(postmaster)
    await_shown ".segments | length >= 1 and all(.app == \"postgres\")" "PostgreSQL's"
}
is_busy() { # as far as pg_sleep or a loop is
    backend=$(query "select pid from pg_stat_activity where query like '$1%' and state = 'active' and leader_pid is null")
    [ -n "$backend" ]
}
compute() {
    query "do 'begin loop end loop; end'" >/dev/null 2>&1 &
    until_true "busy" is_busy 'do '
}

state_healthy() {
    at_work
}
state_busy() {
    at_work
    for _ in 1 2; do
        (while :; do query 'select count(*) from pg_class, generate_series(1, 200)'; done) >/dev/null 2>&1 &
    done
    compute
}
state_parallel_query() {
    at_work
    query 'select pg_sleep(50)' >/dev/null 2>&1 &
    in_parallel() {
        [ "$(query "select count(*) from pg_stat_activity where leader_pid is not null")" = 1 ]
    }
    until_true "in parallel" in_parallel
    [ "$memory" = posix ] || await_shown '.segments | length >= 3' "a segment of its own"
}
state_postmaster_stopped() {
    at_work
    compute
    stop "$postmaster"
    works() {
        kill -CONT "$postmaster"
        answers || wrong "it does not go on"
    }
}
state_backend_killed() { # the postmaster begins again
    at_work
    compute
    kill -9 "$backend"
    until_true "answering" answers
    fresh() {
        [ "$(postmaster)" = "$postmaster" ] && ! is_busy 'do '
    }
    until_true "fresh" fresh
}
all_gone() {
    ! pgrep -x postgres
}
state_idle_postmaster_killed() {
    at_work
    kill -9 "$postmaster"
    until_true "all gone" all_gone
}
state_all_killed() {
    at_work
    compute
    every_killed postgres
}
state_all_killed_and_started_again() {
    state_all_killed
    begin || fail "it does not start: $(tail -n 5 "$dir/run/log")"
}
alone() { # the busy backend is all that is left
    [ "$(pgrep -x postgres)" = "$backend" ]
}
state_busy_postmaster_killed() {
    at_work
    compute
    kill -9 "$postmaster"
    until_true "one left" alone
}
state_busy_postmaster_killed_without_its_pid_file() {
    state_busy_postmaster_killed
    rm "$data/postmaster.pid"
}
state_busy_postmaster_unreaped() {
    at_work
    as $user "$bin/pg_ctl" -D "$data" -w -m fast stop >/dev/null
    bash -c "setpriv --reuid=$user --regid=$user --clear-groups -- $bin/postgres -D $data $options 2>>$dir/run/log & exec sleep infinity" &
    until_true "answering" answers
    postmaster=$(postmaster)
    parent=$(ps -o ppid= "$postmaster" | tr -d ' ')
    compute
    kill -9 "$postmaster"
    until_true "a zombie" gone "$postmaster"
    alone() {
        gone "$postmaster" && [ "$(pgrep -r R,S -x postgres)" = "$backend" ]
    }
    until_true "one left" alone
}
# What the advice warns of: both removed, and a second server on the same data.
state_restarted_beside_a_busy_backend() {
    state_busy_postmaster_killed_without_its_pid_file
    ipcrm --all=shm
    begin || fail "it does not start: $(tail -n 5 "$dir/run/log")"
    second=$(postmaster)
}
