#include "report/figures.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "report/plot.h"

#define FIGURE_WIDTH  900
#define TORNADO_LIMIT 12
#define EXTREME_LIMIT 26 /* bytes of a label at the end of a bar */

/* least height of the plot of gains, of the largest gain */
#define LEAST_GAIN_SPAN 0.1

/* points: width of the bars' plot beside long names, a letter and the edge of a label in it */
#define TORNADO_WIDTH 500.0
#define LABEL_LETTER  5.5
#define LABEL_EDGE    10.0
#define SPAN_ROUNDS   16

/* ---- gain of the last system over each other by case ---- */

static const fab_sheet_column RATIO_COLUMNS[] = {
    {"case", false, FAB_PLOT_CASE_WIDTH, FAB_SHEET_ALL},
    {"over", false, 0, FAB_SHEET_ALL},
    {"ratio", true, 0, FAB_SHEET_ALL},
    {"position", true, 0, FAB_SHEET_NOT_PAGE},
    {"system_number", true, 0, FAB_SHEET_NOT_PAGE},
};

static double gain(const fab_study_result *result, size_t variant, size_t value)
{
    const size_t last = (result->variant_count - 1) * result->sweep_count + value;
    return result->points[variant * result->sweep_count + value].ownership.time_to_train_s /
           result->points[last].ownership.time_to_train_s;
}

/* one value has no width of its own that offsets could widen */
#define LONE_VALUE_RANGE "set xrange [-0.7:0.7]\n"

static const char *ratio_elements(fab_scratch *s, const fab_study_result *result)
{
    const char *text = "";
    for (size_t v = 0; v + 1 < result->variant_count; v++) {
        text = fab_text_printf(
            s,
            "%s'gain.csv' skip 1 using ($5==%zu?$4:NaN):3:xtic(1) with linespoints linewidth 2.5 "
            "pointtype %zu pointsize 0.8 linecolor rgb '%s' title %s, \\\n    ",
            text, v, 5 + 2 * v, fab_plot_color(v),
            fab_plot_quote(s, fab_text_printf(s, "over %s", result->variants[v].title), 60));
    }
    /* gnuplot dies of labels of which there are none */
    const char *below = result->variant_count > 2
                            ? ", \\\n    'gain.csv' skip 1 using ($5>0?$4:NaN):3:3 with labels "
                              "font small offset 0,-0.9 notitle"
                            : "";
    return fab_text_printf(
        s,
        "%s'gain.csv' skip 1 using ($5==0?$4:NaN):3:3 with labels font small offset 0,0.9 "
        "notitle%s%s",
        text, below,
        result->waterfall_count
            ? fab_plot_published_key(s, &result->targets[result->waterfall_target])
            : "");
}

static const char *ratio_caption(fab_scratch *s, const fab_study_result *result)
{
    const size_t last = result->sweep_count - 1;
    const char *text = fab_text_printf(s, "How many times as long the others take as %s:",
                                       result->variants[result->variant_count - 1].name);
    for (size_t v = 0; v + 1 < result->variant_count; v++) {
        text = fab_text_printf(s, "%s %s %s at %s", text, result->variants[v].name,
                               fab_text_fixed(s, gain(result, v, 0), 2), result->sweep_labels[0]);
        if (last > 0) {
            text = fab_text_printf(s, "%s and %s at %s", text,
                                   fab_text_fixed(s, gain(result, v, last), 2),
                                   result->sweep_labels[last]);
        }
        text = fab_text_printf(s, "%s%s", text, v + 2 < result->variant_count ? ";" : ".");
    }
    return text;
}

static fab_plot_span gain_span(const fab_study_result *result)
{
    fab_plot_span span = {.low_count = gain(result, 0, 0),
                          .high_count = gain(result, 0, 0),
                          .room_low_frac = 0.12,
                          .room_high_frac = 0.1};
    for (size_t v = 0; v + 1 < result->variant_count; v++) {
        for (size_t value = 0; value < result->sweep_count; value++) {
            span.low_count = fmin(span.low_count, gain(result, v, value));
            span.high_count = fmax(span.high_count, gain(result, v, value));
        }
    }
    /* gains that hardly differ are a flat line in the middle */
    const double missing = LEAST_GAIN_SPAN * span.high_count - (span.high_count - span.low_count);
    if (missing > 0.0) {
        span.low_count -= 0.5 * missing;
        span.high_count += 0.5 * missing;
    }
    return span;
}

