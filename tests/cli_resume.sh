#!/bin/sh
# results.db: a run that is killed or stopped goes on where it was, nothing lost and nothing done
# twice; what else may stand in the place of results.db.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh
store=$3

# a study of some ten thousand scenarios
{
    write_study | sed '/^waterfall:/,$d'
    for name in memory_efficiency attention_efficiency goodput memory_reserve outer_efficiency; do
        echo "  - {name: $name, why: a test, values: ["
        echo "      {label: less, set: {assumptions: {$name: 0.21}}},"
        echo "      {label: more, set: {assumptions: {$name: 0.22}}}]}"
    done
    echo "  - {name: load, why: a test, at: Config4, values: ["
    echo "      {label: a, set: {assumptions: {expert_load: 1.5}}},"
    echo "      {label: b, set: {assumptions: {expert_load: 1.2}}}]}"
    write_study | sed -n '/^waterfall:/,$p'
} >large.yaml

write_study >study.yaml

rows()
{
    "$store" rows "$1/results.db" >"$1.rows" || failed "the rows of $1 cannot be read"
}

# same FOLDER: rows and reports are those of the run that nobody disturbed
same()
{
    rows "$1"
    cmp -s whole.rows "$1.rows" || {
        failed "$1 has other rows"
        diff whole.rows "$1.rows" | head -n 5 | cut -c1-300
    }
    for file in points.csv targets.csv sensitivity.csv waterfall.csv; do
        cmp -s "whole/$file" "$1/$file" || failed "$1/$file differs"
    done
    for file in results.json report.html; do
        normal "whole/$file" >want
        normal "$1/$file" >have
        cmp -s want have || failed "$1/$file differs"
    done
}

taken()
{
    "$json" get "$1/results.json" run.taken
}

# want_work FOLDER EVALUATED TAKEN
want_work()
{
    evaluated=$("$json" get "$1/results.json" run.evaluated)
    [ "$evaluated $(taken "$1")" = "$2 $3" ] ||
        failed "$1: $evaluated evaluated and $(taken "$1") taken, not $2 and $3"
}

began=$(date +%s%N)
run run large.yaml --no-figures --out whole
took_ms=$((($(date +%s%N) - began) / 1000000))
want_code 0
rows whole
want_entries whole report.html results.json results.db points.csv targets.csv waterfall.csv \
    sensitivity.csv
all=$("$json" get whole/results.json study.evaluations)
[ "$all" -gt 5000 ] || failed "only $all scenarios"
want_work whole "$all" 0
[ "$("$store" count whole/results.db point)" = '|4' ] || failed 'points are missing'
[ "$("$store" count whole/results.db trial)" = "|$((all - 4))" ] || failed 'trials are missing'

# without a folder nothing is kept, and the result is the same
run run large.yaml --json
normal .out >want
normal whole/results.json >have
cmp -s want have || failed 'a folder changes the result'

# again: everything is there already
cp -r whole again
run run large.yaml --no-figures --out again
want_code 0
want_work again 0 "$all"
same again

# kill -9 at 50 moments; a run that was faster than its killer is done and checked, and the next
# one begins anew
kills=0
seed=0
while [ "$kills" -lt 50 ] && [ "$seed" -lt 400 ]; do
    seed=$((seed + 1))
    last="run large.yaml, killed (seed $seed)"
    "$store" kill "$seed" "$((took_ms * 3 / 4))" \
        "$program" run large.yaml --no-figures --out killed >.out 2>.err
    code=$?
    if [ "$code" -eq 137 ]; then
        kills=$((kills + 1))
        continue
    fi
    want_code 0
    [ "$code" -eq 0 ] || break
    same killed
    rm -r killed
done
[ "$kills" -eq 50 ] || failed "$kills kills instead of 50"
run run large.yaml --no-figures --out killed
want_code 0
same killed
[ "$(($("$json" get killed/results.json run.evaluated) + $(taken killed)))" -eq "$all" ] ||
    failed 'scenarios were lost or done twice'

