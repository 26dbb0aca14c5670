#include "scenario_fixture.h"

/* Checks across the fields of a scenario. Every row lays one piece over a valid base. */

#define BASE                                                                                       \
    "name: base\n"                                                                                 \
    "gpu: h100_sxm\n"                                                                              \
    "fabric: h100_ib\n"                                                                            \
    "model: deepseek-v3\n"                                                                         \
    "job: {gpus: 1024, tokens: 1T, batch: 1024, precision: fp8}\n"                                 \
    "mapping: {tp: 4, pp: 8, ep: 32}\n"

#define DENSE "{model: llama3-405b, mapping: {tp: 4, pp: 8, ep: 1}}"

/* `at` is what the diagnostic points at */
static const struct {
    const char *over, *message, *at;
} REFUSED[] = {
    {"{mapping: {sequence_parallel: false}}",
     "experts need sequence_parallel with tp 4: each tensor rank dispatches its share", "false"},
    {"{mapping: {recompute: [full, moe]}}", "`full` runs whole layers again and goes with no part",
     "[full"},
    {"{mapping: {recompute_layers: 62}}", "recompute_layers 62 is more than the 61 that there can",
     "62}"},
    {"{mapping: {recompute: none, recompute_layers: 6}}",
     "recompute_layers 6 goes with recompute none, so that nothing runs again", "6}"},
    {"{model: llama3-405b, mapping: {ep: 1, recompute: moe_act}}",
     "recompute names `moe_act`, and model `llama3-405b` has no experts", "moe_act"},
    {"{model: llama3-405b, mapping: {ep: 1, recompute: [act, moe]}}",
     "recompute names `moe`, and model `llama3-405b` has no experts", "[act, moe]"},
    {"{model: mixtral-8x7b, mapping: {ep: 1, recompute: shared_experts}}",
     "recompute names `shared_experts`, and model `mixtral-8x7b` has no shared experts",
     "shared_experts"},
    {"{model: mixtral-8x7b, mapping: {ep: 1, recompute: act}}",
     "recompute names `act`, and model `mixtral-8x7b` has no dense layers or shared experts",
     "act}"},
    {"{model: mixtral-8x7b, mapping: {ep: 1, recompute: mlp}}",
     "recompute names `mlp`, and model `mixtral-8x7b` has no dense layers", "mlp}"},
    {"{model: llama3-405b, mapping: {ep: 1, recompute: mla_up_proj}}",
     "recompute names `mla_up_proj`, and model `llama3-405b` has no latent attention", "mla_up"},
    {"{assumptions: {bf16_layers: 62}}", "bf16_layers 62 is more than the model's 61 layers",
     "62}"},
    {"{job: {precision: bf16}, assumptions: {bf16_layers: 2}}",
     "bf16_layers 2 goes with a precision of fewer bits than bf16", "2}"},
    {"{job: {precision: nvfp4}}", "gpu `h100_sxm` has no published FP4 peak", "nvfp4"},
    {"{gpu: tpu_v5p, job: {precision: bf16}, assumptions: {effects: {power_limit: true}}}",
     "gpu `tpu_v5p` has no published power, which the effect power_limit needs", "tpu_v5p"},
    {"{gpu: {base: h100_sxm, static_power: 700 W}}",
     "static_power 700 W is not below the power of gpu `h100_sxm`, 700 W", "700 W}"},
    {"{gpu: mi300x, job: {precision: bf16}, assumptions: {power: {static_share: 1}}}",
     "power.static_share 1 leaves nothing of the power to compute with", "{static"},
    {"{mapping: {tp: 3, pp: 1, ep: 1}, job: {gpus: 3, sequence: 4095}}",
     "tp 3 does not divide the model's heads (128)", "3, pp"},
    {"{mapping: {pp: 9}}", "tp 4 x pp 9 = 36 does not divide gpus 1024", "9}"},
    {"{mapping: {tp: 128, pp: 61}}", "tp 128 x pp 61 = 7808 does not divide gpus 1024", "61}"},
    {"{mapping: {cp: 3}, job: {sequence: 4608}}",
     "tp 4 x cp 3 x pp 8 = 96 does not divide gpus 1024", "8, ep"},
    {"{mapping: {cp: 2, dp: 31}}", "dp 31 does not fit: gpus 1024 / (tp 4 x cp 2 x pp 8) is 16",
     "31}"},
    {"{mapping: {cp: 4, tp: 1}, job: {sequence: 4100}}",
     "cp 4 needs the sequence (4100) in 8 equal parts", "4, tp"},
    {"{mapping: {cp: 8, tp: 16, cp_mode: ulysses, pp: 1, ep: 8}, model: {base: deepseek-v3, heads: "
     "64}}",
     "cp_mode ulysses deals heads over context ranks: cp 8 does not divide the 4 heads of a tensor "
     "rank",
     "8, tp: 16"},
    {"{mapping: {tp: 2, cp: 4, cp_mode: ulysses, pp: 1, ep: 1}, model: {base: llama3-405b, heads: "
     "96, kv_heads: 12, hidden: 12288}}",
     "cp 4 and the 6 key and value heads of a tensor rank do not divide each other", "4, cp_mode"},
    {"{mapping: {cp: 8, pp: 2, ep: 64, expert_order: strided}, job: {gpus: 384, batch: 960}}",
     "ep 64 does not divide cp x dp, as strided experts need (48)", "64, expert"},
    {"{mapping: {layout: 8*7}}", "layout has 7 chunks, not pp 8 x interleave 1 = 8", "8*7"},
    {"{mapping: {layout: 7*8}}", "layout deals out 56 layers, not the model's 61", "7*8"},
    {"{mapping: {layout: 7 8x7}}", "layout does not say layers of each chunk", "7 8x7"},
    {"{mapping: {layout: 7*8 6}}",
     "layout does not say layers of each chunk, from 1 up (the first and the last from 0) and at "
     "most "
     "the model's 61 together",
     "7*8 6"},
    {"{mapping: {dp: 31}}", "dp 31 does not fit: gpus 1024 / (tp 4 x pp 8) is 32", "31}"},
    {"{job: {batch: 1000}}", "batch 1000 is not a multiple of dp 32 x microbatch 1", "1000}"},
    {"{mapping: {microbatch: 64}}", "batch 1024 is not a multiple of dp 32 x microbatch 64",
     "1024, precision"},
    {"{job: {batch: 1152}, mapping: {interleave: 2}}",
     "interleave 2 needs micro-batches (36) to be a multiple of pp 8", "2}}"},
    {"{mapping: {schedule: gpipe, interleave: 2}}",
     "schedule gpipe runs one chunk per stage, not interleave 2", "2}}"},
    {"{mapping: {interleave: 4, schedule: 1f1b}}",
     "schedule 1f1b runs one chunk per stage, not interleave 4", "4, sched"},
    {"{mapping: {schedule: zb_h1, interleave: 3}}",
     "schedule zb_h1 runs one chunk per stage, not interleave 3", "3}}"},
    {"{mapping: {schedule: dualpipe, interleave: 2}}",
     "schedule dualpipe runs one chunk per stage, not interleave 2", "2}}"},
    {"{mapping: {schedule: interleaved}}",
     "schedule interleaved runs several chunks per stage, not interleave 1", "{tp: 4"},
    {"{mapping: {schedule: zb_v}}", "schedule zb_v runs two chunks per stage, not interleave 1",
     "{tp: 4"},
    {"{mapping: {schedule: zb_v, interleave: 2, pp: 1}}", "schedule zb_v needs a pipeline: pp is 1",
     "zb_v, "},
    {"{mapping: {schedule: dualpipev, interleave: 4}}",
     "schedule dualpipev runs two chunks per stage, not interleave 4", "4}}"},
    {"{mapping: {schedule: interleaved, interleave: 2}, job: {batch: 1152}}",
     "interleave 2 needs micro-batches (36) to be a multiple of pp 8", "2}, job"},
    {"{mapping: {schedule: dualpipe, pp: 7}, job: {gpus: 896}}",
     "schedule dualpipe needs an even pp, not 7", "7}, job"},
    {"{mapping: {schedule: dualpipe}, job: {batch: 1056}}",
     "schedule dualpipe needs an even number of micro-batches, not 33", "dualpipe}"},
    {"{mapping: {schedule: dualpipe, microbatch: 4}}",
     "schedule dualpipe needs micro-batches (8) to be at least twice pp 8", "dualpipe, "},
    {"{mapping: {interleave: 2, schedule: dualpipev, microbatch: 4}}",
     "schedule dualpipev needs micro-batches (8) to be at least twice pp 8", "dualpipev, "},
    {"{mapping: {schedule: zb_h3}}",
     "unknown word `zb_h3` for `schedule`: expected `auto`, `gpipe`", "zb_h3"},
    {"{mapping: {tp: 1, pp: 64, ep: 16}}",
     "pp 64 x interleave 1 is more than the model's 61 layers", "64, ep"},
    {"{mapping: {interleave: 8}}", "pp 8 x interleave 8 is more than the model's 61 layers",
     "8, ep: 32}"},
    {"{mapping: {ep: 24}, job: {gpus: 3072, batch: 960}}",
     "ep 24 does not divide the model's experts (256)", "24}"},
    {"{mapping: {ep: 256}}", "ep x etp 256 does not divide the packages of a pipeline stage (128)",
     "256}"},
    {"{assumptions: {expert_routing: multinomial, expert_load: 1.2}}",
     "expert_load 1.2 is not taken: expert_routing says how uneven loads are", "1.2}"},
    {"{assumptions: {expert_routing: zipf}}",
     "expert_routing: zipf needs its exponent, expert_skew above 0", "zipf}"},
    {"{assumptions: {capacity_factor: 1.25, expert_load: 2}}",
     "capacity_factor 1.25 makes all experts' rows alike, however uneven the routing", "1.25"},
    {"{assumptions: {capacity_factor: 1, expert_routing: multinomial}}",
     "capacity_factor 1 makes all experts' rows alike, however uneven the routing", "1, expert"},
    {"{assumptions: {expert_skew: 0.5}}",
     "expert_skew 0.5 is not taken without expert_routing: zipf", "0.5}"},
    {"{mapping: {ep: 32, etp: 8}}", "ep x etp 256 does not divide the packages of a pipeline stage",
     "32, etp"},
    {"{model: {base: deepseek-v3, expert_width: 2050}, mapping: {etp: 4}}",
     "etp 4 does not divide the model's expert_width (2050)", "4}"},
    {"{model: llama3-405b}", "model `llama3-405b` has no experts to spread", "32}"},
    {"{model: llama3-405b, mapping: {ep: 1, etp: 2}}",
     "model `llama3-405b` has no experts to spread", "2}}"},
    {"{mapping: {ep: 64, expert_order: strided}}",
     "ep 64 does not divide dp, as strided experts need (32)", "64, expert"},
    {"{mapping: {ep: 8, etp: 2, expert_order: strided}}",
     "strided experts are whole or split over the tensor group: etp 2 is neither 1 nor tp 4",
     "2, expert"},
    {"{job: {sequence: 4098}, mapping: {tp: 4}}",
     "tp 4 does not divide the tokens of a micro-batch (4098)", "4}}"},
    {"{model: {base: llama3-405b, dense_width: 53250}, mapping: {ep: 1}}",
     "tp 4 does not divide the model's dense_width (53250)", "4, pp"},
    {"{model: {base: qwen3-next-80b-a3b, linear_heads: 30}}",
     "tp 4 does not divide the model's linear_heads (30)", "4, pp"},
    {"{model: {base: qwen3-next-80b-a3b, linear_key_heads: 6}}",
     "tp 4 does not divide the model's linear_key_heads (6)", "4, pp"},
    {"{model: gshard-600b}",
     "model `gshard-600b` has an encoder beside its decoder, which no forecast covers yet",
     "gshard-600b"},
    {"{mapping: {offload_layers: 62}}", "offload_layers 62 is more than the 61 that there can be",
     "62}"},
    {"{gpu: {base: h100_sxm, host_rate: not published}, mapping: {offload_layers: 2}}",
     "gpu `h100_sxm` has no published host_rate, which offload_layers needs", "2}"},
    {"{mapping: {zero: 0, shard_group: 8}}", "shard_group 8 shards nothing with zero 0", "8}"},
    {"{mapping: {shard_group: 12}}", "shard_group 12 does not divide dp (32)", "12}"},
    {"{mapping: {shard_group: 2}}",
     "shard_group 2 makes 16 groups, which do not divide the 4 replicas of an expert", "2}"},
    {"{mapping: {shard_group: 1025}}", "shard_group 1025 is more than the 1024 that there can",
     "1025}"},
    {"{mapping: {cp: 4, cp_inner: 2}}", "cp_inner 2 goes with cp_mode hierarchical alone", "2}"},
    {"{mapping: {cp: 4, cp_mode: hierarchical, cp_inner: 3}}", "cp_inner 3 does not divide cp (4)",
     "3}"},
    {"{mapping: {cp: 4, cp_mode: hierarchical, cp_inner: 8}}",
     "cp_inner 8 is more than the 4 that there can be", "8}"},
    {"{mapping: {cp: 8, tp: 32, cp_mode: hierarchical, cp_inner: 8, pp: 1, ep: 8}, model: {base: "
     "deepseek-v3, heads: 128}}",
     "cp_mode hierarchical deals heads over context ranks: cp_inner 8 does not divide the 4 heads "
     "of a tensor rank",
     "8, pp"},
    {"{job: {precision: bf16}, assumptions: {weights: fp8}}",
     "weights in fp8 are those of FP8 products, and the job's precision is not fp8", "fp8}"},
    {"{job: {precision: bf16}, mapping: {zero: 3}, assumptions: {parameter_precision: fp8}}",
     "weights are gathered in fp8 for FP8 products, and the job's precision is not fp8", "fp8}"},
    {"{job: {precision: bf16}, assumptions: {gather_precision: fp8}}",
     "gather_precision fp8 is of what FP8 products take, and the job's precision is bf16", "fp8}"},
    {"{assumptions: {parameter_precision: fp8}}",
     "parameter_precision fp8 gives no weights to keep in bf16, as zero 1 does", "fp8}"},
    {"{assumptions: {loss: in_place, fused_loss: false}}",
     "loss in_place is one pass over BF16 logits, and fused_loss is false", "in_place"},
    {"{mapping: {zero: 2}, assumptions: {gradient_sum: all_reduce}}",
     "gradient_sum all_reduce gives every rank all gradients, which zero 2 shares out",
     "all_reduce}"},
    {"{gpu: {base: h100_sxm, fp8: not published}}", "gpu `h100_sxm` has no published FP8 peak",
     "fp8}"},
    {"{gpu: {base: h100_sxm, bf16: not published}, job: {precision: bf16}}",
     "gpu `h100_sxm` has no published BF16 peak", "bf16}}"},
    {"{gpu: {base: h100_sxm, bf16: not published}}", "BF16 peak, which the attention core needs",
     "not published"},
    {"{gpu: {base: h100_sxm, memory: not published}}",
     "gpu `h100_sxm` has no published memory size or bandwidth", "not published"},
    {"{gpu: {base: h100_sxm, memory_rate: not published}}",
     "gpu `h100_sxm` has no published memory size or bandwidth", "{base"},
    {"{fabric: {base: h100_ib, tiers: [{}, {}, {technology: plug_800g_dr8, rate: 400 Gbps, "
     "latency: 4 us, domain: 65536, packages_per_rack: 32}]}}",
     "knows an inner and an outer tier, and the fabric has 3", "[{}, {}"},
};

