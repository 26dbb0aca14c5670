#!/bin/sh
# Figures: drawn when gnuplot is there; a clear message when it is not.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

write_study >study.yaml
mkdir empty place
cd place || exit 1

# without gnuplot
last='fabricast run study.yaml --out out (no gnuplot)'
PATH=$work/empty "$program" run ../study.yaml --out out >"$work/.out" 2>"$work/.err"
code=$?
mv "$work/.out" "$work/.err" .
want_code 3
want_err gnuplot
want_err --no-figures
want_silence
want_entries . .err .out out
want_entries out results.db
last='fabricast run study.yaml --no-figures --out out (no gnuplot)'
PATH=$work/empty "$program" run ../study.yaml --no-figures --out out >.out 2>.err
code=$?
want_code 0
want_file out/report.html
want_missing out/figures

# a gnuplot that fails, and one that does nothing
for text in 'echo no font >&2; exit 1' 'exit 0' 'kill -9 $$'; do
    printf '#!/bin/sh\n%s\n' "$text" >"$work/empty/gnuplot"
    chmod +x "$work/empty/gnuplot"
    last="fabricast run study.yaml --out bad (gnuplot: $text)"
    PATH=$work/empty:$PATH "$program" run ../study.yaml --out bad >.out 2>.err
    code=$?
    want_code 3
    want_err 'fabricast: '
    want_silence
    want_entries . .err .out bad out
    want_entries bad results.db
done

command -v gnuplot >/dev/null || skip 'gnuplot is not installed'

run run ../study.yaml --out out
want_code 0
for figure in gain link_power sensitivity step_parts time_to_train waterfall; do
    for ending in svg png gp csv; do
        want_file "out/figures/$figure.$ending"
    done
    grep -q '</svg>' "out/figures/$figure.svg" || failed "$figure.svg is not whole"
done
[ "$(grep -c '<svg' out/report.html)" -ge 6 ] || failed 'the report lacks figures'

# the report is one file: nothing is loaded from elsewhere, and no script runs
! grep -qiE '<script|<link|<iframe|(src|href)="?(https?:)?//' out/report.html ||
    failed 'the report needs something from outside'

# script and data are enough to draw a figure again
cp -r out/figures again
rm again/*.svg again/*.png
(cd again && gnuplot -d gain.gp) || failed 'gain.gp cannot be run again'
want_file again/gain.svg
want_file again/gain.png

# one value and two systems are enough for figures
cat >../single.yaml <<'END'
name: single
title: One value
question: What is drawn of it?
base: scenario.yaml
sweep: {name: size, values: [{label: only, set: {job: {sequence: 4096}}}]}
compare:
  - {label: one, title: One, set: {mapping: {microbatch: 1}}}
  - {label: two, title: Two, set: {mapping: {microbatch: 2}}}
END
write_scenario >../scenario.yaml
run run ../single.yaml --out single
want_code 0
want_file single/figures/gain.svg

# gains that do not differ are a flat line in the middle of a tenth of their size
sed 's/values: \[\(.*\)\]}/values: [\1, {label: again, set: {job: {sequence: 4096}}}]}/' ../single.yaml >../flat.yaml
run run ../flat.yaml --out flat
want_code 0
sed -n 's/^set yrange .\([0-9.]*\):\([0-9.]*\).*/\1 \2/p' flat/figures/gain.gp |
    awk '$2 - $1 > 0.05 * $2 { found = 1 } END { exit !found }' ||
    failed 'the plot of equal gains has no height'
rm ../single.yaml ../flat.yaml

# left out again, the old figures go too
run run ../study.yaml --no-figures --out out
want_code 0
want_missing out/figures

finish
