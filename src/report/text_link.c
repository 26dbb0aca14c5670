#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_table.h"

/* up to this many technologies stand side by side */
#define SIDE_BY_SIDE_LIMIT 4
#define FIELD_WIDTH        24
#define FROM_WIDTH         16

typedef struct wish {
    double size_byte;
    double rate_bps;
} wish;

/* one line of the comparison: what it says of a technology, and from what */
typedef struct line {
    const char *field;
    const char *from;
    const char *(*text)(fab_scratch *scratch, const fab_link_summary *summary);
} line;

static const char *derived_text(fab_scratch *scratch, const fab_derived *derived,
                                fab_dimension dimension)
{
    return fab_text_value(scratch, &derived->value, dimension);
}

static const char *known_text(fab_scratch *scratch, const char *text)
{
    return text ? fab_text_clean(scratch, text) : "not published";
}

static const char *title_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return known_text(scratch, s->technology->title);
}

static const char *role_text(fab_scratch *scratch, const fab_link_summary *s)
{
    static const char *const ROLE[] = {"link",   "SerDes",         "die to die",
                                       "switch", "optical switch", "on chip"};
    (void)scratch;
    return ROLE[s->technology->role];
}

static const char *medium_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return known_text(scratch, s->technology->medium);
}

static const char *line_code_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return known_text(scratch, s->technology->line_code);
}

static const char *rate_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->rate_bps, FAB_DIM_RATE);
}

static const char *lane_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->lane_rate_bps, FAB_DIM_RATE);
}

static const char *lanes_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->lanes_count, FAB_DIM_COUNT);
}

static const char *energy_text(fab_scratch *scratch, const fab_link_summary *s)
{
    const fab_value *energy = &s->technology->energy_j_per_bit;
    const char *text = fab_text_value(scratch, energy, FAB_DIM_ENERGY_PER_BIT);
    if (!energy->is_known || !energy->has_range) {
        return text;
    }
    return fab_text_printf(scratch, "%s (%s .. %s)", text,
                           fab_text_quantity(scratch, energy->low, FAB_DIM_ENERGY_PER_BIT),
                           fab_text_quantity(scratch, energy->high, FAB_DIM_ENERGY_PER_BIT));
}

static const char *scope_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return known_text(scratch, s->technology->energy_scope);
}

static const char *power_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->power_w, FAB_DIM_POWER);
}

static const char *latency_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->latency_s, FAB_DIM_TIME);
}

static const char *flight_text(fab_scratch *scratch, const fab_link_summary *s)
{
    const fab_link_class *link_class = &s->link_class;
    if (!s->flight_s_per_m.value.is_known) {
        return s->flight_s_per_m.formula;
    }
    const char *word = link_class->is_medium_guess   ? "medium not known"
                       : link_class->is_medium_mixed ? "board, low twinax"
                                                     : fab_medium_text(link_class->medium);
    return fab_text_printf(scratch, "%s/m (%s)",
                           derived_text(scratch, &s->flight_s_per_m, FAB_DIM_TIME), word);
}

static const char *serialisation_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->serialisation_s, FAB_DIM_TIME);
}

static const char *reach_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->reach_m, FAB_DIM_LENGTH);
}

static const char *reach_flight_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->flight_at_reach_s, FAB_DIM_TIME);
}

static const char *shoreline_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->shoreline_bps_per_m, FAB_DIM_RATE_DENSITY);
}

static const char *areal_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->areal_bps_per_m2, FAB_DIM_AREA_DENSITY);
}

static const char *port_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->lanes_count, FAB_DIM_COUNT);
}

static const char *overhead_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return known_text(scratch, s->technology->overhead);
}

static const char *edge_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->edge_m, FAB_DIM_LENGTH);
}

static const char *radix_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return fab_text_value(scratch, &s->technology->radix_count, FAB_DIM_COUNT);
}

static const char *confidence_text(fab_scratch *scratch, const fab_link_summary *s)
{
    (void)scratch;
    return fab_confidence_text((fab_confidence)s->technology->confidence);
}

static const char *power_at_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->power_at_w, FAB_DIM_POWER);
}

