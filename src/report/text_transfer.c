#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_table.h"

/* up to this many links stand side by side */
#define SIDE_BY_SIDE_LIMIT 4
#define NS_PER_S           1e9
#define PJ_PER_J           1e12
#define DECIMALS           2

/* a quantity to be shown of a transfer, in one unit */
typedef const fab_value *(*pick)(const fab_transfer *transfer, int part);

static const fab_value *time_of(const fab_transfer *transfer, int part)
{
    return part == FAB_TERM_COUNT ? &transfer->time_s : &transfer->terms[part].time_s.value;
}

static const fab_value *energy_of(const fab_transfer *transfer, int part)
{
    return part == FAB_TERM_COUNT ? &transfer->energy_j : &transfer->terms[part].energy_j.value;
}

static const char *part_text(int part)
{
    return part == FAB_TERM_COUNT ? "total" : fab_transfer_part_text((fab_transfer_part)part);
}

/* whether the row counts this part in its number for the whole link */
static bool is_in_link(const fab_transfer *transfer, int part, pick pick_value)
{
    return part < FAB_TERM_COUNT &&
           (pick_value == time_of ? transfer->terms[part].is_time_in_link
                                  : transfer->terms[part].is_energy_in_link);
}

static const char *number_text(fab_scratch *scratch, const fab_value *value, double per_unit_count)
{
    return value->is_known ? fab_text_fixed(scratch, value->value * per_unit_count, DECIMALS)
                           : "not published";
}

/* a row with the low or the high end of the totals */
static void add_end(fab_sheet *sheet, const fab_transfer *transfers, size_t count, pick pick_value,
                    double per_unit_count, bool is_high)
{
    const char *cells[SIDE_BY_SIDE_LIMIT + 1] = {is_high ? "total, high" : "total, low"};
    for (size_t i = 0; i < count; i++) {
        fab_value end = *pick_value(&transfers[i], FAB_TERM_COUNT);
        end.value = is_high ? end.high : end.low;
        cells[i + 1] = number_text(sheet->scratch, &end, per_unit_count);
    }
    fab_sheet_add(sheet, cells);
}

/* a part that no link has at all needs no line or column: headers and the accesses at the ends */
static bool is_shown(const fab_transfer *transfers, size_t count, int part)
{
    if (part < FAB_TERM_HEADERS || part == FAB_TERM_COUNT) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        const fab_transfer_term *term = &transfers[i].terms[part];
        if (!term->time_s.value.is_known || term->time_s.value.value > 0.0 ||
            !term->energy_j.value.is_known || term->energy_j.value.value > 0.0) {
            return true;
        }
    }
    return false;
}

/* parts as rows, links as columns */
static void write_side_by_side(fab_scratch *scratch, const fab_transfer *transfers, size_t count,
                               const char *head, pick pick_value, double per_unit_count,
                               FILE *stream)
{
    fab_sheet_column columns[SIDE_BY_SIDE_LIMIT + 1] = {{head, false, 0, FAB_SHEET_ALL}};
    for (size_t i = 0; i < count; i++) {
        columns[i + 1] = (fab_sheet_column){fab_text_clean(scratch, transfers[i].technology->name),
                                            true, 0, FAB_SHEET_ALL};
    }
    fab_sheet sheet = fab_sheet_make(scratch, columns, count + 1, FAB_TERM_COUNT + 3);
    for (int part = 0; part <= FAB_TERM_COUNT; part++) {
        if (!is_shown(transfers, count, part)) {
            continue;
        }
        const char *cells[SIDE_BY_SIDE_LIMIT + 1] = {part_text(part)};
        for (size_t i = 0; i < count; i++) {
            cells[i + 1] =
                is_in_link(&transfers[i], part, pick_value)
                    ? "in link"
                    : number_text(scratch, pick_value(&transfers[i], part), per_unit_count);
        }
        fab_sheet_add(&sheet, cells);
    }
    add_end(&sheet, transfers, count, pick_value, per_unit_count, false);
    add_end(&sheet, transfers, count, pick_value, per_unit_count, true);
    fab_text_sheet(&sheet, stream);
}

/* short heads, by part; the total last */
static const char *const TALL_HEADS[FAB_TERM_COUNT + 1] = {
    [FAB_TERM_SERIALISATION] = "serial.",
    [FAB_TERM_SERDES] = "serdes",
    [FAB_TERM_FEC] = "fec",
    [FAB_TERM_DSP] = "dsp",
    [FAB_TERM_LINK] = "link",
    [FAB_TERM_PROPAGATION] = "propag.",
    [FAB_TERM_SWITCH] = "switch",
    [FAB_TERM_HEADERS] = "headers",
    [FAB_TERM_FROM] = "from",
    [FAB_TERM_TO] = "to",
    [FAB_TERM_COUNT] = "total",
};

