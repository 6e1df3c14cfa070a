#!/bin/sh
# Compiles everything of src/ against musl(7)'s headers, with those of the libraries and of Linux
# behind them. There are no libraries built for musl on a Debian machine to link with.
set -u
cd "$(dirname "$0")/.." || exit 1
if ! command -v musl-gcc >/dev/null; then
    echo "skip: no musl-gcc (package musl-tools)"
    exit 77
fi
machine=$(cc -dumpmachine)
# shellcheck disable=SC2016,SC2046
find src -name '*.c' -print0 | xargs -0 -n 8 -P "$(nproc)" sh -c '
    machine=$1
    shift
    for file in "$@"; do
        musl-gcc -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DVERSION="\"0\"" -DNCURSESW_SONAME="\"\"" -DSMARTCOLS_SONAME="\"\"" -Wall -Wextra -Werror \
            -iquote include $(pkg-config --cflags ncursesw jansson smartcols) \
            -idirafter /usr/include -idirafter "/usr/include/$machine" -fsyntax-only -pthread "$file" || exit 1
    done' sh "$machine" || exit 1
echo ok
