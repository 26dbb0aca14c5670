#include <check.h>
#include <math.h>
#include <stdbool.h>

#include <fabricast/arena.h>
#include <fabricast/pipeline.h>

#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

#define STAGE_LIMIT  8
#define CHUNK_LIMIT  4
#define RANDOM_CASES 4000

/* Times of the stages of a pipeline, all chunks of a stage together. */
typedef struct stages {
    double forward_s[STAGE_LIMIT];
    double backward_s[STAGE_LIMIT];
} stages;

/* How the closed form compares with the simulation over many cases. */
typedef struct deviation {
    double least_ratio; /* closed / simulated - 1 */
    double most_ratio;
    double mean_ratio; /* of the absolute values */
} deviation;

/* Which pipelines are drawn. */
typedef struct family {
    int64_t chunks;
    bool has_one_ratio;   /* of backward to forward, for all stages */
    double shortest_frac; /* of the longest forward and backward that a stage may have */
    int64_t least_rounds; /* micro-batches over stages, from ... */
    int64_t most_rounds;  /* ... to; both 0: 1 to 48 micro-batches */
} family;

static fab_arena *ARENA; /* of the process that runs one test */

static void open_arena(void)
{
    ARENA = fab_arena_create((size_t)64 << 20);
    ck_assert_ptr_nonnull(ARENA);
}

static void close_arena(void)
{
    fab_arena_destroy(ARENA);
}

/* Each chunk of a stage takes its share of the stage; a backward is not split. */
static double simulate_s(const stages *at, fab_pipeline pipeline)
{
    double forward_s[STAGE_LIMIT * CHUNK_LIMIT], input_s[STAGE_LIMIT * CHUNK_LIMIT];
    const double weight_s[STAGE_LIMIT * CHUNK_LIMIT] = {0};
    for (int64_t i = 0; i < fab_pipeline_part_count(&pipeline); i++) {
        forward_s[i] = at->forward_s[i % pipeline.stages] / (double)pipeline.chunks;
        input_s[i] = at->backward_s[i % pipeline.stages] / (double)pipeline.chunks;
    }
    const fab_pipeline_times times = {forward_s, input_s, weight_s, NULL};
    fab_pipeline_run run;
    const fab_arena_mark mark = fab_arena_save(ARENA);
    ck_assert_int_eq(fab_pipeline_simulate(&pipeline, &times, ARENA, &run), FAB_OK);
    fab_arena_reset(ARENA, mark);
    return run.makespan_s;
}

static double closed_s(const stages *at, fab_pipeline pipeline)
{
    double got_s = -1.0;
    ck_assert_int_eq(fab_pipeline_makespan(&pipeline, at->forward_s, at->backward_s, &got_s),
                     FAB_OK);
    return got_s;
}

/* Drawn by hand, one line per stage, a letter per unit of time. */
START_TEST(by_hand)
{
    static stages at;
    /* p = 2, m = 3, F = B = 1: stage 0 FF.BFB.B, stage 1 .FBFBFB. */
    at.forward_s[0] = at.forward_s[1] = at.backward_s[0] = at.backward_s[1] = 1.0;
    ck_assert_double_eq(simulate_s(&at, (fab_pipeline){2, 3, 1, FAB_SCHEDULE_AUTO}), 8.0);
    /* one stage runs all its work without a pause */
    ck_assert_double_eq(simulate_s(&at, (fab_pipeline){1, 5, 1, FAB_SCHEDULE_AUTO}), 10.0);
    /* slow first stage, F = B = 1, before F = B = 1/2: FFBFBB, its neighbour hides wholly */
    at.forward_s[1] = at.backward_s[1] = 0.5;
    ck_assert_double_eq(simulate_s(&at, (fab_pipeline){2, 3, 1, FAB_SCHEDULE_AUTO}), 6.0);
    ck_assert_double_eq(closed_s(&at, (fab_pipeline){2, 3, 1, FAB_SCHEDULE_AUTO}), 6.0);
    /* slow last stage: 1/2 before, three times 2, 1/2 after */
    at.forward_s[0] = at.backward_s[0] = 0.5;
    at.forward_s[1] = at.backward_s[1] = 1.0;
    ck_assert_double_eq(simulate_s(&at, (fab_pipeline){2, 3, 1, FAB_SCHEDULE_AUTO}), 7.0);
    /* p = 2, m = 4, v = 2, chunks of F = 1, B = 2 before F = B = 1: four forwards of warm-up keep
     * stage 0 at work from 0 to 24, while three would let it wait once */
    at.forward_s[0] = at.forward_s[1] = at.backward_s[1] = 2.0;
    at.backward_s[0] = 4.0;
    ck_assert_double_eq(simulate_s(&at, (fab_pipeline){2, 4, 2, FAB_SCHEDULE_AUTO}), 24.0);
}
END_TEST

