#include "report/html_page.h"

#include <stdint.h>
#include <string.h>

#include "report/energy_views.h"

static const fab_sheet_column TIER_COLUMNS[] = {
    {"tier", false, 0, FAB_SHEET_ALL},
    {"technology", false, 0, FAB_SHEET_ALL},
    {"packages in a domain", true, 0, FAB_SHEET_ALL},
    {"used", true, 0, FAB_SHEET_ALL},
    {"rate per package, one direction", true, 0, FAB_SHEET_ALL},
    {"latency of a step", true, 0, FAB_SHEET_ALL},
    {"energy", true, 0, FAB_SHEET_ALL},
    {"power per package at full rate", true, 0, FAB_SHEET_ALL},
};

static fab_sheet tiers_of(fab_scratch *s, const fab_fabric *fabric, const fab_forecast *forecast)
{
    fab_sheet sheet =
        fab_sheet_make(s, TIER_COLUMNS, FAB_COLUMN_COUNT(TIER_COLUMNS), (size_t)fabric->tier_count);
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        const fab_tier *tier = &fabric->tiers[i];
        fab_sheet_add(
            &sheet,
            (const char *const[]){
                tier->name,
                tier->technology.title,
                fab_text_count(s, tier->domain),
                fab_text_count(s, tier->used),
                fab_text_value(s, &tier->rate_bps, FAB_DIM_RATE),
                fab_text_value(s, &tier->latency_s, FAB_DIM_TIME),
                fab_text_value(s, &tier->technology.energy_j_per_bit, FAB_DIM_ENERGY_PER_BIT),
                fab_text_known(s, !forecast->tiers[i].lacks_energy,
                               forecast->tiers[i].full_rate_power_w, FAB_DIM_POWER),
            });
    }
    return sheet;
}

static void write_checks(fab_page *page, const fab_forecast *forecast)
{
    if (forecast->check_count == 0) {
        return;
    }
    fab_page_raw(page, "<ul>\n");
    for (size_t i = 0; i < forecast->check_count; i++) {
        const fab_fabric_check *check = &forecast->checks[i];
        const char *verdict = !check->is_known ? "unknown" : check->is_met ? "met" : "not met";
        const char *classes = !check->is_known ? "verdict within"
                              : check->is_met  ? "verdict agrees"
                                               : "verdict differs";
        fab_page_raw(page, "<li>");
        fab_page_text(page, fab_text_printf(page->scratch, "%s, %s: ", check->tier, check->what));
        fprintf(page->stream, "<span class=\"%s\">%s</span>. ", classes, verdict);
        fab_page_text(page, check->reason);
        fab_page_raw(page, "</li>\n");
    }
    fab_page_raw(page, "</ul>\n");
}

void fab_page_systems(fab_page *page, const fab_study_result *result)
{
    if (result->point_count == 0) {
        return;
    }
    fab_page_begin_section(page, "systems", "Systems compared");
    for (size_t v = 0; v < result->variant_count; v++) {
        const fab_study_point *point =
            &result->points[v * result->sweep_count + result->sweep_count - 1];
        fab_page_raw(page, "<h3>");
        fab_page_text(page, result->variants[v].title);
        fab_page_raw(page, " <code>");
        fab_page_text(page, result->variants[v].name);
        fab_page_raw(page, "</code></h3>\n");
        const fab_sheet tiers = tiers_of(page->scratch, &point->scenario->fabric, &point->forecast);
        fab_page_sheet(page, &tiers, result->variants[v].title);
        fab_page_element(page, "p", NULL,
                         fab_energy_power_text(page->scratch, point->scenario, &point->forecast));
        write_checks(page, &point->forecast);
        fab_page_fabric(page, point->scenario);
    }
    fab_page_end_section(page);
}

/* ---- assumptions ---- */

static const fab_sheet_column SETTING_COLUMNS[] = {
    {"setting", false, 0, FAB_SHEET_ALL}, {"value", false, 0, FAB_SHEET_ALL},
    {"from", false, 0, FAB_SHEET_ALL},    {"what it means", false, 0, FAB_SHEET_ALL},
    {"source", false, 0, FAB_SHEET_ALL},
};

