#include <fabricast/anatomy.h>

#include <assert.h>
#include <math.h>

#include <fabricast/units.h>

#include "link/derive.h"
#include "link/recipe.h"

/* What is derived of a link beside what is published. */

const char *fab_mark_text(fab_mark mark)
{
    static const char *const TEXT[] = {"neither", "published", "derived", "both"};
    assert((int)mark >= 0 && mark <= FAB_MARK_BOTH);
    return TEXT[mark];
}

#define TEXT_SIZE 48
#define DIGITS    3

static const char *too_fast(const fab_technology *t, const fab_budget *b, fab_arena *arena)
{
    char lane[TEXT_SIZE];
    fab_quantity_format(lane, sizeof lane, b->recipe.lane_rate_bps.value, FAB_DIM_RATE, DIGITS);
    return fab_arena_printf(
        arena, "%s: a lane of %s with %s levels takes %.0f GBd; up to %.0f are built%s", t->name,
        lane, b->recipe.is_nrz ? "two" : "four", b->symbol_hz * 1e-9, FAB_SYMBOL_LIMIT_HZ * 1e-9,
        b->recipe.is_nrz ? ", or PAM4 with half the symbols" : "");
}

const char *fab_budget_obstacle(const fab_technology *technology, const fab_budget *budget,
                                fab_arena *arena)
{
    assert(technology && budget && arena);
    if (!budget->is_built) {
        return too_fast(technology, budget, arena);
    }
    if (!budget->spare_db.is_known || budget->spare_db.value >= 0.0) {
        return NULL;
    }
    char over[TEXT_SIZE];
    char reach[TEXT_SIZE] = "no distance";
    fab_quantity_format(over, sizeof over, budget->distance_m, FAB_DIM_LENGTH, DIGITS);
    if (budget->reach_m.is_known) {
        fab_quantity_format(reach, sizeof reach, budget->reach_m.value, FAB_DIM_LENGTH, DIGITS);
    }
    return fab_arena_printf(arena, "%s: over %s the budget is short by %.1f dB; it reaches %s",
                            technology->name, over, -budget->spare_db.value, reach);
}

static fab_pair make_pair(const char *what, fab_dimension dimension, fab_value published,
                          fab_value derived, const char *formula, bool is_apart)
{
    fab_pair out = {.what = what, .dimension = dimension};
    out.published = (fab_derived){published, "of its row"};
    out.derived = (fab_derived){derived, formula};
    out.mark = published.is_known && derived.is_known ? FAB_MARK_BOTH
               : published.is_known                   ? FAB_MARK_PUBLISHED
               : derived.is_known                     ? FAB_MARK_DERIVED
                                                      : FAB_MARK_NEITHER;
    if (out.mark == FAB_MARK_BOTH && published.value > 0.0) {
        out.error_ratio = derived.value / published.value - 1.0;
        out.is_measure = published.confidence < FAB_CONFIDENCE_ESTIMATE && is_apart;
    }
    return out;
}

void fab_budget_compare(const fab_technology *technology, const fab_budget *budget,
                        fab_pair pairs[FAB_PAIRS_COUNT])
{
    assert(technology && budget && pairs);
    const fab_technology *t = technology;
    /* the fit of SerDes over loss goes through these */
    const bool is_apart = budget->recipe.build != FAB_BUILD_SERDES;
    pairs[0] = make_pair("energy", FAB_DIM_ENERGY_PER_BIT, fab_of_row(t, t->energy_j_per_bit),
                         budget->scope_j_per_bit, "parts that its scope counts", is_apart);
    pairs[1] = make_pair("reach", FAB_DIM_LENGTH, fab_of_row(t, t->reach_m), budget->reach_m,
                         "where the budget is used up", true);
    pairs[2] =
        make_pair("shoreline", FAB_DIM_RATE_DENSITY, fab_of_row(t, t->shoreline_bps_per_m),
                  budget->shoreline_bps_per_m,
                  budget->shoreline_formula ? budget->shoreline_formula : "no such edge", true);
}

static bool error_of(const fab_technology *technology, const fab_budget *budget, double *out)
{
    fab_pair pairs[FAB_PAIRS_COUNT];
    fab_budget_compare(technology, budget, pairs);
    *out = fabs(pairs[0].error_ratio);
    return pairs[0].is_measure;
}

/* how many errors lie below one, and how many are as large */
static void rank(const fab_technology *const *technologies, const fab_budget *budgets, size_t count,
                 double error, size_t *below_out, size_t *equal_out)
{
    *below_out = *equal_out = 0;
    for (size_t i = 0; i < count; i++) {
        double other;
        if (error_of(technologies[i], &budgets[i], &other)) {
            *below_out += other < error ? 1 : 0;
            *equal_out += other <= error && other >= error ? 1 : 0;
        }
    }
}

fab_error_spread fab_budget_spread(const fab_technology *const *technologies,
                                   const fab_budget *budgets, size_t count)
{
    assert((technologies && budgets) || count == 0);
    fab_error_spread out = {0};
    for (size_t i = 0; i < count; i++) {
        double error;
        out.count += error_of(technologies[i], &budgets[i], &error) ? 1 : 0;
    }

    /* the middle one, or the mean of the two in the middle */
    double sum = 0.0;
    size_t found = 0;
    for (size_t at = (out.count - 1) / 2; out.count > 0 && at <= out.count / 2; at++) {
        for (size_t i = 0; i < count; i++) {
            double error;
            size_t below, equal;
            if (!error_of(technologies[i], &budgets[i], &error)) {
                continue;
            }
            rank(technologies, budgets, count, error, &below, &equal);
            if (below <= at && at < below + equal) {
                sum += error;
                found++;
                break;
            }
        }
    }
    out.median_ratio = found > 0 ? sum / (double)found : 0.0;
    return out;
}
