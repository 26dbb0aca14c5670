#!/bin/sh
# `fabricast simulate`: the step beside its forecast, timeline and picture, mistakes.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

write_scenario >small.yaml
run simulate small.yaml --trace trace.json --svg line.svg
want_code 0
want_out 'closed form simulated'
want_out 'pipeline bubble'
want_out 'Simulated over closed form: '
want_out 'links out'
[ ! -s .err ] || failed 'standard error is not empty'
want_file trace.json
want_file line.svg

# the trace is JSON, with a process per stage and events of every stream
"$json" get trace.json traceEvents >/dev/null || failed 'the trace is no JSON'
for text in '"stage 8"' '"computation"' '"messages of layers"' '"optimizer"' '"ph":"X"'; do
    grep -qF "$text" trace.json || failed "the trace lacks $text"
done
grep -qF '</svg>' line.svg || failed 'the picture does not end'
grep -q '>0 s</text>' line.svg || failed 'the picture has no axis of time'

! grep -q '>offload</text>' line.svg || failed 'the key names what is not there'

# copies that a slow host exposes are drawn and named
cat >offload.yaml <<'END'
name: copies
gpu: {base: h100_sxm, host_rate: 2 GB/s}
fabric: h100_ib
model: llama3-70b
job: {gpus: 64, tokens: 1T, batch: 64, sequence: 8192}
mapping: {tp: 8, pp: 2, microbatch: 1, offload_layers: 20}
END
run simulate offload.yaml --svg line.svg
want_code 0
want_out 'copies to the host, exposed'
grep -q '>offload</text>' line.svg || failed 'the key lacks what is drawn'

# what ranks gather in every pass goes over links too
run simulate "$root/examples/llama3-405b-tpu-v5p.yaml" --json
want_code 0
[ "$("$json" get .out events)" -gt 0 ] || failed 'no message of ZeRO 3 was put on links'

# every schedule runs
for schedule in gpipe 1f1b zb_h1 dualpipe; do
    sed "s/^  pp: 8/&\n  schedule: $schedule/" small.yaml >schedule.yaml
    run simulate schedule.yaml
    want_code 0
    want_out 'Simulated over closed form: '
done

# what does not fit is shown, and said as `train` says it
sed 's/microbatch: 1/microbatch: 4/; s/study_package/{base: study_package, memory: 20 GB}/' small.yaml >tight.yaml
run train tight.yaml
want_code 1
cp .err train.err
run simulate tight.yaml
want_code 1
want_out 'pipeline bubble'
cmp -s .err train.err || failed 'other words than train'

# JSON agrees with the forecast, and the same bytes come twice
run simulate small.yaml --json
want_code 0
cp .out step.json
run train small.yaml --json
cp .out train.json
[ "$("$json" get step.json closed_form_s)" = "$("$json" get train.json forecast.step_s)" ] ||
    failed 'another forecast than train'
run simulate small.yaml --trace again.json
cmp -s trace.json again.json || failed 'two timelines of one scenario'

# a straggler and a slow link
run simulate small.yaml --slow 3=0.5 --slow 2:1=0.5
want_code 0
want_out 'with slow parts'

# links of the fabric: a switch for each domain is what the ports of stages say, a port at half its
# rate holds all up, and the fullest links have names
run simulate small.yaml --json
cp .out ports.json
run simulate small.yaml --wiring switch --json
cp .out switch.json
[ "$("$json" get switch.json simulated_s | cut -c1-9)" = \
    "$("$json" get ports.json simulated_s | cut -c1-9)" ] || failed 'a switch is not as ports are'
[ "$("$json" get ports.json links)" = 0 ] || failed 'ports are no links of a graph'
run simulate small.yaml --fault 5-s0=0.25 --svg faults.svg
want_code 0
want_out 'with faults, '
want_out '5 to s0'
grep -q '5 to s0 on' faults.svg || failed 'the picture lacks the fullest link'
printf 'from,to,rate\n0,a,0Gbps\n' >cables.csv

# refused CODE MESSAGE ARGUMENT...: nothing on standard output
refused()
{
    wanted=$1
    message=$2
    shift 2
    run simulate "$@"
    want_code "$wanted"
    want_err "$message"
    want_silence
}
refused 2 'a scenario file is needed'
refused 2 'one scenario at a time' small.yaml small.yaml
refused 2 'missing.yaml' missing.yaml
for word in 3 3= =0.5 0=0.5 3=2 3=0 3=x 3:=0.5 x=0.5 3:1:1=0.5; do
    refused 2 'is not understood' small.yaml --slow "$word"
done
refused 2 'not there' small.yaml --slow 9=0.5
refused 2 'slow part 2 names' small.yaml --slow 1=0.5 --slow 1:3=0.5
refused 1 'more than 1 MB (--max-memory); in closed form it takes' small.yaml --memory 1MB
refused 2 '--max-memory' small.yaml --memory much
# a cut, no such node, a wiring that does not fit, an end before the end
refused 1 'there is no path from' small.yaml --fault 5=0
refused 2 'no such node' small.yaml --fault s999999=0
refused 2 'a ratio from 0 to 1' small.yaml --fault 5=2
refused 1 'does not fit domains' small.yaml --wiring 'torus 3x3'
refused 2 'did you mean `torus`?' small.yaml --wiring 'tours 3x3'
refused 2 'unknown routing' small.yaml --routing fast
refused 1 'it was ended while' small.yaml --fault 5=0.5 --max-time 0s
refused 1 's of the step, which takes 0.419 s in closed form' small.yaml --max-time 0s
refused 2 'cables.csv:2:5: error: `0Gbps` is not above 0' small.yaml --cables cables.csv
mkdir folder
refused 3 folder small.yaml --trace folder
refused 2 '--trace and --svg both write' small.yaml --trace one.out --svg one.out
[ ! -e one.out ] || failed 'one of two files of one name is written'
refused 3 folder small.yaml --svg folder

finish
