#include "catalog_fixture.h"

#include <fabricast/units.h>

#include "catalog/catalog_rows.h"

/* the value of a field that the tables give, by its name */
static const fab_catalog_fact *fact(fab_catalog_kind kind, const char *row, const char *field)
{
    for (size_t i = 0; i < fab_catalog_count(catalog, kind); i++) {
        const fab_catalog_fact *facts = NULL;
        size_t count = 0;
        if (strcmp(fab_catalog_row_name(catalog, kind, i), row) != 0) {
            continue;
        }
        ck_assert_int_eq(fab_catalog_facts(catalog, kind, i, arena, &facts, &count), FAB_OK);
        for (size_t f = 0; f < count; f++) {
            if (strcmp(facts[f].field, field) == 0) {
                return &facts[f];
            }
        }
    }
    ck_abort_msg("no field %s of row %s", field, row);
    return NULL;
}

START_TEST(loads_without_a_word)
{
    static const size_t COUNT[FAB_CATALOG_KIND_COUNT] = {62, 7, 30, 38, 11, 24};
    ck_assert_uint_eq(diagnostics.count, 0);
    for (int k = 0; k < FAB_CATALOG_KIND_COUNT; k++) {
        ck_assert_uint_eq(fab_catalog_count(catalog, (fab_catalog_kind)k), COUNT[k]);
    }
    ck_assert_str_eq(fab_catalog_row_name(catalog, FAB_CATALOG_TECHNOLOGY, 0), "study_copper");
    ck_assert_str_eq(fab_catalog_row_title(catalog, FAB_CATALOG_GPU, 6), "NVIDIA H100 SXM 80 GB");
    ck_assert_str_eq(fab_catalog_kind_name(FAB_CATALOG_FABRIC), "fabric");
}
END_TEST

START_TEST(unknown_rows_are_null)
{
    ck_assert_ptr_null(fab_catalog_technology(catalog, "study_coper"));
    ck_assert_ptr_null(fab_catalog_gpu(catalog, ""));
    ck_assert_ptr_null(fab_catalog_model(catalog, "study_copper"));
    ck_assert_ptr_null(fab_catalog_fabric(catalog, "h100_sxm"));
    ck_assert_ptr_null(fab_catalog_row_name(catalog, FAB_CATALOG_GPU, 30));
    ck_assert_ptr_null(fab_catalog_row_title(catalog, FAB_CATALOG_GPU, SIZE_MAX));
    const fab_catalog_fact *facts = NULL;
    size_t count = 0;
    ck_assert_int_eq(fab_catalog_facts(catalog, FAB_CATALOG_GPU, 30, arena, &facts, &count),
                     FAB_E_NOTFOUND);
}
END_TEST

