#!/bin/sh
# The manual page is what the program says of itself; scripts/update-golden writes it anew.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

last="scripts/manual"
"$root/scripts/manual" "$program" >.page || failed "no page"
if ! diff -u "$root/docs/fabricast.1" .page >.diff; then
    failed "docs/fabricast.1 differs from what the program says"
    head -n 30 .diff
fi

# every command that the program lists has a section of its own
run --help
want_code 0
listed=$(awk '/^Commands:/ { inside = 1; next } inside && !NF { exit } inside { print $1 }' .out)
[ "$(echo "$listed" | wc -l)" -ge 9 ] || failed "the list of commands was not found"
for command in $listed; do
    grep -qx ".SS $command" .page || failed "no section about $command"
done

if command -v groff >/dev/null; then
    groff -man -Tascii -ww .page >.text 2>.err || failed "groff refuses the page"
    [ ! -s .err ] || failed "groff warns"
fi

finish
