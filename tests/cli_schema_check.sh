#!/bin/sh
# The schemas against everything that the program takes and refuses, by an independent validator.
# The third argument prints the mistakes that the field tables allow.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

cases=$3
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import jsonschema, yaml' >.out 2>.err; then
        break
    fi
    python=
done
if [ -z "$python" ]; then
    echo 'cli_schema_check: skipped, no python3 with jsonschema and yaml (scripts/install-deps.sh test)'
    exit 77
fi

# the mistakes of tests/cli_fields.sh are checked here too
mkdir kept
kept=$PWD/kept
cd "$root" || exit 1
last=tests/cli_fields.sh
FAB_KEEP=$kept sh tests/cli_fields.sh "$program" "$json" >"$kept/out" || failed 'it fails'
last=tests/check_schema.py
"$python" tests/check_schema.py "$program" "$cases" "$kept" || failed 'schemas and program differ'

finish
