#include <fabricast/report.h>

#include <stdlib.h>
#include <string.h>

#include "report/link_lines.h"
#include "report/sheet.h"
#include "report/text_table.h"

#define WHAT_WIDTH 30
#define HOW_LEAST  24

static const char *number_text(fab_scratch *scratch, double number_count, const char *unit)
{
    return unit[0] == '\0' ? fab_text_digits(scratch, number_count, 3)
                           : fab_text_in_unit(scratch, number_count, unit);
}

static const char *value_text(fab_scratch *scratch, const fab_link_line *line)
{
    return line->words ? line->words : number_text(scratch, line->value.value, line->unit);
}

/* the ends of a range in the unit that its value is printed in */
static const char *range_text(fab_scratch *scratch, const fab_link_line *line)
{
    if (line->words || !line->value.has_range) {
        return "";
    }
    const double printed = strtod(value_text(scratch, line), NULL);
    const bool is_scaled = printed > 0.0 && line->value.value > 0.0;
    const double scale = is_scaled ? line->value.value / printed : 1.0;
    return fab_text_printf(scratch, "%s .. %s",
                           fab_text_digits(scratch, line->value.low / scale, 3),
                           fab_text_digits(scratch, line->value.high / scale, 3));
}

static const char *how_text(fab_scratch *scratch, const fab_link_line *line)
{
    const char *how = line->how ? line->how : "";
    if (line->words || line->is_made || !line->value.source) {
        return how;
    }
    return fab_text_printf(scratch, "%s; %s (%s)", how, line->value.source,
                           fab_confidence_text(line->value.confidence));
}

static size_t wider(size_t width, const char *text)
{
    const size_t length = strlen(text);
    return length > width ? length : width;
}

/* what the widest cells leave to the last column */
static size_t how_width(fab_scratch *scratch, const fab_link_line *lines, size_t count,
                        fab_link_section section)
{
    size_t what = 0;
    size_t value = strlen("value");
    size_t range = strlen("low .. high");
    for (size_t i = 0; i < count; i++) {
        if (lines[i].section == section) {
            what = wider(what, lines[i].what);
            value = wider(value, value_text(scratch, &lines[i]));
            range = wider(range, range_text(scratch, &lines[i]));
        }
    }
    const size_t taken = (what < WHAT_WIDTH ? what : WHAT_WIDTH) + value + range + 4;
    return taken + HOW_LEAST < FAB_TEXT_WIDTH ? FAB_TEXT_WIDTH - taken : HOW_LEAST;
}

static void write_section(fab_scratch *scratch, const fab_link_line *lines, size_t count,
                          fab_link_section section, FILE *stream)
{
    const fab_sheet_column columns[] = {
        {"", false, WHAT_WIDTH, FAB_SHEET_ALL},
        {"value", true, 0, FAB_SHEET_ALL},
        {"low .. high", false, 0, FAB_SHEET_ALL},
        {"how, and from where", false, how_width(scratch, lines, count, section), FAB_SHEET_ALL},
    };
    fab_sheet sheet = fab_sheet_make(scratch, columns, FAB_COLUMN_COUNT(columns), count);
    for (size_t i = 0; i < count; i++) {
        const fab_link_line *line = &lines[i];
        if (line->section == section) {
            fab_sheet_add(&sheet, (const char *const[]){line->what, value_text(scratch, line),
                                                        range_text(scratch, line),
                                                        how_text(scratch, line)});
        }
    }
    if (sheet.row_count > 0) {
        fab_text_heading(stream, fab_link_section_text(section));
        fab_text_sheet(&sheet, stream);
    }
}

/* ---- published beside derived ---- */

static const char *error_text(fab_scratch *scratch, const fab_pair *pair)
{
    if (pair->mark != FAB_MARK_BOTH) {
        return "";
    }
    const double percent = 100.0 * pair->error_ratio;
    return fab_text_printf(scratch, "%s%s %%%s", percent > 0.0 ? "+" : "",
                           fab_text_fixed(scratch, percent, 0), pair->is_measure ? "" : " (*)");
}

static const fab_sheet_column PAIR_COLUMNS[] = {
    {"", false, 0, FAB_SHEET_ALL},       {"published", true, 0, FAB_SHEET_ALL},
    {"derived", true, 0, FAB_SHEET_ALL}, {"low .. high", false, 0, FAB_SHEET_ALL},
    {"error", true, 0, FAB_SHEET_ALL},   {"marked", false, 0, FAB_SHEET_ALL},
};

