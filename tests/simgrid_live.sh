#!/bin/sh
# Random flows on random links against SimGrid itself: every finish time within 1e-9. Skipped (77)
# where its library is not installed. Arguments: fabricast, simgrid_oracle or "".
set -eu
program=$1
oracle=${2:-}
[ -n "$oracle" ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
seed=1
while [ "$seed" -le 25 ]; do
    # up to 80 flows of up to 5 different links out of up to 16
    awk -v seed="$seed" 'BEGIN {
        srand(seed)
        flows = 2 + int(79 * rand())
        links = 2 + int(15 * rand())
        print "flow,size_B,links"
        for (i = 0; i < flows; i++) {
            split("", seen)
            text = ""
            for (n = 1 + int(5 * rand()); n > 0; n--) {
                link = int(links * rand())
                if (!(link in seen)) {
                    seen[link] = 1
                    text = text (text == "" ? "" : " ") link
                }
            }
            printf "%d,%d,%s\n", i, 1000 + int(1e8 * rand()), text
        }
    }' >"$work/flows.csv"
    "$oracle" "$work/flows.csv" 5e10 >"$work/finished.csv" 2>"$work/log" || {
        echo "SimGrid failed on seed $seed"
        head -n 3 "$work/log"
        exit 1
    }
    difference=$("$program" flows "$work/finished.csv" --link-rate 50GB/s | tail -n 1)
    awk -v d="$difference" 'BEGIN { exit !(d ~ /^[0-9.e+-]+$/ && d <= 1e-9) }' || {
        echo "seed $seed: largest difference $difference"
        failures=$((failures + 1))
    }
    seed=$((seed + 1))
done
[ "$failures" -eq 0 ]
