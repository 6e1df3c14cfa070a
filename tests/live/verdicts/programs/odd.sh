# Processes and objects that are not what they seem: for each the verdict that harms nothing, by the actor
# alone. $variant is the group, for the reader.

# As start, of a process that goes to the background: $started is the one that lives on.
start_daemon() { # COMM STEP…
    local comm=$1 done="$dir/did.$((++starts))"
    shift
    act "name:$comm" "${@/DONE/did:$done}" >/dev/null
    await_file "$done"
    started=$(cat "$done")
}
waiting() { # PID CALL…
    until_true "waiting: $1" blocked_in "$@"
}
no_orphan() {
    checks() {
        fact '[.segments[], .semaphores[], .queues[]] | all(.orphan != true)' "nothing is an orphan"
    }
}
seen_by() { # COMMAND…: that is what runs ipctop from here on
    seer=("$@" "$ipctop")
    seen() {
        "${seer[@]}" "$@"
    }
    ipctop=seen
}
ids_of() { # FILE: sets $ids
    mapfile -t ids <"$1"
}

# --- daemons ---------------------------------------------------------------------------------------

state_a_daemons_set_made_before_its_fork() {
    start_daemon srv sem:0:1 values:1 background session background DONE hold
}
state_a_daemons_segment_made_before_its_fork() {
    start_daemon srv shm:0:2097152 background session background DONE hold
}
state_a_daemons_queue_made_before_its_fork() {
    start_daemon srv msg:0x51 background session background DONE hold
}
state_a_daemons_memory_inherited() {
    start_daemon srv shm:0:2097152 attach touch sem:0:2 values:1 background DONE hold
}
state_a_daemon_with_workers_and_removed_memory() {
    start_daemon srv shm:0:2097152 attach remove background DONE workers:3 hold
}
state_a_daemon_with_removed_memory() {
    start_daemon srv shm:0:2097152 attach remove background session DONE hold
}
# Its parent, a daemon, was killed: it is not one.
state_a_worker_left_with_removed_memory() {
    start_daemon srv background session shm:0:2097152 attach remove DONE workers:1 hold
    until_true "a worker" pgrep -P "$started"
    worker=$(pgrep -P "$started")
    kill -9 "$started"
    until_true "gone" gone "$started"
}
state_a_daemon_that_shed_its_user() {
    start srv shm:0:2097152 sem:0:1 values:1 give:$user user:$user DONE hold
}
# It reads its settings in between.
state_a_daemon_that_forks_later() {
    start_daemon srv sem:0:1 values:1 shm:0:2097152 msg:0 send:10 sleep:3000 background session background DONE hold
}
state_a_daemon_with_removed_memory_that_forks_later() {
    start_daemon srv shm:0:2097152 attach remove sem:0:1 values:1 sleep:8000 background session background DONE hold
}
state_a_daemon_that_became_another_user() {
    start_daemon srv shm:0:2097152 sem:0:1 values:1 background session user:$user DONE hold
}
# The last one that used the set was another than those that live, and than the one that made it.
state_a_server_whose_worker_was_recycled() {
    start master sem:0x4711:1 value:0:1 child op:0:-1 child op:0:1 workers:2 DONE hold
}
state_a_server_with_memory_whose_worker_was_recycled() {
    start master sem:0:1 value:0:1 shm:0:2097152 attach child op:0:-1 child op:0:1 DONE hold
}
state_a_server_and_all_its_workers_killed() {
    start master shm:0x4710:2097152 attach sem:0x4711:1 value:0:1 child op:0:-1 child op:0:1 workers:2 DONE hold
    # shellcheck disable=SC2046
    kill -9 "$started" $(pgrep -P "$started")
    until_true "detached" all_detached
}
all_detached() {
    "$ipctop" --json segments | jq -e '.segments | all(.nattch == 0)'
}
state_what_the_maker_of_memory_in_use_made() {
    act name:starter sem:0:4 values:1 shm:0:2097152 msg:0 send:10
    start srv use:m:0 attach DONE hold
}
state_a_daemons_killed() {
    start_daemon srv shm:0:2097152 sem:0:1 values:1 background DONE hold
    kill -9 "$started"
    until_true "gone" gone "$started"
}
state_made_by_root_for_a_user_at_work() {
    act name:setup shm:0x61:2097152 sem:0x62:2 values:1 give:$user ids:"$dir/ids"
    ids_of "$dir/ids"
    start service user:$user use:m:"${ids[0]}" use:s:"${ids[1]}" attach op:0:-1 DONE hold
}
state_made_by_root_for_a_user_gone() {
    act name:setup shm:0x61:2097152 sem:0x62:2 values:1 give:$user ids:"$dir/ids"
    ids_of "$dir/ids"
    act name:service user:$user use:m:"${ids[0]}" use:s:"${ids[1]}" attach op:0:-1
}
state_a_set_handed_to_a_server_that_started_later() {
    act name:setup sem:0:4 values:1 ids:"$dir/ids"
    start srv use:s:"$(cat "$dir/ids")" forget sem:0:4 values:1 op:0:-1 DONE hold
}

