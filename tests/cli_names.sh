#!/bin/sh
# Names from strangers are data in every output: no command runs, no script, no formula, nothing
# drives the terminal.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

escape=$(printf '\033')

# no byte that a terminal obeys, line ends and tabs apart; a CSV file ends its lines with CR LF
want_calm()
{
    for file; do
        ! LC_ALL=C tr -d '\r\n\t' <"$file" | LC_ALL=C grep -q '[[:cntrl:]]' ||
            failed "$file holds control bytes"
    done
}

# a spreadsheet takes a cell that begins with = + - @ for a formula, unless it is a number
want_defused()
{
    for file; do
        LC_ALL=C awk '
        function check(cell)
        {
            if (cell ~ /^[=+@\t-]/ && cell !~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/) {
                print FILENAME ": " cell
                bad = 1
            }
        }
        {
            for (i = 1; i <= length($0); i++) {
                c = substr($0, i, 1)
                if (c == "\"" && quoted && substr($0, i + 1, 1) == c) {
                    cell = cell c
                    i++
                } else if (c == "\"") {
                    quoted = !quoted
                } else if (c == "," && !quoted) {
                    check(cell)
                    cell = ""
                } else {
                    cell = cell c
                }
            }
            if (!quoted) {
                check(cell)
                cell = ""
            }
        }
        END { exit bad }' "$file" || failed "$file holds a formula"
    done
}

# markup of a stranger is text: every < of the page opens a tag of ours
want_plain_page()
{
    ! grep -qiE '<script|<img|<iframe|<b>' "$1" ||
        failed "$1 holds markup of a name"
    [ "$(grep -ci '</html>' "$1")" -eq 1 ] || failed "$1 is not whole"
}

want_unharmed()
{
    set -- MARK*
    want_missing "$1"
    set -- out/MARK* out/figures/MARK*
    want_missing "$1"
    want_missing "$2"
}

draws=--no-figures
! command -v gnuplot >/dev/null || draws=