void fab_page_assumptions(fab_page *page, const fab_study_result *result)
{
    fab_scratch *s = page->scratch;
    if (result->point_count == 0 || s->status != FAB_OK) {
        return;
    }
    const fab_setting *settings;
    size_t count;
    const fab_status status =
        fab_scenario_settings(result->points[0].scenario, s->arena, &settings, &count);
    if (status != FAB_OK) {
        s->status = status;
        return;
    }
    fab_sheet sheet = fab_sheet_make(s, SETTING_COLUMNS, FAB_COLUMN_COUNT(SETTING_COLUMNS), count);
    for (size_t i = 0; i < count; i++) {
        fab_sheet_add(&sheet,
                      (const char *const[]){
                          fab_text_printf(s, "%s.%s", settings[i].section, settings[i].field),
                          settings[i].text,
                          settings[i].is_default ? "default" : "study",
                          settings[i].help,
                          settings[i].source,
                      });
    }
    fab_page_begin_section(page, "assumptions", "Assumptions");
    fab_page_element(
        page, "p", NULL,
        fab_text_printf(s,
                        "Every setting of the first point (%s at %s). \"study\" marks what the "
                        "study's files say, \"default\" what holds where they say nothing.",
                        result->variants[result->points[0].variant].title,
                        result->sweep_labels[result->points[0].value]));
    fab_page_sheet(page, &sheet, "assumptions");
    fab_page_end_section(page);
}

/* ---- sources of what was used ---- */

static const fab_sheet_column SOURCE_COLUMNS[] = {
    {"kind", false, 0, FAB_SHEET_ALL},   {"name", false, 0, FAB_SHEET_ALL},
    {"title", false, 0, FAB_SHEET_ALL},  {"confidence", false, 0, FAB_SHEET_ALL},
    {"source", false, 0, FAB_SHEET_ALL}, {"notes", false, 0, FAB_SHEET_ALL},
};

/* adds a description once */
static void add_source(fab_sheet *sheet, const char *const *cells)
{
    if (sheet->scratch->status != FAB_OK) {
        return;
    }
    const char *name = fab_text_clean(sheet->scratch, cells[1]);
    for (size_t i = 0; i < sheet->row_count; i++) {
        if (strcmp(fab_sheet_cell(sheet, i, 0), cells[0]) == 0 &&
            strcmp(fab_sheet_cell(sheet, i, 1), name) == 0) {
            return;
        }
    }
    fab_sheet_add(sheet, cells);
}

static const char *confidence_text(int confidence)
{
    return fab_confidence_text((fab_confidence)confidence);
}

static void add_technologies(fab_sheet *sheet, const fab_scenario *scenario)
{
    for (int64_t t = 0; t < scenario->fabric.tier_count; t++) {
        const fab_technology *row = &scenario->fabric.tiers[t].technology;
        add_source(sheet, (const char *const[]){"technology", row->name, row->title,
                                                confidence_text(row->confidence), row->source,
                                                row->notes});
    }
}

static void add_gpu_and_model(fab_sheet *sheet, const fab_scenario *scenario)
{
    const fab_gpu *gpu = &scenario->gpu;
    const fab_model *model = &scenario->model;
    add_source(sheet,
               (const char *const[]){"GPU package", gpu->name, gpu->title,
                                     confidence_text(gpu->confidence), gpu->source, gpu->notes});
    add_source(sheet, (const char *const[]){"model", model->name, model->title,
                                            confidence_text(model->confidence), model->source,
                                            model->notes});
}

void fab_page_sources(fab_page *page, const fab_study_result *result)
{
    fab_sheet sheet =
        fab_sheet_make(page->scratch, SOURCE_COLUMNS, FAB_COLUMN_COUNT(SOURCE_COLUMNS),
                       result->point_count * (FAB_TIER_LIMIT + 2));
    for (size_t i = 0; i < result->point_count; i++) {
        add_technologies(&sheet, result->points[i].scenario);
    }
    for (size_t i = 0; i < result->point_count; i++) {
        add_gpu_and_model(&sheet, result->points[i].scenario);
    }
    fab_page_begin_section(page, "sources", "Technologies, GPU package and models used");
    fab_page_sheet(page, &sheet, "sources");
    fab_page_end_section(page);
}
