#include "report/figures.h"

#include <stdint.h>
#include <string.h>

#include "report/plot.h"
#include "report/study_sheets.h"

#define FIGURE_WIDTH 900
#define TITLE_LIMIT  60

static const char *row_text(fab_scratch *s, size_t number)
{
    return fab_text_printf(s, "%zu", number);
}

/* height of a figure of horizontal bars */
static int bars_height(size_t rows, size_t groups)
{
    return (int)(80 + 30 * rows + 16 * groups);
}

/* bytes of the longest title of a system in a key, as cut there */
static size_t longest_title(const fab_study_result *result)
{
    size_t longest = 0;
    for (size_t v = 0; v < result->variant_count; v++) {
        const size_t length = strlen(result->variants[v].title);
        longest = length > longest ? length : longest;
    }
    return longest < TITLE_LIMIT ? longest : TITLE_LIMIT;
}

/* ---- time to train: bars by case and system ---- */

static const fab_sheet_column TIME_COLUMNS[] = {
    {"case", false, FAB_PLOT_CASE_WIDTH, FAB_SHEET_ALL},
    {"system", false, 0, FAB_SHEET_ALL},
    {"time_to_train_days", true, 0, FAB_SHEET_ALL},
    {"position", true, 0, FAB_SHEET_NOT_PAGE},
    {"system_number", true, 0, FAB_SHEET_NOT_PAGE},
    {"group_position", true, 0, FAB_SHEET_NOT_PAGE},
};

static const char *time_elements(fab_scratch *s, const fab_study_result *result)
{
    const char *text = "";
    for (size_t v = 0; v < result->variant_count; v++) {
        text = fab_text_printf(
            s,
            "%s'time_to_train.csv' skip 1 using ($5==%zu?$4:NaN):3 with boxes linecolor rgb '%s' "
            "title %s, \\\n    ",
            text, v, fab_plot_color(v), fab_plot_quote(s, result->variants[v].title, TITLE_LIMIT));
    }
    return fab_text_printf(
        s,
        "%s'time_to_train.csv' skip 1 using 4:3:3 with labels font small offset 0,0.6 notitle, \\\n"
        "    'time_to_train.csv' skip 1 every %zu using 6:(0):xtic(1) with points pointsize 0 "
        "notitle",
        text, result->variant_count);
}

static const fab_study_point *longest(const fab_study_result *result, bool is_longest)
{
    const fab_study_point *best = &result->points[0];
    for (size_t i = 1; i < result->point_count; i++) {
        const fab_study_point *point = &result->points[i];
        if ((point->ownership.time_to_train_s > best->ownership.time_to_train_s) == is_longest) {
            best = point;
        }
    }
    return best;
}

static const char *point_text(fab_scratch *s, const fab_study_result *result,
                              const fab_study_point *point)
{
    return fab_text_printf(
        s, "%s days (%s, %s)", fab_text_digits(s, point->ownership.time_to_train_s / FAB_DAY_S, 3),
        result->variants[point->variant].name, result->sweep_labels[point->value]);
}

/* bars of one case stand together, an empty place between cases */
static void add_times(fab_figure *figure, fab_scratch *s, const fab_study_result *result)
{
    const size_t stride = result->variant_count + 1;
    for (size_t value = 0; value < result->sweep_count; value++) {
        const double center = (double)(value * stride) + 0.5 * (double)(stride - 2);
        for (size_t v = 0; v < result->variant_count; v++) {
            const fab_study_point *point = &result->points[v * result->sweep_count + value];
            const double days = point->ownership.time_to_train_s / FAB_DAY_S;
            fab_sheet_add(&figure->data, (const char *const[]){
                                             result->sweep_labels[value],
                                             result->variants[v].name,
                                             fab_text_digits(s, days, 3),
                                             row_text(s, value * stride + v),
                                             row_text(s, v),
                                             fab_text_exact(s, center),
                                         });
        }
    }
}

void fab_figure_time(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure)
{
    figure->name = "time_to_train";
    figure->title = fab_text_printf(scratch, "Time to train by %s and system", result->sweep_name);
    figure->data =
        fab_sheet_make(scratch, TIME_COLUMNS, FAB_COLUMN_COUNT(TIME_COLUMNS), result->point_count);
    add_times(figure, scratch, result);
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = fab_text_printf(scratch,
                                    "set boxwidth 0.92 absolute\n"
                                    "set yrange [0:*]\n"
                                    "set offsets 0.7, 0.7, graph 0.08, 0\n"
                                    "set ylabel 'time to train, days'\n"
                                    "set grid noxtics ytics\n%s",
                                    fab_plot_case_axis(result)),
        .elements = time_elements(scratch, result),
        .width = FIGURE_WIDTH,
        .height = 380,
        .key_entries = result->variant_count,
        .key_bytes = longest_title(result),
    };
    figure->script = fab_plot_script(scratch, &plot);
    figure->caption =
        fab_text_printf(scratch, "Days to train, lower is better. Shortest: %s; longest: %s.",
                        point_text(scratch, result, longest(result, false)),
                        point_text(scratch, result, longest(result, true)));
}

