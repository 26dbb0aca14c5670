#!/bin/sh
# One collective on a fabric: numbers, refusals, mistakes.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# refused CODE MESSAGE ARGUMENT...: nothing on standard output
refused()
{
    wanted=$1
    message=$2
    shift 2
    run collective "$@"
    want_code "$wanted"
    want_err "$message"
    want_silence
}

# shows TEXT ARGUMENT...
shows()
{
    text=$1
    shift
    run collective "$@"
    want_code 0
    want_out "$text"
    [ ! -s .err ] || failed 'standard error is not empty'
}

# 2 x 7/8 x 1 GiB = 1.879 GB; / 3.6 Tbps = 4.1757 ms; 14 or 2 steps of 0.41 us
shows 'all-reduce of 1.07 GB (full tensor) over 8 ranks on h100_ib' \
    all-reduce --size 1GiB --ranks 8 --on h100_ib
want_out 'placement: stride 1, 1 domain of tier NVLink, ranks in a domain: 8'
want_out 'sent by one rank, NVLink      1.88 GB  1.88 GB'
want_out 'wire time, NVLink             4.18 ms  4.18 ms'
want_out 'latency                       5.74 us   820 ns'
want_out 'bus bandwidth                449 GB/s 450 GB/s'
want_out 'auto takes direct: 4.18 ms; tiers are sequential.'

shows 'asked for ring' all-reduce --size 1GiB --ranks 8 --on h100_ib --algorithm ring
shows 'tiers are concurrent' all-gather --size 1GiB --ranks 16 --on h100_ib --tiers concurrent
# 4 and 8 of 12 ranks
shows '4 to 8 (uneven' all-gather --size 1GiB --ranks 12 --on h100_ib
shows 'local send buffer' all-to-all --size 1MiB --ranks 64 --stride 2 --on study_optics_pod
# 8 x 1 MiB / 400 Gbps + 3.7 us
shows 'total time                     24.7 us   24.7 us' send --size 1MiB --on h100_ib --stride 8
want_out '1.05 MB (message) over 2 ranks'
# nothing to send
shows 'bus bandwidth                  -      -' reduce-scatter --size 0B --ranks 1 --on gb200_nvl72

# JSON has exact numbers: 15032385536 bit / 3.6e12 + 2 x 0.41 us
run collective all-reduce --size 1GiB --ranks 8 --on h100_ib --json
want_code 0
want_out '"sent_byte": 1879048192.0'
want_out '"time_s": 0.00417648'
want_out '"size_is": "full tensor"'
want_out '"chosen": "direct"'

# files, in both forms; energy that nobody published
cat >plain.yaml <<'END'
name: mine
tiers:
  - name: box
    technology: {name: wire, rate: 1 Tbps, energy: not published}
    latency: 1 us
    domain: 4
    packages_per_rack: 4
END
{
    echo 'fabric:'
    sed 's/^/  /' plain.yaml
} >nested.yaml
for file in plain nested; do
    # 3/4 x 1 MB x 8 / 1 Tbps = 6 us and 3 or 1 steps of 1 us
    shows 'total time                       9 us          7 us' all-gather --size 1MB --ranks 4 \
        --on $file.yaml
    want_out 'not published'
done
run collective all-gather --size 1MB --ranks 4 --on ./plain.yaml --json
want_code 0
want_out '"rank_energy_j": null'

refused 1 'The job has 5 packages; one domain of tier box holds only 4' \
    all-gather --size 1MB --ranks 5 --on plain.yaml
refused 1 'holds only 32768 of a job' all-gather --size 1MB --ranks 8192 --stride 8 --on h100_ib
refused 2 'more than a billion packages' \
    all-gather --size 1MB --ranks 1000000 --stride 1000000 --on h100_ib
