#include "claims_fixture.h"
#include "run_all.h"

/* Numbers are worked out by hand from rows of the catalog, which other tests hold. */

/* fibre 4.9 ns/m, twinax 4.35 ns/m: light takes 1.1264 times as long. Latency of study_copper: two
 * SerDes of 20 ns, a block of 5440 bit at 200 Gb/s (27.2 ns) and 45 ns of decoding, 112.2 ns; of
 * ayar_gen3_ucie 25 ns as published. One switch of 250 ns is 51.02 m of fibre. */
START_TEST(propagation)
{
    const fab_claim_answer *a =
        answer_of("{kind: propagation, copper: [study_copper], optics: [study_cpo_3d, "
                  "ayar_gen3_ucie], distance: 2 m, before: 10 ns, after: 1 ns}");
    want_verdict(a, FAB_VERDICT_REFUTED);
    want(a, "flight", "study_copper", 8.7e-9, 1e-12);
    want(a, "flight", "study_cpo_3d", 9.8e-9, 1e-12);
    want(a, "SerDes, error correction, DSP", "study_copper", 112.2e-9, 1e-9);
    want(a, "SerDes, error correction, DSP", "ayar_gen3_ucie", 25e-9, 1e-12);
    want(a, "one way", "ayar_gen3_ucie", 34.8e-9, 1e-9);
    want(a, "flight, optics over copper", "", 4.9 / 4.35, 1e-12);
    want(a, "the same as claimed", "", 0.1, 1e-12);
    want(a, "fibre that takes as long as a switch", "", 250.0 / 4.9, 1e-12);
    want_words(a, "1.13 times as long");
    ck_assert_ptr_nonnull(a->figure);
    ck_assert_uint_eq(a->figure->curve_count, 3);
}
END_TEST

/* a claim that light takes no less than copper holds, one that it is a little faster does not */
START_TEST(propagation_can_hold)
{
    want_verdict(answer_of("{kind: propagation, copper: [study_copper], optics: [study_cpo_3d], "
                           "distance: 1 m, before: 1 ns, after: 1.2 ns}"),
                 FAB_VERDICT_CONFIRMED);
    /* board traces are slower than fibre: 6.19 ns/m */
    want_verdict(answer_of("{kind: propagation, copper: [pcie4_x16, nvlink4_h100], optics: "
                           "[study_cpo_3d], distance: 1 m, before: 10 ns, after: 1 ns}"),
                 FAB_VERDICT_PARTLY);
}
END_TEST

/* 57.3 / 14.4 = 3.979; 14.4 Tb/s is 1.8 TB/s, 18 times 100 GB/s */
START_TEST(bandwidth)
{
    const fab_claim_answer *a =
        answer_of("{kind: bandwidth, copper: [pcie5_x16, study_copper], optics: [study_cpo_3d, "
                  "lm_m1000, study_lpo], before: 100 GB/s, after: 1000 GB/s}");
    want_verdict(a, FAB_VERDICT_PARTLY);
    want(a, "per package, one direction", "pcie5_x16", 504e9, 1e-12);
    want(a, "the same in bytes", "pcie5_x16", 63e9, 1e-12);
    want(a, "the same in bytes", "study_cpo_3d", 4e12, 1e-12);
    want(a, "per edge, one direction", "lm_m1000", 1.76e15, 1e-12);
    want(a, "fastest optics over fastest copper", "", 57.3 / 14.4, 1e-12);
    want(a, "the same as claimed", "", 10, 1e-12);
    want(a, "fastest copper over the claim's copper", "", 18, 1e-12);
    ck_assert(!number_of(a, "per package, one direction", "study_lpo")->value.is_known);
    ck_assert_str_eq(number_of(a, "per edge, one direction", "lm_m1000")->unit, "bit/s/m");
    ck_assert_ptr_nonnull(strstr(number_of(a, "the same in bytes", "pcie5_x16")->source, "pcie"));
}
END_TEST

START_TEST(bandwidth_that_nobody_publishes)
{
    const fab_claim_answer *a = answer_of("{kind: bandwidth, copper: [pcie5_x16], optics: "
                                          "[study_lpo], before: 1 GB/s, after: 2 GB/s}");
    want_verdict(a, FAB_VERDICT_UNDECIDED);
    ck_assert_ptr_nonnull(a->needed);
}
END_TEST

/* 16 lanes of 32 GT/s with 128b/130b: 504.123 Gb/s, 63.015 GB/s each way, 126.03 both */
START_TEST(lane)
{
    const fab_claim_answer *a = answer_of("{kind: lane_rate, copper: [pcie5_x16], optics: "
                                          "[study_cpo_3d], before: 128 Gbps, after: 1 Tbps}");
    want_verdict(a, FAB_VERDICT_REFUTED);
    want(a, "lane, on the line", "pcie5_x16", 32e9, 1e-12);
    want(a, "share left by the block code", "pcie5_x16", 128.0 / 130.0, 1e-12);
    want(a, "data of all lanes, one direction", "pcie5_x16", 512e9 * 128.0 / 130.0, 1e-12);
    want(a, "the same in bytes", "pcie5_x16", 63.0153846e9, 1e-8);
    want(a, "the same, both directions", "pcie5_x16", 126.0307692e9, 1e-8);
    want(a, "optical lanes for the claimed rate", "", 9, 1e-12); /* 1000 / 112 */
    want_words(a, "32 Gb/s on the line, not 128 Gb/s");
}
END_TEST

START_TEST(lane_verdicts)
{
    want_verdict(answer_of("{kind: lane_rate, copper: [pcie5_x16], optics: [study_cpo_3d], before: "
                           "32 Gbps, after: 1 Tbps}"),
                 FAB_VERDICT_PARTLY);
    want_verdict(answer_of("{kind: lane_rate, copper: [pcie5_x16], optics: [study_cpo_3d], before: "
                           "32 Gbps, after: 112 Gbps}"),
                 FAB_VERDICT_CONFIRMED);
    want_verdict(answer_of("{kind: lane_rate, copper: [pcie5_x16], optics: [study_lpo], before: "
                           "32 Gbps, after: 112 Gbps}"),
                 FAB_VERDICT_UNDECIDED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims_links");
    TCase *cases = tcase_create("claims_links");
    tcase_add_checked_fixture(cases, catalog_setup, catalog_teardown);
    tcase_add_test(cases, propagation);
    tcase_add_test(cases, propagation_can_hold);
    tcase_add_test(cases, bandwidth);
    tcase_add_test(cases, bandwidth_that_nobody_publishes);
    tcase_add_test(cases, lane);
    tcase_add_test(cases, lane_verdicts);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
