#include <fabricast/calibrate.h>

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/numbers.h"
#include "validate/lineage.h"
#include "validate/score.h"
#include "validate/sweeps.h"

#define FIT_LIMIT     64
#define LINEAGE_LIMIT 64
#define STEP_RATIO    1.25
#define LEAST_RATIO   0.2
#define MOST_RATIO    5.0
#define DECIMALS      1000.0 /* constants are kept with three */

/* A run that has both times. */
typedef struct fab_scaled {
    const fab_run_score *row;
    const char *lineage;
    size_t fit;       /* which constant it belongs to */
    double wanted;    /* scale that would make the forecast right */
    size_t row_index; /* of the table */
} fab_scaled;

/* All of a calibration in the making. */
typedef struct fab_scaling {
    const fab_catalog *catalog;
    fab_run_table table;
    fab_scaled *runs;
    size_t run_count;
    fab_scale_fit *fits;
    size_t fit_count;
    fab_scale_rest *rest;
    size_t rest_count;
    double *scales; /* of each row of the table */
    double *work;
    fab_arena *arena;
} fab_scaling;

static double clamp(double ratio)
{
    return ratio < LEAST_RATIO ? LEAST_RATIO : ratio > MOST_RATIO ? MOST_RATIO : ratio;
}

static size_t find_fit(fab_scaling *s, const fab_run_score *row)
{
    const char *precision = fab_run_precision_group(row);
    const char *generation = fab_run_generation(row);
    for (size_t i = 0; i < s->fit_count; i++) {
        const fab_scale_fit *fit = &s->fits[i];
        if (strcmp(fit->gpu, row->gpu) == 0 && strcmp(fit->precision, precision) == 0 &&
            strcmp(fit->generation, generation) == 0) {
            return i;
        }
    }
    /* every package that is described, in two precisions and two generations, is far less */
    assert(s->fit_count < FIT_LIMIT);
    s->fits[s->fit_count] =
        (fab_scale_fit){.gpu = row->gpu, .precision = precision, .generation = generation};
    return s->fit_count++;
}

static void leave_out(fab_scaling *s, const fab_run_score *row)
{
    const char *reason = row->reason != NULL      ? row->reason
                         : row->measured_s <= 0.0 ? "no time of an iteration"
                                                  : "no forecast of its time";
    s->rest[s->rest_count++] = (fab_scale_rest){row->id, reason};
}

/* The runs with both times, and the scale that each wants. */
static fab_status collect(fab_scaling *s)
{
    fab_validation plain = {.kind = FAB_TABLE_RUNS};
    fab_validation slow = {.kind = FAB_TABLE_RUNS};
    FAB_TRY(fab_score_table(s->catalog, &s->table, NULL, NULL, s->arena, &plain));
    for (size_t i = 0; i < s->table.row_count; i++) {
        s->scales[i] = STEP_RATIO;
    }
    FAB_TRY(fab_score_table(s->catalog, &s->table, NULL, s->scales, s->arena, &slow));
    for (size_t i = 0; i < plain.row_count; i++) {
        const fab_run_score *row = &plain.rows[i];
        const double slope_s = (slow.rows[i].forecast_s - row->forecast_s) / (STEP_RATIO - 1.0);
        if (row->measured_s > 0.0 && row->forecast_s > 0.0 && slope_s > 0.0) {
            const double wanted = 1.0 + (row->measured_s - row->forecast_s) / slope_s;
            const char *lineage = fab_run_lineage(row, s->arena);
            if (lineage == NULL) {
                return FAB_E_NOMEM;
            }
            s->runs[s->run_count++] = (fab_scaled){.row = row,
                                                   .lineage = lineage,
                                                   .fit = find_fit(s, row),
                                                   .wanted = clamp(wanted),
                                                   .row_index = i};
        } else {
            leave_out(s, row);
        }
    }
    return FAB_OK;
}

/* Which runs decide a constant: those of one fit or of its whole GPU, without those that share a
 * lineage or a leak group with what is held out. */
typedef struct fab_scale_side {
    const fab_scale_fit *of;
    bool is_pooled;
    const char *held_out; /* lineage; NULL: none */
} fab_scale_side;

static bool leaks(const fab_scaling *s, const fab_scaled *run, const char *held_out)
{
    if (held_out == NULL) {
        return false;
    }
    if (strcmp(run->lineage, held_out) == 0) {
        return true;
    }
    const char *group = run->row->leak_group;
    for (size_t i = 0; i < s->run_count && group[0] != '\0'; i++) {
        if (strcmp(s->runs[i].lineage, held_out) == 0 &&
            strcmp(s->runs[i].row->leak_group, group) == 0) {
            return true;
        }
    }
    return false;
}

