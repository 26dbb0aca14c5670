#include <fabricast/report.h>

#include <string.h>

#include "report/text_table.h"
#include "report/validate_words.h"

static const fab_sheet_column TIMES[] = {
    {.head = "time of an iteration", .wrap = 28}, {.head = "rows", .is_number = true},
    {.head = "scored", .is_number = true},        {.head = "no room", .is_number = true},
    {.head = "median %", .is_number = true},      {.head = "p90 %", .is_number = true},
    {.head = "mean %", .is_number = true},        {.head = "bias %", .is_number = true},
    {.head = "largest %", .is_number = true},
};

static const fab_sheet_column OTHERS[] = {
    {.head = "layouts, scale, memory", .wrap = 28},
    {.head = "sweeps", .is_number = true},
    {.head = "rank", .is_number = true},
    {.head = "series", .is_number = true},
    {.head = "slope %", .is_number = true},
    {.head = "memories", .is_number = true},
    {.head = "median %", .is_number = true},
    {.head = "mean %", .is_number = true},
    {.head = "bias %", .is_number = true},
    {.head = "largest %", .is_number = true},
};

static const fab_sheet_column REASONS[] = {
    {.head = "rows", .is_number = true},
    {.head = "source", .wrap = 28},
    {.head = "status"},
    {.head = "reason", .wrap = 60},
};

static const fab_sheet_column LABELS[] = {
    {.head = "measured"},
    {.head = "forecast: fits", .is_number = true},
    {.head = "forecast: OOM", .is_number = true},
    {.head = "right %", .is_number = true},
};

static const fab_sheet_column WRONG[] = {
    {.head = "id"},
    {.head = "forecast GB", .is_number = true},
    {.head = "of", .is_number = true},
    {.head = "told wrong", .wrap = 60},
};

static const fab_sheet_column COLLECTIVES[] = {
    {.head = "fabric"},
    {.head = "collective"},
    {.head = "rows", .is_number = true},
    {.head = "median %", .is_number = true},
    {.head = "p90 %", .is_number = true},
    {.head = "rows >= 1 MB", .is_number = true},
    {.head = "median %", .is_number = true},
    {.head = "p90 %", .is_number = true},
};

static const fab_sheet_column BARS[] = {
    {.head = "set", .wrap = 34},        {.head = "figure", .wrap = 34},
    {.head = "n", .is_number = true},   {.head = "value", .is_number = true},
    {.head = "bar", .is_number = true}, {.head = "met"},
};

static const char *count_text(fab_scratch *s, size_t count)
{
    return fab_text_count(s, (int64_t)count);
}

/* A share in per cent; empty when there is none. */
static const char *percent(fab_scratch *s, bool is_known, double share_frac)
{
    return is_known ? fab_text_fixed(s, 100.0 * share_frac, 1) : "";
}

static const char *signed_percent(fab_scratch *s, bool is_known, double share_frac)
{
    return is_known ? fab_text_signed(s, 100.0 * share_frac, 1) : "";
}

static void print_times(fab_scratch *s, const fab_score_group *groups, size_t count, FILE *stream)
{
    fab_sheet sheet = fab_sheet_make(s, TIMES, FAB_COLUMN_COUNT(TIMES), count);
    for (size_t i = 0; i < count; i++) {
        const fab_score_group *group = &groups[i];
        const bool is_scored = group->scored_count > 0;
        fab_sheet_add(&sheet, (const char *const[]){
                                  group->name,
                                  count_text(s, group->row_count),
                                  count_text(s, group->scored_count),
                                  count_text(s, group->infeasible_count),
                                  percent(s, is_scored, group->median_frac),
                                  percent(s, is_scored, group->p90_frac),
                                  percent(s, is_scored, group->mean_frac),
                                  signed_percent(s, is_scored, group->bias_frac),
                                  percent(s, is_scored, group->largest_frac),
                              });
    }
    fab_text_sheet(&sheet, stream);
}