/* numbers of arXiv 2510.15893 and of vendors' sheets, in SI units, each with its confidence */
static const struct {
    fab_catalog_kind kind;
    const char *row, *field;
    double value;
    const char *confidence;
} GOLDEN[] = {
    {FAB_CATALOG_TECHNOLOGY, "study_copper", "rate", 14.4e12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_copper", "lane_rate", 200e9, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_copper", "energy", 5e-12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_copper", "reach", 1, "paper"},
    {FAB_CATALOG_TECHNOLOGY, "study_copper", "radix", 144, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_pluggable_dsp", "energy", 21e-12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_lpo", "energy", 13e-12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_cpo_25d", "energy", 12e-12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_cpo_3d", "rate", 32e12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_cpo_3d", "energy", 4.3e-12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_cpo_3d", "reach", 1000, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_cpo_3d", "radix", 512, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "study_cpo_3d", "year", 2027, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "nvlink4_h100", "energy", 8e-12, "estimate"},
    {FAB_CATALOG_TECHNOLOGY, "nvlink5_b200", "rate", 7.2e12, "vendor claim"},
    {FAB_CATALOG_TECHNOLOGY, "plug_800g_dr8", "latency", 100e-9, "estimate"},
    {FAB_CATALOG_TECHNOLOGY, "plug_800g_dr8", "cost", 1.56e-9, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "pcie5_x16", "rate", 504e9, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "pcie5_x16", "lanes", 16, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "pcie5_x16", "energy", 5.5e-12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "pcie5_x16", "reach", 0.4, "estimate"},
    {FAB_CATALOG_TECHNOLOGY, "nvlink6_rubin", "rate", 14.4e12, "vendor claim"},
    {FAB_CATALOG_TECHNOLOGY, "nvlink6_rubin", "lane_rate", 200e9, "assumption"},
    {FAB_CATALOG_TECHNOLOGY, "ucie_a_25d", "shoreline", 5.27e15, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "ucie_a_25d", "areal_density", 5.4e18, "estimate"},
    {FAB_CATALOG_TECHNOLOGY, "ucie_3d", "reach", 10e-6, "paper"},
    {FAB_CATALOG_TECHNOLOGY, "lm_m1000", "rate", 57.3e12, "vendor claim"},
    {FAB_CATALOG_TECHNOLOGY, "lm_l200", "rate", 16e12, "assumption"},
    {FAB_CATALOG_TECHNOLOGY, "ocs_palomar", "latency", 0, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "ocs_palomar", "energy", 1e-12, "estimate"},
    {FAB_CATALOG_TECHNOLOGY, "sw_th5", "latency", 600e-9, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "corona_xbar", "rate", 163.84e12, "secondary"},
    {FAB_CATALOG_GPU, "study_package", "dies", 4, "assumption"},
    {FAB_CATALOG_GPU, "v100_sxm2", "fp16", 125e12, "datasheet"},
    {FAB_CATALOG_GPU, "h800_sxm", "scale_up_rate", 1.6e12, "secondary"},
    {FAB_CATALOG_GPU, "h100_sxm", "bf16_achieved", 794.5e12, "secondary"},
    {FAB_CATALOG_TECHNOLOGY, "dac_200g", "reach", 1, "paper"},
    {FAB_CATALOG_TECHNOLOGY, "nvlink3_a100", "lanes", 4, "secondary"},
    {FAB_CATALOG_GPU, "tpu_v5e", "int8", 393e12, "datasheet"},
    {FAB_CATALOG_GPU, "trainium2", "memory", 96.0 * 1024 * 1024 * 1024, "datasheet"},
    {FAB_CATALOG_MODEL, "gshard-600b", "head_dim", 128, "paper"},
    {FAB_CATALOG_GPU, "tpu_v4", "scale_up_domain", 4096, "paper"},
    {FAB_CATALOG_GPU, "gb300", "scale_out_rate", 800e9, "secondary"},
    {FAB_CATALOG_GPU, "gh200", "host_rate", 3.6e12, "datasheet"},
    {FAB_CATALOG_GPU, "gb200", "host_rate", 1.8e12, "estimate"},
    {FAB_CATALOG_GPU, "gh200", "power", 1000, "datasheet"},
    {FAB_CATALOG_GPU, "study_package", "bf16", 17.5e15, "assumption"},
    {FAB_CATALOG_GPU, "study_package", "fp8", 35e15, "assumption"},
    {FAB_CATALOG_GPU, "study_package", "memory", 1e12, "assumption"},
    {FAB_CATALOG_GPU, "study_package", "memory_rate", 32e12, "assumption"},
    {FAB_CATALOG_GPU, "h100_sxm", "bf16", 989.4e12, "datasheet"},
    {FAB_CATALOG_GPU, "h100_sxm", "memory_rate", 3.35e12, "datasheet"},
    {FAB_CATALOG_GPU, "gb200", "memory", 186e9, "datasheet"},
    {FAB_CATALOG_GPU, "gb200", "power", 1200, "datasheet"},
    {FAB_CATALOG_MODEL, "moe-4.7t-c1", "total_parameters", 4.7e12, "secondary"},
    {FAB_CATALOG_MODEL, "moe-4.7t-c4", "total_parameters", 4.7e12, "secondary"},
    {FAB_CATALOG_MODEL, "moe-4.7t-c4", "hidden", 12288, "estimate"},
    {FAB_CATALOG_MODEL, "deepseek-v3", "active_parameters", 37e9, "paper"},
    {FAB_CATALOG_MODEL, "llama3-405b", "dense_layers", 126, "paper"},
    {FAB_CATALOG_FABRIC, "study_copper_pod", "tiers[0].rate", 14.4e12, "secondary"},
    {FAB_CATALOG_FABRIC, "study_copper_pod", "tiers[0].domain", 144, "assumption"},
    {FAB_CATALOG_FABRIC, "study_copper_pod", "tiers[0].used", 128, "assumption"},
    {FAB_CATALOG_FABRIC, "study_copper_pod", "tiers[1].rate", 1.6e12, "assumption"},
    {FAB_CATALOG_FABRIC, "study_copper_pod", "tiers[1].latency", 4e-6, "secondary"},
    {FAB_CATALOG_FABRIC, "study_same_radix_pod", "tiers[0].rate", 14.4e12, "secondary"},
    {FAB_CATALOG_FABRIC, "study_same_radix_pod", "tiers[0].used", 512, "assumption"},
    {FAB_CATALOG_FABRIC, "study_optics_pod", "tiers[0].rate", 32e12, "secondary"},
    {FAB_CATALOG_FABRIC, "study_cpo_25d_pod", "tiers[0].rate", 32e12, "assumption"},
    {FAB_CATALOG_FABRIC, "study_pluggable_pod", "tiers[0].rate", 32e12, "assumption"},
    {FAB_CATALOG_FABRIC, "h100_ib", "tiers[1].rate", 400e9, "secondary"},
    {FAB_CATALOG_FABRIC, "gb200_nvl72", "tiers[0].used", 64, "assumption"},
};

START_TEST(golden_values)
{
    const fab_catalog_fact *f = fact(GOLDEN[_i].kind, GOLDEN[_i].row, GOLDEN[_i].field);
    ck_assert(f->is_number && f->is_published);
    ck_assert_double_eq_tol(f->value, GOLDEN[_i].value, 1e-12 * GOLDEN[_i].value + 1e-30);
    ck_assert_str_eq(f->confidence, GOLDEN[_i].confidence);
    ck_assert_ptr_nonnull(f->unit);
}
END_TEST

static const struct {
    const char *row, *field;
} UNPUBLISHED[] = {
    {"study_pluggable_dsp", "rate"}, {"study_pluggable_dsp", "reach"},
    {"study_lpo", "rate"},           {"study_lpo", "year"},
    {"study_cpo_25d", "radix"},      {"study_cpo_3d", "latency"},
    {"pcie4_x16", "energy"},         {"lm_m1000", "energy"},
    {"ocs_lumentum_r300", "energy"},
};

START_TEST(what_is_not_published_says_so)
{
    const fab_catalog_fact *f =
        fact(FAB_CATALOG_TECHNOLOGY, UNPUBLISHED[_i].row, UNPUBLISHED[_i].field);
    ck_assert(!f->is_number && !f->is_published);
    ck_assert_str_eq(f->text, "not published");
    ck_assert_ptr_null(f->source);
    ck_assert_ptr_null(f->confidence);
}
END_TEST

START_TEST(facts_read_as_a_user_writes)
{
    const fab_catalog_fact *energy = fact(FAB_CATALOG_TECHNOLOGY, "study_cpo_3d", "energy");
    ck_assert_str_eq(energy->text, "4.3 pJ/bit");
    ck_assert_ptr_null(energy->range);
    ck_assert_str_eq(energy->unit, "J/bit");
    assert_contains(energy->source, "arXiv 2510.15893");
    ck_assert(strlen(energy->help) > 0);

    const fab_catalog_fact *copper = fact(FAB_CATALOG_TECHNOLOGY, "study_copper", "energy");
    assert_contains(copper->source, "later public material");

    const fab_catalog_fact *latency =
        fact(FAB_CATALOG_FABRIC, "study_optics_pod", "tiers[0].latency");
    ck_assert_str_eq(latency->text, "250 ns");
    ck_assert_str_eq(latency->range, "100 ns .. 1 us");

    const fab_catalog_fact *medium = fact(FAB_CATALOG_TECHNOLOGY, "study_copper", "medium");
    ck_assert_str_eq(medium->text, "twinax copper");
    ck_assert(!medium->is_number);
    ck_assert_ptr_null(medium->source);
    ck_assert_ptr_null(medium->unit);

    const fab_catalog_fact *link =
        fact(FAB_CATALOG_FABRIC, "study_optics_pod", "tiers[0].technology");
    ck_assert_str_eq(link->text, "study_cpo_3d");
    ck_assert_str_eq(fact(FAB_CATALOG_MODEL, "deepseek-v3", "attention")->text, "mla");
    ck_assert_str_eq(fact(FAB_CATALOG_MODEL, "gpt3-175b", "tied")->text, "true");
}
END_TEST

static void assert_origin(const char *row, const char *field, const char *source)
{
    ck_assert_msg(source && strlen(source) > 8 && !strstr(source, "given in"), "%s.%s: source %s",
                  row, field, source ? source : "missing");
    /* a citation can be looked up: an address, a paper, or an honest word that there is none */
    static const char *const MARKS[] = {"arXiv",   "https://", "assumption",
                                        "derived", "later",    "nvbandwidth"};
    bool is_marked = false;
    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++) {
        is_marked = is_marked || strstr(source, MARKS[i]);
    }
    ck_assert_msg(is_marked, "%s.%s: source %s", row, field, source);
}

/* every known number of every row, those of a fabric's technologies included as rows of their own
 */
START_TEST(every_number_has_an_origin)
{
    const fab_catalog_kind kind = (fab_catalog_kind)_i;
    size_t numbers = 0;
    for (size_t i = 0; i < fab_catalog_count(catalog, kind); i++) {
        const char *row = fab_catalog_row_name(catalog, kind, i);
        const fab_catalog_fact *facts = NULL;
        size_t count = 0;
        ck_assert_int_eq(fab_catalog_facts(catalog, kind, i, arena, &facts, &count), FAB_OK);
        for (size_t f = 0; f < count; f++) {
            ck_assert(facts[f].text && facts[f].field && facts[f].help);
            if (facts[f].is_number) {
                assert_origin(row, facts[f].field, facts[f].source);
                ck_assert_str_ne(facts[f].confidence, "unknown confidence");
                numbers++;
            }
        }
    }
    ck_assert_uint_ge(numbers, fab_catalog_count(catalog, kind) * 3);
}
END_TEST

/* the first word of `text` that belies a confidence of something read */
static const char *word_of_memory(const char *text)
{
    static const char *const WORDS[] = {"recalled", "Recalled", "from memory", "to be checked"};
    for (size_t i = 0; text && i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strstr(text, WORDS[i])) {
            return WORDS[i];
        }
    }
    return NULL;
}

