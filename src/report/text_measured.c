#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_table.h"

static const fab_sheet_column COLUMNS[] = {
    {"fabric", false, 0, FAB_SHEET_ALL}, {"collective", false, 0, FAB_SHEET_ALL},
    {"rows", true, 0, FAB_SHEET_ALL},    {"median", true, 0, FAB_SHEET_ALL},
    {"90th", true, 0, FAB_SHEET_ALL},    {"rows >= 1 MB", true, 0, FAB_SHEET_ALL},
    {"median", true, 0, FAB_SHEET_ALL},  {"90th", true, 0, FAB_SHEET_ALL},
};

static const char *percent(fab_scratch *scratch, size_t count, double share)
{
    return count > 0 ? fab_text_printf(scratch, "%.1f %%", 100.0 * share) : "-";
}

fab_status fab_report_measured_text(const fab_measured_group *groups, size_t count,
                                    const fab_measured_way *way, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_sheet sheet = fab_sheet_make(&scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), count);
    for (size_t i = 0; i < count; i++) {
        const fab_measured_group *g = &groups[i];
        fab_sheet_add(&sheet, (const char *const[]){
                                  g->on ? g->on : "all",
                                  g->collective ? g->collective : "all",
                                  fab_text_count(&scratch, (int64_t)g->count),
                                  percent(&scratch, g->count, g->median_frac),
                                  percent(&scratch, g->count, g->p90_frac),
                                  fab_text_count(&scratch, (int64_t)g->large_count),
                                  percent(&scratch, g->large_count, g->large_median_frac),
                                  percent(&scratch, g->large_count, g->large_p90_frac),
                              });
    }
    fab_text_sheet(&sheet, stream);
    fprintf(stream, "\n");
    const char *lost =
        way->lost_count > 0
            ? fab_text_printf(&scratch, " Rows left out, whose groups lie unevenly: %s.",
                              fab_text_count(&scratch, (int64_t)way->lost_count))
            : "";
    fab_text_paragraph(
        &scratch, stream,
        fab_text_printf(
            &scratch,
            "Absolute error of %s against the measured one. The constants were fitted "
            "on validation/collectives*.csv: for those rows this is the error of the fit, not of "
            "a prediction.%s",
            way->is_simulated
                ? "the time in which all messages of the algorithm arrive, at the rates "
                  "and latencies of the calibrated channels,"
                : "the calibrated time",
            lost),
        "");
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