/* Only groups that have something of the kind. */
static void print_others(fab_scratch *s, const fab_score_group *groups, size_t count, FILE *stream)
{
    fab_sheet sheet = fab_sheet_make(s, OTHERS, FAB_COLUMN_COUNT(OTHERS), count);
    for (size_t i = 0; i < count; i++) {
        const fab_score_group *group = &groups[i];
        const bool has_memory = group->memory_count > 0;
        if (group->sweep_count + group->series_count + group->memory_count == 0) {
            continue;
        }
        fab_sheet_add(
            &sheet, (const char *const[]){
                        group->name,
                        count_text(s, group->sweep_count),
                        group->sweep_count > 0 ? fab_text_printf(s, "%.2f", group->rank_ratio) : "",
                        count_text(s, group->series_count),
                        signed_percent(s, group->series_count > 0, group->slope_frac),
                        count_text(s, group->memory_count),
                        percent(s, has_memory, group->memory_median_frac),
                        percent(s, has_memory, group->memory_mean_frac),
                        signed_percent(s, has_memory, group->memory_bias_frac),
                        percent(s, has_memory, group->memory_largest_frac),
                    });
    }
    if (sheet.row_count > 0) {
        fprintf(stream, "\n");
        fab_text_sheet(&sheet, stream);
    }
}

static bool is_same_reason(const fab_run_score *a, const fab_run_score *b)
{
    return b->reason != NULL && a->status == b->status && strcmp(a->reason, b->reason) == 0 &&
           strcmp(a->source_key, b->source_key) == 0;
}

/* How many rows of each source were not simply scored, and why, in order of first appearance. */
static void print_reasons(const fab_validation *v, fab_scratch *s, FILE *stream)
{
    fab_sheet sheet = fab_sheet_make(s, REASONS, FAB_COLUMN_COUNT(REASONS), v->row_count);
    for (size_t i = 0; i < v->row_count; i++) {
        const fab_run_score *row = &v->rows[i];
        bool is_known = row->reason == NULL;
        size_t count = 0;
        for (size_t j = 0; j < v->row_count && !is_known; j++) {
            const bool is_same = is_same_reason(row, &v->rows[j]);
            is_known = is_same && j < i;
            count += is_same;
        }
        if (!is_known) {
            fab_sheet_add(&sheet,
                          (const char *const[]){count_text(s, count), row->source_key,
                                                fab_run_status_word(row->status), row->reason});
        }
    }
    if (sheet.row_count > 0) {
        fprintf(stream, "\n");
        fab_text_sheet(&sheet, stream);
    }
}

static void print_runs(const fab_validation *v, fab_scratch *s, FILE *stream)
{
    fprintf(stream, "Error of forecasts, forecast / measured - 1, on %s\n\n",
            fab_text_clean(s, v->file));
    print_times(s, v->sources, v->source_count, stream);
    fprintf(stream, "\n");
    print_times(s, v->totals, v->total_count, stream);
    print_others(s, v->sources, v->source_count, stream);
    print_others(s, v->totals, v->total_count, stream);
    print_reasons(v, s, stream);
}

static void add_label(fab_sheet *sheet, const char *measured, size_t fits, size_t out, size_t right)
{
    fab_scratch *s = sheet->scratch;
    const size_t all = fits + out;
    fab_sheet_add(sheet, (const char *const[]){
                             measured, count_text(s, fits), count_text(s, out),
                             percent(s, all > 0, all > 0 ? (double)right / (double)all : 0.0)});
}

static void print_wrong(const fab_validation *v, fab_scratch *s, FILE *stream)
{
    fab_sheet sheet = fab_sheet_make(s, WRONG, FAB_COLUMN_COUNT(WRONG), v->row_count);
    for (size_t i = 0; i < v->row_count; i++) {
        const fab_run_score *row = &v->rows[i];
        if (row->reason != NULL) {
            const bool is_known = row->forecast_byte > 0.0;
            fab_sheet_add(
                &sheet,
                (const char *const[]){
                    row->id, is_known ? fab_text_fixed(s, row->forecast_byte / 1e9, 1) : "",
                    is_known ? fab_text_fixed(s, row->capacity_byte / 1e9, 1) : "", row->reason});
        }
    }
    if (sheet.row_count > 0) {
        fprintf(stream, "\n");
        fab_text_sheet(&sheet, stream);
    }
}

