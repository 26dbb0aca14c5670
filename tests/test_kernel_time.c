#include <check.h>

#include "gpu/kernel_time.h"
#include "run_all.h"
#include "seeded.h"

#define TOLERANCE 1e-12

/* round numbers: 100 multiprocessors of 1 TFLOP/s each */
static const fab_kernel_chip CHIP = {100.0, 1e14, 1e12};

static const fab_product_kernel PLAIN = {.peak_frac = 0.5,
                                         .depth_count = 100.0,
                                         .wave_frac = 1.0,
                                         .tile_count = 0.0,
                                         .accumulate_frac = 0.8,
                                         .memory_frac = 0.5,
                                         .sustain_frac = 1.0,
                                         .launch_s = 1e-6};

static fab_product_shape shape(double groups, double m, double n, double k)
{
    return (fab_product_shape){groups, m, n, k, 2.0, 2.0, false};
}

/* With tile exponent 0 all tiles have one rate, and the smallest waste least. */
START_TEST(whole_waves_take_what_hand_computes)
{
    /* 5120 x 5120 are 100 tiles of 512 x 512: 400 of 256 x 256, four waves. With every tile the
     * results are whole waves: 2 * 5120^2 * (8192 + 100) / (0.5 * 1e14) */
    const fab_product_shape whole = shape(1.0, 5120.0, 5120.0, 8192.0);
    ck_assert_double_eq_tol(fab_kernel_product_s(&PLAIN, &CHIP, &whole),
                            1e-6 + 2.0 * 5120.0 * 5120.0 * 8292.0 / 0.5e14, 1e-15);
}
END_TEST

START_TEST(a_short_wave_takes_its_share_or_all)
{
    /* 100 tiles of 64 x 64 fill a wave, and a split would only make more of them */
    fab_product_kernel kernel = PLAIN;
    kernel.launch_s = 0.0;
    const fab_kernel_chip chip = {100.0, 1e14, 1e14}; /* memory that is not felt */
    const fab_product_shape one = shape(100.0, 64.0, 64.0, 8.0);
    const double wave_s = 2.0 * 64.0 * 64.0 * 100.0 * 108.0 / 0.5e14;
    ck_assert_double_eq_tol(fab_kernel_product_s(&kernel, &chip, &one), wave_s, TOLERANCE * wave_s);
    /* 101 tiles: two waves, or 1.01 */
    const fab_product_shape more = shape(101.0, 64.0, 64.0, 8.0);
    ck_assert_double_eq_tol(fab_kernel_product_s(&kernel, &chip, &more), 2.0 * wave_s,
                            TOLERANCE * wave_s);
    kernel.wave_frac = 0.0;
    ck_assert_double_eq_tol(fab_kernel_product_s(&kernel, &chip, &more), 1.01 * wave_s,
                            TOLERANCE * wave_s);
}
END_TEST

START_TEST(moving_operands_bounds_the_time)
{
    /* k = 1: bytes 2 (m + n + m n) over 0.5e12 */
    fab_product_kernel kernel = PLAIN;
    kernel.depth_count = 0.0;
    kernel.launch_s = 0.0;
    const fab_product_shape flat = shape(1.0, 6400.0, 6400.0, 1.0);
    const double byte = 2.0 * (2.0 * 6400.0 + 6400.0 * 6400.0);
    ck_assert_double_eq_tol(fab_kernel_product_s(&kernel, &CHIP, &flat), byte / 0.5e12, 1e-15);
}
END_TEST

START_TEST(a_deep_small_product_is_split)
{
    fab_product_kernel kernel = PLAIN;
    kernel.depth_count = 0.0;
    kernel.launch_s = 0.0;
    const fab_product_shape deep = shape(1.0, 64.0, 64.0, 65536.0);
    /* eight parts of one tile each run side by side; operands 2 (2 64 65536) + 2 64^2 bytes, and
     * the partial results 8 8 64^2 */
    const double compute_s = 2.0 * 64.0 * 64.0 * 100.0 * 8192.0 / 0.5e14;
    const double sum_s = 8.0 * 8.0 * 64.0 * 64.0 / 0.5e12;
    ck_assert_double_eq_tol(fab_kernel_product_s(&kernel, &CHIP, &deep), compute_s + sum_s, 1e-15);
}
END_TEST

