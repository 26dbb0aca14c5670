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

static fab_status write_cells(const void *content, fab_scratch *scratch, FILE *file)
{
    const job *j = content;
    fab_csv csv = {.stream = file, .scratch = scratch};
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
    return FAB_OK;
}

static fab_status write_picture(const void *content, fab_scratch *scratch, FILE *file)
{
    fab_regions_draw(scratch, ((const job *)content)->regions, false, file);
    return FAB_OK;
}

static fab_status write_json(const void *content, fab_scratch *scratch, FILE *file)
{
    const job *j = content;
    return fab_report_regions_json(j->study, j->regions, j->meter, scratch->arena, file);
}

static fab_status write_page(const void *content, fab_scratch *scratch, FILE *file)
{
    const job *j = content;
    fab_page page = {.stream = file, .scratch = scratch};
    fab_page_top(&page, j->study->title, j->study->question);
    fab_page_raw(&page, "</header>\n<main>\n");
    fab_page_begin_section(&page, "answer", "The answer");
    fab_page_element(&page, "p", "lead", fab_regions_text(scratch, j->regions));
    if (j->with_figures) {
        fab_page_raw(&page, "<figure>\n");
        fab_regions_draw(scratch, j->regions, true, file);
        fab_page_raw(&page, "</figure>\n");
    }
    const fab_sheet regions = fab_sheet_regions(scratch, j->regions);
    fab_page_sheet(&page, &regions, "best links");
    fab_page_end_section(&page);
    const fab_sheet overtakes = fab_sheet_overtakes(scratch, j->regions);
    fab_page_begin_section(&page, "overtakes", "Where one overtakes another");
    fab_page_sheet(&page, &overtakes, "stretches of distance");
    fab_page_end_section(&page);
    fab_page_remarks(&page, j->study->remarks, j->study->remark_count);
    fab_page_reproduce(&page, j->study->file_name,
                       "<code>regions.csv</code> every cell of the map.");
    fab_page_bottom(&page, "Bandwidths are one direction.");
    return FAB_OK;
}

static fab_status fill(job *j)
{
    FAB_TRY(fab_folder_file(&j->place, "regions.csv", write_cells, j));
    FAB_TRY(fab_folder_file(&j->place, "results.json", write_json, j));
    if (j->with_figures) {
        FAB_TRY(fab_place_make_subfolder(&j->place));
        FAB_TRY(fab_folder_file(&j->place, "figures/regions.svg", write_picture, j));
    }
    FAB_TRY(fab_folder_file(&j->place, "report.html", write_page, j));
    FAB_TRY(j->place.scratch->status);
    return fab_place_finish(&j->place);
}

fab_status fab_report_regions_folder(const fab_map_study *study, const fab_region_map *regions,
                                     const fab_run_meter *meter, bool with_figures,
                                     const char *folder, fab_arena *arena, const char **message_out)
{
    fab_scratch scratch = {.arena = arena};
    job j = {.study = study, .regions = regions, .meter = meter, .with_figures = with_figures};
    fab_status status = fab_folder_open(&j.place, folder, &scratch);
    if (status == FAB_OK) {
        status = fill(&j);
        fab_place_clear(&j.place);
    }
    *message_out = fab_folder_message(&j.place, NULL, status);
    return status;
}
