#include <fabricast/report.h>

#include <inttypes.h>
#include <math.h>

#include "report/svg_step.h"

/* The timeline of a step: for each stage a line of computation and one of messages, below them the
 * use of the links of each tier over time, and below those that of each stage's link over the
 * step. */

#define LEFT       110.0
#define WIDTH      1000.0
#define ROW        22.0
#define BAR        9.0
#define HEAD       60.0
#define CURVE      60.0
#define GAP        20.0
#define LINE       16.0
#define LINK_WIDTH 500.0
#define STAGE_SHOW 64

static const char *const COLOUR[FAB_STEP_CLASS_COUNT] = {
    [FAB_STEP_GEMM] = "#4477aa",     [FAB_STEP_ATTENTION] = "#4477aa",
    [FAB_STEP_MEMORY] = "#4477aa",   [FAB_STEP_TENSOR] = "#ee6677",
    [FAB_STEP_CONTEXT] = "#aa3377",  [FAB_STEP_EXPERT] = "#ccbb44",
    [FAB_STEP_PIPELINE] = "#66ccee", [FAB_STEP_BUBBLE] = "#bbbbbb",
    [FAB_STEP_DATA] = "#228833",     [FAB_STEP_OPTIMIZER] = "#222255",
    [FAB_STEP_OFFLOAD] = "#44aa99",
};

static const fab_svg_font SMALL = {.size = 11, .fill = "#333333"};

static const char *fill_of(fab_step_class part, bool is_backward)
{
    return part == FAB_STEP_GEMM && is_backward ? "#99bbdd" : COLOUR[part];
}

static double x_of(const fab_step_simulation *step, double time_s)
{
    return LEFT + WIDTH * time_s / step->simulated_s;
}

static bool has_part(const fab_step_simulation *step, fab_step_class part)
{
    for (size_t i = 0; i < step->activity_count; i++) {
        if (step->activities[i].part == part) {
            return true;
        }
    }
    return false;
}

/* copies to the host are explained where there are any */
static void draw_legend(fab_svg *svg, const fab_step_simulation *step)
{
    static const struct {
        fab_step_class part;
        bool is_backward;
        const char *text;
    } KEY[] = {
        {FAB_STEP_GEMM, false, "forward"},    {FAB_STEP_GEMM, true, "backward"},
        {FAB_STEP_TENSOR, false, "tensor"},   {FAB_STEP_CONTEXT, false, "context"},
        {FAB_STEP_EXPERT, false, "expert"},   {FAB_STEP_PIPELINE, false, "pipeline"},
        {FAB_STEP_DATA, false, "data"},       {FAB_STEP_OPTIMIZER, false, "optimizer"},
        {FAB_STEP_OFFLOAD, false, "offload"},
    };
    double x = LEFT;
    for (size_t i = 0; i < sizeof(KEY) / sizeof(KEY[0]); i++) {
        if (KEY[i].part == FAB_STEP_OFFLOAD && !has_part(step, FAB_STEP_OFFLOAD)) {
            continue;
        }
        fab_svg_rect(svg, (fab_svg_box){x, 34.0, 12.0, 10.0}, 0.0,
                     fill_of(KEY[i].part, KEY[i].is_backward), NULL);
        fab_svg_text(svg, x + 16.0, 43.0, SMALL, KEY[i].text);
        x += 90.0;
    }
}

/* What is thinner than a fifth of a pixel and ends beside the one before is left out of the line.
 */
static void draw_stages(fab_svg *svg, const fab_step_simulation *step, int64_t shown)
{
    double drawn[STAGE_SHOW][2] = {{0.0}};
    for (int64_t stage = 0; stage < shown; stage++) {
        const char *name = fab_text_printf(svg->scratch, "stage %" PRId64, stage + 1);
        fab_svg_text(svg, 8.0, HEAD + ROW * (double)stage + 13.0, SMALL, name);
    }
    for (size_t i = 0; i < step->activity_count; i++) {
        const fab_activity *a = &step->activities[i];
        const int line = a->stream == FAB_STREAM_COMPUTE ? 0 : 1;
        if (a->stage >= shown) {
            continue;
        }
        const double x = x_of(step, a->start_s), end = x_of(step, a->end_s);
        double *last = &drawn[a->stage][line];
        if (end - x < 0.2 && fabs(end - *last) < 0.2) {
            continue;
        }
        *last = end;
        const char *fill = fill_of(a->part, a->is_backward);
        const double y = HEAD + ROW * (double)a->stage + (line == 0 ? 2.0 : 2.0 + BAR);
        fab_svg_rect(svg, (fab_svg_box){x, y, end - x > 0.2 ? end - x : 0.2, BAR}, 0.0, fill, NULL);
    }
}

