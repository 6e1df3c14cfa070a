#!/bin/bash
# The completions of zsh and fish as installed, in the shells themselves: each line typed gets the
# word it should. bash's are in install_test.sh.
set -u
build=${BUILD_DIR:-build}
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}
make --no-print-directory -s O="$build" DESTDIR="$root" PREFIX=/usr install >"$root/out" 2>&1 || fail "$(cat "$root/out")"
export PATH=$root/usr/bin:$PATH HOME=$root XDG_CONFIG_HOME=$root/config XDG_DATA_HOME=$root/data

# What is typed, a tab, and a word that completes it. None: nothing does.
cases() {
    printf '%s\t%s\n' \
        'ipctop --js' --json \
        'ipctop -' -n \
        'ipctop -' --sort \
        'ipctop --json seg' segments \
        'ipctop --json segments -o na' nattch \
        'ipctop --json segments -o key,si' key,size \
        'ipctop --json segments -o +si' +size \
        'ipctop -s -si' -size \
        'ipctop --batch queues --sort me' messages \
        'ipctop --batch segments -f st' "$1" \
        'ipctop --batch limits -f name=shmm' name=shmmni \
        'ipctop --batch limits --filter name=msgm' name=msgmnb \
        'ipctop -u roo' root \
        'ipctop --color mo' mono \
        'ipctop --signal TE' TERM \
        'ipctop --color hi' high-contrast \
        "ipctop --log $root/usr/bi" "$2" \
        'ipctop -n ' ''
}
# Holds the answers in $root/answers against them: below "== LINE" a candidate a line.
hold() {
    while IFS=$'\t' read -r line wanted; do
        awk -v line="== $line" '/^== / { on = $0 == line; next } on' "$root/answers" >"$root/found"
        if [ -z "$wanted" ]; then
            [ ! -s "$root/found" ] || fail "$1 completes '$line' by $(cat "$root/found")"
        else
            grep -qxF -e "$wanted" "$root/found" ||
                fail "$1 completes '$line' not by $wanted, but by $(cat "$root/found")"
        fi
    done < <(cases "$2" "$3")
}

ran=0
if command -v fish >/dev/null; then
    cases . . | cut -f 1 >"$root/lines"
    fish --no-config -c "source $root/usr/share/fish/vendor_completions.d/ipctop.fish
        while read -l line
            echo \"== \$line\"
            complete -C \$line | string replace -r '\t.*' ''
        end" <"$root/lines" >"$root/answers" 2>&1
    hold fish status= "$root/usr/bin/"
    ran=1
else
    echo "skip: no fish(1) here"
fi
# zsh completes in its line editor alone: on a terminal of its own. What it would add is seen by
# standing before compadd.
if command -v zsh >/dev/null && zsh -f -c 'zmodload zsh/zpty' 2>/dev/null; then
    cases . . | cut -f 1 >"$root/lines"
    cat >"$root/in.zsh" <<'E2'
fpath=($HOME/usr/share/zsh/site-functions $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
    local -a found
    builtin compadd -O found "$@"
    print -rl -- $IPREFIX${^found} >>$HOME/answers
    builtin compadd "$@"
}
complete_it() { _main_complete }
zle -C complete_it complete-word complete_it
all() {
    local line
    while IFS= read -r line; do
        print -r -- "== $line" >>$HOME/answers
        BUFFER=$line CURSOR=$#line
        zle complete_it
    done <$HOME/lines
    exit
}
zle -N all
bindkey '^I' all
print READ''Y
E2
    : >"$root/answers"
    timeout 120 zsh -f -c "zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z 'PS1= PS2=; source $root/in.zsh'
        zpty -r -m z seen '*READY*'
        zpty -w -n z \$'\t'
        while zpty -r z seen; do :; done" >"$root/out" 2>&1 || fail "zsh: $(cat "$root/out")"
    hold zsh status bin
    ran=1
else
    echo "skip: no zsh(1) here"
fi
[ $ran = 1 ] || exit 77
echo ok
