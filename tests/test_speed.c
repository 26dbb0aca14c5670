#include <check.h>

#include <fabricast/catalog.h>

#include "gpu/speed.h"
#include "run_all.h"

/* 100 FLOP/s in the job's precision, 50 in BF16, 20 in the attention core, 10 byte/s */
static const fab_gpu_speed ALL = {.gemm_flops = 100.0,
                                  .gemm_bf16_flops = 50.0,
                                  .attention_flops = 20.0,
                                  .attention_ratio = 1.0,
                                  .memory_byte_per_s = 10.0,
                                  .has_memory_traffic = true,
                                  .has_product_traffic = true,
                                  .has_attention_core = true};

typedef enum left_out { NOTHING, MEMORY_TRAFFIC, PRODUCT_TRAFFIC, ATTENTION_CORE } left_out;

/* time = max(flop / rate, byte / 10) */
static const struct {
    const char *what;
    fab_operator_kind kind;
    double flop, byte;
    left_out without;
    double want_s;
} ROW[] = {
    {"a product bound by computing", FAB_OPERATOR_GEMM, 1000, 99, NOTHING, 10.0},
    {"a product bound by memory", FAB_OPERATOR_GEMM, 1000, 101, NOTHING, 10.1},
    {"a product that moves nothing", FAB_OPERATOR_GEMM, 1000, 101, PRODUCT_TRAFFIC, 10.0},
    {"a product does not mind", FAB_OPERATOR_GEMM, 1000, 101, MEMORY_TRAFFIC, 10.1},
    {"BF16 has its own rate", FAB_OPERATOR_GEMM_BF16, 1000, 199, NOTHING, 20.0},
    {"BF16 bound by memory", FAB_OPERATOR_GEMM_BF16, 1000, 300, NOTHING, 30.0},
    {"BF16 that moves nothing", FAB_OPERATOR_GEMM_BF16, 1000, 300, PRODUCT_TRAFFIC, 20.0},
    {"attention bound by computing", FAB_OPERATOR_ATTENTION, 1000, 400, NOTHING, 50.0},
    {"attention bound by memory", FAB_OPERATOR_ATTENTION, 1000, 600, NOTHING, 60.0},
    {"attention that moves nothing", FAB_OPERATOR_ATTENTION, 1000, 600, PRODUCT_TRAFFIC, 50.0},
    {"attention left out", FAB_OPERATOR_ATTENTION, 1000, 600, ATTENTION_CORE, 0.0},
    {"moving alone", FAB_OPERATOR_MEMORY, 0, 70, NOTHING, 7.0},
    {"FLOPs of a moving operator are not counted", FAB_OPERATOR_MEMORY, 1e6, 70, NOTHING, 7.0},
    {"moving left out", FAB_OPERATOR_MEMORY, 0, 70, MEMORY_TRAFFIC, 0.0},
    {"moving is not a product", FAB_OPERATOR_MEMORY, 0, 70, PRODUCT_TRAFFIC, 7.0},
    {"nothing to do", FAB_OPERATOR_GEMM, 0, 0, NOTHING, 0.0},
};

static fab_gpu_speed speed_without(left_out what)
{
    fab_gpu_speed speed = ALL;
    speed.has_memory_traffic = what != MEMORY_TRAFFIC;
    speed.has_product_traffic = what != PRODUCT_TRAFFIC;
    speed.has_attention_core = what != ATTENTION_CORE;
    return speed;
}

START_TEST(rows_agree)
{
    const fab_gpu_speed speed = speed_without(ROW[_i].without);
    const fab_operator_work work = {.flop = ROW[_i].flop, .byte = ROW[_i].byte};
    const double got_s = fab_gpu_operator_s(&speed, ROW[_i].kind, work);
    ck_assert_msg(got_s >= ROW[_i].want_s * (1 - 1e-15) && got_s <= ROW[_i].want_s * (1 + 1e-15),
                  "%s: %.17g", ROW[_i].what, got_s);
    /* what slows every operator multiplies its time */
    fab_gpu_speed slower = speed;
    slower.added_frac = 0.25;
    ck_assert_double_eq(fab_gpu_operator_s(&slower, ROW[_i].kind, work), 1.25 * got_s);
}
END_TEST

