#include "claims_fixture.h"
#include "run_all.h"

#define OPTICS "{base: ayar_gen3_ucie, name: light, rate: 1 Tbps}"

/* 8192 bit: 16.254 ns at 504 Gb/s, 8.192 ns at 1 Tb/s. PCI Express 5 adds two NRZ SerDes of 5 ns
 * 0.3 m of board at 6.19 ns/m and the headers of four packets, 96 byte in 1.524 ns:
 * 29.635 ns in all; the optical link 25 ns as published and 0.3 m
 * of fibre, 34.662 ns. Energy 8192 bit x 5.5 and 5 pJ/bit. Credits: 504 Gb/s x (2 x 11.857 + 50) ns
 * / 8 and 1 Tb/s x (2 x 26.47 + 50) ns / 8. */
START_TEST(transfer)
{
    const fab_claim_answer *a =
        answer_of("{kind: transfer, copper: [pcie5_x16], optics: [" OPTICS "], size: 1 KiB, "
                  "distance: 0.3 m, before: 128 Gbps, after: 1 Tbps}");
    want_verdict(a, FAB_VERDICT_REFUTED);
    want(a, "serialisation", "pcie5_x16", 16.253968e-9, 1e-6);
    want(a, "serialisation", "light", 8.192e-9, 1e-12);
    want(a, "serdes", "pcie5_x16", 10e-9, 1e-12);
    want(a, "link", "light", 25e-9, 1e-12);
    want(a, "propagation", "pcie5_x16", 1.857e-9, 1e-9);
    want(a, "propagation", "light", 1.47e-9, 1e-9);
    want(a, "all of it", "pcie5_x16", 29.6347778e-9, 1e-6);
    want(a, "all of it", "light", 34.662e-9, 1e-9);
    want(a, "energy", "pcie5_x16", (8192 + 8 * 96) * 5.5e-12, 1e-12);
    want(a, "energy", "light", 8192 * 5e-12, 1e-12);
    want(a, "credits that keep the link busy", "pcie5_x16", 4643.982, 1e-6);
    want(a, "credits that keep the link busy", "light", 12867.5, 1e-6);
    want(a, "times as fast, quickest of each side", "", 29.6347778 / 34.662, 1e-6);
    want(a, "ratio of the rates as claimed", "", 7.8125, 1e-12);
    want_words(a, "1 KiB takes 29.6 ns over pcie5_x16");
}
END_TEST

/* a large message hides everything but the rates: 1000 / 504 */
START_TEST(large_messages_gain)
{
    want_verdict(answer_of("{kind: transfer, copper: [pcie5_x16], optics: [" OPTICS "], size: 1 "
                           "GiB, distance: 0.3 m, before: 128 Gbps, after: 1 Tbps}"),
                 FAB_VERDICT_PARTLY);
    want_verdict(answer_of("{kind: transfer, copper: [pcie5_x16], optics: [" OPTICS "], size: 1 "
                           "GiB, distance: 0.3 m, before: 504 Gbps, after: 1 Tbps}"),
                 FAB_VERDICT_CONFIRMED);
}
END_TEST

/* PCI Express 5 reaches 0.4 m */
START_TEST(too_far)
{
    const fab_claim_answer *a =
        answer_of("{kind: transfer, copper: [pcie5_x16], optics: [" OPTICS "], size: 1 KiB, "
                  "distance: 1 m, before: 128 Gbps, after: 1 Tbps}");
    want_verdict(a, FAB_VERDICT_UNDECIDED);
    assert_contains(a->needed, "pcie5_x16");
}
END_TEST

#define TOY(granularity)                                                                           \
    "{kind: sleep_toy, optics: [" OPTICS "], size: 1 KiB, rate: 1 Tbps, before: 10 ns, after: 1 "  \
    "ns, granularity: {value: " granularity ", source: manual}}"

/* 1024 x 1 ps = 1.024 ns asked, 8.192 ns true, 1024 x 50 us = 51.2 ms taken; 50.01 / 50.001 us */
START_TEST(toy)
{
    const fab_claim_answer *a = answer_of(TOY("50 us"));
    want_verdict(a, FAB_VERDICT_REFUTED);
    want(a, "sleep for copper takes", "", 50.01e-6, 1e-12);
    want(a, "sleep for optics takes", "", 50.001e-6, 1e-12);
    want(a, "ratio that the program prints", "", 50.01 / 50.001, 1e-12);
    want(a, "all sleeps of the loop ask for", "", 1.024e-9, 1e-12);
    want(a, "serialisation of the message", "", 8.192e-9, 1e-12);
    want(a, "the loop takes", "", 51.2e-3, 1e-6);
    want(a, "the message by `fabricast transfer`", "light", 34.662e-9, 1e-9);
    ck_assert_str_eq(number_of(a, "a sleep is late by", "")->source, "manual");
}
END_TEST

START_TEST(a_finer_timer)
{
    want_verdict(answer_of(TOY("5 ns")), FAB_VERDICT_PARTLY);
    want_verdict(answer_of(TOY("0.5 ns")), FAB_VERDICT_CONFIRMED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims_messages");
    TCase *cases = tcase_create("claims_messages");
    tcase_add_checked_fixture(cases, catalog_setup, catalog_teardown);
    tcase_add_test(cases, transfer);
    tcase_add_test(cases, large_messages_gain);
    tcase_add_test(cases, too_far);
    tcase_add_test(cases, toy);
    tcase_add_test(cases, a_finer_timer);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
