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

finish
