#include "report/figures.h"

#include <stdint.h>

#include "report/plot.h"

/* ---- gain of the last system under the study's mapping and under the best of each ---- */

#define FIGURE_WIDTH 900
#define KEY_LIMIT    44

static const fab_sheet_column COLUMNS[] = {
    {"case", false, FAB_PLOT_CASE_WIDTH, FAB_SHEET_ALL},
    {"over", false, 0, FAB_SHEET_ALL},
    {"study_ratio", true, 0, FAB_SHEET_ALL},
    {"best_ratio", true, 0, FAB_SHEET_ALL},
    {"position", true, 0, FAB_SHEET_NOT_PAGE},
    {"system_number", true, 0, FAB_SHEET_NOT_PAGE},
    {"group_position", true, 0, FAB_SHEET_NOT_PAGE},
};

static const fab_study_point *point_of(const fab_study_result *result, size_t variant, size_t value)
{
    return &result->points[variant * result->sweep_count + value];
}

static double study_gain(const fab_study_result *result, size_t variant, size_t value)
{
    const fab_study_point *last = point_of(result, result->variant_count - 1, value);
    return point_of(result, variant, value)->ownership.time_to_train_s /
           last->ownership.time_to_train_s;
}

/* 0 when one of the two has no feasible mapping */
static double best_gain(const fab_study_result *result, size_t variant, size_t value)
{
    const fab_study_best *last = point_of(result, result->variant_count - 1, value)->best;
    const fab_study_best *other = point_of(result, variant, value)->best;
    return last->is_found && other->is_found
               ? other->ownership.time_to_train_s / last->ownership.time_to_train_s
               : 0.0;
}

/* bars of one case stand together, an empty place between cases */
static void add_rows(fab_figure *figure, fab_scratch *s, const fab_study_result *result)
{
    const size_t others = result->variant_count - 1;
    for (size_t value = 0; value < result->sweep_count; value++) {
        const double center = (double)(value * (others + 1)) + 0.5 * (double)(others - 1);
        for (size_t v = 0; v < others; v++) {
            const double best_ratio = best_gain(result, v, value);
            fab_sheet_add(&figure->data,
                          (const char *const[]){
                              result->sweep_labels[value],
                              result->variants[v].name,
                              fab_text_fixed(s, study_gain(result, v, value), 2),
                              best_ratio > 0.0 ? fab_text_fixed(s, best_ratio, 2) : "",
                              fab_text_count(s, (int64_t)(value * (others + 1) + v)),
                              fab_text_count(s, (int64_t)v),
                              fab_text_exact(s, center),
                          });
        }
    }
}

static const char *key_text(fab_scratch *s, const fab_study_result *result, size_t variant,
                            const char *mapping)
{
    const char *name = fab_text_short(s, result->variants[variant].name, 20);
    return fab_plot_quote(s, fab_text_printf(s, "over %s, %s", name, mapping), KEY_LIMIT);
}

static const char *elements(fab_scratch *s, const fab_study_result *result,
                            const fab_study_target *target)
{
    const char *text = "";
    for (size_t v = 0; v + 1 < result->variant_count; v++) {
        text = fab_text_printf(
            s,
            "%s'best_mapping.csv' skip 1 using ($6==%zu?$5:NaN):3:(0.92) with boxes fillstyle "
            "solid 0.3 linecolor rgb '%s' title %s, \\\n"
            "    'best_mapping.csv' skip 1 using ($6==%zu?$5:NaN):4:(0.6) with boxes linecolor rgb "
            "'%s' title %s, \\\n    ",
            text, v, fab_plot_color(v), key_text(s, result, v, "the study's mapping"), v,
            fab_plot_color(v), key_text(s, result, v, "own best mappings"));
    }
    /* above the pale bar, or in white where the solid one hides that place */
    return fab_text_printf(
        s,
        "%s'best_mapping.csv' skip 1 using 5:($3<$4?0.93*$3:$3):3:($3<$4?0xffffff:0) with labels "
        "font small textcolor rgb variable offset 0,0.6 notitle, \\\n"
        "    'best_mapping.csv' skip 1 using 5:($4/2):4 with labels font small textcolor rgb "
        "'#ffffff' notitle, \\\n"
        "    'best_mapping.csv' skip 1 every %zu using 7:(0):xtic(1) with points pointsize 0 "
        "notitle%s",
        text, result->variant_count - 1, target ? fab_plot_published_key(s, target) : "");
}

static const char *caption(fab_scratch *s, const fab_study_result *result)
{
    const size_t last = result->sweep_count - 1;
    const char *text = fab_text_printf(
        s,
        "How many times as long the others take as %s. Pale, with its number at the top: every "
        "system runs the study's mapping. Solid, with its number in the middle: each runs the "
        "mapping that suits it best. At %s:",
        result->variants[result->variant_count - 1].name, result->sweep_labels[last]);
    for (size_t v = 0; v + 1 < result->variant_count; v++) {
        const double best_ratio = best_gain(result, v, last);
        text = fab_text_printf(s, "%s%s %s %s and %s", text, v > 0 ? ";" : "",
                               result->variants[v].name,
                               fab_text_fixed(s, study_gain(result, v, last), 2),
                               best_ratio > 0.0 ? fab_text_fixed(s, best_ratio, 2) : "unknown");
    }
    return fab_text_printf(s, "%s.", text);
}

void fab_figure_best(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure)
{
    const fab_study_target *target =
        result->waterfall_count ? &result->targets[result->waterfall_target] : NULL;
    const size_t others = result->variant_count - 1;
    figure->name = "best_mapping";
    figure->title = fab_text_printf(scratch, "Gain of %s with the best mapping of each",
                                    result->variants[others].name);
    figure->data =
        fab_sheet_make(scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), others * result->sweep_count);
    add_rows(figure, scratch, result);
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = fab_text_printf(scratch,
                                    "set yrange [0:*]\n"
                                    "set offsets 0.7, 0.7, graph 0.08, 0\n"
                                    "set ylabel 'time to train, ratio'\n"
                                    "set grid noxtics ytics\n%s%s",
                                    fab_plot_case_axis(result),
                                    target ? fab_plot_published_band(scratch, target, 'y') : ""),
        .elements = elements(scratch, result, target),
        .width = FIGURE_WIDTH,
        .height = 380,
        .key_entries = 2 * others + 1,
        .key_bytes = KEY_LIMIT,
    };
    figure->script = fab_plot_script(scratch, &plot);
    figure->caption = caption(scratch, result);
}