static bool is_read(const char *confidence)
{
    return confidence && (!strcmp(confidence, "datasheet") || !strcmp(confidence, "paper"));
}

/* what a sheet or a paper is cited for was read there: neither the source nor the notes of its row
 * may say that it was not, and a source may not say that it is unverified */
START_TEST(what_was_read_is_not_remembered)
{
    const fab_catalog_kind kind = (fab_catalog_kind)_i;
    for (size_t i = 0; i < fab_catalog_count(catalog, kind); i++) {
        const char *row = fab_catalog_row_name(catalog, kind, i);
        const fab_catalog_fact *facts = NULL;
        size_t count = 0;
        bool has_read = false;
        const char *notes = NULL;
        ck_assert_int_eq(fab_catalog_facts(catalog, kind, i, arena, &facts, &count), FAB_OK);
        for (size_t f = 0; f < count; f++) {
            const char *source = facts[f].source;
            notes = strcmp(facts[f].field, "notes") == 0 ? facts[f].text : notes;
            if (is_read(facts[f].confidence)) {
                has_read = true;
                ck_assert_msg(
                    !word_of_memory(source) && !(source && strstr(source, "not verified")),
                    "%s.%s: %s, but %s", row, facts[f].field, facts[f].confidence, source);
            }
        }
        ck_assert_msg(!has_read || !word_of_memory(notes), "%s: %s", row, notes);
    }
}
END_TEST

