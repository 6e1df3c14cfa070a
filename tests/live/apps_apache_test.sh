#!/bin/bash
# Apache with Mutex sysvsem: at work, and what kill -9 leaves each time.
. tests/support/apps.sh
need jq jq
need apache2 apache2
modules=/usr/lib/apache2/modules
[ -e $modules/mod_mpm_prefork.so ] || skip "no Apache modules in $modules"
private "$0" "$@"

mkdir "$dir/www"
cat >"$dir/conf" <<X
ServerRoot $dir
PidFile $dir/pid
ServerName localhost
Listen 18088
Listen 18089
Mutex sysvsem
ErrorLog $dir/log
User #65534
Group #65534
LoadModule mpm_prefork_module $modules/mod_mpm_prefork.so
LoadModule authz_core_module $modules/mod_authz_core.so
StartServers 3
DocumentRoot $dir/www
X
start() { # its workers wait at the mutex
    rm -f "$dir/pid"
    apache2 -f "$dir/conf" -k start || fail "it does not start: $(cat "$dir/log")"
    await '[.semaphores[] | select(.app == "apache" and .waiters >= 1)] | length >= 1' "at work"
}

echo "--- at work"
start
now '.semaphores | all(.app == "apache" and .orphan == false and .uid == 65534)' "Apache's"
healthy
sets=$(jq '.semaphores | length' "$dir/said")

for cycle in 1 2 3; do
    echo "--- killed, the ${cycle}. time"
    end_all apache2
    await ".findings[] | select(.rule == \"orphan-sets\") | .title | startswith(\"$((cycle * sets)) orphaned\")" "told"
    [ $cycle = 3 ] && break
    # Sets keep no creator: a server started at once may be what made them, and goes to the background now.
    await '.meta.time - ([.semaphores[].ctime] | max) > 6' "older than the next server"
    start
    now "[.semaphores[] | select(.orphan)] | length == $((cycle * sets))" "the leaked alone"
done
now "[.semaphores[] | select(.orphan)] | length == $((cycle * sets))" "the leaked alone"
now '.findings | length == 1' "told once"
show orphan-sets