/* the target whose published range is shown, or NULL */
static const fab_study_target *shown_target(const fab_study_result *result)
{
    return result->waterfall_count ? &result->targets[result->waterfall_target] : NULL;
}

void fab_figure_ratio(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure)
{
    figure->name = "gain";
    figure->title =
        fab_text_printf(scratch, "Gain of %s by %s",
                        result->variants[result->variant_count - 1].name, result->sweep_name);
    figure->data = fab_sheet_make(scratch, RATIO_COLUMNS, FAB_COLUMN_COUNT(RATIO_COLUMNS),
                                  result->point_count);
    for (size_t v = 0; v + 1 < result->variant_count; v++) {
        for (size_t value = 0; value < result->sweep_count; value++) {
            fab_sheet_add(&figure->data, (const char *const[]){
                                             result->sweep_labels[value],
                                             result->variants[v].name,
                                             fab_text_fixed(scratch, gain(result, v, value), 2),
                                             fab_text_count(scratch, (int64_t)value),
                                             fab_text_count(scratch, (int64_t)v),
                                         });
        }
    }
    const fab_study_target *target = shown_target(result);
    const char *band = target ? fab_plot_published_band(scratch, target, 'y') : "";
    const fab_plot_span span = gain_span(result);
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = fab_text_printf(scratch,
                                    "set offsets 0.4, 0.4, 0, 0\n"
                                    "set ylabel 'time to train, ratio'\n"
                                    "set grid noxtics ytics\n%s%s%s%s",
                                    fab_plot_case_axis(result),
                                    result->sweep_count == 1 ? LONE_VALUE_RANGE : "",
                                    fab_plot_range(scratch, 'y', &span, target), band),
        .elements = ratio_elements(scratch, result),
        .width = FIGURE_WIDTH,
        .height = 380,
        .key_entries = result->variant_count,
        .key_bytes = 60,
    };
    figure->script = fab_plot_script(scratch, &plot);
    figure->caption = ratio_caption(scratch, result);
}

/* ---- the waterfall ---- */

static const fab_sheet_column WATERFALL_COLUMNS[] = {
    {"setting", false, 44, FAB_SHEET_ALL},
    {"ratio", true, 0, FAB_SHEET_ALL},
    {"change", true, 0, FAB_SHEET_ALL},
    {"before", true, 0, FAB_SHEET_NOT_PAGE},
    {"row", true, 0, FAB_SHEET_NOT_PAGE},
    {"kind", true, 0, FAB_SHEET_NOT_PAGE},
    {"is_default", true, 0, FAB_SHEET_NOT_PAGE},
    {"note", false, 0, FAB_SHEET_NOT_PAGE},
    {"note_position", true, 0, FAB_SHEET_NOT_PAGE},
};

enum { KIND_FIRST, KIND_UP, KIND_DOWN, KIND_BEYOND };

static int row_kind(const fab_study_result *result, size_t i)
{
    const fab_waterfall_row *row = &result->waterfall[i];
    if (i == 0) {
        return KIND_FIRST;
    }
    if (row->is_beyond) {
        return KIND_BEYOND;
    }
    return row->change_ratio < 0.0 ? KIND_DOWN : KIND_UP;
}

static void add_waterfall_row(fab_figure *figure, fab_scratch *s, const fab_study_result *result,
                              size_t i)
{
    const fab_waterfall_row *row = &result->waterfall[i];
    const double before_ratio = i ? row->ratio - row->change_ratio : row->ratio;
    const char *ratio = fab_text_fixed(s, row->ratio, 2);
    const char *change = fab_text_fixed(s, row->change_ratio, 2);
    const char *note =
        i ? fab_text_printf(s, "%s  (%s%s)", ratio, row->change_ratio >= 0.0 ? "+" : "", change)
          : ratio;
    fab_sheet_add(&figure->data, (const char *const[]){
                                     row->label,
                                     fab_text_digits(s, row->ratio, 5),
                                     fab_text_digits(s, row->change_ratio, 4),
                                     fab_text_digits(s, before_ratio, 5),
                                     fab_text_count(s, (int64_t)i),
                                     fab_text_count(s, row_kind(result, i)),
                                     row->is_default ? "1" : "0",
                                     note,
                                     fab_text_digits(s, fmax(row->ratio, before_ratio), 5),
                                 });
}

