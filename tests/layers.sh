#!/bin/sh
# The rules of the house, read from the #include lines: who may include whom, who may include what
# library, that headers name no system type of theirs, and that each header compiles alone.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
say() {
    echo "layers: $*"
    bad=1
}
allowed() { # what files of a layer may include
    case $1 in
    base) echo "base" ;;
    model) echo "base model" ;;
    linux) echo "base model linux" ;;
    engine) echo "base model engine" ;;
    store) echo "base model store" ;;
    session) echo "base model engine store session" ;;
    output) echo "base model output" ;;
    ui) echo "base model engine store session ui" ;;
    esac
}
for layer in base model linux engine store session output ui; do
    may=" $(allowed $layer) "
    for file in $(find src/$layer include/$layer -name "*.[ch]"); do
        [ -e "$file" ] || continue
        for target in $(sed -n 's/^ *# *include *"\([a-z]*\)\/.*/\1/p' "$file" | sort -u); do
            case $may in
            *" $target "*) ;;
            *) say "$file ($layer) includes $target/" ;;
            esac
        done
    done
done
only() { # pattern, then the files that may include it
    pattern=$1
    shift
    for file in $(grep -lE "^ *# *include *[<\"]($pattern)[>\"]" -r src include 2>/dev/null); do
        case " $* " in
        *" $file "*) ;;
        *) say "$file includes $pattern" ;;
        esac
    done
}
only '(ncursesw/)?(n?curses|term)\.h' src/ui/terminal/screen.c src/ui/terminal/keys.c
only 'libproc2/.*' # the tests' alone: see src/linux/process/process.c
only 'jansson\.h' src/output/json.c
only 'libsmartcols(/libsmartcols)?\.h' src/output/plain.c
for file in $(grep -lE '^ *# *include *<sys/(shm|sem|msg|ipc)\.h>' -r include 2>/dev/null); do
    say "$file includes a System V header"
done
for file in $(find include -name '*.h'); do
    printf '#include "%s"\n' "${file#include/}" |
        ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -iquote include -x c -fsyntax-only - ||
        say "$file does not compile alone"
done
for entry in $(git ls-files 2>/dev/null | sed 's,/.*,,' | sort -u); do
    case $entry in
    Makefile | src | include | tests | screenshots | README.md | LICENSE | .*) ;;
    *) say "top level holds $entry" ;;
    esac
done
exit $bad
