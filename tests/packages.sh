#!/bin/bash
# The packages of `make deb` and `make rpm`: they hold what `make install` installs, lintian(1) finds
# no error, and the program in them runs. packages.sh [deb] [rpm]
set -u
cd "$(dirname "$0")/.." || exit 1
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
passed=0 failed=0 skipped=0
fail() {
    echo "FAIL $*"
    failed=$((failed + 1))
}
make_goal() { make --no-print-directory -s "$@" >"$root/out" 2>&1 || { tail -n 40 "$root/out"; return 1; }; }
# What is installed, with what a package may do to it: compress pages, add its own documents.
files() { (cd "$1" && find . -type f ! -path './usr/share/doc/*' ! -path './usr/share/licenses/*' ! -path './usr/lib/.build-id/*' |
    sed 's/\.1\.gz$/.1/; s,/zsh/vendor-completions/,/zsh/site-functions/,' | sort); }
hold() { # KIND DIR
    [ "$(files "$2")" = "$(files "$root/installed")" ] || {
        fail "$1: $(diff <(files "$root/installed") <(files "$2"))"
        return
    }
    "$2/usr/bin/ipctop" --version | grep -q '^ipctop [0-9]' || { fail "$1: --version"; return; }
    passed=$((passed + 1))
}
deb() {
    command -v dh >/dev/null && command -v lintian >/dev/null || { echo "skip: deb: no debhelper or lintian"; return 77; }
    make_goal deb || { fail "make deb"; return; }
    set -- build/deb/ipctop_*.deb
    dpkg-deb -x "$1" "$root/deb"
    hold deb "$root/deb"
    said=$(lintian --allow-root --fail-on error,warning "${1%.deb}.changes" 2>&1) && passed=$((passed + 1)) || fail "lintian: $said"
}
rpm() {
    command -v rpmbuild >/dev/null && command -v rpm2cpio >/dev/null && command -v cpio >/dev/null ||
        { echo "skip: rpm: no rpmbuild or cpio"; return 77; }
    make_goal rpm || { fail "make rpm"; return; }
    mkdir -p "$root/rpm"
    set -- build/rpm/RPMS/*/ipctop-[0-9]*.rpm
    rpm2cpio "$1" | (cd "$root/rpm" && cpio -id --quiet)
    hold rpm "$root/rpm"
}
make_goal install PREFIX=/usr DESTDIR="$root/installed" || exit 1
for kind in ${*:-deb rpm}; do
    $kind
    [ $? -ne 77 ] || skipped=$((skipped + 1))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
