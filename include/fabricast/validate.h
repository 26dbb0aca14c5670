#ifndef FAB_VALIDATE_H
#define FAB_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/diagnostic.h>
#include <fabricast/measured.h>
#include <fabricast/scenario.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* Tables of measurements, told apart by their headers (validation/README.md). */
typedef enum fab_table_kind {
    FAB_TABLE_RUNS,                /* training runs with their configuration */
    FAB_TABLE_SINGLE_NODE,         /* iterations on one node, without model or GPU */
    FAB_TABLE_FITS,                /* what ran and what ran out of memory */
    FAB_TABLE_COLLECTIVES,         /* times of collectives */
    FAB_TABLE_COLLECTIVES_BY_SIZE, /* the same, by size and group */
    FAB_TABLE_KIND_COUNT
} fab_table_kind;

typedef enum fab_run_status {
    FAB_RUN_SCORED,     /* forecast and compared */
    FAB_RUN_SKIPPED,    /* says too little, or something that is not forecast: `reason` */
    FAB_RUN_INFEASIBLE, /* the forecast says that it does not fit or cannot be built; its time is
                         * compared all the same, for it ran */
    FAB_RUN_WRONG,      /* the row contradicts itself or cannot be read */
    FAB_RUN_PARTLY      /* compared in memory or in rank alone: `reason` */
} fab_run_status;

/* What a row of labels says. */
typedef enum fab_fit_outcome { FAB_FIT_UNSAID, FAB_FIT_RAN, FAB_FIT_OUT } fab_fit_outcome;

/* A measured run beside its forecast. */
typedef struct fab_run_score {
    const char *id;
    const char *source_key;
    const char *tier; /* how good the measurement is, as the file says */
    const char *leak_group;
    const char *gpu;
    const char *precision;
    const char *recompute;
    const char *sweep;  /* equal in rows that differ in layout alone */
    const char *layout; /* equal in rows of a sweep that repeat a measurement */
    const char *series; /* equal in rows that differ in layout, batch and number of packages */
    bool is_moe;
    int64_t packages;
    int64_t year;         /* of the software; 0: not said */
    int status;           /* fab_run_status */
    int outcome;          /* fab_fit_outcome */
    const char *reason;   /* why it was not scored; NULL when it was */
    const char *assumed;  /* what the row does not say and was assumed or searched; may be "" */
    const char *scenario; /* YAML text of the scenario that was forecast; NULL when none was */
    double measured_s;    /* of an iteration; 0: not measured */
    double forecast_s;    /* 0: not forecast */
    double error_frac;    /* forecast / measured - 1 */
    double rank_s;        /* what layouts are ranked by: measured_s, or the time that follows from a
                           * reported rate; 0: nothing */
    double measured_byte; /* memory of a package; 0: not measured */
    double forecast_byte;
    double capacity_byte; /* memory of a package that was forecast; 0: not forecast */
} fab_run_score;

/* Errors of the rows of one group that were both measured and forecast. */
typedef struct fab_score_group {
    const char *name;
    size_t row_count;
    size_t scored_count;
    size_t infeasible_count; /* of these, the forecast says that they do not fit */
    double median_frac;      /* of |error| */
    double p90_frac;
    double mean_frac;
    double bias_frac; /* mean of the error with its sign */
    double largest_frac;
    size_t sweep_count;      /* rows that differ in layout alone, four and more layouts */
    double rank_ratio;       /* median over the sweeps of Spearman's rank correlation */
    size_t series_count;     /* rows of one model and GPU on at least two numbers of packages */
    double slope_frac;       /* median over the series: growth of the error with each doubling */
    size_t memory_count;     /* rows with memory measured and forecast */
    double memory_mean_frac; /* of |error| of memory */
    double memory_median_frac;
    double memory_bias_frac;
    double memory_largest_frac;
} fab_score_group;

/* How forecast memory sorts runs into those that fit and those that do not. */
typedef struct fab_fit_score {
    size_t ran_fits_count; /* measured, forecast */
    size_t ran_out_count;
    size_t out_fits_count;
    size_t out_out_count;
    double balanced_frac; /* mean of the shares that were told right among both; 0: nothing told */
} fab_fit_score;

typedef struct fab_validation {
    const char *file;
    int kind;                  /* fab_table_kind */
    const fab_run_score *rows; /* in the order of the file; none for collectives */
    size_t row_count;
    const fab_score_group *sources; /* in order of first appearance */
    size_t source_count;
    const fab_score_group *totals; /* by tier, GPU, precision, kind of model; then all */
    size_t total_count;
    fab_fit_score fits;                    /* of a table of labels */
    const fab_measured_group *collectives; /* of a table of collectives; the last one is all */
    size_t collective_count;
    fab_measured_group simulated; /* all of them with their messages simulated; no rows: none is */
    size_t simulated_lost;        /* rows that are not simulated */
} fab_validation;

/* One named figure that the forecasts are held to. */
typedef struct fab_validation_bar {
    const char *set;  /* which rows */
    const char *what; /* "median error" */
    size_t count;     /* rows, sweeps or labels that decide */
    double value_frac;
    double bar_frac;
    bool is_least; /* the value must reach the bar; else it must not exceed it */
    bool is_met;
} fab_validation_bar;

/* All tables that one command scored. */
typedef struct fab_validations {
    const fab_validation *tables; /* runs first when they are among them */
    size_t table_count;
    const fab_validation_bar *bars; /* those that the tables have rows for */
    size_t bar_count;
} fab_validations;

/* Forecasts every row of the table at `path`, or, when it is NULL, of all tables built into the
 * library; only rows of `source_key` unless it is NULL. What a row leaves open follows the rules of
 * docs/validation.md. A row that is wrong is scored as such and the others go on; columns that
 * nothing reads are warned about. Ranks, slopes and bars: docs/validation.md#statistics.
 * FAB_E_INPUT: the table itself is broken, or no row has that source. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_validate(const fab_catalog *catalog, const char *path,
                                            const char *source_key, fab_arena *arena,
                                            fab_diagnostics *diagnostics,
                                            const fab_validations **out);

/* What of a scenario lies beyond the measured runs that are built in. */
#define FAB_COVERAGE_LIMIT 3
typedef struct fab_coverage {
    const char *warnings[FAB_COVERAGE_LIMIT]; /* whole sentences */
    size_t warning_count;
} fab_coverage;

/* Says whether runs were measured on the scenario's package, in its precision, on that many
 * packages. Texts live in the arena. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_validate_coverage(const fab_scenario *scenario, fab_arena *arena,
                                                     fab_coverage *out);

FAB_END_DECLS

#endif
