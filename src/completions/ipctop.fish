# fish completion for ipctop(1). Options, tables and columns are asked of the program itself.

function __ipctop_tables
    ipctop --help 2>/dev/null | string replace -rf '^Tables: (.*)\.$' '$1' | string split ', '
end

# The columns of the tables on the command line, of all tables if there is none.
function __ipctop_columns
    set -l named
    for word in (commandline -opc)[2..-1]
        contains -- $word (__ipctop_tables); and set -a named $word
    end
    ipctop --list-columns $named 2>/dev/null | string replace -rf '^  ([a-z_]+) .*' '$1' | sort -u
end

# For a list: after what has been typed of it, up to the last comma.
function __ipctop_list
    set -l typed (commandline -ct | string replace -r '^--[a-z]+=' '')
    string replace -r '^' (string match -r '^\+?(?:.*,)?' -- $typed) (__ipctop_columns)
end

function __ipctop_sorts
    set -l sign (commandline -ct | string replace -r '^--[a-z]+=' '' | string match -r '^[-+]?')
    string replace -r '^' "$sign" -- (__ipctop_columns)
end

# What a column holds now, in the tables on the command line, else in those of objects.
function __ipctop_values
    set -l named
    for word in (commandline -opc)[2..-1]
        contains -- $word (__ipctop_tables); and set -a named $word
    end
    set -q named[1]; or set named segments semaphores queues
    for table in $named
        ipctop --raw --no-headings -o $argv[1] $table 2>/dev/null
    end | string match -v -- - | sort -u
end

# Of a filter: a column, or behind its sign what it holds.
function __ipctop_filter
    set -l typed (commandline -ct | string replace -r '^--[a-z]+=' '')
    set -l before (string match -r '^.*=' -- $typed)
    if set -q before[1]
        string replace -r '^' "$before" -- (__ipctop_values (string match -r '[a-z_]+(?==$)' -- $before))
    else
        string replace -r '$' = -- (__ipctop_columns)
    end
end

function __ipctop_schemes
    ipctop --help 2>/dev/null | string replace -rf '^ .* SCHEME +colours: ' '' | string replace ' or ' ', ' |
        string split ', '
end

complete -c ipctop -f -a '(__ipctop_tables)' -d table
# "-d, --delay SECS  refresh interval": short and long name, the kind of argument, what it is for.
ipctop --help 2>/dev/null | while read -l line
    set -l words (string split -n ' ' -- (string replace -a , '' -- $line))
    string match -q -- '-*' $words[1]; or continue
    set -l names
    set -l argument
    for word in $words
        switch $word
            case '--*'
                set -a names -l (string sub -s 3 -- $word)
            case '-*'
                set -a names -s (string sub -s 2 -- $word)
            case '*'
                string match -qr '^[A-Z]+$' -- $word; and set argument $word
                break
        end
    end
    set -a names -d (string match -r ' {2,}(\S.*)$' -- (string trim -l -- $line))[2]
    switch "$argument"
        case ''
            complete -c ipctop $names
        case LIST
            complete -c ipctop $names -x -a '(__ipctop_list)'
        case COL
            complete -c ipctop $names -x -a '(__ipctop_sorts)'
        case EXPR
            complete -c ipctop $names -x -a '(__ipctop_filter)'
        case USER
            complete -c ipctop $names -x -a '(__fish_complete_users)'
        case NAME
            complete -c ipctop $names -x -a '(string split " " -- (__fish_make_completion_signals; string replace -r "^\d+ " "" -- $__kill_signals))'
        case SCHEME
            complete -c ipctop $names -x -a '(__ipctop_schemes)'
        case FILE
            complete -c ipctop $names -r -F
        case DIR
            complete -c ipctop $names -x -a '(__fish_complete_directories)'
        case '*' # a number
            complete -c ipctop $names -x
    end
end
