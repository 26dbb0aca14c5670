#!/bin/sh
# Links side by side and one message taken apart: numbers, refusals, mistakes.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# refused CODE MESSAGE ARGUMENT...: nothing on standard output
refused()
{
    wanted=$1
    message=$2
    shift 2
    run "$@"
    want_code "$wanted"
    want_err "$message"
    want_silence
}

# shows TEXT ARGUMENT...
shows()
{
    text=$1
    shift
    run "$@"
    want_code 0
    want_out "$text"
    [ ! -s .err ] || failed 'standard error is not empty'
}

# 1 KiB over optics of 1 Tb/s and 0.3 m: 8192 / 1000, 2 x 20, 5440 / 112 + 45, 0.3 x 4.9 ns
shows 'serialisation         8.19' transfer --size 1KiB --over study_cpo_3d@1Tbps
want_out 'serdes               40.00'
want_out 'fec                  93.57'
want_out 'propagation           1.47'
want_out 'total               143.23'
want_out 'link              35225.60'
# 2 x (1.47 + 133.571) + 50 ns
want_out '320 ns'

# the same message over PCI Express 5.0 x16: 8192 / 504, 2 x 5, 0.3 x 6.19 ns; 8192 x 5.5 pJ
shows 'serialisation     16.25         8.19' transfer --size 1KiB --distance 0.3m \
    --over pcie5_x16,study_cpo_3d@1Tbps
want_out 'serdes            10.00        40.00'
want_out 'fec                0.00        93.57'
want_out 'propagation        1.86         1.47'
want_out 'total             29.63       143.23'
want_out 'link           45056.00     35225.60'

shows 'given on the command line' transfer --over study_copper@1Tbps --buffer 64KiB --hops 3 \
    --distance '1 m' --serdes 5ns --fec 0ns --switch 100ns --turnaround 0ns
# 8.19 + 30 + 13.05 + 200
want_out '251.24'
shows 'total, high' transfer --over study_copper,study_cpo_3d,nvlink5_b200,plug_800g_dr8
shows 'study_lpo' transfer --over study_copper,study_cpo_3d,nvlink5_b200,plug_800g_dr8,study_lpo
shows 'rate not published: give one as NAME@RATE' transfer --over study_lpo
run transfer --over study_copper,study_lpo --json
want_code 0
want_out '"in_flight_byte"'
want_out '"format_version": 2'

shows 'power at its rate' link study_copper study_cpo_3d
want_out '72 W'
want_out '138 W'
shows 'serialisation at it' link study_copper --rate 8Tbps --size 1MiB
shows '-: not published' link
run link --json
want_code 0
want_out '"flight_s_per_m"'

# every technology has its row; every one goes through transfer or says why not
run link
sed -n '2,/^$/p' .out | awk 'NF { print $1 }' >names
[ -s names ] || failed 'no names'
while IFS= read -r name; do
    shows "$name" link "$name"
    run transfer --over "$name"
    case $code in
        0) want_out 'total' ;;
        1) want_err "$name is a" ;;
        *) failed 'neither carried nor refused' ;;
    esac
done <names