/* ---- where the step's time goes: stacked bars of every point ---- */

/* more rows than this do not read; then only the last case is drawn */
#define PART_ROW_LIMIT 24

/* of the longest name of a part */
#define PART_KEY_BYTES 31

/* gnuplot makes columns of a key no longer than the plot is high */
#define PART_HEIGHT_LEAST 260

static const fab_sheet_column PART_COLUMNS[] = {
    {"case and system", false, 40, FAB_SHEET_ALL},
    {"part", false, 0, FAB_SHEET_ALL},
    {"time_s", true, 0, FAB_SHEET_ALL},
    {"start_s", true, 0, FAB_SHEET_NOT_PAGE},
    {"step_s", true, 0, FAB_SHEET_NOT_PAGE},
    {"row", true, 0, FAB_SHEET_NOT_PAGE},
    {"part_number", true, 0, FAB_SHEET_NOT_PAGE},
};

static void add_parts(fab_figure *figure, fab_scratch *s, const fab_study_result *result,
                      const fab_study_point *point, double row)
{
    const char *name =
        fab_text_printf(s, "%s  %s", fab_text_short(s, result->sweep_labels[point->value], 16),
                        fab_text_short(s, result->variants[point->variant].name, 20));
    double start_s = 0.0;
    for (int k = 0; k < FAB_STEP_CLASS_COUNT; k++) {
        const double part_s = point->forecast.part_s[k];
        fab_sheet_add(&figure->data, (const char *const[]){
                                         name,
                                         fab_step_class_text((fab_step_class)k),
                                         fab_text_digits(s, part_s, 4),
                                         fab_text_digits(s, start_s, 6),
                                         fab_text_digits(s, point->forecast.step_s, 3),
                                         fab_text_digits(s, row, 4),
                                         row_text(s, (size_t)k),
                                     });
        start_s += part_s;
    }
}

static const char *part_elements(fab_scratch *s)
{
    const char *text = "";
    for (int k = 0; k < FAB_STEP_CLASS_COUNT; k++) {
        text = fab_text_printf(
            s,
            "%s'step_parts.csv' skip 1 using 4:($7==%d?$6:NaN):4:($4+$3):($6-0.4):($6+0.4) "
            "with boxxyerror linecolor rgb '%s' title '%s', \\\n    ",
            text, k, fab_plot_part_color((fab_step_class)k),
            fab_step_class_text((fab_step_class)k));
    }
    return fab_text_printf(s,
                           "%s'step_parts.csv' skip 1 every %d using 5:6:5:ytic(1) with labels "
                           "left font small offset 0.6,0 "
                           "notitle",
                           text, FAB_STEP_CLASS_COUNT);
}

/* the largest share of a step that waits on messages */
static const char *parts_caption(fab_scratch *s, const fab_study_result *result)
{
    const fab_study_point *worst = NULL;
    double worst_frac = -1.0;
    for (size_t i = 0; i < result->point_count; i++) {
        const double *part_s = result->points[i].forecast.part_s;
        const double exposed_s = part_s[FAB_STEP_TENSOR] + part_s[FAB_STEP_EXPERT] +
                                 part_s[FAB_STEP_CONTEXT] + part_s[FAB_STEP_PIPELINE] +
                                 part_s[FAB_STEP_DATA];
        const double share_frac = exposed_s / result->points[i].forecast.step_s;
        if (share_frac > worst_frac) {
            worst_frac = share_frac;
            worst = &result->points[i];
        }
    }
    return fab_text_printf(s,
                           "Seconds of one optimizer step by part; the number at the end of a bar "
                           "is the step. Waiting for messages takes the largest share, %s %% of "
                           "the step, with %s at %s.",
                           fab_text_percent(s, worst_frac), result->variants[worst->variant].name,
                           result->sweep_labels[worst->value]);
}

static int parts_height(size_t rows, size_t cases)
{
    const int height = bars_height(rows, cases);
    return height > PART_HEIGHT_LEAST ? height : PART_HEIGHT_LEAST;
}

void fab_figure_parts(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure)
{
    const bool is_last_only = result->point_count > PART_ROW_LIMIT;
    const size_t first = is_last_only ? result->sweep_count - 1 : 0;
    const size_t rows = (result->sweep_count - first) * result->variant_count;
    figure->name = "step_parts";
    figure->title = "Where the time of a step goes";
    figure->data = fab_sheet_make(scratch, PART_COLUMNS, FAB_COLUMN_COUNT(PART_COLUMNS),
                                  rows * FAB_STEP_CLASS_COUNT);
    double row = 0.0;
    for (size_t value = first; value < result->sweep_count; value++) {
        for (size_t v = 0; v < result->variant_count; v++) {
            const fab_study_point *point = &result->points[v * result->sweep_count + value];
            add_parts(figure, scratch, result, point, row);
            row += 1.0;
        }
        row += 0.5;
    }
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = fab_text_printf(scratch,
                                    "set yrange [%s:-0.7]\n"
                                    "set xrange [0:*]\n"
                                    "set offsets 0, graph 0.07, 0, 0\n"
                                    "set xlabel 'time of one step, s'\n"
                                    "set grid xtics noytics\n"
                                    "set ytics scale 0\n",
                                    fab_text_digits(scratch, row - 0.8, 4)),
        .elements = part_elements(scratch),
        .width = FIGURE_WIDTH,
        .height = parts_height(rows, result->sweep_count - first),
        .key_entries = FAB_STEP_CLASS_COUNT,
        .key_bytes = PART_KEY_BYTES,
    };
    figure->script = fab_plot_script(scratch, &plot);
    figure->caption = parts_caption(scratch, result);
}