static void draw_links(fab_svg *svg, const fab_step_simulation *step, double top)
{
    for (int64_t tier = 0; tier < step->tier_count; tier++) {
        const double base = top + (CURVE + GAP) * (double)tier + CURVE;
        const char *name = fab_text_printf(svg->scratch, "%.14s", step->tier_names[tier]);
        fab_svg_text(svg, 8.0, base - CURVE / 2.0, SMALL, name);
        fab_svg_rect(svg, (fab_svg_box){LEFT, base - CURVE, WIDTH, CURVE}, 0.0, "#f4f4f4", NULL);
        for (int i = 0; i < FAB_TIMELINE_BINS; i++) {
            const double frac = step->tier_bin_frac[tier][i];
            const double height = CURVE * (frac < 1.0 ? frac : 1.0);
            const double wide = WIDTH / FAB_TIMELINE_BINS;
            if (height > 0.1) {
                fab_svg_rect(svg, (fab_svg_box){LEFT + wide * i, base - height, wide - 0.5, height},
                             0.0, "#8899aa", NULL);
            }
        }
        fab_svg_text(svg, LEFT + WIDTH + 4.0, base - CURVE + 10.0, SMALL, "100 %");
        fab_svg_text(svg, LEFT + WIDTH + 4.0, base, SMALL, "0 %");
    }
}

/* Seconds below the curves, at steps of 1, 2 or 5 times a power of ten. */
static void draw_axis(fab_svg *svg, const fab_step_simulation *step, double y)
{
    const fab_svg_font middle = {.size = 11, .fill = "#333333", .anchor = FAB_SVG_MIDDLE};
    const double power = pow(10.0, floor(log10(step->simulated_s / 4.0)));
    const double steps = step->simulated_s / 4.0 / power;
    const double unit_s = power * (steps < 2.0 ? 1.0 : steps < 5.0 ? 2.0 : 5.0);
    for (int i = 0; unit_s * i <= step->simulated_s; i++) {
        const double x = x_of(step, unit_s * i);
        fab_svg_line(svg, (const double[]){x, y}, (const double[]){x, y + 4.0}, "#333333", 1.0);
        fab_svg_text(svg, x, y + 16.0, middle, fab_text_printf(svg->scratch, "%.4g s", unit_s * i));
    }
}

/* For each tier and stage its link out and its link in; the fullest one has its share beside it. */
static void draw_loads(fab_svg *svg, const fab_step_simulation *step, int64_t shown, double top)
{
    const double wide = WIDTH / (double)shown;
    for (int64_t tier = 0; tier < step->tier_count; tier++) {
        const double base = top + (CURVE + GAP) * (double)tier + CURVE;
        fab_svg_text(svg, 8.0, base - CURVE / 2.0, SMALL,
                     fab_text_printf(svg->scratch, "%.14s", step->tier_names[tier]));
        fab_svg_rect(svg, (fab_svg_box){LEFT, base - CURVE, WIDTH, CURVE}, 0.0, "#f4f4f4", NULL);
        for (int64_t stage = 0; stage < shown; stage++) {
            const int64_t link = stage * step->tier_count + tier;
            const double left = LEFT + wide * ((double)stage + 0.1);
            const double out = CURVE * step->out_frac[link], in = CURVE * step->in_frac[link];
            fab_svg_rect(svg, (fab_svg_box){left, base - out, 0.4 * wide, out}, 0.0, "#4477aa",
                         NULL);
            fab_svg_rect(svg, (fab_svg_box){left + 0.4 * wide, base - in, 0.4 * wide, in}, 0.0,
                         "#99bbdd", NULL);
            if (tier == step->hot_tier && stage == step->hot_stage) {
                fab_svg_text(
                    svg, left, base - out - 3.0, SMALL,
                    fab_text_printf(svg->scratch, "fullest: %.0f %%", 100.0 * step->hot_frac));
            }
        }
        fab_svg_text(svg, LEFT + WIDTH + 4.0, base - CURVE + 10.0, SMALL, "100 %");
        fab_svg_text(svg, LEFT + WIDTH + 4.0, base, SMALL, "0 %");
    }
}