/* Every small pipeline, three ratios of backward to forward: the closed form is exact. */
START_TEST(equal_stages)
{
    static stages at;
    const double ratio[3] = {1.0, 2.0, 0.37};
    const int64_t v = _i + 1;
    for (int64_t p = 1; p <= STAGE_LIMIT; p++) {
        for (int64_t m = 1; m <= 32; m++) {
            for (int k = 0; k < 3; k++) {
                for (int64_t r = 0; r < p; r++) {
                    at.forward_s[r] = 1.0;
                    at.backward_s[r] = ratio[k];
                }
                if (v > 1 && m % p != 0) {
                    continue;
                }
                const fab_pipeline pipeline = {p, m, v, FAB_SCHEDULE_AUTO};
                ck_assert_double_eq_tol(simulate_s(&at, pipeline), closed_s(&at, pipeline), 1e-11);
            }
        }
    }
}
END_TEST

/* A pipeline with random times; backward_ratio > 0 fixes backward / forward of every stage. */
static fab_pipeline draw(uint64_t *seed, int64_t chunks, double backward_ratio, double shortest,
                         stages *at)
{
    const int64_t p = seeded_integer(seed, 2, STAGE_LIMIT);
    for (int64_t r = 0; r < p; r++) {
        at->forward_s[r] = seeded_between(seed, shortest, 1.0);
        at->backward_s[r] = backward_ratio > 0.0 ? backward_ratio * at->forward_s[r]
                                                 : seeded_between(seed, shortest, 1.0);
    }
    const int64_t m = chunks == 1 ? seeded_integer(seed, 1, 48) : p * seeded_integer(seed, 1, 6);
    return (fab_pipeline){p, m, chunks, FAB_SCHEDULE_AUTO};
}

static double slowest_s(const stages *at, int64_t count, double *sum_s)
{
    double most_s = 0.0;
    *sum_s = 0.0;
    for (int64_t r = 0; r < count; r++) {
        const double stage_s = at->forward_s[r] + at->backward_s[r];
        most_s = stage_s > most_s ? stage_s : most_s;
        *sum_s += stage_s;
    }
    return most_s;
}

static void note(deviation *seen, double ratio)
{
    seen->least_ratio = ratio < seen->least_ratio ? ratio : seen->least_ratio;
    seen->most_ratio = ratio > seen->most_ratio ? ratio : seen->most_ratio;
    seen->mean_ratio += fabs(ratio) / RANDOM_CASES;
}

/* The bounds that the header states; also that no simulation beats the work of its slowest stage.
 */
static deviation compare(family of)
{
    static stages at;
    deviation seen = {0.0, 0.0, 0.0};
    for (uint64_t i = 0; i < RANDOM_CASES; i++) {
        uint64_t seed = i;
        const double backward_ratio = seeded_between(&seed, 0.5, 3.0);
        fab_pipeline pipeline =
            draw(&seed, of.chunks, of.has_one_ratio ? backward_ratio : 0.0, of.shortest_frac, &at);
        if (of.most_rounds > 0) {
            pipeline.microbatches =
                pipeline.stages * seeded_integer(&seed, of.least_rounds, of.most_rounds);
        }
        double sum_s = 0.0;
        const double most_s = slowest_s(&at, pipeline.stages, &sum_s);
        const double got_s = simulate_s(&at, pipeline);
        const double form_s = closed_s(&at, pipeline);
        ck_assert_double_ge(got_s, (double)pipeline.microbatches * most_s * (1.0 - 1e-12));
        ck_assert_double_le(form_s - got_s, (sum_s - most_s) / (double)of.chunks + 1e-11);
        note(&seen, form_s / got_s - 1.0);
    }
    return seen;
}