START_TEST(a_mistake_is_explained_where_it_stands)
{
    fab_scenario scenario;
    const char *over = REFUSED[_i].over;
    ck_assert_msg(read_over(BASE, over, &scenario) == FAB_E_INPUT, "accepted %s", over);
    ck_assert_msg(diagnostics.errors == 1, "%zu errors for %s", diagnostics.errors, over);
    const fab_diagnostic *d = &diagnostics.items[0];
    assert_contains(d->message, REFUSED[_i].message);
    const char *at = text_at(d->position);
    ck_assert_msg(strncmp(at, REFUSED[_i].at, strlen(REFUSED[_i].at)) == 0,
                  "%s points at `%.20s`, not `%s`", d->message, at, REFUSED[_i].at);
}
END_TEST

START_TEST(messages_differ)
{
    fab_scenario scenario;
    char seen[FAB_TABLE_SIZE(REFUSED)][200];
    for (size_t i = 0; i < FAB_TABLE_SIZE(REFUSED); i++) {
        ck_assert_int_eq(read_over(BASE, REFUSED[i].over, &scenario), FAB_E_INPUT);
        snprintf(seen[i], sizeof seen[i], "%s %.20s", diagnostics.items[0].message,
                 text_at(diagnostics.items[0].position));
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(seen[i], seen[j]);
        }
    }
}
END_TEST

