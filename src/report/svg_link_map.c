#include <fabricast/report.h>

#include <math.h>

#include "report/plot.h"
#include "report/svg.h"
#include "report/text_table.h"

/* Energy and lane rate over distance, both axes by their logarithm. */

#define WIDTH  1040.0
#define HEIGHT 520.0
#define DRAWN  8 /* curves that colours tell apart */

static const char INK[] = "#222222";
static const char GRID[] = "#E3E3E3";

/* One of the two plots. */
typedef struct panel {
    fab_svg *svg;
    fab_svg_box box;
    double low_x, high_x, low_y, high_y;
    const char *title;
    const char *x_title;
} panel;

typedef double (*pick)(const fab_link_curve *curve, size_t point);

static double energy_pj(const fab_link_curve *curve, size_t point)
{
    return curve->energy_j_per_bit[point] * 1e12;
}

static double lane_gbps(const fab_link_curve *curve, size_t point)
{
    return curve->lane_bps[point] * 1e-9;
}

static double along(double value, double low, double high)
{
    return log(value / low) / log(high / low);
}

static double at_x(const panel *p, double value)
{
    return p->box.x_count + p->box.width_count * along(value, p->low_x, p->high_x);
}

static double at_y(const panel *p, double value)
{
    return p->box.y_count + p->box.height_count * (1.0 - along(value, p->low_y, p->high_y));
}

static void draw_tick(const panel *p, bool is_x, double value)
{
    const fab_svg_font font = {12, false, INK, is_x ? FAB_SVG_MIDDLE : FAB_SVG_END};
    const double right = p->box.x_count + p->box.width_count;
    const double foot = p->box.y_count + p->box.height_count;
    const double x = is_x ? at_x(p, value) : p->box.x_count;
    const double y = is_x ? foot : at_y(p, value);
    const double from[2] = {x, y};
    const double to[2] = {is_x ? x : right, is_x ? p->box.y_count : y};
    fab_svg_line(p->svg, from, to, GRID, 1.0);
    fab_svg_text(p->svg, is_x ? x : x - 6.0, is_x ? y + 17.0 : y + 4.0, font,
                 fab_text_digits(p->svg->scratch, value, 1));
}

static void draw_ticks(const panel *p, bool is_x)
{
    const double low = is_x ? p->low_x : p->low_y;
    const double high = is_x ? p->high_x : p->high_y;
    for (double mark = fab_svg_next_mark(low, high, 0.0); mark > 0.0;
         mark = fab_svg_next_mark(low, high, mark)) {
        draw_tick(p, is_x, mark);
    }
}

static void draw_frame(const panel *p)
{
    const fab_svg_font bold = {14, true, INK, FAB_SVG_START};
    const fab_svg_font middle = {12, false, INK, FAB_SVG_MIDDLE};
    draw_ticks(p, true);
    draw_ticks(p, false);
    fab_svg_text(p->svg, p->box.x_count, p->box.y_count - 12.0, bold, p->title);
    fab_svg_text(p->svg, p->box.x_count + p->box.width_count / 2.0,
                 p->box.y_count + p->box.height_count + 38.0, middle, p->x_title);
}

static void draw_curve(const panel *p, const fab_link_map *map, const fab_link_curve *curve,
                       pick value, const char *color)
{
    for (size_t i = 1; i < FAB_MAP_POINTS; i++) {
        if (value(curve, i - 1) > 0.0 && value(curve, i) > 0.0) {
            const double from[2] = {at_x(p, map->distances_m[i - 1]), at_y(p, value(curve, i - 1))};
            const double to[2] = {at_x(p, map->distances_m[i]), at_y(p, value(curve, i))};
            fab_svg_line(p->svg, from, to, color, 2.5);
        }
    }
}

/* what the curves span, with room for lines at both ends */
static void set_range(panel *p, const fab_link_map *map, const fab_link_curve *const *drawn,
                      size_t count, pick value)
{
    double low = 0.0;
    double high = 0.0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < FAB_MAP_POINTS; k++) {
            const double here = value(drawn[i], k);
            low = here > 0.0 && (!(low > 0.0) || here < low) ? here : low;
            high = here > high ? here : high;
        }
    }
    p->low_x = map->distances_m[0];
    p->high_x = map->distances_m[FAB_MAP_POINTS - 1];
    p->low_y = low > 0.0 ? 0.8 * low : 0.8;
    p->high_y = high > 0.0 ? 1.25 * high : 1.25;
}

static void draw_panel(panel *p, const fab_link_map *map, const fab_link_curve *const *drawn,
                       size_t count, pick value)
{
    set_range(p, map, drawn, count, value);
    draw_frame(p);
    for (size_t i = 0; i < count; i++) {
        draw_curve(p, map, drawn[i], value, fab_plot_color(i));
    }
}

/* those asked for while colours last, else those that cost least somewhere */
static size_t choose(const fab_link_map *map, const fab_link_curve **drawn)
{
    size_t count = 0;
    for (size_t i = 0; i < map->count && map->count <= DRAWN; i++) {
        if (map->curves[i].count > 0) {
            drawn[count++] = &map->curves[i];
        }
    }
    for (size_t i = 0; i < map->stretch_count && map->count > DRAWN; i++) {
        bool is_new = count < DRAWN;
        for (size_t k = 0; k < count; k++) {
            is_new = is_new && drawn[k] != map->stretches[i].curve;
        }
        if (is_new) {
            drawn[count++] = map->stretches[i].curve;
        }
    }
    return count;
}

static void draw_key(fab_svg *svg, const fab_link_curve *const *drawn, size_t count)
{
    const fab_svg_font font = {13, false, INK, FAB_SVG_START};
    for (size_t i = 0; i < count; i++) {
        const double x = 60.0 + 250.0 * (double)(i % 4);
        const double y = 462.0 + 24.0 * (double)(i / 4);
        const double from[2] = {x, y - 4.0};
        const double to[2] = {x + 24.0, y - 4.0};
        fab_svg_line(svg, from, to, fab_plot_color(i), 2.5);
        fab_svg_text(svg, x + 32.0, y, font,
                     fab_text_short(svg->scratch, drawn[i]->technology->name, 26));
    }
}

fab_status fab_report_link_map_svg(const fab_link_map *map, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_svg svg = {.stream = stream, .scratch = &scratch};
    const fab_link_curve *drawn[DRAWN];
    const size_t count = choose(map, drawn);
    fab_svg_begin(&svg, WIDTH, HEIGHT, "Energy per bit and lane rate over distance", false);
    panel energy = {.svg = &svg,
                    .box = {60.0, 44.0, 430.0, 340.0},
                    .title = "Energy of the whole link, pJ/bit",
                    .x_title = "distance, m"};
    draw_panel(&energy, map, drawn, count, energy_pj);
    panel lane = {.svg = &svg,
                  .box = {580.0, 44.0, 430.0, 340.0},
                  .title = "Fastest lane, Gb/s, one direction",
                  .x_title = "distance, m"};
    draw_panel(&lane, map, drawn, count, lane_gbps);
    draw_key(&svg, drawn, count);
    fab_svg_end(&svg);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
