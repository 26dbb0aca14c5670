#include <check.h>
#include <math.h>

#include <fabricast/arena.h>
#include <fabricast/pipeline.h>

#include "run_all.h"
#include "seeded.h"

#define STAGE_LIMIT  10
#define CHUNK_LIMIT  4
#define PART_LIMIT   (STAGE_LIMIT * CHUNK_LIMIT)
#define RANDOM_CASES 1000

/* Times of the parts of a pipeline. */
typedef struct parts {
    double forward_s[PART_LIMIT];
    double input_s[PART_LIMIT];
    double weight_s[PART_LIMIT];
    double pair_s[PART_LIMIT];
} parts;

static fab_arena *ARENA; /* of the process that runs one test */

static void open_arena(void)
{
    ARENA = fab_arena_create((size_t)256 << 20);
    ck_assert_ptr_nonnull(ARENA);
}

static void close_arena(void)
{
    fab_arena_destroy(ARENA);
}

static fab_pipeline_times times_of(const parts *at)
{
    return (fab_pipeline_times){at->forward_s, at->input_s, at->weight_s, at->pair_s};
}

static double simulated_s(fab_pipeline pipeline, const parts *at)
{
    const fab_pipeline_times times = times_of(at);
    fab_pipeline_run run;
    const fab_arena_mark mark = fab_arena_save(ARENA);
    ck_assert_int_eq(fab_pipeline_simulate(&pipeline, &times, ARENA, &run), FAB_OK);
    fab_arena_reset(ARENA, mark);
    return run.makespan_s;
}

static double span_s(fab_pipeline pipeline, const parts *at)
{
    const fab_pipeline_times times = times_of(at);
    double got_s = -1.0;
    ck_assert_int_eq(fab_pipeline_span(&pipeline, &times, ARENA, &got_s), FAB_OK);
    return got_s;
}

static void fill(parts *at, double forward_s, double input_s, double weight_s, double pair_s)
{
    for (int i = 0; i < PART_LIMIT; i++) {
        at->forward_s[i] = forward_s;
        at->input_s[i] = input_s;
        at->weight_s[i] = weight_s;
        at->pair_s[i] = pair_s;
    }
}

/* By the formulas that the sources print, F I W and F&B of a part. */
static const struct {
    const char *what;
    fab_pipeline pipeline;
    double forward_s, input_s, weight_s, pair_s, want_s;
} ROW[] = {
    /* (m + p - 1) (F + B), arXiv 1811.06965 and 2104.04473 */
    {"gpipe", {4, 8, 1, FAB_SCHEDULE_GPIPE}, 2, 3, 1, 0, 66},
    {"1f1b", {4, 8, 1, FAB_SCHEDULE_1F1B}, 2, 3, 1, 0, 66},
    /* over v chunks a bubble of (p - 1) (F + B), of chunks */
    {"interleaved", {4, 8, 3, FAB_SCHEDULE_INTERLEAVED}, 2, 3, 1, 0, 162},
    /* (p - 1) (F + B - 2 W), arXiv 2401.10241 table 2 */
    {"zb_h1", {4, 8, 1, FAB_SCHEDULE_ZB_H1}, 2, 3, 1, 0, 60},
    {"zb_h1, a third of 1f1b", {4, 8, 1, FAB_SCHEDULE_ZB_H1}, 1, 1, 1, 0, 27},
    /* (p - 1) F and (p - 1) (F + I - 2 W) beyond the work, arXiv 2401.10241 section 2.2 */
    {"zb_h2", {4, 7, 1, FAB_SCHEDULE_ZB_H2}, 1, 1, 1, 0, 24},
    {"zb_h2, twice weights least", {4, 8, 1, FAB_SCHEDULE_ZB_H2}, 2, 3, 1, 0, 57},
    {"zb_h2, few", {3, 2, 1, FAB_SCHEDULE_ZB_H2}, 1, 1, 1, 0, 9},
    /* F = I = W: only the first forward's way to the last device */
    {"zb_v", {4, 8, 2, FAB_SCHEDULE_ZB_V}, 1, 1, 1, 0, 51},
    /* (p/2 - 1) (F&B + B - 3 W) = 3 (2 + 2 - 3), arXiv 2412.19437 table 2, beyond
     * 11 F&B + 9 (F + B) */
    {"dualpipe", {8, 20, 1, FAB_SCHEDULE_DUALPIPE}, 1, 1, 1, 2, 52},
    {"dualpipev", {4, 10, 2, FAB_SCHEDULE_DUALPIPEV}, 1, 1, 1, 2, 52},
    {"dualpipe, many", {8, 120, 1, FAB_SCHEDULE_DUALPIPE}, 2, 2, 2, 5, 618},
};