/* sizes that would overflow when multiplied */
static const struct {
    const char *over, *field;
} ABSURD[] = {
    {"{job: {gpus: 9000000000000000}}", "gpus 9000000000000000 is more than the 16777216"},
    {"{job: {batch: 9000000000000000}}", "batch 9000000000000000 is more than"},
    {"{job: {sequence: 9000000000000000}}", "sequence 9000000000000000 is more than"},
    {"{mapping: {tp: 9000000000000000}}", "tp 9000000000000000 is more than the 1024 "},
    {"{mapping: {cp: 9000000000000000}}", "cp 9000000000000000 is more than the 1024 "},
    {"{mapping: {pp: 9000000000000000}}", "pp 9000000000000000 is more than the 1024 "},
    {"{mapping: {ep: 9000000000000000}}", "ep 9000000000000000 is more than the 1024 "},
    {"{mapping: {etp: 9000000000000000}}", "etp 9000000000000000 is more than the 1024 "},
    {"{mapping: {microbatch: 9000000000000000}}",
     "microbatch 9000000000000000 is more than the 1024 "},
    {"{mapping: {interleave: 9000000000000000}}",
     "interleave 9000000000000000 is more than the 61 "},
    {"{mapping: {dp: 9000000000000000}}", "dp 9000000000000000 does not fit"},
    {"{job: {gpus: 9000000000000000000}}", "`gpus` is out of range"},
    {"{job: {tokens: 9000000000000000000}}", "`tokens` is out of range"},
    {"{mapping: {tp: 9000000000000000000}}", "`tp` is out of range"},
};

