#!/bin/sh
# Every command that the pages below show runs, in the order of its page, and prints what stands below it;
# scripts/update-golden writes the outputs anew.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

# page FILE: the page with its outputs as they are now, in .page
page()
{
    last="scripts/page $1"
    code=0
    "$root/scripts/page" "$program" "$1" >.page 2>.err || code=$?
}

for name in commands examples getting-started; do
    page "$root/docs/$name.md"
    want_code 0
    if ! diff -u "$root/docs/$name.md" .page >.diff; then
        failed "docs/$name.md shows other outputs than the program's"
        head -n 30 .diff
    fi
done

# the block that builds is not run: what it names is there
last=docs/getting-started.md
# shellcheck disable=SC2013 # words are meant
for script in $(grep -o 'scripts/[a-z.-]*[a-z]' "$root/docs/getting-started.md"); do
    [ -x "$root/$script" ] || failed "there is no $script"
done
grep -q 'cmake --build --preset release' "$root/docs/getting-started.md" || failed 'nothing builds'
grep -q '"name": "release"' "$root/CMakePresets.json" || failed 'there is no preset release'
for page in examples getting-started; do
    grep -qF "docs/$page.md" "$root/README.md" || failed "README.md does not name docs/$page.md"
done

# a page that is wrong is told
show()
{
    printf '%s\n' "$@" >wrong.md
    page wrong.md
}
show '# Page' '    $ fabricast collective send --ranks 2 --size 1MB --on h100_ib' '    no such line'
want_code 1
want_err 'wrong.md:3: the output has no such line: no such line'
show '    $ fabricast train none.yaml'
want_code 1
want_err 'wrong.md:1: exit code 2 of: fabricast train none.yaml'
show '    $ fabricast train none.yaml   # exit code 2'
want_code 0
show '# Page'
want_code 1
want_err 'no command'
show '    $ echo "step  7 s"; echo other' '    step  9 s' '    other'
want_code 0
grep -qx '    step  7 s' .page || failed 'another number stays'

finish