START_TEST(table)
{
    parts at;
    fill(&at, ROW[_i].forward_s, ROW[_i].input_s, ROW[_i].weight_s, ROW[_i].pair_s);
    ck_assert_double_eq(span_s(ROW[_i].pipeline, &at), ROW[_i].want_s);
}
END_TEST

/* Every small pipeline of a schedule; whole times, so that equal is equal. */
START_TEST(equal_parts)
{
    int tried = 0;
    for (int64_t p = 1; p <= 8; p++) {
        for (int64_t m = 1; m <= 40; m++) {
            for (int64_t v = 1; v <= CHUNK_LIMIT; v++) {
                const fab_pipeline pipeline = {p, m, v, (fab_schedule)_i};
                if (fab_pipeline_check(&pipeline) != FAB_PIPELINE_GOOD) {
                    continue;
                }
                for (uint64_t seed = 0; seed < 12; seed++, tried++) {
                    uint64_t next = seed;
                    parts at;
                    fill(&at, (double)seeded_integer(&next, 0, 9),
                         (double)seeded_integer(&next, 0, 9), (double)seeded_integer(&next, 0, 9),
                         (double)seeded_integer(&next, 0, 27));
                    ck_assert_double_eq(span_s(pipeline, &at), simulated_s(pipeline, &at));
                }
            }
        }
    }
    ck_assert_int_ge(tried, 500);
}
END_TEST

/* The published makespan of DualPipe is exact for F = I = W, whatever the pair takes. */
START_TEST(published_dualpipe)
{
    for (int64_t p = 2; p <= 10; p += 2) {
        for (int64_t m = 2 * p; m <= 5 * p; m += 2) {
            for (double pair_s = 0.0; pair_s <= 9.0; pair_s++) {
                parts at;
                fill(&at, 3.0, 3.0, 3.0, pair_s);
                const fab_pipeline pipeline = {p, m, 1, FAB_SCHEDULE_DUALPIPE};
                const double published_s = (double)(m - p - 1) * pair_s + 9.0 * (double)(p + 1) +
                                           (double)(p / 2 - 1) * (pair_s + 6.0 - 9.0);
                const bool is_shorter_pair = pair_s < 6.0; /* than the backward in it */
                if (!is_shorter_pair) {
                    ck_assert_double_eq(simulated_s(pipeline, &at), published_s);
                } else {
                    ck_assert_double_ge(simulated_s(pipeline, &at), published_s);
                }
            }
        }
    }
}
END_TEST

static double later_s(double a, double b)
{
    return a > b ? a : b;
}

/* A pair takes at least the longer of its two passes and at most both. */
static void draw(parts *at, double shortest, uint64_t *seed)
{
    for (int i = 0; i < PART_LIMIT; i++) {
        at->forward_s[i] = seeded_between(seed, shortest, 1.0);
        at->input_s[i] = seeded_between(seed, shortest, 1.0);
        at->weight_s[i] = seeded_between(seed, shortest, 1.0);
    }
}

