#!/bin/sh
# usage: check_floors.sh [ROOT]
# Reads the table of floors in docs/architecture.md and every #include line of src/, include/ and
# cli/, and fails on an arrow that the table does not allow:
#   src/M       its own headers and those of the modules that the row of M allows
#   include/    the same for the module that owns the header, and headers of the C standard
#   cli/        public headers, its own headers and system headers
set -eu

root=${1:-$(dirname -- "$0")/..}
cd -- "$root"

files=$(find src include cli -name '*.[ch]' -type f | LC_ALL=C sort)
# shellcheck disable=SC2086 # a list of file names without blanks
awk '
function complain_at(file, line, text)
{
    printf "%s:%d: %s\n", file, line, text
    bad = 1
}

function complain(text)
{
    complain_at(FILENAME, FNR, text)
}

function trim(text)
{
    gsub(/^[ \t]+|[ \t]+$|`/, "", text)
    return text
}

# one row of the table: | floor | module | owns | public headers | may include |
function read_row(line,    cell, count, i, list)
{
    count = split(line, cell, "|")
    for (i = 1; i <= count; i++) {
        cell[i] = trim(cell[i])
    }
    if (count != 7 || cell[2] !~ /^[0-9]+$/) {
        complain("a row of the table of floors has five cells, the first a number")
        return
    }
    row[cell[3]] = FNR
    floor[cell[3]] = cell[2]
    allows[cell[3]] = cell[6]
    count = split(cell[5], list, /,? +/)
    for (i = 1; i <= count; i++) {
        if (list[i] in owner) {
            complain("header " list[i] " has two owners")
        }
        owner[list[i]] = cell[3]
    }
}

# writes the names of a "may include" cell into may[module, name]; "and below" adds what they allow
function close_row(module,    text, below, list, count, i, pair, part)
{
    if (module in closed) {
        return
    }
    closed[module] = 1
    text = allows[module]
    below = sub(/ and below$/, "", text)
    if (text == "–" || text == "public headers") {
        return
    }
    count = split(text, list, /, */)
    for (i = 1; i <= count; i++) {
        if (!(list[i] in floor) || floor[list[i]] + 0 >= floor[module] + 0) {
            text = "the row of " module " allows " list[i] ", which is no module below it"
            complain_at("docs/architecture.md", row[module], text)
            continue
        }
        may[module, list[i]] = 1
        if (below) {
            close_row(list[i])
            for (pair in may) {
                split(pair, part, SUBSEP)
                if (part[1] == list[i]) {
                    found[part[2]] = 1
                }
            }
            for (pair in found) {
                may[module, pair] = 1
            }
            split("", found)
        }
    }
}

function check_arrow(from, to)
{
    if (from != to && !((from, to) in may)) {
        complain(from " may not include " to)
    }
}

function check_public(name, from)
{
    if (!(name in owner)) {
        complain("<fabricast/" name ".h> is owned by no module of the table of floors")
    } else if (from != "" && from != "cli") {
        check_arrow(from, owner[name])
    }
}

function check_private(path, from)
{
    if (area == "include") {
        complain("a public header includes only <fabricast/...> and the C standard")
    } else if (from == "cli") {
        sub(/^cli\//, "", path)
        if (path ~ /\//) {
            complain("cli may include only public headers")
        }
    } else if (path !~ /\//) {
        complain("write the module in front: \"" from "/" path "\"")
    } else {
        sub(/\/.*/, "", path)
        check_arrow(from, path)
    }
}

function enter_file(    part)
{
    split(FILENAME, part, "/")
    area = part[1]
    module = area == "cli" ? "cli" : part[2]
    if (area == "include") {
        sub(/\.h$/, "", part[3])
        module = (part[3] in owner) ? owner[part[3]] : ""
        check_public(part[3], module)
    } else if (!(module in floor)) {
        complain("module " module " is not in the table of floors")
    }
}

FILENAME == "docs/architecture.md" {
    if (/^\| floor \| module \|/) {
        in_table = 1
    } else if (in_table && /^\|[ :-]*-/) {
        next
    } else if (in_table && /^\|/) {
        read_row($0)
    } else {
        in_table = 0
    }
    next
}

FNR == 1 {
    if (!is_table_read) {
        is_table_read = 1
        for (name in floor) {
            close_row(name)
        }
    }
    enter_file()
    files++
}

/^[ \t]*#[ \t]*include/ {
    arrows++
    path = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", path)
    mark = substr(path, 1, 1)
    path = substr(path, 2)
    sub(/[">].*/, "", path)
    if (mark == "\"") {
        check_private(path, module)
    } else if (mark != "<") {
        complain("an #include line names its header")
    } else if (path ~ /^fabricast\//) {
        sub(/^fabricast\//, "", path)
        sub(/\.h$/, "", path)
        check_public(path, module)
    } else if (path ~ /\// && substr(path, 1, index(path, "/") - 1) in floor) {
        complain("private headers are written in quotes")
    } else if (area == "include" && path !~ /^(std[a-z]+|inttypes|limits|float|math|string|time)\.h$/) {
        complain("a public header includes only <fabricast/...> and the C standard")
    }
}

END {
    if (!files || !arrows) {
        print "check_floors: no table of floors or no #include line was found"
        bad = 1
    }
    exit bad
}' docs/architecture.md $files >&2
