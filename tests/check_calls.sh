#!/bin/sh
# usage: check_calls.sh [ROOT]
# The library takes memory in one file, never prints by itself, never ends the program and keeps no
# state of its own: fails when a file of src/ names a function that does.
set -eu

root=${1:-$(dirname -- "$0")/..}
cd -- "$root"

files=$(find src -name '*.[ch]' -type f | LC_ALL=C sort)
# shellcheck disable=SC2086 # a list of file names without blanks
awk '
BEGIN {
    memory = "malloc calloc realloc reallocarray free aligned_alloc posix_memalign strdup strndup"
    memory = memory " asprintf vasprintf getline getdelim alloca"
    prints = "printf vprintf puts putchar perror stdout stderr stdin"
    ends = "exit _exit _Exit quick_exit abort raise signal"
    state = "rand srand random srandom drand48 strtok setlocale setenv putenv"
    fill(memory, "only src/base/arena.c takes memory from the system")
    fill(prints, "the library writes only to streams that it is given")
    fill(ends, "the library never ends the program")
    fill(state, "the library keeps and changes no global state")
}

function fill(names, text,    list, count, i)
{
    count = split(names, list, " ")
    for (i = 1; i <= count; i++) {
        why[list[i]] = text
        is_memory[list[i]] = (names == memory)
    }
}

# a name counts as a call when a bracket follows; streams count wherever they stand, a member
# after a point or an arrow does not
function check(name, before, after)
{
    if (!(name in why) || before ~ /(\.|->) *$/ || (name !~ /^std/ && after !~ /^ *\(/)) {
        return
    }
    if (is_memory[name] && FILENAME == "src/base/arena.c") {
        return
    }
    printf "%s:%d: %s: %s\n", FILENAME, FNR, name, why[name]
    bad = 1
}

FNR == 1 { in_comment = 0; files++ }

{
    line = $0
    # characters in quotes first, so that a comment mark in a string is none
    gsub(/\\./, "", line)
    gsub(/"[^"]*"/, "\"\"", line)
    text = ""
    while (line != "") {
        at = index(line, in_comment ? "*/" : "/*")
        if (!in_comment) {
            text = text " " (at ? substr(line, 1, at - 1) : line)
        }
        in_comment = at ? !in_comment : in_comment
        line = at ? substr(line, at + 2) : ""
    }
    before = ""
    while (match(text, /[A-Za-z_][A-Za-z_0-9]*/)) {
        name = substr(text, RSTART, RLENGTH)
        before = before substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        check(name, before, text)
        before = before name
    }
}

END {
    if (!files) {
        print "check_calls: no file was found"
    }
    exit bad || !files
}' $files >&2