/* what was measured is taken, what was not keeps the efficiencies */
START_TEST(measured_kernels_take_over)
{
    const fab_kernels kernels = {
        .multiprocessors = 100,
        .bf16 = {.peak_frac = 0.5, .wave_frac = 1.0, .memory_frac = 1.0, .sustain_frac = 1.0},
        .attention_forward = {.peak_frac = 0.25,
                              .power_count = 1.0,
                              .wide_frac = 1.0,
                              .narrow_frac = 1.0},
    };
    fab_gpu_speed speed = speed_without(NOTHING);
    const fab_product_shape shape = {1.0, 5120.0, 5120.0, 8192.0, 2.0, 2.0, false};
    const fab_operator_work product = {.flop = 2.0 * 5120.0 * 5120.0 * 8192.0, .product = shape};
    const fab_operator_work forward = {
        .flop = 1e12,
        .attention = {.query_count = 1e6, .sequence_count = 4096.0, .head_dim_count = 128.0}};
    fab_operator_work backward = forward;
    backward.attention.is_backward = true;
    const fab_operator_work moving = {.byte = 1e9};
    const double constant_s = fab_gpu_operator_s(&speed, FAB_OPERATOR_ATTENTION, backward);
    const double moving_s = fab_gpu_operator_s(&speed, FAB_OPERATOR_MEMORY, moving);
    speed.kernels = &kernels;
    speed.chip = (fab_kernel_chip){100.0, 2e14, 1e13};
    speed.bf16_peak_flops = 1e14;
    /* whole waves of tiles: half of the BF16 peak */
    ck_assert_double_eq_tol(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, product),
                            product.flop / 0.5e14, 1e-12);
    ck_assert_double_eq_tol(fab_gpu_operator_s(&speed, FAB_OPERATOR_ATTENTION, forward),
                            1e12 / 0.25e14, 1e-12);
    /* older kernels, at half the rate */
    fab_gpu_speed old = speed;
    old.attention_ratio = 0.5;
    ck_assert_double_eq_tol(fab_gpu_operator_s(&old, FAB_OPERATOR_ATTENTION, forward),
                            1e12 / 0.125e14, 1e-12);
    /* FP8, the backward core and memory were not measured */
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_ATTENTION, backward), constant_s);
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_MEMORY, moving), moving_s);
    speed.precision = FAB_PRECISION_FP8;
    speed.fp8_peak_ratio = 1.0;
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, product),
                        product.flop / speed.gemm_flops);
    ck_assert_double_eq_tol(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM_BF16, product),
                            product.flop / 0.5e14, 1e-12);
}
END_TEST

/* Products of a loop over 3 groups launch 3 kernels, each with the time of a group where that was
 * measured, else of a launch, of which any product has one; operators that move bytes likewise. */
START_TEST(loops_launch_their_kernels)
{
    fab_kernels kernels = {
        .multiprocessors = 100,
        .bf16 = {.peak_frac = 0.5, .memory_frac = 1.0, .sustain_frac = 1.0, .launch_s = 1e-3},
        .memory = {.peak_frac = 0.5, .launch_s = 1e-3},
    };
    fab_gpu_speed speed = speed_without(NOTHING);
    speed.kernels = &kernels;
    speed.chip = (fab_kernel_chip){100.0, 1e14, 1e13};
    speed.bf16_peak_flops = 1e14;
    const fab_product_shape shape = {3.0, 512.0, 512.0, 512.0, 2.0, 2.0, false};
    fab_operator_work one = {.flop = 3.0 * 2.0 * 512.0 * 512.0 * 512.0, .product = shape};
    fab_operator_work loop = one;
    loop.kernel_count = 3.0;
    const fab_operator_kind kind = FAB_OPERATOR_GEMM;
    ck_assert_double_eq_tol(fab_gpu_operator_s(&speed, kind, loop) -
                                fab_gpu_operator_s(&speed, kind, one),
                            2e-3, 1e-12);
    kernels.grouped = (fab_grouped_kernel){.product = kernels.bf16, .group_s = 5e-3};
    ck_assert_double_eq_tol(fab_gpu_operator_s(&speed, kind, loop) -
                                fab_gpu_operator_s(&speed, kind, one),
                            15e-3, 1e-12);
    const fab_operator_work moved = {.byte = 1e9, .kernel_count = 6.0};
    const fab_operator_work once = {.byte = 1e9};
    ck_assert_double_eq_tol(fab_gpu_operator_s(&speed, FAB_OPERATOR_MEMORY, moved) -
                                fab_gpu_operator_s(&speed, FAB_OPERATOR_MEMORY, once),
                            5e-3, 1e-12);
}
END_TEST

