#ifndef FAB_STUDY_CLAIMS_DRAFT_H
#define FAB_STUDY_CLAIMS_DRAFT_H

#include <fabricast/claims.h>
#include <fabricast/units.h>

#include "study/claims_file.h"

/* One answer while it is written. The first failure of memory stays in `status`. */
typedef struct fab_claim_draft {
    fab_arena *arena;
    fab_status status;
    fab_claim_number *numbers;
    size_t count;
    size_t capacity;
    const char *needed;
    fab_verdict verdict;
    const char *sentence;
    const fab_claim_figure *figure;
} fab_claim_draft;

/* What answering shares between claims: a scenario is searched once. */
typedef struct fab_claims_work {
    const fab_claims *claims;
    fab_arena *arena;
    struct {
        const fab_scenario *scenario;
        fab_search_result result;
    } searched[FAB_CLAIM_SCENARIO_LIMIT * 2];
    size_t searched_count;
    size_t evaluations;
} fab_claims_work;

/* Finds the best mappings of a scenario, or returns what was found before. */
FAB_CHECKED fab_status fab_claims_search(fab_claims_work *work, const fab_scenario *scenario,
                                         const fab_search_result **result_out);

/* Adds a number. `source` says how it is made, "" when it is taken as it is; the value's own source
 * follows. */
void fab_draft_put(fab_claim_draft *draft, const char *name, const char *of, fab_value value,
                   const char *unit, const char *source);

/* The same with the SI unit of a dimension. */
void fab_draft_put_si(fab_claim_draft *draft, const char *name, const char *of, fab_value value,
                      fab_dimension dimension, const char *source);

/* Like sprintf into the arena; never NULL. */
const char *fab_draft_text(fab_claim_draft *draft, const char *format, ...) FAB_PRINTF(2, 3);

/* "4.3 pJ/bit" with three digits; a plain number with so many digits. */
const char *fab_draft_si(fab_claim_draft *draft, double value_count, fab_dimension dimension);
const char *fab_draft_plain(fab_claim_draft *draft, double value_count);

/* "1 KiB", "1000 byte": a size to the last byte. */
const char *fab_draft_size(fab_claim_draft *draft, double size_byte);

/* Notes that a number is missing; the verdict of the draft becomes undecided. */
void fab_draft_need(fab_claim_draft *draft, const char *what, const char *of);

/* Decides: nothing missing, `confirmed` when is_all, else `partly` when is_some, else `refuted`. */
void fab_draft_decide(fab_claim_draft *draft, bool is_all, bool is_some);

/* Index of the known value that is least or greatest, or `count` when none is known. */
size_t fab_claim_least(const fab_value *values, size_t count);
size_t fab_claim_greatest(const fab_value *values, size_t count);

/* A number that is worked out and has no provenance of its own. */
fab_value fab_claim_made(double value_count);

/* What a technology is called: its title when it has one. */
const char *fab_claim_link_name(const fab_technology *technology);

/* Makes room for a figure of so many curves; NULL when memory is out. */
fab_claim_curve *fab_draft_figure(fab_claim_draft *draft, const fab_claim_figure *figure,
                                  size_t curves);

/* The answers of the kinds, by file. */
#define FAB_CLAIM_ANSWER(name)                                                                     \
    FAB_CHECKED fab_status name(fab_claims_work *work, const fab_claim_inputs *inputs,             \
                                fab_claim_draft *draft)

FAB_CLAIM_ANSWER(fab_claim_propagation);
FAB_CLAIM_ANSWER(fab_claim_bandwidth);
FAB_CLAIM_ANSWER(fab_claim_lane_rate);
FAB_CLAIM_ANSWER(fab_claim_wire_heat);
FAB_CLAIM_ANSWER(fab_claim_link_heat);
FAB_CLAIM_ANSWER(fab_claim_transfer);
FAB_CLAIM_ANSWER(fab_claim_sleep_toy);
FAB_CLAIM_ANSWER(fab_claim_pod_size);
FAB_CLAIM_ANSWER(fab_claim_escape_limit);
FAB_CLAIM_ANSWER(fab_claim_cost);
FAB_CLAIM_ANSWER(fab_claim_parallelism_in_pod);
FAB_CLAIM_ANSWER(fab_claim_amdahl);

#endif
