#!/bin/bash
# An X client with MIT-SHM: at work, and what it leaves when it is killed.
. tests/support/apps.sh
need jq jq
need Xvfb xvfb
need x11perf x11-apps
private "$0" "$@"

mkfifo "$dir/display"
Xvfb -displayfd 3 -screen 0 800x700x24 -nolisten tcp 3>"$dir/display" >"$dir/log" 2>&1 &
server=$!
read -r display <"$dir/display" || fail "no X server: $(cat "$dir/log")"
start() {
    DISPLAY=:$display x11perf -repeat 1 -time 60 -shmput500 >"$dir/client" 2>&1 &
    client=$!
    await '.segments | length == 1 and .[0].app == "x11" and .[0].instance == "x11perf" and .[0].nattch == 2' "at work"
}
echo "--- at work"
start
await ".segments[0] | .perms == \"0777\" and .cpid == $client and .lpid == $server and .orphan == false" "as X11 does"
healthy

echo "--- the client killed"
# Where it is killed between two measurements, each of which has a segment, it leaves nothing.
for _ in 1 2 3 4 5 6 7 8 9; do
    kill -9 $client
    wait $client 2>/dev/null
    says '.segments | length == 1' && break
    start
done
await '.segments[0].orphan and (.findings[] | select(.rule == "orphan-segments") | .severity == "warning")' "told"
now '.findings | length == 1' "told once"
now ".findings[0].evidence | contains(\"by the X server $server Xvfb\")" "who attached it last is named"
show orphan-segments
kill $server # it removes its socket and lock
wait $server
