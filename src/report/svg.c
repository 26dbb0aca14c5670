#include "report/svg.h"

#include <math.h>

#define FONT "DejaVu Sans, Verdana, Arial, sans-serif"

/* a coordinate, independent of the locale */
static const char *at(fab_svg *svg, double number_count)
{
    return fab_text_fixed(svg->scratch, number_count, 1);
}

static void write_text(fab_svg *svg, const char *text)
{
    for (const char *c = fab_text_clean(svg->scratch, text); *c; c++) {
        switch (*c) {
        case '&':
            fputs("&amp;", svg->stream);
            break;
        case '<':
            fputs("&lt;", svg->stream);
            break;
        case '>':
            fputs("&gt;", svg->stream);
            break;
        case '"':
            fputs("&quot;", svg->stream);
            break;
        case '\'':
            fputs("&#39;", svg->stream);
            break;
        default:
            fputc(*c, svg->stream);
        }
    }
}

void fab_svg_begin(fab_svg *svg, double width_count, double height_count, const char *title,
                   bool is_inline)
{
    fprintf(svg->stream,
            "<svg%s viewBox=\"0 0 %s %s\" role=\"img\" "
            "font-family=\"" FONT "\">\n<title>",
            is_inline ? "" : " xmlns=\"http://www.w3.org/2000/svg\"", at(svg, width_count),
            at(svg, height_count));
    write_text(svg, title);
    fputs("</title>\n", svg->stream);
    const fab_svg_box all = {0.0, 0.0, width_count, height_count};
    fab_svg_rect(svg, all, 0.0, "#ffffff", NULL);
}

void fab_svg_end(fab_svg *svg)
{
    fputs("</svg>\n", svg->stream);
}

static void write_box(fab_svg *svg, fab_svg_box box)
{
    fprintf(svg->stream, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"", at(svg, box.x_count),
            at(svg, box.y_count), at(svg, box.width_count), at(svg, box.height_count));
}

double fab_svg_next_mark(double low_count, double high_count, double after_count)
{
    static const double WIDE[] = {1.0, 0.0};
    static const double USUAL[] = {1.0, 2.0, 5.0, 0.0};
    static const double NARROW[] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 0.0};
    const double ratio = high_count / low_count;
    const double *steps = ratio > 200.0 ? WIDE : ratio > 8.0 ? USUAL : NARROW;
    const double from = after_count > low_count ? after_count : low_count;
    for (double decade = pow(10.0, floor(log10(from))); decade <= high_count * (1.0 + 1e-9);
         decade *= 10.0) {
        for (size_t i = 0; steps[i] > 0.0; i++) {
            const double value = decade * steps[i];
            if (value > after_count * (1.0 + 1e-9) && value >= low_count * (1.0 - 1e-9)) {
                return value <= high_count * (1.0 + 1e-9) ? value : 0.0;
            }
        }
    }
    return 0.0;
}

void fab_svg_rect(fab_svg *svg, fab_svg_box box, double radius_count, const char *fill,
                  const char *stroke)
{
    write_box(svg, box);
    if (radius_count > 0.0) {
        fprintf(svg->stream, " rx=\"%s\"", at(svg, radius_count));
    }
    fprintf(svg->stream, " fill=\"%s\"", fill);
    if (stroke) {
        fprintf(svg->stream, " stroke=\"%s\"", stroke);
    }
    fputs("/>\n", svg->stream);
}

void fab_svg_dashed(fab_svg *svg, fab_svg_box box, const char *stroke)
{
    write_box(svg, box);
    fprintf(svg->stream, " rx=\"4\" fill=\"none\" stroke=\"%s\" stroke-dasharray=\"5 4\"/>\n",
            stroke);
}

void fab_svg_line(fab_svg *svg, const double from_count[2], const double to_count[2],
                  const char *stroke, double width_count)
{
    fprintf(svg->stream,
            "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>\n",
            at(svg, from_count[0]), at(svg, from_count[1]), at(svg, to_count[0]),
            at(svg, to_count[1]), stroke, at(svg, width_count));
}

void fab_svg_dot(fab_svg *svg, double x_count, double y_count, double radius_count,
                 const char *fill)
{
    fprintf(svg->stream,
            "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" fill-opacity=\"0.6\"/>\n",
            at(svg, x_count), at(svg, y_count), at(svg, radius_count), fill);
}

void fab_svg_text(fab_svg *svg, double x_count, double y_count, fab_svg_font font, const char *text)
{
    static const char *const ANCHOR[] = {"start", "middle", "end"};
    fprintf(svg->stream,
            "<text x=\"%s\" y=\"%s\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\"%s>",
            at(svg, x_count), at(svg, y_count), font.size, font.fill, ANCHOR[font.anchor],
            font.is_bold ? " font-weight=\"bold\"" : "");
    write_text(svg, text);
    fputs("</text>\n", svg->stream);
}
