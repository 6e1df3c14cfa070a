# Qt's QSharedMemory and QSystemSemaphore, by PyQt5: segments and sets by keys of files in /tmp.
/usr/bin/python3 -c 'from PyQt5.QtCore import QSharedMemory' 2>/dev/null || skip "no PyQt5 (package python3-pyqt5)"
export TMPDIR=$dir/tmp # Qt's key files
mkdir "$TMPDIR"
side() { # owner|user: sets $side
    /usr/bin/python3 tests/live/verdicts/programs/qt.py "$1" "$dir/$1" >"$dir/$1.out" 2>&1 &
    side=$!
    await_file "$dir/$1"
}
works() { # whole again: an owner begins, a user uses
    rm -f "$dir/owner" "$dir/user"
    gone "$owner" && side owner
    side user
}
at_work() {
    side owner
    owner=$side
    side user
    other=$side
}
state_healthy() {
    at_work
}
state_busy() {
    side owner
    owner=$side
    side busy
}
state_healthy_alone() {
    side owner
    owner=$side
}
state_its_owner_killed() { # the user has it still
    at_work
    kill_hard "$owner"
    works() { :; }
}
state_stopped() {
    at_work
    stop "$owner" "$other"
    works() { :; }
}
state_all_killed() {
    at_work
    kill_hard "$owner" "$other"
}
state_all_killed_unreaped() {
    bash -c "/usr/bin/python3 tests/live/verdicts/programs/qt.py owner $dir/owner & echo \$! >$dir/pid; exec sleep infinity" >/dev/null 2>&1 &
    await_file "$dir/owner"
    owner=$(cat "$dir/pid")
    kill -9 "$owner"
    until_true "gone" gone "$owner"
}
state_all_killed_and_started_again() { # Qt finds what was left by its key
    state_all_killed
    rm "$dir/owner" "$dir/user"
    at_work
}
