#include <fabricast/report.h>

#include <assert.h>
#include <math.h>

#include "report/svg_fabric.h"

/* A fabric from its outermost tier down to the racks of its first domains, with the counts that the
 * bill has, and below it how far each tier's links must go and how far they reach. */

#define WIDTH       1000.0
#define MARGIN      20.0
#define HEAD_HEIGHT 62.0
#define LABEL_WIDTH 236.0
#define LEFT        (MARGIN + LABEL_WIDTH)
#define RIGHT       (WIDTH - MARGIN - 150.0)
#define ROW_HEIGHT  48.0
#define NODE_WIDTH  46.0
#define NODE_HEIGHT 20.0
#define BAND_GAP    26.0
#define BAND_LEAST  104.0
#define POD_HEIGHT  168.0
#define NODES_SHOWN 8
#define PODS_SHOWN  3
#define RACKS_SHOWN 5
#define CHIPS_SHOWN 6
#define REACH_ROW   26.0
#define REACH_HEAD  44.0
#define TEXT_LIMIT  30

static const char INK[] = "#1a202c";
static const char GREY[] = "#5a6675";
static const char PALE[] = "#c3ccd6";
static const char RED[] = "#b42318";
static const char GREEN[] = "#2f7d4f";

/* one colour and its tint for each tier from the innermost outwards */
static const char *const COLOUR[] = {"#b45309", "#1d5fa8", "#6b46a8", "#0f766e"};
static const char *const TINT[] = {"#fdf3e4", "#eaf2fb", "#f2ecfb", "#e6f5f3"};

#define COLOUR_COUNT (sizeof(COLOUR) / sizeof(COLOUR)[0])

/* a row of things drawn side by side: where each stands, and where the row is cut */
typedef struct node_row {
    double x_count[NODES_SHOWN];
    int shown;
    bool is_cut;
    double y_count;
} node_row;

typedef struct drawing {
    fab_svg svg;
    const fab_fabric_bill *bill;
} drawing;

static fab_svg_font font_of(int size, const char *fill, fab_svg_anchor anchor)
{
    return (fab_svg_font){.size = size, .fill = fill, .anchor = anchor};
}

static fab_svg_font bold_of(int size, const char *fill)
{
    return (fab_svg_font){.size = size, .is_bold = true, .fill = fill};
}

static const char *colour_of(int64_t tier)
{
    return COLOUR[(size_t)tier % COLOUR_COUNT];
}

static int64_t levels_of(const fab_tier_bill *tier)
{
    return tier->clos.levels > 0 ? tier->clos.levels : 1;
}

/* height of the rows of switches of a tier */
static double band_height(const fab_tier_bill *tier)
{
    const double rows = (double)levels_of(tier) * ROW_HEIGHT + 12.0;
    return rows > BAND_LEAST ? rows : BAND_LEAST;
}

static double total_height(const fab_fabric_bill *bill)
{
    double height = HEAD_HEIGHT + POD_HEIGHT + REACH_HEAD + 2.0 * MARGIN;
    for (int64_t i = 1; i < bill->fabric->tier_count; i++) {
        height += band_height(&bill->tiers[i]) + BAND_GAP;
    }
    height += (double)bill->fabric->tier_count * REACH_ROW;
    return bill->is_possible ? height - MARGIN : height + REACH_ROW;
}

/* spreads what is shown of `count` things over a width */
static node_row spread(int64_t count, int limit, double left, double right, double y)
{
    node_row row = {.shown = count < limit ? (int)count : limit, .y_count = y};
    row.is_cut = count > limit;
    const int places = row.shown + (row.is_cut ? 1 : 0);
    int place = 0;
    for (int i = 0; i < row.shown; i++, place++) {
        /* the place before the last stays free for the dots */
        if (row.is_cut && i == row.shown - 1) {
            place++;
        }
        row.x_count[i] = left + (right - left) * ((double)place + 0.5) / (double)places;
    }
    return row;
}