/* docs/models-network.md#pipeline: what is printed there, and that it is not better than said */
static const struct {
    const char *what;
    family of;
    double short_ratio, long_ratio, mean_ratio; /* at most */
} DEVIATION[] = {
    {"v = 1, one ratio, times within a factor of 2", {1, true, 0.5, 1, 4}, 0.032, 0.0, 0.0006},
    {"the same, many micro-batches", {1, true, 0.5, 8, 16}, 0.006, 0.0, 0.0002},
    {"v = 1, times within a factor of 2", {1, false, 0.5, 1, 4}, 0.0, 0.0, 0.0},
    {"v = 1, one ratio, any times", {1, true, 0.0, 0, 0}, 0.16, 0.16, 0.005},
    {"v = 1, any times", {1, false, 0.0, 0, 0}, 0.105, 0.155, 0.006},
    {"v = 1, any times, many micro-batches", {1, false, 0.0, 8, 16}, 0.033, 0.0, 0.0015},
    {"v = 4, any times, many micro-batches", {4, false, 0.0, 8, 16}, 0.07, 0.017, 0.009},
};

START_TEST(unequal_stages_deviate_as_stated)
{
    const deviation seen = compare(DEVIATION[_i].of);
    ck_assert_msg(seen.least_ratio >= -DEVIATION[_i].short_ratio - 1e-12, "%s: %g",
                  DEVIATION[_i].what, seen.least_ratio);
    ck_assert_msg(seen.most_ratio <= DEVIATION[_i].long_ratio + 1e-12, "%s: %g", DEVIATION[_i].what,
                  seen.most_ratio);
    ck_assert_msg(seen.mean_ratio <= DEVIATION[_i].mean_ratio + 1e-12, "%s: %g", DEVIATION[_i].what,
                  seen.mean_ratio);
    /* nor are the bounds twice as wide as they must be */
    ck_assert_double_ge(2.0 * seen.mean_ratio + 1e-12, DEVIATION[_i].mean_ratio);
}
END_TEST

/* The head makes the last stage the slowest: the closed form is exact for 1F1B. */
static void slowest_last_stage_is_exact_for(uint64_t seed)
{
    static stages at;
    const fab_pipeline pipeline = draw(&seed, 1, 0.0, 0.0, &at);
    const int64_t last = pipeline.stages - 1;
    for (int64_t r = 0; r < last; r++) {
        at.forward_s[last] = fmax(at.forward_s[last], at.forward_s[r]);
        at.backward_s[last] = fmax(at.backward_s[last], at.backward_s[r]);
    }
    ck_assert_double_eq_tol(simulate_s(&at, pipeline), closed_s(&at, pipeline), 1e-11);
}

START_TEST(slowest_last_stage_is_exact)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        slowest_last_stage_is_exact_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* Equal stages with one slower at the end stay exact when interleaved. */
static void slow_last_of_equal_stages_is_exact_for(uint64_t seed)
{
    static stages at;
    const fab_pipeline pipeline = draw(&seed, seeded_integer(&seed, 1, CHUNK_LIMIT), 0.0, 0.0, &at);
    const int64_t last = pipeline.stages - 1;
    for (int64_t r = 0; r < last; r++) {
        at.forward_s[r] = 0.5;
        at.backward_s[r] = 0.9;
    }
    at.forward_s[last] += 0.5;
    at.backward_s[last] += 0.9;
    ck_assert_double_eq_tol(simulate_s(&at, pipeline), closed_s(&at, pipeline), 1e-11);
}

START_TEST(slow_last_of_equal_stages_is_exact)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        slow_last_of_equal_stages_is_exact_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* One part each, times of a letter: F forward, I gradients of inputs, W of weights, X a pair. */
static const struct {
    const char *what;
    fab_pipeline pipeline;
    double forward_s, input_s, weight_s, pair_s;
    double want_s;
    double busy_s; /* of the first device */
    int64_t peak;  /* of the first device, in chunks */
    int64_t pairs; /* of the first device */
} DRAWN[] = {
    /* FFFBBB under .FFFBBB with B two letters: 0 FFF...... waits for 1's first B at 6 */
    {"gpipe", {2, 3, 1, FAB_SCHEDULE_GPIPE}, 1, 1, 1, 0, 12, 9, 3, 0},
    /* 0 F F . I W F I W I W, 1 . F I F I W F I W W: both end at 10 */
    {"zb_h1", {2, 3, 1, FAB_SCHEDULE_ZB_H1}, 1, 1, 1, 0, 10, 9, 2, 0},
    /* 0 F F F I W I W I W, 1 . F I F I F I W W W: no device waits but for the first forward */
    {"zb_h2", {2, 3, 1, FAB_SCHEDULE_ZB_H2}, 1, 1, 1, 0, 10, 9, 3, 0},
    /* one device, a V of two parts: F F' I' W' I W */
    {"zb_v on one device", {1, 1, 2, FAB_SCHEDULE_ZB_V}, 1, 1, 1, 0, 6, 6, 2, 0},
    /* arXiv 2401.10241 section 6: no device waits but for the first forward; p = 2: 1 */
    {"zb_v", {2, 6, 2, FAB_SCHEDULE_ZB_V}, 1, 1, 1, 0, 37, 36, 4, 0},
    /* F F' F B' X B' B I W.. : p = 2, m = 4, pairs of 2 letters: (4-3) 2 + 3 (1 + 2) */
    {"dualpipe", {2, 4, 1, FAB_SCHEDULE_DUALPIPE}, 1, 1, 1, 2, 11, 11, 3, 1},
    {"dualpipev", {1, 2, 2, FAB_SCHEDULE_DUALPIPEV}, 1, 1, 1, 2, 11, 11, 3, 1},
    /* the picture of github.com/deepseek-ai/DualPipe: 8 ranks, 20 micro-batches, F&B = F + B - 1:
     * (20 - 9) 2 + 9 * 3 + 3 (2 + 2 - 3) */
    {"dualpipe on 8", {8, 20, 1, FAB_SCHEDULE_DUALPIPE}, 1, 1, 1, 2, 52, 51, 9, 9},
};

