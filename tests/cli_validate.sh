#!/bin/sh
# Forecasts beside measured runs: every row has a status, errors are those of the numbers printed,
# mistakes of a table are told.
# shellcheck source=tests/cli_lib.sh
. tests/cli_lib.sh

run validate --csv out.csv
want_code 0
want_out 'all'
want_out 'iteration_LoRA'
head -n 1 out.csv | tr -d '\r' >first.txt
echo 'id,source_key,status,reason,measured_iter_s,predicted_iter_s,error_frac,measured_mem_gib,predicted_mem_gib,assumed' >wanted.txt
cmp first.txt wanted.txt || failed 'the header of the table is another'
rows=$(tail -n +2 "$root/validation/runs.csv" | grep -c '^V')
[ "$(grep -c '^V' out.csv)" -eq "$rows" ] || failed "$rows rows are wanted"

# only simple lines: no cell with a comma. error = predicted / measured - 1; a reason unless scored
tr -d '\r' <out.csv | grep '^V' | grep -v '"' | awk -F, '
    $3 == "scored" && ($4 != "" || $5 <= 0 || $6 <= 0) { print "bad row", $0; bad = 1 }
    $3 != "scored" && $4 == "" { print "no reason", $0; bad = 1 }
    $7 != "" { d = $6 / $5 - 1 - $7; if (d > 1e-9 || d < -1e-9) { print "bad error", $0; bad = 1 } n++ }
    END { exit bad || n < 700 }' >wrong || failed "rows contradict themselves: $(head -n 3 wrong)"

# the sister tables have all their rows, and a label that was told wrong says so
[ "$(grep -c '^single_' out.csv)" -eq 1440 ] || failed 'a row of a single node is missing'
[ "$(grep -c ',alephalpha_fits,' out.csv)" -eq 783 ] || failed 'a label is missing'
tr -d '\r' <out.csv | grep ',alephalpha_fits,scored,' | awk -F, '
    { needs = $9 * 1.073741824; said = $4 }
    said ~ /^ran out/ && needs > 85.9 { bad = 1 }
    said ~ /^ran; / && needs < 85.8 { bad = 1 }
    END { exit bad || NR < 700 }' || failed 'margins contradict the forecast'

# a file given is the same table; the header says which
head -n "$((rows + 1))" out.csv >runs.csv
run validate "$root/validation/runs.csv" --csv again.csv
want_code 0
cmp runs.csv again.csv || failed 'the built-in table is another'
run validate "$root/validation/single_node_a100.csv" --csv again.csv
want_code 0
want_out 'vtrain_single        1,440'
grep -q '^single_0000,vtrain_single,scored,,0.372160408,' again.csv || failed 'milliseconds are not seconds'
run validate "$root/validation/fits_or_not.csv"
want_code 0
want_out 'balanced accuracy'
run validate "$root/validation/collectives_by_size.csv"
want_code 0
want_out 'gb200_nvl72_full all'

# collectives in the columns of others: what is no hardware of the catalog is not compared
cat >foreign.csv <<'END'
collective,n_gpus,n_nodes,hardware,fabric,size_B,time_us,busbw_GBps,kind,address
all_reduce,8,1,DGX H100 80GB,NVLink4,1073741824,4000,470,measured,here
all_reduce,8,1,"Other, ""named""",wires,1073741824,4000,470,measured,here
all_reduce,8,1,DGX H100 80GB,NVLink4,1073741824,4000,470,vendor slide,here
END
run validate foreign.csv
want_code 0
want_out 'hgx_h100 all-reduce    1'
grep -q '^all      all           1 ' .out || failed 'what cannot be compared is'
sed 's/,time_us,/,time,/' foreign.csv >nameless.csv
run validate nameless.csv
want_code 2
want_err 'time_us'
cat >foreign.csv <<'END'
system,collective,tensor_bytes,group_size,time_us,bus_gb_s_per_gpu_per_dir,source_address
GB200 NVL72,collective-permute,1048576,,30,0,here
END
run validate foreign.csv
want_code 0
want_out 'gb200_nvl72_full send          1'

# one source alone
run validate --source simumax_b200
want_code 0
want_out 'simumax_b200           30     30'
want_out 'SimuMax, 8 B200'
run validate --source nobody
want_code 2
want_err 'no row of the source'

# steps in NVFP4, to which nothing was fitted
run validate "$root/validation/nvfp4.csv" --max-median 0.1
want_code 0
want_out 'NVFP4 '

