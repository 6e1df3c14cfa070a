#!/bin/sh
# Installs what a goal of the Makefile needs and the machine lacks: packages.sh run|check|reference|apps|screenshots|deb|rpm
# reference: libproc2, which process facts are compared with (older releases have none), and musl's
# headers; apps: real servers that tests watch. Without them those tests are skipped.
# Says what it runs; uses sudo only when not root. Does nothing where all is there.
set -u
goal=${1:-run}

# command or pkg-config name | apt | dnf | pacman | apk
need() {
    cat <<'TABLE'
run make make make make make
run cc gcc gcc gcc gcc
run pkg-config pkg-config pkgconf-pkg-config pkgconf pkgconf
run :libc libc6-dev glibc-devel glibc musl-dev
run :ncursesw libncurses-dev ncurses-devel ncurses ncurses-dev
reference musl-gcc musl-tools musl-gcc musl musl-dev
reference :libproc2 libproc2-dev procps-ng-devel procps-ng procps-dev
run :jansson libjansson-dev jansson-devel jansson jansson-dev
run :smartcols libsmartcols-dev libsmartcols-devel util-linux-libs util-linux-dev
check :cmocka libcmocka-dev libcmocka-devel cmocka cmocka-dev
check :vterm libvterm-dev libvterm-devel libvterm libvterm-dev
check clang clang clang clang clang
check ld.lld lld lld lld lld
check clang-format clang-format clang-tools-extra clang clang-extra-tools
check lsof lsof lsof lsof lsof
check ipcs util-linux util-linux util-linux util-linux-misc
check ps procps procps-ng procps-ng procps-ng
check ss iproute2 iproute iproute2 iproute2
check jq jq jq jq jq
check python3 python3 python3 python python3
check tic ncurses-bin ncurses ncurses ncurses
check man man-db man-db man-db man-db
apps @postgresql postgresql postgresql-server postgresql postgresql
apps zsh zsh zsh zsh zsh
apps fish fish fish fish fish
apps apache2 apache2 httpd apache apache2
apps zabbix_agentd zabbix-agent zabbix-agent zabbix-agent zabbix-agent
apps fakeroot fakeroot fakeroot fakeroot fakeroot
apps Xvfb xvfb xorg-x11-server-Xvfb xorg-server-xvfb xvfb
apps x11perf x11-apps x11perf x11perf x11perf
apps Xtigervnc tigervnc-standalone-server tigervnc-server tigervnc tigervnc
apps x11vnc x11vnc x11vnc x11vnc x11vnc
apps php php-cli php-cli php php
apps @sysv_ipc python3-sysv-ipc python3-sysv_ipc python-sysv_ipc py3-sysv-ipc
apps @pyqt5 python3-pyqt5 python3-qt5 python-pyqt5 py3-qt5
apps @perl-ipc perl perl-IPC-SysV perl perl
apps mpirun openmpi-bin openmpi openmpi openmpi
apps promtool prometheus golang-github-prometheus prometheus prometheus
apps prometheus-node-exporter prometheus-node-exporter node-exporter prometheus-node-exporter prometheus-node-exporter
apps openssl openssl openssl openssl openssl
apps ip iproute2 iproute iproute2 iproute2
check @terminfo ncurses-term ncurses-term ncurses ncurses-terminfo
deb dh debhelper debhelper debhelper debhelper
deb dpkg-buildpackage dpkg-dev dpkg-dev dpkg dpkg-dev
deb lintian lintian lintian lintian lintian
rpm rpmbuild rpm rpm-build rpm-tools rpm-dev
rpm cpio cpio cpio cpio cpio
screenshots Xvfb xvfb xorg-x11-server-Xvfb xorg-server-xvfb xvfb
screenshots xterm xterm xterm xterm xterm
screenshots import imagemagick ImageMagick imagemagick imagemagick
screenshots xdotool xdotool xdotool xdotool xdotool
screenshots @font fonts-dejavu-core dejavu-sans-mono-fonts ttf-dejavu font-dejavu
TABLE
}
present() {
    case $1 in
    :libc) [ -e /usr/include/stdio.h ] ;;
    :*) pkg-config --exists "${1#:}" 2>/dev/null ;;
    @postgresql) ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 ;;
    @sysv_ipc) /usr/bin/python3 -c 'import sysv_ipc' 2>/dev/null ;;
    @pyqt5) /usr/bin/python3 -c 'import PyQt5.QtCore' 2>/dev/null ;;
    @perl-ipc) perl -MIPC::SysV -e 1 2>/dev/null ;;
    apache2*) command -v apache2 >/dev/null 2>&1 || command -v httpd >/dev/null 2>&1 ;;
    @terminfo) infocmp tmux >/dev/null 2>&1 && infocmp xterm-256color >/dev/null 2>&1 ;;
    @font) ls /usr/share/fonts/*/dejavu* >/dev/null 2>&1 || ls /usr/share/fonts/dejavu* >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}
if command -v apt-get >/dev/null; then column=3 install='apt-get install -y --no-install-recommends'
elif command -v dnf >/dev/null; then column=4 install='dnf install -y'
elif command -v pacman >/dev/null; then column=5 install='pacman -S --needed --noconfirm'
elif command -v apk >/dev/null; then column=6 install='apk add'
else column=0
fi
missing=
names=
for line in $(need | awk -v goal="$goal" '$1 == "run" || $1 == goal { gsub(" ", ","); print }'); do
    what=$(echo "$line" | cut -d, -f2)
    present "$what" && continue
    names="$names ${what#[:@]}"
    [ $column -gt 0 ] && missing="$missing $(echo "$line" | cut -d, -f$column)"
done
[ -n "$names" ] || exit 0
if [ $column -eq 0 ]; then
    echo "ipctop: missing:$names; no package manager I know (apt-get, dnf, pacman, apk): please install them" >&2
    exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    sudo=sudo
    command -v sudo >/dev/null || {
        echo "ipctop: missing:$names; as root: $install$missing" >&2
        exit 1
    }
fi
if [ $column -eq 3 ]; then
    export DEBIAN_FRONTEND=noninteractive
    echo "+ $sudo apt-get update"
    $sudo apt-get update -q
fi
echo "+ $sudo $install$missing"
# shellcheck disable=SC2086
$sudo $install $missing
