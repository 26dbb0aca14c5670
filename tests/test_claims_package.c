#include "claims_fixture.h"
#include "run_all.h"

#define POD(copper, optics, least)                                                                 \
    "{kind: pod_size, copper: [" copper "], optics: [" optics "], at_least: " least                \
    ", rack_power: {value: 120 kW, source: s}, package_power: {value: 1.66 kW, source: s}}"

/* 120 / 1.66 = 72.3 packages a rack; copper of 1 m stays in one rack; 1 km spans
 * 1 + 998 / 0.3 = 3,327 racks, but a switch joins 512 */
START_TEST(pods)
{
    const fab_claim_answer *a = answer_of(POD("study_copper", "study_cpo_3d", "2"));
    want_verdict(a, FAB_VERDICT_CONFIRMED);
    want(a, "packages that a rack feeds", "", 72, 1e-12);
    want(a, "packages by radix", "study_copper", 144, 1e-12);
    want(a, "packages by reach and rack power", "study_copper", 72, 1e-12);
    want(a, "packages of a pod", "study_copper", 72, 1e-12);
    want(a, "packages by reach and rack power", "study_cpo_3d", 3327.0 * 72, 1e-12);
    want(a, "packages of a pod", "study_cpo_3d", 512, 1e-12);
    want(a, "largest optical pod over largest copper pod", "", 512.0 / 72, 1e-12);
    want_words(a, "72 on study_copper (its reach binds)");
    want_words(a, "512 on study_cpo_3d (its radix binds)");
}
END_TEST

START_TEST(pod_verdicts)
{
    want_verdict(answer_of(POD("study_copper", "study_cpo_3d", "10")), FAB_VERDICT_PARTLY);
    want_verdict(answer_of(POD("study_cpo_3d", "lm_m1000", "2")), FAB_VERDICT_REFUTED);
    want_verdict(answer_of(POD("study_copper", "study_lpo", "2")), FAB_VERDICT_UNDECIDED);
}
END_TEST

#define FLAT                                                                                       \
    "{label: flat, link: study_copper, width: 60 mm, height: 40 mm, edge_density: {value: 0.1 "    \
    "Tbps/mm, source: s}, power: {value: 150 W, source: s}}"
#define STACKED(area, power)                                                                       \
    "{label: stacked, link: study_cpo_3d, width: 60 mm, height: 40 mm, area_density: "             \
    "{value: " area                                                                                \
    ", source: s}, fibres: {value: 256, source: s}, fibre_rate: {value: 224 Gbps, source: "        \
    "s}, power: {value: " power ", source: s}}"

/* edge 2 x (60 + 40) mm x 0.1 = 20 Tb/s against 150 W / 5 pJ = 30; stacked 2400 mm2 x 0.75 = 1800
 * Tb/s of area, 57.344 of fibres, 150 W / 4.3 pJ = 34.88 */
START_TEST(escape)
{
    const fab_claim_answer *a =
        answer_of("{kind: escape_limit, cases: [" FLAT ", " STACKED("0.75 Tbps/mm2", "150 W") "]}");
    want_verdict(a, FAB_VERDICT_PARTLY);
    want(a, "limit of edge", "flat", 20e12, 1e-12);
    want(a, "limit of power", "flat", 30e12, 1e-12);
    want(a, "escapes", "flat", 20e12, 1e-12);
    want(a, "limit of area", "stacked", 1800e12, 1e-12);
    want(a, "limit of fibres", "stacked", 57.344e12, 1e-12);
    want(a, "limit of power", "stacked", 150 / 4.3e-12, 1e-12);
    want(a, "last case over the first", "", 150 / 4.3 / 20, 1e-12);
    want_words(a, "stacked (power binds)");
}
END_TEST

START_TEST(escape_verdicts)
{
    /* 2400 mm2 x 0.01 = 24 Tb/s: the area binds, and it is more than the flat 20 */
    want_verdict(
        answer_of("{kind: escape_limit, cases: [" FLAT ", " STACKED("0.01 Tbps/mm2", "150 W") "]}"),
        FAB_VERDICT_CONFIRMED);
    /* 50 W / 4.3 pJ = 11.6 Tb/s */
    want_verdict(
        answer_of("{kind: escape_limit, cases: [" FLAT ", " STACKED("0.75 Tbps/mm2", "50 W") "]}"),
        FAB_VERDICT_REFUTED);
}
END_TEST

START_TEST(escape_without_energy)
{
    const fab_claim_answer *a = answer_of("{kind: escape_limit, cases: [" FLAT
                                          ", {label: none, link: lm_m1000, width: 60 mm, "
                                          "height: 40 mm, power: {value: 150 W, source: s}}]}");
    want_verdict(a, FAB_VERDICT_UNDECIDED);
    assert_contains(a->needed, "lm_m1000");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims_package");
    TCase *cases = tcase_create("claims_package");
    tcase_add_checked_fixture(cases, catalog_setup, catalog_teardown);
    tcase_add_test(cases, pods);
    tcase_add_test(cases, pod_verdicts);
    tcase_add_test(cases, escape);
    tcase_add_test(cases, escape_verdicts);
    tcase_add_test(cases, escape_without_energy);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