static void draw_dots(drawing *d, const node_row *row, double y)
{
    if (!row->is_cut) {
        return;
    }
    const double x = row->shown > 1
                         ? (row->x_count[row->shown - 2] + row->x_count[row->shown - 1]) / 2.0
                         : row->x_count[0];
    fab_svg_text(&d->svg, x, y, font_of(16, GREY, FAB_SVG_MIDDLE), "...");
}

static void draw_links(drawing *d, const node_row *below, double below_y, const node_row *above,
                       double above_y, const char *stroke)
{
    for (int i = 0; i < below->shown; i++) {
        for (int k = 0; k < above->shown; k++) {
            fab_svg_line(&d->svg, (const double[]){below->x_count[i], below_y},
                         (const double[]){above->x_count[k], above_y}, stroke, 0.7);
        }
    }
}

static void draw_nodes(drawing *d, const node_row *row, double width, const char *fill)
{
    for (int i = 0; i < row->shown; i++) {
        const fab_svg_box box = {row->x_count[i] - width / 2.0, row->y_count, width, NODE_HEIGHT};
        fab_svg_rect(&d->svg, box, 3.0, fill, NULL);
    }
    draw_dots(d, row, row->y_count + NODE_HEIGHT - 5.0);
}

/* the words at the left of a tier */
static void draw_label(drawing *d, int64_t index, double y)
{
    const fab_tier_bill *tier = &d->bill->tiers[index];
    fab_scratch *s = d->svg.scratch;
    const fab_svg_font plain = font_of(11, INK, FAB_SVG_START);
    const double x = MARGIN + 10.0;
    const char *name = fab_text_short(s, tier->tier->name, TEXT_LIMIT);
    fab_svg_text(&d->svg, x, y + 18.0, bold_of(14, colour_of(index)), name);
    fab_svg_text(&d->svg, x, y + 35.0, plain,
                 fab_text_short(s, tier->tier->technology.name, TEXT_LIMIT));
    fab_svg_text(
        &d->svg, x, y + 51.0, plain,
        fab_text_printf(s, "%s a package", fab_text_value(s, &tier->tier->rate_bps, FAB_DIM_RATE)));
    fab_svg_text(&d->svg, x, y + 67.0, plain,
                 fab_text_printf(s, "%s cables, %s", fab_text_count(s, tier->cables),
                                 fab_text_quantity(s, tier->cable_m, FAB_DIM_LENGTH)));
    fab_svg_text(&d->svg, x, y + 83.0, plain,
                 fab_text_printf(s, "links of the job: %s",
                                 fab_text_value(s, &tier->job_power_w, FAB_DIM_POWER)));
}

/* what stands in place of switches that are not counted */
static const char *missing_text(const fab_tier_bill *tier)
{
    if (tier->tier->links_per_path < 2) {
        return "links from package to package";
    }
    if (tier->clos.levels == 0) {
        return "the switch has too few ports";
    }
    return tier->tier->chip ? "rate or ports of the switch not published" : "switch not given";
}

/* the same in the narrow box of a domain */
static const char *missing_word(const fab_tier_bill *tier)
{
    if (tier->tier->links_per_path < 2) {
        return "no switch between";
    }
    if (tier->clos.levels == 0) {
        return "too few ports";
    }
    return tier->tier->chip ? "ports not published" : "switch not given";
}

/* draws the switches of an outer tier and returns the row of its leaves */
static node_row draw_switches(drawing *d, int64_t index, double y)
{
    const fab_tier_bill *tier = &d->bill->tiers[index];
    fab_scratch *s = d->svg.scratch;
    if (tier->clos.levels < 1) {
        const fab_svg_box box = {LEFT + 40.0, y + 30.0, RIGHT - LEFT - 80.0, 30.0};
        fab_svg_dashed(&d->svg, box, colour_of(index));
        fab_svg_text(&d->svg, (LEFT + RIGHT) / 2.0, y + 49.0, font_of(11, GREY, FAB_SVG_MIDDLE),
                     missing_text(tier));
        return spread(1, 1, LEFT, RIGHT, y + 40.0);
    }
    node_row above = {.shown = 0};
    for (int64_t level = tier->clos.levels - 1; level >= 0; level--) {
        const double top = y + 14.0 + (double)(tier->clos.levels - 1 - level) * ROW_HEIGHT;
        const int64_t count = tier->clos.switches[level];
        const node_row row = spread(count, NODES_SHOWN, LEFT, RIGHT, top);
        draw_links(d, &row, top, &above, above.y_count + NODE_HEIGHT, PALE);
        draw_nodes(d, &row, NODE_WIDTH, colour_of(index));
        const char *kind = level == 0 ? "leaf" : level == tier->clos.levels - 1 ? "top" : "middle";
        fab_svg_text(&d->svg, RIGHT + 12.0, top + 9.0, bold_of(12, INK), fab_text_count(s, count));
        fab_svg_text(&d->svg, RIGHT + 12.0, top + 23.0, font_of(10, GREY, FAB_SVG_START),
                     fab_text_printf(s, "%s switch%s", kind, count == 1 ? "" : "es"));
        above = row;
    }
    return above;
}

