#ifndef FAB_STUDY_H
#define FAB_STUDY_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/diagnostic.h>
#include <fabricast/fabric.h>
#include <fabricast/ownership.h>
#include <fabricast/scenario.h>
#include <fabricast/search.h>
#include <fabricast/status.h>
#include <fabricast/timeline.h>
#include <fabricast/train.h>

FAB_BEGIN_DECLS

/* One system that a study compares. */
typedef struct fab_study_variant {
    const char *name;  /* "copper" */
    const char *title; /* for people */
} fab_study_variant;

/* Groups of ranks of a mapping, by the parallelism that makes them. */
#define FAB_STUDY_GROUP_LIST(X)                                                                    \
    X(FAB_STUDY_GROUP_TENSOR, "TP")                                                                \
    X(FAB_STUDY_GROUP_EXPERT, "EP")                                                                \
    X(FAB_STUDY_GROUP_PIPELINE, "PP")                                                              \
    X(FAB_STUDY_GROUP_DATA, "DP")

#define FAB_STUDY_GROUP_ENUM(id, text) id,
typedef enum fab_study_group {
    FAB_STUDY_GROUP_LIST(FAB_STUDY_GROUP_ENUM) FAB_STUDY_GROUP_COUNT
} fab_study_group;
#undef FAB_STUDY_GROUP_ENUM

/* Returns "TP", "EP", "PP" or "DP". */
FAB_API const char *fab_study_group_text(fab_study_group group);

/* The fastest feasible mapping of one scenario (fab_search_run says of which space). */
typedef struct fab_study_best {
    bool is_found;            /* false: no mapping of the space is feasible; only counts stand */
    fab_search_counts counts; /* of the space */
    int64_t own_rank;         /* of the scenario's own mapping; 0 when it is not feasible */
    fab_mapping mapping;
    fab_placement groups[FAB_STUDY_GROUP_COUNT]; /* on the domains of the inner tier */
    fab_forecast forecast;
    fab_ownership ownership;
} fab_study_best;

/* The step of a point, event by event (fab_step_simulate). */
typedef struct fab_study_simulated {
    bool is_simulated; /* false: the step is one that is not simulated; `cause` says why */
    double simulated_s;
    double difference_frac; /* simulated over closed form, less 1 */
    const char *cause;      /* why they differ, one sentence */
    const char *hot_tier;   /* of the fullest link out */
    int64_t hot_stage;
    double hot_frac;
    const fab_step_simulation *step; /* all of it, at the last value of the sweep; else NULL */
} fab_study_simulated;

/* One variant at one value of the sweep. */
typedef struct fab_study_point {
    size_t variant; /* index into variants */
    size_t value;   /* index into sweep_labels */
    const fab_scenario *scenario;
    fab_forecast forecast;
    fab_ownership ownership;
    fab_placement groups[FAB_STUDY_GROUP_COUNT]; /* of the scenario's own mapping */
    const fab_study_best *best;                  /* NULL when the study does not ask for it */
    const fab_study_simulated *simulated;        /* the same */
} fab_study_point;

/* A published result beside ours. Values are in `unit` ("" for a ratio). */
typedef struct fab_study_target {
    const char *id;        /* "R2" */
    const char *what;      /* "time-to-train, native radix, Config4" */
    const char *published; /* as printed: "2.7X", "1.5 kW", "monotone" */
    const char *tag;       /* how it is known: P, S, L, C, I (docs say what they mean) */
    const char *source;
    const char *unit;
    double published_low_count;  /* the printed value with its rounding: 8X is 7.5 .. 8.5 */
    double published_high_count; /* infinity never stands here: see has_published_high */
    bool has_published_high;     /* false: "at least published_low" (a monotone series) */
    double value_count;          /* ours, under the study's own assumptions */
    double low_count;            /* ours, over the stated ranges */
    double high_count;
    size_t range_points; /* combinations evaluated for low and high; 0: the value has no range */
    bool value_meets;    /* the value itself lies within the published rounding */
    bool ok;             /* our range [low, high] meets the published rounding */
    bool has_best;       /* each system with its own best mapping, all else as studied */
    bool best_meets;     /* that value lies within the published rounding */
    double best_count;   /* the value then; not part of the range */
    bool has_mover;      /* some assumption was varied for this target */
    size_t mover;        /* index into sensitivities: what moves the value most */
} fab_study_target;

/* One row of the waterfall: settings added one after the other. */
typedef struct fab_waterfall_row {
    const char *label;
    const char *why;
    double slow_s; /* of a step, per token and layer of a stage; of the slower system */
    double fast_s;
    double ratio;        /* slow / fast of step times */
    double change_ratio; /* ratio minus the ratio of the row before; 0 in the first row */
    bool is_default;     /* the row at which all settings are the study's own */
    bool is_beyond;      /* rows after the default: what else could be */
} fab_waterfall_row;