# check: the study in study.yaml is harmless in every output
check()
{
    rm -rf out
    # shellcheck disable=SC2086 # an option or none
    run run study.yaml --out out $draws
    want_code 0
    [ "$code" -eq 0 ] || return
    want_calm .out
    want_unharmed
    for file in out/*.csv out/figures/*.csv; do
        [ ! -e "$file" ] || want_defused "$file"
    done
    want_plain_page out/report.html
    want_calm out/report.html
    want_calm out/*.csv
    if [ -z "$draws" ]; then
        for figure in gain link_power sensitivity step_parts time_to_train waterfall; do
            want_file "out/figures/$figure.svg"
            want_file "out/figures/$figure.png"
        done
        want_calm out/figures/*.svg out/figures/*.csv out/figures/*.gp
        ! grep -qiE '<script|<img' out/figures/*.svg || failed 'a figure holds markup of a name'
    fi
    "$json" study out/results.json || failed 'results.json lacks something'
    want_calm out/results.json
    run run study.yaml --json
    want_code 0
    want_calm .out
    want_unharmed
}

cat >study.yaml <<'END'
name: "`touch MARK1`$(touch MARK2)"
title: "=cmd|' /C calc'!A0 </script><script>alert(1)</script> <b>&amp; \"q\" 'q' `touch MARK3`\n\e[31mred"
question: "\"`touch MARK4`\" '$(touch MARK5)' </title><img src=x onerror=alert(1)>"
base:
  name: "`touch MARK6`"
  gpu: {base: study_package, title: "=1+1\e[31m`touch MARK7`"}
  fabric: {base: study_copper_pod, title: "`touch MARK8`\e]0;x\a"}
  model: {base: moe-4.7t-c4, title: "$(touch MARK9)' \" </script>"}
  job: {gpus: 32768, tokens: 13T, batch: 4096, precision: bf16}
  mapping: {tp: 16, pp: 8, ep: 32, expert_order: strided}
sweep:
  name: "+sweep`touch MARK10`"
  values:
    - {label: "=A`touch MARK11`", title: "'; system(\"touch MARK12\"); #", set: {model: {base: moe-4.7t-c1, title: x}}}
    - {label: "-B\n\e[31m$(touch MARK13)", title: "@x\" ; system 'touch MARK14' #", set: {job: {batch: 8192}}}
compare:
  - {label: "@copper`touch MARK15`", title: "x'`touch MARK16`' \"{/Symbol x} </script><script>", set: {fabric: {base: study_copper_pod, title: "a', system('touch MARK17') ,'"}}}
  - {label: "+opt\\ics%s%n", title: "<b>&lt; \t ä€😀 _a^b{c}", set: {fabric: study_optics_pod}}
targets:
  - id: "=R2`touch MARK18`"
    what: "<script>1</script>"
    published: 2.7X
    tag: P
    source: "\e[31m`touch MARK19`"
    metric: time_ratio
    slow: "@copper`touch MARK15`"
    fast: "+opt\\ics%s%n"
    at: "=A`touch MARK11`"
ranges:
  - name: "=range`touch MARK20`'\""
    why: "none <script>"
    values:
      - {label: "=full`touch MARK21`", set: {assumptions: {overlap: {tensor: 1.0}}}}
waterfall:
  target: "=R2`touch MARK18`"
  start:
    label: "'`touch MARK22`'\"\n@"
    why: "\e[31m<script>"
    set: {assumptions: {effects: {latency: false}}}
  steps:
    - {label: "=lat\"`touch MARK23`\"", set: {assumptions: {effects: {latency: true}}}}
remarks:
  - text: "=remark </script><script> \e[31m `touch MARK24`"
END
check

# one name at every place where a study takes one
cat >names <<'END'
'
'''';system "touch MARK1"
a''b'''c"\"; system(\"touch MARK2\"); \"
`touch MARK3`$(touch MARK4)
<script>alert(1)</script></title></style></svg>]]>--><script>
@a.gp%s%n%d,;|{/*2 x}ä€😀
\\\\\\n\\t\\
\e[2J\u0085\u2028\u202e
\n=1
END
cat >cells <<'END'
=1+1
-1+1
+1
@SUM(1)
\t=1
\r=1
"=1
,=1
END
# put: a study with $1 at every place where a study takes a name
put()
{
    quoted=$(printf '%s' "$1" | sed 's/\([^\\]\)"/\1\\"/g; s/^"/\\"/')
    write_study | value=$quoted awk '
    # puts the name for text behind a key, in front of a letter that keeps labels apart
    function name(key, text, letter,  at) {
        at = index($0, key text)
        if (at) {
            $0 = substr($0, 1, at - 1) key "\"" ENVIRON["value"] letter "\"" substr($0, at + length(key text))
        }
    }
    {
        name("name: ", "small", "")
        name("title: ", "A small study", "")
        name("question: ", "How much faster is it?", "")
        name("name: ", "configuration", "")
        name("label: ", "Config1", "1")
        name("label: ", "Config4", "4")
        name("at: ", "Config4", "4")
        name("label: ", "copper", "5")
        name("slow: ", "copper", "5")
        name("title: ", "Copper", "")
        name("label: ", "optics", "6")
        name("fast: ", "optics", "6")
        name("title: ", "Optics", "")
        name("id: ", "R2", "")
        name("target: ", "R2", "")
        name("what: ", "time to train", "")
        name("source: ", "a paper", "")
        name("name: ", "tensor overlap", "")
        name("why: ", "none to full", "")
        name("label: ", "full", "")
        name("label: ", "bandwidth alone", "")
        name("label: ", "latency", "")
        name("text: ", "a remark", "")
        print
    }' >study.yaml
}

while IFS= read -r name; do
    put "$name"
    check
done <names

# very long names
for unit in '€' "=x'\`touch MARK1\` "; do
    long=$(awk -v unit="$unit" 'BEGIN { for (i = 0; i < 4000; i += length(unit)) printf "%s", unit }')
    write_study | sed -e "s/^name: small/name: \"$long\"/" -e "s/: A small study/: \"$long\"/" \
        -e "s/title: Copper/title: \"$long\"/" -e "s/label: latency/label: \"$long\"/" \
        -e "s/: Config1/: \"$long\"/" -e "s/: tensor overlap/: \"$long\"/" >study.yaml
    check
done

# cells of the tables
draws=--no-figures
while IFS= read -r name; do
    put "$name"
    check
done <cells

# a NUL cannot end a name early: it is refused
for name in 'a\0b' '\x00' '\u0000'; do
    { printf 'name: "%s"\n' "$name" && write_scenario | sed 1d; } >nul.yaml
    run train nul.yaml
    want_code 2
    want_err 'nul.yaml:1:'
    want_calm .err
done

# a forecast, and messages about names
write_scenario | sed 's/^name: .*/name: "\\e[31m`touch MARK1`<script>\\n=1"/' >train.yaml
run train train.yaml
want_code 0
want_calm .out
run train train.yaml --json
want_code 0
want_calm .out
write_scenario | sed 's/^gpu: .*/gpu: "\\e[31m`touch MARK2`"/' >train.yaml
run train train.yaml
want_code 2
want_calm .err
hostile="${escape}[31m\$(touch MARK3).yaml"
cp train.yaml "$hostile"
run train "$hostile"
want_code 2
want_err '$(touch MARK3)'
want_err '.yaml:2:6: error: unknown gpu'
want_unharmed

finish
