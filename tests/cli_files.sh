#!/bin/sh
# Files that are not what a command needs: one clear message each, exit code 2, at once.
# shellcheck source=tests/cli_lib.sh disable=SC2016
. tests/cli_lib.sh

# refused FILE MESSAGE: both commands that read a file refuse it so
refused()
{
    for command in train run; do
        run "$command" "$1"
        want_code 2
        want_err "$2"
        want_mistakes 1 "$1"
        want_silence
    done
}

# accepted COMMAND FILE: as the plain file
accepted()
{
    run "$1" "$2"
    want_code 0
    cmp -s .out "$1.expected" || failed 'another output than of the plain file'
}

refused missing.yaml 'missing.yaml: error: no such file'
refused '' ': error: no such file'
mkdir folder
refused folder 'folder: error: this is a folder, not a file'
ln -s nowhere link.yaml
refused link.yaml 'link.yaml: error: no such file'
ln -s loop.yaml loop.yaml
refused loop.yaml 'loop.yaml: error: cannot read the file: '
refused /dev/null 'neither a file nor a pipe'
: >empty.yaml
refused empty.yaml 'empty.yaml: error: the file is empty'
refused empty.yaml/below.yaml 'cannot read the file: '
printf '# only this\n\n   # and that\n' >comments.yaml
refused comments.yaml 'comments.yaml: error: the document is empty'
printf '\n \n\n' >blank.yaml
refused blank.yaml 'blank.yaml: error: '

printf 'name: a\0b\n' >nul.yaml
refused nul.yaml 'nul.yaml:1:8: error: control character U+0000'
printf '\177ELF\002\001\001\0\0\0\360\237\222' >program.yaml
refused program.yaml 'program.yaml:1:1: error: '
printf '\211PNG\r\n\032\n\0\0\0\rIHDR' >picture.yaml
refused picture.yaml 'picture.yaml:1:1: error: not UTF-8 text: invalid byte 0x89'
printf '\037\213\010\0\327\245\301w\026\351\303\050' >packed.yaml
refused packed.yaml 'packed.yaml:1:1: error: '
printf 'name: ok\ngpu: "a\303\050"\n' >latin.yaml
refused latin.yaml 'latin.yaml:2:8: error: not UTF-8 text: invalid byte 0xc3'
printf 'name: a\033[31mb\n' >escape.yaml
refused escape.yaml 'escape.yaml:1:8: error: control character'
printf '\377\376n\0a\0m\0e\0' >utf16.yaml
refused utf16.yaml 'utf16.yaml:1:1: error: '

# refused before a byte of it is read: neither the time nor the memory of 100 MB
truncate -s 100M huge.yaml 2>/dev/null || dd if=/dev/zero of=huge.yaml bs=1 count=0 seek=100M 2>/dev/null
refused huge.yaml 'huge.yaml: error: the file is larger than 16 MiB'
truncate -s 100T giant.yaml 2>/dev/null && refused giant.yaml 'larger than 16 MiB'

head -c 200000 /dev/zero | tr '\0' '[' >brackets.yaml
refused brackets.yaml 'brackets.yaml:1:65: error: maps and lists are nested deeper than 64'
awk 'BEGIN { for (i = 0; i < 100; i++) printf "{a: " }' >braces.yaml
refused braces.yaml 'nested deeper than 64'
awk 'BEGIN { for (i = 0; i < 100; i++) printf "%*sa:\n", i, "" }' >steps.yaml
refused steps.yaml 'steps.yaml:65:65: error: maps and lists are nested deeper than 64'
{
    echo 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
    for i in 1 2 3 4 5 6 7 8 9; do
        p='*a'$((i - 1))
        echo "a$i: &a$i [$p, $p, $p, $p, $p, $p, $p, $p, $p, $p]"
    done
} >bomb.yaml
refused bomb.yaml 'more than 1000000 values, aliases written out'

# invalid COMMAND's text, the offending part of it, message, hint
invalid()
{
    printf '%b' "$1" >text.yaml
    for command in train run; do
        run "$command" text.yaml
        want_code 2
        want_mistake text.yaml "$2" "$3" "$4"
        want_silence
    done
}
printf 'gpu: a\nname: b\ngpu: "c"\n' >twice.yaml
refused twice.yaml 'twice.yaml:3:1: error: `gpu` is given twice, before in line 1'
invalid 'name: !!str a\n' '!!str a' 'tags (`!name`) are not accepted' 'leave the tag out'
invalid 'name: !<tag:x> a\n' '!<tag:x> a' 'tags (`!name`) are not accepted' ''
invalid 'a: &x {name: b}\n<<: *x\n' '<<' 'merge keys (`<<`) are not accepted' ''
invalid 'name: a\n---\nname: b\n' '---' 'a second document starts here' ''
invalid 'a: *b\n' '*b' 'alias `*b` names no anchor above it' ''
invalid '- a\n- b\n' '-' 'must be a map of fields, not a list' ''
invalid 'text\n' 'text' 'must be a map of fields, not a single value' ''
for text in 'a: [1\n' 'a: {1\n' 'a: "b\n' 'a: b: c\n' 'a: %b\n' 'a: @b\n' 'a:\n- b\n c\n' '? [a]\n: b\n'; do
    printf '%b' "$text" >broken.yaml
    run train broken.yaml
    want_code 2
    want_err 'broken.yaml:'
done
printf 'name: a\n\tgpu: b\n' >tabs.yaml
refused tabs.yaml 'tabs.yaml:2:1: error: not valid YAML'
want_err 'indent with blanks, not tabs'

# spellings of the same file
write_scenario >train.yaml
write_study >run.yaml
for command in train run; do
    "$program" "$command" "$command.yaml" >"$command.expected"
    sed "s/\$/$(printf '\r')/" "$command.yaml" >crlf.yaml
    accepted "$command" crlf.yaml
    { printf '\357\273\277' && cat "$command.yaml"; } >mark.yaml
    accepted "$command" mark.yaml
    { printf -- '---\n' && cat "$command.yaml" && printf '...\n'; } >marked.yaml
    accepted "$command" marked.yaml
    sed 's/^\([a-z]*\): \(.*[^|>]\)$/\1:\t\2\t# remark/' "$command.yaml" >tabbed.yaml
    accepted "$command" tabbed.yaml
    # shellcheck disable=SC2002 # a pipe is what is tested
    cat "$command.yaml" | "$program" "$command" /dev/stdin >.out 2>.err
    code=$?
    cmp -s .out "$command.expected" || failed 'another output than of the plain file'
done

# the other command's file
run run train.yaml
want_code 2
want_mistake train.yaml '|n' 'this is a scenario, not a study' 'fabricast train'
run train run.yaml
want_code 2
want_mistake run.yaml '|n' 'this is a study, not a scenario' 'fabricast run'

# a base that is a file beside the study, not beside the caller
mkdir away
sed -n '/^base:/,/^sweep:/s/^  //p' run.yaml >away/base.yaml
sed -e '/^  name: small/,/^  mapping/d' -e 's/^base:/base: base.yaml/' run.yaml >away/study.yaml
accepted run away/study.yaml
rm away/base.yaml
run run away/study.yaml
want_code 2
want_err 'away/base.yaml'
want_err 'no such file'

finish
