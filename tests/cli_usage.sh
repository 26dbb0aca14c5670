#!/bin/sh
# Wrong and right calls of the program: exit codes, messages, help.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# refused MESSAGE ARGUMENT...: a mistake of usage, nothing on standard output
refused()
{
    message=$1
    shift
    run "$@"
    want_code 2
    want_err "$message"
    want_silence
}

# helps TEXT ARGUMENT...: help on standard output alone
helps()
{
    text=$1
    shift
    run "$@"
    want_code 0
    want_out "$text"
    [ ! -s .err ] || failed "standard error is not empty"
}

refused 'Usage: fabricast COMMAND'
refused 'unknown command `rum`; did you mean `run`?' rum
refused 'unknown command `trian`; did you mean `train`?' trian file.yaml
refused 'unknown command `catalogue`; did you mean `catalog`?' catalogue
refused 'unknown command `xyzzy`' xyzzy
want_no_err 'did you mean'
want_err '`fabricast --help` lists the commands'
refused 'unknown command ``' ''
refused 'unknown command `--jsn`' --jsn

for command in run train catalog; do
    refused "unrecognized option '--jsn'" "$command" --jsn x
    refused "invalid option -- 'z'" "$command" -z x
    refused "doesn't allow an argument" "$command" --json=yes x
    refused 'fabricast '"$command"' --help' "$command" --jsn
done
refused 'a study file is needed' run
refused 'a study file is needed' run --json
refused 'a scenario file is needed' train
refused '`b.yaml` is too many' run a.yaml b.yaml
refused '`b.yaml` is too many' train a.yaml b.yaml
refused '`c` is too many' catalog a b c
refused "option '--out' requires an argument" run a.yaml --out
refused "unrecognized option '--out'" train a.yaml --out x

refused 'unknown kind `modl`; did you mean `model`?' catalog modl
refused 'There are: technology kernels gpu model messaging fabric' catalog xyzzy
refused 'did you mean `deepseek-v3`?' catalog model deepseek-v4
refused 'did you mean `study_package`?' catalog gpus study_pakage
refused 'There are: ' catalog fabric xyzzy

helps 'Usage: fabricast COMMAND' --help
helps 'Usage: fabricast COMMAND' -h
helps 'Usage: fabricast COMMAND' help
want_out 'Exit codes: 0 done, 1 infeasible'
for command in run train catalog; do
    want_out "  $command "
done
helps 'fabricast ' --version
grep -qxE 'fabricast [0-9]+\.[0-9]+\.[0-9]+' .out || failed 'no version number'

# each command's help says its units
helps 'bandwidth in bit/s' run --help
want_out 'J, power in W'
helps 'Times are in s, bandwidths one direction' run --help
helps 'times in s, sizes in byte, energy in' train --help
want_out 'time to train (days)'
helps 'SI units' catalog --help

# both spellings of a kind
helps 'study_optics_pod' catalog fabric
helps 'study_optics_pod' catalog fabrics
helps 'study_cpo_3d' catalog technologies
helps 'source' catalog gpu study_package

finish