static bool decides(const fab_scaling *s, const fab_scaled *run, const fab_scale_side *side)
{
    const fab_scale_fit *fit = &s->fits[run->fit];
    const bool is_of = side->is_pooled ? strcmp(fit->gpu, side->of->gpu) == 0 : fit == side->of;
    return is_of && !leaks(s, run, side->held_out);
}

/* Geometric mean over the lineages of the median of what their runs want; returns how many lineages
 * there are. */
static size_t fit_side(fab_scaling *s, const fab_scale_side *side, double *ratio_out)
{
    const char *lineages[LINEAGE_LIMIT];
    size_t lineage_count = 0;
    double sum = 0.0;
    for (size_t i = 0; i < s->run_count; i++) {
        bool is_known = !decides(s, &s->runs[i], side);
        for (size_t l = 0; l < lineage_count && !is_known; l++) {
            is_known = strcmp(lineages[l], s->runs[i].lineage) == 0;
        }
        if (is_known || lineage_count == LINEAGE_LIMIT) {
            continue;
        }
        size_t count = 0;
        lineages[lineage_count++] = s->runs[i].lineage;
        for (size_t j = i; j < s->run_count; j++) {
            if (strcmp(s->runs[j].lineage, s->runs[i].lineage) == 0 &&
                decides(s, &s->runs[j], side)) {
                s->work[count++] = log(s->runs[j].wanted);
            }
        }
        sum += fab_median(s->work, count);
    }
    *ratio_out =
        lineage_count > 0 ? round(DECIMALS * exp(sum / (double)lineage_count)) / DECIMALS : 1.0;
    return lineage_count;
}

/* The constant of a fit without a lineage. What is left of the fit decides, else of the GPU; with
 * nothing held out, two lineages are wanted. */
static double constant_of(fab_scaling *s, const fab_scale_fit *fit, const char *held_out,
                          const char **rule_out)
{
    const size_t wanted = held_out != NULL ? 1 : 2;
    double ratio = 1.0;
    *rule_out = "fitted";
    if (fit_side(s, &(fab_scale_side){fit, false, held_out}, &ratio) >= wanted) {
        return ratio;
    }
    *rule_out = "pooled over the GPU: one lineage";
    if (fit_side(s, &(fab_scale_side){fit, true, held_out}, &ratio) >= wanted) {
        return ratio;
    }
    *rule_out = "the default: one lineage";
    return 1.0;
}

static fab_status name_lineages(fab_scaling *s, fab_scale_fit *fit)
{
    fit->lineages = "";
    for (size_t i = 0; i < s->run_count; i++) {
        bool is_known = &s->fits[s->runs[i].fit] != fit;
        fit->row_count += !is_known;
        for (size_t j = 0; j < i && !is_known; j++) {
            is_known = s->runs[j].fit == s->runs[i].fit &&
                       strcmp(s->runs[j].lineage, s->runs[i].lineage) == 0;
        }
        if (!is_known) {
            fit->lineages =
                fab_arena_printf(s->arena, "%s%s%s", fit->lineages,
                                 fit->lineage_count > 0 ? ", " : "", s->runs[i].lineage);
            fit->lineage_count++;
        }
        if (fit->lineages == NULL) {
            return FAB_E_NOMEM;
        }
    }
    return FAB_OK;
}

/* Forecasts every run with the scale in `scales` and puts the errors where they belong. */
static fab_status forecast(fab_scaling *s, bool is_held_out, fab_scale_row *rows)
{
    fab_validation scored = {.kind = FAB_TABLE_RUNS};
    FAB_TRY(fab_score_table(s->catalog, &s->table, NULL, s->scales, s->arena, &scored));
    for (size_t i = 0; i < s->run_count; i++) {
        const double error_frac = scored.rows[s->runs[i].row_index].error_frac;
        if (is_held_out) {
            rows[i].held_out_frac = error_frac;
        } else {
            rows[i].fitted_frac = error_frac;
        }
    }
    return FAB_OK;
}

