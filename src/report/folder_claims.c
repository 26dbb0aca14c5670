#include <fabricast/report.h>

#include "report/claims_sheets.h"
#include "report/folder.h"

/* one study of claims on its way into a folder */
typedef struct job {
    const fab_claims_result *result;
    const fab_run_meter *meter;
    fab_place place;
    fab_figure figures[FAB_CLAIM_FIGURE_LIMIT];
    size_t figure_count;
    const char *message;
} job;

static fab_status write_table(const void *content, fab_scratch *scratch, FILE *file)
{
    fab_csv csv = {.stream = file, .scratch = scratch};
    fab_csv_claims(&csv, ((const job *)content)->result);
    return FAB_OK;
}

static fab_status write_json(const void *content, fab_scratch *scratch, FILE *file)
{
    const job *j = content;
    return fab_report_claims_json(j->result, j->meter, scratch->arena, file);
}

static fab_status write_figures(job *j)
{
    j->figure_count = fab_claim_figures_make(j->place.scratch, j->result, j->figures);
    FAB_TRY(j->place.scratch->status);
    return fab_folder_figures(&j->place, j->figures, j->figure_count, &j->message);
}

static fab_status write_page(const void *content, fab_scratch *scratch, FILE *file)
{
    const job *j = content;
    fab_page page = {.stream = file, .scratch = scratch};
    return fab_page_claims(&page, j->result, j->figures, j->figure_count, j->place.aside);
}

static fab_status fill(job *j, bool with_figures)
{
    FAB_TRY(fab_folder_file(&j->place, "claims.csv", write_table, j));
    FAB_TRY(fab_folder_file(&j->place, "results.json", write_json, j));
    if (with_figures) {
        FAB_TRY(write_figures(j));
    }
    FAB_TRY(fab_folder_page(&j->place, write_page, j, &j->message));
    FAB_TRY(j->place.scratch->status);
    return fab_place_finish(&j->place);
}

fab_status fab_report_claims_folder(const fab_claims_result *result, const fab_run_meter *meter,
                                    bool with_figures, const char *folder, fab_arena *arena,
                                    const char **message_out)
{
    fab_scratch scratch = {.arena = arena};
    job j = {.result = result, .meter = meter};
    fab_status status = fab_folder_open(&j.place, folder, &scratch);
    if (status == FAB_OK) {
        status = fill(&j, with_figures);
        fab_place_clear(&j.place);
    }
    *message_out = fab_folder_message(&j.place, j.message, status);
    return status;
}
