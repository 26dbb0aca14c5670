#include "report/html_page.h"

#include <stdint.h>

#include "report/pod_sheets.h"
#include "report/study_mappings.h"
#include "report/study_sheets.h"

void fab_page_top(fab_page *page, const char *title, const char *question)
{
    fab_page_raw(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                       "'none'; style-src 'unsafe-inline'\">\n<title>");
    fab_page_text(page, title);
    fab_page_raw(page, "</title>\n<style>\n");
    fab_page_style(page);
    fab_page_raw(page, "</style>\n</head>\n<body>\n<header>\n"
                       "<p class=\"kicker\">Fabricast study</p>\n");
    fab_page_element(page, "h1", NULL, title);
    fab_page_element(page, "p", "question", question);
}

static void write_link(fab_page *page, bool is_there, const char *id, const char *text)
{
    if (is_there) {
        fprintf(page->stream, "<a href=\"#%s\">%s</a>\n", id, text);
    }
}

static void write_nav(fab_page *page, const fab_study_result *result, size_t figure_count)
{
    fab_page_raw(page, "<nav aria-label=\"sections\">\n");
    write_link(page, true, "answer", "Answer");
    write_link(page, result->target_count > 0, "results", "Published and ours");
    write_link(page, figure_count > 0, "figures", "Figures");
    write_link(page, result->point_count > 0, "systems", "Systems");
    write_link(page, result->point_count > 0, "points", "All points");
    write_link(page, result->pod_count > 0, "pods", "Pods");
    write_link(page, fab_study_has_simulated(result), "simulated", "Simulation");
    write_link(page, fab_study_has_best(result), "mappings", "Mappings");
    write_link(page, result->waterfall_count > 0, "waterfall", "Waterfall");
    write_link(page, result->sensitivity_count > 0, "sensitivity", "Sensitivity");
    write_link(page, result->point_count > 0, "assumptions", "Assumptions");
    write_link(page, true, "sources", "Sources");
    write_link(page, true, "reproduce", "Reproduce");
    fab_page_raw(page, "</nav>\n</header>\n<main>\n");
}

static fab_status write_figures(fab_page *page, const fab_figure *figures, size_t count,
                                const char *folder)
{
    if (count == 0) {
        return FAB_OK;
    }
    fab_page_begin_section(page, "figures", "Figures");
    for (size_t i = 0; i < count; i++) {
        FAB_TRY(fab_page_figure(page, &figures[i], i + 1, folder));
    }
    fab_page_end_section(page);
    return FAB_OK;
}

static void write_points(fab_page *page, const fab_study_result *result)
{
    const fab_sheet sheet = fab_sheet_points(page->scratch, result);
    if (sheet.row_count == 0) {
        return;
    }
    fab_page_begin_section(page, "points", "All points");
    fab_page_element(page, "p", "note",
                     "Message times are the exposed part of a step. Memory and links (power at "
                     "full rate) are per package.");
    fab_page_sheet(page, &sheet, "all points");
    fab_page_end_section(page);
}

static void write_pods(fab_page *page, const fab_study_result *result)
{
    if (result->pod_count == 0) {
        return;
    }
    const fab_sheet sheet = fab_sheet_pods(page->scratch, result);
    fab_page_begin_section(page, "pods", "Pods as published and as they follow from their links");
    fab_page_sheet(page, &sheet, "pods, published and derived");
    fab_page_element(page, "p", "note", fab_pods_text(page->scratch, result));
    fab_page_end_section(page);
}

/* what was searched, and what the shares of groups in a pod mean */
static const char *search_text(fab_scratch *s, const fab_study_result *result)
{
    int64_t enumerated = 0, forecast = 0;
    for (size_t i = 0; i < result->point_count; i++) {
        enumerated += result->points[i].best->counts.enumerated;
        forecast += result->points[i].best->counts.forecast;
    }
    return fab_text_printf(
        s,
        "Of each system at each case all mappings were tried, %s in all, of which the rules allow "
        "%s. TP, EP, PP and DP are the groups of ranks of tensor, expert, pipeline and data "
        "parallelism; a group is inside a pod when none of its messages leaves it, and \"over "
        "4\" says over how many pods one group is spread at most.",
        fab_text_count(s, enumerated), fab_text_count(s, forecast));
}

