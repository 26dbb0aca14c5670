#!/bin/sh
# The constants of measured kernels: the data file is what the command makes, forecasts of held-out
# shapes stay within their bars, and mistakes of a file are told.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh
limit='timeout 110'

run calibrate "$root/validation/kernels.csv" --out made.yaml
want_code 0
cmp made.yaml "$root/data/calibration/kernels.yaml" ||
    failed "data/calibration/kernels.yaml is not what the command makes"

# want_bar KERNELS PART WORST: the mean error in per cent stays within WORST
want_bar()
{
    mean=$(awk -v kernels="$1" -v part="$2" '
        $1 == kernels && index($0, part) { print $(NF - 3) }' .out)
    awk -v mean="$mean" -v worst="$3" 'BEGIN { exit !(mean != "" && mean + 0 <= worst) }' ||
        failed "$1, $2: mean error '$mean' %, at most $3 is wanted"
}

want_bar a100 'bf16 products, from 20 GFLOP' 4
want_bar h100 'bf16 products, from 20 GFLOP' 5
want_bar h100 'bf16 products, smaller' 15
want_bar b200 'bf16 products, from 20 GFLOP' 5
want_bar b200 'bf16 products, smaller' 15
want_bar b200 'fp8 products, from 20 GFLOP' 5
want_bar b200_sustained 'bf16 products, from 20 GFLOP' 10
want_bar mi300x 'bf16 products, from 20 GFLOP' 5

run calibrate
want_code 2
run calibrate nowhere.csv
want_code 2
want_err 'nowhere.csv: error: no such file'
run calibrate a.csv b.csv
want_code 2

head -n 3 "$root/validation/kernels.csv" | cut -d, -f1-16 >short.csv
run calibrate short.csv --out kept.yaml
want_code 2
want_err 'tflops'
want_missing kept.yaml

sed '2s/gemm,bf16,1,256/gemm,bf16,1,-256/' "$root/validation/kernels.csv" >negative.csv
run calibrate negative.csv
want_code 2
want_mistake negative.csv '-256' 'is no value of' 'a number above 0'

run calibrate "$root/validation/kernels.csv" --out /dev/full
want_code 3

# a scale of computation that made the times is found again, also without the lineage
head='id,source_key,leak_group,year,gpu,n_gpu,layers,hidden,ffn,heads,vocab,seq,tp,pp,vpp,gbs,mbs,precision,recompute,dp_sharding,iter_s'
tail='2024,H100,8,32,4096,16384,32,32000,4096,8,1,1,64,1,bf16,none,ZeRO-1'
printf '%s\none,here_a,a,%s,1\n' "$head" "$tail" >one.csv
run validate one.csv --json
want_code 0
cp .out one.json
"$json" get one.json rows.0.scenario >one.yaml
grep -q '^assumptions: {' one.yaml || failed 'the scenario has no assumptions'
sed -i 's/^assumptions: {/&computation_scale: 1.3, /' one.yaml
run train one.yaml --json
want_code 0
cp .out one.json
step=$("$json" get one.json forecast.step_s)
printf '%s\none,here_a,a,%s,%s\ntwo,there_b,b,%s,%s\n' "$head" "$tail" "$step" "$tail" "$step" >two.csv
run calibrate two.csv --out two.yaml
want_code 0
grep -q 'computation_scale: 1.300' two.yaml || failed 'the scale that made the times is not found'
grep -q 'lineages: "here, there"' two.yaml || failed 'the lineages are others'
grep -qE 'median_error: \{at_1: 0\.[0-9]*[1-9][0-9]*, fitted: 0.0000, held_out: 0.0000\}' two.yaml ||
    failed "errors are others: $(grep median_error two.yaml)"
cp two.yaml kept.yaml
run calibrate two.csv --out two.yaml
cmp kept.yaml two.yaml || failed 'the same runs give other constants'

# rows of one model and GPU are never on both sides; one lineage gives no constant
sed 's/^two,there_b,b,/two,there_b,a,/' two.csv >leak.csv
run calibrate leak.csv --out leak.yaml
want_code 0
grep -q 'computation_scale: 1.300' leak.yaml || failed 'a constant needs both lineages'
! grep -q 'held_out: 0.0000' leak.yaml || failed 'what is held out is fitted'
head -n 2 two.csv >single.csv
run calibrate single.csv --out single.yaml
want_code 0
grep -q 'computation_scale: 1.000' single.yaml || failed 'one lineage makes a constant'
want_out 'the default: one lineage'
run calibrate "$root/validation/fits_or_not.csv"
want_code 2
head -n 1 two.csv >none.csv
run calibrate none.csv --out none.yaml
want_code 2
want_err 'none.csv:1:1: error: the table has no rows'
[ ! -e none.yaml ] || failed 'no rows make constants'
sed 's/,8,32,4096/,8,none,4096/' two.csv >words.csv
run calibrate words.csv
want_code 0
want_out 'Rows that took no part'
want_out 'layers'

finish
