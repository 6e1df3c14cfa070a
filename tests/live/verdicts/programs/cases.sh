# Small situations made by the actor alone: each showed a fault of the monitor, or is the nearest
# healthy one. $variant is the group, for the reader.

# --- orphans, and what is made together ------------------------------------------------------------

state_sets_beside_a_group_in_use() {
    act name:starter sem:0x2866:4:3 values:1
    start srv sem:0x2869:4:3 values:1 op:0:-1 DONE hold
    checks() {
        fact '[.semaphores[].orphan] == [null, null, null, false, false, false]' "not known where the group is in use"
    }
}
# Another owner's set between the same neighbours is not of the group.
state_a_set_of_another_owner_beside_a_group_in_use() {
    act name:other user:65533 sem:0x2868:4 values:1
    start srv sem:0x2869:4:3 values:1 op:0:-1 DONE hold
}
# Its group is in use no longer.
state_the_whole_group_left() {
    act name:starter sem:0x2866:4:3 values:1
    start srv sem:0x2869:4:3 values:1 op:0:-1 DONE hold
    kill_hard "$started"
}
state_a_private_segment_in_a_group_in_use() {
    act name:starter shm:0:2097152:5
    start srv use:m:3 use:m:4 attach DONE hold
    checks() {
        fact '[.segments[].orphan] == [null, null, null, false, false]' "not known where the group is in use"
    }
}
# As a server that was killed and started again at once makes them beside its own leak.
state_segments_beside_another_makers_in_use() {
    act name:srv shm:0:2097152:3 attach touch
    start srv shm:0:2097152:2 attach DONE hold
    checks() {
        fact '[.segments[].orphan] == [true, true, true, false, false]' "a segment names its maker"
    }
}
state_its_maker_gone_unreaped() {
    bash -c "'$actor' name:maker shm:0:8388608 sem:0:1 value:0:1 msg:0 send:10 did:$dir/did & exec sleep infinity" &
    await_file "$dir/did"
    until_true "a zombie" gone "$(cat "$dir/did")"
    checks() {
        fact '.segments[0].creator_state == "gone"' "a zombie is gone"
        fact '.segments[0].orphan and .semaphores[0].orphan and .queues[0].orphan' "orphans"
    }
}
state_its_maker_a_zombie_leader_with_a_thread() {
    start maker shm:0:8388608 attach detach sem:0:1 value:0:1 DONE end-leader
    until_true "a zombie leader" gone "$started"
    checks() {
        fact '.segments[0].creator_state == "alive"' "a thread of it lives"
    }
}
state_a_small_segment_left() {
    act name:maker shm:0:56
    checks() {
        # shellcheck disable=SC2016
        fact '.findings[0].title | test("56 ?(B|bytes)")' "a number with its unit"
    }
}
state_sets_of_two_users_services() {
    act name:one user:65533 sem:0:1:60 values:1
    act name:two user:65532 sem:0:1:5 values:1
    checks() {
        fact '[.findings[] | select(.evidence + .title | test("65533|65532"))] | length == 2' "both owners named"
    }
}
state_a_reserved_but_untouched_segment_left() {
    act name:maker shm:0:104857600
    checks() { # removal frees nothing of it
        fact '.findings[0] | .title + .evidence | test("(^|[^0-9.])0( ?B|[ ,;)]|$)")' "what removal frees"
    }
}

# --- waiting ---------------------------------------------------------------------------------------

