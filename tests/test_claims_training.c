#include "claims_fixture.h"
#include "run_all.h"

#include <stdlib.h>

#include <fabricast/ownership.h>
#include <fabricast/search.h>

#define COPPER "../examples/moe-4.7t-copper.yaml"
#define OPTICS "../examples/moe-4.7t-optics.yaml"
#define LLAMA  "../examples/llama3-405b-h100.yaml"

static const fab_scenario *example(const char *name)
{
    const fab_scenario *scenario = NULL;
    const char *path = fab_arena_printf(arena, FAB_SOURCE_DIR "/studies/%s", name);
    ck_assert_int_eq(fab_scenario_load(catalog, path, arena, &diagnostics, &scenario), FAB_OK);
    return scenario;
}

/* the bound is no less than the step over what is left without its exposed messages, and it is
 * what an all but infinite network gives */
START_TEST(amdahl)
{
    const fab_claim_answer *a =
        answer_of("{kind: amdahl, scenarios: [" COPPER ", " LLAMA "], before: 14 d, after: 24 h}");
    want_verdict(a, FAB_VERDICT_REFUTED);
    want(a, "gain as claimed", "", 14, 1e-12);
    fab_forecast forecast;
    const fab_scenario *scenario = example(COPPER);
    ck_assert_int_eq(fab_train_forecast(scenario, arena, &forecast), FAB_OK);
    const char *of = scenario->name;
    want(a, "step", of, forecast.step_s, 1e-12);
    const double exposed_s = value_of(a, "messages in it, exposed", of);
    const double bound = value_of(a, "bound of the gain", of);
    ck_assert_double_ge(bound, forecast.step_s / (forecast.step_s - exposed_s));
    ck_assert_double_lt(bound, 14);
    fab_scenario fast = *scenario;
    for (int64_t i = 0; i < fast.fabric.tier_count; i++) {
        fast.fabric.tiers[i].rate_bps.value *= 1e9;
        fast.fabric.tiers[i].latency_s.value *= 1e-9;
    }
    fab_forecast free;
    ck_assert_int_eq(fab_train_forecast(&fast, arena, &free), FAB_OK);
    want(a, "step on a network without cost", of, free.step_s, 1e-5);
    want(a, "time to train without cost", of,
         fab_ownership_forecast(scenario, &free).time_to_train_s, 1e-5);
}
END_TEST

START_TEST(amdahl_verdicts)
{
    want_verdict(
        answer_of("{kind: amdahl, scenarios: [" COPPER ", " LLAMA "], before: 2 d, after: 1 d}"),
        FAB_VERDICT_PARTLY);
    want_verdict(answer_of("{kind: amdahl, scenarios: [" COPPER "], before: 2 d, after: 1 d}"),
                 FAB_VERDICT_CONFIRMED);
}
END_TEST

/* tensor ranks are consecutive: tp of the best mapping lies inside a pod when it divides it */
START_TEST(pod)
{
    const fab_claim_answer *a =
        answer_of("{kind: parallelism_in_pod, scenarios: [" COPPER ", " OPTICS "]}");
    fab_search_result found;
    const fab_scenario *scenario = example(COPPER);
    ck_assert_int_eq(fab_search_run(scenario, 1, arena, &found), FAB_OK);
    const fab_mapping *m = &found.rows[0].mapping;
    want(a, "TP ranks", scenario->name, (double)m->tp, 1e-12);
    want(a, "EP ranks", scenario->name, (double)m->ep, 1e-12);
    want(a, "PP ranks", scenario->name, (double)m->pp, 1e-12);
    want(a, "DP ranks", scenario->name, (double)m->dp, 1e-12);
    want(a, "packages of a pod, used", scenario->name, 128, 1e-12);
    ck_assert_int_eq(m->expert_order, FAB_EXPERTS_FOLDED);
    ck_assert_int_eq(128 % (m->ep * m->etp), 0);
    want(a, "pods touched by one group of TP", scenario->name, 1, 1e-12);
    want(a, "pods touched by one group of EP", scenario->name, 1, 1e-12);
    /* stages lie 32768 / pp packages apart */
    want(a, "pods touched by one group of PP", scenario->name, (double)m->pp, 1e-12);
    ck_assert_double_ge(value_of(a, "kinds of group inside a pod", scenario->name), 2);
    want_verdict(a, FAB_VERDICT_PARTLY); /* both pods hold the same kinds */
}
END_TEST

START_TEST(pod_verdicts)
{
    const fab_claim_answer *a = answer_of("{kind: parallelism_in_pod, scenarios: [" LLAMA "]}");
    /* 8 tensor ranks fill a server of 8, and no other kind fits */
    want(a, "kinds of group inside a pod", "llama3-405b-h100", 1, 1e-12);
    want_verdict(a, FAB_VERDICT_REFUTED);
    want_verdict(answer_of("{kind: parallelism_in_pod, scenarios: [" LLAMA ", " OPTICS "]}"),
                 FAB_VERDICT_CONFIRMED);
}
END_TEST

