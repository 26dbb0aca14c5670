#include <fabricast/report.h>

#include <string.h>

#include "catalog/resolve.h"
#include "report/text_table.h"

static const fab_sheet_column COLUMNS[] = {
    {.head = "kernels"},
    {.head = "part"},
    {.head = "measured"},
    {.head = "shapes", .is_number = true},
    {.head = "mean %", .is_number = true},
    {.head = "median %", .is_number = true},
    {.head = "p90 %", .is_number = true},
    {.head = "largest %", .is_number = true},
};

static const char *percent(fab_scratch *s, double part_frac)
{
    return fab_text_printf(s, "%.1f", 100.0 * part_frac);
}

static void add_error(fab_sheet *sheet, const fab_kernel_fit *fit, const char *size,
                      const fab_kernel_error *error)
{
    fab_scratch *s = sheet->scratch;
    if (error->count == 0) {
        return;
    }
    const char *const cells[] = {fit->kernels,
                                 fab_text_printf(s, "%s%s", fit->part, size),
                                 fit->measured,
                                 fab_text_printf(s, "%zu", error->count),
                                 percent(s, error->mean_frac),
                                 percent(s, error->median_frac),
                                 percent(s, error->p90_frac),
                                 percent(s, error->largest_frac)};
    fab_sheet_add(sheet, cells);
}

fab_status fab_report_calibration_text(const fab_kernel_calibration *calibration, fab_arena *arena,
                                       FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_sheet sheet =
        fab_sheet_make(&scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), 2 * calibration->fit_count);
    for (size_t i = 0; i < calibration->fit_count; i++) {
        const fab_kernel_fit *fit = &calibration->fits[i];
        const bool is_split = fit->small.count > 0;
        add_error(&sheet, fit, is_split ? ", from 20 GFLOP" : "", &fit->large);
        add_error(&sheet, fit, ", smaller", &fit->small);
    }
    fprintf(stream, "Error of forecast times on shapes that the constants were not fitted on\n\n");
    fab_text_sheet(&sheet, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}

/* Whether a field belongs to a part that was measured: `bf16_depth` only with a `bf16_peak`. */
static bool is_measured(const fab_kernels *kernels, const fab_field *field)
{
    const char *end = strrchr(field->name, '_');
    if (end == NULL) {
        return true;
    }
    char peak[64];
    snprintf(peak, sizeof(peak), "%.*s_peak", (int)(end - field->name), field->name);
    const fab_field *of_part = fab_table_find(&FAB_KERNELS_TABLE, peak);
    return of_part == NULL || *(const double *)((const char *)kernels + of_part->offset) > 0.0;
}

static void write_row(const fab_kernels *kernels, FILE *stream)
{
    fprintf(stream, "\n  %s:\n    title: \"%s\"\n    multiprocessors: %lld\n", kernels->name,
            kernels->title, (long long)kernels->multiprocessors);
    for (size_t i = 0; i < FAB_KERNELS_TABLE.count; i++) {
        const fab_field *field = &FAB_KERNELS_TABLE.fields[i];
        if (field->kind != FAB_FIELD_QUANTITY || !is_measured(kernels, field)) {
            continue;
        }
        const double value = *(const double *)((const char *)kernels + field->offset);
        if (field->dimension == FAB_DIM_TIME) {
            fprintf(stream, "    %s: %.4g us\n", field->name, 1e6 * value);
        } else {
            fprintf(stream, "    %s: %.4g\n", field->name, value);
        }
    }
}

fab_status fab_report_calibration_data(const fab_kernel_calibration *calibration, fab_arena *arena,
                                       FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fprintf(
        stream,
        "# Measured kernels as the constants of docs/models-kernels.md. Made by\n"
        "# `fabricast calibrate validation/kernels.csv`: change the measurements, not this file.\n"
        "\nkernels:\n");
    for (size_t i = 0; i < calibration->kernel_count; i++) {
        const fab_kernels *kernels = &calibration->kernels[i];
        write_row(kernels, stream);
        fprintf(stream, "    source: \"fitted to validation/kernels.csv:");
        for (size_t j = 0; j < calibration->fit_count; j++) {
            const fab_kernel_fit *fit = &calibration->fits[j];
            if (strcmp(fit->kernels, kernels->name) == 0) {
                fprintf(stream, " %s on %zu shapes of %s, held-out mean error %.1f %%;", fit->part,
                        fit->large.count + fit->small.count, fit->measured,
                        100.0 * fit->large.mean_frac);
            }
        }
        fprintf(stream,
                " operators bound by memory are an assumption\"\n    confidence: %s\n    notes: "
                "\"%s\"\n",
                fab_confidence_text((fab_confidence)kernels->confidence), kernels->notes);
    }
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