static const char *lanes_at_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->lanes_at_count, FAB_DIM_COUNT);
}

static const char *serialisation_at_text(fab_scratch *scratch, const fab_link_summary *s)
{
    return derived_text(scratch, &s->serialisation_at_s, FAB_DIM_TIME);
}

static const line LINES[] = {
    {"title", "row", title_text},
    {"role", "row", role_text},
    {"medium", "row", medium_text},
    {"line code", "row", line_code_text},
    {"overhead", "row", overhead_text},
    {"rate, one direction", "row", rate_text},
    {"lane rate", "row", lane_text},
    {"lanes of a port", "row", port_text},
    {"lanes", "rate / lane rate", lanes_text},
    {"energy per bit", "row", energy_text},
    {"energy counts", "row", scope_text},
    {"power at its rate", "rate x energy", power_text},
    {"latency without flight", "row", latency_text},
    {"flight per metre", "medium", flight_text},
    {"reach", "row", reach_text},
    {"flight over its reach", "reach x flight", reach_flight_text},
    {"serialisation", "size / rate", serialisation_text},
    {"shoreline density", "row", shoreline_text},
    {"areal density", "row", areal_text},
    {"edge for its rate", "rate / density", edge_text},
    {"radix", "row", radix_text},
    {"confidence of the row", "row", confidence_text},
};

static const line ASKED_LINES[] = {
    {"lanes at the rate", "R / lane rate", lanes_at_text},
    {"power at the rate", "R x energy", power_at_text},
    {"serialisation at it", "size / R", serialisation_at_text},
};

#define LINE_COUNT  (sizeof(LINES) / sizeof(LINES)[0])
#define ASKED_COUNT (sizeof(ASKED_LINES) / sizeof(ASKED_LINES)[0])

static void add_line(fab_sheet *sheet, const line *what, const fab_link_summary *summaries,
                     size_t count)
{
    const char *cells[SIDE_BY_SIDE_LIMIT + 2] = {what->field};
    for (size_t i = 0; i < count; i++) {
        cells[i + 1] = what->text(sheet->scratch, &summaries[i]);
    }
    cells[count + 1] = what->from;
    fab_sheet_add(sheet, cells);
}

static void write_columns(fab_scratch *scratch, const fab_link_summary *summaries, size_t count,
                          const wish *asked, FILE *stream)
{
    const size_t width = (FAB_TEXT_WIDTH - FIELD_WIDTH - FROM_WIDTH - 2) / count - 1;
    fab_sheet_column columns[SIDE_BY_SIDE_LIMIT + 2] = {{"", false, 0, FAB_SHEET_ALL}};
    for (size_t i = 0; i < count; i++) {
        columns[i + 1] = (fab_sheet_column){fab_text_clean(scratch, summaries[i].technology->name),
                                            false, width, FAB_SHEET_ALL};
    }
    columns[count + 1] = (fab_sheet_column){"from", false, 0, FAB_SHEET_ALL};
    fab_sheet sheet = fab_sheet_make(scratch, columns, count + 2, LINE_COUNT + ASKED_COUNT);
    for (size_t i = 0; i < LINE_COUNT; i++) {
        add_line(&sheet, &LINES[i], summaries, count);
    }
    for (size_t i = 0; asked->rate_bps > 0.0 && i < ASKED_COUNT; i++) {
        add_line(&sheet, &ASKED_LINES[i], summaries, count);
    }
    fab_text_sheet(&sheet, stream);
}

static const fab_sheet_column ROW_COLUMNS[] = {
    {"name", false, 0, FAB_SHEET_ALL},    {"role", false, 0, FAB_SHEET_ALL},
    {"rate", true, 0, FAB_SHEET_ALL},     {"lanes", true, 0, FAB_SHEET_ALL},
    {"energy", true, 0, FAB_SHEET_ALL},   {"power", true, 0, FAB_SHEET_ALL},
    {"flight/m", true, 0, FAB_SHEET_ALL}, {"size/rate", true, 0, FAB_SHEET_ALL},
    {"reach", true, 0, FAB_SHEET_ALL},
};

/* narrow tables say "-" and explain it below */
static const char *dash(const fab_value *value, const char *text)
{
    return value->is_known ? text : "-";
}

