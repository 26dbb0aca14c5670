#include "study/evaluate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/fabric.h>
#include <fabricast/link.h>
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

static fab_value link_power_difference(const fab_study *study, const fab_study_goal *goal)
{
    const fab_value *more = &fab_catalog_technology(study->catalog, goal->more)->energy_j_per_bit;
    const fab_value *less = &fab_catalog_technology(study->catalog, goal->less)->energy_j_per_bit;
    return (fab_value){.value = goal->rate_bps * (more->value - less->value),
                       .low = goal->rate_bps * (more->low - less->high),
                       .high = goal->rate_bps * (more->high - less->low),
                       .is_known = true};
}

/* The fabric's own inner tier with its links made of another technology. */
static fab_value domain_link_power(const fab_study *study, const fab_study_goal *goal)
{
    fab_tier tier = fab_catalog_fabric(study->catalog, goal->fabric)->tiers[0];
    tier.technology = *fab_catalog_technology(study->catalog, goal->technology);
    return fab_tier_domain_power_w(&tier);
}

/* A metric that follows from the catalog alone; not known for others. */
static fab_value catalog_value(const fab_study *study, const fab_study_goal *goal)
{
    switch ((fab_study_metric)goal->metric) {
    case FAB_METRIC_LINK_POWER_DIFFERENCE:
        return link_power_difference(study, goal);
    case FAB_METRIC_REACH:
        return fab_link_reach_at(fab_catalog_technology(study->catalog, goal->technology),
                                 goal->lane_rate_bps)
            .value;
    case FAB_METRIC_DOMAIN_LINK_POWER:
        return domain_link_power(study, goal);
    case FAB_METRIC_TIME_RATIO:
    case FAB_METRIC_GAIN_GROWS:
    case FAB_METRIC_DOMAIN_RATE_RATIO:
        break;
    }
    return (fab_value){.is_known = false};
}

void fab_study_goal_catalog_range(const fab_study *study, const fab_study_goal *goal,
                                  double *low_out, double *high_out)
{
    const fab_value value = catalog_value(study, goal);
    if (value.is_known) {
        *low_out = value.low;
        *high_out = value.high;
    }
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
    case FAB_METRIC_LINK_POWER_DIFFERENCE:
    case FAB_METRIC_REACH:
    case FAB_METRIC_DOMAIN_LINK_POWER: {
        const fab_value value = catalog_value(study, goal);
        *value_out = value.value;
        return value.is_known;
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

/* A power or a length, in its SI unit. */
static bool read_quantity(const char *text, fab_arena *arena, double *out, const char **unit_out)
{
    static const fab_dimension DIMENSION[] = {FAB_DIM_POWER, FAB_DIM_LENGTH};
    for (size_t i = 0; i < sizeof(DIMENSION) / sizeof(DIMENSION[0]); i++) {
        const char *message = NULL;
        if (fab_quantity_parse(text, DIMENSION[i], arena, out, &message) == FAB_OK) {
            *unit_out = fab_dimension_unit(DIMENSION[i]);
            return true;
        }
    }
    return false;
}

/* "tens of cm": 10 to 100 of the unit. */
static bool read_tens(const char *unit, fab_arena *arena, double *low_out, double *high_out,
                      const char **unit_out)
{
    const char *ten = fab_arena_printf(arena, "10 %s", unit);
    const char *hundred = fab_arena_printf(arena, "100 %s", unit);
    return ten != NULL && hundred != NULL && strspn(unit, "0123456789. ") == 0 &&
           read_quantity(ten, arena, low_out, unit_out) &&
           read_quantity(hundred, arena, high_out, unit_out);
}

static bool read_number(const char *printed, fab_arena *arena, double *low_out, double *high_out,
                        const char **unit_out)
{
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
    } else if (!read_quantity(printed, arena, &scaled, unit_out)) {
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

bool fab_study_published_read(const char *printed, fab_arena *arena, double *low_out,
                              double *high_out, bool *has_high_out, const char **unit_out)
{
    static const char TENS[] = "tens of ";
    *unit_out = "";
    *has_high_out = true;
    if (strcmp(printed, "monotone") == 0) {
        *low_out = 1.0;
        *high_out = 0.0;
        *has_high_out = false;
        return true;
    }
    if (strncmp(printed, TENS, sizeof(TENS) - 1) == 0) {
        return read_tens(printed + sizeof(TENS) - 1, arena, low_out, high_out, unit_out);
    }
    return read_number(printed, arena, low_out, high_out, unit_out);
}
