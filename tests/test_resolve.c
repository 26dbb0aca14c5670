#include "catalog_fixture.h"

#include "bad_input.h"
#include "catalog/kinds.h"

#define NEW_GPU "bf16: 2 PFLOP/s\nmemory: 100 GB\nmemory_rate: 4 TB/s\n"

START_TEST(a_name_gives_the_row)
{
    fab_gpu gpu;
    assert_resolves(FAB_CATALOG_GPU, "h100_sxm", &gpu);
    ck_assert_str_eq(gpu.name, "h100_sxm");
    ck_assert_double_eq_tol(gpu.bf16_flops.value, 989.4e12, 1);
    fab_model model;
    assert_resolves(FAB_CATALOG_MODEL, "deepseek-v3", &model);
    ck_assert_int_eq(model.kv_rank, 512);
    fab_fabric fabric;
    assert_resolves(FAB_CATALOG_FABRIC, "study_optics_pod", &fabric);
    ck_assert_str_eq(fabric.tiers[0].technology.name, "study_cpo_3d");
}
END_TEST

/* a wrong name: the nearest one as a hint, the position of the name */
static const struct {
    fab_catalog_kind kind;
    const char *text, *message, *hint;
    int line, column;
} WRONG_NAME[] = {
    {FAB_CATALOG_TECHNOLOGY, "study_coper", "unknown technology `study_coper`", "`study_copper`", 1,
     1},
    {FAB_CATALOG_GPU, "base: h100_smx", "unknown gpu `h100_smx`", "`h100_sxm`", 1, 7},
    {FAB_CATALOG_MODEL, "\n  deepseek_v3", "unknown model `deepseek_v3`", "`deepseek-v3`", 2, 3},
    {FAB_CATALOG_FABRIC, "a_thing_that_no_row_resembles", "unknown fabric",
     "`fabricast catalog fabric`", 1, 1},
    {FAB_CATALOG_GPU, "''", "unknown gpu ``", "`fabricast catalog gpu`", 1, 1},
    {FAB_CATALOG_GPU, "[h100_sxm]", "a gpu cannot be a list", NULL, 1, 1},
    {FAB_CATALOG_GPU, "base: [h100_sxm]", "`base` must be the name of a gpu", NULL, 1, 7},
    {FAB_CATALOG_FABRIC, "base: study_optics_pod\ntiers:\n  - technology: study_lpp\n",
     "unknown technology `study_lpp`", "`study_lpo`", 3, 17},
};

START_TEST(wrong_names_are_explained)
{
    fab_fabric out; /* the largest of the four */
    const fab_diagnostic *d = only_mistake(WRONG_NAME[_i].kind, WRONG_NAME[_i].text, &out);
    assert_contains(d->message, WRONG_NAME[_i].message);
    if (WRONG_NAME[_i].hint) {
        assert_contains(d->hint, WRONG_NAME[_i].hint);
    }
    ck_assert_int_eq(d->position.line, WRONG_NAME[_i].line);
    ck_assert_int_eq(d->position.column, WRONG_NAME[_i].column);
}
END_TEST

START_TEST(a_map_without_base_says_everything)
{
    fab_gpu gpu;
    assert_resolves(FAB_CATALOG_GPU, NEW_GPU "name: mine\npower: not published\n", &gpu);
    ck_assert_str_eq(gpu.name, "mine");
    ck_assert_str_eq(gpu.title, "mine");
    ck_assert_int_eq(gpu.dies_per_gpu, 1);
    ck_assert(!gpu.power_w.is_known && !gpu.fp8_flops.is_known);
    ck_assert_str_eq(gpu.source, "given in test.yaml");
    ck_assert_int_eq(gpu.confidence, FAB_CONFIDENCE_ASSUMPTION);

    ck_assert_int_eq(resolve_text(FAB_CATALOG_GPU, "memory: 1 TB\n", &gpu), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 2);
}
END_TEST