/* whether every row counts this part in its number for the whole link, so that a column says
 * nothing */
static bool is_all_in_link(const fab_transfer *transfers, size_t count, int part, pick pick_value)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_in_link(&transfers[i], part, pick_value)) {
            return false;
        }
    }
    return count > 0;
}

static const char *tall_cell(fab_scratch *scratch, const fab_transfer *transfer, int part,
                             pick pick_value, double per_unit_count)
{
    const fab_value *value = pick_value(transfer, part);
    if (is_in_link(transfer, part, pick_value)) {
        return "in link";
    }
    return value->is_known ? number_text(scratch, value, per_unit_count) : "-";
}

/* links as rows, parts as columns */
static void write_rows(fab_scratch *scratch, const fab_transfer *transfers, size_t count,
                       pick pick_value, double per_unit_count, FILE *stream)
{
    fab_sheet_column columns[FAB_TERM_COUNT + 2] = {{"over", false, 0, FAB_SHEET_ALL}};
    int parts[FAB_TERM_COUNT + 1];
    size_t shown = 0;
    for (int part = 0; part <= FAB_TERM_COUNT; part++) {
        if (is_shown(transfers, count, part) &&
            !is_all_in_link(transfers, count, part, pick_value)) {
            parts[shown++] = part;
            columns[shown] = (fab_sheet_column){TALL_HEADS[part], true, 0, FAB_SHEET_ALL};
        }
    }
    fab_sheet sheet = fab_sheet_make(scratch, columns, shown + 1, count);
    for (size_t i = 0; i < count; i++) {
        const char *cells[FAB_TERM_COUNT + 2] = {transfers[i].technology->name};
        for (size_t k = 0; k < shown; k++) {
            cells[k + 1] = tall_cell(scratch, &transfers[i], parts[k], pick_value, per_unit_count);
        }
        fab_sheet_add(&sheet, cells);
    }
    fab_text_sheet(&sheet, stream);
}

static const fab_sheet_column CREDIT_COLUMNS[] = {
    {"over", false, 0, FAB_SHEET_ALL},     {"each hop", true, 0, FAB_SHEET_ALL},
    {"rate", true, 0, FAB_SHEET_ALL},      {"round trip", true, 0, FAB_SHEET_ALL},
    {"in flight", true, 0, FAB_SHEET_ALL}, {"buffer sustains", true, 0, FAB_SHEET_ALL},
};

static void write_credits(fab_scratch *scratch, const fab_transfer *transfers, size_t count,
                          FILE *stream)
{
    fab_text_heading(stream, "Credits of one hop, for lossless flow control");
    fab_sheet sheet =
        fab_sheet_make(scratch, CREDIT_COLUMNS, FAB_COLUMN_COUNT(CREDIT_COLUMNS), count);
    for (size_t i = 0; i < count; i++) {
        const fab_transfer *t = &transfers[i];
        const fab_derived *sustained = &t->credits.sustained_bps;
        const char *sustains = sustained->value.is_known
                                   ? fab_text_value(scratch, &sustained->value, FAB_DIM_RATE)
                                   : (t->rate_bps.is_known ? sustained->formula : "not published");
        fab_sheet_add(
            &sheet,
            (const char *const[]){
                t->technology->name, fab_text_quantity(scratch, t->distance_m, FAB_DIM_LENGTH),
                fab_text_value(scratch, &t->rate_bps, FAB_DIM_RATE),
                fab_text_value(scratch, &t->credits.round_trip_s.value, FAB_DIM_TIME),
                fab_text_value(scratch, &t->credits.in_flight_byte.value, FAB_DIM_SIZE), sustains});
    }
    fab_text_sheet(&sheet, stream);
}

static const char *range_text(fab_scratch *scratch, const fab_value *value, double per_unit_count,
                              const char *unit)
{
    if (!value->is_known || !value->has_range) {
        return "";
    }
    return fab_text_printf(scratch, " (%s .. %s %s)",
                           fab_text_fixed(scratch, value->low * per_unit_count, DECIMALS),
                           fab_text_fixed(scratch, value->high * per_unit_count, DECIMALS), unit);
}

