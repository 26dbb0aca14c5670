#include <check.h>

#include <fabricast/pipeline.h>

#include "run_all.h"

#define HUGE_COUNT ((int64_t)1 << 62)

static const struct {
    const char *what;
    fab_pipeline pipeline;
    fab_pipeline_rule want;
} RULE[] = {
    {"no stages", {0, 4, 1, FAB_SCHEDULE_AUTO}, FAB_PIPELINE_NEEDS_COUNTS},
    {"no micro-batches", {2, 0, 1, FAB_SCHEDULE_GPIPE}, FAB_PIPELINE_NEEDS_COUNTS},
    {"no chunks", {2, 4, 0, FAB_SCHEDULE_ZB_V}, FAB_PIPELINE_NEEDS_COUNTS},
    {"auto", {3, 5, 1, FAB_SCHEDULE_AUTO}, FAB_PIPELINE_GOOD},
    {"auto with chunks", {3, 6, 2, FAB_SCHEDULE_AUTO}, FAB_PIPELINE_GOOD},
    {"auto with a broken group", {3, 5, 2, FAB_SCHEDULE_AUTO}, FAB_PIPELINE_NEEDS_GROUPS},
    {"gpipe", {3, 5, 1, FAB_SCHEDULE_GPIPE}, FAB_PIPELINE_GOOD},
    {"gpipe with chunks", {3, 6, 2, FAB_SCHEDULE_GPIPE}, FAB_PIPELINE_NEEDS_ONE_CHUNK},
    {"1f1b with chunks", {3, 6, 2, FAB_SCHEDULE_1F1B}, FAB_PIPELINE_NEEDS_ONE_CHUNK},
    {"interleaved", {3, 6, 4, FAB_SCHEDULE_INTERLEAVED}, FAB_PIPELINE_GOOD},
    {"interleaved, one chunk", {3, 6, 1, FAB_SCHEDULE_INTERLEAVED}, FAB_PIPELINE_NEEDS_CHUNKS},
    {"zb_h2 with chunks", {3, 6, 2, FAB_SCHEDULE_ZB_H2}, FAB_PIPELINE_NEEDS_ONE_CHUNK},
    {"zb_h1 with chunks", {3, 6, 2, FAB_SCHEDULE_ZB_H1}, FAB_PIPELINE_NEEDS_ONE_CHUNK},
    {"zb_v", {3, 1, 2, FAB_SCHEDULE_ZB_V}, FAB_PIPELINE_GOOD},
    {"zb_v, one chunk", {3, 6, 1, FAB_SCHEDULE_ZB_V}, FAB_PIPELINE_NEEDS_TWO_CHUNKS},
    {"zb_v, three chunks", {3, 6, 3, FAB_SCHEDULE_ZB_V}, FAB_PIPELINE_NEEDS_TWO_CHUNKS},
    {"dualpipe", {4, 8, 1, FAB_SCHEDULE_DUALPIPE}, FAB_PIPELINE_GOOD},
    {"dualpipe, two chunks", {4, 8, 2, FAB_SCHEDULE_DUALPIPE}, FAB_PIPELINE_NEEDS_ONE_CHUNK},
    {"dualpipe, odd stages", {3, 8, 1, FAB_SCHEDULE_DUALPIPE}, FAB_PIPELINE_NEEDS_EVEN_STAGES},
    {"dualpipe, odd", {4, 9, 1, FAB_SCHEDULE_DUALPIPE}, FAB_PIPELINE_NEEDS_EVEN_MICROBATCHES},
    {"dualpipe, few", {4, 6, 1, FAB_SCHEDULE_DUALPIPE}, FAB_PIPELINE_NEEDS_MICROBATCHES},
    {"dualpipe, more stages than can be doubled",
     {HUGE_COUNT, 8, 1, FAB_SCHEDULE_DUALPIPE},
     FAB_PIPELINE_NEEDS_MICROBATCHES},
    {"dualpipev", {4, 8, 2, FAB_SCHEDULE_DUALPIPEV}, FAB_PIPELINE_GOOD},
    {"dualpipev, odd", {3, 7, 2, FAB_SCHEDULE_DUALPIPEV}, FAB_PIPELINE_GOOD},
    {"dualpipev, one chunk", {4, 8, 1, FAB_SCHEDULE_DUALPIPEV}, FAB_PIPELINE_NEEDS_TWO_CHUNKS},
    {"dualpipev, few", {4, 7, 2, FAB_SCHEDULE_DUALPIPEV}, FAB_PIPELINE_NEEDS_MICROBATCHES},
};

