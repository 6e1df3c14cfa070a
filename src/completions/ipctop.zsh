#compdef ipctop
# zsh completion for ipctop(1). Options, tables and columns are asked of the program itself.

# The columns of the tables on the command line, of all tables if there is none.
_ipctop_columns() {
    local -a named
    named=(${words[2,-1]:*tables})
    columns=(${(fu)"$(ipctop --list-columns $named 2>/dev/null | sed -n 's/^  \([a-z_]*\) .*/\1/p')"})
}

# What a column holds now, in the tables on the command line, else in those of objects.
_ipctop_values() {
    local table
    local -a named
    named=(${words[2,-1]:*tables})
    (( $#named )) || named=(segments semaphores queues)
    values=(${(fu)"$(for table in $named; do
        ipctop --raw --no-headings -o $1 $table 2>/dev/null
    done)"})
    values=(${values:#-})
}

_ipctop() {
    local help argument
    local -a options tables columns schemes values
    help=$(ipctop --help 2>/dev/null)
    tables=(${(s:, :)"$(sed -n 's/^Tables: \(.*\)\.$/\1/p' <<<$help)"})
    # The kind of argument that the option before takes, as the help names it: COL, FILE, …
    [[ $words[CURRENT-1] == -* ]] && argument=$(awk -v option=$words[CURRENT-1] '
        /^ +-/ {
            found = 0
            for (i = 1; i <= NF && $i ~ /^-/; i++) found = found || $i == option || $i == option ","
            if (found && $i ~ /^[A-Z]+$/) print $i
        }' <<<$help)
    case $argument in
    LIST)
        _ipctop_columns
        compset -P '+'
        compset -P '*,'
        compadd -S '' -a columns
        ;;
    COL)
        _ipctop_columns
        compset -P '[-+]'
        compadd -a columns
        ;;
    EXPR)
        if [[ $PREFIX == *=* ]]; then
            _ipctop_values ${${PREFIX%=*}##*[^a-z_]}
            compset -P '*='
            compadd -a values
        else
            _ipctop_columns
            compadd -S = -q -a columns
        fi
        ;;
    USER) _users ;;
    FILE) _files ;;
    DIR) _files -/ ;;
    NAME) compadd -- ${${signals:#RT*}[2,-3]} ;;
    SCHEME)
        schemes=(${=${"$(sed -n 's/^ .* SCHEME  *colours: //p' <<<$help)"//(,| or )/ }})
        compadd -a schemes
        ;;
    ?*) _message "$argument" ;;
    *)
        if [[ $PREFIX == -* ]]; then
            options=(${(f)"$(awk '/^ +-/ {
                line = $0
                sub(/^ +/, "", line)
                match(line, /   */)
                text = substr(line, RSTART + RLENGTH)
                for (i = 1; i <= NF && $i ~ /^-/; i++) {
                    sub(/,$/, "", $i)
                    print $i ":" text
                }
            }' <<<$help)"})
            _describe option options
        else
            compadd -a tables
        fi
        ;;
    esac
}

_ipctop "$@"