refused 2 'a send has 2 ranks' send --size 1MB --ranks 3 --on h100_ib
refused 2 'did you mean `h100_ib`?' all-gather --size 1MB --ranks 5 --on h100_bi
refused 2 'none.yaml' all-gather --size 1MB --ranks 5 --on none.yaml
refused 2 'did you mean `all-reduce`?' all-redcue --size 1MB --ranks 8 --on h100_ib
refused 2 'There are: all-gather' gossip --size 1MB --ranks 8 --on h100_ib
refused 2 'unknown algorithm `rng`' all-reduce --size 1MB --ranks 8 --on h100_ib --algorithm rng
refused 2 'unknown tier mode `both`' all-reduce --size 1MB --ranks 8 --on h100_ib --tiers both
refused 2 '--ranks `0`: must be a whole number from 1' all-reduce --size 1MB --ranks 0 --on h100_ib
refused 2 '--stride `x`' all-reduce --size 1MB --ranks 2 --stride x --on h100_ib
refused 2 '--size `1`' all-reduce --size 1 --ranks 8 --on h100_ib
refused 2 '3 mistakes in the command line' all-redcue --size x --ranks 8 --on h100_bi
refused 2 'a kind is needed'
refused 2 '--size is needed' all-reduce --ranks 8 --on h100_ib
refused 2 '--measured takes no kind' all-reduce --measured x.csv
refused 1 'bruck is for all-to-all' all-reduce --size 1MB --ranks 8 --on h100_ib --algorithm bruck
refused 1 'needs a power of two' all-reduce --size 1MB --ranks 6 --on h100_ib --algorithm halving
refused 1 'needs a tier whose switches reduce' \
    all-reduce --size 1MB --ranks 8 --on h100_ib --algorithm in-network
refused 2 '--ranks is needed' all-reduce --size 1MB --on h100_ib
refused 2 '--on is needed' all-reduce --size 1MB --ranks 8
refused 2 '`send` is too many' all-reduce send --size 1MB --ranks 8 --on h100_ib
sed 's/domain: 4/domian: 4/' plain.yaml >wrong.yaml
refused 2 'wrong.yaml' all-gather --size 1MB --ranks 4 --on wrong.yaml
want_mistakes 2 wrong.yaml
want_mistake wrong.yaml domian 'unknown field `domian`' 'did you mean `domain`?'

# the calibrated answer beside the ideal one
shows 'Calibrated on measurements' all-reduce --size 1GiB --ranks 8 --on hgx_h100
want_out 'auto takes in-network, by its calibrated time: 2.69 ms; tiers are concurrent'
want_out 'calibrated bus bandwidth'
shows 'tiers are sequential' all-reduce --size 1GiB --ranks 8 --on hgx_h100 --tiers sequential
run collective all-reduce --size 1GiB --ranks 8 --on hgx_h100 --json
want_code 0
want_out '"chosen": "in-network"'
want_out '"time_over_ideal_ratio"'
want_out '"applies": false'
shows 'flat-ring' broadcast --size 1GiB --ranks 16 --on h100_ib
shows 'whole vector' reduce --size 1GiB --ranks 16 --on h100_ib --algorithm tree

# three tiers: 64 ranks of domains of 8, 32 and 256
cat >three.yaml <<'END'
tiers:
  - {name: box, technology: {name: wire, rate: 1 Tbps, energy: 1 pJ/bit}, latency: 1 us, domain: 8,
     packages_per_rack: 8, messaging: {channels: [{algorithm: ring, base: 1 us, hop: 1 us,
     efficiency: 0.5, fill: 0 s}]}}
  - {name: row, technology: {name: wire, rate: 1 Tbps, energy: 1 pJ/bit}, latency: 1 us, domain: 32,
     packages_per_rack: 8}
  - {name: hall, technology: {name: wire, rate: 1 Tbps, energy: 1 pJ/bit}, latency: 1 us, domain: 256,
     packages_per_rack: 8}
END
shows 'sent by one rank, hall' all-gather --size 64MB --ranks 64 --on three.yaml
want_out 'wire time, row'
run fabric three.yaml
want_out 'hall'
# 14/8 MB / (0.5 x 1 Tbps) + 15 us
shows 'calibrated time              43 us' all-reduce --size 1MB --ranks 8 --on three.yaml \
    --algorithm ring
