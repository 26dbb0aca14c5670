#!/bin/sh
# Every technology of the catalog: works in link; every link in transfer; as the inner tier of a fabric
# it works in fabric and train wherever its reach and radix cover the pod, and else says why not in
# one line. What is expected is worked out here from the catalog's own numbers.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# one line per technology: NAME ROLE REACH RADIX RATE ENERGY, `-` where nothing is published
list_technologies()
{
    awk '
    function finish() { if (name) print name, role, reach, radix, rate, energy }
    /^      "name": / { finish(); name = $2; gsub(/[",]/, "", name)
                        role = reach = radix = rate = energy = "-" }
    /^        "[a-z_]*": \{/ { fact = $1; gsub(/[":]/, "", fact) }
    fact == "role" && /"text":/ { role = $2; gsub(/"/, "", role) }
    /^          "value":/ && $2 !~ /null/ {
        value = $2
        sub(/,$/, "", value)
        if (fact == "reach") reach = value
        if (fact == "radix") radix = value
        if (fact == "rate") rate = value
        if (fact == "energy") energy = value
    }
    END { finish() }' "$1"
}

# the longest link of a pod in racks of 72 packages, m
span_of()
{
    awk -v n="$1" 'BEGIN { racks = int((n + 71) / 72)
                           print racks == 1 ? 1 : 2 + 0.6 * (racks - 1) / 2 }'
}

# at_least NUMBER NEED: also when the number is not published
at_least()
{
    [ "$1" = - ] || awk -v a="$1" -v b="$2" 'BEGIN { exit !(a >= b) }'
}

want_numbers()
{
    [ -s .out ] || failed 'no numbers'
    ! grep -qiwE 'nan|-?inf|infinity' .out || failed 'a number that is none'
}

# the program said no, in exactly one line
want_one_reason()
{
    [ "$code" -eq 1 ] || failed 'exit code 1 is wanted'
    [ "$(grep -cE '(^|: )infeasible: |^fabricast: ' .err)" -eq 1 ] || failed 'not one reason'
    want_no_err 'error:'
    want_no_err 'Assertion'
}

# write_files NAME PACKAGES RATE: a fabric whose inner tier is of NAME, and a job on 512 packages
write_files()
{
    cat >fabric.yaml <<END_FABRIC
name: pod
tiers:
  - name: pod
    technology: $1
    $3
    latency: 250 ns
    domain: $2
    used: $4
    packages_per_rack: 72
  - {name: network, technology: plug_800g_dr8, rate: 400 Gbps, latency: 3.7 us, domain: 36864, packages_per_rack: 72}
END_FABRIC
    {
        cat <<'END_JOB'
name: every
gpu: study_package
model: llama3-8b
job: {gpus: 512, tokens: 1e12, batch: 512, sequence: 8192, precision: bf16}
mapping: {tp: 8}
fabric:
END_JOB
        sed 's/^/  /' fabric.yaml
    } >scenario.yaml
}

# want_answer YES: the same answer of both commands on the files
want_answer()
{
    run fabric fabric.yaml --gpus 512 --json
    want_numbers_if "$1"
    run train scenario.yaml --json
    want_numbers_if "$1"
    if [ "$1" = yes ] && [ "$energy" = - ]; then
        want_out '"link_energy_j_per_token": null'
    fi
}

want_numbers_if()
{
    if [ "$1" = yes ]; then
        want_code 0
        want_numbers
    else
        want_one_reason
    fi
}

# tech, role, reach, radix, rate and energy are those of the line being read
try_link()
{
    run link "$tech" --json
    want_code 0
    want_numbers
    run link "$tech"
    want_code 0
}

try_transfer()
{
    run transfer --over "$tech" --json
    case $role in
    serdes | switch | ocs)
        want_one_reason
        want_silence
        ;;
    *)
        want_code 0
        want_numbers
        ;;
    esac
}

# try_pod PACKAGES USED
try_pod()
{
    write_files "$tech" "$1" '' "$2"
    if [ "$role" != link ]; then
        want_answer no
        want_err 'no link between packages'
        return
    fi
    if [ "$rate" = - ]; then
        want_answer no
        want_err 'does not publish a rate'
        want_err 'give the tier a `rate`'
        write_files "$tech" "$1" 'rate: 400 Gbps' "$2"
    fi
    if at_least "$radix" "$1" && at_least "$reach" "$(span_of "$1")"; then
        want_answer yes
        covered=$((covered + 1))
    else
        want_answer no
        want_err "$tech"
        refused=$((refused + 1))
    fi
}

run catalog technology --json
want_code 0
cp .out catalog.json
list_technologies catalog.json >technologies
[ "$(wc -l <technologies)" -eq "$(grep -c '^      "name": ' catalog.json)" ] || failed 'rows are lost'
[ "$(wc -l <technologies)" -ge 62 ] || failed 'rows are missing'

covered=0
refused=0
while read -r tech role reach radix rate energy; do
    try_link
    try_transfer
    try_pod 8 8
    try_pod 72 64
    try_pod 512 512
done <technologies
if [ "$covered" -lt 60 ] || [ "$refused" -lt 20 ]; then
    failed "$covered pods covered, $refused refused"
fi
echo "$covered pods covered, $refused refused, $(wc -l <technologies) technologies"

finish
