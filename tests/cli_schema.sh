#!/bin/sh
# `fabricast schema` and `fabricast new`: kinds and their names, templates that work as printed, the
# reference in docs/. tests/cli_schema_check.sh compares the schemas with what the program takes.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# every kind has a schema; a word that is none has a nearest name
for kind in scenario study claims map fabric technology messaging kernels gpu model catalog; do
    run schema "$kind"
    want_code 0
    want_out '"$schema": "http://json-schema.org/draft-07/schema#"'
    cp .out schema.json
    "$json" get schema.json title >/dev/null || failed 'no JSON'
    run schema "$kind" --markdown
    want_code 0
    want_out "## $kind"
done
run schema scenarios
want_code 2
want_silence
want_err 'unknown kind of file `scenarios`; did you mean `scenario`?'
want_err 'There are scenario, study, claims, map, fabric, technology, messaging, kernels, gpu, model or catalog.'
run schema
want_code 2
want_err 'a KIND is needed: scenario, study, claims, map, fabric, technology, messaging, kernels, gpu, model or catalog'
run schema gpu model
want_code 2
want_err 'one KIND is enough; `model` is too many'
run new modl
want_code 2
want_silence
want_err 'did you mean `model`?'
run new catalog
want_code 2
want_err 'There are scenario, study, claims, map, fabric, technology, messaging, kernels, gpu or model.'
run new
want_code 2
want_err 'a KIND is needed: scenario, study, claims, map, fabric, technology, messaging, kernels, gpu or model'
run new gpu --from h100_sxn
want_code 2
want_silence
want_err 'unknown gpu `h100_sxn`; did you mean `h100_'
run new gpu --from zzzzzzzzzzzzzzzz
want_code 2
want_err '`fabricast catalog gpu` lists them'
# what a study starts from runs, and each of its settings is used
run new study
want_code 0
mv .out started.yaml
run run started.yaml
want_code 0
[ ! -s .err ] || failed "what a study starts from is warned of"
run new study --from h100_sxm
want_code 2
want_silence
want_err 'a study starts from no row; --from goes with fabric, technology, messaging, kernels, gpu and model'

# each template works as printed, by the command that its first line names
for kind in scenario study claims map fabric technology messaging kernels gpu model; do
    run new "$kind"
    want_code 0
    cp .out "$kind.yaml"
    command=$(sed -n '1s/.*`fabricast \(.*\) FILE`.*/\1/p' "$kind.yaml")
    [ -n "$command" ] || failed "no command in the first line"
    # shellcheck disable=SC2086 # words are meant
    run $command "$kind.yaml"
    want_code 0
done

# a description in a file is shown like a row, and its mistakes are those of any file
run catalog gpu h100_sxm
grep -v -e '^name' -e '^field' .out >row.txt
run catalog gpu gpu.yaml
want_code 0
grep -v -e '^name' -e '^field' .out >file.txt
cmp -s row.txt file.txt || failed 'a row and its template differ'
run catalog gpu gpu.yaml --json
want_code 0
cp .out gpu.json
"$json" get gpu.json format_version >/dev/null || failed 'no JSON'
printf 'gpu: {base: h100_sxm, memory: 96 GB}\n' >wrapped.yaml
run catalog gpu wrapped.yaml
want_code 0
want_out '96 GB'
printf 'gpu: {base: h100_sxm, memry: 96 GB}\nfabric: h100_ib\n' >wrong.yaml
run catalog gpu wrong.yaml
want_code 2
want_silence
want_mistake wrong.yaml memry 'unknown field `memry` of gpu' 'did you mean `memory`?'
want_mistake wrong.yaml fabric 'unknown field `fabric` beside `gpu`' 'a gpu file holds `gpu` alone'
want_mistakes 2 wrong.yaml
run catalog gpu missing.yaml
want_code 2
want_err 'missing.yaml: error: no such file'

# the page in docs/ is what the program says; scripts/update-golden writes it anew
run schema --markdown
want_code 0
cp .out reference.md
if ! diff -u "$root/docs/reference.md" reference.md >.diff; then
    failed 'docs/reference.md differs from what the program says'
    head -n 30 .diff
fi

finish
