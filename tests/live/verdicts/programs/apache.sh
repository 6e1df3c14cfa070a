# Apache httpd with its mutexes in semaphore sets. $variant: prefork or event, and with ssl mod_ssl, whose
# session cache has a mutex that only handshakes with sessions to store operate.
modules=/usr/lib/apache2/modules
need apache2 apache2
read -r mpm tls <<<"$variant"
[ -e "$modules/mod_mpm_$mpm.so" ] || skip "no Apache modules in $modules"
ip link set lo up || skip "ip (package iproute2) is not installed"
port=18088

certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$shared/key" \
        -out "$shared/cert" >/dev/null 2>&1 || fail "no certificate"
}
tls_conf() {
    need openssl openssl
    exec 8>>"$shared/lock"
    flock 8
    [ -e "$shared/cert" ] || certificate
    flock -u 8
    cat <<X
LoadModule socache_shmcb_module $modules/mod_socache_shmcb.so
LoadModule ssl_module $modules/mod_ssl.so
SSLSessionCache shmcb:$dir/cache(512000)
SSLProtocol TLSv1.2
SSLEngine on
SSLCertificateFile $shared/cert
SSLCertificateKeyFile $shared/key
X
}
mkdir "$dir/www"
echo found >"$dir/www/file"
cat >"$dir/conf" <<X
ServerRoot $dir
DefaultRuntimeDir $dir
PidFile $dir/pid
ServerName localhost
Listen $port
Listen $((port + 1))
Mutex sysvsem
ErrorLog $dir/log
User #$user
Group #$user
LoadModule mpm_${mpm}_module $modules/mod_mpm_$mpm.so
LoadModule authz_core_module $modules/mod_authz_core.so
StartServers 2
MaxConnectionsPerChild \${RECYCLE}
DocumentRoot $dir/www
$([ -z "$tls" ] || tls_conf)
X
export RECYCLE=0

begin() {
    rm -f "$dir/pid"
    apache2 -f "$dir/conf" -k start
}
ask() { # a file over HTTP, or over TLS, whose session the server stores
    if [ -n "$tls" ]; then
        printf 'GET /file HTTP/1.0\r\n\r\n' |
            timeout 10 openssl s_client -quiet -connect "127.0.0.1:$port" 2>/dev/null | grep found
    else
        exec 7<>"/dev/tcp/127.0.0.1/$port" && printf 'GET /file HTTP/1.0\r\n\r\n' >&7 && grep -q found <&7
    fi
}
works() {
    local pid
    pid=$(cat "$dir/pid" 2>/dev/null)
    [ -n "$pid" ] && ! gone "$pid" || begin || wrong "it does not start: $(cat "$dir/log")"
    until_true "answering" ask
    for _ in 1 2 3; do
        ask || wrong "it does not answer: $(cat "$dir/log")"
    done
    grep -i 'AH0\(0023\|2026\|0276\)\|emerg\|invalid argument\|identifier removed' "$dir/log" && wrong "its mutexes are broken"
    :
}
in_use() { # idle workers wait at the mutex of the listeners
    shows '[.semaphores[] | select(.app == "apache" and .waiters >= 1)] | length >= 1'
}
at_work() {
    begin || fail "it does not start: $(cat "$dir/log")"
    await_file "$dir/pid"
    parent=$(cat "$dir/pid")
    [ "$mpm" = event ] && until_true "answering" ask || until_true "at its mutex" in_use
    sets=$(ipcs -s | grep -c ^0x)
}
workers() {
    children "$parent"
}
worker() {
    workers | head -n 1
}
state_healthy() {
    at_work
    checks() {
        fact '.semaphores | length > 0 and all(.app == "apache" and .orphan != true)' "Apache's"
    }
}
state_busy() {
    at_work
    for _ in 1 2; do
        (while :; do ask; done) >/dev/null 2>&1 &
    done
}
state_restarted_gracefully() {
    at_work
    ask
    before=$(workers)
    apache2 -f "$dir/conf" -k graceful
    renewed() {
        local now
        now=$(workers)
        [ -n "$now" ] && [ -z "$(comm -12 <(sort <<<"$before") <(sort <<<"$now"))" ]
    }
    until_true "renewed" renewed
    until_true "answering" ask
    checks() {
        fact '.semaphores | length > 0 and all(.app == "apache" and .orphan != true)' "Apache's"
    }
}
# Each worker ends after a connection or two: the last operator of the cache's mutex is gone.
state_its_workers_recycled() {
    export RECYCLE=1
    at_work
    before=$(workers)
    renewed() {
        ask
        [ -z "$(comm -12 <(sort <<<"$before") <(workers | sort))" ]
    }
    until_true "renewed" renewed
    [ "$mpm" = event ] || until_true "at its mutex" in_use
}
state_a_worker_killed() {
    at_work
    victim=$(worker)
    kill -9 "$victim"
    until_true "gone" gone "$victim"
    until_true "answering" ask
}
state_a_worker_stopped() {
    at_work
    stopped=$(worker)
    stop "$stopped"
    works() { :; }
}
state_its_parent_killed() {
    at_work
    ask
    left=$(workers | paste -sd' ')
    kill_hard "$parent"
    works() { # once those that keep its port have ended
        # shellcheck disable=SC2086
        kill_hard $left
        begin && until_true "answering" ask
    }
}
state_its_parent_unreaped() {
    bash -c "apache2 -f $dir/conf -DFOREGROUND & exec sleep infinity" >/dev/null 2>&1 &
    await_file "$dir/pid"
    parent=$(cat "$dir/pid")
    until_true "answering" ask
    sets=$(ipcs -s | grep -c ^0x)
    every_killed apache2
}
state_all_killed() {
    at_work
    ask
    every_killed apache2
}
state_all_killed_and_started_again() {
    at_work
    every_killed apache2
    leaked=$sets
    apart
    at_work
    until_true "its own and the leaked" objects $((2 * leaked)) s
    sets=$leaked
}