# runs that no model saw: each is compared or says why not, and only three say too little
run validate "$root/validation/published.csv" --csv published.csv
want_code 0
[ "$(grep -c '^P' "$root/validation/published.csv")" -eq 252 ] || failed 'a published run is missing'
[ "$(grep -c '^P' published.csv)" -eq 252 ] || failed 'a published run was dropped'
tr -d '\r' <published.csv | grep '^P' | awk -F, '
    $3 == "scored" && $4 != "" || $3 != "scored" && $4 == "" { print; bad = 1 }
    ($3 == "scored" || $3 == "infeasible") && $7 == "" { print; bad = 1 }
    $3 == "skipped" || $3 == "wrong" { without++ }
    END { exit bad || without > 3 }' >wrong || failed "published runs: $(head -n 3 wrong)"
[ "$(grep -c 'no fabric is described' published.csv)" -eq 0 ] || failed 'hardware is unknown'

# bars
run validate --max-median 0.5
want_code 0
run validate --max-median 0.01
want_code 1
want_err 'is above --max-median 0.01'
run validate --source korthikanti2022_mem --max-median 0.5
want_code 1
want_err 'no row has an error for --max-median 0.5'

# nothing is written where one of two places cannot be
run validate --source simumax_b200 --csv left.csv --figures nowhere
want_code 3
want_err 'cannot write into the folder nowhere: No such file or directory'
[ ! -e left.csv ] || failed 'half of the answer was written'
: >plain
run validate --source simumax_b200 --figures plain
want_code 3
want_err 'cannot write into the folder plain: Not a directory'
run validate --max-median none
want_code 2

run validate --json
want_code 0
cp .out out.json
[ "$("$json" get out.json format_version)" = 2 ] || failed 'no JSON'

# a table of one's own: one wrong row does not stop the others
head -n 3 "$root/validation/runs.csv" >own.csv
sed -n 2p "$root/validation/runs.csv" | sed 's/^V0001,/W1,/; s/,A100-80GB,32,8,8,200,/,A9000,32,8,8,200,/' >>own.csv
sed -n 2p "$root/validation/runs.csv" | sed 's/^V0001,/W2,/; s/,A100-80GB,32,8,8,200,1,/,A100-80GB,32,8,8,200,7,/' >>own.csv
run validate own.csv --csv own.out
want_code 0
grep -q '^V0001,narayanan2021_T1,scored' own.out || failed 'V0001 is not scored'
grep -q '^W1,narayanan2021_T1,skipped,no fabric is described for' own.out || failed 'W1 is not skipped'
# an id stands for one row
cat own.csv >twice.csv
sed -n 3p own.csv >>twice.csv
run validate twice.csv --csv twice.out
want_code 0
[ "$(grep -c '^V0002,' twice.out)" -eq 2 ] || failed 'a row was dropped'
grep -q '^V0002,narayanan2021_T1,wrong,an earlier row has the same id' twice.out ||
    failed 'an id counts twice'
grep -q '^V0002,narayanan2021_T1,scored' twice.out || failed 'the first row of an id is not scored'
grep -q '^W2,narayanan2021_T1,wrong,' own.out || failed 'W2 is not wrong'