sed 's/algorithm: ring/algorithm: auto/' three.yaml >wrong.yaml
refused 2 'a channel cannot be `auto`' all-gather --size 64MB --ranks 64 --on wrong.yaml
sed 's/hop: 1 us/hop: not published/' three.yaml >wrong.yaml
refused 2 'must be known' all-gather --size 64MB --ranks 64 --on wrong.yaml

# errors of the calibration
shows 'error of the fit' --measured "$root/validation/collectives.csv"
want_out 'hgx_h100         all-reduce'
run collective --measured "$root/validation/collectives.csv" --json
want_code 0
want_out '"median_frac"'
shows 'all-reduce     halving' each --size 64MiB --ranks 16 --on h100_ib --simulate
if sed 1d .out | grep -v 'the two agree' | grep -q '%'; then
    failed 'an uncontended collective by which closed form and simulation differ'
fi
shows '+0.00 %' each --size 1KiB --ranks 64 --on h100_ib --simulate
if grep -q -e '-0.00 %' .out; then
    failed 'nothing has a sign'
fi
refused 2 'each needs --simulate' each --size 64MiB --ranks 16 --on h100_ib
refused 2 'takes no --algorithm' each --size 1MB --ranks 8 --on h100_ib --simulate --json
shows 'dispatch by direct' dispatch --model deepseek-v3 --size 30MB --ranks 64 --on h100_ib --simulate
shows 'combine by direct' combine --model deepseek-v3 --size 30MB --ranks 64 --on h100_ib --simulate
run collective dispatch --model deepseek-v3 --size 30MB --ranks 64 --on h100_ib --simulate --json
want_code 0
want_out '"kind": "dispatch"'
refused 2 '--model is needed' dispatch --size 1MB --ranks 64 --on h100_ib --simulate
refused 2 '--model is for dispatch' all-to-all --model deepseek-v3 --size 1MB --ranks 8 --on h100_ib
refused 2 'need --simulate' dispatch --model deepseek-v3 --size 1MB --ranks 64 --on h100_ib
refused 2 'has no experts' dispatch --model llama3-70b --size 1MB --ranks 64 --on h100_ib --simulate
refused 2 'unknown model' dispatch --model nope --size 1MB --ranks 64 --on h100_ib --simulate
shows 'messages of the algorithm arrive' --measured "$root/validation/collectives.csv" --simulate
run collective --measured "$root/validation/collectives.csv" --simulate --json
want_code 0
want_out '"is_simulated": true'
want_out '"lost": 0'
refused 2 '--measured takes no kind' --measured "$root/validation/collectives.csv" --simulate --general
refused 2 'need --simulate' all-reduce --size 1MB --ranks 8 --on h100_ib --calibrated
shows 'the two agree' all-reduce --size 64MB --ranks 16 --on p4de_a100 --simulate --calibrated
refused 1 'no channel of the fabric' all-reduce --size 1MB --ranks 8 --on p4de_a100 \
    --algorithm doubling --simulate --calibrated
refused 2 'no such file' --measured none.csv
echo 'hardware,on' >short.csv
refused 2 'no column `ranks`' --measured short.csv
{
    head -n 1 "$root/validation/collectives.csv"
    echo 'box,,nowhere,all-reduce,,8,1,8,13,0,,measured,s,'
} >lost.csv
refused 2 'line 2: fabric `nowhere`: is not in the catalog' --measured lost.csv

# nothing sent: no calibrated time, and no number that is none
shows 'total time                    0 s' all-reduce --size 0B --ranks 8 --on h100_ib
! grep -qiE 'nan|inf |Calibrated' .out || failed 'a calibrated time of nothing'
run collective all-reduce --size 0B --ranks 8 --on h100_ib --json
want_code 0
want_out '"calibrated": null'

run collective --help
want_code 0
want_out 'Full (gathered, unscattered) tensor'
want_out 'nccl-tests'

# nothing to send: nothing is calibrated, and every number is one
run collective all-reduce --size 0B --ranks 8 --on hgx_h100
want_code 0
! grep -qi nan .out || failed 'not a number'
run collective all-reduce --size 0B --ranks 8 --on hgx_h100 --json
want_code 0
cp .out empty.json
[ "$("$json" get empty.json ways.0.time_s)" = 0 ] || failed 'time_s is not 0'

