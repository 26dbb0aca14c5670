#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/search_words.h"
#include "report/sheet.h"
#include "report/text_table.h"

static const fab_sheet_column COLUMNS[] = {
    {"rank", false, 0, FAB_SHEET_ALL},  {"tp", true, 0, FAB_SHEET_ALL},
    {"cp", true, 0, FAB_SHEET_ALL},     {"pp", true, 0, FAB_SHEET_ALL},
    {"dp", true, 0, FAB_SHEET_ALL},     {"ep", true, 0, FAB_SHEET_ALL},
    {"etp", true, 0, FAB_SHEET_ALL},    {"mb", true, 0, FAB_SHEET_ALL},
    {"il", true, 0, FAB_SHEET_ALL},     {"order", false, 0, FAB_SHEET_ALL},
    {"redo", false, 0, FAB_SHEET_ALL},  {"step", true, 0, FAB_SHEET_ALL},
    {"days", true, 0, FAB_SHEET_ALL},   {"MFU%", true, 0, FAB_SHEET_ALL},
    {"GB", true, 0, FAB_SHEET_ALL},     {"tensor", true, 0, FAB_SHEET_ALL},
    {"expert", true, 0, FAB_SHEET_ALL}, {"bubble", true, 0, FAB_SHEET_ALL},
    {"data", true, 0, FAB_SHEET_ALL},   {"as", false, 0, FAB_SHEET_ALL},
};

/* "zb_v, zero 3, ulysses, shard 8": of the axes that are searched */
static const char *variant_text(fab_scratch *s, const fab_search_axes *axes, const fab_mapping *m)
{
    const struct {
        bool is_searched;
        const char *text;
    } parts[] = {
        {axes->schedules != 0, fab_schedule_text((fab_schedule)m->schedule)},
        {axes->zeros != 0, fab_text_printf(s, "zero %lld", (long long)m->zero)},
        {axes->cp_modes != 0 && m->cp > 1, fab_context_word(m)},
        {axes->shard_groups != 0,
         m->shard_group == 0 ? "shard all"
                             : fab_text_printf(s, "shard %lld", (long long)m->shard_group)},
    };
    const char *text = "";
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].is_searched) {
            text = fab_text_printf(s, "%s%s%s", text, *text ? ", " : "", parts[i].text);
        }
    }
    return text;
}

static bool has_axes(const fab_search_axes *axes)
{
    return (axes->schedules | axes->zeros | axes->cp_modes | axes->shard_groups) != 0;
}

static void add_row(fab_sheet *sheet, const char *rank, const fab_search_axes *axes,
                    const fab_search_row *row)
{
    fab_scratch *s = sheet->scratch;
    const fab_mapping *m = &row->mapping;
    const fab_forecast *f = &row->forecast;
    char recompute[FAB_RECOMPUTE_SIZE];
    fab_sheet_add(sheet, (const char *const[]){
                             rank,
                             fab_text_printf(s, "%lld", (long long)m->tp),
                             fab_text_printf(s, "%lld", (long long)m->cp),
                             fab_text_printf(s, "%lld", (long long)m->pp),
                             fab_text_printf(s, "%lld", (long long)m->dp),
                             fab_text_printf(s, "%lld", (long long)m->ep),
                             fab_text_printf(s, "%lld", (long long)m->etp),
                             fab_text_printf(s, "%lld", (long long)m->microbatch),
                             fab_text_printf(s, "%lld", (long long)m->interleave),
                             fab_order_word(m),
                             fab_text_printf(s, "%s", fab_recompute_word(m, recompute)),
                             fab_text_digits(s, f->step_s, 5),
                             fab_text_digits(s, row->ownership.time_to_train_s / FAB_DAY_S, 4),
                             fab_text_percent(s, f->mfu_frac),
                             fab_text_fixed(s, f->memory.total_byte / 1e9, 1),
                             fab_text_digits(s, f->part_s[FAB_STEP_TENSOR], 3),
                             fab_text_digits(s, f->part_s[FAB_STEP_EXPERT], 3),
                             fab_text_digits(s, f->part_s[FAB_STEP_BUBBLE], 3),
                             fab_text_digits(s, f->part_s[FAB_STEP_DATA], 3),
                             variant_text(s, axes, m),
                         });
}