START_TEST(an_overlay_changes_what_it_says)
{
    fab_gpu gpu;
    assert_resolves(FAB_CATALOG_GPU, "base: h100_sxm\nmemory: 96 GB\n", &gpu);
    ck_assert_double_eq_tol(gpu.memory_byte.value, 96e9, 1);
    ck_assert_double_eq_tol(gpu.bf16_flops.value, 989.4e12, 1);
    ck_assert_str_eq(gpu.name, "h100_sxm");

    /* the vendor did not say 96 GB, and what stays is still the vendor's */
    ck_assert_str_eq(gpu.memory_byte.source, "given in test.yaml");
    ck_assert_int_eq(gpu.memory_byte.confidence, FAB_CONFIDENCE_ASSUMPTION);
    assert_contains(gpu.bf16_flops.source, "nvidia.com");
    ck_assert_int_eq(gpu.bf16_flops.confidence, FAB_CONFIDENCE_DATASHEET);
    assert_contains(gpu.source, "nvidia.com");
    ck_assert_int_eq(gpu.confidence, FAB_CONFIDENCE_DATASHEET);

    /* the catalog itself is untouched */
    ck_assert_double_eq_tol(fab_catalog_gpu(catalog, "h100_sxm")->memory_byte.value,
                            80.0 * 1073741824.0, 1);
}
END_TEST

START_TEST(an_overlay_may_bring_its_own_source)
{
    fab_gpu gpu;
    assert_resolves(FAB_CATALOG_GPU,
                    "base: h100_sxm\nmemory: 96 GB\nsource: arXiv 2410.06511\nconfidence: paper\n",
                    &gpu);
    ck_assert_ptr_null(gpu.memory_byte.source);
    ck_assert_str_eq(gpu.source, "arXiv 2410.06511");
    ck_assert_int_eq(gpu.confidence, FAB_CONFIDENCE_PAPER);
    assert_contains(gpu.power_w.source, "nvidia.com");
    ck_assert_int_eq(gpu.power_w.confidence, FAB_CONFIDENCE_DATASHEET);

    assert_resolves(FAB_CATALOG_GPU, "base: h100_sxm\npower: {value: 500 W, source: a sheet}\n",
                    &gpu);
    ck_assert_str_eq(gpu.power_w.source, "a sheet");
}
END_TEST

START_TEST(changed_counts_are_not_the_publications)
{
    fab_model model;
    assert_resolves(FAB_CATALOG_MODEL, "base: gpt3-175b\nlayers: 48\nheads: 48\n", &model);
    assert_contains(model.source, "arXiv 2005.14165");
    assert_contains(model.source, "given in test.yaml");
    ck_assert_int_eq(model.confidence, FAB_CONFIDENCE_ASSUMPTION);
    ck_assert_int_eq(model.published_total_count.confidence, FAB_CONFIDENCE_PAPER);
    /* what followed goes on following */
    ck_assert_int_eq(model.dense_layers, 48);
    ck_assert_int_eq(model.kv_heads, 48);
}
END_TEST

START_TEST(a_value_may_be_withdrawn)
{
    fab_technology technology;
    assert_resolves(FAB_CATALOG_TECHNOLOGY, "base: study_copper\nreach: not published\n",
                    &technology);
    ck_assert(!technology.reach_m.is_known);
}
END_TEST

/* names and texts are data, whatever they look like */
static const char *const HOSTILE[] = {
    "`touch x`", "$(touch x)", "'; DROP TABLE runs; --", "\\\"quoted\\\"", "</script><script>",
    "=1+1",      "%s%n%d",     "../../etc/passwd",       "\\e[31m",        "-rf",
};

START_TEST(hostile_texts_stay_data)
{
    fab_gpu gpu;
    char text[512];
    snprintf(text, sizeof text, NEW_GPU "name: \"%s\"\nnotes: \"%s\"\nsource: \"%s\"\n",
             HOSTILE[_i], HOSTILE[_i], HOSTILE[_i]);
    assert_resolves(FAB_CATALOG_GPU, text, &gpu);
    ck_assert_str_eq(gpu.name, gpu.notes);
    ck_assert_str_eq(gpu.name, gpu.source);
    ck_assert_str_eq(gpu.name, gpu.title);
    if (!strchr(HOSTILE[_i], '\\')) {
        ck_assert_str_eq(gpu.name, HOSTILE[_i]);
    }

    snprintf(text, sizeof text, "\"%s\"", HOSTILE[_i]);
    const fab_diagnostic *d = only_mistake(FAB_CATALOG_GPU, text, &gpu);
    assert_contains(d->message, gpu.name ? "unknown gpu" : "");
}
END_TEST

