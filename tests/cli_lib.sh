#!/bin/sh
# What the tests of the program share. A test is called with the program and the reader of JSON
# files, reads this file with `.` and says `finish` at its end. It works in a folder of its own.
set -u

# shellcheck disable=SC2034 # used by the tests
{
    program=$1
    json=$2
    root=$PWD
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# a program that hangs fails its test, not the whole suite
limit=
! command -v timeout >/dev/null || limit='timeout 60'

failures=0
code=0
last=

# run ARGUMENT...: runs the program; what it prints is in .out and .err, its exit code in $code
run()
{
    last="fabricast $*"
    $limit "$program" "$@" >.out 2>.err
    code=$?
}

failed()
{
    failures=$((failures + 1))
    echo "FAILED: $last: $1 (exit code $code)"
    head -n 6 .out .err 2>/dev/null | cut -c1-200 | LC_ALL=C tr -cd '\n\40-\176'
}

want_code()
{
    [ "$code" -eq "$1" ] || failed "exit code $1 is wanted"
}

want_out()
{
    grep -qF -e "$1" .out || failed "standard output lacks '$1'"
}

want_err()
{
    grep -qF -e "$1" .err || failed "standard error lacks '$1'"
}

want_no_err()
{
    ! grep -qF -e "$1" .err || failed "standard error has '$1'"
}

# nothing was printed on standard output
want_silence()
{
    [ ! -s .out ] || failed "standard output is not empty"
}

want_missing()
{
    if [ -e "$1" ] || [ -L "$1" ]; then
        failed "$1 is there"
    fi
}

want_file()
{
    [ -s "$1" ] || failed "$1 is missing or empty"
}

# want_entries FOLDER NAME...: exactly these are in the folder, hidden ones too
want_entries()
{
    folder=$1
    shift
    found=$(cd "$folder" && find . -mindepth 1 -maxdepth 1 | sed 's,^\./,,' | sort | tr '\n' ' ')
    wanted=$(for name; do echo "$name"; done | sort | tr '\n' ' ')
    [ "$found" = "$wanted" ] || failed "$folder holds '$found', not '$wanted'"
}

# want_mistake FILE WRONG MESSAGE HINT: the error about the first place where WRONG stands in FILE is
# reported with its line and column, the caret line underlines exactly WRONG, and the hint follows.
# `BEFORE|WRONG`: where it stands behind BEFORE. An empty HINT: none is asked for. Texts are ASCII.
want_mistake()
{
    awk -v wrong="$2" -v file="$1" -v message="$3" -v hint="$4" '
    BEGIN {
        if ((bar = index(wrong, "|"))) {
            before = substr(wrong, 1, bar - 1)
            wrong = substr(wrong, bar + 1)
        }
    }
    FNR == NR {
        if (!line && (column = index($0, before wrong))) {
            line = FNR
            column += length(before)
            place = file ":" line ":" column ": error: "
        }
        next
    }
    at == 2 && /^ *\| *\^~*$/ {
        match($0, /\^~*$/)
        marked = substr(shown, RSTART, RLENGTH)
        at = marked == wrong ? 3 : -1
        next
    }
    at == 1 { shown = $0; at = 2; next }
    at == 3 { found = hint == "" || (/^ *= / && index($0, hint)); exit }
    line && index($0, place) == 1 && index($0, message) { at = 1 }
    END { exit !(line && (found || (at == 3 && hint == ""))) }' "$1" .err ||
        failed "no error about '$2' with '$3' and hint '$4'"
}

# want_mistakes COUNT FILE: the summary counts them
want_mistakes()
{
    plural=s
    [ "$1" -ne 1 ] || plural=
    want_err "fabricast: $1 mistake$plural in $2"
}

finish()
{
    [ "$failures" -eq 0 ] || echo "$failures failed"
    exit "$((failures > 0))"
}

skip()
{
    echo "skipped: $1"
    exit 77
}

# the part of an output that does not measure the machine
normal()
{
    sed -e '/^  "run": {$/,/^  }/d' -e '/This run: /d' "$1"
}

write_scenario()
{
    cat <<'END'
name: small
gpu: study_package
fabric: study_optics_pod
model: moe-4.7t-c4
job:
  gpus: 32768
  tokens: 13T
  batch: 4096
  sequence: 8192
  precision: bf16
mapping:
  tp: 16
  pp: 8
  ep: 32
  microbatch: 1
  expert_order: strided
assumptions:
  gemm_efficiency: 0.5
  memory_fixed: 2 GB
  overlap: {expert: 0.5}
  effects: {product_traffic: false}
  dispatch: per_domain
END
}

write_study()
{
    cat <<'END'
name: small
title: A small study
question: How much faster is it?
base:
  name: small
  gpu: study_package
  fabric: study_copper_pod
  model: moe-4.7t-c4
  job: {gpus: 32768, tokens: 13T, batch: 4096, precision: bf16}
  mapping: {tp: 16, pp: 8, ep: 32, expert_order: strided}
sweep:
  name: configuration
  values:
    - {label: Config1, set: {model: moe-4.7t-c1}}
    - {label: Config4, set: {model: moe-4.7t-c4}}
compare:
  - {label: copper, title: Copper, set: {fabric: study_copper_pod}}
  - {label: optics, title: Optics, set: {fabric: study_optics_pod}}
targets:
  - id: R2
    what: time to train
    published: 2.7X
    tag: P
    source: a paper
    metric: time_ratio
    slow: copper
    fast: optics
    at: Config4
ranges:
  - name: tensor overlap
    why: none to full
    values:
      - {label: full, set: {assumptions: {overlap: {tensor: 1.0}}}}
  - name: rate of the pod
    why: half to full
    values:
      - {label: half, set: {assumptions: {inner_efficiency: 0.5}}}
waterfall:
  target: R2
  start:
    label: bandwidth alone
    set: {assumptions: {effects: {latency: false}}}
  steps:
    - {label: latency, set: {assumptions: {effects: {latency: true}}}}
remarks:
  - text: a remark
END
}
