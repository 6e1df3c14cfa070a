#!/bin/bash
# Makes screenshots/*.png and story.gif anew from the demo: make.sh BUILD_DIRECTORY [NAME…]
#
# An xterm in a virtual X server shows the monitor among the demo's processes; keys are typed, its
# window is saved. Nothing of the machine is seen: host name, load, uptime, users and processes are
# the demo's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
shift || true
only=" $* "
work=$(mktemp -d)
xvfb='' xterm=''
clean_up() {
    [ -z "$xterm" ] || kill "$xterm" 2>/dev/null || true
    [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

# A free display: the server says which.
Xvfb -displayfd 3 -screen 0 1800x1200x24 -nolisten tcp -noreset 3>"$work/display" 2>"$work/xvfb.log" &
xvfb=$!
for _ in $(seq 100); do
    [ -s "$work/display" ] && break
    sleep 0.1
done
[ -s "$work/display" ] || {
    cat "$work/xvfb.log" >&2
    exit 1
}
DISPLAY=:$(cat "$work/display")
export DISPLAY

start() { # geometry, then the monitor's arguments
    local geometry=$1
    shift
    # Settings of whoever makes them change no picture.
    env -u IPCTOPRC -u NO_COLOR HOME="$work" XDG_CONFIG_HOME="$work" LC_ALL=C.UTF-8 xterm -u8 -fa 'DejaVu Sans Mono' -fs 10 -geometry "$geometry" -b 6 \
        -bg '#14171c' -fg '#c9ced6' -xrm '*VT100.color4: #5a8fd8' -xrm '*VT100.color12: #7fb0f0' \
        +sb -tn xterm-256color -e "$build/demo" --still "$build/ipctop" "$@" &
    xterm=$!
    window=''
    for _ in $(seq 100); do
        window=$(xdotool search --onlyvisible --class xterm 2>/dev/null | head -n 1) || true
        [ -z "$window" ] || break
        sleep 0.1
    done
    xdotool windowfocus "$window"
    sleep "${SETTLE:-8}" # until ages and traffic have something to tell
}
stop() {
    xdotool key --delay 200 Escape Escape F10 # out of a prompt first
    for _ in $(seq 50); do
        kill -0 "$xterm" 2>/dev/null || break
        sleep 0.1
    done
    kill "$xterm" 2>/dev/null || true
    wait "$xterm" 2>/dev/null || true
    xterm=''
}
keys() {
    xdotool key --delay 120 "$@"
    sleep 2.2 # a refresh later
}
text() {
    xdotool type --delay 60 "$1"
    sleep 1
}
save() {
    import -window "$window" "$work/shot.png"
    convert "$work/shot.png" -strip +dither -colors 128 -define png:exclude-chunks=date,time "$here/$1.png"
    echo "$1.png"
}
# A step of an animation, with what was typed below it.
step() { # its number, what was typed
    import -window "$window" "$work/step.png"
    convert "$work/step.png" -background '#20262e' -fill '#e8ecf2' -font DejaVu-Sans -pointsize 17 \
        -gravity center -size "$(identify -format %w "$work/step.png")x36" caption:"$2" -append +repage "$work/step-$1.png"
}
animate() { # name
    convert -delay 350 -loop 0 "$work"/step-?.png -strip +dither -colors 64 -layers optimize "$here/$1.gif"
    echo "$1.gif"
}
wanted() {
    local name
    for name; do
        if [ "$only" = "  " ] || [[ $only == *" $name "* ]]; then return 0; fi
    done
    return 1
}

if wanted segments; then
    start 132x36
    save segments
    stop
fi
if wanted holders mappings kill-menu kill; then
    start 132x30
    keys Return
    save holders
    keys Return
    save mappings
    keys Escape
    keys k
    save kill-menu
    keys Return
    save kill
    stop
fi
if wanted story; then
    start 120x30
    step 1 '276 MB are marked dest, and do not go'
    keys Return
    step 2 'Enter: 17002 python holds them'
    keys p
    step 3 'p: it serves port 8047 to two clients of this machine'
    keys Escape k Return
    step 4 'Esc, k, Enter: what a signal will do'
    text signal
    keys Return
    sleep 3
    step 5 'signal, Enter: it has ended, and the memory is free'
    animate story
    stop
fi
if wanted page; then
    start 132x36
    keys Return p
    save page
    stop
fi
if wanted semaphores elements; then
    start 132x30
    keys 2
    save semaphores
    keys Down Return
    save elements
    stop
fi
if wanted queues waiters; then
    start 132x30
    keys 3
    save queues
    keys Return
    save waiters
    stop
fi
if wanted triage limits limit limit-change events; then
    start 132x30
    keys 4
    save triage
    keys 5 Down
    save limits
    keys Up Return
    save limit
    keys ctrl+u
    text 64K
    keys Return
    save limit-change
    keys Escape 6
    save events
    stop
fi
if wanted preview; then
    start 132x36
    keys asterisk x
    save preview
    stop
fi
if wanted results; then
    start 132x36
    keys Down Return asterisk k Return
    sleep 9 # some sessions end meanwhile
    keys Return
    text signal
    keys Return
    save results
    stop
fi
if wanted remove; then
    start 132x30
    keys Down x
    save remove
    stop
fi
if wanted help; then
    start 100x44
    keys F1
    save help
    stop
fi
if wanted processes namespaces shared; then
    start 132x30
    keys 7
    save processes
    keys 8
    save namespaces
    keys 9
    save shared
    stop
fi
if wanted recording; then
    # A minute of the demo, a picture every two seconds.
    "$build/demo" --still "$build/ipctop" --record "$work/night.ipc" -d 2 -n "${PICTURES:-30}" >"$work/recording.log" 2>&1
    start 132x30 --from "$work/night.ipc"
    keys t t
    save recording
    stop
fi
if wanted small; then
    start 80x24
    save small
    stop
fi
