#include "run_all.h"
#include "sim/exposed.h"

#include <check.h>

/* What a stage waits for, worked out by hand: two stages, times in whole seconds. */

#define STAGE 1
#define ACTIVITY(text, kind, class, place)                                                         \
    .activity = {.name = text, .stream = kind, .part = class, .stage = place}

static fab_script_node node[] = {
    /* gathered before the first pass: 0 to 2 */
    {ACTIVITY("gather", FAB_STREAM_DATA, FAB_STEP_DATA, STAGE)},
    {ACTIVITY("pass", FAB_STREAM_COMPUTE, FAB_STEP_GEMM, STAGE), .after_count = 1},
    /* another stage works from 3 to 6 and sends until 7, when this one goes on */
    {ACTIVITY("pass", FAB_STREAM_COMPUTE, FAB_STEP_GEMM, 0), .after_begin = 1, .after_count = 1},
    {ACTIVITY("send", FAB_STREAM_PIPELINE, FAB_STEP_PIPELINE, 0), .after_begin = 2,
     .after_count = 1},
    {ACTIVITY(NULL, FAB_STREAM_COMPUTE, FAB_STEP_GEMM, STAGE), .after_begin = 3, .after_count = 1},
    /* hidden: behind what the other stage does */
    {ACTIVITY("reduce", FAB_STREAM_DATA, FAB_STEP_DATA, STAGE), .after_begin = 4, .after_count = 1},
    {ACTIVITY("pass", FAB_STREAM_COMPUTE, FAB_STEP_GEMM, STAGE), .after_begin = 5,
     .after_count = 2},
    /* begins with the pass, ends 2 s after it: so much is exposed */
    {ACTIVITY("dispatch", FAB_STREAM_LAYER, FAB_STEP_EXPERT, STAGE), .after_begin = 7,
     .after_count = 2},
    {ACTIVITY(NULL, FAB_STREAM_LAYER, FAB_STEP_GEMM, STAGE), .after_begin = 9, .after_count = 2},
    {ACTIVITY("optimizer", FAB_STREAM_COMPUTE, FAB_STEP_OPTIMIZER, STAGE), .after_begin = 11,
     .after_count = 1},
};
static uint32_t after[] = {0, 1, 2, 3, 1, 4, 5, 4, 5, 6, 7, 8};
static const double begin_s[] = {0, 2, 3, 6, 7, 3, 7, 7, 11, 11};
static const double finish_s[] = {2, 3, 6, 7, 7, 5, 9, 11, 11, 12};

START_TEST(by_hand)
{
    double part_s[FAB_STEP_CLASS_COUNT] = {0.0};
    const fab_script script = {.nodes = node, .count = 10, .after = after, .after_count = 12};
    fab_exposed_sum(&(fab_script_run){&script, begin_s, finish_s}, STAGE, part_s);
    ck_assert_double_eq_tol(part_s[FAB_STEP_DATA], 2.0, 1e-12);
    ck_assert_double_eq_tol(part_s[FAB_STEP_PIPELINE], 0.0, 1e-12);
    ck_assert_double_eq_tol(part_s[FAB_STEP_EXPERT], 2.0, 1e-12);
}
END_TEST

/* The stage that sends waits for nothing but its neighbour. */
START_TEST(of_the_other)
{
    double part_s[FAB_STEP_CLASS_COUNT] = {0.0};
    const fab_script script = {.nodes = node, .count = 10, .after = after, .after_count = 12};
    fab_exposed_sum(&(fab_script_run){&script, begin_s, finish_s}, 0, part_s);
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        ck_assert_double_eq_tol(part_s[part], 0.0, 1e-12);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("exposed");
    TCase *t = tcase_create("exposed");
    tcase_add_test(t, by_hand);
    tcase_add_test(t, of_the_other);
    suite_add_tcase(s, t);
    return run_all(s);
}
