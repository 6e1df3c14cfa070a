# Open MPI whose processes share System V segments, which they mark as soon as all are attached.
need mpirun openmpi-bin
ls /usr/lib/*/libmpi.so.40 >/dev/null 2>&1 || skip "no libmpi.so.40 (package openmpi-bin)"
ls /usr/lib/*/openmpi/lib/openmpi*/mca_shmem_sysv.so >/dev/null 2>&1 || skip "this Open MPI shares no System V segments"
ip link set lo up || skip "ip (package iproute2) is not installed"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TMPDIR=$dir
begin() { # idle|busy
    mpirun --oversubscribe -n 3 --mca shmem sysv --mca btl self,vader \
        /usr/bin/python3 tests/live/verdicts/programs/mpi.py "$1" "$dir/ready" >"$dir/mpi" 2>&1 &
    starter=$!
    until_true "all ready" eval '[ "$(ls "$dir"/ready.* 2>/dev/null | wc -l)" -eq 3 ]'
    until_true "shared" objects 3 m
    mapfile -t ranks < <(children "$starter")
}
works() {
    gone "$starter" || { kill "$starter"; ended "$starter"; }
    until_true "cleaned" objects 0 m
    rm -f "$dir"/ready.*
    begin idle
}
state_healthy() {
    begin idle
}
state_busy() {
    begin busy
}
state_a_rank_stopped() {
    begin busy
    stop "${ranks[1]}"
    works() { :; }
}
state_a_rank_killed() { # its starter ends the others
    begin idle
    kill -9 "${ranks[1]}"
    ended "$starter"
}
state_its_starter_killed() {
    begin idle
    kill_hard "$starter"
    until_true "all gone" objects 0 m
}
state_its_starter_killed_and_ranks_stopped() { # a rank that cannot end holds its own and the others'
    begin idle
    stop "${ranks[2]}"
    kill_hard "$starter"
    until_true "the others gone" others_gone
    left=${ranks[2]}
}
others_gone() {
    gone "${ranks[0]}" && gone "${ranks[1]}"
}
