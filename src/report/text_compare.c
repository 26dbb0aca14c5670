#include <fabricast/report.h>

#include "report/text_table.h"

static const fab_sheet_column RESULT_COLUMNS[] = {
    {.head = "result"},
    {.head = "first", .is_number = true},
    {.head = "second", .is_number = true},
    {.head = "second / first", .is_number = true},
};

static void add_result(fab_sheet *sheet, const char *name, double first, double second)
{
    fab_scratch *s = sheet->scratch;
    fab_sheet_add(sheet, (const char *const[]){
                             name, fab_text_digits(s, first, 4), fab_text_digits(s, second, 4),
                             first > 0.0 ? fab_text_digits(s, second / first, 4) : ""});
}

static void print_results(const fab_comparison *c, fab_scratch *s, FILE *stream)
{
    const fab_forecast *a = &c->first.forecast, *b = &c->second.forecast;
    fab_sheet sheet = fab_sheet_make(s, RESULT_COLUMNS, FAB_COLUMN_COUNT(RESULT_COLUMNS), 8);
    add_result(&sheet, "time to train, days", c->first.ownership.time_to_train_s / FAB_DAY_S,
               c->second.ownership.time_to_train_s / FAB_DAY_S);
    add_result(&sheet, "step, s", a->step_s, b->step_s);
    add_result(&sheet, "tokens/s per package", a->tokens_per_s_per_gpu, b->tokens_per_s_per_gpu);
    add_result(&sheet, "MFU, %", 100.0 * a->mfu_frac, 100.0 * b->mfu_frac);
    add_result(&sheet, "memory of the fullest package, GB", 1e-9 * a->memory.total_byte,
               1e-9 * b->memory.total_byte);
    add_result(&sheet, "link energy, J/token", a->link_energy_j_per_token,
               b->link_energy_j_per_token);
    fprintf(stream, "\n");
    fab_text_sheet(&sheet, stream);
}

static const fab_sheet_column PART_COLUMNS[] = {
    {.head = "from the first to the second"}, {.head = "first, s", .is_number = true},
    {.head = "second, s", .is_number = true}, {.head = "change, s", .is_number = true},
    {.head = "step, s", .is_number = true},
};

/* A waterfall: the step after each change. */
static void print_parts(const fab_comparison *c, fab_scratch *s, FILE *stream)
{
    fab_sheet sheet =
        fab_sheet_make(s, PART_COLUMNS, FAB_COLUMN_COUNT(PART_COLUMNS), FAB_STEP_CLASS_COUNT + 2);
    double step_s = c->first.forecast.step_s;
    fab_sheet_add(&sheet, (const char *const[]){"step of the first", "", "", "",
                                                fab_text_fixed(s, step_s, 4)});
    fab_sheet_mark(&sheet);
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        const fab_compared_part *part = &c->parts[i];
        if (part->first_s <= 0.0 && part->second_s <= 0.0) {
            continue;
        }
        step_s += part->change_s;
        fab_sheet_add(&sheet, (const char *const[]){fab_step_class_text(part->part),
                                                    fab_text_fixed(s, part->first_s, 4),
                                                    fab_text_fixed(s, part->second_s, 4),
                                                    fab_text_signed(s, part->change_s, 4),
                                                    fab_text_fixed(s, step_s, 4)});
    }
    fab_sheet_add(&sheet, (const char *const[]){"step of the second", "", "", "",
                                                fab_text_fixed(s, c->second.forecast.step_s, 4)});
    fab_sheet_mark(&sheet);
    fprintf(stream, "\n");
    fab_text_sheet(&sheet, stream);
}

static const fab_sheet_column SETTING_COLUMNS[] = {
    {.head = "what differs"},
    {.head = "first", .wrap = 28},
    {.head = "second", .wrap = 28},
};

static void print_settings(const fab_comparison *c, fab_scratch *s, FILE *stream)
{
    fab_sheet sheet =
        fab_sheet_make(s, SETTING_COLUMNS, FAB_COLUMN_COUNT(SETTING_COLUMNS), c->setting_count);
    for (size_t i = 0; i < c->setting_count; i++) {
        const fab_compared_setting *row = &c->settings[i];
        fab_sheet_add(&sheet,
                      (const char *const[]){fab_text_printf(s, "%s.%s", row->section, row->field),
                                            row->first, row->second});
    }
    fprintf(stream, "\n");
    if (c->setting_count > 0) {
        fab_text_sheet(&sheet, stream);
    } else {
        fprintf(stream, "No setting differs.\n");
    }
}

fab_status fab_report_comparison_text(const fab_comparison *comparison, fab_arena *arena,
                                      FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_scratch *s = &scratch;
    const double ratio = comparison->speedup_ratio;
    fprintf(stream, "first:  %s\nsecond: %s\n", fab_text_clean(s, comparison->first.label),
            fab_text_clean(s, comparison->second.label));
    if (ratio == 1.0) {
        fprintf(stream, "Both take the same time to train.\n");
    } else {
        fprintf(stream, "The second is %s times as %s to train.\n",
                fab_text_digits(s, ratio > 1.0 ? ratio : 1.0 / ratio, 4),
                ratio > 1.0 ? "fast" : "slow");
    }
    print_results(comparison, s, stream);
    print_parts(comparison, s, stream);
    print_settings(comparison, s, stream);
    const fab_status status = fab_text_finish(s, stream);
    fab_arena_reset(arena, mark);
    return status;
}