START_TEST(rules)
{
    ck_assert_int_eq(fab_pipeline_check(&RULE[_i].pipeline), RULE[_i].want);
}
END_TEST

START_TEST(words)
{
    ck_assert_str_eq(fab_schedule_text(FAB_SCHEDULE_AUTO), "auto");
    ck_assert_str_eq(fab_schedule_text(FAB_SCHEDULE_1F1B), "1f1b");
    ck_assert_str_eq(fab_schedule_text(FAB_SCHEDULE_DUALPIPEV), "dualpipev");
    ck_assert_str_eq(fab_schedule_text(FAB_SCHEDULE_COUNT), "unknown");
    const fab_pipeline plain = {2, 4, 1, FAB_SCHEDULE_AUTO};
    ck_assert_int_eq(fab_pipeline_schedule(&plain), FAB_SCHEDULE_1F1B);
    const fab_pipeline interleaved = {2, 4, 3, FAB_SCHEDULE_AUTO};
    ck_assert_int_eq(fab_pipeline_schedule(&interleaved), FAB_SCHEDULE_INTERLEAVED);
    const fab_pipeline given = {2, 4, 2, FAB_SCHEDULE_ZB_V};
    ck_assert_int_eq(fab_pipeline_schedule(&given), FAB_SCHEDULE_ZB_V);
}
END_TEST

/* Where the parts lie. */
static const struct {
    fab_pipeline pipeline;
    int64_t device;
    int64_t want[3];
} PLACE[] = {
    {{4, 8, 1, FAB_SCHEDULE_1F1B}, 2, {2}},
    {{4, 8, 3, FAB_SCHEDULE_INTERLEAVED}, 1, {1, 5, 9}},
    {{4, 8, 2, FAB_SCHEDULE_ZB_V}, 0, {0, 7}},
    {{4, 8, 2, FAB_SCHEDULE_DUALPIPEV}, 3, {3, 4}},
    {{4, 8, 1, FAB_SCHEDULE_DUALPIPE}, 0, {0, 3}}, /* its own direction first */
    {{4, 8, 1, FAB_SCHEDULE_DUALPIPE}, 3, {0, 3}}, /* of the other direction */
    {{4, 8, 1, FAB_SCHEDULE_DUALPIPE}, 2, {1, 2}},
};

START_TEST(places)
{
    const fab_pipeline *pipeline = &PLACE[_i].pipeline;
    for (int64_t c = 0; c < fab_pipeline_held_count(pipeline); c++) {
        ck_assert_int_eq(fab_pipeline_part(pipeline, PLACE[_i].device, c), PLACE[_i].want[c]);
    }
}
END_TEST

/* Each part lies on one device; with DualPipe on two. */
START_TEST(all_parts_are_held)
{
    for (int64_t p = 2; p <= 8; p += 2) {
        for (int64_t v = 1; v <= 3; v++) {
            const fab_pipeline pipeline = {p, 4 * p, v, (fab_schedule)_i};
            if (fab_pipeline_check(&pipeline) != FAB_PIPELINE_GOOD) {
                continue;
            }
            int held[24] = {0};
            for (int64_t r = 0; r < p; r++) {
                for (int64_t c = 0; c < fab_pipeline_held_count(&pipeline); c++) {
                    held[fab_pipeline_part(&pipeline, r, c)]++;
                }
            }
            for (int64_t q = 0; q < fab_pipeline_part_count(&pipeline); q++) {
                ck_assert_int_eq(held[q], _i == FAB_SCHEDULE_DUALPIPE ? 2 : 1);
            }
        }
    }
}
END_TEST

/* 1F1B min(m, p - r); interleaved stage 0: p (1 + (p - 1) / (p v)) (arXiv 2205.05198,
 * section 4.2.3). */
