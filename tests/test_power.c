#include <check.h>
#include <math.h>

#include "gpu/power.h"
#include "gpu/speed.h"
#include "known.h"
#include "run_all.h"

/* a quarter static, products at half of the peak draw all of it, 5 pJ/bit */
static const fab_gpu_energy_rule RULE = {
    .static_frac = 0.25, .full_rate_frac = 0.5, .memory_j_per_bit = 5e-12};

/* 800 W, 1 PFLOP/s in BF16 and 2 in FP8: 200 W static, 600 W at 0.5 and 1 PFLOP/s */
static fab_gpu package(void)
{
    return (fab_gpu){.power_w = known(800), .bf16_flops = known(1e15), .fp8_flops = known(2e15)};
}

static void assert_near(double got, double want)
{
    ck_assert_msg(fabs(got - want) <= 1e-12 * want, "%.17g instead of %.17g", got, want);
}

START_TEST(the_rule_spends_the_power)
{
    const fab_gpu gpu = package();
    const fab_gpu_energy bf16 = fab_gpu_energy_of(&gpu, FAB_PRECISION_BF16, &RULE);
    ck_assert(bf16.is_known && bf16.is_assumed);
    assert_near(bf16.static_w, 200);
    assert_near(bf16.bf16_j_per_flop, 1.2e-12);
    assert_near(bf16.gemm_j_per_flop, 1.2e-12);
    assert_near(bf16.memory_j_per_bit, 5e-12);
    const fab_gpu_energy fp8 = fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE);
    assert_near(fp8.gemm_j_per_flop, 0.6e-12);
    assert_near(fp8.bf16_j_per_flop, 1.2e-12);
}
END_TEST

/* what a description says comes before the rule, and changes what the rule leaves */
START_TEST(descriptions_come_first)
{
    fab_gpu gpu = package();
    gpu.static_power_w = known(100);
    fab_gpu_energy got = fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE);
    assert_near(got.static_w, 100);
    assert_near(got.bf16_j_per_flop, 1.4e-12);
    gpu.bf16_energy_j_per_flop = known(2e-12);
    gpu.fp8_energy_j_per_flop = known(0.9e-12);
    got = fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE);
    ck_assert(got.is_assumed); /* memory is still assumed */
    gpu.memory_energy_j_per_bit = known(4e-12);
    got = fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE);
    ck_assert(got.is_known && !got.is_assumed);
    assert_near(got.bf16_j_per_flop, 2e-12);
    assert_near(got.gemm_j_per_flop, 0.9e-12);
    assert_near(got.memory_j_per_bit, 4e-12);
    gpu.power_w.is_known = false; /* nobody asks for it any more */
    got = fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE);
    ck_assert(got.is_known && !got.is_assumed);
}
END_TEST

/* FP4 draws at its peak what FP8 draws at its own, unless its energy or FP8's is not said */
START_TEST(fp4_follows_fp8)
{
    fab_gpu gpu = package();
    gpu.fp4_flops = known(3.0 * gpu.fp8_flops.value);
    /* by the rule alone: a third of FP8's 0.6 pJ */
    assert_near(fab_gpu_energy_of(&gpu, FAB_PRECISION_NVFP4, &RULE).gemm_j_per_flop, 0.2e-12);
    gpu.fp8_energy_j_per_flop = known(0.9e-12);
    assert_near(fab_gpu_energy_of(&gpu, FAB_PRECISION_NVFP4, &RULE).gemm_j_per_flop, 0.3e-12);
    /* that is no number of its row, whatever else the row gives */
    fab_gpu full = gpu;
    full.static_power_w = known(100);
    full.bf16_energy_j_per_flop = known(1.2e-12);
    full.memory_energy_j_per_bit = known(4e-12);
    ck_assert(!fab_gpu_energy_of(&full, FAB_PRECISION_FP8, &RULE).is_assumed);
    ck_assert(fab_gpu_energy_of(&full, FAB_PRECISION_NVFP4, &RULE).is_assumed);
    gpu.fp4_energy_j_per_flop = known(0.7e-12);
    const fab_gpu_energy got = fab_gpu_energy_of(&gpu, FAB_PRECISION_NVFP4, &RULE);
    assert_near(got.gemm_j_per_flop, 0.7e-12);
    assert_near(got.bf16_j_per_flop, 1.2e-12);
    /* what stays in BF16 is not FP4's */
    assert_near(fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE).gemm_j_per_flop, 0.9e-12);
    gpu.fp4_flops.is_known = false;
    gpu.fp4_energy_j_per_flop.is_known = false;
    ck_assert(!fab_gpu_energy_of(&gpu, FAB_PRECISION_NVFP4, &RULE).is_known);
}
END_TEST

