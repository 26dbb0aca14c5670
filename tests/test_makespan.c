#include <check.h>
#include <math.h>

#include <fabricast/pipeline.h>

#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

#define STAGE_LIMIT 8

/* T = m max + (sum - max) / v by hand. */
static const struct {
    const char *what;
    fab_pipeline pipeline;
    double stage_s[STAGE_LIMIT];
    double want_s;
} ROW[] = {
    {"one stage has no bubble", {1, 7, 1, FAB_SCHEDULE_AUTO}, {3.0}, 21.0},
    {"one micro-batch visits all", {4, 1, 1, FAB_SCHEDULE_AUTO}, {1.0, 1.0, 1.0, 1.0}, 4.0},
    {"equal stages: (m + p - 1) tau", {4, 8, 1, FAB_SCHEDULE_AUTO}, {3.0, 3.0, 3.0, 3.0}, 33.0},
    {"interleaving halves the bubble", {4, 8, 2, FAB_SCHEDULE_AUTO}, {3.0, 3.0, 3.0, 3.0}, 28.5},
    {"slow last stage paces all", {3, 10, 1, FAB_SCHEDULE_AUTO}, {2.0, 2.0, 5.0}, 54.0},
    {"slow last stage, three chunks",
     {3, 9, 3, FAB_SCHEDULE_AUTO},
     {2.0, 2.0, 5.0},
     46.0 + 1.0 / 3.0},
    /* F = 1, B = 2 on the first, 1/3 of that behind: a forward comes back after 2, while stage 0
     * runs one more forward of 1 and later one more backward of 2: it waits 1 */
    {"slow first stage hides others", {3, 10, 1, FAB_SCHEDULE_AUTO}, {3.0, 1.0, 1.0}, 30.0},
    {"slow first stage, one micro-batch", {3, 1, 1, FAB_SCHEDULE_AUTO}, {3.0, 1.0, 1.0}, 5.0},
    {"slow middle stage", {3, 10, 1, FAB_SCHEDULE_AUTO}, {1.0, 3.0, 1.0}, 31.0},
    {"stages without work", {3, 5, 1, FAB_SCHEDULE_AUTO}, {0.0, 0.0, 0.0}, 0.0},
};

/* backward takes twice as long as forward */
static fab_status makespan(const fab_pipeline *pipeline, const double *stage_s, double *out_s)
{
    double forward_s[STAGE_LIMIT], backward_s[STAGE_LIMIT];
    for (int64_t i = 0; i < pipeline->stages; i++) {
        forward_s[i] = stage_s[i] / 3.0;
        backward_s[i] = stage_s[i] - forward_s[i];
    }
    return fab_pipeline_makespan(pipeline, forward_s, backward_s, out_s);
}

START_TEST(table)
{
    double got_s = -1.0;
    ck_assert_int_eq(makespan(&ROW[_i].pipeline, ROW[_i].stage_s, &got_s), FAB_OK);
    ck_assert_double_eq_tol(got_s, ROW[_i].want_s, 1e-12);
}
END_TEST

/* Shares of the bubble: 1F1B (p - 1) tau, interleaved that over v (arXiv 2104.04473, section 2.2).
 */
static void bubble_shrinks_with_chunks_for(uint64_t seed)
{
    const int64_t p = seeded_integer(&seed, 1, STAGE_LIMIT);
    const int64_t v = seeded_integer(&seed, 1, 6);
    const fab_pipeline pipeline = {p, p * seeded_integer(&seed, 1, 9), v, FAB_SCHEDULE_AUTO};
    const double tau_s = seeded_between(&seed, 1e-3, 1.0);
    double stage_s[STAGE_LIMIT];
    for (int i = 0; i < STAGE_LIMIT; i++) {
        stage_s[i] = tau_s;
    }
    double got_s = -1.0;
    ck_assert_int_eq(makespan(&pipeline, stage_s, &got_s), FAB_OK);
    const double bubble_s = got_s - (double)pipeline.microbatches * tau_s;
    ck_assert_double_eq_tol(bubble_s, (double)(p - 1) * tau_s / (double)v, 1e-12);
}

START_TEST(bubble_shrinks_with_chunks)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        bubble_shrinks_with_chunks_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

static void slower_stage_is_never_faster_for(uint64_t seed)
{
    const int64_t p = seeded_integer(&seed, 1, STAGE_LIMIT);
    const fab_pipeline pipeline = {p, p * seeded_integer(&seed, 1, 9), seeded_integer(&seed, 1, 4),
                                   FAB_SCHEDULE_AUTO};
    double stage_s[STAGE_LIMIT];
    for (int i = 0; i < STAGE_LIMIT; i++) {
        stage_s[i] = seeded_between(&seed, 0.0, 1.0);
    }
    double before_s = -1.0;
    double after_s = -1.0;
    ck_assert_int_eq(makespan(&pipeline, stage_s, &before_s), FAB_OK);
    stage_s[seeded_integer(&seed, 0, p - 1)] += seeded_between(&seed, 0.0, 1.0);
    ck_assert_int_eq(makespan(&pipeline, stage_s, &after_s), FAB_OK);
    ck_assert_double_ge(after_s, before_s);
}

START_TEST(slower_stage_is_never_faster)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        slower_stage_is_never_faster_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

static const struct {
    const char *what;
    fab_pipeline pipeline;
    double first_s;
} BAD[] = {
    {"no stages", {0, 4, 1, FAB_SCHEDULE_AUTO}, 1.0},
    {"no micro-batches", {2, 0, 1, FAB_SCHEDULE_AUTO}, 1.0},
    {"no chunks", {2, 4, 0, FAB_SCHEDULE_AUTO}, 1.0},
    {"negative count", {-2, 4, 1, FAB_SCHEDULE_AUTO}, 1.0},
    {"interleaved with a broken group", {2, 5, 2, FAB_SCHEDULE_AUTO}, 1.0},
    {"negative time", {2, 4, 1, FAB_SCHEDULE_AUTO}, -1.0},
    {"time not a number", {2, 4, 1, FAB_SCHEDULE_AUTO}, (double)NAN},
    {"endless time", {2, 4, 1, FAB_SCHEDULE_AUTO}, (double)INFINITY},
    {"another schedule", {2, 4, 1, FAB_SCHEDULE_ZB_H1}, 1.0},
    {"sum beyond the largest double", {2, 4, 1, FAB_SCHEDULE_AUTO}, 1e308},
};

START_TEST(failures)
{
    const double stage_s[2] = {BAD[_i].first_s, 1.0};
    double got_s = 42.0;
    ck_assert_int_eq(makespan(&BAD[_i].pipeline, stage_s, &got_s), FAB_E_RANGE);
    ck_assert_double_eq(got_s, 42.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("makespan");
    TCase *cases = tcase_create("makespan");
    tcase_add_loop_test(cases, table, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_loop_test(cases, bubble_shrinks_with_chunks, 0, BLOCKS);
    tcase_add_loop_test(cases, slower_stage_is_never_faster, 0, BLOCKS);
    tcase_add_loop_test(cases, failures, 0, (int)(sizeof BAD / sizeof BAD[0]));
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