static const char GPU_TEXT[] =
    NEW_GPU "name: n\ntitle: t\nvendor: v\nstatus: shipped\nyear: 2024\ndies: 2\nfp16: 2 PFLOP/s\n"
            "tf32: 1 PFLOP/s\nfp8: 4 PFLOP/s\nfp4: 8 PFLOP/s\nint8: 4 PFLOP/s\n"
            "bf16_achieved: 1 PFLOP/s\nfp8_achieved: 2 PFLOP/s\nmemory_type: HBM3\nscale_up: mesh\n"
            "scale_up_rate: 1 Tbps\nscale_up_domain: 8\nscale_out_rate: 400 Gbps\nhost_rate: 64 "
            "GB/s\npower: 700 W\n"
            "static_power: 100 W\nbf16_energy: 0.8 pJ/FLOP\nfp8_energy: 0.4 pJ/FLOP\nfp4_energy: "
            "0.2 pJ/FLOP\n"
            "memory_energy: 5 pJ/bit\n"
            "kernels: a100\n"
            "source: s\nconfidence: paper\nnotes: n\n";

static const char TECHNOLOGY_TEXT[] =
    "name: n\ntitle: t\nrole: link\nmedium: m\nline_code: NRZ\n"
    "overhead: none\nrate: 1 Tbps\nlane_rate: 100 Gbps\nlanes: 4\nenergy: 5 pJ/bit\nenergy_scope: "
    "all\nenergy_split: none\nreach: 2 m\n"
    "latency: 5 ns\nradix: 64\nshoreline: 1 Tbps/mm\nareal_density: 1 Tbps/mm2\n"
    "cost: 1 USD/Gbps\nunit_rate: 800 Gbps\nmtbf: 1000000 h\nnumbers: derived\nmodulator: "
    "ring\nelectronics: "
    "linear\nfec: rs544\n"
    "laser_efficiency: 0.2\nlaser_power: 100 mW\nlanes_per_laser: 4\nfibre_pitch: 127 um\n"
    "lanes_per_fibre: 8\nwire_gauge: 26\nloss_budget: 16\nswing: 0.4\npad_capacitance: "
    "250\nsupply_efficiency: 0.9\n"
    "year: 2024\nsource: s\n"
    "confidence: vendor claim\nnotes: n\n";

static const char MODEL_TEXT[] =
    "name: n\ntitle: t\nlayers: 4\ndense_layers: 2\nmoe_every: 2\nencoder_layers: 2\n"
    "hidden: 64\ndense_width: 256\nheads: 8\n"
    "kv_heads: 2\nhead_dim: 8\nattention: gqa\nq_rank: 0\nkv_rank: 0\nqk_nope_dim: 0\n"
    "qk_rope_dim: 0\nv_dim: 0\nattention_gate: true\n"
    "attention_sinks: true\nwindow: 64\nwindow_layers: 2\nlinear_attention: delta\nlinear_layers: "
    "2\nlinear_key_heads: 2\n"
    "linear_key_dim: 8\nlinear_heads: 4\nlinear_dim: 8\nlinear_taps: 4\ngated: true\nexperts: "
    "8\nexperts_per_token: 2\n"
    "expert_width: 32\nshared_width: 32\nshared_gate: true\nrouter_groups: 4\ngroups_per_token: 2\n"
    "expert_bias: true\nclamped_experts: true\nvocabulary: 1000\ntied: false\nlearned_positions: "
    "0\nnorm: rms\n"
    "bias: none\nqk_norm: false\nextra_parameters: 1000\nmtp_layers: 1\nsequence: "
    "128\ntotal_parameters: 1M\n"
    "active_parameters: 500k\nsource: s\nconfidence: estimate\nnotes: n\n";

