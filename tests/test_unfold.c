#include "run_all.h"
#include "scenario_fixture.h"

#include <math.h>

#include <fabricast/timeline.h>

/* A step on the links of a graph. With one package of a stage for all it takes as long as with
 * every package and message by itself where all are alike, and nearly where a fault tells them
 * apart; on switches it is what the ports of stages say; what is refused. */

#define DENSE                                                                                      \
    "name: dense\n"                                                                                \
    "gpu: h100_sxm\n"                                                                              \
    "fabric: {base: h100_ib, tiers: [{}, {domain: 64}]}\n"                                         \
    "model: llama3-70b\n"                                                                          \
    "job: {gpus: 64, tokens: 1T, batch: 16}\n"                                                     \
    "mapping: {tp: 4, pp: 4}\n"

#define EXPERTS                                                                                    \
    "name: experts\n"                                                                              \
    "gpu: h100_sxm\n"                                                                              \
    "fabric: {base: h100_ib, tiers: [{}, {domain: 64}]}\n"                                         \
    "model: mixtral-8x7b\n"                                                                        \
    "job: {gpus: 64, tokens: 1T, batch: 16}\n"                                                     \
    "mapping: {tp: 2, pp: 2, ep: 8, schedule: zb_h1}\n"

static const struct {
    const char *inner, *outer, *fault; /* NULL: none */
    int routing;
    double most_frac; /* that one for all may differ from all */
    bool is_quiet;    /* no contention: the ports of stages say the same */
} GROUND[] = {
    {"switch", NULL, NULL, FAB_ROUTING_SPRAY, 1e-9, true},
    {"switch planes=2", "rail", NULL, FAB_ROUTING_SPRAY, 1e-9, true},
    {"ring", NULL, NULL, FAB_ROUTING_SPRAY, 1e-3, false},
    {"torus 2x4", NULL, NULL, FAB_ROUTING_SPRAY, 1e-9, false},
    {NULL, "clos leaf=16 spines=4", NULL, FAB_ROUTING_SPRAY, 1e-9, true},
    {NULL, "clos leaf=16 spines=4 oversubscription=4", NULL, FAB_ROUTING_SPRAY, 1e-9, false},
    {NULL, "torus 2x4", NULL, FAB_ROUTING_SPRAY, 0.01, false},
    {NULL, "dragonfly groups=2 routers=4 packages=8", NULL, FAB_ROUTING_SPRAY, 0.01, false},
    {NULL, "clos leaf=16 spines=4", NULL, FAB_ROUTING_ECMP, 0.02, false},
    {NULL, NULL, "5-s0=0.25", FAB_ROUTING_SPRAY, 0.02, false},
    {NULL, "clos leaf=16 spines=4", "s9-s12=0", FAB_ROUTING_SPRAY, 0.01, false},
    {"switch planes=4", NULL, "s2=0", FAB_ROUTING_SPRAY, 0.01, false},
};

enum { GROUNDS = sizeof(GROUND) / sizeof(GROUND[0]) };

static fab_step_simulation simulate(const fab_scenario *s, const fab_step_options *options)
{
    fab_step_simulation step;
    const char *reason = NULL;
    const fab_status status = fab_step_simulate(s, options, arena, &step, &reason);
    ck_assert_msg(status == FAB_OK, "%d: %s", status, reason ? reason : "no reason");
    return step;
}

static const fab_wiring *wiring_of(const char *text)
{
    const char *message = NULL;
    fab_wiring *wiring = text ? FAB_NEW(arena, fab_wiring, 1) : NULL;
    ck_assert(!text || fab_wiring_parse(text, arena, wiring, &message) == FAB_OK);
    return wiring;
}

START_TEST(one_package_for_all)
{
    const fab_scenario s = good_scenario(_i % 2 == 0 ? DENSE : EXPERTS, NULL);
    fab_step_options options = {
        .pieces = 2,
        .wirings = {wiring_of(GROUND[_i / 2].inner), wiring_of(GROUND[_i / 2].outer)},
        .faults = &GROUND[_i / 2].fault,
        .fault_count = GROUND[_i / 2].fault ? 1 : 0,
        .routing = GROUND[_i / 2].routing};
    const fab_step_simulation one = simulate(&s, &options);
    options.is_general = true;
    const fab_step_simulation all = simulate(&s, &options);
    const fab_step_simulation ports = simulate(&s, &(fab_step_options){.pieces = 2});
    ck_assert(one.is_wired && all.is_wired && !ports.is_wired);
    ck_assert_msg(fabs(one.simulated_s / all.simulated_s - 1.0) <= GROUND[_i / 2].most_frac,
                  "%s: %.12g s for all, %.12g s each", s.name, one.simulated_s, all.simulated_s);
    ck_assert_double_ge(one.simulated_s, ports.simulated_s * (1.0 - 1e-9));
    if (GROUND[_i / 2].is_quiet) {
        ck_assert_double_eq_tol(one.simulated_s / ports.simulated_s, 1.0, 1e-9);
    }
    /* every message of a tier's ports is on the links of the graph */
    ck_assert_uint_gt(one.link_count, 0);
    for (size_t i = 0; i < one.link_count; i++) {
        ck_assert(one.links[i].from && one.links[i].to && one.links[i].count > 0);
        ck_assert_double_le(one.links[i].busy_frac, 1.0 + 1e-9);
        ck_assert(i == 0 || one.links[i].busy_frac <= one.links[i - 1].busy_frac);
    }
    ck_assert_double_le(one.hot_frac, one.links[0].busy_frac);
    for (int64_t tier = 0; tier < one.tier_count; tier++) {
        double sum = 0.0;
        for (int i = 0; i < FAB_TIMELINE_BINS; i++) {
            sum += one.tier_bin_frac[tier][i] / FAB_TIMELINE_BINS;
        }
        ck_assert_double_eq_tol(sum, one.tier_busy_frac[tier], 1e-6);
    }
}
END_TEST

