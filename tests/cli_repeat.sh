#!/bin/sh
# The same input gives the same bytes for any number of threads, in any folder, locale and terminal,
# apart from what measures the machine.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

study=$root/studies/moe-3d-optics.yaml
scenario=$root/examples/llama3-405b-h100.yaml
figures=--no-figures
! command -v gnuplot >/dev/null || figures=

# record NAME: everything that the program gives for a study and a scenario, without the meter
record()
{
    place=$work/$1
    mkdir -p "$place"
    # shellcheck disable=SC2086 # an option or none
    run run "$study" $figures --out "$place/out"
    want_code 0
    sed '/^Report: /d' .out >"$place/study.txt"
    normal "$place/out/results.json" >"$place/results.json"
    normal "$place/out/report.html" >"$place/report.html"
    rm "$place/out/results.json" "$place/out/report.html"
    run train "$scenario"
    want_code 0
    cp .out "$place/train.txt"
    run train --json "$scenario"
    want_code 0
    normal .out >"$place/train.json"
    run catalog --json
    want_code 0
    cp .out "$place/catalog.json"
}

# same NAME OTHER: two records
same()
{
    diff -rq "$work/$2" "$work/$1" >"$work/.diff" || {
        failed "$1 gives other bytes"
        head -n 5 "$work/.diff"
    }
}

record first
for threads in 1 2 4; do
    OMP_NUM_THREADS=$threads
    export OMP_NUM_THREADS
    record "threads-$threads"
    same "threads-$threads" first
done
unset OMP_NUM_THREADS

# what was left out is there, and is all that was left out
run run "$study" --json
normal .out >first.json
for name in elapsed_s rate_per_s peak_rss_bytes evaluated taken date; do
    grep -q "\"$name\"" .out || failed "the object run lacks $name"
    ! grep -q "\"$name\"" first.json || failed "$name stands outside the object run"
done
[ "$(wc -l <.out)" -eq "$(($(wc -l <first.json) + 8))" ] || failed 'more than the object run was left out'
cmp -s first.json first/results.json || failed 'results.json differs from what is printed'

# the rest without the search of mappings, which takes seconds and knows neither folder nor locale
sed -e '/^best_mapping:/d' -e "s|^base: |&$root/studies/|" "$study" >plain.yaml
study=$work/plain.yaml
record plain

# another folder to work in
mkdir elsewhere
cd elsewhere || exit 1
record folder
same folder plain
cd "$work" || exit 1

# a narrow terminal, another time zone
COLUMNS=40 TZ=Asia/Kolkata TERM=dumb
export COLUMNS TZ TERM

# locales: those that are installed; German writes decimal commas
for locale in POSIX C.UTF-8 de_DE de_DE.UTF-8 tr_TR.UTF-8; do
    case $locale in
    POSIX) ;;
    *) locale -a 2>/dev/null | tr -d '\55' | grep -qix "$(echo "$locale" | tr -d '\55')" || continue ;;
    esac
    LC_ALL=$locale
    export LC_ALL
    record "locale-$locale"
    same "locale-$locale" plain
done

finish