static void print_rows(const fab_search_result *result, fab_scratch *s, FILE *stream)
{
    const fab_search_axes *axes = &result->scenario->search;
    /* the last column is of what is searched beside sizes */
    const size_t columns = FAB_COLUMN_COUNT(COLUMNS) - (has_axes(axes) ? 0 : 1);
    fab_sheet sheet = fab_sheet_make(s, COLUMNS, columns, result->row_count + 1);
    for (size_t i = 0; i < result->row_count; i++) {
        add_row(&sheet, fab_text_count(s, result->rows[i].rank), axes, &result->rows[i]);
        if (i == 0) {
            fab_sheet_mark(&sheet);
        }
    }
    add_row(&sheet, "own", axes, &result->own);
    fprintf(stream, "\n");
    fab_text_sheet(&sheet, stream);
}

/* Why nothing is left: the fabric does not depend on the mapping, memory does. */
static void print_none(const fab_search_result *result, fab_scratch *s, FILE *stream)
{
    const fab_forecast *own = &result->own.forecast;
    fprintf(stream, "No mapping is feasible.\n");
    if (result->least_memory_byte > own->memory.capacity_byte) {
        fprintf(stream, "The least memory that any needs is %s of the %s of a package.\n",
                fab_text_quantity(s, result->least_memory_byte, FAB_DIM_SIZE),
                fab_text_quantity(s, own->memory.capacity_byte, FAB_DIM_SIZE));
    }
    for (size_t i = 0; i < own->check_count; i++) {
        if (own->checks[i].is_known && !own->checks[i].is_met) {
            fab_text_paragraph(s, stream, own->checks[i].reason, "  ");
        }
    }
}

static void print_own(const fab_search_result *result, fab_scratch *s, FILE *stream)
{
    const fab_search_row *own = &result->own;
    if (own->rank == 0) {
        fprintf(stream, "The scenario's own mapping is not feasible: %s.\n",
                own->forecast.memory.fits ? "the fabric cannot be built" : "memory does not fit");
    } else if (result->row_count > 0) {
        fab_text_paragraph(
            s, stream,
            fab_text_printf(
                s,
                "The scenario's own mapping has rank %s of %s feasible ones; it takes %s times as "
                "long as the best.",
                fab_text_count(s, own->rank), fab_text_count(s, result->counts.feasible),
                fab_text_digits(s, own->forecast.step_s / result->rows[0].forecast.step_s, 4)),
            "");
    }
}

static void print_counts(const fab_search_counts *counts, fab_scratch *s, FILE *stream)
{
    fab_text_paragraph(
        s, stream,
        fab_text_printf(
            s,
            "%s mappings enumerated: %s refused by the rules of scenarios, %s forecast, of which "
            "%s are not feasible.",
            fab_text_count(s, counts->enumerated), fab_text_count(s, counts->refused),
            fab_text_count(s, counts->forecast), fab_text_count(s, counts->infeasible)),
        "");
    fab_text_paragraph(s, stream,
                       "mb: micro-batch; il: interleave; step and its exposed messages in s; GB of "
                       "the fullest package.",
                       "");
}

fab_status fab_report_search_text(const fab_search_result *result, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_scratch *s = &scratch;
    const fab_scenario *scenario = result->scenario;
    fprintf(stream, "%s\n", fab_text_clean(s, scenario->name));
    fab_text_paragraph(s, stream,
                       fab_text_printf(s, "  %s on %s packages of %s, %s", scenario->model.name,
                                       fab_text_count(s, scenario->job.gpus), scenario->gpu.name,
                                       scenario->fabric.name),
                       "  ");
    print_rows(result, s, stream);
    fprintf(stream, "\n");
    if (result->row_count == 0) {
        print_none(result, s, stream);
    }
    print_own(result, s, stream);
    print_counts(&result->counts, s, stream);
    const fab_status status = fab_text_finish(s, stream);
    fab_arena_reset(arena, mark);
    return status;
}