/* What one assumption does to one target, everything else at the study's own settings. */
typedef struct fab_sensitivity_row {
    size_t target;              /* index into targets */
    const char *name;           /* of the assumption */
    const char *why;            /* where its range comes from */
    const char *const *labels;  /* of its values */
    const double *values_count; /* the target's value at each; same unit as the target */
    size_t count;
    double low_count;
    double high_count;
    bool in_range; /* part of the stated ranges that low and high of the target go over */
} fab_sensitivity_row;

/* What is published of a compared system's pod beside what follows from its link. */
#define FAB_STUDY_FACT_LIST(X)                                                                     \
    X(FAB_STUDY_FACT_PACKAGES, "packages of a pod")                                                \
    X(FAB_STUDY_FACT_RATE, "rate of a package")                                                    \
    X(FAB_STUDY_FACT_POD_RATE, "bandwidth of a pod")                                               \
    X(FAB_STUDY_FACT_ENERGY, "energy of a bit")                                                    \
    X(FAB_STUDY_FACT_LATENCY, "latency of a step")                                                 \
    X(FAB_STUDY_FACT_TRAIN, "time to train")

#define FAB_STUDY_FACT_ENUM(id, text) id,
typedef enum fab_study_fact_kind {
    FAB_STUDY_FACT_LIST(FAB_STUDY_FACT_ENUM) FAB_STUDY_FACT_COUNT
} fab_study_fact_kind;
#undef FAB_STUDY_FACT_ENUM

FAB_API const char *fab_study_fact_text(fab_study_fact_kind kind);

/* In SI units: count, bit/s, bit/s, J/bit, s, s. Unknown where nothing follows. */
typedef struct fab_study_fact {
    fab_value published_count; /* what the study takes */
    fab_value derived_count;
    const char *why; /* what limits the derived one, or of what it is made */
} fab_study_fact;

typedef struct fab_study_pod {
    size_t variant;                             /* index into variants */
    const char *link;                           /* technologies that it is derived from */
    const char *chip;                           /* NULL when no switch is named */
    fab_study_fact facts[FAB_STUDY_FACT_COUNT]; /* the last at the last value of the sweep */
    int64_t used; /* packages of a derived pod that the job takes: a power of two */
} fab_study_pod;

/* Everything a study found. Const once returned; the arena owns it. */
typedef struct fab_study_result {
    const char *file_name; /* of the study, without its folder */
    const char *name;
    const char *title;
    const char *question;
    const char *sweep_name;          /* "model" */
    const char *const *sweep_labels; /* short: "Config4" */
    const char *const *sweep_titles; /* for people: "Config4: 8 of 256 experts" */
    size_t sweep_count;
    const fab_study_variant *variants;
    size_t variant_count;
    const fab_study_point *points; /* variant_count x sweep_count, by variant then value */
    size_t point_count;
    const fab_study_target *targets;
    size_t target_count;
    size_t waterfall_target; /* index into targets: whose ratio the waterfall walks */
    const fab_waterfall_row *waterfall;
    size_t waterfall_count;
    const fab_sensitivity_row *sensitivities; /* by target, then by swing, largest first */
    size_t sensitivity_count;
    const fab_study_pod *pods; /* those that the study asks for */
    size_t pod_count;
    const char *const *remarks; /* sentences of the study file for the reader */
    size_t remark_count;
    size_t evaluations; /* scenarios forecast in all, those of searches too */
} fab_study_result;

typedef struct fab_study fab_study;

/* Reads a study file and every scenario it makes: base, variants, sweep values, ranges, targets,
 * waterfall (docs/study.md). Paths inside are relative to the file. All mistakes are collected.
 * FAB_E_INPUT, FAB_E_NOMEM. The arena owns the study. */
FAB_API FAB_CHECKED fab_status fab_study_load(const fab_catalog *catalog, const char *path,
                                              fab_arena *arena, fab_diagnostics *diagnostics,
                                              const fab_study **study_out);

/* Evaluates the study. With `best_mapping` every point's mappings are searched too, on all cores;
 * the result is the same for any number of them. A combination of ranges that cannot exist (a size
 * that does not divide) is left out of the range and counted as not evaluated. FAB_E_INPUT with
 * diagnostics when a named point cannot be made into a scenario or has too many mappings to search,
 * FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_study_run(const fab_study *study, fab_arena *arena,
                                             fab_diagnostics *diagnostics,
                                             const fab_study_result **result_out);

FAB_END_DECLS

#endif