static const char *waterfall_elements(fab_scratch *s, const fab_study_target *target)
{
    const struct {
        int kind;
        const char *color, *title;
    } bar[] = {
        {KIND_UP, "#0072B2", "raises the ratio"},
        {KIND_DOWN, "#E69F00", "lowers the ratio"},
        {KIND_BEYOND, "#999999", "beyond the study's settings"},
    };
    const char *text = "";
    for (size_t i = 0; i < sizeof bar / sizeof bar[0]; i++) {
        text = fab_text_printf(
            s,
            "%s'waterfall.csv' skip 1 using 4:($6==%d?$5:NaN):4:2:($5-0.34):($5+0.34) "
            "with boxxyerror linecolor rgb '%s' title %s, \\\n    ",
            text, bar[i].kind, bar[i].color, fab_plot_quote(s, bar[i].title, 60));
    }
    return fab_text_printf(
        s,
        "%s'waterfall.csv' skip 1 using 2:5 with points pointtype 7 pointsize 0.45 "
        "linecolor rgb '#222222' notitle, \\\n"
        "    'waterfall.csv' skip 1 using ($7==1?$2:NaN):5 with points pointtype 13 "
        "pointsize 1.1 linecolor rgb '#000000' title %s, \\\n"
        "    'waterfall.csv' skip 1 using 9:5:8:ytic(1) with labels left font small offset 1.4,0 "
        "notitle%s",
        text, fab_plot_quote(s, "the study's own settings", 60), fab_plot_published_key(s, target));
}

static const char *waterfall_caption(fab_scratch *s, const fab_study_result *result)
{
    const fab_waterfall_row *rows = result->waterfall;
    size_t largest = 0;
    const fab_waterfall_row *own = &rows[result->waterfall_count - 1];
    for (size_t i = 1; i < result->waterfall_count; i++) {
        if (rows[i].is_default) {
            own = &rows[i];
        }
        if (!rows[i].is_beyond &&
            (largest == 0 || fabs(rows[i].change_ratio) > fabs(rows[largest].change_ratio))) {
            largest = i;
        }
    }
    const char *text = fab_text_printf(
        s, "Settings are added from top to bottom: from %s (%s) to %s with the study's own.",
        fab_text_fixed(s, rows[0].ratio, 2), rows[0].label, fab_text_fixed(s, own->ratio, 2));
    if (largest == 0) {
        return text;
    }
    return fab_text_printf(s, "%s The largest single change is %s%s (%s).", text,
                           rows[largest].change_ratio > 0.0 ? "+" : "",
                           fab_text_fixed(s, rows[largest].change_ratio, 2), rows[largest].label);
}

static fab_plot_span waterfall_span(const fab_study_result *result)
{
    fab_plot_span span = {.low_count = result->waterfall[0].ratio,
                          .high_count = result->waterfall[0].ratio,
                          .room_low_frac = 0.04,
                          .room_high_frac = 0.28};
    for (size_t i = 1; i < result->waterfall_count; i++) {
        span.low_count = fmin(span.low_count, result->waterfall[i].ratio);
        span.high_count = fmax(span.high_count, result->waterfall[i].ratio);
    }
    return span;
}