refused 1 'study_copper reaches 1 m: 5 m is 4 m too far' transfer --over study_copper --distance 5m
refused 1 'study_copper reaches 1 m' transfer --over study_cpo_3d,study_copper --distance 5m --json
refused 2 'did you mean `study_copper`?' transfer --over study_coper
refused 2 'did you mean `study_copper`?' link study_cpo_3d study_coper
refused 2 'unknown technology ``' transfer --over ''
refused 2 'unknown technology ``' transfer --over study_copper,
refused 2 '--over is needed' transfer
refused 2 'too many' transfer --over study_copper study_cpo_3d
refused 2 '--size `-1B`: must not be negative' transfer --over study_copper --size -1B
refused 2 '--size `1m`' transfer --over study_copper --size 1m
refused 2 '--distance `far`' transfer --over study_copper --distance far
refused 2 '--hops `0`: must be a whole number from 1' transfer --over study_copper --hops 0
refused 2 '--hops `1.5`: must be a whole number from 1' transfer --over study_copper --hops 1.5
refused 2 '--interleave `9999`' transfer --over study_copper --interleave 9999
refused 2 '--rate `0bps`: must be above zero' transfer --over study_copper --rate 0bps
refused 2 '--rate `1e-300bps`: must be above zero, from 1 b/s' transfer --over pcie5_x16 --rate 1e-300bps
refused 2 'rate behind @ `1e300bps`: must be' transfer --over pcie5_x16@1e300bps
refused 2 '--serdes `1e300s`: must be 0 or from' transfer --over pcie5_x16 --serdes 1e300s
refused 2 '--rate `1e-300bps`' link pcie5_x16 --rate 1e-300bps
refused 2 'rate behind @ ``' transfer --over study_copper@
refused 2 '--rate `x`' link --rate x
refused 2 '3 mistakes in the command line' transfer --over nope --size x --buffer y
refused 2 '--packet: must be above zero' transfer --over study_cpo_3d --packet 0B
refused 2 '--rate `0`: missing unit' link --rate 0
[ "$(grep -c 'a bandwidth in one direction' .err)" -eq 1 ] || failed 'what is due is said twice'
refused 2 'unrecognized option' link --jsn

# a name that drives a terminal is shown, not obeyed
run link "$(printf '\033[31mx')"
want_code 2
! LC_ALL=C tr -d '\n' <.err | LC_ALL=C grep -q '[[:cntrl:]]' || failed 'control bytes are printed'

# what the ends add; 426 ns and 273 ns, and an energy that nobody publishes
shows 'from gpu to cpu' transfer --over pcie5_x16 --from gpu --to cpu
want_out '273.00'
want_out '426.00'
want_out 'energy of to = 8192 bit x not published x once = not published'
shows '"from": "gpu"' transfer --over pcie5_x16,nvlink_c2c --from gpu --to cpu --json
shows 'from switch to memory' transfer --over pcie5_x16 --from switch --to memory --to-energy 10pJ/bit
want_out '81920.00'
run transfer --over pcie5_x16
! grep -q '^from' .out || failed 'ends that nobody asked for'
refused 2 '--from: unknown end `gpux`' transfer --over pcie5_x16 --from gpux
want_err 'There are: gpu cpu memory switch'
refused 2 '2 mistakes' transfer --over pcie5_x16 --from gpux --to '"'
for names in a,b,c,d,e "$(tr '\n' ',' <names | sed 's/,$//')"; do
    run transfer --over "$(echo "$names" | sed 's/a,b,c,d,e/study_copper,study_cpo_3d,pcie5_x16,lm_l20,dac_100g/')" --from gpu --to cpu
    awk 'length > 100 && !/https:/ { exit 1 }' .out || failed 'a line is too long'
done

# taken apart: every technology by its role, from the catalog and from files
while IFS= read -r name; do
    run link "$name" --explain
    want_code 0
    want_out 'published and derived'
    awk 'length > 100 && !/https?:/ { exit 1 }' .out || failed 'a line is too long'
done <names
shows 'pluggable optical module' link plug_800g_dr8 --explain
want_out 'receiver needs, outer'
want_out 'RS(544,514)'
shows 'wires and pads between dies' link ucie_a_25d --explain
want_out '180 fJ/bit'
shows 'no length of its wires' link ucie_3d --explain
cat >guide.yaml <<'END'
technology:
  {name: guide, role: die_to_die, medium: silicon waveguide with rings, line_code: NRZ, rate: 1 Tbps,
   lane_rate: 32 Gbps, energy: not published, reach: 4 cm, source: s}
