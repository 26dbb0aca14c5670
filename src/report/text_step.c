#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_scenario.h"
#include "report/text_table.h"

#define LINE_LIMIT (FAB_STEP_CLASS_COUNT + 1)
#define LINK_SHOW  5

static const char *seconds(fab_scratch *scratch, double time_s)
{
    return fab_text_printf(scratch, "%.4f", time_s);
}

static void write_parts(fab_scratch *scratch, const fab_step_simulation *step, FILE *stream)
{
    static const fab_sheet_column COLUMNS[] = {{"step, s", false, 0, FAB_SHEET_ALL},
                                               {"closed form", true, 0, FAB_SHEET_ALL},
                                               {"simulated", true, 0, FAB_SHEET_ALL}};
    fab_sheet sheet = fab_sheet_make(scratch, COLUMNS, 3, LINE_LIMIT);
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        if (step->part_s[part] > 0.0 || step->closed_part_s[part] > 0.0) {
            const char *cells[] = {fab_step_class_text((fab_step_class)part),
                                   seconds(scratch, step->closed_part_s[part]),
                                   seconds(scratch, step->part_s[part])};
            fab_sheet_add(&sheet, cells);
        }
    }
    const char *cells[] = {"step", seconds(scratch, step->closed_form_s),
                           seconds(scratch, step->simulated_s)};
    fab_sheet_add(&sheet, cells);
    fab_text_sheet(&sheet, stream);
}

static void write_links(fab_scratch *scratch, const fab_step_simulation *step, FILE *stream)
{
    const fab_sheet_column COLUMNS[] = {
        {step->is_wired ? "links" : "links out", false, 0, FAB_SHEET_ALL},
        {"in use, %", true, 0, FAB_SHEET_ALL},
        {"most in a hundredth", true, 0, FAB_SHEET_ALL}};
    fab_sheet sheet = fab_sheet_make(scratch, COLUMNS, 3, FAB_TIER_LIMIT);
    for (int64_t tier = 0; tier < step->tier_count; tier++) {
        double most = 0.0;
        for (int i = 0; i < FAB_TIMELINE_BINS; i++) {
            most = step->tier_bin_frac[tier][i] > most ? step->tier_bin_frac[tier][i] : most;
        }
        const char *cells[] = {fab_text_clean(scratch, step->tier_names[tier]),
                               fab_text_printf(scratch, "%.1f", 100.0 * step->tier_busy_frac[tier]),
                               fab_text_printf(scratch, "%.1f", 100.0 * most)};
        fab_sheet_add(&sheet, cells);
    }
    fab_text_sheet(&sheet, stream);
}

/* The fullest links of the graph on which the step ran. */
static void write_graph(fab_scratch *scratch, const fab_step_simulation *step, FILE *stream)
{
    static const fab_sheet_column COLUMNS[] = {{"link", false, 0, FAB_SHEET_ALL},
                                               {"tier", false, 0, FAB_SHEET_ALL},
                                               {"alike", true, 0, FAB_SHEET_ALL},
                                               {"in use, %", true, 0, FAB_SHEET_ALL}};
    const size_t shown = step->link_count < LINK_SHOW ? step->link_count : LINK_SHOW;
    fab_sheet sheet = fab_sheet_make(scratch, COLUMNS, 4, LINK_SHOW);
    for (size_t i = 0; i < shown; i++) {
        const fab_step_link *link = &step->links[i];
        const char *cells[] = {fab_text_printf(scratch, "%s to %s",
                                               fab_text_clean(scratch, link->from),
                                               fab_text_clean(scratch, link->to)),
                               fab_text_clean(scratch, step->tier_names[link->tier]),
                               fab_text_count(scratch, (int64_t)link->count),
                               fab_text_printf(scratch, "%.1f", 100.0 * link->busy_frac)};
        fab_sheet_add(&sheet, cells);
    }
    if (shown > 0) {
        fprintf(stream, "\n");
        fab_text_sheet(&sheet, stream);
    }
}

fab_status fab_report_step_text(const fab_scenario *scenario, const fab_step_simulation *step,
                                fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_text_scenario(&scratch, scenario, stream);
    fprintf(stream, "\n");
    write_parts(&scratch, step, stream);
    fprintf(stream, "\n");
    write_links(&scratch, step, stream);
    write_graph(&scratch, step, stream);
    fprintf(stream, "\n");
    const char *text = fab_text_printf(
        &scratch,
        "Simulated over closed form: %s %%; %s. Parts are those of the busiest stage, %s of %s; "
        "%s micro-batches, %s events. The fullest link out, of stage %s on tier %s, is in use for "
        "%.1f %% of the step. docs/models-flow.md#step.",
        fab_text_signed(&scratch, 100.0 * step->difference_frac, 2), step->cause,
        fab_text_count(&scratch, step->busiest_stage + 1), fab_text_count(&scratch, step->stages),
        fab_text_count(&scratch, step->microbatches),
        fab_text_count(&scratch, (int64_t)step->events),
        fab_text_count(&scratch, step->hot_stage + 1),
        fab_text_clean(&scratch, step->tier_names[step->hot_tier]), 100.0 * step->hot_frac);
    fab_text_paragraph(&scratch, stream, text, "");
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
