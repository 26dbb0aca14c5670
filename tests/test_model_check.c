#include "catalog_fixture.h"

/* what no single field can say about a model */

#define DENSE "layers: 4\nhidden: 64\ndense_width: 256\nheads: 8\nvocabulary: 1000\nsequence: 128\n"
#define MOE                                                                                        \
    "layers: 4\nhidden: 64\nheads: 8\nvocabulary: 1000\nsequence: 128\nexperts: 8\n"               \
    "experts_per_token: 2\nexpert_width: 32\n"
#define LINEAR                                                                                     \
    "linear_layers: 2\nlinear_key_heads: 2\nlinear_key_dim: 8\nlinear_heads: 4\nlinear_dim: 8\n"
#define MLA "attention: mla\nkv_rank: 16\nqk_nope_dim: 8\nqk_rope_dim: 4\nv_dim: 8\n"

START_TEST(omitted_counts_follow)
{
    fab_model model;
    assert_resolves(FAB_CATALOG_MODEL, DENSE, &model);
    ck_assert_int_eq(model.dense_layers, 4);
    ck_assert_int_eq(model.kv_heads, 8);
    ck_assert_int_eq(model.head_dim, 8);
    ck_assert(model.is_gated && !model.is_tied);

    assert_resolves(FAB_CATALOG_MODEL, MOE, &model);
    ck_assert_int_eq(model.dense_layers, 0);

    assert_resolves(FAB_CATALOG_MODEL, MOE "moe_every: 2\ndense_width: 256\n", &model);
    ck_assert_int_eq(model.dense_layers, 2);
    assert_resolves(FAB_CATALOG_MODEL, "base: llama4-maverick\nlayers: 24\n", &model);
    ck_assert_int_eq(model.dense_layers, 12);
    assert_resolves(FAB_CATALOG_MODEL, "base: mixtral-8x7b\nmoe_every: 4\ndense_width: 64\n",
                    &model);
    ck_assert_int_eq(model.dense_layers, 24);

    assert_resolves(FAB_CATALOG_MODEL, DENSE MLA, &model);
    ck_assert_int_eq(model.q_rank, 0);

    /* heads that do not divide the hidden size need a dimension of their own */
    assert_resolves(FAB_CATALOG_MODEL,
                    "layers: 4\nhidden: 64\ndense_width: 256\nheads: 6\nhead_dim: 16\n"
                    "vocabulary: 1000\nsequence: 128\n",
                    &model);
    ck_assert_int_eq(model.head_dim, 16);
}
END_TEST

static const struct {
    const char *text, *message;
    int line; /* where it points; 0: the whole map, which starts on line 1 */
} BAD[] = {
    {DENSE "kv_heads: 3\n", "`kv_heads` 3 does not divide `heads` 8", 7},
    {DENSE "kv_heads: 16\n", "`kv_heads` 16 does not divide `heads` 8", 7},
    {DENSE "q_rank: 4\n", "`q_rank` does not belong here", 7},
    {DENSE "v_dim: 4\n", "`v_dim` does not belong here", 7},
    {DENSE "attention: mla\nkv_rank: 16\nqk_nope_dim: 8\nqk_rope_dim: 4\n", "`v_dim` is missing",
     0},
    {DENSE "dense_layers: 5\n", "`dense_layers` 5 is more than `layers` 4", 7},
    {DENSE "dense_layers: 3\n", "without experts every layer is dense", 7},
    {"layers: 4\nhidden: 64\nheads: 8\nvocabulary: 1000\nsequence: 128\n",
     "`dense_width` is missing", 0},
    {"layers: 4\nhidden: 64\ndense_width: 256\nheads: 6\nvocabulary: 1000\nsequence: 128\n",
     "`heads` does not divide `hidden`", 4},
    {DENSE "experts_per_token: 2\n", "`experts_per_token` does not belong here", 7},
    {DENSE "expert_width: 2\n", "`expert_width` does not belong here", 7},
    {DENSE "shared_width: 2\n", "`shared_width` does not belong here", 7},
    {DENSE "expert_bias: true\n", "`expert_bias` does not belong here", 7},
    {DENSE "clamped_experts: true\n", "`clamped_experts` does not belong here", 7},
    {"layers: 4\nhidden: 64\nheads: 8\nvocabulary: 1000\nsequence: 128\nexperts: 8\n"
     "experts_per_token: 2\n",
     "`expert_width` is missing", 0},
    {"layers: 4\nhidden: 64\nheads: 8\nvocabulary: 1000\nsequence: 128\nexperts: 8\n"
     "experts_per_token: 9\nexpert_width: 32\n",
     "`experts_per_token` 9 is more than `experts` 8", 7},
    {MOE "dense_width: 32\n", "`dense_width` does not belong here", 9},
    {MOE "dense_layers: 2\n", "`dense_width` is missing", 0},
    {MOE "dense_layers: 4\ndense_width: 256\n", "every layer is dense", 9},
    {MOE "router_groups: 3\ngroups_per_token: 1\n", "`router_groups` 3 does not divide `experts` 8",
     9},
    {MOE "router_groups: 4\n", "`groups_per_token` is missing", 0},
    {MOE "groups_per_token: 4\n", "`groups_per_token` does not belong here", 9},
    {MOE "router_groups: 2\ngroups_per_token: 4\n",
     "`groups_per_token` 4 is more than `router_groups` 2", 10},
    {MOE "shared_gate: true\n", "`shared_width` is missing", 0},
    {MOE "moe_every: 3\ndense_width: 256\n", "`moe_every` 3 does not divide `layers` 4", 9},
    {MOE "moe_every: 2\ndense_layers: 1\ndense_width: 256\n", "not what `moe_every` leaves", 10},
    {DENSE "moe_every: 2\n", "`moe_every` does not belong here", 7},
    {DENSE "shared_gate: true\n", "`shared_gate` does not belong here", 7},
    {DENSE "encoder_layers: 5\n", "`encoder_layers` 5 is more than `layers` 4", 7},
    {DENSE "linear_layers: 2\n", "`linear_layers` does not belong here", 7},
    {DENSE "linear_attention: delta\n", "`linear_layers` is missing", 0},
    {DENSE LINEAR "linear_attention: lightning\nlinear_taps: 4\n",
     "`linear_taps` does not belong here", 13},
    {DENSE MLA "attention_gate: true\n", "`attention_gate` does not belong here", 12},
    {DENSE MLA "attention_sinks: true\n", "`attention_sinks` does not belong here", 12},
    {MOE "router_groups: 8\ngroups_per_token: 1\n", "hold fewer experts than it visits", 10},
};

