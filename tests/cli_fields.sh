#!/bin/sh
# Mistakes in the fields of scenarios and studies: where, what and what instead; all of a file at
# once, and nothing is written.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# keep FILE CHANGED WHAT: hands a changed scenario (train.yaml) or study on to tests/cli_schema.sh
kept=0
keep()
{
    [ -n "${FAB_KEEP:-}" ] || return 0
    kept=$((kept + 1))
    case $1 in
    train.yaml) kept_name="$FAB_KEEP/scenario-$kept.yaml" ;;
    *) kept_name="$FAB_KEEP/study-$kept.yaml" ;;
    esac
    cp "$2" "$kept_name"
    printf '%s\n' "$3" >"$kept_name.name"
}

# mistake FILE SCRIPT WRONG MESSAGE HINT: the file, changed by a sed script, has this one mistake
mistake()
{
    sed "$2" "$1" >changed.yaml
    ! cmp -s "$1" changed.yaml || failed "'$2' changes nothing"
    keep "$1" changed.yaml "$2"
    case $1 in
    train.yaml) run train changed.yaml ;;
    *) run run changed.yaml --out out ;;
    esac
    want_code 2
    want_mistake changed.yaml "$3" "$4" "$5"
    want_mistakes 1 changed.yaml
    want_silence
    want_missing out
    set -- .fabricast-*
    want_missing "$1"
}

write_scenario >train.yaml
write_study >study.yaml

# every field's name, one letter swapped
for field in name gpu fabric model job mapping assumptions gpus tokens batch sequence precision tp pp \
    ep microbatch expert_order gemm_efficiency memory_fixed overlap effects dispatch expert \
    product_traffic; do
    typo=$(echo "$field" | sed 's/.$/q/')
    sed "s/\([ {]\)$field:/\1$typo:/; s/^$field:/$typo:/" train.yaml >typo.yaml
    keep train.yaml typo.yaml "typo $typo"
    run train typo.yaml
    want_code 2
    want_err "error: unknown field \`$typo\` of "
    [ "${#field}" -lt 3 ] || want_err "= did you mean \`$field\`?"
done
for field in name title question base sweep compare targets ranges waterfall remarks values label set \
    what published source metric slow fast why start steps text; do
    typo=$(echo "$field" | sed 's/.$/q/')
    sed "s/\([ {]\)$field:/\1$typo:/; s/^$field:/$typo:/" study.yaml >typo.yaml
    keep study.yaml typo.yaml "typo $typo"
    run run typo.yaml
    want_code 2
    want_err "error: unknown field \`$typo\` of "
    want_err "= did you mean \`$field\`?"
done

# every field that a scenario needs
for field in name gpu fabric model; do
    sed "/^$field:/d" train.yaml >short.yaml
    keep train.yaml short.yaml "short of $field"
    run train short.yaml
    want_code 2
    want_err "short.yaml:1:1: error: missing field \`$field\` of scenario"
done
mistake train.yaml '/gpus:/d' '  |t' 'missing field `gpus` of job' 'gpus: '
mistake train.yaml '/tokens:/d' '  |g' 'missing field `tokens` of job' 'tokens: '
mistake train.yaml '/batch:/d' '  |g' 'missing field `batch` of job' 'batch: '
for field in title question base sweep compare; do
    sed "/^$field:/,/^[a-z]/{/^$field:/d;/^ /d;}" study.yaml >short.yaml
    keep study.yaml short.yaml "short of $field"
    run run short.yaml --out out
    want_code 2
    want_err "short.yaml:1:1: error: missing field \`$field\` of study"
    want_missing out
done

