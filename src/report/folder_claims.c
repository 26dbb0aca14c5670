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

static fab_status write_table(job *j)
{
    FILE *file = fab_place_file(&j->place, "claims.csv");
    if (!file) {
        return fab_folder_no_file(&j->place);
    }
    fab_csv csv = {.stream = file, .scratch = j->place.scratch};
    fab_csv_claims(&csv, j->result);
    return fab_place_close_file(&j->place, file, "claims.csv");
}

static fab_status write_json(job *j)
{
    FILE *file = fab_place_file(&j->place, "results.json");
    if (!file) {
        return fab_folder_no_file(&j->place);
    }
    const fab_status written =
        fab_report_claims_json(j->result, j->meter, j->place.scratch->arena, file);
    const fab_status closed = fab_place_close_file(&j->place, file, "results.json");
    return closed != FAB_OK ? closed : written;
}

static fab_status write_figures(job *j)
{
    j->figure_count = fab_claim_figures_make(j->place.scratch, j->result, j->figures);
    FAB_TRY(j->place.scratch->status);
    return fab_folder_figures(&j->place, j->figures, j->figure_count, &j->message);
}

static fab_status write_page(job *j)
{
    FILE *file = fab_place_file(&j->place, "report.html");
    if (!file) {
        return fab_folder_no_file(&j->place);
    }
    fab_page page = {.stream = file, .scratch = j->place.scratch};
    const fab_status written =
        fab_page_claims(&page, j->result, j->figures, j->figure_count, j->place.aside);
    if (written == FAB_E_IO) {
        j->message = "cannot read the figures that gnuplot drew";
    }
    const fab_status closed = fab_place_close_file(&j->place, file, "report.html");
    return closed != FAB_OK ? closed : written;
}

static fab_status fill(job *j, bool with_figures)
{
    FAB_TRY(write_table(j));
    FAB_TRY(write_json(j));
    if (with_figures) {
        FAB_TRY(write_figures(j));
    }
    FAB_TRY(write_page(j));
    FAB_TRY(j->place.scratch->status);
    return fab_place_finish(&j->place);
}

fab_status fab_report_claims_folder(const fab_claims_result *result, const fab_run_meter *meter,
                                    bool with_figures, const char *folder, fab_arena *arena,
                                    const char **message_out)
{
    fab_scratch scratch = {.arena = arena};
    job j = {.result = result, .meter = meter};
    const char *names[FAB_FOLDER_NAME_LIMIT];
    const size_t count = fab_folder_names(&scratch, names);
    fab_status status = scratch.status;
    if (status == FAB_OK) {
        status = fab_place_open(&j.place, folder, "figures", names, count, &scratch);
    }
    if (status == FAB_OK) {
        status = fill(&j, with_figures);
        fab_place_clear(&j.place);
    }
    *message_out = fab_folder_message(&j.place, j.message, status);
    return status;
}
