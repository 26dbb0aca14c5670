#!/bin/sh
# `fabricast flows`: the golden files through the program, its outputs, and what it refuses.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

golden=$root/tests/golden/simgrid_flows
header='flow,size_B,finish_s,links'

# below LIMIT: the last line is a number below the limit
below()
{
    tail -n 1 .out |
        awk -v limit="$1" '{ found = /^[0-9]/ && $0 + 0 <= limit } END { exit !found }' ||
        failed "the last line is no number up to $1"
}

for file in "$golden"/*.csv; do
    run flows "$file" --link-rate 50GB/s --csv out.csv
    want_code 0
    below 1e-12
    want_out 'makespan'
    [ "$(head -n 1 out.csv)" = flow,finish_s,reference_s,relative_difference ] ||
        failed 'the header of out.csv is wrong'
    awk -F, 'FNR == NR { if (!/^[#f]/) { flow[++n] = $1; want[n] = $3 } next }
        FNR > 1 { m++; off = $2 / want[m] - 1 }
        FNR > 1 && ($1 != flow[m] || off * off > 1e-24 || NF != 4) { exit 1 }
        END { if (m != n) exit 1 }' "$file" out.csv || failed "out.csv differs from $file"
    run flows "$file" -r '400 Gb/s' --general
    want_code 0
    below 1e-12
done
rm out.csv

printf '%s\n' "$header" '0,100,,0 1' '1,100,,0' '2,0,,' >small.csv
run flows small.csv --link-rate 100B/s --csv out.csv
want_code 0
want_out 'makespan      2 s'
[ "$(tail -n 1 .out)" = none ] || failed 'the last line is not none'
printf '%s\n' flow,finish_s,reference_s,relative_difference 0,2,, 1,2,, 2,0,, >wanted.csv
cmp -s out.csv wanted.csv || failed 'out.csv is not what is wanted'

run flows small.csv --link-rate 100B/s --json
want_code 0
[ "$("$json" get .out makespan_s)" = 2 ] || failed 'makespan_s is not 2'
[ "$("$json" get .out flows)" = 3 ] || failed 'flows is not 3'
[ "$("$json" get .out events)" = 1 ] || failed 'events is not 1'
"$json" get .out run.elapsed_s >/dev/null || failed 'no run.elapsed_s'
"$json" get .out run.peak_rss_bytes >/dev/null || failed 'no run.peak_rss_bytes'
want_out '"largest_relative_difference": null'

# symmetric flows are solved as one
{
    echo 'flow,size_B,links'
    awk 'BEGIN {
        for (i = 0; i < 64; i++) {
            if (int(i / 8) != i % 8) {
                print i ",5," int(i / 8) " " 8 + i % 8
            }
        }
    }'
} >star.csv
run flows star.csv --link-rate 1B/s
want_out 'flow classes  1'
want_out 'makespan      35 s'
run flows star.csv --link-rate 1B/s --general
want_out 'flow classes  56'
want_out 'makespan      35 s'

# the user's mistakes
refused()
{
    message=$1
    shift
    run "$@"
    want_code 2
    want_err "$message"
    want_silence
}
refused 'a CSV file of flows is needed' flows
refused '`b.csv` is too many' flows a.csv b.csv --link-rate 1GB/s
refused '--link-rate 50GB/s' flows small.csv
refused '--link-rate `50`' flows small.csv --link-rate 50
[ "$(grep -o 'expected' .err | wc -l)" -eq 1 ] || failed 'what is due is said twice'
refused '--link-rate `0 GB/s`' flows small.csv --link-rate '0 GB/s'
refused '--link-rate `3 s`' flows small.csv --link-rate '3 s'
refused '--memory `much`' flows small.csv --link-rate 1GB/s --memory much
refused 'no such file' flows missing.csv --link-rate 1GB/s
refused 'this is a folder' flows . --link-rate 1GB/s

printf '%s\n' "$header" '0,100,,0 1' '1,1O0,,0 b' '0,1,2,3' '3,4' >wrong.csv
run flows wrong.csv --link-rate 1GB/s --csv wrong.out
want_code 2
want_silence
want_mistake wrong.csv '1O0' '`1O0` is no size' 'bytes'
want_mistake wrong.csv '0 |b' '`b` is no number of a link' 'whole numbers'
want_mistake wrong.csv '3,4' 'has too few fields' "$header"
want_err 'wrong.csv:4:1: error: `0` comes twice'
want_mistakes 4 wrong.csv
want_missing wrong.out

# limits of the machine: nothing half-written stays
run flows "$golden/torus444_a2a.csv" --link-rate 1GB/s --memory '100 kB'
want_code 3
want_err 'need more memory than the limit of 100 kB'
want_silence
mkdir folder
run flows small.csv --link-rate 1GB/s --csv folder
want_code 3
want_err 'cannot write folder'
run flows small.csv --link-rate 1GB/s --csv missing/out.csv
want_code 3
want_err 'cannot write missing/out.csv'
if [ -w /dev/full ]; then
    run flows small.csv --link-rate 1GB/s --csv /dev/full
    want_code 3
    want_err 'cannot write /dev/full'
    [ -c /dev/full ] || failed '/dev/full was replaced'
fi
echo old >kept.csv
# a race detector keeps its notes in a file and dies of such a limit itself
if (ulimit -f 0 && exec "$program" --version >/dev/null 2>&1); then
    code=0
    (ulimit -f 0 && exec "$program" flows small.csv --link-rate 1GB/s --csv kept.csv >/dev/null 2>&1) ||
        code=$?
    want_code 3
fi
[ "$(cat kept.csv)" = old ] || failed 'a file was damaged when its replacement could not be written'
ls ./*.part >/dev/null 2>&1 && failed 'a file made aside is left'

# a device that never ends is refused before it is read
run flows /dev/zero --link-rate 1GB/s
want_code 2
want_err 'neither a file nor a pipe'

# a link to a file stays one
ln -s kept.csv link.csv
run flows small.csv --link-rate 100B/s --csv link.csv
want_code 0
[ -L link.csv ] || failed 'the link was replaced'
cmp -s kept.csv wanted.csv || failed 'the file behind the link was not written'

run flows --help
want_code 0
want_out 'Times are in s'
finish