START_TEST(absurd_sizes_are_refused)
{
    fab_scenario scenario;
    ck_assert_int_eq(read_over(BASE, ABSURD[_i].over, &scenario), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 1);
    assert_contains(diagnostics.items[0].message, ABSURD[_i].field);
    ck_assert_int_eq(*text_at(diagnostics.items[0].position), '9');
}
END_TEST

START_TEST(the_longest_run_that_can_be_told_is_read)
{
    const fab_scenario scenario = good_scenario(BASE, "{job: {tokens: 9000000000000000}}");
    ck_assert_int_eq(scenario.job.tokens, INT64_C(9000000000000000));
}
END_TEST

START_TEST(all_mistakes_are_reported_at_once)
{
    fab_scenario scenario;
    ck_assert_int_eq(read_over(BASE,
                               "{gpu: {base: h100_sxm, memory: not published},"
                               " mapping: {tp: 3, dp: 7, interleave: 20}}",
                               &scenario),
                     FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 5);
    assert_contains(diagnostics.items[0].message, "does not divide gpus");
    assert_contains(diagnostics.items[1].message, "layers");
    assert_contains(diagnostics.items[2].message, "heads");
    assert_contains(diagnostics.items[3].message, "tokens of a micro-batch");
    assert_contains(diagnostics.items[4].message, "memory size");

    /* wrong names and wrong fields too */
    ck_assert_int_eq(read_over(BASE,
                               "{gpu: h100, fabric: h100_ibb, model: deepseek, mapping: {tq: 4},"
                               " job: {gpus: -1}}",
                               &scenario),
                     FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 5);
}
END_TEST

