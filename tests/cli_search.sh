#!/bin/sh
# `fabricast search`: its table and JSON, the exit codes, and that threads change nothing.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

cat >small.yaml <<'END'
name: small
gpu: study_package
fabric: study_copper_pod
model: {base: moe-4.7t-c4, layers: 12}
job: {gpus: 256, tokens: 1T, batch: 128, sequence: 8192}
mapping: {tp: 8, pp: 4, ep: 8, expert_order: strided, recompute: full}
END

run search small.yaml --top 3
want_code 0
want_out 'mappings enumerated'
awk 'length > 100 { exit 1 }' .out || failed 'a line is too long'
want_out '* 1'
want_out "The scenario's own mapping"
[ "$(grep -cE '^(\* )?[0-9,]+ .*(folded|strided)' .out)" -eq 3 ] || failed 'not three rows'

# counts add up, and the best is at least as good as the scenario's own
run search small.yaml --json --top 2
want_code 0
cp .out best.json
value()
{
    "$json" get best.json "$1"
}
[ "$(value mappings.enumerated)" -eq "$(($(value mappings.refused) + $(value mappings.forecast)))" ] ||
    failed 'refused and forecast are not all'
[ "$(value mappings.forecast)" -eq "$(($(value mappings.infeasible) + $(value mappings.feasible)))" ] ||
    failed 'feasible and infeasible are not all'
for key in elapsed_s rate_per_s peak_rss_bytes; do
    value "run.$key" >/dev/null || failed "no run.$key"
done

# the best mapping, written into the scenario, gives the same step and is rank 1
mapping=
for key in tp pp dp ep etp microbatch interleave expert_order recompute; do
    mapping="$mapping$key: $(value "best.0.mapping.$key" | tr -d '"'), "
done
sed "s/^mapping:.*/mapping: {${mapping%, }}/" small.yaml >best.yaml
run train best.yaml --json
want_code 0
[ "$("$json" get .out forecast.step_s)" = "$(value best.0.step_s)" ] || failed 'another step time'
run search best.yaml --json
want_code 0
[ "$("$json" get .out own.rank)" = 1 ] || failed 'the best is not rank 1'

# the same bytes for any number of threads
run search small.yaml
cp .out any.txt
for threads in 1 2 5; do
    OMP_NUM_THREADS=$threads
    export OMP_NUM_THREADS
    run search small.yaml
    cmp -s .out any.txt || failed "$threads threads print something else"
done
unset OMP_NUM_THREADS

# nothing feasible is an answer
sed 's/^gpu:.*/gpu: {base: study_package, memory: 1 GB}/' small.yaml >none.yaml
run search none.yaml
want_code 1
want_out 'No mapping is feasible'
want_out 'The least memory that any needs'
run search none.yaml --json
want_code 1
want_out '"best": []'
want_out '"rank": null'

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
refused 'a scenario file is needed' search
refused 'is too many' search small.yaml none.yaml
refused 'no whole number from 1 to 1000' search small.yaml --top 0
refused 'no whole number from 1 to 1000' search small.yaml --top 1001
refused 'no whole number from 1 to 1000' search small.yaml --top 3x
refused 'no whole number from 1 to 1000' search small.yaml --top ''
refused 'no such file' search missing.yaml
sed 's/tp: 8/tp: 7/' small.yaml >wrong.yaml
refused 'tp 7' search wrong.yaml

run search --help
want_code 0
want_out '--top'
finish
