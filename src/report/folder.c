#include <fabricast/report.h>

#include <assert.h>

#include "report/csv.h"
#include "report/figures.h"
#include "report/html_page.h"
#include "report/json_document.h"
#include "report/place.h"
#include "report/scratch.h"
#include "report/study_mappings.h"

static const char *const FILES[] = {
    "report.html",  "results.json",  "points.csv",      "targets.csv",
    "mappings.csv", "waterfall.csv", "sensitivity.csv",
};
static const char *const FIGURE_ENDINGS[] = {"svg", "png", "gp", "csv"};

#define FILE_COUNT   (sizeof FILES / sizeof FILES[0])
#define ENDING_COUNT (sizeof FIGURE_ENDINGS / sizeof FIGURE_ENDINGS[0])
#define NAME_LIMIT   (FILE_COUNT + FAB_FIGURE_LIMIT * ENDING_COUNT)

/* one study on its way into a folder */
typedef struct job {
    const fab_study_result *result;
    const fab_run_meter *meter;
    fab_scratch *scratch;
    fab_place place;
    fab_figure figures[FAB_FIGURE_LIMIT];
    size_t figure_count;
    const char *names[NAME_LIMIT]; /* of every file that a study's folder can hold */
    size_t name_count;
    const char *message;
} job;

static void list_names(job *j)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        j->names[j->name_count++] = FILES[i];
    }
    size_t count;
    const char *const *figures = fab_figures_names(&count);
    assert(count <= FAB_FIGURE_LIMIT);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < ENDING_COUNT; k++) {
            j->names[j->name_count++] =
                fab_text_printf(j->scratch, "figures/%s.%s", figures[i], FIGURE_ENDINGS[k]);
        }
    }
}

/* why a file could not be opened: the message tells which one */
static fab_status no_file(const job *j)
{
    return j->scratch->status != FAB_OK ? j->scratch->status : FAB_E_IO;
}

static fab_status write_csv(job *j, const char *name,
                            void (*write)(fab_csv *, const fab_study_result *))
{
    FILE *file = fab_place_file(&j->place, name);
    if (!file) {
        return no_file(j);
    }
    fab_csv csv = {.stream = file, .scratch = j->scratch};
    write(&csv, j->result);
    return fab_place_close_file(&j->place, file, name);
}

static fab_status write_tables(job *j)
{
    FAB_TRY(write_csv(j, "points.csv", fab_csv_points));
    FAB_TRY(write_csv(j, "targets.csv", fab_csv_targets));
    if (fab_study_has_best(j->result)) {
        FAB_TRY(write_csv(j, "mappings.csv", fab_csv_mappings));
    }
    FAB_TRY(write_csv(j, "waterfall.csv", fab_csv_waterfall));
    return write_csv(j, "sensitivity.csv", fab_csv_sensitivity);
}

static fab_status write_json(job *j)
{
    FILE *file = fab_place_file(&j->place, "results.json");
    if (!file) {
        return no_file(j);
    }
    const fab_status written = fab_report_study_json(j->result, j->meter, j->scratch->arena, file);
    const fab_status closed = fab_place_close_file(&j->place, file, "results.json");
    return closed != FAB_OK ? closed : written;
}

/* writes script and data of one figure */
static fab_status write_figure(job *j, const fab_figure *figure)
{
    const char *script = fab_text_printf(j->scratch, "figures/%s.gp", figure->name);
    const char *data = fab_text_printf(j->scratch, "figures/%s.csv", figure->name);
    FILE *file = fab_place_file(&j->place, script);
    if (!file) {
        return no_file(j);
    }
    fputs(figure->script, file);
    FAB_TRY(fab_place_close_file(&j->place, file, script));
    file = fab_place_file(&j->place, data);
    if (!file) {
        return no_file(j);
    }
    fab_csv csv = {.stream = file, .scratch = j->scratch};
    fab_csv_sheet(&csv, &figure->data);
    return fab_place_close_file(&j->place, file, data);
}

static fab_status write_figures(job *j)
{
    j->figure_count = fab_figures_make(j->scratch, j->result, j->figures);
    FAB_TRY(j->scratch->status);
    if (j->figure_count == 0) {
        return FAB_OK;
    }
    FAB_TRY(fab_place_make_subfolder(&j->place));
    for (size_t i = 0; i < j->figure_count; i++) {
        FAB_TRY(write_figure(j, &j->figures[i]));
    }
    const char *folder = fab_text_printf(j->scratch, "%s/figures", j->place.aside);
    return fab_figures_draw(j->scratch, folder, j->figures, j->figure_count, &j->message);
}

static fab_status write_page(job *j)
{
    FILE *file = fab_place_file(&j->place, "report.html");
    if (!file) {
        return no_file(j);
    }
    fab_page page = {.stream = file, .scratch = j->scratch};
    const fab_status written =
        fab_page_study(&page, j->result, j->figures, j->figure_count, j->place.aside);
    if (written == FAB_E_IO) {
        j->message = "cannot read the figures that gnuplot drew";
    }
    const fab_status closed = fab_place_close_file(&j->place, file, "report.html");
    return closed != FAB_OK ? closed : written;
}

static fab_status fill(job *j, bool with_figures)
{
    FAB_TRY(write_tables(j));
    FAB_TRY(write_json(j));
    if (with_figures) {
        FAB_TRY(write_figures(j));
    }
    FAB_TRY(write_page(j));
    FAB_TRY(j->scratch->status);
    return fab_place_finish(&j->place);
}

/* a failure's message, which outlives the scratch */
static const char *message_of(const job *j, fab_status status)
{
    if (status == FAB_OK) {
        return NULL;
    }
    if (status == FAB_E_NOMEM) {
        return fab_status_text(status);
    }
    const char *message = j->message ? j->message : j->place.message;
    return message ? message : fab_status_text(status);
}

fab_status fab_report_study_folder(const fab_study_result *result, const fab_run_meter *meter,
                                   bool with_figures, const char *folder, fab_arena *arena,
                                   const char **message_out)
{
    fab_scratch scratch = {.arena = arena};
    job j = {.result = result, .meter = meter, .scratch = &scratch};
    list_names(&j);
    fab_status status = scratch.status;
    if (status == FAB_OK) {
        status = fab_place_open(&j.place, folder, "figures", j.names, j.name_count, &scratch);
    }
    if (status == FAB_OK) {
        status = fill(&j, with_figures);
        fab_place_clear(&j.place);
    }
    *message_out = message_of(&j, status);
    return status;
}