static void print_labels(const fab_validation *v, fab_scratch *s, FILE *stream)
{
    const fab_fit_score *fits = &v->fits;
    fprintf(stream, "What fits in memory, on %s\n\n", fab_text_clean(s, v->file));
    fab_sheet sheet = fab_sheet_make(s, LABELS, FAB_COLUMN_COUNT(LABELS), 2);
    add_label(&sheet, "fits", fits->ran_fits_count, fits->ran_out_count, fits->ran_fits_count);
    add_label(&sheet, "OOM", fits->out_fits_count, fits->out_out_count, fits->out_out_count);
    fab_text_sheet(&sheet, stream);
    if (fits->balanced_frac > 0.0) {
        fprintf(stream, "\nbalanced accuracy %s %%\n", percent(s, true, fits->balanced_frac));
    }
    print_wrong(v, s, stream);
}

static void print_collectives(const fab_validation *v, fab_scratch *s, FILE *stream)
{
    fprintf(stream, "Error of calibrated collectives, forecast / measured - 1, on %s\n\n",
            fab_text_clean(s, v->file));
    fab_sheet sheet =
        fab_sheet_make(s, COLLECTIVES, FAB_COLUMN_COUNT(COLLECTIVES), v->collective_count);
    for (size_t i = 0; i < v->collective_count; i++) {
        const fab_measured_group *group = &v->collectives[i];
        const bool has_large = group->large_count > 0;
        fab_sheet_add(&sheet, (const char *const[]){
                                  group->on != NULL ? group->on : "all",
                                  group->collective != NULL ? group->collective : "all",
                                  count_text(s, group->count),
                                  percent(s, group->count > 0, group->median_frac),
                                  percent(s, group->count > 0, group->p90_frac),
                                  count_text(s, group->large_count),
                                  percent(s, has_large, group->large_median_frac),
                                  percent(s, has_large, group->large_p90_frac),
                              });
    }
    fab_text_sheet(&sheet, stream);
    const fab_measured_group *all = &v->simulated;
    fprintf(
        stream,
        "\nmessages simulated: %s rows of 1 MB and more, median %s %%, p90 %s %%; %s left out\n",
        count_text(s, all->large_count), percent(s, all->large_count > 0, all->large_median_frac),
        percent(s, all->large_count > 0, all->large_p90_frac), count_text(s, v->simulated_lost));
}

static const char *bar_number(fab_scratch *s, const fab_validation_bar *bar, double number_frac)
{
    return bar->is_least ? fab_text_printf(s, "%.3f", number_frac)
                         : fab_text_printf(s, "%.1f %%", 100.0 * number_frac);
}

static void print_bars(const fab_validations *all, fab_scratch *s, FILE *stream)
{
    fab_sheet sheet = fab_sheet_make(s, BARS, FAB_COLUMN_COUNT(BARS), all->bar_count);
    size_t met = 0;
    for (size_t i = 0; i < all->bar_count; i++) {
        const fab_validation_bar *bar = &all->bars[i];
        fab_sheet_add(&sheet, (const char *const[]){bar->set, bar->what, count_text(s, bar->count),
                                                    bar_number(s, bar, bar->value_frac),
                                                    bar_number(s, bar, bar->bar_frac),
                                                    bar->is_met ? "yes" : "no"});
        met += bar->is_met;
    }
    if (all->bar_count > 0) {
        fprintf(stream, "\nFigures that the forecasts are held to: %zu of %zu met\n\n", met,
                all->bar_count);
        fab_text_sheet(&sheet, stream);
    }
}

fab_status fab_report_validation_text(const fab_validations *all, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    for (size_t i = 0; i < all->table_count; i++) {
        const fab_validation *table = &all->tables[i];
        fprintf(stream, "%s", i > 0 ? "\n" : "");
        if (table->collective_count > 0) {
            print_collectives(table, &scratch, stream);
        } else if (table->kind == FAB_TABLE_FITS) {
            print_labels(table, &scratch, stream);
        } else {
            print_runs(table, &scratch, stream);
        }
    }
    print_bars(all, &scratch, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
