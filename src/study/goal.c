#include "study/evaluate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/fabric.h>
#include <fabricast/units.h>

/* The metrics of targets, and how a printed number is read. */

static double time_of(const fab_study_times *times, size_t variant, size_t value)
{
    return times->time_s[variant * times->values + value];
}

static size_t variant_of(const fab_study *study, const char *label)
{
    size_t count;
    const fab_study_setting *variants = fab_study_variants(study, &count);
    return fab_study_find(variants, count, label);
}

static size_t value_of(const fab_study *study, const char *label)
{
    size_t count;
    const fab_study_setting *values = fab_study_sweep_values(study, &count);
    return fab_study_find(values, count, label);
}

static bool ratio_at(const fab_study *study, const fab_study_goal *goal,
                     const fab_study_times *times, size_t value, double *out)
{
    const double slow_s = time_of(times, variant_of(study, goal->slow), value);
    const double fast_s = time_of(times, variant_of(study, goal->fast), value);
    if (!(slow_s > 0.0) || !(fast_s > 0.0)) {
        return false;
    }
    *out = slow_s / fast_s;
    return true;
}

/* The least growth of the ratio from one sweep value to the next: above 1, it grows throughout. */
static bool least_growth(const fab_study *study, const fab_study_goal *goal,
                         const fab_study_times *times, double *out)
{
    double before, least = HUGE_VAL;
    if (!ratio_at(study, goal, times, 0, &before)) {
        return false;
    }
    for (size_t value = 1; value < times->values; value++) {
        double ratio;
        if (!ratio_at(study, goal, times, value, &ratio)) {
            return false;
        }
        least = ratio / before < least ? ratio / before : least;
        before = ratio;
    }
    *out = times->values > 1 ? least : 1.0;
    return true;
}

static double link_power_w(const fab_study_goal *goal, double more_j_per_bit, double less_j_per_bit)
{
    return goal->rate_bps * (more_j_per_bit - less_j_per_bit);
}

void fab_study_goal_catalog_range(const fab_study *study, const fab_study_goal *goal,
                                  double *low_out, double *high_out)
{
    if (goal->metric != FAB_METRIC_LINK_POWER_DIFFERENCE) {
        return;
    }
    const fab_value *more = &fab_catalog_technology(study->catalog, goal->more)->energy_j_per_bit;
    const fab_value *less = &fab_catalog_technology(study->catalog, goal->less)->energy_j_per_bit;
    *low_out = link_power_w(goal, more->low, less->high);
    *high_out = link_power_w(goal, more->high, less->low);
}

bool fab_study_goal_is_ranged(const fab_study_goal *goal)
{
    return goal->metric == FAB_METRIC_TIME_RATIO || goal->metric == FAB_METRIC_GAIN_GROWS;
}

bool fab_study_goal_needs(const fab_study *study, const fab_study_goal *goal, size_t variant,
                          size_t value)
{
    const bool is_named =
        fab_study_goal_is_ranged(goal) &&
        (variant == variant_of(study, goal->slow) || variant == variant_of(study, goal->fast));
    return is_named &&
           (goal->metric == FAB_METRIC_GAIN_GROWS || value == value_of(study, goal->at));
}

bool fab_study_goal_value(const fab_study *study, const fab_study_goal *goal,
                          const fab_study_times *times, double *value_out)
{
    switch ((fab_study_metric)goal->metric) {
    case FAB_METRIC_TIME_RATIO:
        return ratio_at(study, goal, times, value_of(study, goal->at), value_out);
    case FAB_METRIC_GAIN_GROWS:
        return least_growth(study, goal, times, value_out);
    case FAB_METRIC_LINK_POWER_DIFFERENCE: {
        const fab_technology *more = fab_catalog_technology(study->catalog, goal->more);
        const fab_technology *less = fab_catalog_technology(study->catalog, goal->less);
        *value_out = link_power_w(goal, more->energy_j_per_bit.value, less->energy_j_per_bit.value);
        return true;
    }
    case FAB_METRIC_DOMAIN_RATE_RATIO:
        return false; /* worked out from the fabrics, not from times */
    }
    assert(false && "unknown metric");
    return false;
}

/* Digits after the decimal point of the number at the start of `text`. */
static int decimals_of(const char *text)
{
    const char *point = strchr(text, '.');
    return point == NULL ? 0 : (int)strspn(point + 1, "0123456789");
}

bool fab_study_published_read(const char *printed, fab_arena *arena, double *low_out,
                              double *high_out, bool *has_high_out, const char **unit_out)
{
    *unit_out = "";
    *has_high_out = true;
    if (strcmp(printed, "monotone") == 0) {
        *low_out = 1.0;
        *high_out = 1.0;
        *has_high_out = false;
        return true;
    }
    const size_t digits = strspn(printed, "0123456789.");
    const char *number_text = fab_arena_copy(arena, printed, digits);
    const char *message = NULL;
    double number, scaled;
    if (number_text == NULL || digits == 0 ||
        fab_quantity_parse(number_text, FAB_DIM_COUNT, arena, &number, &message) != FAB_OK ||
        !(number > 0.0)) {
        return false;
    }
    if (strcmp(printed + digits, "X") == 0 || strcmp(printed + digits, "x") == 0) {
        scaled = number;
    } else if (fab_quantity_parse(printed, FAB_DIM_POWER, arena, &scaled, &message) == FAB_OK) {
        *unit_out = fab_dimension_unit(FAB_DIM_POWER);
    } else {
        return false;
    }
    double half = 0.5;
    for (int i = 0; i < decimals_of(number_text); i++) {
        half /= 10.0;
    }
    *low_out = scaled - half * scaled / number;
    *high_out = scaled + half * scaled / number;
    return true;
}
