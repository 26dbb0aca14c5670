#!/bin/sh
# docs/output.md against what the program prints: the commands on real inputs, each output beside the
# section of the page that describes it. The third argument compares them.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

contract=$3

# json SECTION ARGUMENT...: what the command prints with --json is described in that section
outputs=0
json()
{
    section=$1
    shift
    run "$@" --json
    [ "$code" -le 1 ] || failed 'refused'
    outputs=$((outputs + 1))
    cp .out "out$outputs.json"
    echo "json $section|out$outputs.json" >>list
}

# csv FILE...: described in the section of the file's name
csv()
{
    for file; do
        want_file "$file"
        echo "csv ${file##*/}|$file" >>list
    done
}

write_scenario >small.yaml
cat >more_ranges <<'END'
  - name: memory
    why: too little
    values: [{label: 4 GB, set: {gpu: {base: study_package, memory: 4 GB}}}]
  - name: stages
    why: half as many
    values: [{label: "4", set: {mapping: {pp: 4}}}]
  - name: batch
    why: as many sequences as replicas
    values: [{label: "256", set: {job: {batch: 256}}}]
END
# with a setting on which nothing fits, and two that do not go together
write_study | sed '/^ranges:/r more_ranges' >small_study.yaml
# energies and powers that nobody publishes, and packages on which nothing fits
printf 'base: h100_ib\ntiers: [{}, {domain: 1024, wiring: torus 8x16}]\n' >wired_h100.yaml
cat >dark_fabric.yaml <<'END'
fabric:
  name: dark
  tiers:
    - {name: board, technology: pcie6_x16, rate: 400 Gbps, latency: 1 us, domain: 64, used: 64,
       packages_per_rack: 64}
END
{
    echo 'name: dark'
    echo 'gpu: {base: h100_sxm, power: not published}'
    cat dark_fabric.yaml
    cat <<'END'
model: mixtral-8x7b
job: {gpus: 64, tokens: 1T, batch: 512, sequence: 4096, precision: bf16}
mapping: {tp: 2, pp: 2, ep: 8, microbatch: 1, recompute: none}
assumptions: {failures: {package_mtbf: 1 h, restart: 10 d}}
END
} >dark_scenario.yaml
sed 's/^gpu: .*/gpu: {base: h100_sxm, memory: 4 GB}/' dark_scenario.yaml >tiny_scenario.yaml
sed 's/pp: 2/pp: 1/' dark_scenario.yaml >flat_scenario.yaml
cat >dark.yaml <<'END'
name: dark
title: What is not published
question: What is left?
best_mapping: true
simulate: true
base: dark_scenario.yaml
sweep: {name: model, values: [{label: mixtral, set: {model: mixtral-8x7b}}]}
compare:
  - {label: dark, title: Dark, set: {model: mixtral-8x7b}}
  - {label: tiny, title: Too small, set: {gpu: {base: h100_sxm, memory: 4 GB}}}
ranges:
  - name: memory
    why: less than a training job needs
    values: [{label: 4 GB, set: {gpu: {base: h100_sxm, memory: 4 GB}}}]
pods:
  - {system: dark, link: pcie6_x16}
END
{
    head -n 1 "$root/validation/collectives.csv"
    grep ',hgx_h100,' "$root/validation/collectives.csv" | head -n 3
} >small_messages.csv

json train train "$root/examples/moe-4.7t-optics.yaml"
json train train "$root/examples/deepseek-v3-h100.yaml"
json search search "$root/examples/moe-4.7t-copper.yaml" --top 2
json search search small.yaml --top 2
json train train dark_scenario.yaml
json train train "$root/examples/deepseek-v3-h100.yaml" --explain
json train train flat_scenario.yaml --explain
json train train "$root/examples/moe-4.7t-copper.yaml" --required
run train "$root/examples/moe-4.7t-copper.yaml" --csv tables
csv tables/operators.csv tables/messages.csv tables/stages.csv
json search search tiny_scenario.yaml
json diff diff "$root/studies/moe-3d-optics.yaml:Config4/copper" small.yaml
json 'run of a study' run "$root/studies/moe-3d-optics.yaml" --no-figures --out study
json 'run of a study' run small_study.yaml --no-figures --out small
json 'run of a study' run dark.yaml --no-figures --out dark
echo 'json run of a study|study/results.json' >>list
for folder in study small dark; do
    csv $folder/points.csv $folder/targets.csv $folder/waterfall.csv $folder/sensitivity.csv
    echo "db results.db|$folder/results.db" >>list
