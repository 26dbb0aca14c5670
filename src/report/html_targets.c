#include "report/html_page.h"

#include <math.h>
#include <stdint.h>

#include "report/keys.h"
#include "report/study_mappings.h"
#include "report/study_sheets.h"

/* most targets that get a tile at the top */
#define TILE_LIMIT 4

static const char *verdict_class(const fab_study_target *target)
{
    if (target->value_meets) {
        return "verdict agrees";
    }
    return target->ok ? "verdict within" : "verdict differs";
}

/* ---- a strip that shows published range, our range and our value on one axis ---- */

#define STRIP_WIDTH  180.0
#define STRIP_MARGIN 8.0

typedef struct strip {
    double low_count, high_count;
} strip;

static strip strip_axis(const fab_study_target *t)
{
    double low = fmin(t->published_low_count, fmin(t->low_count, t->value_count));
    double high = fmax(t->published_low_count, fmax(t->high_count, t->value_count));
    if (t->has_published_high) {
        high = fmax(high, t->published_high_count);
    }
    if (t->has_best) {
        low = fmin(low, t->best_count);
        high = fmax(high, t->best_count);
    }
    const double room = high > low ? 0.08 * (high - low) : 0.5;
    return (strip){low - room, high + room};
}

static double strip_x(strip axis, double number_count)
{
    const double share = (number_count - axis.low_count) / (axis.high_count - axis.low_count);
    return STRIP_MARGIN + share * (STRIP_WIDTH - 2.0 * STRIP_MARGIN);
}

static void write_strip(fab_page *page, const fab_study_target *t)
{
    fab_scratch *s = page->scratch;
    const strip axis = strip_axis(t);
    const double from = strip_x(axis, t->published_low_count);
    const double to = t->has_published_high ? strip_x(axis, t->published_high_count) : STRIP_WIDTH;
    fab_page_raw(page, "<svg class=\"strip\" viewBox=\"0 0 180 30\" role=\"img\" aria-label=\"");
    fab_page_text(page, fab_text_printf(s, "published %s, ours %s, range %s%s%s", t->published,
                                        fab_text_in_unit(s, t->value_count, t->unit),
                                        fab_study_range_text(s, t),
                                        t->has_best ? ", with own best mappings " : "",
                                        fab_best_value_text(s, t)));
    fprintf(page->stream, "\"><rect x=\"%s\" y=\"5\" width=\"%s\" height=\"20\" fill=\"#d0d0d0\"/>",
            fab_text_fixed(s, from, 1), fab_text_fixed(s, fmax(to - from, 2.0), 1));
    fprintf(page->stream,
            "<line x1=\"%s\" x2=\"%s\" y1=\"15\" y2=\"15\" stroke=\"#0072B2\" stroke-width=\"3\"/>",
            fab_text_fixed(s, strip_x(axis, t->low_count), 1),
            fab_text_fixed(s, strip_x(axis, t->high_count), 1));
    fprintf(page->stream, "<circle cx=\"%s\" cy=\"15\" r=\"5\" fill=\"#0072B2\"/>",
            fab_text_fixed(s, strip_x(axis, t->value_count), 1));
    if (t->has_best) {
        fprintf(page->stream,
                "<path d=\"M%s 8l6 7l-6 7l-6 -7z\" fill=\"#fff\" stroke=\"#D55E00\" "
                "stroke-width=\"2.5\"/>",
                fab_text_fixed(s, strip_x(axis, t->best_count), 1));
    }
    fab_page_raw(page, "</svg>");
}

/* ---- the table ---- */

static void write_cell(fab_page *page, const char *classes, const char *text)
{
    fprintf(page->stream, "<td class=\"%s\">", classes);
    fab_page_text(page, text);
    fab_page_raw(page, "</td>");
}