static void draw_band(drawing *d, int64_t index, double y, double height)
{
    const fab_svg_box box = {MARGIN, y, WIDTH - 2.0 * MARGIN, height};
    fab_svg_rect(&d->svg, box, 6.0, TINT[(size_t)index % COLOUR_COUNT], NULL);
    draw_label(d, index, y + 4.0);
}

/* racks of one domain, its switches above them */
static void draw_pod(drawing *d, double x, double width, double y)
{
    const fab_tier_bill *tier = &d->bill->tiers[0];
    fab_scratch *s = d->svg.scratch;
    const fab_svg_box box = {x, y + 10.0, width, POD_HEIGHT - 38.0};
    fab_svg_rect(&d->svg, box, 5.0, "#ffffff", colour_of(0));
    const double inner_left = x + 8.0;
    const double inner_right = x + width - 8.0;

    /* the first level's switches, shared among the domains */
    const bool has_chips = tier->clos.levels > 0 && tier->domains > 0;
    const int64_t chips = has_chips ? tier->clos.total / tier->domains : 1;
    const node_row above = spread(chips, CHIPS_SHOWN, inner_left, inner_right, y + 20.0);
    const node_row racks =
        spread(tier->domain_racks, RACKS_SHOWN, inner_left, inner_right, y + 82.0);
    draw_links(d, &racks, racks.y_count, &above, above.y_count + 14.0, PALE);
    if (has_chips) {
        for (int i = 0; i < above.shown; i++) {
            const fab_svg_box chip = {above.x_count[i] - 7.0, above.y_count, 14.0, 14.0};
            fab_svg_rect(&d->svg, chip, 2.0, colour_of(0), NULL);
        }
        draw_dots(d, &above, above.y_count + 11.0);
    } else {
        const fab_svg_box none = {x + 14.0, y + 18.0, width - 28.0, 18.0};
        fab_svg_dashed(&d->svg, none, colour_of(0));
        fab_svg_text(&d->svg, x + width / 2.0, y + 31.0, font_of(9, GREY, FAB_SVG_MIDDLE),
                     missing_word(tier));
    }
    for (int i = 0; i < racks.shown; i++) {
        const fab_svg_box rack = {racks.x_count[i] - 12.0, racks.y_count, 24.0, 44.0};
        fab_svg_rect(&d->svg, rack, 2.0, "#475467", NULL);
        for (int slot = 0; slot < 4; slot++) {
            const fab_svg_box line = {rack.x_count + 4.0, rack.y_count + 6.0 + 9.0 * (double)slot,
                                      16.0, 4.0};
            fab_svg_rect(&d->svg, line, 1.0, "#d0d5dd", NULL);
        }
    }
    draw_dots(d, &racks, racks.y_count + 24.0);
    const char *counts =
        has_chips ? fab_text_printf(s, "%s switch%s, %s rack%s", fab_text_count(s, chips),
                                    chips == 1 ? "" : "es", fab_text_count(s, tier->domain_racks),
                                    tier->domain_racks == 1 ? "" : "s")
                  : fab_text_printf(s, "%s rack%s", fab_text_count(s, tier->domain_racks),
                                    tier->domain_racks == 1 ? "" : "s");
    fab_svg_text(&d->svg, x + width / 2.0, y + POD_HEIGHT - 13.0, font_of(11, INK, FAB_SVG_MIDDLE),
                 counts);
}

