#!/bin/sh
# Packages of this tree, from the templates beside this script: package.sh deb|rpm VERSION DIR
# The package is built in DIR from a copy of the sources and lies there afterwards.
# $DEBFULLNAME and $DEBEMAIL name the maintainer; else the author of the last commit.
set -eu
kind=$1 version=$2 dir=$3
cd "$(dirname "$0")/../.."
name=ipctop-$version
maintainer=
[ -n "${DEBEMAIL:-}" ] && maintainer="${DEBFULLNAME:-ipctop} <$DEBEMAIL>"
[ -n "$maintainer" ] || maintainer=$(git log -1 --format='%an <%ae>' 2>/dev/null) ||
    { echo "package.sh: who maintains it? DEBFULLNAME= and DEBEMAIL= say" >&2; exit 1; }
date=$(git log -1 --format=%ct 2>/dev/null) || date=$(stat -c %Y Makefile)
export SOURCE_DATE_EPOCH="$date" LC_ALL=C

rm -rf "$dir"
mkdir -p "$dir/$name"
dir=$(cd "$dir" && pwd)
tar -cf - --exclude=build --exclude=.git Makefile README.md LICENSE src include | tar -xf - -C "$dir/$name"

deb() {
    debian=$dir/$name/debian
    mkdir -p "$debian/source"
    sed "s/@MAINTAINER@/$maintainer/" src/packaging/debian/control >"$debian/control"
    sed 's/^$/./; s/^/ /' LICENSE | sed '1,4d' >"$dir/license"
    sed "/@LICENSE@/{r $dir/license
        d}" src/packaging/debian/copyright | cat -s >"$debian/copyright"
    install -m 755 src/packaging/debian/rules "$debian/rules"
    echo '3.0 (native)' >"$debian/source/format"
    printf 'ipctop (%s) unstable; urgency=medium\n\n  * As built from its sources.\n\n -- %s  %s\n' \
        "$version" "$maintainer" "$(date -R -u -d "@$date")" >"$debian/changelog"
    (cd "$dir/$name" && dpkg-buildpackage --no-sign --build=binary)
    ls "$dir"/ipctop_*.deb
}
rpm() {
    mkdir -p "$dir/SOURCES" "$dir/SPECS"
    tar -C "$dir" -czf "$dir/SOURCES/$name.tar.gz" "$name"
    sed "s/@VERSION@/$version/" src/packaging/ipctop.spec >"$dir/SPECS/ipctop.spec"
    # Where the system has no database of rpm packages, what is needed was found by the Makefile.
    nodeps=
    command rpm -q rpm >/dev/null 2>&1 || nodeps=--nodeps
    rpmbuild -bb $nodeps --define "_topdir $dir" "$dir/SPECS/ipctop.spec"
    find "$dir/RPMS" -name '*.rpm'
}
"$kind"
