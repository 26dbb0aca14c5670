#!/bin/sh
# usage: check_globals.sh FILE...
# Fails when an object file or a static library holds a variable that can change: the library keeps
# no state between calls, and its tables are const. Exit code 77 when objdump is missing.
set -eu

if ! command -v objdump >/dev/null; then
    echo "check_globals: objdump is not installed"
    exit 77
fi
objdump -t "$@" | awk '
/file format/ { file = $1; sub(/:$/, "", file); files++ }
# address, flags, section, size, name; .data.rel.ro is const once loaded
/ O / && / (\.t?bss|\.t?data|\*COM\*|\.data\.rel(\.local)?)[ \t]/ {
    print file ": " $NF " is a variable, not a const table"
    bad = 1
}
END {
    if (!files) {
        print "check_globals: no object file was found"
    }
    exit bad || !files
}' >&2
