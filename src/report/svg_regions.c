#include <math.h>

#include "report/plot.h"
#include "report/region_sheets.h"
#include "report/svg.h"

/* The map of the best link: distance to the right, bandwidth upwards, both by their logarithm. */

#define WIDTH  1040.0
#define HEIGHT 620.0
#define LEFT   86.0
#define TOP    30.0
#define ACROSS 660.0
#define UP     520.0
#define KEY_X  770.0

static const char INK[] = "#222222";
static const char EMPTY[] = "#F1F1F1";

/* colours for the largest regions, then greys */
static const char *color_of(const fab_region_map *regions, int curve)
{
    static const char *const GREY[] = {"#777777", "#9A9A9A", "#5A5A5A", "#B8B8B8"};
    if (curve == FAB_REGION_NONE) {
        return EMPTY;
    }
    size_t rank = 0;
    while (rank < regions->region_count && regions->regions[rank].curve != curve) {
        rank++;
    }
    return rank < FAB_PLOT_COLOR_COUNT ? fab_plot_color(rank)
                                       : GREY[(rank - FAB_PLOT_COLOR_COUNT) % 4];
}

/* runs of equal cells are one rectangle each */
static void draw_cells(fab_svg *svg, const fab_region_map *regions)
{
    const double across = ACROSS / FAB_MAP_POINTS;
    const double up = UP / FAB_REGION_RATES;
    for (size_t rate = 0; rate < FAB_REGION_RATES; rate++) {
        size_t from = 0;
        for (size_t point = 1; point <= FAB_MAP_POINTS; point++) {
            const int best = regions->best[rate][from];
            if (point < FAB_MAP_POINTS && regions->best[rate][point] == best) {
                continue;
            }
            const fab_svg_box box = {LEFT + across * (double)from,
                                     TOP + UP - up * (double)(rate + 1),
                                     across * (double)(point - from) + 0.6, up + 0.6};
            fab_svg_rect(svg, box, 0.0, color_of(regions, best), NULL);
            from = point;
        }
    }
}

static void draw_axis(fab_svg *svg, double low, double high, bool is_x)
{
    const fab_svg_font font = {12, false, INK, is_x ? FAB_SVG_MIDDLE : FAB_SVG_END};
    for (double mark = fab_svg_next_mark(low, high, 0.0); mark > 0.0;
         mark = fab_svg_next_mark(low, high, mark)) {
        const double share = log(mark / low) / log(high / low);
        const double x = is_x ? LEFT + ACROSS * share : LEFT;
        const double y = is_x ? TOP + UP : TOP + UP * (1.0 - share);
        const double from[2] = {x, y};
        const double to[2] = {is_x ? x : x - 6.0, is_x ? y + 6.0 : y};
        fab_svg_line(svg, from, to, INK, 1.0);
        fab_svg_text(svg, is_x ? x : x - 10.0, is_x ? y + 22.0 : y + 4.0, font,
                     fab_text_quantity(svg->scratch, mark, is_x ? FAB_DIM_LENGTH : FAB_DIM_RATE));
    }
}

static void draw_key_row(fab_svg *svg, size_t row, const char *color, const char *text)
{
    const fab_svg_font font = {13, false, INK, FAB_SVG_START};
    const double y = TOP + 24.0 * (double)row;
    const fab_svg_box box = {KEY_X, y, 16.0, 16.0};
    fab_svg_rect(svg, box, 2.0, color, INK);
    fab_svg_text(svg, KEY_X + 26.0, y + 13.0, font, text);
}

static void draw_key(fab_svg *svg, const fab_region_map *regions)
{
    for (size_t i = 0; i < regions->region_count; i++) {
        const int curve = regions->regions[i].curve;
        draw_key_row(svg, i, color_of(regions, curve),
                     fab_text_short(svg->scratch, regions->map.curves[curve].technology->name, 26));
    }
    if (regions->empty_cells > 0) {
        draw_key_row(svg, regions->region_count, EMPTY, "nothing can be built");
    }
}

void fab_regions_draw(fab_scratch *scratch, const fab_region_map *regions, bool is_inline,
                      FILE *stream)
{
    fab_svg svg = {.stream = stream, .scratch = scratch};
    const fab_svg_font middle = {13, false, INK, FAB_SVG_MIDDLE};
    const fab_svg_font start = {13, false, INK, FAB_SVG_START};
    fab_svg_begin(&svg, WIDTH, HEIGHT, "The best link over distance and bandwidth of a package",
                  is_inline);
    draw_cells(&svg, regions);
    draw_axis(&svg, regions->frame.from_m, regions->frame.to_m, true);
    draw_axis(&svg, regions->frame.from_bps, regions->frame.to_bps, false);
    fab_svg_text(&svg, LEFT + ACROSS / 2.0, TOP + UP + 46.0, middle, "distance");
    fab_svg_text(&svg, 10.0, TOP - 12.0, start, "rate of a package, one direction");
    draw_key(&svg, regions);
    fab_svg_end(&svg);
}
