#include <math.h>

#include "report/claims_sheets.h"
#include "report/plot.h"

#define FIGURE_WIDTH  900
#define FIGURE_HEIGHT 380
#define TITLE_LIMIT   40

static const char *row_text(fab_scratch *s, size_t number)
{
    return fab_text_printf(s, "%zu", number);
}

/* a number that this figure can show: bars that are left out are zero */
static bool is_drawn(const fab_claim_figure *drawn, double y)
{
    return isfinite(y) && (!drawn->is_y_log || y > 0.0);
}

static size_t row_limit(const fab_claim_figure *drawn)
{
    size_t rows = 0;
    for (size_t i = 0; i < drawn->curve_count; i++) {
        rows += drawn->curves[i].count;
    }
    return rows;
}

static size_t longest_label(const fab_claim_figure *drawn)
{
    size_t longest = 0;
    for (size_t i = 0; i < drawn->curve_count; i++) {
        size_t length = 0;
        while (length < TITLE_LIMIT && drawn->curves[i].label[length]) {
            length++;
        }
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* ---- lines ---- */

static const fab_sheet_column LINE_COLUMNS[] = {
    {"line", false, 0, FAB_SHEET_ALL},
    {"x", true, 0, FAB_SHEET_ALL},
    {"y", true, 0, FAB_SHEET_ALL},
    {"line_number", true, 0, FAB_SHEET_NOT_PAGE},
};

static void add_lines(fab_figure *figure, fab_scratch *s, const fab_claim_figure *drawn)
{
    for (size_t i = 0; i < drawn->curve_count; i++) {
        const fab_claim_curve *curve = &drawn->curves[i];
        for (size_t j = 0; j < curve->count; j++) {
            if (is_drawn(drawn, curve->y_count[j])) {
                fab_sheet_add(&figure->data, (const char *const[]){
                                                 curve->label,
                                                 fab_text_digits(s, curve->x_count[j], 4),
                                                 fab_text_digits(s, curve->y_count[j], 4),
                                                 row_text(s, i),
                                             });
            }
        }
    }
}

static const char *line_elements(fab_scratch *s, const char *name, const fab_claim_figure *drawn)
{
    const char *text = "";
    for (size_t i = 0; i < drawn->curve_count; i++) {
        text = fab_text_printf(s,
                               "%s%s'%s.csv' skip 1 using ($4==%zu?$2:NaN):3 with lines linewidth "
                               "2.5 linecolor rgb '%s' title %s",
                               text, i > 0 ? ", \\\n    " : "", name, i, fab_plot_color(i),
                               fab_plot_quote(s, drawn->curves[i].label, TITLE_LIMIT));
    }
    return text;
}

/* ---- bars ---- */

static const fab_sheet_column BAR_COLUMNS[] = {
    {"case", false, FAB_PLOT_CASE_WIDTH, FAB_SHEET_ALL},
    {"bar", false, 0, FAB_SHEET_ALL},
    {"y", true, 0, FAB_SHEET_ALL},
    {"position", true, 0, FAB_SHEET_NOT_PAGE},
    {"bar_number", true, 0, FAB_SHEET_NOT_PAGE},
    {"group_position", true, 0, FAB_SHEET_NOT_PAGE},
};

/* bars of one case stand together, an empty place between cases */
static void add_bars(fab_figure *figure, fab_scratch *s, const fab_claim_figure *drawn)
{
    const size_t stride = drawn->curve_count + 1;
    for (size_t i = 0; i < drawn->curve_count; i++) {
        const fab_claim_curve *curve = &drawn->curves[i];
        for (size_t j = 0; j < curve->count; j++) {
            const double center = (double)(j * stride) + 0.5 * (double)(stride - 2);
            if (is_drawn(drawn, curve->y_count[j])) {
                fab_sheet_add(&figure->data, (const char *const[]){
                                                 curve->names[j],
                                                 curve->label,
                                                 fab_text_digits(s, curve->y_count[j], 3),
                                                 row_text(s, j * stride + i),
                                                 row_text(s, i),
                                                 fab_text_exact(s, center),
                                             });
            }
        }
    }
}

static const char *bar_elements(fab_scratch *s, const char *name, const fab_claim_figure *drawn)
{
    const char *text = "";
    for (size_t i = 0; i < drawn->curve_count; i++) {
        text = fab_text_printf(s,
                               "%s'%s.csv' skip 1 using ($5==%zu?$4:NaN):3 with boxes linecolor "
                               "rgb '%s' title %s, \\\n    ",
                               text, name, i, fab_plot_color(i),
                               fab_plot_quote(s, drawn->curves[i].label, TITLE_LIMIT));
    }
    return fab_text_printf(
        s,
        "%s'%s.csv' skip 1 using 4:3:3 with labels font small offset 0,0.6 notitle, \\\n"
        "    '%s.csv' skip 1 using 6:3:xtic(1) with points pointsize 0 notitle",
        text, name, name);
}

/* least and greatest number drawn */
static void span_of(const fab_claim_figure *drawn, double *low, double *high)
{
    *low = HUGE_VAL;
    *high = 0.0;
    for (size_t i = 0; i < drawn->curve_count; i++) {
        for (size_t j = 0; j < drawn->curves[i].count; j++) {
            const double y = drawn->curves[i].y_count[j];
            if (is_drawn(drawn, y)) {
                *low = y < *low ? y : *low;
                *high = y > *high ? y : *high;
            }
        }
    }
}

/* bars on a logarithmic axis begin somewhere: below the shortest */
static const char *axis_range(fab_scratch *s, const fab_claim_figure *drawn)
{
    double low, high;
    span_of(drawn, &low, &high);
    return drawn->is_y_log
               ? fab_text_printf(s, "set yrange [%s:%s]\n", fab_text_digits(s, low / 3.0, 3),
                                 fab_text_digits(s, high * 2.0, 3))
               : "set yrange [0:*]\nset offsets 0, 0, graph 0.08, 0\n";
}

static const char *commands(fab_scratch *s, const fab_claim_figure *drawn)
{
    const char *x = drawn->x_title
                        ? fab_text_printf(s, "set xlabel %s\nset bmargin 4\n",
                                          fab_plot_quote(s, drawn->x_title, TITLE_LIMIT))
                        : "set xtics scale 0\nset bmargin 3\nset boxwidth 0.92 absolute\n"
                          "set offsets 0.7, 0.7, 0, 0\n";
    return fab_text_printf(s, "%s%s%s%sset ylabel %s\n", axis_range(s, drawn), x,
                           drawn->is_x_log ? "set logscale x\n" : "",
                           drawn->is_y_log ? "set logscale y\n" : "",
                           fab_plot_quote(s, drawn->y_title, TITLE_LIMIT));
}

static void make_figure(fab_scratch *s, const fab_claim_figure *drawn, size_t number,
                        fab_figure *figure)
{
    figure->name = fab_figure_claim_name(number);
    figure->title = drawn->title;
    figure->caption = drawn->caption;
    const char *elements;
    if (drawn->is_bars) {
        figure->data =
            fab_sheet_make(s, BAR_COLUMNS, FAB_COLUMN_COUNT(BAR_COLUMNS), row_limit(drawn));
        add_bars(figure, s, drawn);
        elements = bar_elements(s, figure->name, drawn);
    } else {
        figure->data =
            fab_sheet_make(s, LINE_COLUMNS, FAB_COLUMN_COUNT(LINE_COLUMNS), row_limit(drawn));
        add_lines(figure, s, drawn);
        elements = line_elements(s, figure->name, drawn);
    }
    const fab_plot plot = {
        .name = figure->name,
        .title = figure->title,
        .commands = commands(s, drawn),
        .elements = elements,
        .width = FIGURE_WIDTH,
        .height = FIGURE_HEIGHT,
        .key_entries = drawn->curve_count,
        .key_bytes = longest_label(drawn),
    };
    figure->script = fab_plot_script(s, &plot);
}

size_t fab_claim_figures_make(fab_scratch *scratch, const fab_claims_result *result,
                              fab_figure figures[FAB_CLAIM_FIGURE_LIMIT])
{
    size_t count = 0;
    for (size_t i = 0; i < result->answer_count && count < FAB_CLAIM_FIGURE_LIMIT; i++) {
        const fab_claim_figure *drawn = result->answers[i].figure;
        double low = 0.0, high = 0.0;
        if (drawn) {
            span_of(drawn, &low, &high);
        }
        /* nothing to draw where nothing is known */
        if (drawn && high > 0.0) {
            make_figure(scratch, drawn, count, &figures[count]);
            count++;
        }
    }
    return count;
}
