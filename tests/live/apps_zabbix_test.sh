#!/bin/bash
# Zabbix's agent, which marks its segments at birth: at work, and after its parent was killed.
. tests/support/apps.sh
need jq jq
need zabbix_agentd zabbix-agent
private "$0" "$@"

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
as 65534 zabbix_agentd -c "$dir/conf" || fail "it does not start"
echo "--- at work"
await '(.segments | length >= 1) and (.segments | all(.app == "zabbix" and .status == ["dest"] and .nattch >= 5))' "at work"
now '.segments | all(.orphan == false)' "no orphan"
healthy

echo "--- its parent killed"
pid=$(cat "$dir/pid")
kill -9 "$pid"
await '.findings[] | select(.rule == "headless") | .severity == "warning"' "told"
now ".findings[] | select(.rule == \"headless\") | (.title | test(\"parent gone, [0-9]+ processes go on\")) and (.evidence | contains(\"made by $pid (gone)\"))" "named"
now '.findings | length == 1' "told once"
show headless

echo "--- all killed"
end_all zabbix_agentd
await '.segments == [] and .findings == []' "gone"
