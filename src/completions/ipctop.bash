# bash completion for ipctop(1). Options, tables and columns are asked of the program itself.

# The kind of argument that an option takes, as the help names it: COL, FILE, …; nothing if none.
_ipctop_argument() {
    ipctop --help 2>/dev/null | awk -v option="$1" '
        /^ +-/ {
            found = 0
            for (i = 1; i <= NF && $i ~ /^-/; i++) found = found || $i == option || $i == option ","
            if (found && $i ~ /^[A-Z]+$/) print $i
        }'
}

_ipctop_options() {
    ipctop --help 2>/dev/null | grep -o -E -- '^  +(-[a-zA-Z], )?--[a-z-]+' | tr -d ' ' | tr , '\n'
}

_ipctop_schemes() {
    ipctop --help 2>/dev/null | sed -n 's/^ .* SCHEME  *colours: //p' | sed 's/,/ /g; s/ or / /'
}

# HUP INT … of this machine
_ipctop_signals() {
    local name
    for name in $(compgen -A signal); do
        [[ $name == SIG* && $name != SIGRT* ]] && echo "${name#SIG}"
    done
}

_ipctop_tables() {
    ipctop --help 2>/dev/null | sed -n 's/^Tables: \(.*\)\.$/\1/p' | tr -d ,
}

# The columns of the tables on the command line, of all tables if there is none.
_ipctop_columns() {
    local word tables=' ' named=()
    tables=" $(_ipctop_tables | tr '\n' ' ') "
    for word in "${COMP_WORDS[@]:1}"; do
        [[ $word && $tables == *" $word "* ]] && named+=("$word")
    done
    ipctop --list-columns "${named[@]}" 2>/dev/null | sed -n 's/^  \([a-z_]*\) .*/\1/p' | sort -u
}

# What a column holds now, in the tables on the command line, else in those of objects.
_ipctop_values() {
    local word table tables named=()
    tables=" $(_ipctop_tables | tr '\n' ' ') "
    for word in "${COMP_WORDS[@]:1}"; do
        [[ $word && $tables == *" $word "* ]] && named+=("$word")
    done
    [[ ${#named[@]} -gt 0 ]] || named=(segments semaphores queues)
    for table in "${named[@]}"; do
        ipctop --raw --no-headings -o "$1" "$table" 2>/dev/null
    done | grep -vxF -- - | sort -u
}

# -f COL=VALUE: bash takes the sign for a word of its own.
_ipctop_filter() {
    local at=$COMP_CWORD
    [[ ${COMP_WORDS[at]} == = ]] || at=$((at - 1))
    ((at >= 3)) && [[ ${COMP_WORDS[at]} == = ]] || return 1
    [[ $(_ipctop_argument "${COMP_WORDS[at - 2]}") == EXPR ]] || return 1
    ((at == COMP_CWORD)) && cur=
    COMPREPLY=($(compgen -W "$(_ipctop_values "${COMP_WORDS[at - 1]}")" -- "$cur"))
}

_ipctop() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} done_part= argument=
    COMPREPLY=()
    _ipctop_filter && return
    [[ $prev == -* ]] && argument=$(_ipctop_argument "$prev")
    case $argument in
    LIST)
        [[ $cur == +* ]] && done_part=+ cur=${cur#+}
        [[ $cur == *,* ]] && done_part+=${cur%,*}, cur=${cur##*,}
        COMPREPLY=($(compgen -P "$done_part" -W "$(_ipctop_columns)" -- "$cur"))
        compopt -o nospace
        return
        ;;
    COL)
        [[ $cur == [-+]* ]] && done_part=${cur:0:1} cur=${cur:1}
        COMPREPLY=($(compgen -P "$done_part" -W "$(_ipctop_columns)" -- "$cur"))
        return
        ;;
    EXPR)
        COMPREPLY=($(compgen -S = -W "$(_ipctop_columns)" -- "$cur"))
        compopt -o nospace
        return
        ;;
    USER)
        COMPREPLY=($(compgen -u -- "$cur"))
        return
        ;;
    NAME)
        COMPREPLY=($(compgen -W "$(_ipctop_signals)" -- "$cur"))
        return
        ;;
    SCHEME)
        COMPREPLY=($(compgen -W "$(_ipctop_schemes)" -- "$cur"))
        return
        ;;
    DIR)
        COMPREPLY=($(compgen -d -- "$cur"))
        compopt -o filenames
        return
        ;;
    FILE)
        COMPREPLY=($(compgen -f -- "$cur"))
        compopt -o filenames
        return
        ;;
    ?*) # a number
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$(_ipctop_options)" -- "$cur"))
    else
        COMPREPLY=($(compgen -W "$(_ipctop_tables)" -- "$cur"))
    fi
}

complete -F _ipctop ipctop