# the same with a part that is certainly there: half of the rows of a whole run
cp -r whole half
"$store" run half/results.db 'DELETE FROM trial WHERE number % 2 = 1'
"$store" run half/results.db "DELETE FROM point_check WHERE variant = 1;
    DELETE FROM point WHERE variant = 1; DELETE FROM target; DELETE FROM scenario WHERE
    scenario NOT IN (SELECT scenario FROM point); UPDATE meta SET text = 'x' WHERE name = 'state'"
left=$("$store" count half/results.db trial | tr -d '|')
rm half/*.csv half/report.html half/results.json
for threads in 1 3; do
    cp -r half "half-$threads"
    OMP_NUM_THREADS=$threads
    export OMP_NUM_THREADS
    run run large.yaml --no-figures --out "half-$threads"
    want_code 0
    want_work "half-$threads" "$((all - left - 2))" "$((left + 2))"
    same "half-$threads"
done
unset OMP_NUM_THREADS

# Ctrl-C: what is finished is kept, and the signal has its way; a shell ignores it for what runs in
# its background, not here
for signal in 2 15; do
    rm -rf stopped
    last="run large.yaml, signal $signal"
    "$store" signal "$signal" stopped/results.db \
        "$program" run large.yaml --no-figures --out stopped >.out 2>.err
    code=$?
    # a machine may be so slow that the run is done before the signal comes
    [ "$code" -eq 0 ] || want_code $((128 + signal))
    if [ "$code" -ne 0 ]; then
        want_err 'the same command goes on from there'
        want_silence
        kept=$(($("$store" count stopped/results.db trial | tr -d '|') +
            $("$store" count stopped/results.db point | tr -d '|')))
        want_err "stopped; $kept scenarios are in stopped/results.db"
        want_entries stopped results.db
        run run large.yaml --no-figures --out stopped
        want_code 0
        [ "$(taken stopped)" -eq "$kept" ] || failed "not $kept scenarios were taken"
    fi
    same stopped
done

# a disk that is full, here at files of 400 KiB: what was kept before is there
# shellcheck disable=SC3045
if (ulimit -f 0 && "$program" run study.yaml >/dev/null 2>&1); then
    last='fabricast run large.yaml --out full (files of at most 400 KiB)'
    code=$(
        {
            {
                ulimit -f 800 || exit 1
                "$program" run large.yaml --no-figures --out full 2>&1 >/dev/null
                echo $? >&3
            } 3>&4 | cat >.err
        } 4>&1
    )
    : >.out
    want_code 3
    want_err 'cannot write full/results.db'
    want_no_err 'transaction'
    want_entries full results.db
    kept=$("$store" count full/results.db trial | tr -d '|')
    [ "$kept" -gt 0 ] || failed 'nothing was kept'
    run run large.yaml --no-figures --out full
    want_code 0
    want_work full "$((all - kept - 4))" "$((kept + 4))"
    same full
fi

# best mappings: searched once for each point, whatever is missing besides
{ echo 'best_mapping: true'; cat study.yaml; } >best.yaml
run run best.yaml --no-figures --out best
want_code 0
rows best
searched=$("$json" get best/results.json run.evaluated)
[ "$searched" -gt 1000 ] || failed 'nothing was searched'
[ "$("$store" count best/results.db search)" = '|4' ] || failed 'searches are missing'
[ "$("$store" count best/results.db point)" = '|8' ] || failed 'points are missing'
cp -r best less
"$store" run less/results.db "DELETE FROM search WHERE variant = 1;
    DELETE FROM point_check WHERE role = 'best' AND value = 0;
    DELETE FROM point WHERE role = 'best' AND value = 0"
run run best.yaml --no-figures --out less
want_code 0
rows less
cmp -s best.rows less.rows || failed 'other rows with best mappings'
for file in results.json report.html; do
    normal "best/$file" >want
    normal "less/$file" >have
    cmp -s want have || failed "less/$file differs"
done
[ "$(taken less)" -gt 0 ] || failed 'nothing was taken'
[ "$(($("$json" get less/results.json run.evaluated) + $(taken less)))" -eq "$searched" ] ||
    failed 'scenarios were lost or done twice'

# another study, or this one edited: refused and left alone; a comment or blank changes nothing
run run study.yaml --no-figures --out again
want_code 2
want_err 'again/results.db holds the results of another study'
want_err '--fresh'
want_silence
same again
sed 's/^name: /# a comment\nname:    /' large.yaml >large2.yaml
mv large2.yaml large.yaml
run run large.yaml --no-figures --out again
want_code 0
want_work again 0 "$all"
run run study.yaml --no-figures --fresh --out again
want_code 0
want_work again 24 0
run run study.yaml --fresh
want_code 2
want_err '--out'

# of another version
run run study.yaml --no-figures --out model
"$store" run model/results.db "UPDATE meta SET text = '0' WHERE name = 'model'"
cp -r model before
run run study.yaml --no-figures --out model
want_code 2
want_err 'model/results.db was written by another version of fabricast'
cmp -s model/report.html before/report.html || failed 'a report was changed'
"$store" run model/results.db 'PRAGMA user_version = 2'
run run study.yaml --no-figures --out model
want_code 2
want_err 'has format 2, this version of fabricast writes format 1'
run run study.yaml --no-figures --out model --fresh
want_code 0

# bad FOLDER CODE TEXT: refused, also with --fresh, and nothing is changed
bad()
{
    rm -rf before
    cp -r "$1" before
    for option in '' --fresh; do
        # shellcheck disable=SC2086 # an option or none
        run run study.yaml --no-figures --out "$1" $option
        want_code "$2"
        want_err "$3"
        want_silence
        diff -r before "$1" >/dev/null || failed "$1 was changed"
    done
}

mkdir words other folder folder/results.db link
echo 'my own notes' >words/results.db
bad words 2 'words/results.db is no database of fabricast'
"$store" run again/results.db 'VACUUM' # makes no difference
: >other/results.db
"$store" run other/results.db 'CREATE TABLE mine (a)'
bad other 2 'other/results.db is no database of fabricast'
bad folder 2 'folder/results.db is no database of fabricast'
if [ -c /dev/full ]; then
    ln -s /dev/full link/results.db
    run run study.yaml --no-figures --out link
    want_code 2
fi

# an empty file is a new database; a damaged one is refused, and --fresh gets rid of it
mkdir empty
: >empty/results.db
run run study.yaml --no-figures --out empty
want_code 0
for size in 100 5000 20000 60000; do
    rm -rf damaged
    cp -r empty damaged
    head -c "$size" empty/results.db >damaged/results.db
    cp damaged/results.db damaged.db
    run run study.yaml --no-figures --out damaged
    want_code 3
    want_err 'damaged/results.db is damaged'
    want_silence
    cmp -s damaged.db damaged/results.db || failed 'a damaged database was changed'
    run run study.yaml --no-figures --out damaged --fresh
    want_code 0
done

# one writer: the second waits a little, then says why
last='a second run'
"$store" lock empty/results.db "$program" run study.yaml --no-figures --out empty >.out 2>.err
code=$?
want_code 3
want_err 'empty/results.db: another program is writing to it'
want_silence
"$store" lock empty/results.db "$program" run study.yaml --no-figures --out empty --fresh >.out 2>.err
code=$?
want_code 3
run run study.yaml --no-figures --out empty
want_code 0

# no write-ahead log (here because a folder stands where its shared memory goes): the other journal
mkdir -p plain/results.db-shm
run run study.yaml --no-figures --out plain
want_code 0
want_err 'no write-ahead log'
want_work plain 24 0
rows empty
rows plain
cmp -s empty.rows plain.rows || failed 'another journal gives other rows'

# a mistake that only shows when the study is run leaves no folder
sed 's/published: 2.7X/published: lots/' study.yaml >lots.yaml
run run lots.yaml --no-figures --out none/below
want_code 2
want_err 'is not a published result'
want_missing none

# names are data
sed -e "s/label: copper,/label: \"c'); DROP TABLE trial; --\",/" \
    -e "s/slow: copper/slow: \"c'); DROP TABLE trial; --\"/" study.yaml >hostile.yaml
run run hostile.yaml --no-figures --out hostile
want_code 0
run run hostile.yaml --no-figures --out hostile
want_code 0
want_work hostile 0 24
"$store" rows hostile/results.db | grep -qF "'c''); DROP TABLE trial; --'" || failed 'the name is lost'

finish
