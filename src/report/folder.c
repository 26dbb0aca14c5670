#include <fabricast/report.h>

#include <assert.h>

#include "report/csv.h"
#include "report/figures.h"
#include "report/folder.h"
#include "report/html_page.h"
#include "report/json_document.h"
#include "report/place.h"
#include "report/scratch.h"
#include "report/study_mappings.h"

static const char *const FILES[] = {
    "report.html",   "results.json",    "points.csv", "targets.csv", "mappings.csv",
    "waterfall.csv", "sensitivity.csv", "claims.csv", "regions.csv", "figures/regions.svg",
};
static const char *const FIGURE_ENDINGS[] = {"svg", "png", "gp", "csv"};

#define FILE_COUNT   (sizeof FILES / sizeof FILES[0])
#define ENDING_COUNT (sizeof FIGURE_ENDINGS / sizeof FIGURE_ENDINGS[0])
#define NAME_LIMIT   128

/* one study on its way into a folder */
typedef struct job {
    const fab_study_result *result;
    const fab_run_meter *meter;
    fab_scratch *scratch;
    fab_place place;
    fab_figure figures[FAB_FIGURE_LIMIT];
    size_t figure_count;
    const char *message;
} job;

/* Lists every file that any study can leave; returns how many. */
static size_t list_names(fab_scratch *scratch, const char *names[NAME_LIMIT])
{
    size_t count = 0;
    size_t figure_count;
    const char *const *figures = fab_figures_names(&figure_count);
    assert(FILE_COUNT + figure_count * ENDING_COUNT <= NAME_LIMIT);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        names[count++] = FILES[i];
    }
    for (size_t i = 0; i < figure_count; i++) {
        for (size_t k = 0; k < ENDING_COUNT; k++) {
            names[count++] =
                fab_text_printf(scratch, "figures/%s.%s", figures[i], FIGURE_ENDINGS[k]);
        }
    }
    return count;
}

fab_status fab_folder_open(fab_place *place, const char *folder, fab_scratch *scratch)
{
    const char *names[NAME_LIMIT];
    const size_t count = list_names(scratch, names);
    FAB_TRY(scratch->status);
    return fab_place_open(place, folder, "figures", names, count, scratch);
}

fab_status fab_folder_file(fab_place *place, const char *name, fab_folder_writer writer,
                           const void *content)
{
    FILE *file = fab_place_file(place, name);
    if (!file) {
        return place->scratch->status != FAB_OK ? place->scratch->status : FAB_E_IO;
    }
    const fab_status written = writer(content, place->scratch, file);
    const fab_status closed = fab_place_close_file(place, file, name);
    return closed != FAB_OK ? closed : written;
}

fab_status fab_folder_page(fab_place *place, fab_folder_writer writer, const void *content,
                           const char **message_out)
{
    const fab_status status = fab_folder_file(place, "report.html", writer, content);
    if (status == FAB_E_IO && !place->message) {
        *message_out = "cannot read the figures that gnuplot drew";
    }
    return status;
}

typedef struct table {
    void (*write)(fab_csv *, const fab_study_result *);
    const fab_study_result *result;
} table;

static fab_status write_table(const void *content, fab_scratch *scratch, FILE *file)
{
    const table *t = content;
    fab_csv csv = {.stream = file, .scratch = scratch};
    t->write(&csv, t->result);
    return FAB_OK;
}

static fab_status write_csv(job *j, const char *name,
                            void (*write)(fab_csv *, const fab_study_result *))
{
    return fab_folder_file(&j->place, name, write_table, &(table){write, j->result});
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

static fab_status write_json(const void *content, fab_scratch *scratch, FILE *file)
{
    const job *j = content;
    return fab_report_study_json(j->result, j->meter, scratch->arena, file);
}

static fab_status write_script(const void *content, fab_scratch *scratch, FILE *file)
{
    (void)scratch;
    fputs(((const fab_figure *)content)->script, file);
    return FAB_OK;
}

static fab_status write_data(const void *content, fab_scratch *scratch, FILE *file)
{
    fab_csv csv = {.stream = file, .scratch = scratch};
    fab_csv_sheet(&csv, &((const fab_figure *)content)->data);
    return FAB_OK;
}

/* writes script and data of one figure */
static fab_status write_figure(fab_place *place, const fab_figure *figure)
{
    fab_scratch *scratch = place->scratch;
    const char *script = fab_text_printf(scratch, "figures/%s.gp", figure->name);
    const char *data = fab_text_printf(scratch, "figures/%s.csv", figure->name);
    FAB_TRY(fab_folder_file(place, script, write_script, figure));
    return fab_folder_file(place, data, write_data, figure);
}

fab_status fab_folder_figures(fab_place *place, const fab_figure *figures, size_t count,
                              const char **message_out)
{
    if (count == 0) {
        return FAB_OK;
    }
    FAB_TRY(fab_place_make_subfolder(place));
    for (size_t i = 0; i < count; i++) {
        FAB_TRY(write_figure(place, &figures[i]));
    }
    const char *folder = fab_text_printf(place->scratch, "%s/figures", place->aside);
    return fab_figures_draw(place->scratch, folder, figures, count, message_out);
}

static fab_status write_figures(job *j)
{
    j->figure_count = fab_figures_make(j->scratch, j->result, j->figures);
    FAB_TRY(j->scratch->status);
    return fab_folder_figures(&j->place, j->figures, j->figure_count, &j->message);
}

static fab_status write_page(const void *content, fab_scratch *scratch, FILE *file)
{
    const job *j = content;
    fab_page page = {.stream = file, .scratch = scratch};
    return fab_page_study(&page, j->result, j->figures, j->figure_count, j->place.aside);
}

static fab_status fill(job *j, bool with_figures)
{
    FAB_TRY(write_tables(j));
    FAB_TRY(fab_folder_file(&j->place, "results.json", write_json, j));
    if (with_figures) {
        FAB_TRY(write_figures(j));
    }
    FAB_TRY(fab_folder_page(&j->place, write_page, j, &j->message));
    FAB_TRY(j->scratch->status);
    return fab_place_finish(&j->place);
}

const char *fab_folder_message(const fab_place *place, const char *message, fab_status status)
{
    if (status == FAB_OK) {
        return NULL;
    }
    if (status == FAB_E_NOMEM) {
        return fab_status_text(status);
    }
    const char *told = message ? message : place->message;
    return told ? told : fab_status_text(status);
}

fab_status fab_report_study_folder(const fab_study_result *result, const fab_run_meter *meter,
                                   bool with_figures, const char *folder, fab_arena *arena,
                                   const char **message_out)
{
    fab_scratch scratch = {.arena = arena};
    job j = {.result = result, .meter = meter, .scratch = &scratch};
    fab_status status = fab_folder_open(&j.place, folder, &scratch);
    if (status == FAB_OK) {
        status = fill(&j, with_figures);
        fab_place_clear(&j.place);
    }
    *message_out = fab_folder_message(&j.place, j.message, status);
    return status;
}
