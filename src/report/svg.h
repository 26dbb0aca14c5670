#ifndef FAB_REPORT_SVG_H
#define FAB_REPORT_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "report/scratch.h"

/* A picture on its way to a stream, in user units of about a pixel. It holds no ids, styles or
 * scripts, so that any number of them may stand in one page. Texts are cleaned and escaped.
 * Failures of the stream stay in the stream. */
typedef struct fab_svg {
    FILE *stream;
    fab_scratch *scratch;
} fab_svg;

typedef struct fab_svg_box {
    double x_count, y_count, width_count, height_count;
} fab_svg_box;

typedef enum fab_svg_anchor { FAB_SVG_START, FAB_SVG_MIDDLE, FAB_SVG_END } fab_svg_anchor;

/* How a text looks. */
typedef struct fab_svg_font {
    int size;
    bool is_bold;
    const char *fill;
    fab_svg_anchor anchor;
} fab_svg_font;

/* Begin with the size and a title that readers of the screen say; end. Inline in a page of HTML the
 * name of the format is left out. */
void fab_svg_begin(fab_svg *svg, double width_count, double height_count, const char *title,
                   bool is_inline);
void fab_svg_end(fab_svg *svg);

/* Returns the first value above `after_count` to mark on a logarithmic axis from low to high, 0
 * when none is left: 1, 2 and 5 of every decade; of many decades 1 alone, of less than one every
 * digit. */
double fab_svg_next_mark(double low_count, double high_count, double after_count);

/* Draw one thing; colours are ours, `stroke` NULL draws none. */
void fab_svg_rect(fab_svg *svg, fab_svg_box box, double radius_count, const char *fill,
                  const char *stroke);
void fab_svg_dashed(fab_svg *svg, fab_svg_box box, const char *stroke);
void fab_svg_line(fab_svg *svg, const double from_count[2], const double to_count[2],
                  const char *stroke, double width_count);
void fab_svg_dot(fab_svg *svg, double x_count, double y_count, double radius_count,
                 const char *fill);
void fab_svg_text(fab_svg *svg, double x_count, double y_count, fab_svg_font font,
                  const char *text);

#endif