END
shows 'length x 1 dB/cm' link guide.yaml --explain
sed -i 's/reach: 4 cm/reach: 2 cm, laser_power: 100 mW/' guide.yaml
shows '(left + waveguide) / 1 dB/cm' link guide.yaml --explain
shows 'Mirrors move no bits' link ocs_palomar --explain
shows 'crossbar, buffers and tables are not' link sw_th5 --explain
shows 'warning: the lane rate is not published' link celestial_pf --explain
shows 'median error' link --derived
shows 'none of these to compare with' link dac_50g --derived
shows 'of the one that is published' link cpo_quantumx --derived
printf 'technology: {base: cpo_quantumx, name: inner, fec: rs544_hamming}\n' >inner.yaml
shows 'ours is -17 % off it' link inner.yaml --explain
want_out 'by hard decision'
run link --explain --json
want_code 0
want_out '"median_ratio"'
want_out '"is_measure"'

cat >engine.yaml <<'END'
technology:
  base: cpo_quantumx
  name: engine
  laser_power: 400 mW
  laser_efficiency: 0.2
END
shows 'Mach-Zehnder' link cpo_bailly_th5 --explain
shows '400 mW' link engine.yaml --explain
want_out 'given in engine.yaml'
sed -i 's/400 mW/10 mW/' engine.yaml
run link engine.yaml --explain
want_code 1
want_err 'infeasible: engine: over 500 m the budget is short by'
want_err 'dB; it reaches no distance'
run link study_copper --explain --distance 3m
want_code 1
want_err 'it reaches 1.'
shows 'reach' link study_copper --explain --distance 1m
# what is used outside of its fit is said with the range of the fit: outside TEXT FIELDS
outside()
{
    printf 'technology: {name: far, %s}\n' "$2" >far.yaml
    shows "warning: outside of what was fitted: $1" link far.yaml --explain
}
outside 'losses of lines are fitted up to 60 GHz' 'base: dac_200g, lane_rate: 250 Gbps, reach: 0.5 m'
outside "the receiver's sensitivity is fitted up to 100 GBd" 'base: cpo_quantumx, lane_rate: 240 Gbps'
outside 'transmitters of VCSELs are fitted from 32 to 56 GBd' 'base: vcsel_cpo_32g, lane_rate: 100 Gbps'
outside 'energy of SerDes is fitted from 1 to 40 dB' 'base: study_copper, loss_budget: 60, reach: 3 m'
run link dac_100g plug_800g_dr8 --explain
want_code 0
! grep -q 'outside of what was fitted' .out || failed 'a warning inside of every fit'
shows 'Reach is not derived: no power of its light is published' link cpo_quantumx --explain
for lanes in '400 Gbps, line_code: PAM4' '200 Gbps, line_code: NRZ'; do
    printf 'technology: {base: ayar_gen2, name: fast, lane_rate: %s}\n' "$lanes" >fast.yaml
    run link fast.yaml --explain
    want_code 1
    want_err 'levels takes 200 GBd; up to 125 are built'
done
printf 'technology: {name: fast, rate: 1 Tbps, energy: not published, line_code: NRZ, lane_rate: 400 Gbps, medium: twinax, source: s}\n' >fast.yaml
run link fast.yaml --explain
want_code 1
want_err '400 GBd; up to 125 are built, or PAM4 with half the symbols'
printf 'technology: {base: cpo_quantumx, modulator: mrn, laser_efficiency: 1.5}\n' >bad.yaml
refused 2 'bad.yaml:1:' link bad.yaml --explain
want_err 'laser_efficiency'
refused 2 'missing.yaml' link missing.yaml
refused 2 '--distance `far`' link study_copper --explain --distance far
refused 2 '--distance `-1m`' link study_copper --explain --distance -1m
shows 'serialisation' transfer --over engine.yaml