START_TEST(adding_to_a_result_is_slower)
{
    fab_product_shape adding = shape(1.0, 5120.0, 5120.0, 8192.0);
    const double plain_s = fab_kernel_product_s(&PLAIN, &CHIP, &adding) - PLAIN.launch_s;
    adding.accumulates = true;
    ck_assert_double_eq_tol(fab_kernel_product_s(&PLAIN, &CHIP, &adding) - PLAIN.launch_s,
                            plain_s / 0.8, TOLERANCE * plain_s);
}
END_TEST

START_TEST(groups_cost_a_time_each)
{
    fab_grouped_kernel kernel = {PLAIN, 2e-6};
    const fab_product_shape groups = shape(8.0, 128.0, 512.0, 256.0);
    ck_assert_double_eq_tol(fab_kernel_grouped_s(&kernel, &CHIP, &groups),
                            fab_kernel_product_s(&PLAIN, &CHIP, &groups) + 16e-6, 1e-15);
}
END_TEST

START_TEST(attention_takes_what_hand_computes)
{
    const fab_attention_kernel kernel = {.peak_frac = 0.5,
                                         .wave_count = 2.0,
                                         .power_count = 1.0,
                                         .sequence_count = 1024.0,
                                         .wide_frac = 0.8,
                                         .narrow_frac = 0.6,
                                         .launch_s = 1e-6};
    /* 100 heads of 1,024 tokens: 8 waves; 1e12 FLOP at 0.5e14, (8 + 2) / 8, (1 + 1) */
    fab_attention_shape attention = {
        .query_count = 102400.0, .sequence_count = 1024.0, .head_dim_count = 128.0};
    ck_assert_double_eq_tol(fab_kernel_attention_s(&kernel, &CHIP, &attention, 1e12),
                            1e-6 + 0.02 * 1.25 * 2.0, 1e-15);
    attention.head_dim_count = 192.0;
    ck_assert_double_eq_tol(fab_kernel_attention_s(&kernel, &CHIP, &attention, 1e12),
                            1e-6 + 0.05 / 0.8, 1e-15);
    attention.head_dim_count = 64.0;
    ck_assert_double_eq_tol(fab_kernel_attention_s(&kernel, &CHIP, &attention, 1e12),
                            1e-6 + 0.05 / 0.6, 1e-15);
}
END_TEST

START_TEST(memory_takes_bytes_over_bandwidth)
{
    const fab_memory_kernel kernel = {0.8, 4e-6};
    ck_assert_double_eq_tol(fab_kernel_memory_s(&kernel, &CHIP, 8e9), 0.010004, 1e-15);
    ck_assert_double_eq(fab_kernel_memory_s(&kernel, &CHIP, 0.0), 0.0);
}
END_TEST

/* No larger operator is faster, whatever the constants. */
START_TEST(time_never_falls_as_sizes_grow)
{
    uint64_t seed = (uint64_t)_i;
    const fab_product_kernel kernel = {.peak_frac = seeded_between(&seed, 0.1, 1.0),
                                       .depth_count = seeded_between(&seed, 0.0, 1000.0),
                                       .wave_frac = seeded_between(&seed, 0.0, 1.0),
                                       .tile_count = seeded_between(&seed, 0.0, 1.0),
                                       .accumulate_frac = seeded_between(&seed, 0.5, 1.0),
                                       .memory_frac = seeded_between(&seed, 0.1, 1.0),
                                       .sustain_frac = seeded_between(&seed, 0.5, 1.0),
                                       .launch_s = 1e-6};
    for (int step = 0; step < 200; step++) {
        fab_product_shape small =
            shape((double)seeded_integer(&seed, 1, 64), (double)seeded_integer(&seed, 1, 5000),
                  (double)seeded_integer(&seed, 1, 5000), (double)seeded_integer(&seed, 1, 9000));
        small.accumulates = seeded_integer(&seed, 0, 1) == 1;
        const double small_s = fab_kernel_product_s(&kernel, &CHIP, &small);
        fab_product_shape large = small;
        double *const sizes[] = {&large.groups, &large.m, &large.n, &large.k};
        *sizes[seeded_integer(&seed, 0, 3)] += (double)seeded_integer(&seed, 1, 300);
        ck_assert_double_ge(fab_kernel_product_s(&kernel, &CHIP, &large), small_s * (1.0 - 1e-12));
        ck_assert_double_ge(small_s,
                            2.0 * small.groups * small.m * small.n * small.k / CHIP.peak_flops);
    }
}
END_TEST