static fab_status score_rows(fab_scaling *s, fab_scale_row *rows)
{
    const char *rule = NULL;
    for (size_t i = 0; i < s->run_count; i++) {
        const fab_scaled *run = &s->runs[i];
        rows[i] = (fab_scale_row){.id = run->row->id,
                                  .lineage = run->lineage,
                                  .fit = run->fit,
                                  .plain_frac = run->row->error_frac};
        s->scales[run->row_index] = s->fits[run->fit].scale_ratio;
        /* one constant for all runs of a lineage in a fit */
        size_t same = 0;
        while (same < i && !(s->runs[same].fit == run->fit &&
                             strcmp(s->runs[same].lineage, run->lineage) == 0)) {
            same++;
        }
        rows[i].held_out_ratio = same < i ? rows[same].held_out_ratio
                                          : constant_of(s, &s->fits[run->fit], run->lineage, &rule);
    }
    FAB_TRY(forecast(s, false, rows));
    for (size_t i = 0; i < s->run_count; i++) {
        s->scales[s->runs[i].row_index] = rows[i].held_out_ratio;
    }
    return forecast(s, true, rows);
}

/* Median errors of the rows of a fit; SIZE_MAX: of all. */
static void sum_up(fab_scaling *s, const fab_scale_row *rows, size_t fit, fab_scale_fit *out)
{
    double *const figures[] = {&out->plain_frac, &out->fitted_frac, &out->held_out_frac};
    for (size_t figure = 0; figure < 3; figure++) {
        size_t count = 0;
        for (size_t i = 0; i < s->run_count; i++) {
            const double errors[] = {rows[i].plain_frac, rows[i].fitted_frac,
                                     rows[i].held_out_frac};
            if (fit == SIZE_MAX || rows[i].fit == fit) {
                s->work[count++] = fabs(errors[figure]);
            }
        }
        *figures[figure] = count > 0 ? fab_median(s->work, count) : 0.0;
    }
}

static fab_status calibrate(fab_scaling *s, fab_run_calibration *out)
{
    fab_scale_row *rows = FAB_NEW(s->arena, fab_scale_row, s->table.row_count);
    if (rows == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(collect(s));
    for (size_t i = 0; i < s->fit_count; i++) {
        FAB_TRY(name_lineages(s, &s->fits[i]));
        s->fits[i].scale_ratio = constant_of(s, &s->fits[i], NULL, &s->fits[i].rule);
    }
    FAB_TRY(score_rows(s, rows));
    for (size_t i = 0; i < s->fit_count; i++) {
        sum_up(s, rows, i, &s->fits[i]);
    }
    out->all = (fab_scale_fit){.gpu = "all", .row_count = s->run_count, .scale_ratio = 1.0};
    sum_up(s, rows, SIZE_MAX, &out->all);
    out->fits = s->fits;
    out->fit_count = s->fit_count;
    out->rows = rows;
    out->row_count = s->run_count;
    out->rest = s->rest;
    out->rest_count = s->rest_count;
    return FAB_OK;
}

fab_status fab_calibrate_is_runs(const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                                 bool *is_runs_out)
{
    const fab_csv_table *csv = NULL;
    FAB_TRY(fab_csv_load(path, arena, diagnostics, &csv));
    *is_runs_out = fab_csv_find(csv, fab_run_column_name(FAB_RUN_LAYERS)) != SIZE_MAX;
    return FAB_OK;
}

fab_status fab_calibrate_runs(const fab_catalog *catalog, const char *path, fab_arena *arena,
                              fab_diagnostics *diagnostics, const fab_run_calibration **out)
{
    assert(catalog && path && arena && diagnostics && out);
    fab_table_text text;
    fab_scaling s = {.catalog = catalog, .arena = arena};
    FAB_TRY(fab_table_open(path, FAB_TABLE_RUNS, arena, diagnostics, &text));
    if (text.kind != FAB_TABLE_RUNS) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                     fab_csv_position(text.csv, &text.csv->header[0]), NULL,
                     "the table holds no training runs");
        return FAB_E_INPUT;
    }
    FAB_TRY(fab_run_table_read(&text, arena, diagnostics, &s.table));
    if (s.table.row_count == 0) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                     fab_csv_position(text.csv, &text.csv->header[0]), NULL,
                     "the table has no rows");
        return FAB_E_INPUT;
    }
    fab_run_calibration *result = FAB_NEW(arena, fab_run_calibration, 1);
    s.runs = FAB_NEW(arena, fab_scaled, s.table.row_count);
    s.rest = FAB_NEW(arena, fab_scale_rest, s.table.row_count);
    s.fits = FAB_NEW(arena, fab_scale_fit, FIT_LIMIT);
    s.scales = FAB_NEW(arena, double, s.table.row_count);
    s.work = FAB_NEW(arena, double, s.table.row_count);
    if (!result || !s.runs || !s.rest || !s.fits || !s.scales || !s.work) {
        return FAB_E_NOMEM;
    }
    result->file = s.table.source->name;
    FAB_TRY(calibrate(&s, result));
    *out = result;
    return FAB_OK;
}
