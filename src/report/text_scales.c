#include <fabricast/report.h>

#include <string.h>

#include "report/text_table.h"

static const fab_sheet_column COLUMNS[] = {
    {.head = "GPU"},
    {.head = "precision"},
    {.head = "software"},
    {.head = "rows", .is_number = true},
    {.head = "scale", .is_number = true},
    {.head = "at 1 %", .is_number = true},
    {.head = "fitted %", .is_number = true},
    {.head = "held out %", .is_number = true},
    {.head = "rule", .wrap = 24},
};

static const fab_sheet_column REST_COLUMNS[] = {
    {.head = "rows", .is_number = true},
    {.head = "such as"},
    {.head = "reason", .wrap = 70},
};

static const char *percent(fab_scratch *s, double part_frac)
{
    return fab_text_fixed(s, 100.0 * part_frac, 1);
}

static void add_fit(fab_sheet *sheet, const fab_scale_fit *fit, bool is_all)
{
    fab_scratch *s = sheet->scratch;
    fab_sheet_add(sheet, (const char *const[]){
                             fit->gpu,
                             fit->precision,
                             fit->generation,
                             fab_text_count(s, (int64_t)fit->row_count),
                             is_all ? "" : fab_text_fixed(s, fit->scale_ratio, 3),
                             percent(s, fit->plain_frac),
                             percent(s, fit->fitted_frac),
                             percent(s, fit->held_out_frac),
                             fit->rule,
                         });
}

/* Rows that took no part by reason, in the order of the table. */
static void write_rest(const fab_run_calibration *calibration, fab_scratch *s, FILE *stream)
{
    const fab_scale_rest *rest = calibration->rest;
    const size_t rows = calibration->rest_count;
    fab_sheet sheet = fab_sheet_make(s, REST_COLUMNS, FAB_COLUMN_COUNT(REST_COLUMNS), rows);
    for (size_t i = 0; i < rows; i++) {
        size_t before = 0, count = 0;
        for (size_t j = 0; j < rows; j++) {
            const bool is_same = strcmp(rest[j].reason, rest[i].reason) == 0;
            count += is_same;
            before += is_same && j < i;
        }
        if (before == 0) {
            const char *number = fab_text_count(s, (int64_t)count);
            fab_sheet_add(&sheet, (const char *const[]){number, rest[i].id, rest[i].reason});
        }
    }
    if (rows > 0) {
        fprintf(stream, "\nRows that took no part\n\n");
        fab_text_sheet(&sheet, stream);
    }
}

fab_status fab_report_scales_text(const fab_run_calibration *calibration, fab_arena *arena,
                                  FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_sheet sheet =
        fab_sheet_make(&scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), calibration->fit_count + 1);
    for (size_t i = 0; i < calibration->fit_count; i++) {
        add_fit(&sheet, &calibration->fits[i], false);
    }
    add_fit(&sheet, &calibration->all, true);
    fprintf(stream,
            "Median error of the time of an iteration: with a scale of computation of 1, with the "
            "fitted one,\nand with one fitted without the runs of the same lineage\n\n");
    fab_text_sheet(&sheet, stream);
    write_rest(calibration, &scratch, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}

/* A text between double quotes; our own words and cells of a table. */
static void write_quoted(FILE *stream, fab_scratch *s, const char *text)
{
    fputc('"', stream);
    for (const char *c = fab_text_clean(s, text); *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            fputc('\\', stream);
        }
        fputc(*c, stream);
    }
    fputc('"', stream);
}

static void write_fit(FILE *stream, fab_scratch *s, const fab_run_calibration *calibration,
                      size_t index)
{
    const fab_scale_fit *fit = &calibration->fits[index];
    fprintf(stream, "\n  - gpu: ");
    write_quoted(stream, s, fit->gpu);
    fprintf(stream, "\n    precision: \"%s\"\n    software: \"%s\"\n", fit->precision,
            fit->generation);
    fprintf(stream, "    computation_scale: %s\n", fab_text_fixed(s, fit->scale_ratio, 3));
    fprintf(stream, "    rule: \"%s\"\n    lineages: ", fit->rule);
    write_quoted(stream, s, fit->lineages);
    fprintf(stream, "\n    median_error: {at_1: %s, fitted: %s, held_out: %s}\n    residuals:\n",
            fab_text_fixed(s, fit->plain_frac, 4), fab_text_fixed(s, fit->fitted_frac, 4),
            fab_text_fixed(s, fit->held_out_frac, 4));
    for (size_t i = 0; i < calibration->row_count; i++) {
        const fab_scale_row *row = &calibration->rows[i];
        if (row->fit == index) {
            fprintf(stream, "      - {row: ");
            write_quoted(stream, s, row->id);
            fprintf(stream, ", fitted: %s, held_out: %s}\n", fab_text_fixed(s, row->fitted_frac, 4),
                    fab_text_fixed(s, row->held_out_frac, 4));
        }
    }
}

fab_status fab_report_scales_data(const fab_run_calibration *calibration, fab_arena *arena,
                                  FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fprintf(
        stream,
        "# Scales of computation that measured runs want (docs/validation.md#calibration): not "
        "read by\n# forecasts, to be written into a scenario. Made by `fabricast calibrate "
        "validation/runs.csv`.\n# Residuals: forecast / measured - 1, with the constant and with "
        "one fitted without the row's lineage.\n\nscales:\n");
    for (size_t i = 0; i < calibration->fit_count; i++) {
        write_fit(stream, &scratch, calibration, i);
    }
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