static void write_target(fab_page *page, const fab_study_result *result, const fab_study_target *t)
{
    fab_scratch *s = page->scratch;
    fab_page_raw(page, "<tr>");
    write_cell(page, "", t->id);
    fab_page_raw(page, "<td class=\"t\">");
    fab_page_text(page, t->what);
    fab_page_element(page, "span", "source", t->source);
    fab_page_raw(page, "</td>");
    write_cell(page, "", t->published);
    write_cell(page, "", t->tag);
    write_cell(page, "n", fab_text_in_unit(s, t->value_count, t->unit));
    write_cell(page, "n", fab_study_range_text(s, t));
    if (fab_study_has_best(result)) {
        write_cell(page, "n", t->has_best ? fab_best_value_text(s, t) : "the same");
    }
    write_cell(page, "m", fab_mover_text(s, result, t));
    fab_page_raw(page, "<td>");
    write_strip(page, t);
    fprintf(page->stream, "</td><td><span class=\"%s\">", verdict_class(t));
    fab_page_text(page, fab_verdict_text(t->value_meets, t->ok));
    fab_page_raw(page, "</span></td></tr>\n");
}

void fab_page_targets(fab_page *page, const fab_study_result *result)
{
    if (result->target_count == 0) {
        return;
    }
    fab_page_begin_section(page, "results", "Published results beside ours");
    fab_page_raw(page,
                 "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"targets\">"
                 "<table>\n<thead><tr><th scope=\"col\">id</th><th scope=\"col\">result and where "
                 "it is published</th>"
                 "<th scope=\"col\">published</th><th scope=\"col\">tag</th>"
                 "<th scope=\"col\" class=\"n\">ours</th>"
                 "<th scope=\"col\" class=\"n\">our range</th>");
    if (fab_study_has_best(result)) {
        fab_page_raw(page, "<th scope=\"col\" class=\"n\">own best mappings</th>");
    }
    fab_page_raw(page, "<th scope=\"col\">moved most by</th><th scope=\"col\">picture</th>"
                       "<th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < result->target_count; i++) {
        write_target(page, result, &result->targets[i]);
    }
    fab_page_raw(
        page,
        "</tbody></table></div>\n"
        "<p class=\"note\">Picture: the grey box is the published value with its rounding, the "
        "line our range, the dot our value, the diamond our value with each system's own best "
        "mapping. \"Ours\" and \"our range\" keep the study's mapping: a search for every "
        "combination of the range would take too long. Verdict on our value: \"agrees\" when our "
        "value lies in the box, "
        "\"only our range agrees\" when only the line meets it, else \"differs\". "
        "Tag: P the paper's public text, S a secondary source, L later material of the same "
        "vendor, C computed from those, I inferred.</p>\n");
    fab_page_end_section(page);
}

/* ---- the answer ---- */

static void write_tile(fab_page *page, const fab_study_target *t)
{
    fab_scratch *s = page->scratch;
    fab_page_raw(page, "<div class=\"tile\">\n");
    fab_page_element(page, "p", "what", fab_text_printf(s, "%s: %s", t->id, t->what));
    fab_page_element(page, "p", "big", fab_text_in_unit(s, t->value_count, t->unit));
    fab_page_element(page, "p", "range",
                     fab_text_printf(s, "published %s; %s%s", t->published,
                                     t->low_count < t->high_count ? "our range " : "",
                                     fab_study_range_text(s, t)));
    if (t->has_best) {
        fab_page_element(
            page, "p", "range",
            fab_text_printf(s, "%s with own best mappings", fab_best_value_text(s, t)));
    }
    fab_page_raw(page, "<p>");
    fab_page_element(page, "span", verdict_class(t), fab_verdict_text(t->value_meets, t->ok));
    fab_page_raw(page, "</p></div>\n");
}

/* the target that the waterfall walks: published beside ours */
static const char *headline_text(fab_scratch *s, const fab_study_target *t)
{
    const char *range = t->range_points == 0
                            ? ""
                            : fab_text_printf(s, ", %s over %s combinations of the stated ranges",
                                              fab_study_range_text(s, t),
                                              fab_text_count(s, (int64_t)t->range_points));
    return fab_text_printf(s, "%s, %s: %s published, %s computed here%s: %s.", t->id, t->what,
                           t->published, fab_text_in_unit(s, t->value_count, t->unit), range,
                           fab_verdict_text(t->value_meets, t->ok));
}

