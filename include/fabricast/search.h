#ifndef FAB_SEARCH_H
#define FAB_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/ownership.h>
#include <fabricast/scenario.h>
#include <fabricast/status.h>
#include <fabricast/train.h>

FAB_BEGIN_DECLS

/* Most mappings that one search keeps, and most that it tries. */
#define FAB_SEARCH_TOP_LIMIT       ((size_t)1000)
#define FAB_SEARCH_CANDIDATE_LIMIT ((int64_t)20000000)

/* enumerated = refused + forecast; feasible + infeasible = forecast. */
typedef struct fab_search_counts {
    int64_t enumerated; /* mappings of the space */
    int64_t refused;    /* that break a rule of scenario files */
    int64_t forecast;
    int64_t infeasible; /* do not fit memory or fabric, or leave the range of numbers */
    int64_t feasible;
} fab_search_counts;

/* One mapping and what it gives. */
typedef struct fab_search_row {
    fab_mapping mapping;
    int64_t rank; /* 1 + feasible mappings of the space that are faster; 0 when infeasible */
    fab_forecast forecast;
    fab_ownership ownership;
} fab_search_row;

typedef struct fab_search_result {
    const fab_scenario *scenario;
    fab_search_counts counts;
    fab_search_row own;         /* the scenario's own mapping, in the space or not */
    const fab_search_row *rows; /* the fastest feasible ones, fastest first */
    size_t row_count;
    double least_memory_byte; /* that any mapping forecast needs; 0 when none was */
} fab_search_result;

/* Finds the fastest mappings of a scenario by trying all of a space: tp, cp (for long
 * sequences), pp, ep, etp (1 or tp), micro-batch (powers of two), interleave, expert order and
 * recomputation, and what scenario->search lists of schedule, zero, cp_mode and shard group; dp
 * follows (docs/models-search.md). Rows come by step time, equal ones by tp, cp, pp, ep, etp,
 * micro-batch, expert order, recomputation, these and interleave. `top` is 1 to
 * FAB_SEARCH_TOP_LIMIT. The arena owns the rows and the result points at `scenario`. Uses all
 * cores; the result is the same for any number of them. No row when no mapping is feasible. Cost:
 * one forecast per mapping that the rules allow. FAB_E_RANGE when the space is too large or the
 * scenario's own forecast leaves the range of numbers, FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_search_run(const fab_scenario *scenario, size_t top,
                                              fab_arena *arena, fab_search_result *out);

FAB_END_DECLS

#endif
