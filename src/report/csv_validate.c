#include <fabricast/report.h>

#include "report/csv.h"
#include "report/validate_words.h"

#define GIB_BYTE 1073741824.0

static void add_row(fab_csv *csv, const fab_run_score *row)
{
    const bool is_compared = row->forecast_s > 0.0 && row->measured_s > 0.0;
    fab_csv_text(csv, row->id);
    fab_csv_text(csv, row->source_key);
    fab_csv_text(csv, fab_run_status_word(row->status));
    fab_csv_text(csv, row->reason);
    fab_csv_known(csv, row->measured_s > 0.0, row->measured_s);
    fab_csv_known(csv, row->forecast_s > 0.0, row->forecast_s);
    fab_csv_known(csv, is_compared, row->error_frac);
    fab_csv_known(csv, row->measured_byte > 0.0, row->measured_byte / GIB_BYTE);
    fab_csv_known(csv, row->forecast_byte > 0.0, row->forecast_byte / GIB_BYTE);
    fab_csv_text(csv, row->assumed);
    fab_csv_end(csv);
}

fab_status fab_report_validation_csv(const fab_validations *all, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_csv csv = {.stream = stream, .scratch = &scratch};
    FAB_CSV_NAMES(&csv, "id", "source_key", "status", "reason", "measured_iter_s",
                  "predicted_iter_s", "error_frac", "measured_mem_gib", "predicted_mem_gib",
                  "assumed");
    fab_csv_end(&csv);
    for (size_t t = 0; t < all->table_count; t++) {
        for (size_t i = 0; i < all->tables[t].row_count; i++) {
            add_row(&csv, &all->tables[t].rows[i]);
        }
    }
    const fab_status status = fflush(stream) != 0 || ferror(stream) ? FAB_E_IO : scratch.status;
    fab_arena_reset(arena, mark);
    return status;
}
