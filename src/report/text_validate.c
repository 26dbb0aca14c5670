#include <fabricast/report.h>

#include <string.h>

#include "report/text_table.h"

static const fab_sheet_column COLUMNS[] = {
    {.head = "measured runs", .wrap = 28}, {.head = "rows", .is_number = true},
    {.head = "scored", .is_number = true}, {.head = "median %", .is_number = true},
    {.head = "p90 %", .is_number = true},  {.head = "mean %", .is_number = true},
    {.head = "bias %", .is_number = true}, {.head = "largest %", .is_number = true},
};

static void add_group(fab_sheet *sheet, const fab_score_group *group)
{
    fab_scratch *s = sheet->scratch;
    const bool is_scored = group->scored_count > 0;
    fab_sheet_add(sheet, (const char *const[]){
                             group->name,
                             fab_text_count(s, (int64_t)group->row_count),
                             fab_text_count(s, (int64_t)group->scored_count),
                             is_scored ? fab_text_fixed(s, 100.0 * group->median_frac, 1) : "",
                             is_scored ? fab_text_fixed(s, 100.0 * group->p90_frac, 1) : "",
                             is_scored ? fab_text_fixed(s, 100.0 * group->mean_frac, 1) : "",
                             is_scored ? fab_text_printf(s, "%+.1f", 100.0 * group->bias_frac) : "",
                             is_scored ? fab_text_fixed(s, 100.0 * group->largest_frac, 1) : "",
                         });
}

static void print_groups(fab_scratch *s, const fab_score_group *groups, size_t count, FILE *stream)
{
    fab_sheet sheet = fab_sheet_make(s, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), count);
    for (size_t i = 0; i < count; i++) {
        add_group(&sheet, &groups[i]);
    }
    fab_text_sheet(&sheet, stream);
}

/* How many rows were left out for each reason, in order of first appearance. */
static void print_reasons(const fab_validation *v, fab_scratch *s, FILE *stream)
{
    static const fab_sheet_column REASONS[] = {
        {.head = "rows", .is_number = true},
        {.head = "were not scored", .wrap = 80},
    };
    fab_sheet sheet = fab_sheet_make(s, REASONS, FAB_COLUMN_COUNT(REASONS), v->row_count);
    size_t left_out = 0;
    for (size_t i = 0; i < v->row_count; i++) {
        const char *reason = v->rows[i].reason;
        bool is_known = reason == NULL;
        size_t count = 0;
        for (size_t j = 0; j < v->row_count && !is_known; j++) {
            const bool is_same =
                v->rows[j].reason != NULL && strcmp(v->rows[j].reason, reason) == 0;
            is_known = is_same && j < i;
            count += is_same;
        }
        if (!is_known) {
            fab_sheet_add(&sheet, (const char *const[]){fab_text_count(s, (int64_t)count), reason});
            left_out += count;
        }
    }
    if (left_out > 0) {
        fprintf(stream, "\n");
        fab_text_sheet(&sheet, stream);
    }
}

fab_status fab_report_validation_text(const fab_validation *validation, fab_arena *arena,
                                      FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fprintf(stream,
            "Error of forecast step times, forecast / measured - 1, on %s\n"
            "(bias: mean with its sign; positive: the forecast is too slow)\n\n",
            fab_text_clean(&scratch, validation->file));
    print_groups(&scratch, validation->sources, validation->source_count, stream);
    fprintf(stream, "\n");
    print_groups(&scratch, validation->totals, validation->total_count, stream);
    print_reasons(validation, &scratch, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