/* nothing is made up where neither the power nor the energy is known */
START_TEST(what_is_not_known_is_not_known)
{
    fab_gpu gpu = package();
    gpu.power_w.is_known = false;
    ck_assert(!fab_gpu_energy_of(&gpu, FAB_PRECISION_BF16, &RULE).is_known);
    gpu.static_power_w = known(100);
    ck_assert(!fab_gpu_energy_of(&gpu, FAB_PRECISION_BF16, &RULE).is_known);
    gpu.bf16_energy_j_per_flop = known(1e-12);
    ck_assert(fab_gpu_energy_of(&gpu, FAB_PRECISION_BF16, &RULE).is_known);
    ck_assert(!fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE).is_known);
    gpu = package();
    gpu.fp8_flops.is_known = false;
    ck_assert(fab_gpu_energy_of(&gpu, FAB_PRECISION_BF16, &RULE).is_known);
    ck_assert(!fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE).is_known);
}
END_TEST

static const struct {
    const char *what;
    fab_operator_kind kind;
    double flop, byte, want_j;
} ROW[] = {
    {"a product in the job's precision", FAB_OPERATOR_GEMM, 1e12, 0, 0.6},
    {"a product kept in BF16", FAB_OPERATOR_GEMM_BF16, 1e12, 0, 1.2},
    {"attention", FAB_OPERATOR_ATTENTION, 1e12, 0, 1.2},
    {"moving alone: 8 bits of 5 pJ a byte", FAB_OPERATOR_MEMORY, 0, 1e12, 40},
    {"no product is counted beside moving", FAB_OPERATOR_MEMORY, 1e15, 1e12, 40},
    {"both", FAB_OPERATOR_GEMM, 1e12, 1e10, 1.0},
    {"nothing", FAB_OPERATOR_GEMM, 0, 0, 0},
};

START_TEST(operators_by_hand)
{
    const fab_gpu gpu = package();
    const fab_gpu_energy energy = fab_gpu_energy_of(&gpu, FAB_PRECISION_FP8, &RULE);
    const fab_operator_work work = {.flop = ROW[_i].flop, .byte = ROW[_i].byte};
    const double got_j = fab_gpu_operator_j(&energy, ROW[_i].kind, work);
    ck_assert_msg(fabs(got_j - ROW[_i].want_j) <= 1e-12 * ROW[_i].want_j, "%s: %.17g", ROW[_i].what,
                  got_j);
}
END_TEST

/* the third roof: a product that would draw twice the limit takes twice as long */
START_TEST(a_limit_slows_what_draws_more)
{
    const fab_gpu gpu = package();
    fab_gpu_speed speed = {.gemm_flops = 1e15,
                           .memory_byte_per_s = 1e13,
                           .has_memory_traffic = true,
                           .has_product_traffic = true,
                           .energy = fab_gpu_energy_of(&gpu, FAB_PRECISION_BF16, &RULE)};
    const fab_operator_work product = {.flop = 1e15}, moving = {.byte = 1e13};
    assert_near(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, product), 1.0);
    speed.dynamic_limit_w = 600; /* 1200 J in 600 W */
    assert_near(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, product), 2.0);
    assert_near(fab_gpu_operator_s(&speed, FAB_OPERATOR_MEMORY, moving), 1.0);
    assert_near(fab_gpu_pass_s(&speed, 1e13), 1.0);
    speed.dynamic_limit_w = 100; /* 400 J of moving in 100 W */
    assert_near(fab_gpu_operator_s(&speed, FAB_OPERATOR_MEMORY, moving), 4.0);
    assert_near(fab_gpu_pass_s(&speed, 1e13), 4.0);
    speed.has_memory_traffic = false; /* what is left out stays out */
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_MEMORY, moving), 0.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("power");
    TCase *tests = tcase_create("power");
    tcase_add_test(tests, the_rule_spends_the_power);
    tcase_add_test(tests, descriptions_come_first);
    tcase_add_test(tests, fp4_follows_fp8);
    tcase_add_test(tests, what_is_not_known_is_not_known);
    tcase_add_loop_test(tests, operators_by_hand, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_test(tests, a_limit_slows_what_draws_more);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
