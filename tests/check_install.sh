#!/bin/sh
# usage: check_install.sh BUILD COMPILER
# What is installed works for those who have nothing else: the program runs, a C program builds with
# pkg-config alone, the library shows exactly what the public headers mark, and the Debian packages
# hold the same files. Exit code 77 when a tool is missing.
set -eu
build=$1
compiler=$2
for tool in pkg-config nm readelf dpkg-deb cpack; do
    if ! command -v $tool >/dev/null; then
        echo "check_install: $tool is not installed"
        exit 77
    fi
done
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "check_install: $1" >&2
    exit 1
}

cmake --install "$build" --prefix "$work/usr" >"$work/install.log" || fail "cannot be installed"
cd "$work"
find usr -type f | sort >files
library=$(find usr -name 'libfabricast.so.*.*.*')
[ -f "$library" ] || fail "no library"
libdir=$(dirname "$library")
version=$(usr/bin/fabricast --version | sed 's/.* //')

# the name that programs remember changes with every minor version before 1.0
readelf -d "$library" | grep -q "SONAME.*\[libfabricast\.so\.${version%.*}\]" ||
    fail "the library's own name is not libfabricast.so.${version%.*}"

# what is visible is what the public headers mark
nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sort >visible
cat "$root"/include/fabricast/*.h | tr '\n' ' ' | grep -o 'FAB_API [^;({]*[;({]' |
    grep -o 'fab_[a-z0-9_]*[;(]' | tr -d ';(' | sort -u >marked
[ -s marked ] || fail "no marked function was found"
diff marked visible >difference || fail "marked in the headers (<) and visible (>): $(cat difference)"

# a program of others
cat >user.c <<'END'
#include <stdio.h>

#include <fabricast/catalog.h>

int main(void)
{
    fab_arena *arena = fab_arena_create((size_t)1 << 28);
    if (arena == NULL) {
        return 1;
    }
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_catalog *catalog = NULL;
    if (fab_catalog_load(arena, &diagnostics, &catalog) != FAB_OK) {
        return 1;
    }
    printf("%zu\n", fab_catalog_count(catalog, FAB_CATALOG_TECHNOLOGY));
    fab_arena_destroy(arena);
    return 0;
}
END
PKG_CONFIG_PATH=$work/$libdir/pkgconfig
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion fabricast)" = "$version" ] || fail "pkg-config says another version"
# shellcheck disable=SC2046 # lists of options
"$compiler" -std=c17 -Wall -Werror user.c $(pkg-config --cflags --libs fabricast) -o user ||
    fail "a program cannot be built with pkg-config"
[ "$(LD_LIBRARY_PATH=$libdir ./user)" -gt 10 ] || fail "the program that was built does not work"

# the packages hold what is installed, and the program in them runs
(cd "$root" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/packages") >cpack.log ||
    fail "no packages: $(cat cpack.log)"
for package in packages/*.deb; do
    dpkg-deb -I "$package" >/dev/null || fail "$package is not a package"
    dpkg-deb -x "$package" unpacked
done
[ "$(find packages -maxdepth 1 -name '*.deb' | wc -l)" -eq 2 ] || fail "two packages are wanted"
(cd unpacked && find usr -type f | sort) >packed
diff files packed || fail "installed (<) and packed (>) differ"
unpacked/usr/bin/fabricast run unpacked/usr/share/doc/fabricast/studies/moe-3d-optics.yaml >run.log ||
    fail "the packed program does not run its study"

# what the library needs is what the package asks for
depends=$(dpkg-deb -f packages/fabricast_*.deb Depends | tr ',' '\n' | awk '{ print $1 }')
for name in $(readelf -d "$library" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'); do
    owner=$(dpkg-query -S "*/$name" 2>/dev/null | sed 's/:.*//' | sort -u)
    echo "$owner" | grep -qxF -e "$depends" || fail "the package does not depend on that of $name"
done
echo "$(wc -l <files) files, $(wc -l <visible) functions"