# cells that are no number, columns that nobody knows, columns that are not needed
sed '2s/,2304,9216,/,wide,9216,/; 3s/,30,3072,/,30.5,3072,/' own.csv >cells.csv
run validate cells.csv --csv cells.out
want_code 0
grep -q '^V0001,narayanan2021_T1,wrong,.hidden. is .wide.' cells.out || failed 'a word passes for a number'
grep -q '^V0002,narayanan2021_T1,wrong,.layers. is .30.5.' cells.out || failed 'a part of a layer passes'
sed '1s/,mem_gib,/,mem_gb,/' own.csv >names.csv
run validate names.csv
want_code 0
want_err 'names.csv:1:'
want_err "mem_gb\` is unknown and is not read"
want_err "did you mean \`mem_gib\`?"
cat >few.csv <<'END'
id,source_key,gpu,n_gpu,layers,hidden,ffn,heads,vocab,seq,tp,pp,gbs,mbs,iter_s
one,mine,H100,8,32,4096,16384,32,32000,4096,8,1,64,1,5.0
END
run validate few.csv --csv few.out
want_code 0
grep -q '^one,mine,scored,,5,' few.out || failed 'a table of few columns is not scored'
# both passes of one layer, though all layers would not fit
cat >layers.csv <<'END'
id,source_key,measure_type,gpu,n_gpu,layers,hidden,ffn,heads,vocab,seq,tp,pp,gbs,mbs,iter_s,aux
one,mine,layer_time,H100,8,320,4096,16384,32,32000,4096,8,1,4,1,,one layer: fwd_ms=1.5;bwd_ms=3.5
two,mine,layer_time,H100,8,32,4096,16384,32,32000,4096,8,1,4,1,,fwd_ms=1.5
END
run validate layers.csv --csv layers.out
want_code 0
grep -q '^one,mine,scored,,0.005,0.00' layers.out || failed 'a layer is not scored'
grep -q '^two,mine,skipped,.measures .layer_time.' layers.out || failed 'half of a layer is scored'
cat >many.csv <<'END'
id,source_key,gpu,n_gpu,layers,hidden,ffn,heads,vocab,seq,tp,pp,dp,gbs,mbs,precision,iter_s,recompute
one,mine,H100,16,32,4096,16384,32,32000,4096,8,1,2,64,1,fp16,5.0,sometimes
two,mine,H100,16,32,4096,16384,32,32000,4096,8,1,3,64,1,bf16,5.0,none
three,mine,H100,16,32,4096,16384,32,32000,4096,8,1,2,64,1,fp61,5.0,none
four,mine,H100,16,100000000000,4096,16384,32,32000,4096,1,16,1,64,1,bf16,5.0,none
END
run validate many.csv --csv many.out
want_code 0
grep -q '^one,mine,scored,,5,' many.out || failed 'copies that fit are not scored'
grep -q '^one,.*no recomputation' many.out || failed 'nobody says that nothing is recomputed'
grep -q '^two,mine,wrong,dp 3 does not fit' many.out || failed 'a wrong dp passes'
grep -q '^four,mine,wrong,.*layers. is out of range' many.out || failed 'chunks of any layers are tried'
grep -q '^three,mine,skipped,no precision is known as .fp61.' many.out || failed 'any precision passes'
printf 'a,b\n1,2\n' >none.csv
run validate none.csv
want_code 2
want_err 'none.csv:1:1'
printf '# GPUs,global batch\n2,16\n' >node.csv
run validate node.csv
want_code 2
want_err "the column \`micro batch\` is missing"
printf 'model,seq,outcome\nx,1,OOM\n' >labels.csv
run validate labels.csv
want_code 2
want_err "the column \`tp\` is missing"
head -n 1 "$root/validation/runs.csv" >empty.csv
run validate empty.csv
want_code 2
want_err 'the table has no rows'
head -n 1 "$root/validation/fits_or_not.csv" >other.csv
cat >>other.csv <<'END'
LLaMA-999B,2048,64,2,2,8,2048,none,0,torch,OOM,,x,t1
LLaMA-13B,2048,64,7,2,8,2048,none,0,torch,OOM,,x,t2
LLaMA-13B,2048,64,2,2,8,2048,none,0,torch,perhaps,1.5,x,t3
END
run validate other.csv --csv other.out
want_code 0
grep -q '^t1,alephalpha_fits,skipped,does not say .layers.' other.out || failed 'an unknown model passes'
grep -q '^t2,alephalpha_fits,wrong,' other.out || failed 'an impossible mapping passes'

# what lies beyond the runs is said by train
run train "$root/examples/deepseek-v3-h100.yaml"
want_code 0
! grep -q 'Beyond what was measured' .out || failed 'a run like that was measured'
run train "$root/examples/deepseek-v3-h800.yaml"
want_code 0
want_out 'No measured run has the package h800_sxm'
run train "$root/examples/llama3-405b-h100.yaml"
want_code 0
want_out 'Measured runs on h100_sxm in BF16 have up to 6144 packages; this job has 16384.'
run train "$root/examples/llama3-405b-h100.yaml" --json
want_code 0
cp .out beyond.json
[ "$("$json" get beyond.json beyond_measurements)" = 1 ] || failed 'JSON does not say it'

# pictures
mkdir figures
run validate --figures figures
want_code 0
for name in forecast scale; do
    [ "$(grep -c '<circle' "figures/validation-$name.svg")" -gt 700 ] || failed "figures/validation-$name.svg has no dots"
done
run validate --figures nowhere
want_code 3

cut -d, -f1-20 own.csv >short.csv
run validate short.csv
want_code 2
want_err 'n_gpu'
run validate nowhere.csv
want_code 2
run validate own.csv own.csv
want_code 2

finish
