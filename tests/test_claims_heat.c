#include "claims_fixture.h"
#include "run_all.h"

#define LOSS "fixed_loss_db: {value: 24, low: 20, high: 28, source: guess}"

/* 212.5 Gb/s PAM4: 53.125 GHz, 7.435 dB/m; with 24 dB at the ends 31.435 dB, for which the SerDes
 * take 0.9 exp(0.055 x 31.435) = 5.07 pJ/bit. 1.389 mW / 212.5 Gb/s = 6.536 fJ, of which
 * 1 - 10^-0.7435 = 0.8195 stays in the wire: 5.356 fJ, 0.107 % of 5 pJ. 4.3 pJ/bit allow
 * ln(4.3 / 0.9) / 0.055 = 28.437 dB, 4.437 of it cable: 0.597 m. */
START_TEST(wire)
{
    const fab_claim_answer *a = answer_of(
        "{kind: wire_heat, copper: [study_copper], optics: [study_cpo_3d, study_pluggable_dsp], "
        "distance: 1 m, lane_rate: 212.5 Gbps, swing_v: 1, " LOSS "}");
    want_verdict(a, FAB_VERDICT_PARTLY);
    want(a, "frequency of the symbols", "copper lane", 53.125, 1e-12);
    want(a, "loss of the cable", "copper lane", 7.435, 1e-3);
    want(a, "loss with both ends", "copper lane", 31.435, 1e-3);
    want(a, "heat of the wire", "copper lane", 5.356e-15, 1e-3);
    want(a, "SerDes at that loss", "copper lane", 5.071e-12, 1e-3);
    want(a, "heat of the wire in the copper link's energy", "", 5.356e-3 / 5.0, 1e-3);
    want(a, "length at which optics take less", "", 0.597, 2e-3);
    want(a, "reach", "study_cpo_3d", 1000, 1e-12);
    ck_assert_uint_eq(a->figure->curve_count, 3);
}
END_TEST

/* optics that take more and reach less, beside a wire that is no matter */
START_TEST(wire_refuted)
{
    want_verdict(
        answer_of("{kind: wire_heat, copper: [study_copper], optics: [{base: study_lpo, reach: 0.5 "
                  "m}], distance: 1 m, lane_rate: 212.5 Gbps, swing_v: 1, " LOSS "}"),
        FAB_VERDICT_REFUTED);
}
END_TEST

/* 10 V into 100 ohm at 1 Gb/s: 139 pJ/bit leave the transmitter, more than the link's 5 */
START_TEST(wire_confirmed)
{
    want_verdict(
        answer_of("{kind: wire_heat, copper: [study_copper], optics: [study_cpo_3d], distance: 10 "
                  "m, lane_rate: 1 Gbps, swing_v: 10, " LOSS "}"),
        FAB_VERDICT_CONFIRMED);
}
END_TEST

START_TEST(wire_without_reach)
{
    want_verdict(
        answer_of("{kind: wire_heat, copper: [study_copper], optics: [study_lpo], distance: 1 m, "
                  "lane_rate: 212.5 Gbps, swing_v: 1, " LOSS "}"),
        FAB_VERDICT_UNDECIDED);
}
END_TEST

/* 32 Tb/s x 5, 4.3, 12, 13, 21 pJ/bit = 160, 137.6, 384, 416, 672 W; a switch takes 6 pJ/bit more,
 * 192 W; 72 packages a rack. A ring drifts by 10 GHz/K x 20 K. */
START_TEST(links)
{
    const fab_claim_answer *a =
        answer_of("{kind: link_heat, copper: [study_copper], optics: [study_cpo_3d, study_cpo_25d, "
                  "study_lpo, study_pluggable_dsp], rate: 32 Tbps, packages_per_rack: 72, "
                  "temperature_swing_k: 20}");
    want_verdict(a, FAB_VERDICT_PARTLY);
    want(a, "links of a package", "study_copper", 160, 1e-12);
    want(a, "links of a package", "study_cpo_3d", 137.6, 1e-12);
    want(a, "links of a package", "study_cpo_25d", 384, 1e-12);
    want(a, "links of a package", "study_lpo", 416, 1e-12);
    want(a, "links of a package", "study_pluggable_dsp", 672, 1e-12);
    want(a, "the same with a switch", "study_cpo_3d", 329.6, 1e-12);
    want(a, "links of a rack", "study_cpo_3d", 9907.2, 1e-12);
    want(a, "drift of a ring over the swing", "", 200, 1e-12);
    want(a, "heating rings, if it has them", "study_cpo_3d", 11.905e-15, 1e-4);
    want_words(a, "1 of 4 optical links");
}
END_TEST

/* the row of a module leaves the hosts out: 18.75 + 3 pJ/bit */
START_TEST(hosts_are_added)
{
    const fab_claim_answer *a =
        answer_of("{kind: link_heat, copper: [study_copper], optics: [plug_800g_dr8], rate: 1 "
                  "Tbps, packages_per_rack: 8, temperature_swing_k: 1}");
    want_verdict(a, FAB_VERDICT_REFUTED);
    want(a, "energy per bit, whole link", "plug_800g_dr8", 21.75e-12, 1e-12);
    ck_assert_ptr_nonnull(strstr(
        number_of(a, "energy per bit, whole link", "plug_800g_dr8")->source, "SerDes added"));
}
END_TEST

START_TEST(links_confirmed_and_undecided)
{
    want_verdict(
        answer_of("{kind: link_heat, copper: [study_copper], optics: [study_cpo_3d], rate: "
                  "1 Tbps, packages_per_rack: 8, temperature_swing_k: 1}"),
        FAB_VERDICT_CONFIRMED);
    want_verdict(
        answer_of("{kind: link_heat, copper: [nvlink3_a100], optics: [study_cpo_3d], rate: "
                  "1 Tbps, packages_per_rack: 8, temperature_swing_k: 1}"),
        FAB_VERDICT_UNDECIDED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims_heat");
    TCase *cases = tcase_create("claims_heat");
    tcase_add_checked_fixture(cases, catalog_setup, catalog_teardown);
    tcase_add_test(cases, wire);
    tcase_add_test(cases, wire_refuted);
    tcase_add_test(cases, wire_confirmed);
    tcase_add_test(cases, wire_without_reach);
    tcase_add_test(cases, links);
    tcase_add_test(cases, hosts_are_added);
    tcase_add_test(cases, links_confirmed_and_undecided);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