waiting() { # PID CALL…
    until_true "waiting: $1" blocked_in "$@"
}
# Beyond the seconds after which a waiter left alone is more than a notice.
aged() {
    local since=$SECONDS
    old() {
        [ $((SECONDS - since)) -ge 12 ]
    }
    until_true "old" old
}
state_a_zombie_took_the_only_semaphore() {
    bash -c "'$actor' name:taker sem:0x77:1 value:0:1 op:0:-1 did:$dir/did & exec sleep infinity" &
    await_file "$dir/did"
    taker=$(cat "$dir/did")
    until_true "a zombie" gone "$taker"
    start waiter sem:0x77:1 DONE op:0:-1
    waiter=$started
    waiting "$waiter" $SEMOP
    works() { # nobody waits any longer
        objects 0 s
    }
    follow_end_and_remove() {
        follow_end "$waiter"
        ipcrm -S 0x77
    }
}
state_its_holder_killed() {
    start taker sem:0x77:1 value:0:1 op:0:-1 DONE hold
    taker=$started
    start waiter sem:0x77:1 DONE op:0:-1
    waiter=$started
    waiting "$waiter" $SEMOP
    kill_hard "$taker"
}
state_its_holder_at_work() {
    start taker sem:0x77:1 value:0:1 op:0:-1 DONE hold
    start waiter sem:0x77:1 DONE op:0:-1
    waiting "$started" $SEMOP
}
# It put something in, which was taken out, and ended; the consumer waits for more.
state_its_producer_ended_in_order() {
    start consumer sem:0x77:1 value:0:0 DONE op:0:-1 op:0:-1
    waiting "$started" $SEMOP
    act name:producer sem:0x77:1 op:0:1
    waiting "$started" $SEMOP
    aged
}
# A dispatcher ended after it asked for zero: nobody died holding anything.
state_its_last_operator_ended_in_order() {
    act name:starter sem:0x77:1 value:0:0 op:0:0
    start worker sem:0x77:1 DONE op:0:-1
    waiting "$started" $SEMOP
    aged
}
state_full_its_receiver_alive_elsewhere() {
    start receiver msg:0x55 DONE receive hold
    receiver=$started
    start feeder msg:0x55 send:400 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
}
state_full_its_receiver_stopped() {
    start receiver msg:0x55 DONE receive receive until:"$dir/never"
    receiver=$started
    act name:first msg:0x55 send:400
    stop "$receiver"
    start feeder msg:0x55 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
}
state_full_its_receiver_killed() {
    start receiver msg:0x55 DONE receive hold
    receiver=$started
    act name:first msg:0x55 send:400
    until_true "received" objects 1 q
    kill_hard "$receiver"
    start feeder msg:0x55 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
}
state_full_beside_a_fresh_orphan() {
    act name:maker user:65533 shm:0:2097152
    start receiver msg:0x55 DONE receive hold
    act name:first msg:0x55 send:400
    kill_hard "$started"
    start feeder msg:0x55 send:400:9999:full DONE send:400
    feeder=$started
    waiting "$feeder" $MSGSND
    checks() {
        fact '.findings[0].rule == "queue-blocked"' "blocked senders first"
    }
}

# --- removed but held ------------------------------------------------------------------------------

state_held_by_one_its_maker_detached() {
    start app shm:0:100000:200 ids:"$dir/ids" DONE until:"$dir/go" remove did:"$dir/removed" hold
    app=$started
    mapfile -t ids <"$dir/ids"
    start holder "${ids[@]/#/use:m:}" attach DONE hold
    holder=$started
    echo >"$dir/go"
    await_file "$dir/removed"
    works() {
        objects 0 m || wrong "memory is held still"
        gone "$app" && wrong "its maker was harmed"
    }
}
state_held_by_three_its_maker_gone() {
    start app shm:0:8388608 ids:"$dir/ids" DONE hold
    app=$started
    id=$(cat "$dir/ids")
    holders=
    for _ in 1 2 3; do
        start worker use:m:"$id" attach touch DONE hold
        holders="$holders${holders:+ }$started"
    done
    kill_hard "$app"
    ipcrm -m "$id"
    works() {
        objects 0 m || wrong "memory is held still"
    }
}
state_held_by_one_stopped() {
    start app shm:0:8388608 ids:"$dir/ids" DONE hold
    app=$started
    id=$(cat "$dir/ids")
    start worker use:m:"$id" attach DONE hold
    holder=$started
    kill_hard "$app"
    ipcrm -m "$id"
    stop "$holder"
    works() {
        objects 0 m || wrong "memory is held still"
    }
}
state_marked_from_birth_at_work() {
    start app shm:0:8388608 attach remove DONE workers:4 hold
}
state_never_attached_and_removed() {
    start app shm:0:8388608 ids:"$dir/ids" DONE hold
    TERM=xterm script -qefc "$ipctop -d 0.2 --log $dir/events" /dev/null >"$dir/screen" < <(exec sleep 100) &
    until_true "a screen" grep -q Segments "$dir/screen"
    ipcrm -m "$(cat "$dir/ids")"
    until_true "noticed" grep -q removed "$dir/events"
    grep removed "$dir/events"
    grep 'removed' "$dir/events" | grep -q outside && wrong "nobody attached, and nobody outside"
    grep 'removed' "$dir/events" | grep -q "[^0-9]$started[^0-9]" || wrong "its creator $started is not named"
}