START_TEST(ranges_hold_their_value)
{
    const fab_catalog_kind kind = (fab_catalog_kind)_i;
    const fab_table *table = fab_kind_get(kind)->table;
    for (size_t i = 0; i < fab_catalog_count(catalog, kind); i++) {
        const char *row = fab_catalog_row(catalog, kind, i);
        for (size_t f = 0; f < table->count; f++) {
            if (table->fields[f].kind != FAB_FIELD_SOURCED) {
                continue;
            }
            const void *place = row + table->fields[f].offset;
            const fab_value *value = place;
            ck_assert(!value->is_known ||
                      (value->low <= value->value && value->value <= value->high));
            ck_assert(value->has_range || value->low == value->high);
        }
    }
}
END_TEST

/* every role has rows, and a known reach, latency or energy is of the order that such a thing has
 */
START_TEST(every_role_is_used)
{
    bool is_used[FAB_ROLE_ON_CHIP + 1] = {false};
    for (size_t i = 0; i < fab_catalog_count(catalog, FAB_CATALOG_TECHNOLOGY); i++) {
        const fab_technology *t = fab_catalog_row(catalog, FAB_CATALOG_TECHNOLOGY, i);
        is_used[t->role] = true;
        ck_assert_msg(t->medium && strlen(t->medium) > 2, "%s has no medium", t->name);
        ck_assert_msg(!t->reach_m.is_known || t->reach_m.value <= 10e3, "%s", t->name);
        ck_assert_msg(!t->latency_s.is_known || t->latency_s.value <= 2e-6, "%s", t->name);
        ck_assert_msg(!t->energy_j_per_bit.is_known || t->energy_j_per_bit.value <= 30e-12, "%s",
                      t->name);
        ck_assert_msg(!t->rate_bps.is_known || t->rate_bps.value <= 400e12, "%s", t->name);
    }
    for (int role = 0; role <= FAB_ROLE_ON_CHIP; role++) {
        ck_assert_msg(is_used[role], "no technology has role %d", role);
    }
}
END_TEST

