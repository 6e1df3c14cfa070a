# bash completion for ipctop(1). Options, tables and columns are asked of the program itself.

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

_ipctop() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} done_part=
    COMPREPLY=()
    case $prev in
    -o | --columns)
        [[ $cur == +* ]] && done_part=+ cur=${cur#+}
        [[ $cur == *,* ]] && done_part+=${cur%,*}, cur=${cur##*,}
        COMPREPLY=($(compgen -P "$done_part" -W "$(_ipctop_columns)" -- "$cur"))
        compopt -o nospace
        return
        ;;
    -s | --sort)
        [[ $cur == [-+]* ]] && done_part=${cur:0:1} cur=${cur:1}
        COMPREPLY=($(compgen -P "$done_part" -W "$(_ipctop_columns)" -- "$cur"))
        return
        ;;
    -f | --filter)
        COMPREPLY=($(compgen -S = -W "$(_ipctop_columns)" -- "$cur"))
        compopt -o nospace
        return
        ;;
    -u | --user)
        COMPREPLY=($(compgen -u -- "$cur"))
        return
        ;;
    --log)
        COMPREPLY=($(compgen -f -- "$cur"))
        compopt -o filenames
        return
        ;;
    -d | --delay | -n | --iterations | -i | --id)
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$(ipctop --help 2>/dev/null |
            grep -o -E -- '^  +(-[a-zA-Z], )?--[a-z-]+' | tr -d ' ' | tr , '\n')" -- "$cur"))
    else
        COMPREPLY=($(compgen -W "$(_ipctop_tables)" -- "$cur"))
    fi
}

complete -F _ipctop ipctop
