#!/bin/sh
# Forecasts beside measured runs: every row has a status, errors are those of the numbers printed,
# mistakes of a table are told.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

run validate --csv out.csv
want_code 0
want_out 'all'
want_out 'were not scored'
head -n 1 out.csv | tr -d '\r' >first.txt
echo 'id,source_key,status,reason,measured_iter_s,predicted_iter_s,error_frac,measured_mem_gib,predicted_mem_gib,assumed' >wanted.txt
cmp first.txt wanted.txt || failed 'the header of the table is another'
rows=$(tail -n +2 "$root/validation/runs.csv" | grep -c '^V')
[ "$(grep -c '^V' out.csv)" -eq "$rows" ] || failed "$rows rows are wanted"

# only simple lines: no cell with a comma. error = predicted / measured - 1; a reason unless scored
tr -d '\r' <out.csv | grep -v '"' | awk -F, '
    NR == 1 { next }
    $3 == "scored" && ($4 != "" || $5 <= 0 || $6 <= 0) { print "bad row", $0; bad = 1 }
    $3 != "scored" && $4 == "" { print "no reason", $0; bad = 1 }
    $7 != "" { d = $6 / $5 - 1 - $7; if (d > 1e-9 || d < -1e-9) { print "bad error", $0; bad = 1 } n++ }
    END { exit bad || n < 700 }' >wrong || failed "rows contradict themselves: $(head -n 3 wrong)"

# the page says what comes out
scored=$(awk '$1 == "all" { print $3 }' .out)
median=$(awk '$1 == "all" { print $4 }' .out)
grep -qF "Median error $median % over $scored scored rows" "$root/docs/validation.md" ||
    failed "docs/validation.md does not say: median error $median % over $scored scored rows"

# a file given is the same table; one source alone
run validate "$root/validation/runs.csv" --csv again.csv
want_code 0
cmp out.csv again.csv || failed 'the built-in table is another'
run validate --source simumax_b200
want_code 0
want_out 'simumax_b200    30     30'
run validate --source nobody
want_code 2
want_err 'no row of the source'

# bars
run validate --max-median 0.5
want_code 0
run validate --max-median 0.01
want_code 1
run validate --max-median none
want_code 2

run validate --json
want_code 0
cp .out out.json
[ "$("$json" get out.json format_version)" = 2 ] || failed 'no JSON'

# a table of one's own: one wrong row does not stop the others
head -n 3 "$root/validation/runs.csv" >own.csv
sed -n 2p "$root/validation/runs.csv" | sed 's/^V0001,/W1,/; s/,A100-80GB,32,8,8,200,/,A9000,32,8,8,200,/' >>own.csv
sed -n 2p "$root/validation/runs.csv" | sed 's/^V0001,/W2,/; s/,A100-80GB,32,8,8,200,1,/,A100-80GB,32,8,8,200,7,/' >>own.csv
run validate own.csv --csv own.out
want_code 0
grep -q '^V0001,narayanan2021_T1,scored' own.out || failed 'V0001 is not scored'
grep -q '^W1,narayanan2021_T1,skipped,no fabric is described for' own.out || failed 'W1 is not skipped'
grep -q '^W2,narayanan2021_T1,wrong,' own.out || failed 'W2 is not wrong'

cut -d, -f1-20 own.csv >short.csv
run validate short.csv
want_code 2
want_err 'n_gpu'
run validate nowhere.csv
want_code 2
run validate own.csv own.csv
want_code 2

finish
