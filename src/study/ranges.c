#include "study/evaluate.h"
#include "study/trials.h"

/* Combinations of the stated ranges. */

/* Enough for a factorial of a dozen assumptions; more is a mistake of the study file. */
#define COMBINATION_LIMIT 1000000u
#define WORKER_ARENA_BYTE ((size_t)64 << 20)

/* A block is what one core does in some milliseconds, a round what is worked out between two
 * looks at the store: little enough to lose, enough to keep many cores busy. */
#define FORECASTS_A_BLOCK 128u
#define BLOCKS_A_ROUND    32u

static size_t combination_count(const fab_study *study)
{
    size_t count, total = 1;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    for (size_t i = 0; i < count; i++) {
        total *= ranges[i].is_stated ? 1 + ranges[i].values.count : 1;
        if (total > COMBINATION_LIMIT) {
            return COMBINATION_LIMIT + 1;
        }
    }
    return total;
}

static fab_choice choice_of(const fab_study *study, size_t combination)
{
    size_t count;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    fab_choice choice = {{0}};
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].is_stated) {
            choice.digits[i] = combination % (1 + ranges[i].values.count);
            combination /= 1 + ranges[i].values.count;
        }
    }
    return choice;
}

/* What one worker has found; extremes merge in any order to the same result. */
typedef struct fab_extremes {
    double low, high;
    size_t points;
} fab_extremes;

static void widen(fab_extremes *extremes, double value)
{
    if (extremes->points == 0 || value < extremes->low) {
        extremes->low = value;
    }
    if (extremes->points == 0 || value > extremes->high) {
        extremes->high = value;
    }
    extremes->points++;
}

static void merge(fab_extremes *into, const fab_extremes *from)
{
    if (from->points == 0) {
        return;
    }
    const size_t points = into->points + from->points;
    widen(into, from->low);
    widen(into, from->high);
    into->points = points;
}

/* Widens the extremes of every target by one choice. */
static void widen_all(const fab_trials *trials, const fab_choice *choice, const fab_trial *trial,
                      double *time_s, fab_extremes *extremes)
{
    size_t goal_count;
    const fab_study_goal *goals = fab_study_goals(trials->study, &goal_count);
    const bool is_partial = fab_choice_is_partial(trials->study, choice);
    for (size_t i = 0; i < trials->variants * trials->values; i++) {
        time_s[i] = trial[i].time_to_train_s;
    }
    const fab_study_times times = {time_s, trials->variants, trials->values};
    for (size_t i = 0; i < goal_count; i++) {
        double value;
        const bool counts = fab_study_goal_is_ranged(&goals[i]) &&
                            (goals[i].metric != FAB_METRIC_GAIN_GROWS || !is_partial);
        if (counts && fab_study_goal_value(trials->study, &goals[i], &times, &value)) {
            widen(&extremes[i], value);
        }
    }
}

/* The combinations from `first` on, a round of them at a time. */
typedef struct fab_round {
    fab_trials trials;
    size_t points;  /* trials of a combination */
    size_t a_block; /* combinations */
    size_t first, end;
    fab_trial *trial;       /* of the round, by combination */
    fab_extremes *extremes; /* of each block, by target */
    size_t goals;
    fab_status status[BLOCKS_A_ROUND];
} fab_round;

/* Where a block begins; that of the block behind the last is the end. */
static size_t block_start(const fab_round *round, size_t block)
{
    const size_t start = round->first + block * round->a_block;
    return start < round->end ? start : round->end;
}

static fab_trial *trial_at(const fab_round *round, size_t combination)
{
    return round->trial + (combination - round->first) * round->points;
}

