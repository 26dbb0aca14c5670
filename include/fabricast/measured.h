#ifndef FAB_MEASURED_H
#define FAB_MEASURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/catalog.h>
#include <fabricast/collective.h>

FAB_BEGIN_DECLS

/* Measured collectives against the calibrated model; validation/README.md describes the files. */

typedef struct fab_measured_collective {
    const char *hardware;
    const char *on;         /* the catalog's fabric that stands for it; NULL: not comparable */
    const char *collective; /* as written; a fab_collective_name when `on` is given */
    fab_collective_kind kind;
    int algorithm; /* that ran, or FAB_ALGORITHM_AUTO: the library's choice */
    int64_t ranks;
    double size_byte;
    double time_s; /* measured, or from the bus bandwidth when only that was printed */
    const char *source;
    int line; /* of the file */
} fab_measured_collective;

/* Reads a CSV file whose first line names at least the columns hardware, on, collective, algorithm,
 * ranks, size_byte, time_us, bus_GBps and source; others are passed over. A row without `on` is
 * kept as not comparable and its numbers may be missing. A bus bandwidth below 1 GB/s has too few
 * printed digits to give a time: such a row becomes not comparable.
 * FAB_E_INPUT: diagnostics were added. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_measured_load(const char *path, fab_arena *arena,
                                                 fab_diagnostics *diagnostics,
                                                 const fab_measured_collective **rows_out,
                                                 size_t *count_out);

/* The same from a text, which is copied; `name` stands for the file in messages. */
FAB_API FAB_CHECKED fab_status fab_measured_parse(const char *name, const char *text,
                                                  size_t length_byte, fab_arena *arena,
                                                  fab_diagnostics *diagnostics,
                                                  const fab_measured_collective **rows_out,
                                                  size_t *count_out);

/* One comparable row beside the model. */
typedef struct fab_measured_result {
    const fab_measured_collective *row;
    double ideal_s;
    double calibrated_s;
    double error_frac; /* calibrated / measured - 1 */
} fab_measured_result;

/* Computes every comparable row by fab_collective_lay with concurrent tiers, in the order of the
 * rows. FAB_E_INPUT: a row names a fabric that the catalog has not, that cannot hold it, or that
 * has no channel for it; *reason_out says which. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_measured_compare(
    const fab_catalog *catalog, const fab_measured_collective *rows, size_t count, fab_arena *arena,
    const fab_measured_result **results_out, size_t *result_count_out, const char **reason_out);

/* Statistics of the absolute error of some results. */
typedef struct fab_measured_group {
    const char *on;         /* NULL: every fabric */
    const char *collective; /* NULL: every kind */
    size_t count;
    double median_frac;
    double p90_frac;
    size_t large_count; /* of 1 MB and more */
    double large_median_frac;
    double large_p90_frac;
} fab_measured_group;

/* Groups results by fabric and kind in the order of their first rows, then by fabric, then all.
 * The p-th percentile of n errors is the ceil(p n)-th smallest; the median of an even number is the
 * mean of the middle two. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_measured_summarise(const fab_measured_result *results,
                                                      size_t count, fab_arena *arena,
                                                      const fab_measured_group **groups_out,
                                                      size_t *group_count_out);

FAB_END_DECLS

#endif
