#!/bin/sh
# Tests the checks of structure: each accepts a small clean tree and refuses the same tree with one
# thing wrong, naming the line.
# usage: test_checks.sh C_COMPILER
set -eu

compiler=$1
source_root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0
cases=0

fresh_tree()
{
    rm -rf "$tree"
    mkdir -p "$tree/docs" "$tree/src/base" "$tree/src/units" "$tree/src/link" "$tree/src/gpu" \
        "$tree/src/fabric" "$tree/src/attic" "$tree/include/fabricast" "$tree/cli"
    cat >"$tree/docs/architecture.md" <<'TABLE'
| floor | module | owns | public headers | may include |
|---|---|---|---|---|
| 0 | `base` | status, arena | base, arena | – |
| 1 | `units` | quantities | units | base |
| 5 | `link` | links | | units and below |
| 5 | `gpu` | operators | gpu | units |
| 6 | `fabric` | tiers | fabric | link and below |
| 14 | `cli` | commands | | public headers |
TABLE
    echo '#include <stddef.h>' >"$tree/include/fabricast/base.h"
    echo '#include <fabricast/base.h>' >"$tree/include/fabricast/arena.h"
    echo 'double fab_size_byte(const double rate_bps[2], double *time_s_out);' \
        >"$tree/include/fabricast/units.h"
    echo '#include <fabricast/units.h>' >"$tree/include/fabricast/fabric.h"
    echo '#include <fabricast/units.h>' >"$tree/include/fabricast/gpu.h"
    echo '#include <stdlib.h>' >"$tree/src/base/arena.c"
    echo 'void *take(void) { return malloc(1); }' >>"$tree/src/base/arena.c"
    printf '%s\n' '#include <fabricast/base.h>' '#include "link/channel.h"' >"$tree/src/link/channel.c"
    echo '#include "base/compiler.h"' >"$tree/src/link/channel.h"
    echo '#include "link/channel.h"' >"$tree/src/fabric/tiers.c"
    printf '%s\n' '/* free(x) printf("x") */' 'void f(void) { fprintf(out, "exit(1) /*"); }' \
        >>"$tree/src/fabric/tiers.c"
    echo 'const char *const WORDS[] = {"a", "b"};' >"$tree/src/link/table.c"
    printf '%s\n' '#include <argp.h>' '#include "options.h"' '#include <fabricast/fabric.h>' \
        >"$tree/cli/main.c"
}

run_check()
{
    case $1 in
    floors | calls) sh "$source_root/tests/check_$1.sh" "$tree" ;;
    headers) sh "$source_root/tests/check_headers.sh" c17 "$compiler" "$tree" ;;
    c++) sh "$source_root/tests/check_headers.sh" c++17 '' "$tree" ;;
    globals)
        for path in "$tree"/src/base/*.c "$tree/src/link/table.c"; do
            "$compiler" -fPIC -c "$path" -o "$path.o"
        done
        sh "$source_root/tests/check_globals.sh" "$tree"/src/*/*.o
        ;;
    units) "$source_root/scripts/check-units" "$tree"/include/fabricast/*.h ;;
    esac
}

# passes CHECK: the clean tree is accepted
passes()
{
    cases=$((cases + 1))
    if ! said=$(run_check "$1" 2>&1); then
        echo "FAIL: $1 refuses a clean tree: $said"
        failures=$((failures + 1))
    fi
}

# refuses CHECK FILE LINE WORDS: with LINE added to FILE the check fails, naming the file and WORDS
refuses()
{
    cases=$((cases + 1))
    printf '%s\n' "$3" >>"$tree/$2"
    if said=$(run_check "$1" 2>&1); then
        echo "FAIL: $1 accepts in $2: $3"
        failures=$((failures + 1))
    elif ! printf '%s\n' "$said" | grep -F "$2" | grep -qF "$4"; then
        echo "FAIL: $1 refuses \"$3\" in $2, but says: $said"
        failures=$((failures + 1))
    fi
    fresh_tree
}

fresh_tree
passes floors
refuses floors src/units/parse.c '#include "link/channel.h"' 'units may not include link'
refuses floors src/units/parse.c '#include <fabricast/fabric.h>' 'units may not include fabric'
refuses floors src/link/loss.c '#  include "gpu/clock.h"' 'link may not include gpu'
refuses floors src/link/loss.c '#include <fabricast/gpu.h>' 'link may not include gpu'
refuses floors src/gpu/clock.c '#include "base/arena.h"' 'gpu may not include base'
refuses floors src/fabric/route.c '#include <gpu/clock.h>' 'written in quotes'
refuses floors src/link/loss.c '#include "channel.h"' 'write the module in front'
refuses floors src/link/loss.c '#include HEADER' 'names its header'
refuses floors src/link/loss.c '#include <fabricast/unknown.h>' 'owned by no module'
refuses floors src/attic/old.c '#include <math.h>' 'not in the table'
refuses floors include/fabricast/base.h '#include <fabricast/units.h>' 'base may not include units'
refuses floors include/fabricast/units.h '#include "units/parse.h"' 'a public header includes only'
refuses floors include/fabricast/units.h '#include <yaml.h>' 'a public header includes only'
refuses floors include/fabricast/extra.h '#include <math.h>' 'owned by no module'
refuses floors cli/main.c '#include "link/channel.h"' 'only public headers'
refuses floors docs/architecture.md '| 15 | x | upward | | y |' 'no module below it'
refuses floors docs/architecture.md '| 5 | x | sideways | | link |' 'no module below it'
refuses floors docs/architecture.md '| 5 | x | two cells short |' 'five cells'

passes calls
refuses calls src/link/loss.c 'int *p = malloc(4);' 'malloc'
refuses calls src/link/loss.c '/* a */ free (p); /* b' 'free'
refuses calls src/base/other.c 'p = realloc(p, 8);' 'realloc'
refuses calls src/link/loss.c 'printf("%g", x_s);' 'printf'
refuses calls src/link/loss.c 'fputs("x", stderr);' 'stderr'
refuses calls src/base/arena.c 'abort();' 'abort'
refuses calls src/base/arena.c 'puts("\"/*"); exit(1);' 'exit'
refuses calls src/base/arena.c 'srand(1);' 'srand'

passes units
refuses units include/fabricast/units.h 'struct a { double x_s, speed; };' '"speed"'
refuses units include/fabricast/units.h 'double fab_speed(void);' '"fab_speed"'
refuses units include/fabricast/units.h 'void f(int n, const double *delay_out);' '"delay"'
refuses units include/fabricast/units.h 'struct a { fab_value rate; };' '"rate"'
refuses units include/fabricast/units.h 'struct a { double x_s[2], y[LIMIT]; };' '"y"'

passes headers
refuses headers include/fabricast/units.h 'int64_t fab_count(void);' 'int64_t'
refuses headers include/fabricast/units.h 'struct fab_twice { int a; };' 'redefinition'
if command -v c++ >/dev/null; then
    passes c++
    refuses c++ include/fabricast/units.h 'static inline int *f(void *p) { return p; }' 'int*'
fi

if command -v objdump >/dev/null; then
    passes globals
    refuses globals src/base/count.c 'int counter;' 'counter'
    refuses globals src/base/count.c 'int next(void) { static int seed = 3; return seed++; }' 'seed'
    refuses globals src/base/count.c 'const char *words[] = {"a", "b"};' 'words'
fi

echo "$cases cases, $failures failures"
[ "$failures" -eq 0 ]