static const char *ends_text(fab_scratch *scratch, const fab_pair *pair)
{
    const fab_value *derived = &pair->derived.value;
    return !derived->is_known || !derived->has_range
               ? ""
               : fab_text_printf(scratch, "%s .. %s",
                                 fab_text_quantity(scratch, derived->low, pair->dimension),
                                 fab_text_quantity(scratch, derived->high, pair->dimension));
}

static void write_pairs(fab_scratch *scratch, const fab_pair *pairs, FILE *stream)
{
    fab_sheet sheet =
        fab_sheet_make(scratch, PAIR_COLUMNS, FAB_COLUMN_COUNT(PAIR_COLUMNS), FAB_PAIRS_COUNT);
    bool has_star = false;
    for (size_t i = 0; i < FAB_PAIRS_COUNT; i++) {
        const fab_pair *p = &pairs[i];
        const char *derived = p->derived.value.is_known
                                  ? fab_text_quantity(scratch, p->derived.value.value, p->dimension)
                                  : "not derived";
        has_star = has_star || (p->mark == FAB_MARK_BOTH && !p->is_measure);
        fab_sheet_add(&sheet,
                      (const char *const[]){
                          p->what, fab_text_value(scratch, &p->published.value, p->dimension),
                          derived, ends_text(scratch, p), error_text(scratch, p),
                          fab_mark_text(p->mark)});
    }
    fab_text_heading(stream, "published and derived");
    fab_text_sheet(&sheet, stream);
    if (has_star) {
        fab_text_paragraph(scratch, stream,
                           "(*) no measure of the model: what stands as published is an estimate "
                           "or an assumption itself, or a fit of the model goes through it.",
                           "");
    }
}

/* why there is no energy, or no reach, where there is none */
static const char *silence_text(const fab_budget *b)
{
    switch (b->recipe.build) {
    case FAB_BUILD_PARALLEL:
        return b->energy_j_per_bit.is_known
                   ? NULL
                   : "Energy is not derived: the row publishes no length of its wires, or they "
                     "lose more than 6 dB and need equalisers, or they are bumps of a stack, whose "
                     "pads are not published.";
    case FAB_BUILD_SERDES:
        return b->energy_j_per_bit.is_known
                   ? NULL
                   : "Energy is not derived: the row does not say for which loss it is made.";
    case FAB_BUILD_SWITCH:
        return "Energy is derived for the SerDes alone; crossbar, buffers and tables are not "
               "modelled.";
    case FAB_BUILD_CIRCUIT:
        return "Mirrors move no bits: what a circuit switch costs is its loss, in the laser of the "
               "link through it, and its own power where that is published.";
    case FAB_BUILD_CHIP:
        return "The energy of the laser is not derived: losses of guides on the chip are not "
               "published for it.";
    case FAB_BUILD_MODULE:
    case FAB_BUILD_ENGINE:
    case FAB_BUILD_STACK:
        return b->recipe.laser_w.is_known
                   ? NULL
                   : "Reach is not derived: no power of its light is published (`laser_power`). "
                     "The "
                     "light is solved for the distance instead: what a lane needs of its laser.";
    default:
        return NULL;
    }
}

static void write_warnings(fab_scratch *scratch, const fab_technology *t, const fab_budget *b,
                           FILE *stream)
{
    const char *silence = silence_text(b);
    if (silence) {
        fprintf(stream, "\n");
        fab_text_paragraph(scratch, stream, silence, "");
    }
    if (b->is_out_of_fit) {
        fprintf(stream, "\n");
        fab_text_paragraph(
            scratch, stream,
            fab_text_printf(scratch, "warning: outside of what was fitted: %s", b->out_of_fit),
            "  ");
    }
    if (b->is_rate_guess && b->recipe.build != FAB_BUILD_CIRCUIT) {
        fprintf(stream, "\n");
        fab_text_paragraph(scratch, stream,
                           "warning: the lane rate is not published; that of the class is taken",
                           "  ");
    }
    if (b->spare_db.is_known && b->spare_db.value < 0.0) {
        fprintf(stream, "\n");
        const char *text = fab_text_printf(
            scratch, "warning: over %s the budget of %s is short by %s dB",
            fab_text_quantity(scratch, b->distance_m, FAB_DIM_LENGTH),
            fab_text_clean(scratch, t->name), fab_text_fixed(scratch, -b->spare_db.value, 1));
        fab_text_paragraph(scratch, stream, text, "  ");
    }
}

