#!/bin/sh
# usage: check_headers.sh c17|c++17 COMPILER [ROOT]
# Every public header compiles alone, and twice in a row, with warnings as errors. Without a name
# of a C++ compiler the first one found is taken; exit code 77 when there is none.
set -eu

standard=$1
compiler=${2:-}
cd -- "${3:-$(dirname -- "$0")/..}"

flags='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror'
case $standard in
c17)
    flags="-x c $flags -Wstrict-prototypes -Wmissing-prototypes"
    ;;
c++17)
    flags="-x c++ $flags"
    for name in c++ g++ clang++; do
        if [ -z "$compiler" ] && command -v "$name" >/dev/null; then
            compiler=$name
        fi
    done
    if [ -z "$compiler" ]; then
        echo "check_headers: no C++ compiler"
        exit 77
    fi
    ;;
esac

checked=0
failed=0
for path in include/fabricast/*.h; do
    name=${path#include/}
    checked=$((checked + 1))
    # shellcheck disable=SC2086 # a list of options
    printf '#include <%s>\n#include <%s>\nint header_check(void);\n' "$name" "$name" |
        "$compiler" "-std=$standard" $flags -Iinclude -fsyntax-only - || failed=$((failed + 1))
done
echo "$checked headers, $failed do not compile alone as $standard with $compiler"
[ "$checked" -gt 0 ] && [ "$failed" -eq 0 ]
