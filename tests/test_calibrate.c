#include <check.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fabricast/calibrate.h>

#include "gpu/kernel_time.h"
#include "run_all.h"
#include "seeded.h"
#include "validate/fit.h"

static fab_arena *arena;
static fab_diagnostics diagnostics;
static const fab_catalog *catalog;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 28);
    ck_assert_ptr_nonnull(arena);
    diagnostics = fab_diagnostics_make(arena);
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* a line y = a + b x with one row far off */
typedef struct line_data {
    double x[20], y[20];
} line_data;

static double line_ratio(const void *context, const double *parameters, size_t row)
{
    const line_data *data = context;
    return (parameters[0] + parameters[1] * data->x[row]) / data->y[row];
}

START_TEST(a_fit_finds_what_made_the_data)
{
    line_data data;
    bool is_used[20];
    for (size_t i = 0; i < 20; i++) {
        data.x[i] = 1.0 + (double)i;
        data.y[i] = 3.0 + 2.0 * data.x[i];
        is_used[i] = true;
    }
    data.y[7] *= 5.0;
    fab_fit_problem problem = {
        .parameters = {{0.0, 10.0, {1.0, 5.0, 9.0}}, {0.0, 10.0, {1.0, 5.0, 9.0}}},
        .parameter_count = 2,
        .row_count = 20,
        .is_used = is_used,
        .ratio = line_ratio,
        .context = &data};
    double found[2];
    ck_assert_int_eq(fab_fit(&problem, arena, found), FAB_OK);
    ck_assert_double_eq_tol(found[0], 3.0, 0.05);
    ck_assert_double_eq_tol(found[1], 2.0, 0.01);
    /* without the odd row exactly, also with the first parameter held */
    is_used[7] = false;
    ck_assert_int_eq(fab_fit(&problem, arena, found), FAB_OK);
    ck_assert_double_eq_tol(found[0], 3.0, 1e-6);
    problem.parameters[0] = (fab_fit_parameter){3.0, 3.0, {3.0, 3.0, 3.0}};
    ck_assert_uint_eq(fab_fit_free_count(&problem), 1);
    ck_assert_int_eq(fab_fit(&problem, arena, found), FAB_OK);
    ck_assert_double_eq(found[0], 3.0);
    ck_assert_double_eq_tol(found[1], 2.0, 1e-6);
}
END_TEST

static const fab_product_kernel TRUE_KERNEL = {.peak_frac = 0.72,
                                               .depth_count = 140.0,
                                               .wave_frac = 0.6,
                                               .tile_count = 0.12,
                                               .accumulate_frac = 1.0,
                                               .memory_frac = 0.7,
                                               .sustain_frac = 1.0,
                                               .launch_s = 4e-6};

/* Measurements that the model itself made, as the rows of XLA's table on H100. */
static void write_made_up(const char *path)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "source_key,gpu,kind,dtype,b_or_groups,m,n,k,heads,head_dim_qk,head_dim_v,seq,"
                  "batch,causal,pass,tflops,peak_dense_tflops,usable\n");
    const fab_gpu *gpu = fab_catalog_gpu(catalog, "h100_sxm");
    const fab_kernel_chip chip = {132.0, 989e12, gpu->memory_rate_byte_per_s.value};
    uint64_t seed = 1;
    for (int i = 0; i < 200; i++) {
        const fab_product_shape shape = {.groups = 1.0,
                                         .m = (double)seeded_integer(&seed, 1, 64) * 128.0,
                                         .n = (double)seeded_integer(&seed, 1, 64) * 128.0,
                                         .k = (double)seeded_integer(&seed, 1, 64) * 128.0,
                                         .input_byte = 2.0,
                                         .output_byte = 2.0};
        const double time_s = fab_kernel_product_s(&TRUE_KERNEL, &chip, &shape);
        fprintf(file, "xla_table,H100-SXM,gemm,bf16,1,%.0f,%.0f,%.0f,,,,,,,,%.12g,989,yes\n",
                shape.m, shape.n, shape.k, 2e-12 * shape.m * shape.n * shape.k / time_s);
    }
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(constants_that_made_the_data_are_found)
{
    char path[] = "/tmp/test_calibrate_XXXXXX";
    const int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    write_made_up(path);
    const fab_kernel_calibration *result = NULL;
    const fab_status status = fab_calibrate_kernels(catalog, path, arena, &diagnostics, &result);
    unlink(path);
    ck_assert_int_eq(status, FAB_OK);
    ck_assert_uint_eq(result->fit_count, 1);
    ck_assert_str_eq(result->fits[0].kernels, "h100");
    ck_assert_uint_eq(result->fits[0].large.count + result->fits[0].small.count, 200);
    ck_assert_double_le(result->fits[0].large.mean_frac, 0.005);
    ck_assert_double_le(result->fits[0].small.mean_frac, 0.01);
    for (size_t i = 0; i < result->kernel_count; i++) {
        const fab_kernels *kernels = &result->kernels[i];
        if (strcmp(kernels->name, "h100") == 0) {
            ck_assert_double_eq_tol(kernels->bf16.peak_frac, 0.72, 0.02);
            ck_assert_double_eq_tol(kernels->bf16.launch_s, 4e-6, 1e-6);
        } else {
            ck_assert_double_eq(kernels->bf16.peak_frac, 0.0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calibrate");
    TCase *tests = tcase_create("calibrate");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_fit_finds_what_made_the_data);
    tcase_add_test(tests, constants_that_made_the_data_are_found);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
