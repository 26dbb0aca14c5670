#!/bin/sh
# The map of links from outside: what it prints and writes, that it is the same every time, and what
# it says of mistakes.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

write_map()
{
    cat <<'END'
name: small
title: A small map
question: Which is best?
links: [dac_100g, plug_800g_dr8, {base: cpo_quantumx, name: engines}]
remarks: [{text: A remark.}]
END
}

write_map >small.yaml
run run small.yaml
want_code 0
want_out 'The best links, by energy per bit'
want_out 'dac_100g'
want_out 'engines'
want_out 'Where one overtakes another'
want_out 'A remark.'
awk 'length > 100 { exit 1 }' .out || failed 'a line is too long'

run run small.yaml --json
want_code 0
want_out '"distances_m"'
want_out '"best"'
cp .out one.json
run run small.yaml --json
normal one.json >one
normal .out >two
cmp -s one two || failed 'two runs differ'

run run small.yaml --out out
want_code 0
want_file out/report.html
want_file out/results.json
want_file out/regions.csv
want_file out/figures/regions.svg
[ "$(wc -l <out/regions.csv)" -eq 2502 ] || failed 'not every cell'
grep -q '<svg' out/report.html || failed 'a page without its picture'
! grep -q 'gnuplot' out/report.html || failed 'a picture of another'

# a run of another kind takes the files of this one away, and the other way round
run run small.yaml --out out --no-figures
want_code 0
[ ! -e out/figures/regions.svg ] || failed 'an old picture'

# the study that ships: copper is best over short links, and nothing leaves a package with 100 Tb/s
run run "$root/studies/link-map.yaml" --json
want_code 0
"$json" get .out regions.0.name >/dev/null || failed 'no region'
want_out '"dac_100g"'

# refused LINE MESSAGE: the small map with one line more, or another
refused()
{
    write_map | sed "/^${1%%:*}:/d" >bad.yaml
    echo "$1" >>bad.yaml
    run run bad.yaml
    want_code 2
    want_err "$2"
    want_silence
}

refused 'links: [dac_1000g]' 'unknown technology `dac_1000g`'
refused 'links: [sw_th5]' '`sw_th5` is no link between packages'
refused 'links: dac_100g' '`links` must be a list of 1 to 64 items'
refused 'links: []' '`links` must be a list of 1 to 64 items'
refused 'distance_from: 3 km' '`distance_to` must be above `distance_from`'
refused 'link_power: not published' '`link_power` is a choice, not published data'
refused 'edge: {value: not published, source: x}' '`edge` is a choice, not published data'
refused 'rate_to: 1 Gbps' '`rate_to` must be above `rate_from`'
refused 'distance_to: 0 m' 'out of range'
refused 'edge: 3 W' 'edge'
refused 'title: [1]' 'title'

finish
