#!/bin/sh
# Every shell script of the project passes shellcheck; exit code 77 when that is not installed.
set -eu
cd -- "$(dirname -- "$0")/.."

if ! command -v shellcheck >/dev/null; then
    echo "check_shell: shellcheck is not installed (scripts/install-deps.sh dev)"
    exit 77
fi
# shellcheck disable=SC2046 # file names without blanks
shellcheck $(find scripts tests .ci -type f -exec grep -lE '^#!.*(/sh|bash)$' {} +)