/* peaks of one package: a lower precision is no slower, measured products stay below the peak */
START_TEST(accelerators_are_consistent)
{
    for (size_t i = 0; i < fab_catalog_count(catalog, FAB_CATALOG_GPU); i++) {
        const fab_gpu *g = fab_catalog_row(catalog, FAB_CATALOG_GPU, i);
        const fab_value *pairs[][2] = {{&g->bf16_flops, &g->fp8_flops},
                                       {&g->fp8_flops, &g->fp4_flops},
                                       {&g->tf32_flops, &g->bf16_flops},
                                       {&g->bf16_achieved_flops, &g->bf16_flops},
                                       {&g->fp8_achieved_flops, &g->fp8_flops}};
        for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
            const bool are_known = pairs[p][0]->is_known && pairs[p][1]->is_known;
            ck_assert_msg(!are_known || pairs[p][0]->value <= pairs[p][1]->value, "%s, pair %zu",
                          g->name, p);
        }
        ck_assert_msg(g->bf16_flops.is_known || g->fp16_flops.is_known, "%s", g->name);
        ck_assert_msg(g->memory_byte.is_known && g->memory_rate_byte_per_s.is_known, "%s", g->name);
    }
}
END_TEST

/* a number that is not published would make a fabric useless */
START_TEST(fabrics_know_what_a_forecast_needs)
{
    for (size_t i = 0; i < fab_catalog_count(catalog, FAB_CATALOG_FABRIC); i++) {
        const char *name = fab_catalog_row_name(catalog, FAB_CATALOG_FABRIC, i);
        const fab_fabric *fabric = fab_catalog_fabric(catalog, name);
        ck_assert_int_eq(fabric->tier_count, 2);
        for (int64_t t = 0; t < fabric->tier_count; t++) {
            const fab_tier *tier = &fabric->tiers[t];
            ck_assert(tier->rate_bps.is_known && tier->latency_s.is_known);
            ck_assert(tier->technology.energy_j_per_bit.is_known);
            ck_assert_int_le(tier->used, tier->domain);
        }
    }
}
END_TEST

/* files of rows that must be refused: what the first diagnostic says and where */
static const struct {
    const char *text, *message, *hint;
    int line, column;
} BAD_FILE[] = {
    {"gpu:\n  a: {}\n", "unknown kind `gpu`", "gpus", 1, 1},
    {"- a\n", "no rows here", NULL, 1, 1},
    {"gpus: [a]\n", "`gpus` must be a map", NULL, 1, 7},
    {"gpus:\n  H100: {bf16: 1 PFLOP/s, memory: 1 TB, memory_rate: 1 TB/s}\n",
     "`H100` cannot name a gpu", NULL, 2, 3},
    {"gpus:\n  a: {bf16: 1 PFLOP/s, memory: 1 TB}\n", "memory_rate", NULL, 0, 0},
    {"gpus:\n  a: {base: b}\n", "unknown gpu `b`", NULL, 2, 13},
    {"gpus:\n  a: {base: b\n", "", NULL, 0, 0},
};

START_TEST(bad_files_are_refused)
{
    const fab_embedded_file file = {"rows.yaml", BAD_FILE[_i].text, strlen(BAD_FILE[_i].text)};
    const fab_catalog *loaded = NULL;
    ck_assert_int_eq(fab_catalog_load_files(&file, 1, arena, &diagnostics, &loaded), FAB_E_INPUT);
    ck_assert_ptr_null(loaded);
    ck_assert_uint_ge(diagnostics.errors, 1);
    const fab_diagnostic *first = &diagnostics.items[0];
    assert_contains(first->message, BAD_FILE[_i].message);
    ck_assert_str_eq(first->position.source->name, "rows.yaml");
    if (BAD_FILE[_i].hint) {
        assert_contains(first->hint, BAD_FILE[_i].hint);
    }
    if (BAD_FILE[_i].line) {
        ck_assert_int_eq(first->position.line, BAD_FILE[_i].line);
        ck_assert_int_eq(first->position.column, BAD_FILE[_i].column);
    }
}
END_TEST