/* A time of the exact shape comes before everything but what slows all operators. */
START_TEST(a_table_comes_first)
{
    const fab_kernel_row rows[] = {
        {.batch = 1, .m = 8, .n = 16, .k = 32, .time_s = 3.0},
        {.precision = 1, .batch = 1, .m = 8, .n = 16, .k = 32, .time_s = 5.0}};
    const fab_kernel_table table = {.rows = rows, .count = 2};
    fab_gpu_speed speed = speed_without(NOTHING);
    const fab_operator_work work = {.flop = 2.0 * 8 * 16 * 32,
                                    .product = {1.0, 8.0, 16.0, 32.0, 2.0, 2.0, false}};
    fab_operator_work other = work;
    other.product.k = 33.0;
    const double without_s = fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, other);
    speed.table = &table;
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, work), 3.0);
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM_BF16, work), 3.0);
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, other), without_s);
    speed.precision = FAB_PRECISION_FP8;
    speed.fp8_peak_ratio = 1.0;
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, work), 5.0);
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM_BF16, work), 3.0);
    speed.dynamic_limit_w = 1e-9;
    speed.added_frac = 1.0;
    ck_assert_double_eq(fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, work), 10.0);
    /* what only moves bytes has no shape */
    ck_assert_ptr_null(fab_gpu_operator_row(&speed, FAB_OPERATOR_MEMORY, &work));
}
END_TEST

/* Products in FP4 are FP8's at another peak: the same share of it, the same seconds to fill the
 * pipeline, so that they save what the depth takes and no more. */
START_TEST(fp4_takes_the_kernels_of_fp8)
{
    const fab_kernels kernels = {
        .fp8 = {.peak_frac = 0.8, .depth_count = 512.0, .memory_frac = 1.0, .sustain_frac = 1.0}};
    fab_gpu_speed speed = {
        .kernels = &kernels,
        .chip = {.multiprocessors = 100.0, .peak_flops = 4e15, .memory_byte_per_s = 1e18},
        .precision = FAB_PRECISION_FP8,
        .fp8_peak_ratio = 1.0};
    const double m = 25600.0, n = 2560.0, k = 8192.0;
    const fab_operator_work work = {.flop = 2.0 * m * n * k,
                                    .product = {1.0, m, n, k, 1.0, 2.0, false}};
    const double fp8_s = fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, work);
    ck_assert_double_eq_tol(fp8_s, 2.0 * m * n * (k + 512.0) / (0.8 * 4e15), 1e-9 * fp8_s);
    speed.precision = FAB_PRECISION_NVFP4;
    speed.fp8_peak_ratio = 3.0;
    speed.chip.peak_flops *= 3.0;
    const double fp4_s = fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, work);
    ck_assert_double_eq_tol(fp4_s, 2.0 * m * n * (k / 3.0 + 512.0) / (0.8 * 4e15), 1e-9 * fp4_s);
}
END_TEST

/* Chips whose rates were entered by hand: 8,192 cubed as published, on v5p as a share of its peak;
 * attention that nobody measured is left to the efficiencies. */
START_TEST(published_rates_stand)
{
    static const struct {
        const char *gpu;
        double want_flops;
    } row[] = {{"tpu_v5e", 181.8e12}, {"tpu_v5p", 0.923 * 459e12}, {"tpu_v6e", 727.7e12}};
    fab_arena *arena = fab_arena_create((size_t)64 << 20);
    fab_diagnostics diagnostics = {.arena = arena};
    const fab_catalog *catalog = NULL;
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
    const fab_product_shape shape = {1.0, 8192.0, 8192.0, 8192.0, 2.0, 2.0, false};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const fab_gpu *gpu = fab_catalog_gpu(catalog, row[i].gpu);
        const fab_kernels *kernels = gpu->kernels;
        fab_gpu_speed speed = ALL;
        speed.kernels = kernels;
        speed.chip = (fab_kernel_chip){(double)kernels->multiprocessors, gpu->bf16_flops.value,
                                       gpu->memory_rate_byte_per_s.value};
        speed.bf16_peak_flops = gpu->bf16_flops.value;
        const fab_operator_work work = {.flop = 2.0 * 8192.0 * 8192.0 * 8192.0, .product = shape};
        const double got_s = fab_gpu_operator_s(&speed, FAB_OPERATOR_GEMM, work);
        ck_assert_double_eq_tol(work.flop / got_s / row[i].want_flops, 1.0, 0.005);
    }
    ck_assert(fab_catalog_kernels(catalog, "tpu_v5")->attention_forward.peak_frac <= 0.0);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("speed");
    TCase *tests = tcase_create("speed");
    tcase_add_test(tests, measured_kernels_take_over);
    tcase_add_test(tests, loops_launch_their_kernels);
    tcase_add_test(tests, a_table_comes_first);
    tcase_add_test(tests, fp4_takes_the_kernels_of_fp8);
    tcase_add_test(tests, published_rates_stand);
    tcase_add_loop_test(tests, rows_agree, 0, (int)(sizeof ROW / sizeof ROW[0]));
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
