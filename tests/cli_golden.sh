#!/bin/sh
# What some commands print, compared as text with tests/golden; scripts/update-golden writes it anew.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

cd "$root" || exit 1
while read -r name arguments; do
    # shellcheck disable=SC2086 # words are meant
    "$program" $arguments >"$work/.out" 2>&1
    code=$?
    last="fabricast $arguments"
    echo "exit code $code" >>"$work/.out"
    diff -u "tests/golden/$name.txt" "$work/.out" >"$work/.diff" || {
        failures=$((failures + 1))
        echo "FAILED: $last: another text than tests/golden/$name.txt"
        head -n 30 "$work/.diff"
    }
done <tests/golden/commands

finish