void fab_figure_waterfall(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure)
{
    const fab_study_target *target = &result->targets[result->waterfall_target];
    figure->name = "waterfall";
    figure->title =
        fab_text_printf(scratch, "How %s comes about, one setting at a time", target->id);
    figure->data = fab_sheet_make(scratch, WATERFALL_COLUMNS, FAB_COLUMN_COUNT(WATERFALL_COLUMNS),
                                  result->waterfall_count);
    for (size_t i = 0; i < result->waterfall_count; i++) {
        add_waterfall_row(figure, scratch, result, i);
    }
    const fab_plot_span span = waterfall_span(result);
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = fab_text_printf(scratch,
                                    "set yrange [%zu.6:-0.6]\n"
                                    "set xlabel 'ratio of step times, slower over faster'\n"
                                    "set grid xtics noytics\n"
                                    "set ytics scale 0\n"
                                    "%s%s",
                                    result->waterfall_count - 1,
                                    fab_plot_range(scratch, 'x', &span, target),
                                    fab_plot_published_band(scratch, target, 'x')),
        .elements = waterfall_elements(scratch, target),
        .width = FIGURE_WIDTH,
        .height = (int)(80 + 35 * result->waterfall_count),
        .key_entries = 5,
        .key_bytes = 32,
    };
    figure->script = fab_plot_script(scratch, &plot);
    figure->caption = waterfall_caption(scratch, result);
}

/* ---- what moves the target most ---- */

static const fab_sheet_column TORNADO_COLUMNS[] = {
    {"assumption", false, 40, FAB_SHEET_ALL},
    {"low", true, 0, FAB_SHEET_ALL},
    {"high", true, 0, FAB_SHEET_ALL},
    {"setting_of_low", false, 0, FAB_SHEET_ALL},
    {"setting_of_high", false, 0, FAB_SHEET_ALL},
    {"row", true, 0, FAB_SHEET_NOT_PAGE},
    {"is_in_range", true, 0, FAB_SHEET_NOT_PAGE},
};

/* true when a bar ends at the study's own value, which the vertical line shows */
static bool is_own(const fab_study_target *target, double value_count)
{
    return fabs(value_count - target->value_count) <= 1e-9 * fabs(target->value_count);
}

/* the label of the setting that gives the lowest or highest value */
static const char *extreme_label(const fab_sensitivity_row *row, bool is_highest)
{
    size_t best = 0;
    for (size_t i = 1; i < row->count; i++) {
        if (is_highest ? row->values_count[i] > row->values_count[best]
                       : row->values_count[i] < row->values_count[best]) {
            best = i;
        }
    }
    return row->count ? row->labels[best] : "";
}

static const char *tornado_elements(fab_scratch *s, const fab_study_target *target)
{
    const char *text = "";
    for (int in_range = 1; in_range >= 0; in_range--) {
        text = fab_text_printf(
            s,
            "%s'sensitivity.csv' skip 1 using 2:($7==%d?$6:NaN):2:3:($6-0.34):($6+0.34) "
            "with boxxyerror linecolor rgb '%s' title '%s', \\\n    ",
            text, in_range, in_range ? "#0072B2" : "#E69F00",
            in_range ? "part of our range" : "beyond our range");
    }
    return fab_text_printf(
        s,
        "%s'sensitivity.csv' skip 1 using 2:6:4 with labels right font small offset -0.6,0 "
        "notitle, \\\n"
        "    'sensitivity.csv' skip 1 using 3:6:5:ytic(1) with labels left font small offset 0.6,0 "
        "notitle"
        ", \\\n    keyentry with lines linetype 1 linewidth 2 linecolor rgb '#000000' title %s%s",
        text,
        fab_plot_quote(
            s,
            fab_text_printf(s, "ours: %s", fab_text_in_unit(s, target->value_count, target->unit)),
            40),
        fab_plot_published_key(s, target));
}

static const char *tornado_caption(fab_scratch *s, const fab_study_result *result)
{
    for (size_t i = 0; i < result->sensitivity_count; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        if (row->target == result->waterfall_target) {
            const char *unit = result->targets[row->target].unit;
            return fab_text_printf(
                s,
                "Each bar changes one assumption alone. The widest, %s, takes %s from %s (%s) to "
                "%s (%s).",
                row->name, result->targets[row->target].id,
                fab_text_in_unit(s, row->low_count, unit), extreme_label(row, false),
                fab_text_in_unit(s, row->high_count, unit), extreme_label(row, true));
        }
    }
    return "";
}

/* the widest rows of the target; returns how many */
static size_t tornado_rows(const fab_study_result *result,
                           const fab_sensitivity_row *rows[TORNADO_LIMIT])
{
    size_t count = 0;
    for (size_t i = 0; i < result->sensitivity_count && count < TORNADO_LIMIT; i++) {
        if (result->sensitivities[i].target == result->waterfall_target) {
            rows[count++] = &result->sensitivities[i];
        }
    }
    return count;
}