/* The fullest links of the graph, each with how many carry alike. */
static void draw_graph(fab_svg *svg, const fab_step_simulation *step, double top)
{
    for (size_t i = 0; i < step->link_count; i++) {
        const fab_step_link *link = &step->links[i];
        const double y = top + LINE * (double)i, wide = LINK_WIDTH * link->busy_frac;
        const char *others = fab_text_count(svg->scratch, (int64_t)link->count - 1);
        const char *more =
            link->count > 1 ? fab_text_printf(svg->scratch, " and %s alike", others) : "";
        fab_svg_rect(svg, (fab_svg_box){LEFT, y, LINK_WIDTH, LINE - 4.0}, 0.0, "#f4f4f4", NULL);
        fab_svg_rect(svg, (fab_svg_box){LEFT, y, wide < LINK_WIDTH ? wide : LINK_WIDTH, LINE - 4.0},
                     0.0, "#4477aa", NULL);
        fab_svg_text(svg, LEFT + LINK_WIDTH + 8.0, y + LINE - 6.0, SMALL,
                     fab_text_printf(svg->scratch, "%.1f %%: %.24s to %.24s on %.24s%s",
                                     100.0 * link->busy_frac, link->from, link->to,
                                     step->tier_names[link->tier], more));
    }
}

void fab_svg_step(fab_svg *svg, const fab_step_simulation *step, bool is_inline)
{
    const int64_t shown = step->stages < STAGE_SHOW ? step->stages : STAGE_SHOW;
    const double curves = (CURVE + GAP) * (double)step->tier_count;
    const double links = HEAD + ROW * (double)shown + GAP;
    const double loads = links + curves + 2.0 * GAP;
    const double graph = loads + curves + 2.0 * GAP;
    const double fullest = step->link_count > 0 ? 2.0 * GAP + LINE * (double)step->link_count : 0.0;
    const double wide = LEFT + WIDTH + 60.0, height = loads + curves + GAP / 2.0 + fullest;
    const fab_svg_font title = {.size = 15, .is_bold = true, .fill = "#222222"};
    const fab_svg_font head = {.size = 12, .is_bold = true, .fill = "#222222"};
    fab_svg_begin(svg, wide, height, "Timeline of one training step", is_inline);
    fab_svg_rect(svg, (fab_svg_box){0.0, 0.0, wide, height}, 0.0, "#ffffff", NULL);
    const char *more = shown < step->stages
                           ? fab_text_printf(svg->scratch, "; the first %d stages", STAGE_SHOW)
                           : "";
    fab_svg_text(
        svg, LEFT, 22.0, title,
        fab_text_printf(svg->scratch,
                        "One step of %.4g s: computation (upper line of a stage), messages "
                        "(lower line), use of links%s",
                        step->simulated_s, more));
    draw_legend(svg, step);
    draw_stages(svg, step, shown);
    draw_links(svg, step, links);
    draw_axis(svg, step, links + curves - GAP);
    fab_svg_text(
        svg, LEFT, loads - 6.0, head,
        "Share of the step in which each stage's link out (dark) and link in (light) is in "
        "use, stage by stage");
    draw_loads(svg, step, shown, loads);
    if (step->link_count > 0) {
        fab_svg_text(svg, LEFT, graph - 6.0, head,
                     "Share of the step in which the fullest links of the fabric are in use");
        draw_graph(svg, step, graph);
    }
    fab_svg_end(svg);
}

fab_status fab_report_step_svg(const fab_step_simulation *step, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_svg svg = {.stream = stream, .scratch = &scratch};
    fab_svg_step(&svg, step, false);
    const fab_status status = fflush(stream) == 0 && !ferror(stream) ? scratch.status : FAB_E_IO;
    fab_arena_reset(arena, mark);
    return status;
}