done
csv study/mappings.csv dark/mappings.csv
json 'run of claims' run "$root/studies/claims.yaml" --no-figures --out claims
echo 'json run of claims|claims/results.json' >>list
# one that cannot be said: nobody publishes what a cable of 200G takes
cat >undecided.yaml <<'END'
name: undecided
title: What is not said
question: Is it so?
claims:
  - id: heat
    claim: Light is cooler
    check: {kind: link_heat, copper: [dac_200g], optics: [study_cpo_3d], rate: 1 Tbps, packages_per_rack: 8,
            temperature_swing_k: 20}
END
json 'run of claims' run undecided.yaml
csv claims/claims.csv
json 'run of a map' run "$root/studies/link-map.yaml" --no-figures --out map
echo 'json run of a map|map/results.json' >>list
csv map/regions.csv
json catalog catalog
json catalog catalog model
json catalog catalog gpu h100_sxm
json link link
json link link --rate 1Tbps
json 'link --explain' link --explain
json 'link --pod' link study_cpo_3d --pod --switch sw_th5
json 'link --pod' link study_cpo_3d study_lpo plug_1t6_dr8 corona_ocm avicena_lightbundle acc_100g sip_mrm_cpo_generic --pod
json 'link --distance' link study_copper celestial_pf avicena_lightbundle sw_th5 --distance 0.5m..500m
json transfer transfer --over study_copper,pcie5_x16,study_cpo_3d,pcie6_x16
json transfer transfer --over pcie5_x16 --from gpu --to cpu --buffer 1MiB
json collective collective all-reduce --size 1GiB --ranks 8 --on hgx_h100
json collective collective send --size 1GiB --ranks 2 --on h100_ib
json collective collective all-reduce --size 0B --ranks 8 --on hgx_h100
json collective collective all-gather --size 1GiB --ranks 8 --on dark_fabric.yaml
json 'collective simulated' collective all-to-all --size 64MiB --ranks 16 --on h100_ib --simulate
json 'collective simulated' collective all-to-all --size 64MiB --ranks 16 --on h100_ib --simulate \
    --general
json 'collective simulated' collective all-gather --size 1GiB --ranks 8 --on dark_fabric.yaml --simulate
json simulate simulate small.yaml
json simulate simulate small.yaml --wiring switch
json 'collective with measurements' collective --measured "$root/validation/collectives.csv"
json 'collective with measurements' collective --measured small_messages.csv
json validate validate --csv validate.csv
head -n 300 "$root/validation/fits_or_not.csv" >labels.csv
printf 'LLaMA-13B,2048,64,7,2,8,2048,none,0,torch,OOM,,x,y\n' >>labels.csv
json validate validate labels.csv
head -n 2 labels.csv >labels.csv.new && mv labels.csv.new labels.csv
json validate validate labels.csv
json validate validate "$root/validation/collectives.csv"
json validate validate small_messages.csv
csv validate.csv
json fabric fabric h100_ib --gpus 1024
json fabric fabric study_optics_pod --layout
json fabric fabric dark_fabric.yaml
sed 's/used: 64,/used: 64, wiring: torus 8x8,/' dark_fabric.yaml >wired_fabric.yaml
json fabric fabric wired_fabric.yaml
json fabric fabric wired_h100.yaml --gpus 1024
json flows flows "$root/tests/golden/simgrid_flows/torus444_a2a.csv" --link-rate 50GB/s --csv flows.csv
csv flows.csv
printf 'flow,size_B,links\n0,100,0 1\n' >small_flows.csv
mkdir unnamed
json flows flows small_flows.csv --link-rate 50GB/s --csv unnamed/flows.csv
csv unnamed/flows.csv

last='contract docs/output.md'
"$contract" "$root/docs/output.md" list >.contract || failed 'page and outputs differ'
sort -u .contract | head -n 40

# the comparison sees a page that says too little, too much or something else
while read -r change; do
    sed "$change" "$root/docs/output.md" >wrong.md
    last="contract after $change"
    cmp -s wrong.md "$root/docs/output.md" && failed 'the page is the same'
    ! "$contract" wrong.md list >.contract || failed 'nothing is found'
done <<'END'
/^| `mfu_frac` /d
s/^| `hops` | integer/| `hops` | text/
s/^| `makespan_s` | number | s /| `makespan_s` | number | byte /
s/^| `step_s` | number | s /| `step_s` | number or null | s /
s/transfers\[\].reach_is_known/transfers[].reach_is_sure/
s/\[energy\](#energy) | | of the step/text | | of the step/
s/^| `own_rank` | integer | count /| `own_rank` | number | count /
s/^| `is_in_range` | boolean/| `is_in_range` | number/
s/`format_version` is 2/`format_version` is 1/
s/^| `_bps` | bit/| `_bps` | byte/
END

finish
