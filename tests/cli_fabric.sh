#!/bin/sh
# A fabric as hardware: counts, verdicts, refusals, mistakes.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# refused MESSAGE ARGUMENT...: nothing on standard output
refused()
{
    message=$1
    shift
    run fabric "$@"
    want_code 2
    want_err "$message"
    want_silence
}

# a row of the table, whatever the widths of its columns
want_row()
{
    tr -s ' ' <.out | grep -qF -e "$1" || failed "no row '$1'"
}

# 1,000 packages on pods of 128 of 144: 8 pods, 1,152 packages installed
run fabric study_copper_pod --gpus 1000
want_code 0
want_out 'for a job of 1,000 packages, 1,152 installed'
want_row 'packages of a domain 144 131,072'
want_row 'used by a job 128 131,072'
want_row 'domains needed 8 1 '
want_row 'links, one direction 2,304 4,608'
want_row 'racks in all 8 8'
# 144 x 14.4 Tbps; 911 racks: 2 + 0.6 x 910 / 2 m
want_row 'bandwidth of a domain 2.07 Pb/s 210 Pb/s'
want_row 'longest link 1 m 275 m'
# 14.4 Tbps x 5 pJ/bit, 1.6 Tbps x 21 pJ/bit; times the links
want_row "power of a package's link 72 W 33.6 W"
want_row "of the job's packages 72 kW 33.6 kW"
want_row 'power of all links 166 kW 155 kW'
want_row 'scale-up reach met'
want_row 'scale-out reach unknown'
want_out 'It can be built, as far as is published.'
awk 'length > 100 { exit 1 }' .out || failed 'a line is too long'

# as many as it holds: 910 pods of 128
run fabric study_copper_pod
want_code 0
want_out '116,480 packages'

run fabric study_copper_pod --gpus 1000 --json
want_code 0
want_out '"installed_packages": 1152'
want_out '"links": 2304'
want_out '"is_possible": true'
want_out '"longest_link_m": 275.0'

# 1,152 packages x 4 links / 2 x 1.6 Tb/s over planes of switches; modules last 750,000 h
want_out '"part": "pluggable modules"'
want_out '"mean_time_between_events_s": {'
want_out '"events_per_s": {'
! grep -q '"layout"' .out || failed 'a layout that nobody asked for'
run fabric study_optics_pod --gpus 512 --layout
want_code 0
want_row 'scale-up 1 and 4 900 mm 224 224 2.9 m'
want_row 'scale-up 2 and 3 300 mm 288 288 2.3 m'
want_out 'A link event every '
want_out 'of the others no'
run fabric study_optics_pod --gpus 512 --layout --json
want_code 0
want_out '"position_m": -0.8999'
# a module that lasts twice as long fails half as often
cat >lasting.yaml <<'END'
fabric:
  base: study_pluggable_pod
  tiers: [{technology: {base: study_pluggable_dsp, mtbf: 1e5 h}}, {technology: dac_200g, switch: sw_th6}]
END
run fabric lasting.yaml --gpus 512
want_row '100000 h'
cat >endless.yaml <<'END'
fabric:
  name: endless
  tiers: [{name: t, technology: plug_800g_dr8, rate: 400 Gbps, latency: 1 us, domain: 1000000, packages_per_rack: 1}]
END
refused '--layout lists at most 100000 racks' endless.yaml --layout

# every fabric of the catalog can be built
run catalog fabric --json
sed -n 's/^ *"name": "\([a-z0-9_]*\)",*$/\1/p' .out >names
[ -s names ] || failed 'no names'
while IFS= read -r name; do
    run fabric "$name"
    want_code 0
done <names

# what cannot be built says why
run fabric study_copper_pod --gpus 116481
want_code 1
want_out 'It cannot be built.'
want_row 'scale-out size broken The job has 116481 packages'
cat >pod.yaml <<'END'
fabric:
  base: study_copper_pod
  tiers: [{domain: 512, used: 512, rate: 20 Tbps}]
END
run fabric pod.yaml --gpus 1024 --json
want_code 1
want_out '"is_possible": false'
run fabric pod.yaml --gpus 1024
want_code 1
# four racks: 2 + 0.6 x 3 / 2 m
want_row 'longest link 2.9 m'
for check in rate radix reach; do
    want_row "scale-up $check broken"
done
want_row 'scale-out size met'

refused 'a fabric is needed'
refused '`b` is too many' h100_ib b
refused 'did you mean `h100_ib`?' h100_bi
refused '--gpus `0`: must be a whole number from 1' h100_ib --gpus 0
refused '--gpus `1.5`' h100_ib --gpus 1.5
refused 'none.yaml' none.yaml
refused '2 mistakes' h100_bi --gpus x
sed 's/domain/domian/' pod.yaml >wrong.yaml
refused 'in wrong.yaml' wrong.yaml
want_mistake wrong.yaml domian 'unknown field `domian`' 'did you mean `domain`?'
printf 'fabric: h100_ib\ngpus: 8\n' >beside.yaml
refused 'in beside.yaml' beside.yaml
want_mistake beside.yaml gpus 'unknown field `gpus` beside `fabric`' 'holds `fabric` alone'

