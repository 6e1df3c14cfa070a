# What the rows of the verdict matrix share. Sourced by row.sh, after tests/support/apps.sh.
#
# A row ends with 0: the verdict is right; 3: it is wrong; 77: it cannot be made here, with the reason;
# anything else: the row itself is broken.

actor=$PWD/${BUILD_DIR:-build}/tests/live/verdicts/actor
PATIENCE=${PATIENCE:-30} # seconds for a right verdict to appear
user=65534               # who runs what needs an ordinary user

fail() { # the situation could not be made
    echo "no such situation: $*"
    ps -e -o pid,ppid,stat,comm,args
    exit 1
}
wrong() {
    echo "wrong: $*"
    exit 3
}
# --- waiting ---------------------------------------------------------------------------------------

exec {clock}<> <(:) # nothing is ever written there
nap() { # SECONDS, without a process
    read -r -t "$1" -u "$clock"
}
now_ms() { # sets $ms
    ms=${EPOCHREALTIME/[.,]/}
    ms=${ms%???}
}
deadline() { # SECONDS: sets $until
    local ms
    now_ms
    until=$((ms + $1 * 1000))
}
in_time() {
    local ms
    now_ms
    [ "$ms" -lt "$until" ]
}
until_true() { # WHAT COMMAND…, shadows the one of apps.sh: within a minute
    local what=$1 until
    shift
    deadline 60
    while in_time; do
        "$@" >/dev/null 2>&1 && return 0
        nap 0.03
    done
    fail "never $what"
}
await_file() {
    until_true "there: $1" test -s "$1"
}
state_of() { # PID: sets $letter, empty where it is gone
    local stat=''
    letter=
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null
    stat=${stat##*) }
    letter=${stat%% *}
}
gone() { # PID: no such process, or a zombie
    local letter
    state_of "$1"
    [ -z "$letter" ] || [ "$letter" = Z ]
}
ended() { # PID…: this script's children are reaped
    local pid
    for pid in "$@"; do
        until_true "ended: $pid" gone "$pid"
        wait "$pid" 2>/dev/null
    done
    return 0
}
kill_hard() { # PID…
    kill -9 "$@" && ended "$@"
}
every_killed() { # COMM: all of that name in here, those they fork meanwhile, too
    none_left() {
        pkill -9 -x "$1"
        ! pgrep -r R,S,D,T -x "$1"
    }
    until_true "killed: $1" none_left "$1"
}
is_stopped() {
    local letter
    state_of "$1"
    [ "$letter" = T ]
}
stop() { # PID…
    local pid
    for pid in "$@"; do
        kill -STOP "$pid"
        until_true "stopped: $pid" is_stopped "$pid"
    done
}
children() { # PID: lines
    cat "/proc/$1/task/$1/children" 2>/dev/null | tr ' ' '\n' | grep -v '^$'
}
blocked_in() { # PID SYSCALL-NUMBER…: it sleeps in one of those calls
    local call
    { read -r call _ <"/proc/$1/syscall"; } 2>/dev/null && shift && [[ " $* " == *" $call "* ]]
}
SEMOP='65 220' MSGSND=69 MSGRCV=70 # on x86-64, the one machine where rows await a blocked call

# --- the actor -------------------------------------------------------------------------------------

act() { # STEP…: and it ends
    "$actor" "$@" || fail "actor $*"
}
# Starts it, sets $started to its pid, and returns when its steps up to `did` are done.
start() { # COMM STEP…, which do not end
    local comm=$1 done="$dir/did.$((++starts))"
    shift
    (exec -a "$comm" "$actor" "name:${comm:0:15}" "${@/DONE/did:$done}") >/dev/null &
    started=$!
    until_true "through: $comm" done_or_dead "$done"
    [ -s "$done" ] || fail "$comm ended: $*"
}
done_or_dead() { # FILE
    [ -s "$1" ] || gone "$started"
}
starts=0

# Lets enough time pass that what comes next was not made together with what is there.
apart() {
    local since=$SECONDS
    long_ago() {
        [ $((SECONDS - since)) -ge 8 ]
    }
    until_true "later" long_ago
}

# --- looking ---------------------------------------------------------------------------------------

look() {
    "$ipctop" --json segments semaphores queues waiters holders findings limits >"$dir/said" 2>"$dir/err" ||
        wrong "the monitor ended with $?: $(cat "$dir/err")"
}
# One jq judges all looks of a row: to start it takes four times as long as to look.
start_judge() {
    coproc JUDGE { exec jq -r --unbuffered -f tests/live/verdicts/verdict.jq; }
    exec {to_judge}>&"${JUDGE[1]}" {from_judge}<&"${JUDGE[0]}"
}
differs() { # EXPECTED: sets $difference, empty where nothing differs
    local line expected=${1//\\/\\\\}
    [ -n "${to_judge:-}" ] || start_judge
    difference=
    { printf '{"expected":"%s","said":' "${expected//\"/\\\"}" && cat "$dir/said" && echo '}'; } >&"$to_judge"
    while read -r line <&"$from_judge"; do
        [ "$line" = judged ] && return
        difference+=$line$'\n'
    done
    fail "the judge ended"
}
expand() { # TEXT: with the variables of the state
    eval "echo \"$1\""
}
# An expectation with findings is awaited, and must stay; one without must hold each time.
expect() { # FINDINGS
    local expected difference='' until looks=0
    expected=$(expand "$1")
    deadline "$PATIENCE"
    while :; do
        look
        differs "$expected"
        if [ -n "$difference" ]; then
            [ "$expected" = - ] && [ -z "$settling" ] && break
            looks=0
            in_time || break
        elif [ $((++looks)) -ge 3 ]; then
            return 0
        fi
        nap 0.05
    done
    wrong "expected: $expected"$'\n'"$difference"
}
fact() { # EXPRESSION WHAT: of what was looked at last
    jq -e "$1" "$dir/said" >/dev/null || wrong "$2: not $1"$'\n'"$(jq -c '{segments, semaphores, queues, meta}' "$dir/said")"
}
shows() { # EXPRESSION
    look && jq -e "$1" "$dir/said" >/dev/null
}
await_shown() { # EXPRESSION WHAT: the monitor shows it within patience; otherwise it is wrong
    local until
    deadline "$PATIENCE"
    while in_time; do
        shows "$1" && return 0
        nap 0.05
    done
    fact "$1" "$2"
}
objects() { # COUNT m|s|q: so many exist
    local lines file=shm
    [ "$2" = s ] && file=sem
    [ "$2" = q ] && file=msg
    mapfile -t lines <"/proc/sysvipc/$file"
    [ $((${#lines[@]} - 1)) -eq "$1" ]
}

# --- following the advice to the letter ------------------------------------------------------------

# What the findings say in all must fit, else there is no such advice to follow.
advised() { # REGEX WHAT
    jq -e --arg r "$1" '[.findings[] | .title + " " + .evidence + " " + .advice] | any(test($r; "i"))' \
        "$dir/said" >/dev/null || wrong "no advice to $2"
}
# o shows the orphans, F8 removes them.
follow_remove_orphans() {
    local kind id
    advised 'remov' "remove orphans"
    while read -r kind id; do
        ipcrm "-$kind" "$id" || wrong "the advised ipcrm -$kind $id failed"
    done < <(jq -r '(.segments[]? | select(.orphan == true) | "m \(.shmid)"),
                    (.semaphores[]? | select(.orphan == true) | "s \(.semid)"),
                    (.queues[]? | select(.orphan == true) | "q \(.msqid)")' "$dir/said")
}
follow_remove() { # m|s|q ID: what a finding is about
    advised "remov" "remove anything"
    advised "(^|[^0-9])$2([^0-9]|\$)" "remove $2"
    ipcrm "-$1" "$2" || wrong "the advised ipcrm -$1 $2 failed"
}
# SIGTERM, or SIGKILL where the advice speaks of that.
follow_end() { # PID…: each of them named
    local pid until
    for pid in "$@"; do
        advised "(^|[^0-9])$pid([^0-9]|\$)" "end $pid"
        kill -TERM "$pid"
        deadline 5
        until gone "$pid"; do
            in_time || break
            nap 0.03
        done
        if ! gone "$pid"; then
            advised 'SIGKILL|kill -9|KILL' "end $pid by SIGKILL, and SIGTERM does not end it"
            kill -KILL "$pid"
        fi
        ended "$pid"
    done
}
follow_kill() { # PID…: SIGKILL is named
    local pid
    for pid in "$@"; do
        advised "(^|[^0-9])$pid([^0-9]|\$)" "end $pid"
        advised 'SIGKILL' "kill $pid"
        kill_hard "$pid"
    done
}
follow_continue() { # PID…
    local pid
    for pid in "$@"; do
        advised "(^|[^0-9])$pid([^0-9]|\$)" "continue $pid"
        advised 'SIGCONT' "continue $pid"
        kill -CONT "$pid"
    done
}
# All processes Enter shows on the finding's segment.
follow_end_holders() { # SEGMENT
    local pids
    pids=$("$ipctop" --json -i "$1" holders | jq -r '[.holders[].pid] | unique | .[]')
    [ -n "$pids" ] || wrong "no holders to end"
    # shellcheck disable=SC2086
    follow_end $pids
}