/* the label at one end of a bar, "" where the bar ends at the study's own value */
static const char *end_label(fab_scratch *s, const fab_study_target *target,
                             const fab_sensitivity_row *row, bool is_highest)
{
    if (is_own(target, is_highest ? row->high_count : row->low_count)) {
        return "";
    }
    return fab_text_short(s, extreme_label(row, is_highest), EXTREME_LIMIT);
}

static void add_tornado_rows(fab_figure *figure, fab_scratch *s, const fab_study_target *target,
                             const fab_sensitivity_row *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fab_sheet_add(&figure->data, (const char *const[]){
                                         rows[i]->name,
                                         fab_text_digits(s, rows[i]->low_count, 4),
                                         fab_text_digits(s, rows[i]->high_count, 4),
                                         end_label(s, target, rows[i], false),
                                         end_label(s, target, rows[i], true),
                                         fab_text_count(s, (int64_t)i),
                                         rows[i]->in_range ? "1" : "0",
                                     });
    }
}

/* share of the plot's width that a label at the end of a bar takes */
static double label_frac(const char *label)
{
    return *label ? (LABEL_EDGE + LABEL_LETTER * (double)strlen(label)) / TORNADO_WIDTH : 0.0;
}

/* the span in which every bar has room for its labels: they take the same width whatever the span
 * is, so it is widened until it holds */
static fab_plot_span tornado_span(fab_scratch *s, const fab_study_target *target,
                                  const fab_sensitivity_row *const *rows, size_t count)
{
    fab_plot_span span = {.low_count = target->value_count, .high_count = target->value_count};
    for (int round = 0; round < SPAN_ROUNDS; round++) {
        const double length = span.high_count - span.low_count;
        for (size_t i = 0; i < count; i++) {
            const double below = length * label_frac(end_label(s, target, rows[i], false));
            const double above = length * label_frac(end_label(s, target, rows[i], true));
            span.low_count = fmin(span.low_count, rows[i]->low_count - below);
            span.high_count = fmax(span.high_count, rows[i]->high_count + above);
        }
    }
    span.room_low_frac = 0.03;
    span.room_high_frac = 0.03;
    return span;
}

void fab_figure_tornado(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure)
{
    const fab_study_target *target = &result->targets[result->waterfall_target];
    figure->name = "sensitivity";
    figure->title = fab_text_printf(scratch, "What moves %s most", target->id);
    figure->data =
        fab_sheet_make(scratch, TORNADO_COLUMNS, FAB_COLUMN_COUNT(TORNADO_COLUMNS), TORNADO_LIMIT);
    const fab_sensitivity_row *rows[TORNADO_LIMIT];
    const size_t count = tornado_rows(result, rows);
    add_tornado_rows(figure, scratch, target, rows, count);
    const fab_plot_span span = tornado_span(scratch, target, rows, count);
    const char *about = fab_text_printf(scratch, "%s: %s%s%s", target->id, target->what,
                                        target->unit && *target->unit ? ", " : "",
                                        target->unit ? target->unit : "");
    const char *value = fab_text_exact(scratch, target->value_count);
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = fab_text_printf(
            scratch,
            "set yrange [%zu.6:-0.6]\n"
            "set xlabel %s\n"
            "set grid xtics noytics\n"
            "set ytics scale 0\n"
            "set arrow 1 from first %s, graph 0 to first %s, graph 1 nohead front linewidth 1.5 "
            "linecolor rgb '#000000'\n%s%s",
            figure->data.row_count ? figure->data.row_count - 1 : 0,
            fab_plot_quote(scratch, about, 80), value, value,
            fab_plot_range(scratch, 'x', &span, target),
            fab_plot_published_band(scratch, target, 'x')),
        .elements = tornado_elements(scratch, target),
        .width = FIGURE_WIDTH,
        .height = (int)(80 + 35 * figure->data.row_count),
        .key_entries = 4,
        .key_bytes = 32,
    };
    figure->script = fab_plot_script(scratch, &plot);
    figure->caption = tornado_caption(scratch, result);
}