# a name that drives a terminal is shown, not obeyed
run fabric "$(printf '\033[31mx')"
want_code 2
! LC_ALL=C tr -d '\n' <.err | LC_ALL=C grep -q '[[:cntrl:]]' || failed 'control bytes are printed'

# switches: 16 planes of 100 Gb/s ports; 1,152 packages are 5 leaves of 256 and 3 on top of each
run fabric study_copper_pod --gpus 1000
want_row 'planes of switches not given 16'
want_row 'switches, leaves first not given 80 + 48'
want_row 'switches in all not given 128'
# 128 x 51.2 Tbps x 9.8 pJ/bit
want_row 'power of all switches not given 64.2 kW'
# a path of four links is two cables; 911 racks: 2 m + 0.6 m x (911^2 - 1) / (4 x 911)
want_row 'cables, rate of a package 1,152 2,304'
want_row 'length of cable 1.15 km 319 km'
want_row 'of the links of a rack 10.4 kW 4.84 kW'
want_out 'Tier scale-up names no switch'
# a tier that says how it is wired is counted on its graph: 128 nodes as 8 x 16, 2 cables each
printf 'base: h100_ib\ntiers: [{}, {domain: 1024, wiring: torus 8x16}]\n' >wired.yaml
run fabric wired.yaml --gpus 1024
want_code 0
want_row 'InfiniBand torus 8x16 1 0 0 2,048 0'
# its parts are those of the graph: 1,024 x 400 Gb/s / 2 in modules of 800 Gb/s, one at each end
want_row 'InfiniBand pluggable modules 512 750000 h 61 d 639 kUSD'
run fabric wired.yaml --gpus 1024 --json
want_out '"wiring": null'
want_out '"text": "torus 8x16"'
want_out '"package_cables_count": 2048.0'
printf 'base: study_copper_pod\ntiers: [{mesh: true}]\n' >mesh.yaml
run fabric mesh.yaml --gpus 1000
! grep -qF 'Tier scale-up names no switch' .out || failed 'a mesh is told to take a switch'
printf 'base: h100_ib\ntiers: [{mesh: true}]\n' >mesh.yaml
run fabric mesh.yaml
want_code 2
want_err 'mesh.yaml:2:16: error: tier `NVLink` is a mesh, which has no switch'
run fabric study_copper_pod --gpus 1000 --json
want_out '"total": 128'
want_out '"switches": null'

# a switch of the file: too few ports, too few links in a path, no switch at all
cat >switch.yaml <<'END'
base: study_copper_pod
tiers: [{}, {switch: {base: sw_th5, radix: 64}, links_per_path: 4}]
END
run fabric switch.yaml
want_code 1
want_err 'scale-out has 131072 packages; 3 levels of sw_th5 with 64 ports join only 65536.'
sed 's/radix: 64/radix: 128/' switch.yaml >levels.yaml
run fabric levels.yaml
want_code 1
want_err 'needs 3 levels of sw_th5 with 128 ports, 6 links in a path; the fabric has only 4.'
sed 's/{base: sw_th5, radix: 64}/ocs_palomar/' switch.yaml >ocs.yaml
run fabric ocs.yaml
want_code 1
want_err 'infeasible: technology `ocs_palomar` is no packet switch'
sed 's/radix: 64/rate: 1 Gbps/' switch.yaml >ports.yaml
run fabric ports.yaml
want_code 2
want_err 'more than 1000 ports of switch `sw_th5`'
sed 's/links_per_path: 4/oversubscription: 0.5/' switch.yaml >under.yaml
run fabric under.yaml
want_code 2
want_err '`oversubscription`'

# the picture, complete or not there
run fabric h100_ib --gpus 1024 --svg picture.svg
want_code 0
want_out 'longest link'
want_file picture.svg
grep -q '</svg>' picture.svg || failed 'half a picture'
cp picture.svg again.svg
run fabric h100_ib --gpus 1024 --svg again.svg --json
cmp -s picture.svg again.svg || failed 'another picture'
run fabric switch.yaml --svg broken.svg
want_code 1
grep -q 'cannot be built' broken.svg || failed 'the picture does not say no'
run fabric h100_ib --svg missing/picture.svg
want_code 3
want_err 'cannot write missing/picture.svg: No such file or directory'
want_missing missing
if [ -w /dev/full ]; then
    run fabric h100_ib --svg /dev/full
    want_code 3
fi
want_missing picture.svg.part
printf 'base: h100_ib\ntitle: "</text><script>alert(1)</script>"\n' >hostile.yaml
run fabric hostile.yaml --svg hostile.svg
! grep -q '<script' hostile.svg || failed 'a name became markup'

run fabric --help
want_code 0
want_out 'Usage: fabricast fabric'
want_out 'Exits with 1 when it cannot be built'

finish
