# Clients of System V IPC in other languages: a server that makes a segment, a set and a queue, and waits at
# the queue; a client that locks the set, adds to the number in the segment, and sends it. $variant: php,
# perl or python. The programs are language/server.* and language/client.*: KEY [COUNT].
here=tests/live/verdicts/language
case $variant in
php)
    need php php-cli
    php -m | grep -q sysvsem || skip "php has no System V IPC"
    run=php end=php
    ;;
perl)
    perl -MIPC::SysV -e 1 2>/dev/null || skip "perl has no IPC::SysV (package perl)"
    run=perl end=pl
    ;;
python)
    /usr/bin/python3 -c 'import sysv_ipc' 2>/dev/null || skip "no sysv_ipc (package python3-sysv-ipc)"
    run=/usr/bin/python3 end=py
    ;;
esac
key=0x51

begin() {
    $run $here/server.$end $((key)) >"$dir/server" 2>&1 &
    server=$!
    until_true "at its queue" at_queue "$server"
}
at_queue() {
    blocked_in "$1" $MSGRCV
}
ask() { # COUNT
    $run $here/client.$end $((key)) "$1"
}
ask_on() { # COUNT [FILE]: sets $asking
    $run $here/client.$end $((key)) "$1" >"${2:-/dev/null}" 2>&1 &
    asking=$!
}
works() {
    if gone "$server"; then
        begin
    fi
    ask 3 || wrong "no answer: $(cat "$dir/server")"
}
at_work() {
    begin
    ask 3 || fail "no answer: $(cat "$dir/server")"
    until_true "at its queue" at_queue "$server"
}
state_healthy_without_a_client_yet() {
    begin
}
state_healthy() {
    at_work
}
state_busy() {
    at_work
    for _ in 1 2; do
        ask_on 1000000
    done
}
state_stopped_with_a_full_queue() {
    at_work
    stop "$server"
    ask_on 1000000
    client=$asking
    until_true "blocked" blocked_in "$client" $MSGSND
}
state_its_client_killed_with_the_lock() {
    at_work
    ask_on lock "$dir/locked"
    victim=$asking
    await_file "$dir/locked"
    ask_on 3
    client=$asking
    until_true "waiting" blocked_in "$client" $SEMOP
    kill_hard "$victim"
}
state_killed() {
    at_work
    kill_hard "$server"
}
state_killed_unreaped() {
    bash -c "$run $here/server.$end $((key)) & echo \$! >$dir/pid; exec sleep infinity" >"$dir/server" 2>&1 &
    await_file "$dir/pid"
    server=$(cat "$dir/pid")
    until_true "at its queue" at_queue "$server"
    ask 3 || fail "no answer: $(cat "$dir/server")"
    until_true "at its queue" at_queue "$server"
    kill -9 "$server"
    until_true "gone" gone "$server"
}
state_killed_and_started_with_another_key() {
    at_work
    kill_hard "$server"
    apart
    key=0x71
    at_work
}
# It comes back to what it left: all in use again.
state_killed_and_started_again() {
    at_work
    kill_hard "$server"
    at_work
}
# It may have died holding a lock: restart the program as a whole. What it left is removed with it, as a
# program that makes its own lock does.
follow_restart() { # PID…
    advised 'restart|start .* again' "restart the program"
    follow_end "$1"
    kill_hard "$2"
    begin
}