# --- limits ----------------------------------------------------------------------------------------

limit() { # NAME VALUE
    echo "$2" >"/proc/sys/kernel/$1" || skip "kernel.$1 cannot be set here"
}
checks_limit() { # NAME
    limit_name=$1
    checks() {
        fact ".findings[0] | .title + .evidence | contains(\"$limit_name\")" "$limit_name named"
    }
}
state_msgmni_0() {
    start app msg:0x55:3 DONE receive
    limit msgmni 0
    checks_limit msgmni
}
state_shmmni_0() {
    start app shm:0:4096:3 attach DONE hold
    limit shmmni 0
    checks_limit shmmni
}
state_shmmax_0() {
    start app shm:0:4096:3 attach DONE hold
    limit shmmax 0
    checks_limit shmmax
}
state_shmall_0() {
    start app shm:0:4096:3 attach DONE hold
    limit shmall 0
    checks_limit shmall
}
state_semmni_below_what_is_used() {
    start app sem:0:1:5 values:1 op:0:-1 DONE hold
    limit sem '32000 1024000000 500 3'
    checks_limit semmni
}
state_semopm_0() {
    start app sem:0:1 values:1 DONE hold
    limit sem '32000 1024000000 0 32000'
    checks_limit semopm
}
# It cannot be started again.
state_shmmax_below_a_segment_in_use() {
    start app shm:0:8388608 attach DONE hold
    limit shmmax 4096
    checks_limit shmmax
}
# Nothing of it can be made, and orphans are the cause.
state_semmni_full_of_orphans() {
    act name:leaker sem:0:1:20 values:1
    limit sem '32000 1024000000 500 20'
    works() {
        act name:next sem:0:1
    }
}
state_shmmni_full_of_removed_but_held() {
    start app shm:0:4096:20 ids:"$dir/ids" DONE until:"$dir/go" remove did:"$dir/removed" hold
    app=$started
    mapfile -t ids <"$dir/ids"
    start holder "${ids[@]/#/use:m:}" attach DONE hold
    holder=$started
    echo >"$dir/go"
    await_file "$dir/removed"
    kill_hard "$app"
    limit shmmni 20
    works() {
        act name:next shm:0:4096
    }
}

# --- huge pages: real segments, which reserve nothing and touch nothing, in a pool that is shown to the
# monitor alone. The machine's own is everybody's, and stays as it is.