# simulated: 511 of 512 parts of 64 MiB over 400 Gb/s, and 1 us
switch=$root/examples/switch-512.yaml
shows 'simulated                   1.34 ms' \
    all-to-all --size 64MiB --ranks 512 --on "$switch" --simulate
want_out 'messages                    261,632'
want_out 'flow classes solved               1'
run collective all-to-all --size 64MiB --ranks 512 --on "$switch" --simulate --json
want_code 0
cp .out simulated.json
for member in closed_form_s simulated_s flows classes events run.elapsed_s run.peak_rss_bytes; do
    "$json" get simulated.json "$member" >/dev/null || failed "no $member"
done
[ "$("$json" get simulated.json simulated_s)" = "$("$json" get simulated.json closed_form_s)" ] ||
    failed 'a switch has contention'
# a torus carries 512 x 8 / 8 messages over a sixth of a port
shows 'simulated                     8.05 ms' \
    all-to-all --size 64MiB --ranks 512 --on "$switch" --simulate --wiring 'torus 8x8x8'
want_out 'contention: axis 1 on tier 1'
# a file of cables: two switches, one cable between them
cat >cables.csv <<'END'
from,to,rate,latency
0,left,400 Gbps,500 ns
1,left,400 Gbps,500 ns
2,right,400 Gbps,500 ns
3,right,400 Gbps,500 ns
left,right,200 Gbps,0 s
END
shows 'contention: left to right' \
    all-to-all --size 64MiB --ranks 4 --on "$switch" --simulate --cables cables.csv
shows 'contention: right to left' all-to-all --size 64MiB --ranks 4 --on "$switch" --simulate \
    --cables cables.csv --fault left-right=0.5 --routing minimal --skew 1
# traffic from a file: 8 of 22 MB go to rank 2, over one port of 50 GB/s
cat >traffic.csv <<'END'
0,1e6,2e6,3e6
4e6,0,1e6,1e6
1e6,1e6,0,1e6
1e6,1e6,5e6,0
END
shows 's0 to 2       switch    8 MB' all-to-all --ranks 4 --on "$switch" --simulate \
    --traffic traffic.csv
want_out 'fullest link alone            160 us'
refused 2 'traffic.csv:1:1: error: 4 sizes in this line' all-to-all --ranks 3 --on "$switch" \
    --simulate --traffic traffic.csv
refused 3 'out of memory' all-to-all --ranks 20000 --on "$switch" --simulate --traffic traffic.csv
refused 2 'exclude each other' all-to-all --ranks 4 --size 1MB --on "$switch" --simulate \
    --traffic traffic.csv
refused 1 'for an all-to-all by direct' all-reduce --ranks 4 --on "$switch" --simulate \
    --traffic traffic.csv
refused 2 'need --simulate' all-to-all --ranks 4 --on "$switch" --traffic traffic.csv
# limits end a simulation with what is known
refused 2 'need --simulate' all-reduce --size 1MB --ranks 8 --on h100_ib --max-time 1s
refused 1 'more than 1 MB (--max-memory)' each --size 64MiB --ranks 64 --on "$switch" --simulate \
    --general --max-memory 1MB
run collective each --size 64MiB --ranks 64 --on "$switch" --simulate --general --max-time 0s
want_code 1
want_out 'ended before all'
if sed 1d .out | grep -q '%'; then
    failed 'what was ended differs from the closed form by nothing'
fi
refused 1 'more than 10 MB (--max-memory); in closed form they take 1.341 ms' all-to-all \
    --size 64MiB --ranks 512 --on "$switch" --simulate --general --max-memory 10MB
refused 2 'max-time' all-to-all --size 64MiB --ranks 4 --on "$switch" --simulate --max-time soon
"$program" collective all-to-all --size 64MiB --ranks 64 --on "$switch" --simulate --general \
    --skew 1 --max-time 0s --json >limited.json && failed 'a limit of no time is kept'
