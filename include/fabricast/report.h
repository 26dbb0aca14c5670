#ifndef FAB_REPORT_H
#define FAB_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <fabricast/anatomy.h>
#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/calibrate.h>
#include <fabricast/catalog.h>
#include <fabricast/claims.h>
#include <fabricast/collective.h>
#include <fabricast/compare.h>
#include <fabricast/explain.h>
#include <fabricast/fabric.h>
#include <fabricast/flow.h>
#include <fabricast/graph.h>
#include <fabricast/hardware.h>
#include <fabricast/link.h>
#include <fabricast/link_map.h>
#include <fabricast/map_study.h>
#include <fabricast/measured.h>
#include <fabricast/ownership.h>
#include <fabricast/pod.h>
#include <fabricast/required.h>
#include <fabricast/scenario.h>
#include <fabricast/search.h>
#include <fabricast/simulate.h>
#include <fabricast/status.h>
#include <fabricast/study.h>
#include <fabricast/timeline.h>
#include <fabricast/train.h>
#include <fabricast/validate.h>

FAB_BEGIN_DECLS

/* What measures the machine and not the model; kept apart in every output as the object `run`. */
typedef struct fab_run_meter {
    double elapsed_s;
    double rate_per_s; /* scenarios forecast per second */
    int64_t peak_rss_byte;
    int64_t evaluated; /* scenarios worked out in this run, */
    int64_t taken;     /* ... and taken from results.db; both 0: not counted */
    const char *date;  /* ISO 8601, UTC */
} fab_run_meter;

/* Every function returns FAB_E_IO when a stream or file fails, FAB_E_NOMEM, or FAB_OK. Streams are
 * written and flushed, never closed. `arena` is scratch. `meter` may be NULL: no object `run`. */

/* One scenario's forecast: terminal tables. */
FAB_API FAB_CHECKED fab_status fab_report_forecast_text(const fab_scenario *scenario,
                                                        const fab_forecast *forecast,
                                                        const fab_ownership *ownership,
                                                        fab_arena *arena, FILE *stream);
/* What a forecast is made of: a table of operators and one of messages for each block, stages,
 * memory and how the step comes about. */
FAB_API FAB_CHECKED fab_status fab_report_explanation_text(const fab_scenario *scenario,
                                                           const fab_explanation *explanation,
                                                           fab_arena *arena, FILE *stream);

/* The same as tables of CSV (docs/output.md): a row per operator and phase, per message and phase,
 * per stage with its memory. */
typedef enum fab_explanation_table {
    FAB_EXPLANATION_OPERATORS,
    FAB_EXPLANATION_MESSAGES,
    FAB_EXPLANATION_STAGES,
    FAB_EXPLANATION_TABLE_COUNT
} fab_explanation_table;

FAB_API FAB_CHECKED fab_status fab_report_explanation_csv(const fab_explanation *explanation,
                                                          fab_explanation_table table,
                                                          fab_arena *arena, FILE *stream);

/* The bandwidths that would hide the messages of each tier. */
FAB_API FAB_CHECKED fab_status fab_report_required_text(const fab_scenario *scenario,
                                                        const fab_requirements *required,
                                                        fab_arena *arena, FILE *stream);

/* A forecast as JSON; the other two where they are not NULL. */
FAB_API FAB_CHECKED fab_status fab_report_forecast_json(
    const fab_scenario *scenario, const fab_forecast *forecast, const fab_ownership *ownership,
    const fab_explanation *explanation, const fab_requirements *required,
    const fab_run_meter *meter, fab_arena *arena, FILE *stream);