static void add_row(fab_sheet *sheet, const fab_link_summary *s, bool is_asked)
{
    fab_scratch *scratch = sheet->scratch;
    const fab_technology *t = s->technology;
    const fab_derived *lanes = is_asked ? &s->lanes_at_count : &s->lanes_count;
    const fab_derived *power = is_asked ? &s->power_at_w : &s->power_w;
    const fab_derived *size = is_asked ? &s->serialisation_at_s : &s->serialisation_s;
    fab_sheet_add(
        sheet,
        (const char *const[]){
            t->name, role_text(scratch, s), dash(&t->rate_bps, rate_text(scratch, s)),
            dash(&lanes->value, derived_text(scratch, lanes, FAB_DIM_COUNT)),
            dash(&t->energy_j_per_bit,
                 fab_text_value(scratch, &t->energy_j_per_bit, FAB_DIM_ENERGY_PER_BIT)),
            dash(&power->value, derived_text(scratch, power, FAB_DIM_POWER)),
            dash(&s->flight_s_per_m.value, derived_text(scratch, &s->flight_s_per_m, FAB_DIM_TIME)),
            dash(&size->value, derived_text(scratch, size, FAB_DIM_TIME)),
            dash(&t->reach_m, reach_text(scratch, s))});
}

static void write_rows(fab_scratch *scratch, const fab_link_summary *summaries, size_t count,
                       const wish *asked, FILE *stream)
{
    fab_sheet sheet = fab_sheet_make(scratch, ROW_COLUMNS, FAB_COLUMN_COUNT(ROW_COLUMNS), count);
    for (size_t i = 0; i < count; i++) {
        add_row(&sheet, &summaries[i], asked->rate_bps > 0.0);
    }
    fab_text_sheet(&sheet, stream);
    const char *text =
        "-: not published, or a switch, which has no length. lanes = rate / lane rate, power = "
        "rate "
        "x energy; flight/m by the medium. `fabricast link NAME` says more, up to four names side "
        "by side.";
    fprintf(stream, "\n");
    fab_text_paragraph(scratch, stream, text, "");
    if (asked->rate_bps > 0.0) {
        fab_text_paragraph(scratch, stream, "lanes, power and size/rate are at the rate asked for.",
                           "");
    }
}

/* the words that stand under both tables */
static void write_notes(fab_scratch *scratch, const wish *asked, FILE *stream)
{
    const char *text = fab_text_printf(scratch, "Serialisation is that of a message of %.0f byte.",
                                       asked->size_byte);
    if (asked->rate_bps > 0.0) {
        text = fab_text_printf(scratch, "%s The rate R asked for is %s.", text,
                               fab_text_quantity(scratch, asked->rate_bps, FAB_DIM_RATE));
    }
    fab_text_paragraph(scratch, stream, text, "");
}

static void write_sources(fab_scratch *scratch, const fab_link_summary *summaries, size_t count,
                          FILE *stream)
{
    fab_text_heading(stream, "Sources");
    for (size_t i = 0; i < count; i++) {
        const fab_technology *t = summaries[i].technology;
        const fab_value *flight = &summaries[i].flight_s_per_m.value;
        const char *text =
            fab_text_printf(scratch, "%s: %s", t->name, known_text(scratch, t->source));
        if (flight->is_known) {
            text = fab_text_printf(scratch, "%s; flight: %s (%s)", text, flight->source,
                                   fab_confidence_text(flight->confidence));
        }
        fab_text_paragraph(scratch, stream, text, "  ");
    }
}

fab_status fab_report_link_text(const fab_link_summary *summaries, size_t count, double size_byte,
                                double rate_bps, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    const wish asked = {size_byte, rate_bps};
    if (count > 0 && count <= SIDE_BY_SIDE_LIMIT) {
        write_columns(&scratch, summaries, count, &asked, stream);
        fprintf(stream, "\n");
        write_notes(&scratch, &asked, stream);
        write_sources(&scratch, summaries, count, stream);
    } else {
        write_rows(&scratch, summaries, count, &asked, stream);
        write_notes(&scratch, &asked, stream);
    }
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