# units
mistake train.yaml 's/32768/32768 GB/' '32768 GB' '`GB` is a size in bytes, expected a plain number' 'gpus: '
mistake train.yaml 's/13T/13 TB/' '13 TB' '`TB` is a size in bytes' 'tokens: '
mistake train.yaml 's/2 GB/2/' 'fixed: |2' 'missing unit in `2`: expected a size in bytes such as' 'memory_fixed: '
mistake train.yaml 's/2 GB/2 Gbit/' '2 Gbit' 'counts bits where bytes are due' 'memory_fixed: '
mistake train.yaml 's/2 GB/2 ns/' '2 ns' '`ns` is a time, expected a size in bytes' 'memory_fixed: '
mistake train.yaml 's/2 GB/2 GX/' '2 GX' '`2 GX`' 'memory_fixed: '
mistake train.yaml 's/2 GB/GB/' 'GB' 'not a number' 'memory_fixed: '
mistake train.yaml 's/2 GB/-2 GB/' '-2 GB' 'too small' ''
mistake train.yaml 's/2 GB/[2 GB]/' 'fixed: |[' '`memory_fixed`' ''
mistake train.yaml 's/{expert: 0.5}/{expert: 3 ns}/' '3 ns' '`ns` is a time, expected a plain number or a percentage' 'expert: '
mistake train.yaml 's/cy: 0.5/cy: 150 %/' '150 %' 'too large, allowed is from 0.0001 % to 100 %' ''
mistake train.yaml 's/cy: 0.5/cy: nan/' 'nan' 'not a number' ''
mistake train.yaml 's/cy: 0.5/cy: 1e999/' '1e999' '`1e999`' ''
mistake train.yaml 's/cy: 0.5/cy: 0x1/' '0x1' '`0x1`' ''
mistake train.yaml 's/cy: 0.5/cy: #/' 'cy:| ' 'no value for `gemm_efficiency`' 'gemm_efficiency: '
fabric='fabric: {base: study_optics_pod, tiers: [{rate: 32 Tbps, latency: 250 ns}, {}]}'
sed "s/^fabric:.*/$fabric/" train.yaml >spelled.yaml
run train spelled.yaml
want_code 0
mv spelled.yaml train.yaml
mistake train.yaml 's/32 Tbps/32 TB/' '32 TB' '`TB` is a size in bytes, expected a bandwidth in one direction' 'rate: '
mistake train.yaml 's/32 Tbps/32 T/' '32 T' 'expected a bandwidth in one direction' 'rate: '
mistake train.yaml 's/250 ns/250/' '250' 'missing unit in `250`: expected a time such as' 'latency: '
mistake train.yaml 's/250 ns/250 nm/' '250 nm' 'is a length, expected a time' 'latency: '

# words and names
mistake train.yaml 's/bf16/bf61/' 'bf61' 'unknown word `bf61` for `precision`' 'did you mean `bf16`?'
mistake train.yaml 's/strided/stridde/' 'stridde' 'expected `folded` or `strided`' 'did you mean `strided`?'
mistake train.yaml 's/per_domain/per_domian/' 'per_domian' 'unknown word `per_domian`' 'did you mean `per_domain`?'
mistake train.yaml 's/traffic: false/traffic: maybe/' 'maybe' 'must be true or false, not `maybe`' ''
mistake train.yaml 's/study_package/study_pakage/' 'study_pakage' 'unknown gpu `study_pakage`' 'did you mean `study_package`?'
mistake train.yaml 's/moe-4.7t-c4/moe-4.7t-c9/' 'moe-4.7t-c9' 'unknown model `moe-4.7t-c9`' 'did you mean `moe-4.7t-c'
mistake train.yaml 's/study_optics_pod/study_optic_pod/' 'study_optic_pod' 'unknown fabric `study_optic_pod`' 'did you mean `study_optics_pod`?'
mistake train.yaml 's/: moe-4.7t-c4/: {base: moe-4.7t-c4, hiden: 8192}/' 'hiden' 'unknown field `hiden` of model' 'did you mean `hidden`?'
mistake train.yaml 's/{expert: 0.5}/{expert: 0.5}\n  server_loss: 0.5/' 'server_loss' 'unknown field `server_loss` of assumptions' 'it is a field of `overlap`'
mistake train.yaml 's/32 Tbps/32 Tbps, technology: study_cpo_4d/' 'study_cpo_4d' 'unknown technology `study_cpo_4d`' 'did you mean `study_cpo_3d`?'

# whole numbers, and numbers that do not go together
mistake train.yaml 's/tp: 16/tp: 16.5/' '16.5' '`tp` must be a whole number, not `16.5`' ''
mistake train.yaml 's/pp: 8/pp: 0/' 'pp: |0' '`pp` is out of range: `0` is too small' ''
mistake train.yaml 's/gpus: 32768/gpus: 32767/' 'pp: |8' 'does not divide gpus 32767' 'tp x pp x dp must equal gpus'
mistake train.yaml 's/tp: 16/tp: 16\n  dp: 5/' 'dp: |5' 'dp 5 does not fit' 'leave dp out'
mistake train.yaml 's/batch: 4096/batch: 4097/' '4097' 'batch 4097 is not a multiple of dp' 'multiple of dp x microbatch'
mistake train.yaml 's/gpus: 32768/gpus: 99999999999999999999/' '99999999999999999999' 'gpus' ''