START_TEST(drawn)
{
    double forward_s[STAGE_LIMIT], input_s[STAGE_LIMIT], weight_s[STAGE_LIMIT], pair_s[STAGE_LIMIT];
    for (int i = 0; i < STAGE_LIMIT; i++) {
        forward_s[i] = DRAWN[_i].forward_s;
        input_s[i] = DRAWN[_i].input_s;
        weight_s[i] = DRAWN[_i].weight_s;
        pair_s[i] = DRAWN[_i].pair_s;
    }
    const fab_pipeline_times times = {forward_s, input_s, weight_s, pair_s};
    fab_pipeline_run run;
    ck_assert_int_eq(fab_pipeline_simulate(&DRAWN[_i].pipeline, &times, ARENA, &run), FAB_OK);
    ck_assert_double_eq(run.makespan_s, DRAWN[_i].want_s);
    ck_assert_double_eq(run.busy_s[0], DRAWN[_i].busy_s);
    ck_assert_int_eq(run.peak_count[0], DRAWN[_i].peak);
    ck_assert_int_eq(run.pair_count[0] + run.pair_count[1], DRAWN[_i].pairs);
}
END_TEST

/* Every schedule over small counts and whole times of all kinds: what a device works is what its
 * micro-batches take, what it keeps and overlaps is what the header says. */
static void books_add_up_for(fab_pipeline pipeline, uint64_t seed)
{
    double time_s[4][STAGE_LIMIT * CHUNK_LIMIT];
    for (int i = 0; i < STAGE_LIMIT * CHUNK_LIMIT; i++) {
        for (int k = 0; k < 4; k++) {
            time_s[k][i] = (double)seeded_integer(&seed, 0, 9);
        }
    }
    const fab_pipeline_times times = {time_s[0], time_s[1], time_s[2], time_s[3]};
    const fab_arena_mark mark = fab_arena_save(ARENA);
    fab_pipeline_run run;
    ck_assert_int_eq(fab_pipeline_simulate(&pipeline, &times, ARENA, &run), FAB_OK);
    const double each = (double)fab_pipeline_passes(&pipeline);
    const double held = (double)fab_pipeline_held_count(&pipeline);
    for (int64_t r = 0; r < pipeline.stages; r++) {
        double want_s = 0.0;
        for (int64_t c = 0; c < fab_pipeline_held_count(&pipeline); c++) {
            const int64_t q = fab_pipeline_part(&pipeline, r, c);
            want_s += each * (time_s[0][q] + time_s[1][q] + time_s[2][q]);
        }
        for (int64_t c = 0; fab_pipeline_has_pairs(&pipeline) && c < 2; c++) {
            const int64_t q = fab_pipeline_part(&pipeline, r, c);
            const int64_t other = fab_pipeline_part(&pipeline, r, 1 - c);
            const int64_t pairs = fab_pipeline_pair_count(&pipeline, r, c);
            ck_assert_int_eq(run.pair_count[2 * r + c], pairs);
            want_s +=
                (double)pairs * (time_s[3][q] - time_s[0][q] - time_s[1][other] - time_s[2][other]);
        }
        ck_assert_double_eq(run.busy_s[r], want_s);
        ck_assert_double_ge(run.makespan_s, run.busy_s[r]);
        ck_assert_double_eq((double)run.peak_count[r] / held,
                            fab_pipeline_in_flight_count(&pipeline, r));
    }
    fab_arena_reset(ARENA, mark);
}