static void draw_pairs(parts *at, int64_t count, uint64_t *seed)
{
    for (int64_t i = 0; i < count; i++) {
        const int64_t other = count - 1 - i;
        const double backward_s = at->input_s[other] + at->weight_s[other];
        at->pair_s[i] = seeded_between(seed, later_s(at->forward_s[i], backward_s),
                                       at->forward_s[i] + backward_s);
    }
}

static fab_pipeline pick(fab_schedule schedule, uint64_t *seed)
{
    const bool is_folded = schedule == FAB_SCHEDULE_ZB_V || schedule == FAB_SCHEDULE_DUALPIPEV;
    int64_t p = seeded_integer(seed, 2, STAGE_LIMIT);
    p -= schedule == FAB_SCHEDULE_DUALPIPE ? p % 2 : 0;
    const int64_t v = is_folded                              ? 2
                      : schedule == FAB_SCHEDULE_INTERLEAVED ? seeded_integer(seed, 2, CHUNK_LIMIT)
                                                             : 1;
    return (fab_pipeline){p, p * seeded_integer(seed, 2, 40), v, schedule};
}

/* docs/models-network.md#pipeline says how near unequal parts come, at times from `shortest` to 1;
 * of GPipe exactly. */
static const struct {
    fab_schedule schedule;
    double shortest, short_ratio, long_ratio, mean_ratio; /* at most */
} DEVIATION[] = {
    {FAB_SCHEDULE_GPIPE, 0.0, 0.0, 0.0, 0.0},
    {FAB_SCHEDULE_1F1B, 0.0, 0.017, 0.0, 0.0002},
    {FAB_SCHEDULE_1F1B, 0.5, 0.012, 0.0, 0.0002},
    {FAB_SCHEDULE_INTERLEAVED, 0.0, 0.009, 0.014, 0.0001},
    {FAB_SCHEDULE_INTERLEAVED, 0.5, 0.010, 0.005, 0.0002},
    {FAB_SCHEDULE_ZB_H1, 0.0, 0.009, 0.0, 0.0001},
    {FAB_SCHEDULE_ZB_H1, 0.5, 0.008, 0.0, 0.0001},
    {FAB_SCHEDULE_ZB_H2, 0.0, 0.014, 0.0, 0.0001},
    {FAB_SCHEDULE_ZB_H2, 0.5, 0.007, 0.0, 0.0001},
    {FAB_SCHEDULE_ZB_V, 0.0, 0.010, 0.0, 0.0001},
    {FAB_SCHEDULE_ZB_V, 0.5, 0.004, 0.0, 0.0001},
    {FAB_SCHEDULE_DUALPIPE, 0.0, 0.006, 0.0, 0.0001},
    {FAB_SCHEDULE_DUALPIPE, 0.5, 0.008, 0.0, 0.0001},
    {FAB_SCHEDULE_DUALPIPEV, 0.0, 0.008, 0.0, 0.0001},
    {FAB_SCHEDULE_DUALPIPEV, 0.5, 0.006, 0.0, 0.0001},
};

START_TEST(unequal_parts_deviate_as_stated)
{
    double least_ratio = 0.0, most_ratio = 0.0, sum_ratio = 0.0;
    for (uint64_t i = 0; i < RANDOM_CASES; i++) {
        uint64_t seed = i;
        const fab_pipeline pipeline = pick(DEVIATION[_i].schedule, &seed);
        parts at;
        draw(&at, DEVIATION[_i].shortest, &seed);
        draw_pairs(&at, fab_pipeline_part_count(&pipeline), &seed);
        const double ratio = span_s(pipeline, &at) / simulated_s(pipeline, &at) - 1.0;
        least_ratio = ratio < least_ratio ? ratio : least_ratio;
        most_ratio = ratio > most_ratio ? ratio : most_ratio;
        sum_ratio += fabs(ratio);
    }
    const char *what = fab_schedule_text(DEVIATION[_i].schedule);
    ck_assert_msg(least_ratio >= -DEVIATION[_i].short_ratio - 1e-12, "%s: %g", what, least_ratio);
    ck_assert_msg(most_ratio <= DEVIATION[_i].long_ratio + 1e-12, "%s: %g", what, most_ratio);
    ck_assert_msg(sum_ratio / RANDOM_CASES <= DEVIATION[_i].mean_ratio + 1e-12, "%s: %g", what,
                  sum_ratio / RANDOM_CASES);
}
END_TEST