/* what is worked out: the data-parallel size, micro-batches, tokens of a step */
static const struct {
    const char *over;
    int64_t dp, sequence, microbatches, tokens;
} VALID[] = {
    {NULL, 32, 4096, 32, 1024 * 4096},
    {"{mapping: {dp: 32}}", 32, 4096, 32, 1024 * 4096},
    {"{mapping: {dp: auto}}", 32, 4096, 32, 1024 * 4096},
    {"{job: {sequence: 100}}", 32, 100, 32, 1024 * 100},
    {"{job: {sequence: 2}, mapping: {microbatch: 2}}", 32, 2, 16, 2048},
    {"{mapping: {cp: 4}}", 8, 4096, 128, 1024 * 4096},
    {"{mapping: {cp: 4, cp_mode: ulysses, ep: 128}}", 8, 4096, 128, 1024 * 4096},
    {"{mapping: {cp: 4, ep: 32, expert_order: strided}}", 8, 4096, 128, 1024 * 4096},
    {"{mapping: {layout: 6 8*6 7}}", 32, 4096, 32, 1024 * 4096},
    {"{mapping: {layout: even}}", 32, 4096, 32, 1024 * 4096},
    {"{mapping: {interleave: 7}}", 32, 4096, 32, 1024 * 4096},
    {"{mapping: {tp: 128, pp: 1, ep: 256}}", 8, 4096, 128, 1024 * 4096},
    {"{mapping: {ep: 32, expert_order: strided}}", 32, 4096, 32, 1024 * 4096},
    {"{mapping: {ep: 32, etp: 4, expert_order: strided}}", 32, 4096, 32, 1024 * 4096},
    {"{mapping: {ep: 16, etp: 8}}", 32, 4096, 32, 1024 * 4096},
    {DENSE, 32, 8192, 32, 1024 * 8192},
    {"{model: llama3-405b, mapping: {tp: 8, pp: 1, ep: 1, expert_order: strided}}", 128, 8192, 8,
     1024 * 8192},
    {"{job: {gpus: 1}, mapping: {tp: 1, pp: 1, ep: 1}}", 1, 4096, 1024, 1024 * 4096},
};

