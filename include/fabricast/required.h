#ifndef FAB_REQUIRED_H
#define FAB_REQUIRED_H

#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/scenario.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* The bandwidth of a tier that would hide its messages behind computation, found with the forecast
 * itself: the rate of one tier is changed and everything else stays. */

/* Whether there is such a rate. OVERLAP: only if software ran all of these messages beside
 * computation (overlap 1), which the scenario does not assume; the rate is for that. Otherwise none
 * is enough. NONE_LATENCY: at any rate time is left that does not depend on it. NONE_TIER: what
 * another tier carries of the same messages is exposed at any rate of this one. NONE_COVER: even
 * without these some of it has nothing to run beside, such as the last bucket of gradients. */
#define FAB_REQUIRED_LIST(X)                                                                       \
    X(FAB_REQUIRED_FOUND, "found")                                                                 \
    X(FAB_REQUIRED_OVERLAP, "full overlap")                                                        \
    X(FAB_REQUIRED_NONE_LATENCY, "latency")                                                        \
    X(FAB_REQUIRED_NONE_TIER, "other tier")                                                        \
    X(FAB_REQUIRED_NONE_COVER, "nothing to hide behind")

#define FAB_REQUIRED_ENUM(id, text) id,
typedef enum fab_required_verdict {
    FAB_REQUIRED_LIST(FAB_REQUIRED_ENUM) FAB_REQUIRED_VERDICT_COUNT
} fab_required_verdict;
#undef FAB_REQUIRED_ENUM

/* Returns the static word for a verdict; never NULL. */
FAB_API const char *fab_required_text(fab_required_verdict verdict);

/* The least rate that meets a goal and does not lengthen the step, to within 0.1 %. */
typedef struct fab_required_rate {
    fab_required_verdict verdict;
    double rate_bps; /* of the tier, per package, one direction, before its efficiency; 0: none */
    double step_s;   /* of a step at that rate; 0: none */
} fab_required_rate;

/* Share of the step up to which exposed messages count as small, and by which it may grow at a rate
 * below the tier's own. */
#define FAB_REQUIRED_SMALL_FRAC 0.01

/* One tier and one class of the messages that use it. */
typedef struct fab_required_row {
    const char *tier;
    int64_t tier_index;
    int message_class; /* fab_message_class, or FAB_MESSAGE_CLASS_COUNT for all of them together */
    double rate_bps;   /* the tier's, as it is */
    double total_s;    /* in a step, of these messages on all tiers, if nothing were hidden */
    double exposed_s;  /* part of it that lengthens the step */
    fab_required_rate hidden; /* where nothing is exposed */
    fab_required_rate small;  /* where at most FAB_REQUIRED_SMALL_FRAC of the step is; as the
                               * scenario overlaps, never OVERLAP */
} fab_required_row;

typedef struct fab_requirements {
    double step_s; /* as it is */
    const fab_required_row *rows;
    size_t row_count; /* 0: no tier carries anything */
} fab_requirements;

/* Solves for each tier and each class that sends bits on it, and for all classes of a tier where it
 * carries more than one. The rate is searched from 1 bit/s to 1 Ebit/s by bisection of
 * fab_train_forecast: exposed time does not grow with the rate. Times are those of the slowest
 * stage, as in the forecast. The arena owns the rows. Errors as fab_train_forecast. Cost: some
 * hundred forecasts. Thread-safe on distinct arenas. */
FAB_API FAB_CHECKED fab_status fab_train_require(const fab_scenario *scenario, fab_arena *arena,
                                                 fab_requirements *out);

FAB_END_DECLS

#endif
