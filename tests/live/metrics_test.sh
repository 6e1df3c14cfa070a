#!/bin/bash
# --openmetrics read by the real thing: promtool, node_exporter's textfile collector, and a Prometheus that
# scrapes it and answers a query; the example rules and units are right.
. tests/support/apps.sh
need promtool prometheus
private "$0" "$@"

fail() {
    echo "FAILED: $*"
    exit 1
}
ipcmk -M 3000 -p 0600 >/dev/null && ipcmk -M 5000 >/dev/null && ipcmk -Q >/dev/null || fail "ipcmk"

echo "--- promtool check metrics"
for options in "" --per-object "-u 4242" "segments -f size>4K" "--per-object processes namespaces shared" \
    "--per-object queues"; do
    "$ipctop" --openmetrics $options >"$dir/metrics" || fail "--openmetrics $options ended with $?"
    said=$(promtool check metrics <"$dir/metrics" 2>&1) || fail "$options: $said"
    [ -z "$said" ] || fail "$options: $said"
    [ "$(tail -n 1 "$dir/metrics")" = "# EOF" ] || fail "$options: no end"
done
grep -q '^ipctop_queue_messages{key="0x[0-9a-f]*",msqid="0",owner="root"' "$dir/metrics" || fail "per object: $(cat "$dir/metrics")"
"$ipctop" --openmetrics --per-object namespaces | grep -q '^ipctop_ipc_namespace_segments{ipc_namespace="[0-9]*"' ||
    fail "no series of a namespace"
"$ipctop" --openmetrics >"$dir/metrics"
for table in processes namespaces shared; do
    grep -q "^ipctop_table_known{table=\"$table\"} 1" "$dir/metrics" || fail "$table: $(cat "$dir/metrics")"
    grep -q "^ipctop_$table[ {]" "$dir/metrics" || fail "no number of $table: $(cat "$dir/metrics")"
done
"$ipctop" --openmetrics segments | grep -q 'ipctop_segment_' && fail "objects one by one, unasked"

echo "--- promtool test rules"
sed "s,ALERTS,$PWD/src/examples/ipctop-alerts.yml," tests/live/metrics_rules.yml >"$dir/rules.yml"
said=$(promtool check rules src/examples/ipctop-alerts.yml 2>&1) || fail "$said"
said=$(promtool test rules "$dir/rules.yml" 2>&1) || fail "$said"
if command -v systemd-analyze >/dev/null; then
    for unit in src/examples/*.service src/examples/*.timer; do
        sed "s,/usr/bin/ipctop,$ipctop," "$unit" >"$dir/$(basename "$unit")"
    done
    said=$(systemd-analyze verify --man=no "$dir"/*.service "$dir"/*.timer 2>&1 | grep "$dir\|ipctop") && fail "$said"
fi

echo "--- a file is replaced whole"
mkdir "$dir/textfile"
"$ipctop" --openmetrics --output "$dir/textfile/ipctop.prom" || fail "--output ended with $?"
[ "$(stat -c %a "$dir/textfile/ipctop.prom")" = 644 ] || fail "its mode"
[ "$(ls "$dir/textfile")" = ipctop.prom ] || fail "left behind: $(ls "$dir/textfile")"
exec 4<"$dir/textfile/ipctop.prom"
"$ipctop" --openmetrics --output "$dir/textfile/ipctop.prom" -d 0.1 -n 2 || fail "--output -n 2"
[ "$(stat -L -c %i /dev/fd/4)" != "$(stat -c %i "$dir/textfile/ipctop.prom")" ] || fail "written over in place"
exec 4<&-
ln -s /etc/hostname "$dir/link.prom"
"$ipctop" --openmetrics --output "$dir/link.prom" 2>"$dir/err" && fail "through a symbolic link"
grep -q 'symbolic link' "$dir/err" || fail "$(cat "$dir/err")"

need prometheus-node-exporter prometheus-node-exporter
need prometheus prometheus
need ip iproute2
ip link set lo up || skip "no network of its own"
ask() { # PORT PATH: by the shell alone
    exec 3<>/dev/tcp/127.0.0.1/"$1" || return 1
    printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
    cat <&3
    exec 3<&-
}
wait_for() { # PORT PATH TEXT
    for _ in $(seq 600); do
        ask "$1" "$2" >"$dir/said" 2>/dev/null && grep -q "$3" "$dir/said" && return 0
        sleep 0.1
    done
    fail "no $3 from $1$2: $(tail -n 20 "$dir/said" "$dir"/*.log)"
}

echo "--- node_exporter and Prometheus"
prometheus-node-exporter --collector.disable-defaults --collector.textfile \
    --collector.textfile.directory="$dir/textfile" --web.listen-address=127.0.0.1:9100 >"$dir/exporter.log" 2>&1 &
exporter=$!
wait_for 9100 /metrics '^ipctop_segments_size_bytes{'
grep -q '^node_textfile_scrape_error 0' "$dir/said" || fail "node_exporter reads it with an error: $(cat "$dir/exporter.log")"
printf '%s\n' 'global: {scrape_interval: 1s}' \
    'scrape_configs: [{job_name: node, static_configs: [{targets: ["127.0.0.1:9100"]}]}]' \
    "rule_files: [$PWD/src/examples/ipctop-alerts.yml]" >"$dir/prometheus.yml"
prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" \
    --web.listen-address=127.0.0.1:9090 >"$dir/prometheus.log" 2>&1 &
server=$!
wait_for 9090 '/api/v1/query?query=sum(ipctop_segments_size_bytes)' '"8000"'
wait_for 9090 '/api/v1/query?query=sum(ipctop_segments)' '"2"'
kill $exporter $server
wait
echo ok