# --- beings ----------------------------------------------------------------------------------------

state_a_maker_that_became_another_program() {
    start maker shm:0:2097152 attach sem:0:1 values:1 msg:0 send:10 DONE exec
}
state_a_thread_made_it() {
    start maker thread shm:0:2097152 until:/proc/self thread sem:0:1 DONE hold
}
state_a_dead_thread_took_the_semaphore() {
    start srv sem:0x77:1 value:0:1 thread op:0:-1:undo DONE hold
    start waiter sem:0x77:1 DONE op:0:-1
    waiting "$started" $SEMOP
}
state_a_thread_waits() {
    start srv sem:0x77:1 value:0:0 thread op:0:-1 DONE hold
}
state_a_thread_reads_the_queue_of_an_ended_leader() {
    act name:client msg:0x55 send:10
    start srv msg:0x55 receive thread receive DONE end-leader
    until_true "a zombie leader" gone "$started"
}
# Of a thread that waits the kernel notes its own id, not its process's.
received_by_thread() { # STEP…
    start recv msg:0x55 "$@" DONE hold
    until_true "a thread waits" some_thread_receives
    act name:client msg:0x55 send:400
    until_true "received" received
    act name:client msg:0x55 send:400
}
some_thread_receives() {
    grep -q "^$MSGRCV " "/proc/$started"/task/*/syscall
}
received() {
    "$ipctop" --json queues | jq -e '.queues[0] | .rtime != null and .messages == 0'
}
state_a_thread_received_from_the_queue() {
    received_by_thread thread receive:0:stay
}
state_a_thread_received_from_the_queue_and_ended() {
    received_by_thread thread receive thread hold
}
state_a_thread_received_from_the_queue_and_all_ended() {
    received_by_thread thread receive:0:stay
    kill_hard "$started"
}
state_memory_of_a_vfork_child() {
    start srv shm:0:2097152 attach touch DONE vfork
}
state_memory_shared_with_a_child() {
    start srv shm:0:2097152 attach touch remove share DONE hold
}
state_its_child_a_zombie() {
    start srv shm:0:2097152 attach remove zombie DONE hold
}
state_a_holder_left_the_namespace() {
    start srv shm:0:2097152 attach remove leave-ipc DONE hold
}
state_a_traced_receiver() {
    start receiver msg:0x55 DONE receive receive until:"$dir/never"
    receiver=$started
    act name:first msg:0x55 send:400
    until_true "received" objects 1 q
    waiting "$receiver" $MSGRCV
    start debugger trace:"$receiver" DONE hold
    debugger=$started
    start feeder msg:0x55 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
}
state_a_traced_holder_of_removed_memory() {
    start app shm:0:8388608 ids:"$dir/ids" DONE hold
    app=$started
    start worker use:m:"$(cat "$dir/ids")" attach DONE hold
    holder=$started
    kill_hard "$app"
    ipcrm -m "$(cat "$dir/ids")"
    start debugger trace:"$holder" DONE hold
    debugger=$started
}
state_a_maker_in_an_inner_pid_namespace() {
    unshare --pid --fork --kill-child "$actor" name:inner shm:0:2097152 attach detach sem:0:1 values:1 \
        msg:0 send:10 did:"$dir/did" hold &
    await_file "$dir/did"
}
state_an_inner_maker_with_the_pid_of_another() {
    start decoy DONE hold
    unshare --pid --fork --kill-child "$actor" name:inner shm:0:2097152 attach detach sem:0:1 values:1 \
        did:"$dir/did" &
    await_file "$dir/did"
    wait $!
}
state_seen_from_an_inner_pid_namespace() {
    start maker shm:0:2097152 attach detach sem:0:1 values:1 msg:0 send:10 DONE hold
    seen_by unshare --pid --fork --mount-proc
}
state_seen_from_an_inner_pid_namespace_with_the_outer_proc() {
    start maker shm:0:2097152 attach detach sem:0:1 values:1 msg:0 send:10 DONE hold
    seen_by unshare --pid --fork
}
state_seen_by_a_user_whose_proc_hides_others() {
    mount -t proc -o hidepid=2 proc /proc || skip "no hidepid=2 here"
    start maker shm:0:2097152:1:666 attach detach sem:0:1:1:600 values:1 msg:0:1:600 send:10 DONE hold
    seen_by setpriv --reuid=$user --regid=$user --clear-groups --
}
# A daemon of theirs may have inherited it.
state_left_behind_and_seen_by_a_user_whose_proc_hides_others() {
    mount -t proc -o hidepid=2 proc /proc || skip "no hidepid=2 here"
    start maker shm:0:2097152:1:666 attach detach msg:0:1:666 send:10 DONE hold
    kill_hard "$started"
    seen_by setpriv --reuid=$user --regid=$user --clear-groups --
}
state_seen_by_a_user() {
    start maker shm:0:2097152:1:666 attach detach sem:0:1:1:600 values:1 msg:0:1:600 send:10 DONE hold
    seen_by setpriv --reuid=$user --regid=$user --clear-groups --
}
recycle() { # the pid of what was started last
    old=$started
    kill_hard "$old"
    apart
    while :; do
        echo $((old - 1)) >/proc/sys/kernel/ns_last_pid || skip "no ns_last_pid here"
        start innocent user:65533 DONE hold
        [ "$started" = "$old" ] && break
        kill_hard "$started"
    done
}
state_a_recycled_pid() {
    start maker user:$user shm:0:2097152 DONE hold
    recycle
}
# Root's may have become another user since, and the clock been set.
state_a_recycled_pid_of_root() {
    start maker shm:0:2097152 DONE hold
    recycle
}
state_in_a_time_namespace() {
    start maker shm:0:2097152 sem:0:1 values:1 DONE hold
    seen_by unshare --time --boottime 1000000 --fork
    unshare --time true || skip "no time namespaces here"
}

# --- sets and queues of an unusual use ---------------------------------------------------------------

state_a_set_only_watched() {
    start meter sem:0x71:4 DONE watch
    start setter sem:0x71:4 values:3 DONE hold
}
# A stopped process waits, and the kernel does not count it.
state_a_set_a_stopped_process_waits_for() {
    act name:taker sem:0x77:1 value:0:1 op:0:-1
    start waiter sem:0x77:1 DONE op:0:-1
    waiting "$started" $SEMOP
    stop "$started"
}
state_a_set_with_undo_of_a_killed_holder() {
    start taker sem:0x77:1 value:0:1 op:0:-1:undo DONE hold
    taker=$started
    start waiter sem:0x77:1 DONE op:0:-1 did:"$dir/got" hold
    waiting "$started" $SEMOP
    kill_hard "$taker"
    await_file "$dir/got"
}
state_a_log_queue_nobody_reads() {
    start logger msg:0x58 send:400:9999:full DONE hold
}
state_a_log_queue_of_an_ended_logger() {
    act name:logger msg:0x58 send:400:9999:full
}
state_a_queue_full_of_what_its_reader_does_not_want() {
    start reader msg:0x55 DONE receive:1 receive:5
    reader=$started
    act name:first msg:0x55 send:400
    waiting "$reader" $MSGRCV
    start feeder msg:0x55 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
}
feed_without_waiting() { # as with IPC_NOWAIT
    start feeder msg:0x55 send:400:9999:full DONE hold
    feeder=$started
}
state_a_queue_full_its_reader_stopped_before_it_received() {
    start reader msg:0x55 DONE receive hold
    reader=$started
    waiting "$reader" $MSGRCV
    stop "$reader"
    start feeder msg:0x55 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
}
state_a_queue_full_its_reader_stopped_and_nobody_blocked() {
    start reader msg:0x55 DONE receive receive hold
    reader=$started
    act name:first msg:0x55 send:400
    waiting "$reader" $MSGRCV
    stop "$reader"
    feed_without_waiting
}
state_a_queue_full_of_what_its_first_reader_does_not_want() {
    start reader msg:0x55 DONE receive:7
    reader=$started
    waiting "$reader" $MSGRCV
    start feeder msg:0x55 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
}
state_a_stopped_process_has_the_semaphore() {
    start taker sem:0x77:1 value:0:1 op:0:-1:undo DONE hold
    taker=$started
    start waiter sem:0x77:1 DONE op:0:-1
    waiter=$started
    waiting "$waiter" $SEMOP
    stop "$taker"
}
# Each leftover worker has its own.
state_removed_memory_of_many_workers() {
    start app shm:0:1048576:20 ids:"$dir/ids" DONE hold
    app=$started
    ids_of "$dir/ids"
    workers=
    for id in "${ids[@]}"; do
        start worker use:m:"$id" attach DONE hold
        workers="$workers${workers:+ }$started"
    done
    kill_hard "$app"
    for id in "${ids[@]}"; do
        ipcrm -m "$id"
    done
    works() {
        objects 0 m || wrong "memory is held still"
    }
}
# To the letter: the command that is printed.
follow_the_command() { # PID…: which it ends
    local command
    command=$(jq -r '[.findings[].advice | capture("[(]ipctop (?<c>--signal [^)]*)[)]").c][0]' "$dir/said")
    eval "$ipctop $command --yes" || wrong "the advised ipctop $command failed"
    ended "$@"
}
state_removed_memory_of_two_stopped() {
    start app shm:0:8388608 ids:"$dir/ids" DONE hold
    app=$started
    start one use:m:"$(cat "$dir/ids")" attach DONE hold
    one=$started
    start two use:m:"$(cat "$dir/ids")" attach DONE hold
    two=$started
    stop "$one" "$two"
    kill_hard "$app"
    ipcrm -m "$(cat "$dir/ids")"
}
state_removed_memory_of_an_x_servers_clients() {
    clients=
    for client in 1 2 3; do
        start "client$client" shm:0:65536:60 ids:"$dir/ids$client" DONE until:"$dir/go" remove             did:"$dir/removed$client" hold
        clients="$clients${clients:+,}$started"
    done
    # shellcheck disable=SC2046
    start Xorg $(sed 's/^/use:m:/' "$dir"/ids?) attach DONE hold
    echo >"$dir/go"
    for client in 1 2 3; do
        await_file "$dir/removed$client"
    done
}
state_open_to_all() {
    act name:maker sem:0x71:1:1:666 values:1 msg:0x72:1:666 send:10
}
state_two_programs_with_one_key() {
    start one shm:0x1234:4096:1:666 attach DONE hold
    start two user:65533 shm:0x1234:4096:1:666 attach DONE hold
}
state_two_instances_one_killed() {
    start srv shm:0x100:2097152 sem:0x101:2 values:1 attach op:0:-1 DONE hold
    old=$started
    apart
    start srv shm:0x200:2097152 sem:0x201:2 values:1 attach op:0:-1 DONE hold
    kill_hard "$old"
}
state_two_instances_started_together_one_killed() {
    start srv shm:0x100:2097152 sem:0x110:17:2 values:1 attach DONE workers:2 hold
    old=$started
    start srv shm:0x200:2097152 sem:0x210:17:2 values:1 attach DONE workers:2 hold
    # shellcheck disable=SC2046
    kill -9 "$old" $(pgrep -P "$old")
    until_true "detached" one_detached
}
one_detached() {
    "$ipctop" --json segments | jq -e '.segments[0].nattch == 0'
}
state_a_segment_its_reader_keeps() {
    start maker shm:0:2097152 ids:"$dir/ids" attach touch DONE hold
    maker=$started
    start reader use:m:"$(cat "$dir/ids")" attach:ro DONE hold
    kill_hard "$maker"
}
state_an_x_client_that_is_forwarded() { # its server is elsewhere, and attaches nothing
    start xclient shm:0:2097152:1:777 attach touch DONE hold
}