/* the first domains of the innermost tier and the last */
static void draw_pods(drawing *d, double y, const node_row *leaves, double leaves_y)
{
    const fab_tier_bill *tier = &d->bill->tiers[0];
    fab_scratch *s = d->svg.scratch;
    draw_band(d, 0, y, POD_HEIGHT);
    const node_row pods = spread(tier->domains, PODS_SHOWN, LEFT, RIGHT, y + 10.0);
    draw_links(d, &pods, pods.y_count, leaves, leaves_y, PALE);
    const double width = pods.shown == 1 ? 260.0 : 126.0;
    for (int i = 0; i < pods.shown; i++) {
        draw_pod(d, pods.x_count[i] - width / 2.0, width, y);
    }
    draw_dots(d, &pods, y + 80.0);
    const double x = RIGHT + 12.0;
    fab_svg_text(&d->svg, x, y + 60.0, bold_of(12, INK), fab_text_count(s, tier->domains));
    fab_svg_text(&d->svg, x, y + 75.0, font_of(10, GREY, FAB_SVG_START),
                 tier->domains == 1 ? "domain" : "domains");
    fab_svg_text(&d->svg, x, y + 98.0, bold_of(12, INK), fab_text_count(s, tier->tier->domain));
    fab_svg_text(&d->svg, x, y + 113.0, font_of(10, GREY, FAB_SVG_START), "packages in each");
    fab_svg_text(&d->svg, x, y + 127.0, font_of(10, GREY, FAB_SVG_START),
                 fab_text_printf(s, "(%s used)", fab_text_count(s, tier->tier->used)));
}

static void draw_head(drawing *d)
{
    fab_scratch *s = d->svg.scratch;
    const fab_fabric_bill *bill = d->bill;
    const char *title = bill->fabric->title ? bill->fabric->title : bill->fabric->name;
    fab_svg_text(&d->svg, MARGIN, 32.0, bold_of(17, INK), fab_text_short(s, title, 90));
    fab_svg_text(&d->svg, MARGIN, 51.0, font_of(12, GREY, FAB_SVG_START),
                 fab_text_printf(s, "a job of %s packages, %s installed in %s racks; %s",
                                 fab_text_count(s, bill->packages),
                                 fab_text_count(s, bill->installed),
                                 fab_text_count(s, bill->tiers[0].racks),
                                 bill->is_possible ? "can be built, as far as is published"
                                                   : "cannot be built"));
}

/* ---- how far: a logarithmic scale from 1 cm to 10 km ---- */

#define SCALE_LEAST -2.0
#define SCALE_MOST  4.0

static double scale_x(double length_m)
{
    double power = length_m > 0.0 ? log10(length_m) : SCALE_LEAST;
    power = power < SCALE_LEAST ? SCALE_LEAST : power > SCALE_MOST ? SCALE_MOST : power;
    return LEFT + (RIGHT - LEFT) * (power - SCALE_LEAST) / (SCALE_MOST - SCALE_LEAST);
}

static void draw_scale(drawing *d, double y, double bottom)
{
    static const char *const TICK[] = {"1 cm", "10 cm", "1 m", "10 m", "100 m", "1 km", "10 km"};
    fab_svg_text(&d->svg, MARGIN, y + 18.0, bold_of(13, INK), "Reach of a link");
    for (size_t i = 0; i < sizeof(TICK) / sizeof(TICK[0]); i++) {
        const double x = LEFT + (RIGHT - LEFT) * (double)i / (SCALE_MOST - SCALE_LEAST);
        fab_svg_text(&d->svg, x, y + 18.0, font_of(10, GREY, FAB_SVG_MIDDLE), TICK[i]);
        fab_svg_line(&d->svg, (const double[]){x, y + 24.0}, (const double[]){x, bottom}, "#e4e7ec",
                     1.0);
    }
}