sed 's/ep: 32/ep: 33/' train.yaml >changed.yaml
keep train.yaml changed.yaml 'ep: 33'
run train changed.yaml
want_code 2
want_mistake changed.yaml 33 "ep 33 does not divide the model's experts (256)" ''

# a study: its own fields, its labels, and the scenarios that it makes
mistake study.yaml 's/time_ratio/time_rato/' 'time_rato' 'unknown word `time_rato`' 'did you mean `time_ratio`?'
mistake study.yaml 's/slow: copper/slow: coper/' 'coper' '`coper` is no label of `compare`' 'copper'
mistake study.yaml 's/at: Config4/at: Cofig4/' 'Cofig4' '`Cofig4` is no label of `sweep`' 'Config4'
mistake study.yaml 's/target: R2/target: R9/' 'R9' '`R9` is no target' ''
mistake study.yaml 's/2.7X/often/' 'often' '`often` is not a published result' '2.7X'
mistake study.yaml 's/label: Config4/label: "Config1"/; s/at: Config4/at: Config1/' '"Config1"' 'stands twice in `sweep`' ''
mistake study.yaml 's/gpu: study_package/gpu: study_packag/' 'study_packag' 'unknown gpu' 'did you mean `study_package`?'
mistake study.yaml 's/fabric: study_optics_pod/fabric: study_optic_pod/' 'study_optic_pod' 'unknown fabric' 'did you mean `study_optics_pod`?'
mistake study.yaml 's/model: moe-4.7t-c1/model: {base: moe-4.7t-c1, hidden: 12 GB}/' '12 GB' '`GB` is a size in bytes' 'hidden: '
mistake study.yaml 's/tensor: 1.0/tensor: 2.0/' '2.0' '`tensor` is out of range' ''
mistake study.yaml 's/{tensor: 1.0/{tensr: 1.0/' 'tensr' 'unknown field `tensr` of overlap' 'did you mean `tensor`?'
mistake study.yaml 's/inner_efficiency: 0.5/inner_efficiency: 5 GB/' '5 GB' '`GB` is a size in bytes' 'inner_efficiency: '
mistake study.yaml 's/latency: false/latency: 3/' 'latency: |3' '`latency` must be true or false' ''
mistake study.yaml 's/{latency: true/{latencyy: true/' 'latencyy' 'unknown field `latencyy`' 'did you mean `latency`?'

# every mistake of a file in one run, in files of both kinds
cat >many.yaml <<'END'
name: [x]
gpu: study_packag
fabric: {base: study_optics_pod, tiers: [{rate: 33 TB, latency: 250}, {domian: 3}]}
model: moe-4.7t-c8
job:
  gpus: 32769 GB
  tokns: 13T
  batch: many
  precision: bf61
mapping: {tp: 16.5, pp: -1, ep: 32, expert_order: stridde, foo: 1}
assumptions:
  gemm_efficiency: 1.5
  overlap: {expert: 3 ns}
END
keep train.yaml many.yaml 'many mistakes'
run train many.yaml
want_code 2
want_silence
for wrong in 'name: |[' study_packag '33 TB' 250 domian moe-4.7t-c8 '32769 GB' tokns many bf61 16.5 -1 stridde \
    foo 1.5 '3 ns'; do
    want_mistake many.yaml "$wrong" '' ''
done
want_err 'missing field `tokens`'
want_mistakes 17 many.yaml

sed -e 's/gpu: study_package/gpu: study_packag/' -e 's/study_optics_pod/study_optic_pod/' \
    -e 's/model: moe-4.7t-c1/model: moe-4.7t-c8/' -e 's/tensor: 1.0/tensr: 1.0/' \
    -e 's/latency: false/latency: 3/' -e 's/slow: copper/slow: coper/' study.yaml >many.yaml
keep study.yaml many.yaml 'many mistakes'
run run many.yaml --out out
want_code 2
want_silence
want_missing out
for wrong in study_packag study_optic_pod moe-4.7t-c8 tensr 'latency: |3' coper; do
    want_mistake many.yaml "$wrong" '' ''
done

finish
