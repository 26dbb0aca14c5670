#include <fabricast/report.h>

#include "report/pod_sheets.h"
#include "report/scratch.h"
#include "report/sheet.h"
#include "report/study_mappings.h"
#include "report/study_sheets.h"
#include "report/text_table.h"

/* rows of the terminal's table of sensitivities; the page shows all */
#define SENSITIVITY_LIMIT 10

static void print_points(const fab_study_result *result, fab_scratch *s, FILE *stream)
{
    const fab_sheet sheet = fab_sheet_points(s, result);
    fab_text_heading(stream,
                     fab_text_printf(s, "Systems by %s", fab_text_clean(s, result->sweep_name)));
    fab_text_sheet(&sheet, stream);
    fab_text_paragraph(s, stream,
                       "Message times are the exposed part of a step. Memory and links (power at "
                       "full rate) are per package.",
                       "");
}

static void print_simulated(const fab_study_result *result, fab_scratch *s, FILE *stream)
{
    if (fab_study_has_simulated(result)) {
        const fab_sheet sheet = fab_sheet_simulated(s, result);
        fab_text_heading(stream, "Steps simulated beside the closed form");
        fab_text_sheet(&sheet, stream);
    }
}

static void print_targets(const fab_study_result *result, fab_scratch *s, FILE *stream)
{
    if (result->target_count == 0) {
        return;
    }
    const fab_sheet sheet = fab_sheet_targets(s, result);
    fab_text_heading(stream, "Published results beside ours");
    fab_text_sheet(&sheet, stream);
    if (fab_study_has_best(result)) {
        fab_text_paragraph(
            s, stream,
            "\"ours\" and \"our range\" keep the study's mapping; \"own best\" gives "
            "each system the mapping that suits it best, all else as studied.",
            "");
    }
}

/* the last case; the page has all */
static void print_mappings(const fab_study_result *result, fab_scratch *s, FILE *stream)
{
    if (!fab_study_has_best(result)) {
        return;
    }
    const size_t last = result->sweep_count - 1;
    const fab_sheet sheet = fab_sheet_mappings(s, result, last);
    fab_text_heading(stream, fab_text_printf(s, "The study's mapping and the best of each at %s",
                                             fab_text_clean(s, result->sweep_labels[last])));
    fab_text_sheet(&sheet, stream);
    fab_text_paragraph(s, stream, fab_best_cost_text(s, result, last), "");
    if (result->target_count > 0) {
        const fab_study_target *target = &result->targets[result->waterfall_target];
        const char *answer = fab_best_answer_text(s, target);
        if (*answer) {
            fab_text_paragraph(s, stream, fab_text_printf(s, "%s:%s", target->id, answer), "");
        }
    }
}

static void print_pods(const fab_study_result *result, fab_scratch *s, FILE *stream)
{
    if (result->pod_count == 0) {
        return;
    }
    const fab_sheet sheet = fab_sheet_pods(s, result);
    fab_text_heading(stream, "Pods as published and as they follow from their links");
    fab_text_sheet(&sheet, stream);
    const char *text = fab_pods_text(s, result);
    if (*text) {
        fab_text_paragraph(s, stream, text, "");
    }
}

static void print_waterfall(const fab_study_result *result, fab_scratch *s, FILE *stream)
{
    if (result->waterfall_count == 0) {
        return;
    }
    const fab_study_target *target = &result->targets[result->waterfall_target];
    const fab_sheet sheet = fab_sheet_waterfall(s, result);
    fab_text_heading(stream, fab_text_printf(s, "How %s comes about (published: %s)",
                                             fab_text_clean(s, target->id),
                                             fab_text_clean(s, target->published)));
    fab_text_sheet(&sheet, stream);
    fab_text_paragraph(s, stream,
                       "* the study's own settings. Rows that begin with \"or:\" go beyond them. "
                       "Times are those of "
                       "a step, per token and layer of a stage.",
                       "");
}

static void print_sensitivity(const fab_study_result *result, fab_scratch *s, FILE *stream)
{
    const fab_sheet sheet =
        fab_sheet_sensitivity(s, result, result->waterfall_target, SENSITIVITY_LIMIT);
    if (sheet.row_count == 0) {
        return;
    }
    const fab_study_target *target = &result->targets[result->waterfall_target];
    fab_text_heading(stream,
                     fab_text_printf(s, "What moves %s most", fab_text_clean(s, target->id)));
    fab_text_sheet(&sheet, stream);
}

fab_status fab_report_study_text(const fab_study_result *result, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fprintf(stream, "%s\n", fab_text_clean(&scratch, result->title));
    fab_text_paragraph(&scratch, stream, result->question, "");
    print_points(result, &scratch, stream);
    print_simulated(result, &scratch, stream);
    print_targets(result, &scratch, stream);
    print_pods(result, &scratch, stream);
    print_mappings(result, &scratch, stream);
    print_waterfall(result, &scratch, stream);
    print_sensitivity(result, &scratch, stream);
    fab_text_remarks(&scratch, stream, result->remarks, result->remark_count);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
