# X servers and their MIT-SHM clients. $variant: Xvfb or Xtigervnc, the server.
case $variant in
Xvfb) need Xvfb xvfb ;;
Xtigervnc) need Xtigervnc tigervnc-standalone-server ;;
esac
need x11perf x11-apps
# Sockets and locks of displays stand in /tmp: it is this row's own.
mkdir "$dir/tmp"
chmod 1777 "$dir/tmp"
mkdir -p /tmp/.X11-unix
mount --bind "$dir/tmp" /tmp/.X11-unix || fail "no place for sockets"
ip link set lo up || skip "ip (package iproute2) is not installed"

begin() {
    mkfifo "$dir/display.$((++servers))"
    case $variant in
    Xvfb) Xvfb -displayfd 3 -screen 0 800x700x24 -nolisten tcp 3>"$dir/display.$servers" >"$dir/log" 2>&1 & ;;
    Xtigervnc)
        Xtigervnc -displayfd 3 -geometry 800x700 -nolisten tcp -rfbport 18092 -SecurityTypes None \
            3>"$dir/display.$servers" >"$dir/log" 2>&1 &
        ;;
    esac
    server=$!
    read -r display <"$dir/display.$servers" || fail "no X server: $(cat "$dir/log")"
    export DISPLAY=:$display
}
servers=0
client() { # sets $client, when its segment is in use
    x11perf -repeat 9 -reps 100000 -shmput500 >"$dir/client" 2>&1 &
    client=$!
    until_true "drawing" attached 2
}
attached() { # COUNT: so many attachments in all
    [ "$(awk 'NR > 1 { n += $7 } END { print n + 0 }' /proc/sysvipc/shm)" -eq "$1" ]
}
works() { # a client can draw
    gone "$server" && begin
    x11perf -repeat 1 -time 0 -reps 1 -shmput10 2>&1 | grep -q 'reps' || wrong "nothing can be drawn"
}
at_work() {
    begin
    client
}
state_idle() {
    begin
}
state_healthy() {
    at_work
    checks() {
        fact ".segments | length == 1 and .[0].app == \"x11\" and .[0].instance == \"x11perf\"" "X11's"
    }
}
state_busy() {
    at_work
    (while :; do x11perf -repeat 1 -time 0 -reps 20 -shmput100; done) >/dev/null 2>&1 &
}
state_its_client_stopped() {
    at_work
    stop "$client"
}
state_its_client_killed() {
    at_work
    kill_hard "$client"
    until_true "detached" attached 0
}
state_its_client_unreaped() {
    begin
    bash -c "x11perf -repeat 9 -reps 100000 -shmput500 & echo \$! >$dir/client.pid; exec sleep infinity" >/dev/null 2>&1 &
    await_file "$dir/client.pid"
    client=$(cat "$dir/client.pid")
    until_true "drawing" attached 2
    kill -9 "$client"
    until_true "detached" attached 0
}
state_the_server_killed() { # its client ends, and cannot clean up either
    at_work
    kill_hard "$server"
    ended "$client"
}
state_the_server_stopped() {
    at_work
    stop "$server"
    works() { :; }
}
state_the_client_killed_while_the_server_is_stopped() { # it holds what its client left
    at_work
    stop "$server"
    kill_hard "$client"
    until_true "held by the server" attached 1
    works() { :; }
}
# The server holds what a client has marked and then no longer holds itself, as some do for pictures the
# server is to keep.
state_marked_segments_held_by_the_server_alone() {
    begin
    /usr/bin/python3 tests/live/verdicts/programs/shm_pixmaps.py 200 "$dir/made" "$dir/marked" >"$dir/client" 2>&1 &
    client=$!
    until_true "marked" test -s "$dir/marked"
    until_true "held by the server" attached 200
}
state_x11vnc_at_work() { # itself a client of MIT-SHM
    begin
    x11vnc -display "$DISPLAY" -rfbport 18093 -localhost -forever -nopw -shared >"$dir/x11vnc" 2>&1 &
    client=$!
    until_true "listening" grep -q 'PORT=18093' "$dir/x11vnc"
}
need_x11vnc() {
    need x11vnc x11vnc
}
state_x11vnc_healthy() {
    need_x11vnc
    state_x11vnc_at_work
}
state_x11vnc_killed() {
    need_x11vnc
    state_x11vnc_at_work
    kill_hard "$client"
    until_true "detached" attached 0
    left=$(ipcs -m | grep -c ^0x)
    [ "$left" -gt 0 ] || skip "this x11vnc leaves no segments"
}