/* No order lets a device work less than its work, or ends later than all parts as slow as the
 * slowest; a slower part never makes a step faster. */
START_TEST(bounds)
{
    for (uint64_t i = 0; i < 300; i++) {
        uint64_t seed = i;
        const fab_pipeline pipeline = pick((fab_schedule)_i, &seed);
        parts at, slowest;
        draw(&at, 0.0, &seed);
        draw_pairs(&at, fab_pipeline_part_count(&pipeline), &seed);
        const double before_s = simulated_s(pipeline, &at);
        const double before_span_s = span_s(pipeline, &at);
        fill(&slowest, 1.0, 1.0, 1.0, 3.0);
        ck_assert_double_le(before_span_s, span_s(pipeline, &slowest) * (1.0 + 1e-12));
        at.forward_s[seeded_integer(&seed, 0, fab_pipeline_part_count(&pipeline) - 1)] += 0.5;
        at.weight_s[seeded_integer(&seed, 0, fab_pipeline_part_count(&pipeline) - 1)] += 0.5;
        ck_assert_double_ge(simulated_s(pipeline, &at), before_s * (1.0 - 1e-12));
    }
}
END_TEST

START_TEST(failures)
{
    parts at;
    fill(&at, 1.0, 1.0, 1.0, 2.0);
    fab_pipeline_times times = times_of(&at);
    double got_s = 42.0;
    fab_pipeline pipeline = {2, 5, 2, FAB_SCHEDULE_AUTO};
    ck_assert_int_eq(fab_pipeline_span(&pipeline, &times, ARENA, &got_s), FAB_E_RANGE);
    pipeline = (fab_pipeline){2, 4, 1, FAB_SCHEDULE_DUALPIPE};
    times.pair_s = NULL;
    ck_assert_int_eq(fab_pipeline_span(&pipeline, &times, ARENA, &got_s), FAB_E_RANGE);
    times.pair_s = at.pair_s;
    at.weight_s[1] = -1.0;
    ck_assert_int_eq(fab_pipeline_span(&pipeline, &times, ARENA, &got_s), FAB_E_RANGE);
    at.weight_s[1] = 1.0;
    at.forward_s[1] = (double)INFINITY;
    ck_assert_int_eq(fab_pipeline_span(&pipeline, &times, ARENA, &got_s), FAB_E_RANGE);
    fill(&at, 1e308, 1e308, 1e308, 1e308);
    pipeline.schedule = FAB_SCHEDULE_GPIPE;
    ck_assert_int_eq(fab_pipeline_span(&pipeline, &times, ARENA, &got_s), FAB_E_RANGE);
    ck_assert_double_eq(got_s, 42.0);
    fab_arena *small = fab_arena_create(1024);
    fill(&at, 1.0, 1.0, 1.0, 2.0);
    pipeline = (fab_pipeline){8, 80, 1, FAB_SCHEDULE_DUALPIPE};
    ck_assert_int_eq(fab_pipeline_span(&pipeline, &times, small, &got_s), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pace");
    TCase *cases = tcase_create("pace");
    tcase_add_checked_fixture(cases, open_arena, close_arena);
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, table, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_loop_test(cases, equal_parts, FAB_SCHEDULE_GPIPE, FAB_SCHEDULE_COUNT);
    tcase_add_test(cases, published_dualpipe);
    tcase_add_loop_test(cases, unequal_parts_deviate_as_stated, 0,
                        (int)(sizeof DEVIATION / sizeof DEVIATION[0]));
    tcase_add_loop_test(cases, bounds, FAB_SCHEDULE_GPIPE, FAB_SCHEDULE_COUNT);
    tcase_add_test(cases, failures);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