/* ---- link power per package: stacked bars by tier ---- */

static const fab_sheet_column POWER_COLUMNS[] = {
    {"system", false, 34, FAB_SHEET_ALL},         {"tier", false, 0, FAB_SHEET_ALL},
    {"power_w", true, 0, FAB_SHEET_ALL},          {"start_w", true, 0, FAB_SHEET_NOT_PAGE},
    {"sum_w", true, 0, FAB_SHEET_NOT_PAGE},       {"row", true, 0, FAB_SHEET_NOT_PAGE},
    {"tier_number", true, 0, FAB_SHEET_NOT_PAGE},
};

static void add_power(fab_figure *figure, fab_scratch *s, const fab_study_result *result,
                      size_t variant)
{
    const size_t last = variant * result->sweep_count + result->sweep_count - 1;
    const fab_forecast *forecast = &result->points[last].forecast;
    double start_w = 0.0;
    /* a system whose energy is not published has no bar */
    if (forecast->lacks_link_energy) {
        return;
    }
    for (size_t t = 0; t < FAB_TIER_LIMIT; t++) {
        const bool is_there = (int64_t)t < forecast->tier_count;
        const double power_w = is_there ? forecast->tiers[t].full_rate_power_w : 0.0;
        fab_sheet_add(&figure->data, (const char *const[]){
                                         result->variants[variant].title,
                                         is_there ? forecast->tiers[t].name : "none",
                                         fab_text_digits(s, power_w, 4),
                                         fab_text_digits(s, start_w, 4),
                                         fab_text_digits(s, fab_study_link_power_w(forecast), 3),
                                         row_text(s, variant),
                                         row_text(s, t),
                                     });
        start_w += power_w;
    }
}

/* the name of a tier in the first system that has it */
static const char *tier_name(const fab_study_result *result, size_t tier)
{
    for (size_t i = 0; i < result->point_count; i++) {
        if ((int64_t)tier < result->points[i].forecast.tier_count) {
            return result->points[i].forecast.tiers[tier].name;
        }
    }
    return NULL;
}

static const char *power_elements(fab_scratch *s, const fab_study_result *result)
{
    const char *text = "";
    for (size_t t = 0; t < FAB_TIER_LIMIT && tier_name(result, t); t++) {
        text = fab_text_printf(
            s,
            "%s'link_power.csv' skip 1 using 4:($7==%zu?$6:NaN):4:($4+$3):($6-0.36):($6+0.36) "
            "with boxxyerror linecolor rgb '%s' title %s, \\\n    ",
            text, t, fab_plot_color(t), fab_plot_quote(s, tier_name(result, t), 40));
    }
    return fab_text_printf(s,
                           "%s'link_power.csv' skip 1 every %d using 5:6:5:ytic(1) with labels "
                           "left font small offset 0.6,0 "
                           "notitle",
                           text, FAB_TIER_LIMIT);
}

static const char *power_caption(fab_scratch *s, const fab_study_result *result)
{
    const char *text = "Watts per package when its links run at full rate:";
    for (size_t v = 0; v < result->variant_count; v++) {
        const size_t last = v * result->sweep_count + result->sweep_count - 1;
        text = fab_text_printf(
            s, "%s %s %s%s", text, result->variants[v].name,
            fab_text_known(s, !result->points[last].forecast.lacks_link_energy,
                           fab_study_link_power_w(&result->points[last].forecast), FAB_DIM_POWER),
            v + 1 < result->variant_count ? "," : ".");
    }
    return text;
}

void fab_figure_power(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure)
{
    figure->name = "link_power";
    figure->title = "Power of the links of one package at full rate";
    figure->data = fab_sheet_make(scratch, POWER_COLUMNS, FAB_COLUMN_COUNT(POWER_COLUMNS),
                                  result->variant_count * FAB_TIER_LIMIT);
    for (size_t v = 0; v < result->variant_count; v++) {
        add_power(figure, scratch, result, v);
    }
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = fab_text_printf(scratch,
                                    "set yrange [%zu.6:-0.6]\n"
                                    "set xrange [0:*]\n"
                                    "set offsets 0, graph 0.07, 0, 0\n"
                                    "set xlabel 'power per package, W'\n"
                                    "set grid xtics noytics\n"
                                    "set ytics scale 0\n",
                                    result->variant_count - 1),
        .elements = power_elements(scratch, result),
        .width = FIGURE_WIDTH,
        .height = bars_height(2 * result->variant_count, 0),
        .key_entries = FAB_TIER_LIMIT,
        .key_bytes = 40,
    };
    figure->script = fab_plot_script(scratch, &plot);
    figure->caption = power_caption(scratch, result);
}
