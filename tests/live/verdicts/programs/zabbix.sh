# Zabbix's agent, which marks its segments as soon as it has made them.
need zabbix_agentd zabbix-agent
ip link set lo up || skip "ip (package iproute2) is not installed"
chmod 777 "$dir"
cat >"$dir/conf" <<X
PidFile=$dir/pid
LogFile=$dir/log
Server=127.0.0.1
ServerActive=127.0.0.1:18091
ListenPort=18090
StartAgents=3
Hostname=test
X
begin() {
    as $user zabbix_agentd -c "$dir/conf"
}
answers() { # a passive check, in the agent's protocol
    exec 7<>/dev/tcp/127.0.0.1/18090 && printf 'ZBXD\1\12\0\0\0\0\0\0\0agent.ping' >&7 && grep -q -a 1 <&7
}
works() {
    answers 2>/dev/null || begin || wrong "it does not start: $(cat "$dir/log")"
    until_true "answering" answers
}
at_work() {
    begin || fail "it does not start: $(cat "$dir/log")"
    await_file "$dir/pid"
    parent=$(cat "$dir/pid")
    until_true "answering" answers
    await_shown '(.segments | length >= 1) and (.segments | all(.app == "zabbix" and .status == ["dest"] and .nattch >= 5 and .orphan == false))' "Zabbix's"
}
state_healthy() {
    at_work
}
state_busy() {
    at_work
    for _ in 1 2; do
        (while :; do answers; done) >/dev/null 2>&1 &
    done
}
state_stopped() {
    at_work
    # shellcheck disable=SC2046
    stop "$parent" $(children "$parent")
    works() { :; }
}
state_its_parent_killed() {
    at_work
    left=$(children "$parent" | paste -sd' ')
    kill_hard "$parent"
}
state_its_parent_unreaped() {
    setpriv --reuid=$user --regid=$user --clear-groups bash -c "zabbix_agentd -f -c $dir/conf & exec sleep infinity" >/dev/null 2>&1 &
    await_file "$dir/pid"
    parent=$(cat "$dir/pid")
    until_true "answering" answers
    until_true "all there" eval '[ "$(children "$parent" | wc -l)" -ge 5 ]'
    left=$(children "$parent" | paste -sd' ')
    kill -9 "$parent"
    until_true "gone" gone "$parent"
}
state_a_worker_killed() { # the others end in order
    at_work
    kill -9 "$(children "$parent" | tail -n 1)"
    ended "$parent"
    until_true "no segment" objects 0 m
}
state_all_killed() {
    at_work
    every_killed zabbix_agentd
    until_true "no segment" objects 0 m
}