#define COST(copper, optics, slow, fast)                                                           \
    "{kind: cost, copper: [" copper "], optics: [" optics "], scenarios: [" slow ", " fast         \
    "], electricity_per_mwh: {value: 80 USD, low: 40 USD, high: 160 USD, source: s}, "             \
    "power_overhead: {value: 1.1, source: s}, life: {value: 1461 d, source: s}, package_price: "   \
    "{value: 40 kUSD, source: s}}"

/* (5 - 4.3) pJ/bit x 1461 d x 1.1 = 9.72e-5 J per bit/s; at 80 USD / 3.6 GJ 2.1598e-12 USD per
 * bit/s, 0.00216 USD per Gb/s. By time 40,000 USD x (gain - 1) / 32 Tb/s. */
START_TEST(cost)
{
    const fab_claim_answer *a =
        answer_of(COST("study_copper", "study_cpo_3d, plug_800g_dr8", COPPER, OPTICS));
    want_verdict(a, FAB_VERDICT_UNDECIDED);
    assert_contains(a->needed, "one side");
    assert_contains(a->sentence, "none of study_copper, study_cpo_3d");
    want(a, "price per rate", "plug_800g_dr8", 1.56e-9, 1e-12);
    want(a, "price of a link per rate", "plug_800g_dr8", 3.12e-9, 1e-12);
    want(a, "break-even by energy", "study_cpo_3d", 0.7e-12 * 1461 * 86400 * 1.1 * 80 / 3.6e9,
         1e-9);
    const fab_value energy = number_of(a, "break-even by energy", "study_cpo_3d")->value;
    ck_assert_double_eq_tol(energy.low, energy.value / 2, 1e-18);
    ck_assert_double_eq_tol(energy.high, energy.value * 2, 1e-18);
    const double gain = value_of(a, "gain, best mappings", "moe-4.7t-optics");
    ck_assert_double_gt(gain, 1.0);
    want(a, "break-even by time, best mappings", "study_cpo_3d", 40e3 * (gain - 1) / 32e12, 1e-9);
    const double own = value_of(a, "gain, mappings of the files", "moe-4.7t-optics");
    want(a, "break-even by time, mappings of the files", "study_cpo_3d", 40e3 * (own - 1) / 32e12,
         1e-9);
}
END_TEST

/* prices that are published can be compared: 0.63, 1.56 and 1 USD/Gbps */
START_TEST(cost_verdicts)
{
    want_verdict(answer_of(COST("lpo_800g", "plug_800g_dr8", LLAMA, LLAMA)), FAB_VERDICT_CONFIRMED);
    want_verdict(answer_of(COST("lpo_800g", "plug_800g_dr8, plug_1t6_dr8", LLAMA, LLAMA)),
                 FAB_VERDICT_PARTLY);
    want_verdict(answer_of(COST("lpo_800g", "plug_1t6_dr8", LLAMA, LLAMA)), FAB_VERDICT_REFUTED);
    /* 1 USD/Gbps at both ends against a cable of 1.5: what has no price does not decide */
    want_verdict(answer_of(COST("{base: dac_100g, cost: 1.5 USD/Gbps}, study_copper",
                                "lpo_800g, study_cpo_3d", LLAMA, LLAMA)),
                 FAB_VERDICT_CONFIRMED);
    want_verdict(answer_of(COST("{base: dac_100g, cost: 2.5 USD/Gbps}", "lpo_800g", LLAMA, LLAMA)),
                 FAB_VERDICT_REFUTED);
    /* a link that takes more earns less than nothing, and low stays below high */
    const fab_claim_answer *a = answer_of(COST("study_cpo_3d", "study_lpo", LLAMA, LLAMA));
    const fab_value energy = number_of(a, "break-even by energy", "study_lpo")->value;
    ck_assert_double_lt(energy.high, 0.0);
    ck_assert_double_lt(energy.low, energy.high);
    /* the same system twice gains nothing */
    want(a, "gain, best mappings", "llama3-405b-h100", 1, 1e-12);
    ck_assert_double_eq(value_of(a, "break-even by time, best mappings", "study_lpo"), 0.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims_training");
    TCase *cases = tcase_create("claims_training");
    tcase_add_checked_fixture(cases, catalog_setup, catalog_teardown);
    tcase_set_timeout(cases, 300);
    tcase_add_test(cases, amdahl);
    tcase_add_test(cases, amdahl_verdicts);
    tcase_add_test(cases, pod);
    tcase_add_test(cases, pod_verdicts);
    tcase_add_test(cases, cost);
    tcase_add_test(cases, cost_verdicts);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