START_TEST(valid_mappings_are_completed)
{
    const fab_scenario s = good_scenario(BASE, VALID[_i].over);
    ck_assert_int_eq(s.mapping.dp, VALID[_i].dp);
    ck_assert_int_eq(s.job.sequence, VALID[_i].sequence);
    ck_assert_int_eq(fab_scenario_microbatches(&s), VALID[_i].microbatches);
    ck_assert_int_eq(fab_scenario_tokens_per_step(&s), VALID[_i].tokens);
}
END_TEST

/* Assumptions that are written are used, or a word is said. */
static const struct {
    const char *over;
    const char *warnings[2];
} UNUSED[] = {
    {"{assumptions: {gemm_efficiency: 0.6}}", {"`gemm_efficiency` is not used: matrix products"}},
    {"{assumptions: {attention_efficiency: 0.6}}", {"`attention_efficiency` is not used"}},
    {"{assumptions: {gemm_efficiency: 0.6, attention_efficiency: 0.6}}",
     {"`gemm_efficiency` is not used", "kernels measured on `h100`"}},
    {"{assumptions: {attention_efficiency: 0.6, attention: unfused}}", {NULL}},
    {"{assumptions: {gemm_efficiency: 0.6, kernels: constant}}", {NULL}},
    {"{assumptions: {memory_efficiency: 0.6}}", {NULL}},
    {"{assumptions: {gemm_efficiency: 50 %}}", {NULL}}, /* what it is anyway */
    {"{gpu: mi250x, job: {precision: bf16}, assumptions: {gemm_efficiency: 0.6}}", {NULL}},
    {"{assumptions: {recompute_ends: true}}", {"`recompute_ends` is not used: it goes with"}},
    {"{assumptions: {recompute_ends: true}, mapping: {recompute: layernorm}}",
     {"`recompute_ends` is not used"}},
    {"{assumptions: {recompute_ends: true}, mapping: {recompute: full}}", {NULL}},
    {"{assumptions: {loss_checks: 2}}", {"`loss_checks` is not used: each check takes one"}},
    {"{assumptions: {loss_checks: 2, launch: 1 us}}", {NULL}},
    {"{assumptions: {loss_checks: 0}}", {NULL}},
    {"{assumptions: {fused_latents: false}}", {NULL}},
    {"{assumptions: {fused_latents: false}, model: llama3-70b, mapping: {ep: 1}}",
     {"`fused_latents` is not used: `llama3-70b` has no multi-head latent attention"}},
    {"{assumptions: {shard_copies: true, gradient_passes: 3}}",
     {"`shard_copies` is not used: zero 1 shards no parameters"}},
    {"{assumptions: {shard_copies: true, gradient_passes: 3}, mapping: {zero: 3}}",
     {"`gradient_passes` is not used: with zero 3 no package has all"}},
    {"{assumptions: {gathered_inputs: apart, sequence_copies: true}}", {NULL}},
    {"{assumptions: {gathered_inputs: apart, sequence_copies: true}, model: llama3-70b, "
     "mapping: {ep: 1, sequence_parallel: false}}",
     {"`gathered_inputs` is not used: no input is gathered, for sequence_parallel is false",
      "`sequence_copies` is not used: nothing is sent along the sequence"}},
    {"{assumptions: {gathered_inputs: apart}, mapping: {tp: 1}}",
     {"`gathered_inputs` is not used: no input is gathered, for tp is 1"}},
    {"{assumptions: {transfers: in_turn}}", {NULL}},
    {"{assumptions: {transfers: in_turn}, mapping: {pp: 2}}",
     {"`transfers` is not used: with pp 2 no stage is between two others"}},
};