START_TEST(books_add_up)
{
    uint64_t seed = 0;
    for (int64_t p = 1; p <= STAGE_LIMIT; p++) {
        for (int64_t m = 1; m <= 36; m++) {
            for (int64_t v = 1; v <= CHUNK_LIMIT; v++) {
                const fab_pipeline pipeline = {p, m, v, (fab_schedule)_i};
                if (fab_pipeline_check(&pipeline) == FAB_PIPELINE_GOOD) {
                    books_add_up_for(pipeline, seed++);
                }
            }
        }
    }
    ck_assert_uint_ge(seed, 16); /* some were tried */
}
END_TEST

static const struct {
    const char *what;
    fab_pipeline pipeline;
    double forward_s, input_s, weight_s;
    bool has_pairs;
} BAD[] = {
    {"broken group", {2, 5, 2, FAB_SCHEDULE_AUTO}, 1, 1, 1, true},
    {"no micro-batches", {2, 0, 1, FAB_SCHEDULE_1F1B}, 1, 1, 1, true},
    {"negative forward", {2, 4, 1, FAB_SCHEDULE_1F1B}, -1, 1, 1, true},
    {"negative gradients of inputs", {2, 4, 1, FAB_SCHEDULE_1F1B}, 1, -1, 1, true},
    {"negative gradients of weights", {2, 4, 1, FAB_SCHEDULE_1F1B}, 1, 1, -1, true},
    {"not a number", {2, 4, 1, FAB_SCHEDULE_ZB_H1}, 1, (double)NAN, 1, true},
    {"end beyond the largest double", {2, 4, 1, FAB_SCHEDULE_1F1B}, 1e308, 1e308, 1, true},
    {"pairs without times", {2, 4, 1, FAB_SCHEDULE_DUALPIPE}, 1, 1, 1, false},
    {"more passes than can be counted", {2, (int64_t)1 << 40, 1, FAB_SCHEDULE_1F1B}, 1, 1, 1, true},
    {"more stages than can be counted", {(int64_t)1 << 62, 4, 1, FAB_SCHEDULE_1F1B}, 1, 1, 1, true},
};

START_TEST(failures)
{
    const double forward_s[4] = {BAD[_i].forward_s, 1, 1, 1};
    const double input_s[4] = {BAD[_i].input_s, 1, 1, 1};
    const double weight_s[4] = {BAD[_i].weight_s, 1, 1, 1};
    const double pair_s[4] = {2, 2, 2, 2};
    const fab_pipeline_times times = {forward_s, input_s, weight_s,
                                      BAD[_i].has_pairs ? pair_s : NULL};
    fab_pipeline_run run = {.makespan_s = 42.0};
    ck_assert_int_eq(fab_pipeline_simulate(&BAD[_i].pipeline, &times, ARENA, &run), FAB_E_RANGE);
    ck_assert_double_eq(run.makespan_s, 42.0);
}
END_TEST

START_TEST(small_arena)
{
    const double time_s[4] = {1, 1, 1, 1};
    const fab_pipeline_times times = {time_s, time_s, time_s, time_s};
    const fab_pipeline pipeline = {4, 100, 1, FAB_SCHEDULE_1F1B};
    fab_arena *arena = fab_arena_create(1024);
    fab_pipeline_run run = {.makespan_s = 42.0};
    ck_assert_int_eq(fab_pipeline_simulate(&pipeline, &times, arena, &run), FAB_E_NOMEM);
    ck_assert_double_eq(run.makespan_s, 42.0);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("simulate");
    TCase *cases = tcase_create("simulate");
    tcase_add_checked_fixture(cases, open_arena, close_arena);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, by_hand);
    tcase_add_loop_test(cases, drawn, 0, (int)(sizeof DRAWN / sizeof DRAWN[0]));
    tcase_add_loop_test(cases, books_add_up, FAB_SCHEDULE_GPIPE, FAB_SCHEDULE_COUNT);
    tcase_add_test(cases, small_arena);
    tcase_add_loop_test(cases, equal_stages, 0, CHUNK_LIMIT);
    tcase_add_loop_test(cases, unequal_stages_deviate_as_stated, 0,
                        (int)(sizeof DEVIATION / sizeof DEVIATION[0]));
    tcase_add_loop_test(cases, slowest_last_stage_is_exact, 0, BLOCKS);
    tcase_add_loop_test(cases, slow_last_of_equal_stages_is_exact, 0, BLOCKS);
    tcase_add_loop_test(cases, failures, 0, (int)(sizeof BAD / sizeof BAD[0]));
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