START_TEST(bad_shapes_are_refused)
{
    fab_model model;
    ck_assert_int_eq(resolve_text(FAB_CATALOG_MODEL, BAD[_i].text, &model), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.errors, 1);
    assert_contains(diagnostics.items[0].message, BAD[_i].message);
    ck_assert_int_eq(diagnostics.items[0].position.line, BAD[_i].line ? BAD[_i].line : 1);
}
END_TEST

START_TEST(a_model_beyond_counting_is_refused)
{
    fab_model model;
    const fab_diagnostic *d =
        only_mistake(FAB_CATALOG_MODEL,
                     "layers: 100000\nhidden: 10000000\ndense_width: 10000000\nheads: 1000\n"
                     "vocabulary: 1000\nsequence: 128\n",
                     &model);
    assert_contains(d->message, "more than 1e17 parameters");
}
END_TEST

/* the largest counts that the fields allow end in a diagnostic, not in an overflow */
START_TEST(extreme_counts_do_not_overflow)
{
    fab_model model;
    const fab_diagnostic *d = only_mistake(
        FAB_CATALOG_MODEL,
        "layers: 100000\ndense_layers: 1\nhidden: 10000000\ndense_width: 10000000\n"
        "heads: 10000000\nattention: mla\nq_rank: 10000000\nkv_rank: 10000000\n"
        "qk_nope_dim: 10000000\nqk_rope_dim: 10000000\nv_dim: 10000000\nexperts: 100000\n"
        "experts_per_token: 100000\nexpert_width: 10000000\nshared_width: 10000000\n"
        "router_groups: 100000\ngroups_per_token: 100000\nvocabulary: 100000000\n"
        "learned_positions: 100000000\nmtp_layers: 100\nsequence: 1000000000\n",
        &model);
    assert_contains(d->message, "more than 1e17 parameters");
}
END_TEST

START_TEST(a_mixture_from_a_dense_model)
{
    fab_model model;
    assert_resolves(FAB_CATALOG_MODEL,
                    "base: llama3-405b\nexperts: 16\nexperts_per_token: 2\nexpert_width: 8192\n"
                    "dense_width: 0\n",
                    &model);
    ck_assert_int_eq(model.dense_layers, 0);
    ck_assert_int_eq(model.layers, 126);
    ck_assert_int_eq(model.kv_heads, 8);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("model_check");
    tcase_add_test(tests, omitted_counts_follow);
    tcase_add_loop_test(tests, bad_shapes_are_refused, 0, (int)(sizeof BAD / sizeof BAD[0]));
    tcase_add_test(tests, a_model_beyond_counting_is_refused);
    tcase_add_test(tests, extreme_counts_do_not_overflow);
    tcase_add_test(tests, a_mixture_from_a_dense_model);
    return run_suite("model_check", tests);
}
