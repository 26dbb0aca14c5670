#!/bin/sh
# Installs the Debian packages of one set: run (what scripts/demo needs), test (adds the unit tests),
# dev (adds the tools of those who change the code). Touches neither network nor system when
# everything is there already.
set -eu

run='gcc libc6-dev make cmake pkgconf libyaml-dev libjansson-dev libsmartcols-dev libcminpack-dev
libsqlite3-dev gnuplot-nox fonts-dejavu-core'
test='g++ check libsimgrid-dev python3-jsonschema python3-yaml'
dev='clang clang-format clang-tidy libclang-rt-14-dev libomp-dev cppcheck shellcheck librsvg2-bin'

set_name=${1:-run}
case $set_name in
run) wanted=$run ;;
test) wanted="$run $test" ;;
dev) wanted="$run $test $dev" ;;
*)
    echo "usage: install-deps.sh [run|test|dev]" >&2
    exit 2
    ;;
esac

give_up()
{
    echo "install-deps: $1" >&2
    echo "Please install these packages (names of Debian 12), then try again:" >&2
    echo "    apt-get install --no-install-recommends $2" >&2
    exit 1
}

is_installed()
{
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

wanted=$(echo "$wanted" | tr '\n' ' ')
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    give_up "this system has no apt-get" "$wanted"
fi

missing=
for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
done
missing=${missing# }
[ -n "$missing" ] || exit 0

# root needs no helper; a user needs sudo, which may ask for a password only at a terminal
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        give_up "not root, and there is no sudo" "$missing"
    elif sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    elif [ -t 0 ]; then
        as_root=sudo
    else
        give_up "not root, and sudo asks for a password" "$missing"
    fi
fi

apt()
{
    # shellcheck disable=SC2086 # empty or a command with its option
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"
}

echo "Installing: $missing"
apt update || give_up "the package lists could not be read" "$missing"
# shellcheck disable=SC2086 # a list of package names
apt install --no-install-recommends $missing || give_up "the installation failed" "$missing"