fab_status fab_report_anatomy_text(const fab_technology *technology, const fab_budget *budget,
                                   fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_link_line *lines = FAB_NEW(arena, fab_link_line, FAB_LINK_LINES_LIMIT);
    if (!lines) {
        return FAB_E_NOMEM;
    }
    const size_t count = fab_link_lines(&scratch, technology, budget, lines);
    const char *title = fab_text_printf(&scratch, "%s: %s", technology->name,
                                        technology->title ? technology->title : "no title");
    fab_text_paragraph(&scratch, stream, fab_text_clean(&scratch, title), "");
    for (int section = 0; section < FAB_LINK_SECTION_COUNT; section++) {
        write_section(&scratch, lines, count, (fab_link_section)section, stream);
    }
    fab_pair pairs[FAB_PAIRS_COUNT];
    fab_budget_compare(technology, budget, pairs);
    write_pairs(&scratch, pairs, stream);
    write_warnings(&scratch, technology, budget, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}

/* ---- all technologies, published beside derived ---- */

static const fab_sheet_column MARK_COLUMNS[] = {
    {"name", false, 0, FAB_SHEET_ALL},     {"energy", true, 0, FAB_SHEET_ALL},
    {"derived", true, 0, FAB_SHEET_ALL},   {"error", true, 0, FAB_SHEET_ALL},
    {"reach", true, 0, FAB_SHEET_ALL},     {"derived", true, 0, FAB_SHEET_ALL},
    {"shoreline", true, 0, FAB_SHEET_ALL}, {"derived", true, 0, FAB_SHEET_ALL},
};

static const char *dash(fab_scratch *scratch, const fab_value *value, fab_dimension dimension)
{
    return value->is_known ? fab_text_quantity(scratch, value->value, dimension) : "-";
}

static void add_marks(fab_sheet *sheet, const fab_technology *t, const fab_pair *pairs)
{
    fab_scratch *s = sheet->scratch;
    const char *cells[FAB_COLUMN_COUNT(MARK_COLUMNS)] = {fab_text_clean(s, t->name)};
    size_t at = 1;
    for (size_t i = 0; i < FAB_PAIRS_COUNT; i++) {
        cells[at++] = dash(s, &pairs[i].published.value, pairs[i].dimension);
        cells[at++] = dash(s, &pairs[i].derived.value, pairs[i].dimension);
        if (i == 0) {
            cells[at++] = error_text(s, &pairs[i]);
        }
    }
    fab_sheet_add(sheet, cells);
}

/* over how many rows derived energies were compared with published ones, and how far they miss */
static const char *spread_text(fab_scratch *scratch, const fab_error_spread *spread)
{
    if (spread->count == 0) {
        return "none of these to compare with";
    }
    const char *error = fab_text_percent(scratch, spread->median_ratio);
    if (spread->count == 1) {
        return fab_text_printf(scratch, "error %s %% of the one that is published", error);
    }
    return fab_text_printf(scratch,
                           "median error %s %% over %zu technologies whose energy is published",
                           error, spread->count);
}

fab_status fab_report_marks_text(const fab_technology *const *technologies,
                                 const fab_budget *budgets, size_t count, fab_arena *arena,
                                 FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_sheet sheet = fab_sheet_make(&scratch, MARK_COLUMNS, FAB_COLUMN_COUNT(MARK_COLUMNS), count);
    for (size_t i = 0; i < count; i++) {
        fab_pair pairs[FAB_PAIRS_COUNT];
        fab_budget_compare(technologies[i], &budgets[i], pairs);
        add_marks(&sheet, technologies[i], pairs);
    }
    fab_text_sheet(&sheet, stream);
    const fab_error_spread spread = fab_budget_spread(technologies, budgets, count);
    const char *text = fab_text_printf(
        &scratch,
        "-: not published, or not derived. Energy: %s, in the scope that each row names; (*) is no "
        "measure of the model: an estimate, an assumption, or a point that a fit goes through. "
        "`--explain` shows the parts.",
        spread_text(&scratch, &spread));
    fprintf(stream, "\n");
    fab_text_paragraph(&scratch, stream, text, "");
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