/* One block of combinations on its own arena. */
static fab_status run_block(const fab_round *round, size_t block)
{
    fab_arena *arena = fab_arena_create(WORKER_ARENA_BYTE);
    double *time_s = arena == NULL ? NULL : FAB_NEW(arena, double, round->points);
    fab_status status = time_s == NULL ? FAB_E_NOMEM : FAB_OK;
    const size_t end = block_start(round, block + 1);
    for (size_t i = block_start(round, block); i < end && status == FAB_OK; i++) {
        const fab_choice choice = choice_of(round->trials.study, i);
        status = fab_trials_fill(&round->trials, &choice, arena, NULL, trial_at(round, i));
        widen_all(&round->trials, &choice, trial_at(round, i), time_s,
                  round->extremes + block * round->goals);
    }
    fab_arena_destroy(arena);
    return status;
}

/* Blocks in any order on all cores, each with its own place for what it finds. */
static void run_blocks(fab_round *round)
{
    const long count = (long)BLOCKS_A_ROUND;
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic)
#endif
    for (long block = 0; block < count; block++) {
        const size_t place = (size_t)block;
        round->status[place] = FAB_OK;
        if (block_start(round, place) < round->end) {
            round->status[place] = run_block(round, place);
        }
    }
}

/* Takes what the store has, works out the rest on all cores, keeps it in the order of the
 * combinations. */
static fab_status run_round(fab_round *round, fab_arena *arena)
{
    const fab_study *study = round->trials.study;
    for (size_t i = round->first; i < round->end; i++) {
        const fab_choice choice = choice_of(study, i);
        FAB_TRY(fab_trials_take(&round->trials, &choice, i, trial_at(round, i)));
    }
    run_blocks(round);
    for (size_t block = 0; block < BLOCKS_A_ROUND; block++) {
        FAB_TRY(round->status[block]);
    }
    for (size_t i = round->first; i < round->end; i++) {
        const fab_choice choice = choice_of(study, i);
        FAB_TRY(fab_trials_keep(&round->trials, &choice, arena, trial_at(round, i)));
    }
    return fab_keep_pause(round->trials.keep);
}

static fab_status run_rounds(fab_round *round, size_t total, fab_arena *arena)
{
    const size_t combinations = round->a_block * BLOCKS_A_ROUND;
    round->trial =
        FAB_NEW(arena, fab_trial, (combinations < total ? combinations : total) * round->points);
    round->extremes = FAB_NEW(arena, fab_extremes, BLOCKS_A_ROUND * round->goals);
    if (round->trial == NULL || round->extremes == NULL) {
        return FAB_E_NOMEM;
    }
    for (round->first = 0; round->first < total; round->first += combinations) {
        const size_t end = round->first + combinations;
        round->end = end < total ? end : total;
        FAB_TRY(run_round(round, arena));
    }
    return FAB_OK;
}

static void fill_ranges(const fab_round *round, fab_study_target *targets)
{
    for (size_t goal = 0; goal < round->goals; goal++) {
        fab_extremes all = {0};
        for (size_t block = 0; block < BLOCKS_A_ROUND; block++) {
            merge(&all, &round->extremes[block * round->goals + goal]);
        }
        if (all.points > 0) {
            targets[goal].low_count = all.low;
            targets[goal].high_count = all.high;
            targets[goal].range_points = all.points;
        }
    }
}

fab_status fab_study_ranges_run(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                                fab_study_target *targets, size_t *evaluations)
{
    const size_t total = combination_count(study);
    if (total > COMBINATION_LIMIT) {
        return FAB_E_RANGE;
    }
    if (total == 1) {
        return FAB_OK; /* nothing is varied: no range to speak of */
    }
    fab_round round = {.trials = fab_trials_of(study, keep, FAB_TRIAL_COMBINED, evaluations)};
    (void)fab_study_goals(study, &round.goals);
    round.points = round.trials.variants * round.trials.values;
    round.a_block = round.points < FORECASTS_A_BLOCK ? FORECASTS_A_BLOCK / round.points : 1;
    const fab_arena_mark mark = fab_arena_save(arena);
    const fab_status status = run_rounds(&round, total, arena);
    if (status == FAB_OK) {
        fill_ranges(&round, targets);
    }
    fab_arena_reset(arena, mark);
    return status;
}