/* the first system beside the last one, at the last case */
static const char *comparison_text(fab_scratch *s, const fab_study_result *result)
{
    if (result->point_count == 0 || result->variant_count < 2) {
        return "";
    }
    const size_t last_value = result->sweep_count - 1;
    const fab_study_point *mine =
        &result->points[(result->variant_count - 1) * result->sweep_count + last_value];
    const fab_study_point *other = &result->points[last_value];
    const double mine_days = mine->ownership.time_to_train_s / FAB_DAY_S;
    const double other_days = other->ownership.time_to_train_s / FAB_DAY_S;
    return fab_text_printf(
        s, " At %s, training takes %s days with \"%s\" and %s days with \"%s\", %s times as long.",
        result->sweep_labels[last_value], fab_text_digits(s, mine_days, 3),
        result->variants[mine->variant].title, fab_text_digits(s, other_days, 3),
        result->variants[other->variant].title, fab_text_fixed(s, other_days / mine_days, 2));
}

static const char *tally_text(fab_scratch *s, const fab_study_result *result)
{
    size_t agree = 0;
    size_t within = 0;
    for (size_t i = 0; i < result->target_count; i++) {
        agree += result->targets[i].value_meets ? 1 : 0;
        within += !result->targets[i].value_meets && result->targets[i].ok ? 1 : 0;
    }
    return fab_text_printf(s,
                           " Of %zu published results, our value agrees with %zu, our range alone "
                           "with %zu, and %zu %s.",
                           result->target_count, agree, within,
                           result->target_count - agree - within,
                           result->target_count - agree - within == 1 ? "differs" : "differ");
}

/* the widest row of the headline target, of those that its range goes over or of the others */
static const fab_sensitivity_row *widest_row(const fab_study_result *result, bool is_in_range)
{
    for (size_t i = 0; i < result->sensitivity_count; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        if (row->target == result->waterfall_target && row->in_range == is_in_range) {
            return row;
        }
    }
    return NULL;
}

static const char *row_text(fab_scratch *s, const fab_study_target *t, const char *before,
                            const fab_sensitivity_row *row)
{
    return fab_text_printf(s, "%s \"%s\", from %s to %s", before, row->name,
                           fab_text_in_unit(s, row->low_count, t->unit),
                           fab_text_in_unit(s, row->high_count, t->unit));
}

static const char *mover_text(fab_scratch *s, const fab_study_result *result)
{
    if (result->sensitivity_count == 0) {
        return "";
    }
    const fab_study_target *t = &result->targets[result->waterfall_target];
    const fab_sensitivity_row *stated = widest_row(result, true);
    const fab_sensitivity_row *other = widest_row(result, false);
    if (stated == NULL && other == NULL) {
        return "";
    }
    return fab_text_printf(s, " What moves %s most is%s%s%s.", t->id,
                           stated ? row_text(s, t, "", stated) : "",
                           stated && other ? "; of what our range does not go over," : "",
                           other ? row_text(s, t, "", other) : "");
}

void fab_page_answer(fab_page *page, const fab_study_result *result)
{
    fab_scratch *s = page->scratch;
    fab_page_begin_section(page, "answer", "The answer");
    const char *text = comparison_text(s, result);
    if (result->target_count > 0) {
        const fab_study_target *headline = &result->targets[result->waterfall_target];
        text = fab_text_printf(s, "%s%s%s%s%s", headline_text(s, headline), text,
                               fab_best_answer_text(s, headline), mover_text(s, result),
                               tally_text(s, result));
    }
    fab_page_element(page, "p", "lead", text);
    if (result->target_count > 0) {
        fab_page_raw(page, "<div class=\"tiles\">\n");
        for (size_t i = 0; i < result->target_count && i < TILE_LIMIT; i++) {
            write_tile(page, &result->targets[i]);
        }
        fab_page_raw(page, "</div>\n");
    }
    fab_page_end_section(page);
}
