#include "gpu/limit.h"

#include <math.h>

#include <check.h>

#include "run_all.h"
#include "seeded.h"

/* 100 FLOP/s and 10 byte/s: the ridge is at 10 FLOP per byte */
static fab_gpu_speed slow_package(void)
{
    return (fab_gpu_speed){.gemm_flops = 100.0,
                           .gemm_bf16_flops = 50.0,
                           .attention_flops = 25.0,
                           .attention_ratio = 1.0,
                           .memory_byte_per_s = 10.0,
                           .has_memory_traffic = true,
                           .has_product_traffic = true,
                           .has_attention_core = true};
}

static void assert_shares(fab_gpu_shares got, double compute, double memory, double power)
{
    ck_assert_double_eq_tol(got.compute_frac, compute, 1e-9);
    ck_assert_double_eq_tol(got.memory_frac, memory, 1e-9);
    ck_assert_double_eq_tol(got.power_frac, power, 1e-9);
}

/* either side of the ridge, by hand */
static const struct {
    fab_operator_kind kind;
    double flop, byte, compute, memory;
} ROOF[] = {
    {FAB_OPERATOR_GEMM, 1100.0, 100.0, 1.0, 0.0},
    {FAB_OPERATOR_GEMM, 900.0, 100.0, 0.0, 1.0},
    {FAB_OPERATOR_GEMM_BF16, 600.0, 100.0, 1.0, 0.0},
    {FAB_OPERATOR_GEMM_BF16, 400.0, 100.0, 0.0, 1.0},
    {FAB_OPERATOR_ATTENTION, 300.0, 100.0, 1.0, 0.0},
    {FAB_OPERATOR_ATTENTION, 200.0, 100.0, 0.0, 1.0},
    {FAB_OPERATOR_MEMORY, 0.0, 1.0, 0.0, 1.0},
    {FAB_OPERATOR_MEMORY, 0.0, 0.0, 0.0, 0.0},
    {FAB_OPERATOR_GEMM, 0.0, 0.0, 0.0, 0.0},
};

START_TEST(roofline_by_hand)
{
    const fab_gpu_speed speed = slow_package();
    const fab_operator_work work = {.flop = ROOF[_i].flop, .byte = ROOF[_i].byte};
    assert_shares(fab_gpu_operator_shares(&speed, ROOF[_i].kind, work), ROOF[_i].compute,
                  ROOF[_i].memory, 0.0);
}
END_TEST

/* 1100 FLOP in 11 s and 1100 J: below 100 W the power sets the time, above it does not */
START_TEST(power_sets_the_time)
{
    fab_gpu_speed speed = slow_package();
    speed.energy.gemm_j_per_flop = 1.0;
    const fab_operator_work work = {.flop = 1100.0, .byte = 100.0};
    speed.dynamic_limit_w = 99.0;
    assert_shares(fab_gpu_operator_shares(&speed, FAB_OPERATOR_GEMM, work), 0.0, 0.0, 1.0);
    speed.dynamic_limit_w = 101.0;
    assert_shares(fab_gpu_operator_shares(&speed, FAB_OPERATOR_GEMM, work), 1.0, 0.0, 0.0);
}
END_TEST

/* a measured kernel of 10 bytes at 10 byte/s and 3 s of launch: a quarter is launch */
START_TEST(launch_is_the_rest)
{
    const fab_kernels kernels = {.memory = {.peak_frac = 1.0, .launch_s = 3.0}};
    fab_gpu_speed speed = slow_package();
    speed.kernels = &kernels;
    speed.chip.memory_byte_per_s = 10.0;
    const fab_operator_work work = {.byte = 90.0};
    const fab_gpu_shares got = fab_gpu_operator_shares(&speed, FAB_OPERATOR_MEMORY, work);
    ck_assert_double_eq_tol(got.memory_frac, 0.75, 1e-4);
    ck_assert_double_eq(got.compute_frac, 0.0);
}
END_TEST

START_TEST(shares_are_shares)
{
    uint64_t seed = (uint64_t)_i + 1;
    const fab_gpu_speed speed = slow_package();
    const fab_operator_work work = {.flop = seeded_between(&seed, 0.0, 2000.0),
                                    .byte = seeded_between(&seed, 0.0, 200.0)};
    const fab_operator_kind kind = (fab_operator_kind)seeded_integer(&seed, 0, 3);
    const fab_gpu_shares got = fab_gpu_operator_shares(&speed, kind, work);
    ck_assert_double_ge(got.compute_frac, 0.0);
    ck_assert_double_ge(got.memory_frac, 0.0);
    ck_assert_double_le(got.compute_frac + got.memory_frac + got.power_frac, 1.0 + 1e-3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limit");
    TCase *tests = tcase_create("limit");
    tcase_add_loop_test(tests, roofline_by_hand, 0, (int)(sizeof ROOF / sizeof ROOF[0]));
    tcase_add_test(tests, power_sets_the_time);
    tcase_add_test(tests, launch_is_the_rest);
    tcase_add_loop_test(tests, shares_are_shares, 0, 1000);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