/* The fastest mappings of a scenario beside its own: one terminal table and counts, or JSON. */
FAB_API FAB_CHECKED fab_status fab_report_search_text(const fab_search_result *result,
                                                      fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_search_json(const fab_search_result *result,
                                                      const fab_run_meter *meter, fab_arena *arena,
                                                      FILE *stream);

/* A study: terminal tables (points, targets, waterfall, what moves it most), or JSON with
 * targets: [{id, published, value, low, high, ok, ...}] and `run`. */
FAB_API FAB_CHECKED fab_status fab_report_study_text(const fab_study_result *result,
                                                     fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_study_json(const fab_study_result *result,
                                                     const fab_run_meter *meter, fab_arena *arena,
                                                     FILE *stream);

/* Writes a study into a folder, made if missing with the folders above it: report.html
 * (self-contained), results.json, points.csv, targets.csv, waterfall.csv, sensitivity.csv (tidy:
 * one observation a row, units in the column names), figures/NAME.{svg,png,gp,csv}. Everything is
 * first made in a new folder beside it, or inside it when it exists, and moved in when complete, so
 * that a failure leaves the old contents and nothing half-written. Other files of the folder stay;
 * those that an earlier run wrote and this one does not are removed. with_figures false leaves the
 * figures out (no gnuplot needed). Other errors: FAB_E_TOOL when gnuplot is missing or fails.
 * *message_out (in the arena) says what failed, NULL when nothing did. */
FAB_API FAB_CHECKED fab_status fab_report_study_folder(const fab_study_result *result,
                                                       const fab_run_meter *meter,
                                                       bool with_figures, const char *folder,
                                                       fab_arena *arena, const char **message_out);

/* A study of claims: verdicts, then each claim with its sentence, numbers and rule; JSON with
 * claims:
 * [{id, claim, verdict, sentence, numbers: [{name, of, value, unit, source, ...}]}] and `run`; or a
 * folder with report.html, results.json, claims.csv (tidy: one number a row) and figures, written
 * as fab_report_study_folder writes. */
FAB_API FAB_CHECKED fab_status fab_report_claims_text(const fab_claims_result *result,
                                                      fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_claims_json(const fab_claims_result *result,
                                                      const fab_run_meter *meter, fab_arena *arena,
                                                      FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_claims_folder(const fab_claims_result *result,
                                                        const fab_run_meter *meter,
                                                        bool with_figures, const char *folder,
                                                        fab_arena *arena, const char **message_out);

/* Flows that were simulated, and how their finish times compare with those of their file. */
typedef struct fab_flow_answer {
    fab_flow_file file;
    fab_flow_result result;
    const double *finish_s;
    uint32_t references; /* flows for which the file has a finish time */
    double largest_frac; /* difference over the file's time; of no meaning without references */
} fab_flow_answer;

/* The same as JSON: counts, the makespan and the largest difference, null without references. */
FAB_API FAB_CHECKED fab_status fab_report_flows_json(const fab_flow_answer *answer,
                                                     const fab_run_meter *meter, fab_arena *arena,
                                                     FILE *stream);

/* A collective that was simulated beside its closed form: a terminal table, or JSON. */
FAB_API FAB_CHECKED fab_status fab_report_simulation_text(const fab_collective_answer *answer,
                                                          const fab_simulation *simulation,
                                                          fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_simulation_json(const fab_collective_answer *answer,
                                                          const fab_simulation *simulation,
                                                          const fab_run_meter *meter,
                                                          fab_arena *arena, FILE *stream);

/* Several collectives that were simulated: a line for each. FAB_E_IO, FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_report_simulations_text(const fab_simulation *simulations,
                                                           size_t count, fab_arena *arena,
                                                           FILE *stream);

/* A step that was simulated beside its closed form: terminal tables, or JSON; its timeline as a
 * trace that Chrome's viewer and ui.perfetto.dev read, or as a picture (SVG). */
FAB_API FAB_CHECKED fab_status fab_report_step_text(const fab_scenario *scenario,
                                                    const fab_step_simulation *step,
                                                    fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_step_json(const fab_scenario *scenario,
                                                    const fab_step_simulation *step,
                                                    const fab_run_meter *meter, fab_arena *arena,
                                                    FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_step_trace(const fab_step_simulation *step,
                                                     fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_step_svg(const fab_step_simulation *step,
                                                   fab_arena *arena, FILE *stream);

/* The catalog: one line per row of a kind, or all facts of one row with source and confidence. */
FAB_API FAB_CHECKED fab_status fab_report_catalog_list(const fab_catalog *catalog,
                                                       fab_catalog_kind kind, fab_arena *arena,
                                                       FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_catalog_row(const fab_catalog *catalog,
                                                      fab_catalog_kind kind, size_t index,
                                                      fab_arena *arena, FILE *stream);

/* The same as JSON: rows of `kind`, or of all kinds when kind is FAB_CATALOG_KIND_COUNT; only the
 * row at `index` unless index is SIZE_MAX. */
FAB_API FAB_CHECKED fab_status fab_report_catalog_json(const fab_catalog *catalog,
                                                       fab_catalog_kind kind, size_t index,
                                                       fab_arena *arena, FILE *stream);

/* Link technologies side by side: columns when there are at most four, else one row each.
 * `rate_bps` is the rate asked for, 0 for none; `size_byte` the message of the summaries. */
FAB_API FAB_CHECKED fab_status fab_report_link_text(const fab_link_summary *summaries, size_t count,
                                                    double size_byte, double rate_bps,
                                                    fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_link_json(const fab_link_summary *summaries, size_t count,
                                                    double size_byte, double rate_bps,
                                                    fab_arena *arena, FILE *stream);

/* A link taken apart, line by line with its sources. */
FAB_API FAB_CHECKED fab_status fab_report_anatomy_text(const fab_technology *technology,
                                                       const fab_budget *budget, fab_arena *arena,
                                                       FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_anatomy_json(const fab_technology *const *technologies,
                                                       const fab_budget *budgets, size_t count,
                                                       fab_arena *arena, FILE *stream);

/* What is derived beside what is published, one row for each technology. */
FAB_API FAB_CHECKED fab_status fab_report_marks_text(const fab_technology *const *technologies,
                                                     const fab_budget *budgets, size_t count,
                                                     fab_arena *arena, FILE *stream);

/* Technologies over distance: energy, lane rate, where one overtakes another; as a picture too,
 * with at most eight curves (of more technologies those that cost least somewhere). */
FAB_API FAB_CHECKED fab_status fab_report_link_map_text(const fab_link_map *map, fab_arena *arena,
                                                        FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_link_map_json(const fab_link_map *map, fab_arena *arena,
                                                        FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_link_map_svg(const fab_link_map *map, fab_arena *arena,
                                                       FILE *stream);

/* The largest pod of each link, and what leaves a package. */
FAB_API FAB_CHECKED fab_status fab_report_pod_text(const fab_technology *const *technologies,
                                                   const fab_pod *pods, size_t count,
                                                   const fab_pod_place *place, fab_arena *arena,
                                                   FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_pod_json(const fab_technology *const *technologies,
                                                   const fab_pod *pods, size_t count,
                                                   const fab_pod_place *place, fab_arena *arena,
                                                   FILE *stream);

/* The same message over each of several links: nanoseconds and picojoules by part, credits, and
 * from what each number is made. All transfers have the same size and hops. */
FAB_API FAB_CHECKED fab_status fab_report_transfer_text(const fab_transfer *transfers, size_t count,
                                                        fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_transfer_json(const fab_transfer *transfers, size_t count,
                                                        fab_arena *arena, FILE *stream);

/* One collective on a fabric: placement, bytes and times of each tier, every algorithm side by
 * side.
 */
FAB_API FAB_CHECKED fab_status fab_report_collective_text(const fab_collective_answer *answer,
                                                          fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_collective_json(const fab_collective_answer *answer,
                                                          fab_arena *arena, FILE *stream);

/* How the times beside the measured ones were made. */
typedef struct fab_measured_way {
    bool is_simulated; /* else in closed form */
    size_t lost_count; /* of rows that are not simulated */
} fab_measured_way;

/* Errors of the calibrated collectives, a row for each group. FAB_E_IO, FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_report_measured_text(const fab_measured_group *groups,
                                                        size_t count, const fab_measured_way *way,
                                                        fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_measured_json(const fab_measured_group *groups,
                                                        size_t count, const fab_measured_way *way,
                                                        fab_arena *arena, FILE *stream);

/* A fabric as hardware: tiers side by side, the verdicts on them, and its parts with their failures
 * and prices; with its racks where `with_layout`. `wired` is by tier, of fab_wired_count. */
FAB_API FAB_CHECKED fab_status fab_report_fabric_text(const fab_fabric_bill *bill,
                                                      const fab_hardware *hardware,
                                                      const fab_wired *wired, bool with_layout,
                                                      fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_fabric_json(const fab_fabric_bill *bill,
                                                      const fab_hardware *hardware,
                                                      const fab_wired *wired, bool with_layout,
                                                      fab_arena *arena, FILE *stream);

/* Racks of a domain that a layout lists at most. */
#define FAB_LAYOUT_LIMIT 100000

/* A map of links: regions, where one overtakes another, the whole grid. The folder gets
 * report.html, results.json, regions.csv and figures/regions.svg, as fab_report_claims_folder. */
FAB_API FAB_CHECKED fab_status fab_report_regions_text(const fab_map_study *study,
                                                       const fab_region_map *regions,
                                                       fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_regions_json(const fab_map_study *study,
                                                       const fab_region_map *regions,
                                                       const fab_run_meter *meter, fab_arena *arena,
                                                       FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_regions_folder(
    const fab_map_study *study, const fab_region_map *regions, const fab_run_meter *meter,
    bool with_figures, const char *folder, fab_arena *arena, const char **message_out);

/* Two forecasts side by side and the waterfall between them. */
FAB_API FAB_CHECKED fab_status fab_report_comparison_text(const fab_comparison *comparison,
                                                          fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_comparison_json(const fab_comparison *comparison,
                                                          fab_arena *arena, FILE *stream);

/* Forecasts beside measurements: tables, reasons and bars as text; a line per run; all as JSON. */
FAB_API FAB_CHECKED fab_status fab_report_validation_text(const fab_validations *all,
                                                          fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_validation_csv(const fab_validations *all,
                                                         fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_validation_json(const fab_validations *all,
                                                          const fab_run_meter *meter,
                                                          fab_arena *arena, FILE *stream);

/* Measured runs as pictures (SVG, no ids, styles or scripts): forecast over measured time of an
 * iteration, and their ratio over the number of packages, both logarithmic, coloured by GPU. */
typedef enum fab_validation_picture {
    FAB_PICTURE_FORECAST,
    FAB_PICTURE_SCALE,
    FAB_PICTURE_COUNT
} fab_validation_picture;
FAB_API FAB_CHECKED fab_status fab_report_validation_svg(const fab_validation *validation,
                                                         int picture, fab_arena *arena,
                                                         FILE *stream);

/* How well measured kernels are forecast, as a table; and the fitted constants as a data file of
 * the catalog. */
FAB_API FAB_CHECKED fab_status fab_report_calibration_text(
    const fab_kernel_calibration *calibration, fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_calibration_data(
    const fab_kernel_calibration *calibration, fab_arena *arena, FILE *stream);

/* Constants fitted to runs: errors with and without them as a table; and as a data file with the
 * rows used and their residuals. */
FAB_API FAB_CHECKED fab_status fab_report_scales_text(const fab_run_calibration *calibration,
                                                      fab_arena *arena, FILE *stream);
FAB_API FAB_CHECKED fab_status fab_report_scales_data(const fab_run_calibration *calibration,
                                                      fab_arena *arena, FILE *stream);

/* The fabric as a picture (SVG): tiers, switches, first domains and racks, reach of the links. It
 * holds no ids, styles or scripts, so that several may stand in one page. */
FAB_API FAB_CHECKED fab_status fab_report_fabric_svg(const fab_fabric_bill *bill, fab_arena *arena,
                                                     FILE *stream);

FAB_END_DECLS

#endif
