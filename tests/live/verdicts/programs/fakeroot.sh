# fakeroot: a daemon that waits at a queue, and clients that come and go.
need fakeroot-sysv fakeroot
touch "$dir/file"
chmod 777 "$dir" "$dir/file"

begin() { # sets $daemon and $FAKEROOTKEY as fakeroot(1) does
    IFS=: read -r FAKEROOTKEY daemon < <(faked-sysv)
    [ -n "$daemon" ] || fail "no daemon"
    until_true "at its queue" blocked_in "$daemon" $MSGRCV
}
all_its_own() {
    checks() {
        fact '[.queues[], .semaphores[]] | length == 3 and all(.app == "fakeroot")' "fakeroot's"
    }
}
library=$(ls -d /usr/lib/*/libfakeroot/libfakeroot-sysv.so 2>/dev/null | head -n 1)
under() { # COMMAND…
    env LD_PRELOAD="$library" FAKEROOTKEY="$FAKEROOTKEY" "$@"
}
works() {
    if ! pgrep -r S -x faked-sysv >/dev/null || [ -n "$starts_again" ]; then
        begin
    fi
    under chown 1:2 "$dir/file" && [ "$(under stat -c %u:%g "$dir/file")" = 1:2 ] || wrong "it does not work"
}
hang() { # a client that waits for an answer for ever; sets $client
    exec_under() {
        exec env LD_PRELOAD="$library" FAKEROOTKEY="$FAKEROOTKEY" "$@"
    }
    exec_under chown 1:1 "$dir/file" 2>/dev/null &
    client=$!
    until_true "waiting" blocked_in "$client" $MSGRCV
}

state_healthy_without_a_client_yet() {
    begin
    all_its_own
}
state_healthy_after_a_client() {
    begin
    all_its_own
    under chown 1:1 "$dir/file"
}
state_busy() {
    begin
    for _ in 1 2; do
        (while :; do under chown 1:1 "$dir"; done) >/dev/null 2>&1 &
    done
}
state_its_client_killed() { # while it waits
    begin
    stop "$daemon"
    hang
    kill_hard "$client"
    kill -CONT "$daemon"
    until_true "idle" blocked_in "$daemon" $MSGRCV
    works() { :; }
}
state_stopped_with_a_client_waiting() {
    begin
    under chown 1:1 "$dir/file"
    stop "$daemon"
    hang
    works() {
        kill -CONT "$daemon"
        ended "$client"
    }
}
state_killed_with_a_client_waiting() {
    begin
    under chown 1:1 "$dir/file"
    kill_hard "$daemon"
    hang
    starts_again=yes
}
state_unreaped_with_a_client_waiting() {
    bash -c "faked-sysv --foreground >$dir/key & exec sleep infinity" &
    await_file "$dir/key"
    IFS=: read -r FAKEROOTKEY daemon <"$dir/key"
    under chown 1:1 "$dir/file"
    kill -9 "$daemon"
    until_true "a zombie" gone "$daemon"
    hang
    starts_again=yes
}
state_killed_idle() {
    begin
    under chown 1:1 "$dir/file"
    kill_hard "$daemon"
}
state_killed_idle_and_started_again() {
    begin
    under chown 1:1 "$dir/file"
    kill_hard "$daemon"
    apart
    IFS=: read -r FAKEROOTKEY daemon < <(faked-sysv)
    until_true "both" objects 4 q
    until_true "at its queue" blocked_in "$daemon" $MSGRCV
}