START_TEST(in_flight)
{
    const fab_pipeline plain = {8, 32, 1, FAB_SCHEDULE_AUTO};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&plain, 0), 8.0);
    ck_assert_double_eq(fab_pipeline_in_flight_count(&plain, 7), 1.0);
    const fab_pipeline few = {8, 3, 1, FAB_SCHEDULE_AUTO};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&few, 0), 3.0);
    ck_assert_double_eq(fab_pipeline_in_flight_count(&few, 6), 2.0);
    const fab_pipeline interleaved = {8, 32, 4, FAB_SCHEDULE_AUTO};
    ck_assert_double_eq_tol(fab_pipeline_in_flight_count(&interleaved, 0), 8.0 * (1.0 + 7.0 / 32.0),
                            1e-12);
    ck_assert_double_eq_tol(fab_pipeline_in_flight_count(&interleaved, 7), 25.0 / 4.0, 1e-12);
    const fab_pipeline shallow = {4, 4, 2, FAB_SCHEDULE_AUTO};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&shallow, 0), 4.0);
}
END_TEST

/* Micro-batches kept: GPipe all (arXiv 1811.06965); ZB-H1 and ZB-V as much as the first stage of
 * 1F1B (arXiv 2401.10241, sections 2.1 and 6); DualPipe one more than p, of half a device's layers
 * (arXiv 2412.19437, table 2). */
START_TEST(in_flight_of_others)
{
    const fab_pipeline gpipe = {8, 32, 1, FAB_SCHEDULE_GPIPE};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&gpipe, 5), 32.0);
    const fab_pipeline late = {8, 32, 1, FAB_SCHEDULE_ZB_H1};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&late, 7), 8.0);
    const fab_pipeline late_few = {8, 3, 1, FAB_SCHEDULE_ZB_H1};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&late_few, 0), 3.0);
    const fab_pipeline eager = {8, 32, 1, FAB_SCHEDULE_ZB_H2}; /* 2 p - 1, section 2.2 */
    ck_assert_double_eq(fab_pipeline_in_flight_count(&eager, 0), 15.0);
    ck_assert_double_eq(fab_pipeline_in_flight_count(&eager, 7), 15.0);
    const fab_pipeline folded = {8, 32, 2, FAB_SCHEDULE_ZB_V};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&folded, 0), 8.0);
    ck_assert_double_eq(fab_pipeline_in_flight_count(&folded, 7), 8.0);
    const fab_pipeline dual = {8, 32, 1, FAB_SCHEDULE_DUALPIPE};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&dual, 3), 4.5);
    const fab_pipeline dual_folded = {4, 32, 2, FAB_SCHEDULE_DUALPIPEV};
    ck_assert_double_eq(fab_pipeline_in_flight_count(&dual_folded, 3), 4.5);
}
END_TEST

/* Counted in the picture of github.com/deepseek-ai/DualPipe: 8 ranks, 20 micro-batches. */
START_TEST(pairs)
{
    const fab_pipeline dual = {8, 20, 1, FAB_SCHEDULE_DUALPIPE};
    const int64_t want[8] = {9, 10, 11, 11, 11, 11, 10, 9};
    for (int64_t r = 0; r < 8; r++) {
        ck_assert_int_eq(
            fab_pipeline_pair_count(&dual, r, 0) + fab_pipeline_pair_count(&dual, r, 1), want[r]);
    }
    const fab_pipeline plain = {8, 20, 1, FAB_SCHEDULE_ZB_H1};
    ck_assert_int_eq(fab_pipeline_pair_count(&plain, 0, 1), 0);
    ck_assert_int_eq(fab_pipeline_passes(&plain), 20);
    ck_assert_int_eq(fab_pipeline_passes(&dual), 10);
    ck_assert_int_eq(fab_pipeline_copy_count(&dual), 2);
    ck_assert_int_eq(fab_pipeline_copy_count(&plain), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *cases = tcase_create("schedule");
    tcase_add_loop_test(cases, rules, 0, (int)(sizeof RULE / sizeof RULE[0]));
    tcase_add_test(cases, words);
    tcase_add_loop_test(cases, places, 0, (int)(sizeof PLACE / sizeof PLACE[0]));
    tcase_add_loop_test(cases, all_parts_are_held, FAB_SCHEDULE_GPIPE, FAB_SCHEDULE_COUNT);
    tcase_add_test(cases, in_flight);
    tcase_add_test(cases, in_flight_of_others);
    tcase_add_test(cases, pairs);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