static void write_mappings(fab_page *page, const fab_study_result *result)
{
    if (!fab_study_has_best(result)) {
        return;
    }
    const size_t last = result->sweep_count - 1;
    const fab_sheet sheet = fab_sheet_mappings(page->scratch, result, last);
    fab_page_begin_section(page, "mappings", "The study's mapping and the best of each system");
    fab_page_element(page, "p", NULL, fab_best_cost_text(page->scratch, result, last));
    fab_page_element(page, "p", "note", search_text(page->scratch, result));
    fab_page_sheet(page, &sheet, "mappings");
    if (last > 0) {
        const fab_sheet all = fab_sheet_mappings(page->scratch, result, SIZE_MAX);
        fab_page_raw(page, "<details><summary>The same for every case</summary>\n");
        fab_page_sheet(page, &all, "mappings of every case");
        fab_page_raw(page, "</details>\n");
    }
    fab_page_end_section(page);
}

static void write_waterfall(fab_page *page, const fab_study_result *result)
{
    if (result->waterfall_count == 0) {
        return;
    }
    const fab_study_target *target = &result->targets[result->waterfall_target];
    const fab_sheet sheet = fab_sheet_waterfall(page->scratch, result);
    fab_page_begin_section(page, "waterfall",
                           fab_text_printf(page->scratch, "How %s comes about", target->id));
    fab_page_element(page, "p", "note",
                     "Settings are added from top to bottom; the shaded row has the study's own "
                     "settings, and rows that begin with \"or:\" go beyond them. Times are those "
                     "of a step, per token and layer of a stage.");
    fab_page_sheet(page, &sheet, "waterfall");
    fab_page_end_section(page);
}

static void write_other_sensitivities(fab_page *page, const fab_study_result *result)
{
    fab_page_raw(page, "<details><summary>The same for the other results</summary>\n");
    for (size_t i = 0; i < result->target_count; i++) {
        const fab_sheet sheet = fab_sheet_sensitivity(page->scratch, result, i, SIZE_MAX);
        if (i != result->waterfall_target) {
            fab_page_sheet(page, &sheet, result->targets[i].id);
        }
    }
    fab_page_raw(page, "</details>\n");
}

static void write_sensitivity(fab_page *page, const fab_study_result *result)
{
    if (result->sensitivity_count == 0) {
        return;
    }
    const char *id = result->targets[result->waterfall_target].id;
    const fab_sheet sheet =
        fab_sheet_sensitivity(page->scratch, result, result->waterfall_target, SIZE_MAX);
    fab_page_begin_section(page, "sensitivity",
                           fab_text_printf(page->scratch, "What each assumption does to %s", id));
    fab_page_element(page, "p", "note",
                     "One assumption changes at a time, everything else stays at the study's own "
                     "settings. \"In our range\" says whether the low and high values of the "
                     "target go over it.");
    fab_page_sheet(page, &sheet, "sensitivity");
    write_other_sensitivities(page, result);
    fab_page_end_section(page);
}

static void write_reproduce(fab_page *page, const fab_study_result *result, size_t figure_count)
{
    fab_scratch *s = page->scratch;
    fab_page_begin_section(page, "reproduce", "How to reproduce this page");
    fab_page_element(page, "p", NULL,
                     fab_text_printf(s, "%s scenarios were forecast.",
                                     fab_text_count(s, (int64_t)result->evaluations)));
    fab_page_raw(page, "<pre>fabricast run ");
    fab_page_text(page, result->file_name);
    fab_page_raw(page, " --out DIR");
    if (figure_count > 0) {
        fab_page_raw(page, "\ncd DIR/figures &amp;&amp; gnuplot -d time_to_train.gp");
    }
    fab_page_raw(page, "</pre>\n<p>Beside this page: <code>results.json</code> holds everything, "
                       "<code>points.csv</code>, <code>targets.csv</code>, "
                       "<code>waterfall.csv</code> and <code>sensitivity.csv</code> its tables.");
    if (fab_study_has_best(result)) {
        fab_page_raw(page, " <code>mappings.csv</code> holds the study's and the best mappings.");
    }
    if (figure_count > 0) {
        fab_page_raw(page, " <code>figures/</code> holds each figure with its script and data.");
    }
    fab_page_raw(page, "</p>\n");
    fab_page_end_section(page);
}

fab_status fab_page_study(fab_page *page, const fab_study_result *result, const fab_figure *figures,
                          size_t count, const char *folder)
{
    fab_page_top(page, result->title, result->question);
    write_nav(page, result, count);
    fab_page_answer(page, result);
    fab_page_targets(page, result);
    FAB_TRY(write_figures(page, figures, count, folder));
    fab_page_systems(page, result);
    write_points(page, result);
    write_pods(page, result);
    fab_page_simulated(page, result);
    write_mappings(page, result);
    write_waterfall(page, result);
    write_sensitivity(page, result);
    fab_page_remarks(page, result->remarks, result->remark_count);
    fab_page_assumptions(page, result);
    fab_page_sources(page, result);
    write_reproduce(page, result, count);
    fab_page_bottom(page, "A package counts as one GPU; bandwidths are one direction.");
    return page->scratch->status;
}
