#!/bin/bash
# fakeroot: at work, and its clients after its daemon was killed.
. tests/support/apps.sh
need jq jq
need fakeroot-sysv fakeroot
private "$0" "$@"

touch "$dir/file"
cat >"$dir/client" <<X
touch $dir/begun
while [ ! -e $dir/end ]; do
    while [ -e $dir/pause ]; do
        sleep 0.05
    done
    chown 1:1 $dir/file
done
X
echo "--- at work"
fakeroot-sysv sh "$dir/client" 2>/dev/null &
until_true "begun" test -e "$dir/begun"
await "([.queues[], .semaphores[]] | map(.app) == [\"fakeroot\", \"fakeroot\", \"fakeroot\"])" "at work"
healthy

echo "--- its daemon killed"
# Between two requests: a daemon that dies with one in its hands leaves nothing unread.
idle() {
    ! pgrep -x chown
}
daemon=$(pgrep -x faked-sysv)
touch "$dir/pause"
until_true "idle" idle
until_true "asleep" pgrep -x sleep
kill -9 "$daemon"
rm "$dir/pause"
await '.findings[] | select(.rule == "server-gone") | .severity == "warning"' "told"
now ".findings[] | select(.rule == \"server-gone\") | (.title | contains(\"1 client hangs\")) and (.evidence | contains(\"$daemon (gone)\") and test(\": [0-9]+ (chown|sh)$\"))" "named" # sh asks too, of $dir/pause
show server-gone

echo "--- its clients ended"
touch "$dir/end"
end_all sh chown
await '[.findings[] | select(.rule == "server-gone")] == []' "over"
await '[.findings[] | select(.rule == "orphan-queues" or .rule == "orphan-sets")] | length == 2' "left over"
show orphan-queues
show orphan-sets