static void draw_reach(drawing *d, int64_t index, double y)
{
    const fab_tier_bill *tier = &d->bill->tiers[index];
    const fab_value *reach = &tier->tier->technology.reach_m;
    fab_scratch *s = d->svg.scratch;
    const bool is_met = reach->is_known && reach->value >= tier->span_m * (1.0 - 1e-9);
    const char *colour = !reach->is_known ? GREY : is_met ? GREEN : RED;
    fab_svg_text(&d->svg, MARGIN + 10.0, y + 14.0, font_of(11, INK, FAB_SVG_START),
                 fab_text_short(s, tier->tier->name, TEXT_LIMIT));
    if (reach->is_known) {
        const fab_svg_box bar = {LEFT, y + 4.0, scale_x(reach->value) - LEFT, 12.0};
        fab_svg_rect(&d->svg, bar, 2.0, colour, NULL);
    } else {
        const fab_svg_box bar = {LEFT, y + 4.0, RIGHT - LEFT, 12.0};
        fab_svg_dashed(&d->svg, bar, colour);
    }
    const double need = scale_x(tier->span_m);
    fab_svg_line(&d->svg, (const double[]){need, y}, (const double[]){need, y + 20.0}, INK, 2.0);
    fab_svg_text(
        &d->svg, RIGHT + 12.0, y + 9.0, font_of(10, INK, FAB_SVG_START),
        fab_text_printf(s, "needs %s", fab_text_quantity(s, tier->span_m, FAB_DIM_LENGTH)));
    fab_svg_text(&d->svg, RIGHT + 12.0, y + 21.0, font_of(10, colour, FAB_SVG_START),
                 reach->is_known
                     ? fab_text_printf(s, "reaches %s%s", is_met ? "" : "only ",
                                       fab_text_quantity(s, reach->value, FAB_DIM_LENGTH))
                     : "reach not published");
}

static void draw_all(drawing *d)
{
    const fab_fabric_bill *bill = d->bill;
    draw_head(d);
    double y = HEAD_HEIGHT;
    node_row leaves = {.shown = 0};
    double leaves_y = y;
    for (int64_t i = bill->fabric->tier_count - 1; i > 0; i--) {
        const double height = band_height(&bill->tiers[i]);
        draw_band(d, i, y, height);
        const node_row own = draw_switches(d, i, y);
        leaves = own;
        leaves_y = own.y_count + NODE_HEIGHT;
        y += height + BAND_GAP;
    }
    draw_pods(d, y, &leaves, leaves_y);
    y += POD_HEIGHT + MARGIN;
    const double bottom = y + REACH_HEAD - 14.0 + REACH_ROW * (double)bill->fabric->tier_count;
    draw_scale(d, y, bottom);
    for (int64_t i = bill->fabric->tier_count - 1; i >= 0; i--) {
        const double row = (double)(bill->fabric->tier_count - 1 - i);
        draw_reach(d, i, y + REACH_HEAD - 14.0 + REACH_ROW * row);
    }
    const char *obstacle = fab_fabric_obstacle(bill->checks, bill->check_count);
    if (obstacle) {
        fab_svg_text(&d->svg, MARGIN, bottom + 20.0, font_of(12, RED, FAB_SVG_START),
                     fab_text_short(d->svg.scratch, obstacle, 140));
    }
}

void fab_svg_fabric(fab_svg *svg, const fab_fabric_bill *bill, bool is_inline)
{
    drawing d = {.svg = *svg, .bill = bill};
    const char *title = bill->fabric->title ? bill->fabric->title : bill->fabric->name;
    fab_svg_begin(&d.svg, WIDTH, total_height(bill), title, is_inline);
    draw_all(&d);
    fab_svg_end(&d.svg);
}

fab_status fab_report_fabric_svg(const fab_fabric_bill *bill, fab_arena *arena, FILE *stream)
{
    assert(bill && arena && stream);
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_svg svg = {.stream = stream, .scratch = &scratch};
    fab_svg_fabric(&svg, bill, false);
    const bool is_written = fflush(stream) == 0 && ferror(stream) == 0;
    fab_arena_reset(arena, mark);
    return is_written ? scratch.status : FAB_E_IO;
}