# a fabric whose link is taken apart: energy follows the laser, and what cannot be is refused
job()
{
    cat >job.yaml <<END
name: own
gpu: study_package
model: llama3-8b
job: {gpus: 64, tokens: 1e12, batch: 512, sequence: 8192, precision: bf16}
mapping: {tp: 8}
fabric:
  name: pod
  tiers:
    - {name: pod, technology: {base: cpo_quantumx, $1}, rate: 3.2 Tbps, latency: 250 ns, domain: 64, packages_per_rack: 72}
END
}
job 'year: 2025'
shows '5.6 pJ/bit' train job.yaml
job 'numbers: derived'
run train job.yaml
want_code 0
want_out '6.02 pJ/bit'
job 'numbers: derived, laser_efficiency: 0.25'
run train job.yaml
want_code 0
want_out '4.94 pJ/bit'
job 'numbers: derived, laser_power: 1 mW'
run train job.yaml
want_code 1
want_err 'tier `pod`: cpo_quantumx: over 500 m the budget is short by 23.6 dB'
job 'numbers: derivd'
refused 2 'did you mean `derived`?' train job.yaml
sed -n '/^fabric:/,$p' job.yaml | sed '1d; s/^  //; s/derivd/derived, laser_power: 1 mW/' >pod.yaml
run fabric pod.yaml --gpus 64
want_code 1
want_err 'short by 23.6 dB'

# over distance: a table, a picture, programs' numbers
shows 'Where one overtakes another' link study_copper study_cpo_3d --distance 0.5m..500m --svg map.svg
want_out '1 km'
grep -q '<svg xmlns' map.svg || failed 'no picture'
grep -q 'study_cpo_3d' map.svg || failed 'a curve without a name'
run link --distance 0.5m..500m
want_code 0
awk 'length > 100 { exit 1 }' .out || failed 'a line is too long'
shows '"stretches"' link study_copper --distance 0.5m..5m --json
shows 'None reaches so far' link study_copper --distance 5m..50m
refused 2 '--distance `5m..1m`' link --distance 5m..1m
refused 2 '--distance `0m..1m`' link --distance 0m..1m
refused 2 '--distance `x`' link --distance x..1m
refused 2 '--svg draws what' link study_copper --svg map.svg
refused 2 'exclude each other' link study_copper --pod --explain
refused 2 'exclude each other' link study_copper --derived --distance 1m..2m
refused 2 'need --pod' link study_copper --edge 30mm
refused 2 '--distance D needs --explain' link study_copper --distance 1m
refused 2 '--distance D needs --explain' link study_copper --pod --distance 1m
refused 2 '--rate and --size are for' link study_copper --explain --rate 1Tbps
run link study_copper --distance 1m..2m --svg no/such/folder.svg
want_code 3

# pods: what binds, and what cannot be built
shows '111 mm of edge' link study_copper study_cpo_3d --pod
want_out '239,544'
want_out '10.9 Tb/s edge'
shows 'not known' link --pod
awk 'length > 100 { exit 1 }' .out || failed 'a line is too long'
shows '"escape_binding"' link study_cpo_3d --pod --json
run link study_copper --pod --edge 52mm
want_code 1
want_err 'infeasible: study_copper: 14.4 Tb/s take 147 mm of edge, 94.9 mm more than the package has'
run link study_copper study_cpo_3d --pod --switch nvswitch_nvl5 --json
want_code 0
want_out '"switch": "nvswitch_nvl5"'
want_out '"switch_count": 144.0'
run link study_cpo_3d --pod --switch nvswitch_nvl5
want_out 'ports of the'
refused 2 'is no switch' link study_copper --pod --switch dac_200g
refused 2 'need --pod' link study_copper --switch sw_th6
run link pcie5_x16 --pod
want_code 1
want_err '0.6 m less than the 1 m within a rack'
run link study_copper --pod --edge 1mm
want_code 1
want_err '146 mm more than the package has'
refused 2 '--edge `0mm`: must be above zero' link study_copper --pod --edge 0mm
printf 'technology: {base: study_copper, name: short, reach: 0.5 m}\n' >short.yaml
run link short.yaml --pod
want_code 1
want_err 'infeasible: short reaches 0.5 m, 0.5 m less than the 1 m within a rack'
refused 2 '--edge `52 W`' link --pod --edge '52 W'
refused 2 '--rack-power `0 W`: must be above zero' link --pod --rack-power '0 W'

for command in link transfer; do
    run "$command" --help
    want_code 0
    want_out 'Usage: fabricast'
done

finish