START_TEST(a_name_is_given_once)
{
    const char *text = "gpus:\n  a: {bf16: 1 PFLOP/s, memory: 1 TB, memory_rate: 1 TB/s}\n";
    const fab_embedded_file files[] = {{"one.yaml", text, strlen(text)},
                                       {"two.yaml", text, strlen(text)}};
    const fab_catalog *loaded = NULL;
    ck_assert_int_eq(fab_catalog_load_files(files, 1, arena, &diagnostics, &loaded), FAB_OK);
    ck_assert_str_eq(fab_catalog_gpu(loaded, "a")->title, "a");
    ck_assert_str_eq(fab_catalog_gpu(loaded, "a")->source, "given in one.yaml");
    ck_assert_int_eq(fab_catalog_load_files(files, 2, arena, &diagnostics, &loaded), FAB_E_INPUT);
    assert_contains(diagnostics.items[0].message, "gpu `a` is there already");
    ck_assert_str_eq(diagnostics.items[0].position.source->name, "two.yaml");
}
END_TEST

START_TEST(all_mistakes_are_reported)
{
    const char *text =
        "gpus:\n  a: {base: x}\n  b: {base: y}\nmodels:\n  c: {layers: 1 s}\nwrong: 1\n";
    const fab_embedded_file file = {"rows.yaml", text, strlen(text)};
    const fab_catalog *loaded = NULL;
    ck_assert_int_eq(fab_catalog_load_files(&file, 1, arena, &diagnostics, &loaded), FAB_E_INPUT);
    /* two bases, the unit, four missing fields of the model, the kind */
    ck_assert_uint_ge(diagnostics.errors, 4);
}
END_TEST

/* every limit that is too small ends in FAB_E_NOMEM or in mistakes that are counted, never a crash
 */
START_TEST(small_arenas_fail_cleanly)
{
    size_t limit = 256;
    fab_status status = FAB_E_NOMEM;
    for (; status != FAB_OK; limit += limit / 4) {
        ck_assert_uint_lt(limit, (size_t)64 << 20);
        fab_arena *small = fab_arena_create(limit);
        ck_assert_ptr_nonnull(small);
        fab_diagnostics list = fab_diagnostics_make(small);
        const fab_catalog *loaded = NULL;
        status = fab_catalog_load(small, &list, &loaded);
        ck_assert(status == FAB_OK || status == FAB_E_NOMEM);
        ck_assert((status == FAB_OK) == (loaded != NULL));
        fab_arena_destroy(small);
    }
    ck_assert_uint_gt(limit, 4096);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("catalog");
    tcase_add_test(tests, loads_without_a_word);
    tcase_add_test(tests, unknown_rows_are_null);
    tcase_add_loop_test(tests, golden_values, 0, (int)(sizeof GOLDEN / sizeof GOLDEN[0]));
    tcase_add_loop_test(tests, what_is_not_published_says_so, 0,
                        (int)(sizeof UNPUBLISHED / sizeof UNPUBLISHED[0]));
    tcase_add_test(tests, facts_read_as_a_user_writes);
    tcase_add_loop_test(tests, every_number_has_an_origin, 0, FAB_CATALOG_KIND_COUNT);
    tcase_add_loop_test(tests, what_was_read_is_not_remembered, 0, FAB_CATALOG_KIND_COUNT);
    tcase_add_loop_test(tests, ranges_hold_their_value, 0, FAB_CATALOG_FABRIC);
    tcase_add_test(tests, every_role_is_used);
    tcase_add_test(tests, accelerators_are_consistent);
    tcase_add_test(tests, fabrics_know_what_a_forecast_needs);
    tcase_add_loop_test(tests, bad_files_are_refused, 0,
                        (int)(sizeof BAD_FILE / sizeof BAD_FILE[0]));
    tcase_add_test(tests, a_name_is_given_once);
    tcase_add_test(tests, all_mistakes_are_reported);
    tcase_add_test(tests, small_arenas_fail_cleanly);
    return run_suite("catalog", tests);
}