/* A fault takes time where it acts: the worse, the longer; a switch that carries nothing does not
 * matter. */
START_TEST(faults)
{
    static const char *const FAULT[] = {"0-s0=1", "0-s0=0.5", "0-s0=0.25", "0-s0=0.125"};
    const fab_scenario s = good_scenario(DENSE, NULL);
    double last_s = 0.0;
    for (int i = 0; i < 4; i++) {
        const fab_step_options options = {.pieces = 1, .faults = &FAULT[i], .fault_count = 1};
        const fab_step_simulation step = simulate(&s, &options);
        ck_assert_double_gt(step.simulated_s, last_s);
        ck_assert(i == 0 || strstr(step.cause, "with faults") == step.cause);
        last_s = i == 0 ? step.simulated_s * (1.0 - 1e-9) : step.simulated_s;
    }
}
END_TEST

/* Slow links of a stage are those of its packages. */
START_TEST(slow_links)
{
    const fab_scenario s = good_scenario(DENSE, NULL);
    const fab_slow_part slow = {.stage = 1, .tier = 0, .ratio = 0.25};
    const fab_wiring *flat = wiring_of("switch");
    const fab_step_options ports = {.slow = &slow, .slow_count = 1, .pieces = 1};
    const fab_step_options links = {.slow = &slow, .slow_count = 1, .pieces = 1, .wirings = {flat}};
    ck_assert_double_eq_tol(simulate(&s, &links).simulated_s / simulate(&s, &ports).simulated_s,
                            1.0, 1e-9);
}
END_TEST

/* An optical circuit switch is a switch that is set anew before each other partner. */
START_TEST(circuits)
{
    static const char *const OUTER[] = {"switch", "ocs reconfigure=0s", "ocs reconfigure=100us",
                                        "ocs reconfigure=1ms"};
    const fab_scenario s = good_scenario(DENSE, NULL);
    double step_s[4];
    for (int i = 0; i < 4; i++) {
        const fab_step_options options = {.pieces = 1, .wirings = {NULL, wiring_of(OUTER[i])}};
        step_s[i] = simulate(&s, &options).simulated_s;
    }
    ck_assert_double_eq_tol(step_s[1] / step_s[0], 1.0, 1e-9);
    ck_assert_double_gt(step_s[2], step_s[1]);
    ck_assert_double_gt(step_s[3] - step_s[1], 5.0 * (step_s[2] - step_s[1]));
}
END_TEST

static bool goes_on(void *context)
{
    int *left = context;
    return --*left > 0;
}

/* No such fault, a cut, a wiring that does not fit, an end before the end. */
START_TEST(refusals)
{
    static const struct {
        const char *fault, *outer, *says;
        int asked; /* before it ends; 0: never */
        fab_status status;
    } ROW[] = {
        {"s99=0", NULL, "no such node", 0, FAB_E_RANGE},
        {"5=0", NULL, "no path from", 0, FAB_E_INFEASIBLE},
        {NULL, "torus 3x3", "does not fit", 0, FAB_E_INFEASIBLE},
        {NULL, "rail", "while its messages were routed", 1, FAB_E_INFEASIBLE},
        {NULL, "rail", "s of the step, which takes", 50, FAB_E_INFEASIBLE},
        {NULL, NULL, "s of the step, which takes", 50, FAB_E_INFEASIBLE},
    };
    const fab_scenario s = good_scenario(DENSE, NULL);
    for (size_t i = 0; i < sizeof(ROW) / sizeof(ROW[0]); i++) {
        int left = ROW[i].asked;
        const fab_step_options options = {.pieces = 1,
                                          .wirings = {NULL, wiring_of(ROW[i].outer)},
                                          .faults = &ROW[i].fault,
                                          .fault_count = ROW[i].fault ? 1 : 0,
                                          .goes_on = left > 0 ? goes_on : NULL,
                                          .context = &left};
        fab_step_simulation step;
        const char *reason = NULL;
        ck_assert_int_eq(fab_step_simulate(&s, &options, arena, &step, &reason), ROW[i].status);
        ck_assert_ptr_nonnull(reason);
        ck_assert_msg(strstr(reason, ROW[i].says) != NULL, "%s", reason);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("unfold");
    TCase *t = tcase_create("unfold");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, catalog_setup, catalog_teardown);
    tcase_add_loop_test(t, one_package_for_all, 0, 2 * GROUNDS);
    tcase_add_test(t, faults);
    tcase_add_test(t, slow_links);
    tcase_add_test(t, circuits);
    tcase_add_test(t, refusals);
    suite_add_tcase(s, t);
    return run_all(s);
}
