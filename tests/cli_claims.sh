#!/bin/sh
# The study of claims from outside: what it prints and writes, that it is the same every time, and
# what it says of mistakes.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

write_claims()
{
    cat <<'END'
name: small
title: Small claims
question: Is it so?
claims:
  - id: lane
    claim: A lane carries 128 Gb/s
    check: {kind: lane_rate, copper: [pcie5_x16], optics: [study_cpo_3d], before: 128 Gbps, after: 1 Tbps}
END
}

# the numbers that every reader asks for first
write_claims >small.yaml
run run small.yaml
want_code 0
want_out 'lane: refuted'
want_out '63 GB/s'
want_out 'Rule: confirmed when both lanes'

run run small.yaml --json
want_code 0
want_out '"claims"'
want_out '"verdict": "refuted"'
want_out '"run"'
cp .out one.json
run run small.yaml --json
normal one.json >one
normal .out >two
cmp -s one two || failed 'two runs differ'

run run small.yaml --out out --no-figures
want_code 0
want_out 'Report: out/report.html'
want_entries out report.html results.json claims.csv
if command -v gnuplot >/dev/null; then
    run run "$root/studies/claims.yaml" --out out
    want_code 0
    want_file out/figures/claim_1.svg
    want_file out/figures/claim_4.png
    run run small.yaml --out out --no-figures
    want_missing out/figures/claim_1.svg
fi

# mistakes, with their places
write_claims | sed 's/lane_rate/lane_rat/' >bad.yaml
run run bad.yaml
want_code 2
want_silence
want_mistake bad.yaml lane_rat 'unknown kind of check' 'did you mean'
want_mistakes 1 bad.yaml

write_claims | sed 's/pcie5_x16/pcie5_x61/; s/128 Gbps/128 GB/' >bad.yaml
run run bad.yaml --json
want_code 2
want_silence
want_mistake bad.yaml pcie5_x61 'pcie5_x61' 'pcie5_x16'
want_mistake bad.yaml '128 GB' '128 GB' ''
want_mistakes 2 bad.yaml

write_claims | sed 's/before: 128 Gbps, //' >bad.yaml
run run bad.yaml
want_code 2
want_err 'before'

write_claims | sed 's/kind: lane_rate/kind: amdahl, scenarios: [none.yaml]/' >bad.yaml
run run bad.yaml
want_code 2
want_err 'none.yaml'

# a folder that cannot be made leaves nothing
: >file
run run small.yaml --out file/out
want_code 3
want_err 'file'

finish
