#include <check.h>
#include <stdlib.h>

#include <fabricast/kernels.h>

#include "run_all.h"
#include "seeded.h"

#define ROWS  300
#define SEEDS 50

static int by_shape(const void *a, const void *b)
{
    return fab_kernel_row_compare(a, b);
}

/* Few numbers, so that many rows share most of their shape. */
static fab_kernel_row random_row(uint64_t *seed)
{
    const bool is_attention = seeded_integer(seed, 0, 1) == 1;
    return (fab_kernel_row){
        .is_attention = is_attention,
        .is_backward = is_attention && seeded_integer(seed, 0, 1) == 1,
        .precision = is_attention ? 0 : (int)seeded_integer(seed, 0, 2),
        .batch = is_attention ? 0 : seeded_integer(seed, 1, 2),
        .m = is_attention ? 0 : seeded_integer(seed, 1, 3),
        .n = is_attention ? 0 : seeded_integer(seed, 1, 3),
        .k = is_attention ? 0 : seeded_integer(seed, 1, 3),
        .queries = is_attention ? seeded_integer(seed, 1, 4) : 0,
        .sequence = is_attention ? seeded_integer(seed, 1, 4) : 0,
        .head_dim = is_attention ? seeded_integer(seed, 1, 4) : 0,
        .time_s = seeded_between(seed, 0.0, 1.0),
    };
}

static bool is_same(const fab_kernel_row *a, const fab_kernel_row *b)
{
    return a->is_attention == b->is_attention && a->is_backward == b->is_backward &&
           a->precision == b->precision && a->batch == b->batch && a->m == b->m && a->n == b->n &&
           a->k == b->k && a->queries == b->queries && a->sequence == b->sequence &&
           a->head_dim == b->head_dim;
}

/* A sorted table finds what a walk through it finds, and nothing else. */
START_TEST(finds_what_a_walk_finds)
{
    uint64_t seed = (uint64_t)_i;
    fab_kernel_row rows[ROWS];
    const size_t count = (size_t)seeded_integer(&seed, 0, ROWS);
    for (size_t i = 0; i < count; i++) {
        rows[i] = random_row(&seed);
    }
    qsort(rows, count, sizeof(rows[0]), by_shape);
    const fab_kernel_table table = {.rows = count > 0 ? rows : NULL, .count = count};
    for (int i = 0; i < ROWS; i++) {
        const fab_kernel_row key = random_row(&seed);
        bool is_there = false;
        for (size_t j = 0; j < count; j++) {
            is_there = is_there || is_same(&rows[j], &key);
        }
        const fab_kernel_row *found = fab_kernel_table_find(&table, &key);
        ck_assert_int_eq(found != NULL, is_there);
        ck_assert(!found || is_same(found, &key));
    }
}
END_TEST

START_TEST(order_is_total_and_blind_to_times)
{
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < ROWS; i++) {
        const fab_kernel_row a = random_row(&seed), b = random_row(&seed), c = random_row(&seed);
        const int ab = fab_kernel_row_compare(&a, &b), bc = fab_kernel_row_compare(&b, &c);
        ck_assert_int_eq(ab, -fab_kernel_row_compare(&b, &a));
        ck_assert_int_eq(ab == 0, is_same(&a, &b));
        ck_assert(ab > 0 || bc > 0 || fab_kernel_row_compare(&a, &c) <= 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_rows");
    TCase *tests = tcase_create("kernel_rows");
    tcase_add_loop_test(tests, finds_what_a_walk_finds, 0, SEEDS);
    tcase_add_loop_test(tests, order_is_total_and_blind_to_times, 0, SEEDS);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