static const char TIER_TEXT[] =
    "name: n\ntechnology: study_copper\nrate: 1 Tbps\nlatency: 1 us\ndomain: 8\nused: 4\n"
    "links_per_path: 2\npackages_per_rack: 8\nin_network_reduction: true\nmesh: false\n"
    "messaging: nccl_hopper\nswitch: sw_th5\noversubscription: 2\nwiring: hyperx 2x4\n";

static const char CHANNEL_TEXT[] =
    "algorithm: ring\nkind: all-reduce\nprotocol: LL\nbase: 5 us\nhop: 1 us\nefficiency: 0.5\n"
    "fill: 0 s\nown_rate: 1 TB/s\n";

static const char MESSAGING_TEXT[] =
    "name: n\ntitle: t\nchannels:\n  - {algorithm: ring, base: 5 us, hop: 1 us, "
    "efficiency: 0.5, fill: 0 s}\nsource: s\nconfidence: paper\nnotes: n\n";

static const char FABRIC_TEXT[] =
    "name: n\ntitle: t\ntiers:\n  - {name: n, technology: study_copper, rate: 1 Tbps, "
    "latency: 1 us, domain: 8, used: 4, links_per_path: 2, packages_per_rack: 8}\n"
    "source: s\nconfidence: paper\nnotes: n\n";

#define PRODUCT_TEXT(part)                                                                         \
    part "_peak: 0.7\n" part "_depth: 100\n" part "_wave: 0.5\n" part "_tile: 0.1\n" part          \
         "_accumulate: 0.9\n" part "_memory: 0.8\n" part "_sustain: 0.9\n" part "_launch: 3 us\n"
#define ATTENTION_TEXT(part)                                                                       \
    part "_peak: 0.6\n" part "_wave: 1\n" part "_power: 2\n" part "_sequence: 500\n" part          \
         "_wide: 0.9\n" part "_narrow: 0.8\n" part "_launch: 3 us\n"
#define KERNELS_TEXT                                                                               \
    "name: k\ntitle: t\nmultiprocessors: 100\n" PRODUCT_TEXT("bf16") PRODUCT_TEXT("fp8")           \
        PRODUCT_TEXT("grouped") "grouped_group: 1 us\n" ATTENTION_TEXT("forward") ATTENTION_TEXT(  \
            "backward") "attention_v2: 0.6\nmemory_peak: 0.8\nmemory_launch: 4 us\nsource: "       \
                        "s\nconfidence: estimate\nnotes: n\n"

static const struct {
    const fab_table *table;
    const char *text;
} TABLES[] = {
    {&FAB_KERNELS_TABLE, KERNELS_TEXT}, {&FAB_TECHNOLOGY_TABLE, TECHNOLOGY_TEXT},
    {&FAB_GPU_TABLE, GPU_TEXT},         {&FAB_MODEL_TABLE, MODEL_TEXT},
    {&FAB_TIER_TABLE, TIER_TEXT},       {&FAB_FABRIC_TABLE, FABRIC_TEXT},
    {&FAB_CHANNEL_TABLE, CHANNEL_TEXT}, {&FAB_MESSAGING_TABLE, MESSAGING_TEXT},
};

START_TEST(every_field_refuses_bad_input)
{
    /* at least an unknown field, and two mistakes in each field that is not text */
    ck_assert_uint_gt(bad_input_check(TABLES[_i].table, TABLES[_i].text), TABLES[_i].table->count);
}
END_TEST

/* the valid texts mention every field, so that none is left out of the test above */
START_TEST(valid_texts_mention_every_field)
{
    const fab_node *root = NULL;
    ck_assert_int_eq(fab_tree_parse("valid.yaml", TABLES[_i].text, strlen(TABLES[_i].text), arena,
                                    &diagnostics, &root),
                     FAB_OK);
    for (size_t f = 0; f < TABLES[_i].table->count; f++) {
        const char *name = TABLES[_i].table->fields[f].name;
        ck_assert_msg(fab_node_get(root, name), "%s lacks %s", TABLES[_i].table->kind, name);
        ck_assert(strlen(TABLES[_i].table->fields[f].help) > 0);
    }
}
END_TEST