/* The attention core neither: more sequences, heads or tokens, at fixed heads. */
START_TEST(attention_never_falls_as_sizes_grow)
{
    uint64_t seed = (uint64_t)_i;
    const fab_attention_kernel kernel = {.peak_frac = seeded_between(&seed, 0.1, 1.0),
                                         .wave_count = seeded_between(&seed, 0.0, 4.0),
                                         .power_count = seeded_between(&seed, 1.0, 8.0),
                                         .sequence_count = seeded_between(&seed, 0.0, 1000.0),
                                         .wide_frac = seeded_between(&seed, 0.5, 1.0),
                                         .narrow_frac = seeded_between(&seed, 0.5, 1.0),
                                         .launch_s = 1e-6};
    for (int step = 0; step < 200; step++) {
        const double dim = (double)(32 * seeded_integer(&seed, 1, 8));
        double before_s = 0.0;
        double sequences = (double)seeded_integer(&seed, 1, 64);
        double tokens = (double)seeded_integer(&seed, 1, 9000);
        for (int grown = 0; grown < 4; grown++) {
            const fab_attention_shape now = {
                .query_count = sequences * tokens, .sequence_count = tokens, .head_dim_count = dim};
            const double flop = 2.0 * sequences * tokens * tokens * dim;
            const double time_s = fab_kernel_attention_s(&kernel, &CHIP, &now, flop);
            ck_assert_double_ge(time_s, before_s * (1.0 - 1e-12));
            ck_assert_double_ge(time_s, flop / CHIP.peak_flops);
            before_s = time_s;
            sequences += (double)seeded_integer(&seed, 0, 8);
            tokens += (double)seeded_integer(&seed, 0, 500);
        }
    }
}
END_TEST

/* Where operands are moved in no time, rows and columns that the smallest tiles hold already cost
 * nothing, and one more tile in a wave that is not full nothing where waves count whole. */
START_TEST(time_steps_at_tiles_and_waves_alone)
{
    uint64_t seed = (uint64_t)_i;
    fab_kernel_chip chip = CHIP;
    chip.memory_byte_per_s = 1e30;
    const fab_product_kernel kernel = {.peak_frac = 0.8,
                                       .depth_count = seeded_between(&seed, 0.0, 1000.0),
                                       .wave_frac = 1.0,
                                       .accumulate_frac = 1.0,
                                       .memory_frac = 1.0,
                                       .sustain_frac = 1.0};
    int steps = 0;
    for (int64_t rows = 1; rows <= 2048; rows += 64) {
        const double k = (double)seeded_integer(&seed, 1, 9000);
        const fab_product_shape first = shape(1.0, (double)rows, 256.0, k);
        const fab_product_shape last = shape(1.0, (double)(rows + 63), 256.0, k);
        const fab_product_shape next = shape(1.0, (double)(rows + 64), 256.0, k);
        const double first_s = fab_kernel_product_s(&kernel, &chip, &first);
        ck_assert_double_eq_tol(fab_kernel_product_s(&kernel, &chip, &last), first_s,
                                1e-12 * first_s);
        steps += fab_kernel_product_s(&kernel, &chip, &next) > first_s * (1.0 + 1e-9);
    }
    /* four columns of 64 x 64 tiles are a small part of a wave: most rows of tiles begin none */
    ck_assert_int_gt(steps, 0);
    ck_assert_int_lt(steps, 32);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_time");
    TCase *tests = tcase_create("kernel_time");
    tcase_add_test(tests, whole_waves_take_what_hand_computes);
    tcase_add_test(tests, a_short_wave_takes_its_share_or_all);
    tcase_add_test(tests, moving_operands_bounds_the_time);
    tcase_add_test(tests, a_deep_small_product_is_split);
    tcase_add_test(tests, adding_to_a_result_is_slower);
    tcase_add_test(tests, groups_cost_a_time_each);
    tcase_add_test(tests, attention_takes_what_hand_computes);
    tcase_add_test(tests, memory_takes_bytes_over_bandwidth);
    tcase_add_loop_test(tests, time_never_falls_as_sizes_grow, 1, 51);
    tcase_add_loop_test(tests, attention_never_falls_as_sizes_grow, 1, 51);
    tcase_add_loop_test(tests, time_steps_at_tiles_and_waves_alone, 1, 21);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
