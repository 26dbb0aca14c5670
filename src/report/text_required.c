#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_scenario.h"
#include "report/text_table.h"

static const fab_sheet_column COLUMNS[] = {
    {"tier", false, 14, FAB_SHEET_ALL},      {"messages", false, 0, FAB_SHEET_ALL},
    {"rate", true, 0, FAB_SHEET_ALL},        {"exposed, s", true, 0, FAB_SHEET_ALL},
    {"of step, %", true, 0, FAB_SHEET_ALL},  {"hides all", true, 0, FAB_SHEET_ALL},
    {"1 % exposed", true, 0, FAB_SHEET_ALL}, {"step then, s", true, 0, FAB_SHEET_ALL},
};

/* a rate, in brackets when it asks more of the software, or why there is none */
static const char *rate_text(fab_scratch *s, const fab_required_rate *rate)
{
    static const char *const NONE[FAB_REQUIRED_VERDICT_COUNT] = {
        [FAB_REQUIRED_NONE_LATENCY] = "no: latency",
        [FAB_REQUIRED_NONE_TIER] = "no: other tier",
        [FAB_REQUIRED_NONE_COVER] = "no: no cover",
    };
    const char *found = fab_text_quantity(s, rate->rate_bps, FAB_DIM_RATE);
    switch (rate->verdict) {
    case FAB_REQUIRED_FOUND:
        return found;
    case FAB_REQUIRED_OVERLAP:
        return fab_text_printf(s, "(%s)", found);
    default:
        return NONE[rate->verdict];
    }
}

/* the step at a rate at which other messages of the tier are exposed says nothing of these */
static const char *step_text(fab_scratch *s, const fab_required_row *row, bool is_whole)
{
    return is_whole && row->small.verdict == FAB_REQUIRED_FOUND
               ? fab_text_fixed(s, row->small.step_s, 4)
               : "";
}

/* whether the row is of all messages of its tier */
static bool is_whole(const fab_requirements *required, size_t index)
{
    const fab_required_row *row = &required->rows[index];
    size_t others = 0;
    for (size_t i = 0; i < required->row_count; i++) {
        others += i != index && required->rows[i].tier_index == row->tier_index ? 1 : 0;
    }
    return others == 0 || row->message_class == FAB_MESSAGE_CLASS_COUNT;
}

static void add_row(const fab_requirements *required, size_t index, fab_sheet *sheet)
{
    const fab_required_row *row = &required->rows[index];
    fab_scratch *s = sheet->scratch;
    const bool is_class = row->message_class < FAB_MESSAGE_CLASS_COUNT;
    fab_sheet_add(
        sheet, (const char *const[]){
                   row->tier,
                   is_class ? fab_message_class_text((fab_message_class)row->message_class) : "all",
                   fab_text_quantity(s, row->rate_bps, FAB_DIM_RATE),
                   fab_text_fixed(s, row->exposed_s, 4),
                   fab_text_percent(s, row->exposed_s / required->step_s),
                   rate_text(s, &row->hidden),
                   rate_text(s, &row->small),
                   step_text(s, row, is_whole(required, index)),
               });
}

static const char EXPLANATION[] =
    "Rates of a tier per package in one direction, before its efficiency; each is changed alone, "
    "and is "
    "never so low that the step grows by more than 1 %. `hides all`: the least at which nothing of "
    "these messages is exposed, in brackets if software ran all of them beside computation, which "
    "the "
    "scenario does not assume. `1 % exposed`: the least at which no more than that of the step is, "
    "as "
    "the scenario overlaps, and the step that it gives. No rate is enough where latency is longer "
    "than what hides it (latency), where another tier carries too much of the same messages (other "
    "tier), or where a part has no computation to run beside (no cover), such as the last bucket "
    "of "
    "gradients.";

fab_status fab_report_required_text(const fab_scenario *scenario, const fab_requirements *required,
                                    fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_sheet sheet =
        fab_sheet_make(&scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), required->row_count + 1);
    fab_text_scenario(&scratch, scenario, stream);
    for (size_t i = 0; i < required->row_count; i++) {
        add_row(required, i, &sheet);
    }
    fab_text_heading(stream, fab_text_printf(&scratch,
                                             "Bandwidth that would hide messages; the step is %s s",
                                             fab_text_fixed(&scratch, required->step_s, 4)));
    if (sheet.row_count > 0) {
        fab_text_sheet(&sheet, stream);
        fab_text_paragraph(&scratch, stream, EXPLANATION, "");
    } else {
        fprintf(stream, "No tier carries any messages.\n");
    }
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