START_TEST(what_is_not_used_is_warned_of)
{
    fab_scenario scenario;
    ck_assert_int_eq(read_over(BASE, UNUSED[_i].over, &scenario), FAB_OK);
    size_t wanted = 0;
    for (; wanted < 2 && UNUSED[_i].warnings[wanted] != NULL; wanted++) {
        ck_assert_uint_gt(diagnostics.count, wanted);
        ck_assert_int_eq(diagnostics.items[wanted].severity, FAB_SEVERITY_WARNING);
        assert_contains(diagnostics.items[wanted].message, UNUSED[_i].warnings[wanted]);
    }
    ck_assert_uint_eq(diagnostics.warnings, wanted);
}
END_TEST

static const char *const EXAMPLE[] = {
    "deepseek-v3-h100",    "deepseek-v3-h800", "llama3-405b-h100", "llama3-70b-gb200",
    "llama3-405b-tpu-v5p", "llama3-70b-pcie",  "moe-4.7t-optics",
};

START_TEST(examples_load)
{
    char path[512];
    const fab_scenario *scenario = NULL;
    snprintf(path, sizeof path, FAB_SOURCE_DIR "/examples/%s.yaml", EXAMPLE[_i]);
    ck_assert_int_eq(fab_scenario_load(catalog, path, arena, &diagnostics, &scenario), FAB_OK);
    ck_assert_uint_eq(diagnostics.count, 0);
    ck_assert_str_eq(scenario->name, EXAMPLE[_i]);
    const fab_mapping *m = &scenario->mapping;
    ck_assert_int_eq(m->tp * m->pp * m->dp, scenario->job.gpus);
}
END_TEST

START_TEST(a_missing_file_and_a_list_are_refused)
{
    const fab_scenario *scenario = NULL;
    ck_assert_int_eq(
        fab_scenario_load(catalog, FAB_SOURCE_DIR "/none.yaml", arena, &diagnostics, &scenario),
        FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 1);

    fab_scenario out;
    ck_assert_int_eq(read_over("[1, 2]", NULL, &out), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 1);
    ck_assert_int_eq(read_over("{}", NULL, &out), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.errors, 6);
}
END_TEST

/* running out of memory at any point is a status, never a crash or a half-read scenario */
START_TEST(full_memory_is_a_status)
{
    size_t failures = 0;
    for (size_t limit = 1024; limit < 65536; limit += 1024) {
        fab_arena *small = fab_arena_create(limit);
        fab_diagnostics list = fab_diagnostics_make(small);
        const fab_node *root = NULL;
        fab_scenario out;
        fab_status status =
            small ? fab_tree_parse("small.yaml", BASE, strlen(BASE), small, &list, &root)
                  : FAB_E_NOMEM;
        status = status == FAB_OK ? fab_scenario_read(catalog, root, small, &list, &out) : status;
        ck_assert_msg(status == FAB_OK || status == FAB_E_NOMEM, "%d with %zu bytes", (int)status,
                      limit);
        failures += status == FAB_E_NOMEM;
        fab_arena_destroy(small);
    }
    ck_assert_uint_ge(failures, 1);
    ck_assert_uint_lt(failures, 63);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("settle");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_mistake_is_explained_where_it_stands, 0,
                        (int)FAB_TABLE_SIZE(REFUSED));
    tcase_add_test(tests, messages_differ);
    tcase_add_loop_test(tests, absurd_sizes_are_refused, 0, (int)FAB_TABLE_SIZE(ABSURD));
    tcase_add_test(tests, the_longest_run_that_can_be_told_is_read);
    tcase_add_test(tests, all_mistakes_are_reported_at_once);
    tcase_add_loop_test(tests, valid_mappings_are_completed, 0, (int)FAB_TABLE_SIZE(VALID));
    tcase_add_loop_test(tests, what_is_not_used_is_warned_of, 0,
                        (int)(sizeof(UNUSED) / sizeof(UNUSED[0])));
    tcase_add_loop_test(tests, examples_load, 0, (int)FAB_TABLE_SIZE(EXAMPLE));
    tcase_add_test(tests, a_missing_file_and_a_list_are_refused);
    tcase_add_test(tests, full_memory_is_a_status);
    return run_suite("settle", tests);
}