[ "$("$json" get limited.json is_complete)" = false ] || failed 'what was ended is not complete'
# a limit holds while messages are posted and routed too: 16 million of them take many seconds
timeout 20 "$program" collective all-to-all --size 64MiB --ranks 4096 --on h100_ib --simulate \
    --general --fault 0=0.5 --max-time 10ms --json >limited.json && failed 'no time is enough'
[ "$("$json" get limited.json is_complete)" = false ] || failed 'posting does not end in time'
refused 1 'there is no path from' all-to-all --size 64MiB --ranks 4 --on "$switch" --simulate \
    --cables cables.csv --fault left-right=0
refused 2 'no such node' all-to-all --size 64MiB --ranks 4 --on "$switch" --simulate \
    --cables cables.csv --fault middle=0
refused 2 'cables.csv:6:1: error: up-down routing could loop: left and right are joined' all-to-all --size 64MiB --ranks 4 --on "$switch" --simulate \
    --cables cables.csv --routing up-down
refused 2 'cables.csv:4:1: error: `2` is no package here' all-to-all --size 64MiB --ranks 2 \
    --on "$switch" --simulate --cables cables.csv
refused 2 'missing.csv' all-to-all --size 64MiB --ranks 4 --on "$switch" --simulate \
    --cables missing.csv
refused 2 'did you mean `torus`?' all-to-all --size 64MiB --ranks 8 --on h100_ib --simulate \
    --wiring 'tours 2x4'
refused 2 'a tier is wired once' all-to-all --size 64MiB --ranks 8 --on h100_ib --simulate \
    --wiring mesh --wiring '1: ring'
refused 2 'the fabric has 2 tiers' all-to-all --size 64MiB --ranks 8 --on h100_ib --simulate \
    --wiring '3: ring'
refused 2 '--wiring, tier' all-to-all --size 64MiB --ranks 8 --on h100_ib --simulate \
    --wiring '9: ring'
refused 2 'did you mean `spray`?' all-to-all --size 64MiB --ranks 8 --on h100_ib --simulate \
    --routing spry
refused 2 'need --simulate' all-to-all --size 64MiB --ranks 8 --on h100_ib --wiring mesh
refused 2 'exclude each other' all-to-all --size 64MiB --ranks 4 --on h100_ib --simulate \
    --cables cables.csv --wiring mesh
refused 1 'does not fit domains of 8' all-to-all --size 64MiB --ranks 8 --on h100_ib --simulate \
    --wiring 'torus 3x3'
# a fabric says itself how it is wired; the option comes first, and sizes that do not fit are told
printf 'base: h100_ib\ntiers: [{wiring: torus 2x2x2}]\n' >wired.yaml
for on in "h100_ib --wiring torus_2x2x2" wired.yaml 'wired.yaml --wiring switch' h100_ib; do
    # shellcheck disable=SC2086 # words are meant
    set -- $on
    "$program" collective all-to-all --size 64MiB --ranks 8 --on "$1" --simulate --json \
        ${2:+"$2" "$(echo "$3" | tr _ ' ')"} >wired.json || failed "$on is not simulated"
    "$json" get wired.json simulated_s
done >wired.txt
[ "$(sed -n 1p wired.txt)" = "$(sed -n 2p wired.txt)" ] || failed 'a wiring in a file is none'
[ "$(sed -n 3p wired.txt)" = "$(sed -n 4p wired.txt)" ] || failed '--wiring does not come first'
[ "$(sed -n 2p wired.txt)" != "$(sed -n 3p wired.txt)" ] || failed 'a torus is as fast as a switch'
printf 'base: h100_ib\ntiers:\n  - wiring: torus 3x3\n' >wired.yaml
refused 2 'wired.yaml:3:13: error: wiring of tier `NVLink`: a torus of 9 places does not fit' \
    all-to-all --size 64MiB --ranks 8 --on wired.yaml --simulate
refused 1 'unevenly' all-to-all --size 64MiB --ranks 12 --on h100_ib --simulate
refused 1 'need more than 1 MB' all-to-all --size 64MiB --ranks 64 --on h100_ib --simulate --general \
    --memory 1MB

finish
