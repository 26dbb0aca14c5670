#include "study_fixture.h"

#define WITH_PODS                                                                                  \
    SMALL_STUDY                                                                                    \
    "pods:\n"                                                                                      \
    "  - {system: copper, link: study_copper, switch: nvswitch_nvl5, rack_power: 600 kW,\n"        \
    "     package_power: 5 kW, link_power: 100 W}\n"                                               \
    "  - {system: optics, link: study_cpo_3d, switch: sw_th_ultra}\n"

static const fab_study_fact *fact_of(const fab_study_result *result, size_t pod, int kind)
{
    return &result->pods[pod].facts[kind];
}

/* 600 kW / 5 kW = 120 in one rack, less than the switch's 144 lanes of 200 Gb/s; 111.49 mm x 98.04
 * Gb/s/mm (200 Gb/s over 2 x 1,020 um) = 10.93 Tb/s, less than 100 W would feed; 512 ports */
START_TEST(pods_by_hand)
{
    const fab_study_result *result = good_result(WITH_PODS);
    ck_assert_uint_eq(result->pod_count, 2);
    const fab_study_fact *packages = fact_of(result, 0, FAB_STUDY_FACT_PACKAGES);
    ck_assert_double_eq(packages->published_count.value, 144.0);
    ck_assert_double_eq(packages->derived_count.value, 120.0);
    ck_assert_str_eq(packages->why, "reach and rack power");
    ck_assert_int_eq(result->pods[0].used, 64);
    const fab_study_fact *rate = fact_of(result, 0, FAB_STUDY_FACT_RATE);
    ck_assert_double_eq(rate->published_count.value, 14.4e12);
    ck_assert_double_eq_tol(rate->derived_count.value, 10.93e12, 0.01e12);
    ck_assert_str_eq(rate->why, "edge");
    const fab_study_fact *pod = fact_of(result, 0, FAB_STUDY_FACT_POD_RATE);
    ck_assert_double_eq_tol(pod->derived_count.value, 120.0 * rate->derived_count.value, 1e6);
    ck_assert_double_eq(fact_of(result, 1, FAB_STUDY_FACT_PACKAGES)->derived_count.value, 512.0);
    ck_assert_str_eq(fact_of(result, 1, FAB_STUDY_FACT_PACKAGES)->why, "ports of the switch");
    ck_assert_str_eq(fact_of(result, 1, FAB_STUDY_FACT_RATE)->why, "power");
    ck_assert_str_eq(fab_study_fact_text(FAB_STUDY_FACT_LATENCY), "latency of a step");
}
END_TEST

/* the time is that of the study's scenario with the derived numbers in its inner tier */
START_TEST(times_are_those_of_the_derived_fabric)
{
    const fab_study *study = good_study(WITH_PODS);
    const fab_study_result *result = good_result(WITH_PODS);
    for (size_t i = 0; i < 2; i++) {
        const fab_study_layers layers = fab_study_point_layers(study, i, 1);
        fab_scenario scenario;
        ck_assert_int_eq(fab_study_compose(study, &layers, arena, &diagnostics, &scenario), FAB_OK);
        fab_tier *tier = &scenario.fabric.tiers[0];
        tier->domain = (int64_t)fact_of(result, i, FAB_STUDY_FACT_PACKAGES)->derived_count.value;
        tier->used = result->pods[i].used;
        tier->rate_bps = fact_of(result, i, FAB_STUDY_FACT_RATE)->derived_count;
        tier->latency_s = fact_of(result, i, FAB_STUDY_FACT_LATENCY)->derived_count;
        fab_forecast forecast;
        ck_assert_int_eq(fab_train_forecast(&scenario, arena, &forecast), FAB_OK);
        const double train_s = fab_ownership_forecast(&scenario, &forecast).time_to_train_s;
        const fab_study_fact *train = fact_of(result, i, FAB_STUDY_FACT_TRAIN);
        ck_assert_double_eq_tol(train->derived_count.value, train_s, 1e-9 * train_s);
        ck_assert_double_eq(train->published_count.value,
                            result->points[i * 2 + 1].ownership.time_to_train_s);
    }
}
END_TEST

static double derived(const char *text, int kind)
{
    return fact_of(good_result(text), 1, kind)->derived_count.value;
}

/* half the efficiency of the laser: more energy, less rate within the power for links, longer
 * training */
START_TEST(a_weaker_laser_moves_everything)
{
    const char *weak = replaced(WITH_PODS, "link: study_cpo_3d,",
                                "link: {base: study_cpo_3d, laser_efficiency: 4 %},");
    ck_assert_double_gt(derived(weak, FAB_STUDY_FACT_ENERGY),
                        1.2 * derived(WITH_PODS, FAB_STUDY_FACT_ENERGY));
    ck_assert_double_lt(derived(weak, FAB_STUDY_FACT_RATE),
                        0.9 * derived(WITH_PODS, FAB_STUDY_FACT_RATE));
    ck_assert_double_gt(derived(weak, FAB_STUDY_FACT_TRAIN),
                        derived(WITH_PODS, FAB_STUDY_FACT_TRAIN));
}
END_TEST

static const struct {
    const char *from, *to, *message;
} BAD[] = {
    {"system: optics", "system: optic", "`optic` is no label of `compare`"},
    {"link: study_copper", "link: sw_th5", "`sw_th5` is no link between packages"},
    {"switch: sw_th_ultra", "switch: study_lpo", "`study_lpo` is no switch"},
    {"link: study_cpo_3d", "link: study_cpo_4d", "unknown technology `study_cpo_4d`"},
    {"rack_power: 600 kW", "rack_power: 0 kW", "`0 kW` is too small"},
    {"rack_power: 600 kW", "rack_power: not published",
     "`rack_power` is a choice, not published data"},
    {"rack_power: 600 kW", "edge: not published", "`edge` is a choice, not published data"},
};

START_TEST(mistakes_are_told)
{
    const fab_study *study = NULL;
    const char *text = replaced(WITH_PODS, BAD[_i].from, BAD[_i].to);
    ck_assert_int_eq(read_study(text, &study), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.errors, 1);
    assert_contains(diagnostics.items[0].message, BAD[_i].message);
}
END_TEST

START_TEST(none_when_none_are_asked_for)
{
    ck_assert_uint_eq(good_result(SMALL_STUDY)->pod_count, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("pods");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, pods_by_hand);
    tcase_add_test(tests, times_are_those_of_the_derived_fabric);
    tcase_add_test(tests, a_weaker_laser_moves_everything);
    tcase_add_loop_test(tests, mistakes_are_told, 0, (int)FAB_TABLE_SIZE(BAD));
    tcase_add_test(tests, none_when_none_are_asked_for);
    return run_suite("pods", tests);
}
