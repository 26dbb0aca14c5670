#include <fabricast/map_study.h>

#include "claims_fixture.h"
#include "run_all.h"

#define GOOD                                                                                       \
    "{kind: bandwidth, copper: [pcie5_x16], optics: [study_cpo_3d], before: 1 GB/s, after: 2 "     \
    "GB/s}"

/* a check that is refused, where the message points and what it says */
static const struct {
    const char *check;
    const char *at;
    const char *message;
    const char *hint; /* NULL: none is asked for */
} MISTAKE[] = {
    {"{kind: bandwith, copper: [pcie5_x16]}", "bandwith", "unknown kind of check `bandwith`",
     "did you mean `bandwidth`?"},
    {"{kind: zzz}", "zzz", "unknown kind of check `zzz`", "one of propagation, bandwidth"},
    {"{copper: [pcie5_x16]}", "{copper", "a check is a map with a word for `kind`", NULL},
    {"{kind: [bandwidth]}", "[bandwidth]", "a check is a map with a word for `kind`", NULL},
    {"bandwidth", "bandwidth", "a check is a map", NULL},
    {"{kind: bandwidth, copper: [pcie5_x61], optics: [study_cpo_3d], before: 1 GB/s, after: 2 "
     "GB/s}",
     "pcie5_x61", "pcie5_x61", "pcie5_x16"},
    {"{kind: bandwidth, copper: [pcie5_x16], optics: [study_cpo_3d], after: 2 GB/s}", "{kind",
     "before", NULL},
    {"{kind: bandwidth, copper: [pcie5_x16], optics: [study_cpo_3d], before: 1 ns, after: 2 GB/s}",
     "1 ns", "1 ns", NULL},
    {"{kind: bandwidth, copper: [pcie5_x16], optics: [study_cpo_3d], before: 0 GB/s, after: 2 "
     "GB/s}",
     "0 GB/s", "out of range", NULL},
    {"{kind: bandwidth, copper: pcie5_x16, optics: [study_cpo_3d], before: 1 GB/s, after: 2 GB/s}",
     "pcie5_x16", "`copper` must be a list of 1 to 6 items", NULL},
    {"{kind: bandwidth, copper: [], optics: [study_cpo_3d], before: 1 GB/s, after: 2 GB/s}", "[]",
     "`copper` must be a list of 1 to 6 items", NULL},
    {"{kind: bandwidth, copper: [pcie5_x16, pcie5_x16, pcie5_x16, pcie5_x16, pcie5_x16, pcie5_x16, "
     "pcie5_x16], optics: [study_cpo_3d], before: 1 GB/s, after: 2 GB/s}",
     "[pcie5_x16", "`copper` must be a list of 1 to 6 items", NULL},
    {"{kind: bandwidth, copper: [pcie5_x16], optics: [study_cpo_3d], before: 1 GB/s, after: 2 "
     "GB/s, distance: 1 m}",
     "distance", "distance", NULL},
    {"{kind: sleep_toy, optics: [study_cpo_3d], size: 1 KiB, rate: 1 Tbps, before: 10 ns, after: 1 "
     "ns, granularity: 50 us}",
     "50 us", "`granularity` needs a source", "write {value, source, confidence}"},
    {"{kind: sleep_toy, optics: [study_cpo_3d], size: 1 KiB, rate: 1 Tbps, before: 10 ns, after: 1 "
     "ns, granularity: {value: not published, source: s}}",
     "not published", "`granularity` is a choice, not published data", "give a number"},
    {"{kind: amdahl, scenarios: [missing.yaml], before: 14 d, after: 1 d}", "missing.yaml",
     "the scenario `missing.yaml` cannot be used", "beside the study file"},
    {"{kind: amdahl, scenarios: [{name: x}], before: 14 d, after: 1 d}", "{name: x}",
     "a scenario is the path of a file", NULL},
    {"{kind: amdahl, scenarios: [], before: 14 d, after: 1 d}", "[]",
     "`scenarios` must be a list of 1 to 6 items", NULL},
    {"{kind: escape_limit, cases: [{label: a, link: none_such, width: 1 mm, height: 1 mm, power: "
     "{value: 1 W, source: s}}, {label: b, link: study_lpo, width: 1 mm, height: 1 mm, power: "
     "{value: 1 W, source: s}}]}",
     "none_such", "none_such", NULL},
    {"{kind: escape_limit, cases: [{label: a, link: study_lpo, width: 1 mm, height: 1 mm, power: "
     "1 W}, {label: b, link: study_lpo, width: 1 mm, height: 1 mm, power: {value: 1 W, source: "
     "s}}]}",
     "1 W", "`power` needs a source", NULL},
};