/* one sentence: part = formula = number (range); source (confidence) */
static void write_origin(fab_scratch *scratch, const char *what, const fab_derived *derived,
                         double per_unit_count, const char *unit, FILE *stream)
{
    const fab_value *value = &derived->value;
    const char *text = fab_text_printf(scratch, "%s = %s = %s%s%s%s", what, derived->formula,
                                       number_text(scratch, value, per_unit_count),
                                       value->is_known ? " " : "", value->is_known ? unit : "",
                                       range_text(scratch, value, per_unit_count, unit));
    if (value->source) {
        text = fab_text_printf(scratch, "%s; %s%s%s%s", text, value->source,
                               value->has_confidence ? " (" : "",
                               value->has_confidence ? fab_confidence_text(value->confidence) : "",
                               value->has_confidence ? ")" : "");
    }
    fprintf(stream, "  ");
    fab_text_paragraph(scratch, stream, text, "    ");
}

/* what is zero because the link does not have it needs no line */
static bool is_worth_a_line(const fab_value *value)
{
    return !value->is_known || value->value > 0.0;
}

static void write_origins(fab_scratch *scratch, const fab_transfer *t, FILE *stream)
{
    const fab_link_class *c = &t->link_class;
    const char *ends = c->dsp_ends == 0   ? "no signal processor"
                       : c->dsp_ends == 1 ? "one signal processor"
                                          : "two signal processors";
    const char *head =
        fab_text_printf(scratch, "%s: %s%s, error correction %s%s, %s", t->technology->name,
                        c->is_medium_guess ? "medium not known" : fab_medium_text(c->medium),
                        c->is_medium_mixed ? " and twinax" : "", fab_link_code_text(c->code),
                        c->is_code_guess ? " (line code not published)" : "", ends);
    fprintf(stream, "\n");
    fab_text_paragraph(scratch, stream, head, "  ");
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        const fab_transfer_term *term = &t->terms[part];
        if (is_worth_a_line(&term->time_s.value)) {
            write_origin(scratch, part_text(part), &term->time_s, NS_PER_S, "ns", stream);
        }
    }
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        const fab_transfer_term *term = &t->terms[part];
        if (is_worth_a_line(&term->energy_j.value)) {
            const char *what = fab_text_printf(scratch, "energy of %s", part_text(part));
            write_origin(scratch, what, &term->energy_j, PJ_PER_J, "pJ", stream);
        }
    }
    write_origin(scratch, "round trip", &t->credits.round_trip_s, NS_PER_S, "ns", stream);
    if (t->technology->energy_scope) {
        fprintf(stream, "  ");
        fab_text_paragraph(
            scratch, stream,
            fab_text_printf(scratch, "the row's energy counts: %s", t->technology->energy_scope),
            "    ");
    }
    if (t->is_reach_unknown) {
        fprintf(stream, "  reach not published: the distance is not checked\n");
    }
    if (!t->rate_bps.is_known) {
        fprintf(stream, "  rate not published: give one as NAME@RATE\n");
    }
}

static void write_head(fab_scratch *scratch, const fab_transfer *t, FILE *stream)
{
    fprintf(stream, "%.0f byte over %s hop%s", t->size_byte, fab_text_count(scratch, t->hops),
            t->hops == 1 ? "" : "s");
    if (t->from || t->to) {
        fprintf(stream, " from %s to %s", t->from ? t->from->name : "the link's end",
                t->to ? t->to->name : "the link's end");
    }
    fprintf(stream, "\n");
}

fab_status fab_report_transfer_text(const fab_transfer *transfers, size_t count, fab_arena *arena,
                                    FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    if (count > 0) {
        write_head(&scratch, transfers, stream);
    }
    if (count <= SIDE_BY_SIDE_LIMIT) {
        fprintf(stream, "\n");
        write_side_by_side(&scratch, transfers, count, "time [ns]", time_of, NS_PER_S, stream);
        fprintf(stream, "\n");
        write_side_by_side(&scratch, transfers, count, "energy [pJ]", energy_of, PJ_PER_J, stream);
    } else {
        fab_text_heading(stream, "Time [ns]");
        write_rows(&scratch, transfers, count, time_of, NS_PER_S, stream);
        fab_text_heading(stream,
                         "Energy [pJ]; -: not published; parts left out are inside the link's");
        write_rows(&scratch, transfers, count, energy_of, PJ_PER_J, stream);
    }
    write_credits(&scratch, transfers, count, stream);
    for (size_t i = 0; i < count; i++) {
        write_origins(&scratch, &transfers[i], stream);
    }
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
