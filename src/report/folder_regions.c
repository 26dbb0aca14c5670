#include <fabricast/report.h>

#include "report/csv.h"
#include "report/folder.h"
#include "report/html_page.h"
#include "report/region_sheets.h"

/* one map on its way into a folder */
typedef struct job {
    const fab_map_study *study;
    const fab_region_map *regions;
    const fab_run_meter *meter;
    bool with_figures;
    fab_place place;
} job;

static void write_cells(job *j, FILE *file)
{
    fab_csv csv = {.stream = file, .scratch = j->place.scratch};
    FAB_CSV_NAMES(&csv, "distance_m", "rate_bps", "best", "energy_j_per_bit");
    fab_csv_end(&csv);
    for (size_t rate = 0; rate < FAB_REGION_RATES; rate++) {
        for (size_t point = 0; point < FAB_MAP_POINTS; point++) {
            const int best = j->regions->best[rate][point];
            const fab_link_curve *curve =
                best == FAB_REGION_NONE ? NULL : &j->regions->map.curves[best];
            fab_csv_number(&csv, j->regions->map.distances_m[point]);
            fab_csv_number(&csv, j->regions->rates_bps[rate]);
            fab_csv_text(&csv, curve ? curve->technology->name : NULL);
            fab_csv_known(&csv, curve, curve ? curve->energy_j_per_bit[point] : 0.0);
            fab_csv_end(&csv);
        }
    }
}

static void write_picture(job *j, FILE *file)
{
    fab_regions_draw(j->place.scratch, j->regions, false, file);
}

static void write_json(job *j, FILE *file)
{
    const fab_status status =
        fab_report_regions_json(j->study, j->regions, j->meter, j->place.scratch->arena, file);
    if (status == FAB_E_NOMEM) {
        j->place.scratch->status = status;
    }
}

static void write_remarks(fab_page *page, const fab_map_study *study)
{
    if (study->remark_count == 0) {
        return;
    }
    fab_page_begin_section(page, "remarks", "Remarks");
    fab_page_raw(page, "<ul>\n");
    for (size_t i = 0; i < study->remark_count; i++) {
        fab_page_element(page, "li", NULL, study->remarks[i]);
    }
    fab_page_raw(page, "</ul>\n");
    fab_page_end_section(page);
}

static void write_page(job *j, FILE *file)
{
    fab_scratch *s = j->place.scratch;
    fab_page page = {.stream = file, .scratch = s};
    fab_page_top(&page, j->study->title, j->study->question);
    fab_page_raw(&page, "</header>\n<main>\n");
    fab_page_begin_section(&page, "answer", "The answer");
    fab_page_element(&page, "p", "lead", fab_regions_text(s, j->regions));
    if (j->with_figures) {
        fab_page_raw(&page, "<figure>\n");
        fab_regions_draw(s, j->regions, true, file);
        fab_page_raw(&page, "</figure>\n");
    }
    const fab_sheet regions = fab_sheet_regions(s, j->regions);
    fab_page_sheet(&page, &regions, "best links");
    fab_page_end_section(&page);
    const fab_sheet overtakes = fab_sheet_overtakes(s, j->regions);
    fab_page_begin_section(&page, "overtakes", "Where one overtakes another");
    fab_page_sheet(&page, &overtakes, "stretches of distance");
    fab_page_end_section(&page);
    write_remarks(&page, j->study);
    fab_page_begin_section(&page, "reproduce", "How to reproduce this page");
    fab_page_raw(&page, "<pre>fabricast run ");
    fab_page_text(&page, j->study->file_name);
    fab_page_raw(&page, " --out DIR</pre>\n<p>Beside this page: <code>results.json</code> holds "
                        "everything, <code>regions.csv</code> every cell of the map.</p>\n");
    fab_page_end_section(&page);
    fab_page_raw(&page, "</main>\n<footer><p>Made by Fabricast. Bandwidths are one "
                        "direction.</p></footer>\n</body>\n</html>\n");
}

static fab_status write_file(job *j, const char *name, void (*write)(job *, FILE *))
{
    FILE *file = fab_place_file(&j->place, name);
    if (!file) {
        return fab_folder_no_file(&j->place);
    }
    write(j, file);
    return fab_place_close_file(&j->place, file, name);
}

static fab_status fill(job *j)
{
    FAB_TRY(write_file(j, "regions.csv", write_cells));
    FAB_TRY(write_file(j, "results.json", write_json));
    if (j->with_figures) {
        FAB_TRY(fab_place_make_subfolder(&j->place));
        FAB_TRY(write_file(j, "figures/regions.svg", write_picture));
    }
    FAB_TRY(write_file(j, "report.html", write_page));
    FAB_TRY(j->place.scratch->status);
    return fab_place_finish(&j->place);
}

fab_status fab_report_regions_folder(const fab_map_study *study, const fab_region_map *regions,
                                     const fab_run_meter *meter, bool with_figures,
                                     const char *folder, fab_arena *arena, const char **message_out)
{
    fab_scratch scratch = {.arena = arena};
    job j = {.study = study, .regions = regions, .meter = meter, .with_figures = with_figures};
    const char *names[FAB_FOLDER_NAME_LIMIT];
    const size_t count = fab_folder_names(&scratch, names);
    fab_status status = scratch.status;
    if (status == FAB_OK) {
        status = fab_place_open(&j.place, folder, "figures", names, count, &scratch);
    }
    if (status == FAB_OK) {
        status = fill(&j);
        fab_place_clear(&j.place);
    }
    *message_out = fab_folder_message(&j.place, NULL, status);
    return status;
}