START_TEST(mistakes)
{
    const fab_claims *claims = NULL;
    ck_assert_int_eq(read_claims(one_claim(MISTAKE[_i].check), &claims), FAB_E_INPUT);
    ck_assert_ptr_null(claims);
    for (size_t i = 0; i < diagnostics.count; i++) {
        const fab_diagnostic *d = &diagnostics.items[i];
        const bool is_it =
            strstr(d->message, MISTAKE[_i].message) && d->position.source &&
            strncmp(text_at(d->position), MISTAKE[_i].at, strlen(MISTAKE[_i].at)) == 0 &&
            (!MISTAKE[_i].hint || (d->hint && strstr(d->hint, MISTAKE[_i].hint)));
        if (is_it) {
            return;
        }
    }
    ck_abort_msg("%s: %s", MISTAKE[_i].check,
                 diagnostics.count ? diagnostics.items[0].message : "no diagnostic");
}
END_TEST

/* all mistakes of all claims, and of the file itself, in one run */
START_TEST(all_mistakes_are_told)
{
    const fab_claims *claims = NULL;
    const char *text = "name: n\n"
                       "titel: t\n"
                       "question: q\n"
                       "claims:\n"
                       "  - {id: a, claim: x, check: {kind: bandwidths}}\n"
                       "  - {id: a, claim: y, check: {kind: amdahl, scenarios: [x.yaml]}}\n"
                       "  - {id: b, check: " GOOD "}\n";
    ck_assert_int_eq(read_claims(text, &claims), FAB_E_INPUT);
    /* title unknown and missing, kind, before, after, file and scenario, second id, claim */
    ck_assert_uint_ge(diagnostics.errors, 8);
    bool has_kind = false, has_id = false, has_title = false;
    for (size_t i = 0; i < diagnostics.count; i++) {
        has_kind = has_kind || strstr(diagnostics.items[i].message, "bandwidths");
        has_id = has_id || strstr(diagnostics.items[i].message, "id `a` stands twice");
        has_title = has_title || strstr(diagnostics.items[i].message, "titel");
    }
    ck_assert(has_kind && has_id && has_title);
}
END_TEST

/* every field of every kind says what it is, and only the struct's own bytes are written */
START_TEST(tables_are_whole)
{
    ck_assert_uint_eq(FAB_CLAIM_KIND_COUNT, 12);
    for (size_t i = 0; i < FAB_CLAIM_KIND_COUNT; i++) {
        const fab_claim_kind *kind = &FAB_CLAIM_KINDS[i];
        ck_assert(kind->answer != NULL && strstr(kind->rule, "confirmed when"));
        ck_assert_uint_eq(kind->table->size, sizeof(fab_claim_inputs));
        for (size_t j = 0; j < kind->table->count; j++) {
            ck_assert_ptr_nonnull(kind->table->fields[j].help);
            ck_assert_uint_lt(kind->table->fields[j].offset, sizeof(fab_claim_inputs));
        }
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(kind->table->kind, FAB_CLAIM_KINDS[j].table->kind);
        }
    }
}
END_TEST

/* a file with `claims` is one of claims, any other a study */
START_TEST(either_kind_is_loaded)
{
    fab_any_study any;
    ck_assert_int_eq(fab_any_study_load(catalog, FAB_SOURCE_DIR "/studies/claims.yaml", arena,
                                        &diagnostics, &any),
                     FAB_OK);
    ck_assert(any.claims != NULL && any.study == NULL && any.map == NULL);
    ck_assert_int_eq(fab_any_study_load(catalog, FAB_SOURCE_DIR "/studies/moe-3d-optics.yaml",
                                        arena, &diagnostics, &any),
                     FAB_OK);
    ck_assert(any.claims == NULL && any.study != NULL && any.map == NULL);
    ck_assert_int_eq(fab_any_study_load(catalog, FAB_SOURCE_DIR "/studies/link-map.yaml", arena,
                                        &diagnostics, &any),
                     FAB_OK);
    ck_assert(any.claims == NULL && any.study == NULL && any.map != NULL);
    ck_assert_int_eq(
        fab_any_study_load(catalog, FAB_SOURCE_DIR "/studies/none.yaml", arena, &diagnostics, &any),
        FAB_E_INPUT);
}
END_TEST

START_TEST(remarks_and_counts)
{
    const char *text = fab_arena_printf(arena, "%sremarks:\n  - text: mind\n", one_claim(GOOD));
    const fab_claims_result *result = result_of(text);
    ck_assert_uint_eq(result->answer_count, 1);
    ck_assert_uint_eq(result->verdict_counts[result->answers[0].verdict], 1);
    ck_assert_uint_eq(result->remark_count, 1);
    ck_assert_str_eq(result->remarks[0], "mind");
    ck_assert_str_eq(result->file_name, "claims.yaml");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims_load");
    TCase *cases = tcase_create("claims_load");
    tcase_add_checked_fixture(cases, catalog_setup, catalog_teardown);
    tcase_add_loop_test(cases, mistakes, 0, (int)(sizeof MISTAKE / sizeof MISTAKE[0]));
    tcase_add_test(cases, all_mistakes_are_told);
    tcase_add_test(cases, tables_are_whole);
    tcase_add_test(cases, either_kind_is_loaded);
    tcase_add_test(cases, remarks_and_counts);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
