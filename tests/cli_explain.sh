#!/bin/sh
# What a step is made of: every example, what does not fit, and mistakes.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

for example in "$root"/examples/*.yaml; do
    grep -q '^mapping:' "$example" || continue
    run train --explain "$example"
    want_code 0
    want_out 'all operators'
    want_out 'Memory of a package'
    want_out 'How the step comes about'
    awk 'length($0) > 100 { exit 1 }' .out || failed 'a line is wider than a terminal'
    run train --required "$example"
    want_code 0
    want_out 'Bandwidth that would hide messages'
done

write_scenario >some.yaml
run train some.yaml --explain
want_code 0
want_out 'dispatch tokens'

# amounts of seven digits: names are broken, not the width
cat >wide.yaml <<'END'
name: wide
gpu: h100_sxm
fabric: {base: h100_ib, tiers: [{name: scale-inner, rate: 10 Gbps}, {name: scale-outer, rate: 1 Gbps}]}
model: {base: deepseek-v3, layers: 60}
job: {gpus: 16384, tokens: 1T, batch: 32768, sequence: 4096, precision: bf16}
mapping: {tp: 8, pp: 1, ep: 256, zero: 3, microbatch: 1, recompute: full}
END
run train wide.yaml --explain
want_code 0
want_out 'reduce-scatter,'
awk 'length($0) > 100 { exit 1 }' .out || failed 'a line with large amounts is wider than a terminal'

# times of a user's own: a row of its shape, of its package
cat >own.yaml <<'END'
name: own
gpu: h100_sxm
fabric: hgx_h100
model: {base: llama3-8b, layers: 2}
kernel_table: own.csv
job: {gpus: 1, tokens: 1G, batch: 4, sequence: 4096, precision: bf16}
mapping: {microbatch: 1}
END
cat >own.csv <<'END'
gpu,m,n,k,queries,sequence,head_dim,pass,time_s
h100_sxm,4096,28672,4096,,,,,0.5
b200_sxm,4096,6144,4096,,,,,0.7
,,,,131072,4096,128,forward,0.25
END
run train own.yaml --explain
want_code 0
grep -q '^feed-forward in .* 500000 .* table$' .out || failed 'a product does not take its time'
grep -q '^attention core .* 250000 .* table$' .out || failed 'a core does not take its time'
! grep -q '^query, key, value .* table$' .out || failed 'a time of another package is taken'
run train own.yaml --explain --json
want_code 0
grep -q '"limit": *"table"' .out || failed 'JSON does not mark a time of a table'
sed 's/,0.5$/,fast/' own.csv >wrong.csv
sed 's/own.csv/wrong.csv/' own.yaml >wrong.yaml
run train wrong.yaml
want_code 2
want_err 'wrong.csv:2:30: error: `time_s` is `fast`; wanted are seconds above 0'
sed 's/,28672,/,28673,/; s/,131072,/,131073,/' own.csv >near.csv
sed 's/own.csv/near.csv/' own.yaml >near.yaml
run train near.yaml
want_code 0
want_err 'no operator of this job has a shape that near.csv names'
run train own.yaml
want_code 0
[ ! -s .err ] || failed 'words about a table that is used'
sed 's/own.csv/missing.csv/' own.yaml >missing.yaml
run train missing.yaml
want_code 2
want_err 'missing.csv: error: no such file'
want_err 'missing.yaml:5:15: error: the table of kernels `missing.csv` cannot be used'
sed 's/bf16/nvfp4/; /kernel_table/d' own.yaml >four.yaml
run train four.yaml
want_code 2
want_err 'gpu `h100_sxm` has no published FP4 peak'
want_err 'gpu: {base: NAME, fp4: 10 PFLOP/s}'
cat >four.yaml <<'END'
name: four
gpu: {base: b200_sxm, memory: 180 GiB}
fabric: hgx_b200
model: {base: llama3-8b, layers: 8}
job: {gpus: 8, tokens: 1G, batch: 8, sequence: 4096, precision: nvfp4}
mapping: {offload_layers: 2}
END
run train four.yaml
want_code 0
want_out 'matrix products, NVFP4'
want_out 'Assumed where its row is silent: static power'
if awk 'length > 100' .out | grep -q 'in the host'; then
    failed 'a line about the host is too long'
fi
sed 's/h100_sxm,/a100_sxm,/; s/^,,,,/a100_sxm,,,,/' own.csv >others.csv
sed 's/own.csv/others.csv/' own.yaml >others.yaml
run train others.yaml
want_code 0
want_err 'no row of the table is of gpu `h100_sxm`'

# one package sends nothing: there are no tables of messages
cat >one.yaml <<'END'
name: one
gpu: h100_sxm
fabric: hgx_h100
model: {base: llama3-8b, layers: 2}
job: {gpus: 1, tokens: 1G, batch: 4, sequence: 4096, precision: bf16}
mapping: {microbatch: 1}
END
run train one.yaml --explain
want_code 0
! grep -q '^message ' .out || failed 'messages that nobody sends'
run train one.yaml --required
want_code 0
want_out 'No tier carries any messages.'

# the same as tables: the numbers are those of the JSON document
run train some.yaml --csv tables
want_code 0
want_file tables/operators.csv
want_file tables/messages.csv
want_file tables/stages.csv
run train some.yaml --explain --json
cp .out some.json
bytes=$("$json" get some.json explanation.stages.0.memory.total_byte)
tr -d '\r' <tables/stages.csv | awk -F, -v want="$bytes" 'NR == 1 {
        for (i = 1; i <= NF; i++) { if ($i == "total_byte") { at = i } }
    }
    NR == 2 && ($at - want) / want < 1e-9 && (want - $at) / want < 1e-9 { found = 1 }
    END { exit !found }' || failed 'memory of a stage is not what the forecast says'
# what the operators of a kind of block take in all phases is what the block takes of each part
forward=$("$json" get some.json explanation.blocks.0.part_s.gemm)
block=$("$json" get some.json explanation.blocks.0.name)
tr -d '\r' <tables/operators.csv | sed 's/"[^"]*"/name/g' | awk -F, -v want="$forward" -v block="$block" '
    $1 == block && $4 == "gemm" { sum += $8 }
    END { exit !(want > 0 && (sum - want) / want < 1e-9 && (want - sum) / want < 1e-9) }' ||
    failed 'products do not add up'
: >occupied
run train some.yaml --csv occupied
want_code 3
want_err 'occupied'
run train some.yaml --csv missing/folder
want_code 3
want_err 'cannot make missing/folder'
[ "$(grep -c '' .err)" -eq 1 ] || failed 'the folder is told twice'

# both, and the same bytes however often
run train some.yaml --required --explain
want_code 0
want_out 'How the step comes about'
want_out 'Bandwidth that would hide messages'
mv .out first
run train some.yaml --explain --required
cmp -s first .out || failed 'another answer'

# the answer is shown although it is no
sed 's/^gpu: .*/gpu: {base: study_package, memory: 1 GB}/' some.yaml >small.yaml
run train --explain small.yaml
want_code 1
want_out 'How the step comes about'
want_err 'does not fit in the memory'

# mistakes print nothing but themselves
echo 'name: nothing' >wrong.yaml
run train --explain wrong.yaml
want_code 2
want_silence
run train --explain
want_code 2
want_silence
run train --required wrong.yaml
want_code 2
want_silence
run train --required=3 some.yaml
want_code 2
want_silence
run train --explian some.yaml
want_code 2
want_silence

finish
