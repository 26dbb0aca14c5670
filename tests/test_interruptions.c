#include <check.h>
#include <math.h>

#include <fabricast/ownership.h>

#include "run_all.h"

/* packages that stop a run every `mean_s` together; no links */
static fab_scenario scenario_of(double mean_s, double checkpoint_s, double restart_s)
{
    return (fab_scenario){
        .job = {.gpus = 100},
        .assumptions = {.failures = {.package_mtbf_s = 100.0 * mean_s,
                                     .checkpoint_s = checkpoint_s,
                                     .restart_s = restart_s}},
    };
}

/* Daly by hand: M = 10,000 s, d = 10 s. d / 2M = 0.0005; sqrt(200,000) x (1 + 0.0074536 +
 * 0.0000556) - 10 = 440.57 s. Share = 440.57 / (10,000 e^0.06 (e^0.045057 - 1)) */
START_TEST(by_hand)
{
    const fab_scenario s = scenario_of(10000.0, 10.0, 600.0);
    const fab_interruptions got = fab_interruptions_forecast(&s, 1000.0);
    ck_assert(got.is_known);
    ck_assert_double_eq_tol(got.mean_time_s, 10000.0, 1e-6);
    ck_assert_double_eq_tol(got.checkpoint_every_s, 440.5720, 0.01);
    ck_assert_double_eq_tol(got.useful_frac, 0.04405720 / exp(0.06) / expm1(0.04505720), 1e-6);
    ck_assert_double_eq_tol(got.time_to_train_s, 1000.0 / got.useful_frac, 1e-6);
    ck_assert_double_eq(got.link_events_per_s, 0.0);
}
END_TEST

/* the interval is the best one: neighbours leave less, by the formula of the wall time */
START_TEST(interval_is_near_the_best)
{
    const double mean_s = 1000.0 * pow(1.5, _i);
    const fab_scenario s = scenario_of(mean_s, 10.0, 60.0);
    const fab_interruptions got = fab_interruptions_forecast(&s, 1.0);
    for (double factor = 0.25; factor < 4.1; factor *= 1.3) {
        const double t = got.checkpoint_every_s * factor;
        const double share = t / (mean_s * exp(60.0 / mean_s) * expm1((t + 10.0) / mean_s));
        ck_assert_double_le(share, got.useful_frac * 1.0005);
    }
}
END_TEST

/* what never ends is said, not computed: stops every second, restarts of 10 minutes */
START_TEST(a_run_that_never_ends)
{
    fab_scenario s = scenario_of(1.0, 10.0, 600.0);
    fab_interruptions got = fab_interruptions_forecast(&s, 1e6);
    ck_assert(!got.is_known && got.time_to_train_s == 0.0);
    s = scenario_of(1e-3, 1e6, 1e6);
    got = fab_interruptions_forecast(&s, 1e6);
    ck_assert(!got.is_known && isfinite(got.time_to_train_s));
    /* nothing fails */
    s.assumptions.failures.package_mtbf_s = 0.0;
    ck_assert(!fab_interruptions_forecast(&s, 1e6).is_known);
}
END_TEST

/* links count by the share that stops: 8 packages of 1 Tb/s through modules of 800 Gb/s, two links
 * a path: 8 connections, 20 modules of 750,000 h */
START_TEST(links_count)
{
    fab_scenario s = scenario_of(1e9, 10.0, 60.0);
    s.job.gpus = 8;
    s.assumptions.failures.link_stops_frac = 0.5;
    s.fabric.tier_count = 1;
    s.fabric.tiers[0] = (fab_tier){
        .name = "tier",
        .technology = {.name = "m",
                       .title = "pluggable module with DSP",
                       .medium = "single-mode fibre",
                       .line_code = "PAM4",
                       .rate_bps = {.value = 8e11, .low = 8e11, .high = 8e11, .is_known = true}},
        .rate_bps = {.value = 1e12, .low = 1e12, .high = 1e12, .is_known = true},
        .domain = 8,
        .used = 8,
        .links_per_path = 2,
        .packages_per_rack = 8,
    };
    const fab_interruptions got = fab_interruptions_forecast(&s, 1.0);
    ck_assert_double_eq_tol(got.link_events_per_s * 3600.0, 0.5 * 20.0 / 750000.0, 1e-12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interruptions");
    TCase *tcase = tcase_create("interruptions");
    tcase_add_test(tcase, by_hand);
    tcase_add_loop_test(tcase, interval_is_near_the_best, 0, 20);
    tcase_add_test(tcase, a_run_that_never_ends);
    tcase_add_test(tcase, links_count);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}