/* the page for users names every field */
START_TEST(the_page_names_every_field)
{
    static char page[1 << 16];
    FILE *file = fopen(FAB_SOURCE_DIR "/docs/catalog.md", "r");
    ck_assert_ptr_nonnull(file);
    const size_t length = fread(page, 1, sizeof page - 1, file);
    fclose(file);
    ck_assert_uint_lt(length, sizeof page - 1);
    page[length] = '\0';
    for (size_t f = 0; f < TABLES[_i].table->count; f++) {
        char name[64];
        snprintf(name, sizeof name, "`%s`", TABLES[_i].table->fields[f].name);
        ck_assert_msg(strstr(page, name), "docs/catalog.md does not name %s", name);
    }
}
END_TEST

START_TEST(kernels_are_found_by_name)
{
    fab_gpu gpu;
    assert_resolves(FAB_CATALOG_GPU, "h100_sxm", &gpu);
    ck_assert_ptr_eq(gpu.kernels, fab_catalog_kernels(catalog, "h100"));
    assert_resolves(FAB_CATALOG_GPU, "{base: h100_sxm, kernels: a100}", &gpu);
    ck_assert_str_eq(gpu.kernels->name, "a100");
    assert_resolves(FAB_CATALOG_GPU, "{base: h100_sxm, kernels: none}", &gpu);
    ck_assert_ptr_null(gpu.kernels);
    ck_assert_ptr_null(gpu.kernels_name);
    const fab_diagnostic *d = only_mistake(FAB_CATALOG_GPU, "{base: h100_sxm, kernels: h10}", &gpu);
    ck_assert_ptr_nonnull(strstr(d->message, "unknown kernels `h10`"));
}
END_TEST

START_TEST(the_valid_texts_resolve)
{
    fab_fabric out;
    assert_resolves(FAB_CATALOG_TECHNOLOGY, TECHNOLOGY_TEXT, &out);
    fab_kernels kernels;
    assert_resolves(FAB_CATALOG_KERNELS, KERNELS_TEXT, &kernels);
    fab_gpu gpu;
    assert_resolves(FAB_CATALOG_GPU, GPU_TEXT, &gpu);
    ck_assert_ptr_eq(gpu.kernels, fab_catalog_kernels(catalog, "a100"));
    assert_resolves(FAB_CATALOG_MODEL, MODEL_TEXT, &out);
    assert_resolves(FAB_CATALOG_FABRIC, FABRIC_TEXT, &out);
    fab_messaging messaging;
    assert_resolves(FAB_CATALOG_MESSAGING, MESSAGING_TEXT, &messaging);
}
END_TEST

int main(void)
{
    const int tables = (int)(sizeof TABLES / sizeof TABLES[0]);
    TCase *tests = tcase_create("resolve");
    tcase_add_test(tests, a_name_gives_the_row);
    tcase_add_loop_test(tests, wrong_names_are_explained, 0,
                        (int)(sizeof WRONG_NAME / sizeof WRONG_NAME[0]));
    tcase_add_test(tests, a_map_without_base_says_everything);
    tcase_add_test(tests, an_overlay_changes_what_it_says);
    tcase_add_test(tests, an_overlay_may_bring_its_own_source);
    tcase_add_test(tests, changed_counts_are_not_the_publications);
    tcase_add_test(tests, a_value_may_be_withdrawn);
    tcase_add_loop_test(tests, hostile_texts_stay_data, 0,
                        (int)(sizeof HOSTILE / sizeof HOSTILE[0]));
    tcase_add_loop_test(tests, every_field_refuses_bad_input, 0, tables);
    tcase_add_loop_test(tests, valid_texts_mention_every_field, 0, tables);
    tcase_add_loop_test(tests, the_page_names_every_field, 0, tables);
    tcase_add_test(tests, kernels_are_found_by_name);
    tcase_add_test(tests, the_valid_texts_resolve);
    return run_suite("resolve", tests);
}