huge_pool() { # PAGES FREE
    local sys=/sys/kernel/mm/hugepages kib
    kib=$(sed -n 's/^Hugepagesize: *\([0-9]*\) kB/\1/p' /proc/meminfo)
    [ -n "$kib" ] && [ -d "$sys" ] || skip "no huge pages in this kernel"
    page=$((kib * 1024))
    mountpoint -q "$sys" || mount -t tmpfs none "$sys" || skip "/sys/kernel/mm/hugepages cannot be covered here"
    pool=$sys/hugepages-${kib}kB
    mkdir -p "$pool"
    echo "$1" >"$pool/nr_hugepages"
    echo "$2" >"$pool/free_hugepages"
    for file in resv_hugepages surplus_hugepages nr_overcommit_hugepages; do
        echo 0 >"$pool/$file"
    done
}
follow_raise() { # PAGES
    advised 'raise vm.nr_hugepages' "raise the number of huge pages"
    huge_pool "$1" "$1"
}
in_huge_pages() {
    start app "huge:0:$((2 * page))" attach DONE hold
    checks() {
        fact '.segments[0].status == ["hugetlb"]' "shown as in huge pages"
    }
}
state_promised_where_there_are_none() {
    huge_pool 0 0
    in_huge_pages
}
state_promised_more_than_there_are() {
    huge_pool 1 1
    in_huge_pages
}
state_its_pool_used_up() {
    huge_pool 2 0
    in_huge_pages
}
state_its_pool_serves() {
    huge_pool 3 1
    in_huge_pages
}
state_a_pool_used_up_by_others() { # as by virtual machines
    huge_pool 2 0
    start app shm:0:8388608 attach DONE hold
}

# --- growth ----------------------------------------------------------------------------------------

# As the screen does it: one monitor that keeps looking.
watch_until_growing() {
    "$ipctop" --json -d 2 -n 50 semaphores findings |
        jq -n -e 'first(inputs | select([.findings[].rule] | index("growing")))' >"$dir/growing"
}
state_a_leak_beside_traffic() {
    start busy DONE churn:6000:6
    start leaker DONE leak:3000
    watch_until_growing || wrong "no growth noticed in 100 seconds"
}
state_traffic_alone() {
    start busy DONE churn:6000:6
    watch_until_growing && wrong "growth noticed where there is none"
    :
}

# --- a /proc that shows less -----------------------------------------------------------------------

state_proc_with_subset_pid() {
    act name:maker shm:0:8388608 sem:0:1 values:1
    mount -t proc -o subset=pid proc /proc || skip "no subset=pid here"
    checks() {
        fact '(.segments | length == 1) and (.semaphores | length == 1)' "tables by shmctl"
        fact '.limits | map(select(.name == "shmmni")) | .[0] | .used == 1 and .limit > 0' "limits by shmctl"
        fact '.segments[0].rss == null and .findings != null' "what only the text shows is unknown"
    }
}
state_proc_without_sysvipc() {
    act name:maker shm:0:8388608 sem:0:1 values:1
    mount -t tmpfs none /proc/sysvipc || skip "/proc/sysvipc cannot be hidden here"
    checks() {
        fact '(.segments | length == 1) and (.semaphores | length == 1)' "tables by shmctl"
    }
}

# --- command line ----------------------------------------------------------------------------------

state_holders_of_no_such_segment() {
    "$ipctop" --json -i 77 holders >"$dir/out" 2>"$dir/err"
    status=$?
    [ $status = 1 ] || wrong "exit status $status: $(cat "$dir/out" "$dir/err")"
    [ "$(wc -l <"$dir/err")" = 1 ] && grep -q 77 "$dir/err" || wrong "not one clear line: $(cat "$dir/err")"
}
state_filtered_by_a_gone_creator() {
    act name:maker shm:0:8388608
    "$ipctop" --batch -f 'creator~gone' segments >"$dir/out"
    grep -q '8\.0M' "$dir/out" || wrong "no rows: $(cat "$dir/out")"
}
state_memory_of_maps() {
    start app shm:0:8388608 attach touch DONE hold
    "$ipctop" --batch -o pid,rss,pss maps >"$dir/out"
    grep -q "$started .*8\.0M .*8\.0M" "$dir/out" || wrong "no numbers: $(cat "$dir/out")"
}
