#include "report/claims_sheets.h"

#include <math.h>
#include <string.h>

/* things side by side; more stand one below the other */
#define COLUMN_LIMIT 12

#define SHOWN_DIGITS 4

/* counts below this are shown to the last one */
#define COUNT_LIMIT 1e12

static const fab_sheet_column VERDICT_COLUMNS[] = {
    {"id", false, 0, FAB_SHEET_ALL},
    {"claim", false, 60, FAB_SHEET_ALL},
    {"verdict", false, 0, FAB_SHEET_ALL},
};

fab_sheet fab_sheet_verdicts(fab_scratch *scratch, const fab_claims_result *result)
{
    fab_sheet sheet = fab_sheet_make(scratch, VERDICT_COLUMNS, FAB_COLUMN_COUNT(VERDICT_COLUMNS),
                                     result->answer_count);
    for (size_t i = 0; i < result->answer_count; i++) {
        const fab_claim_answer *answer = &result->answers[i];
        fab_sheet_add(&sheet, (const char *const[]){
                                  answer->id,
                                  answer->claim,
                                  fab_claim_verdict_text(answer->verdict),
                              });
    }
    return sheet;
}

/* whether a unit is a word of ours and none that units knows */
static bool is_word(const char *unit)
{
    for (int i = 0; i < FAB_DIM_TOTAL; i++) {
        if (strcmp(unit, fab_dimension_unit((fab_dimension)i)) == 0) {
            return false;
        }
    }
    return true;
}

static const char *in_unit(fab_scratch *s, double number, const char *unit)
{
    if (strcmp(unit, fab_dimension_unit(FAB_DIM_FRACTION)) == 0) {
        return fab_text_printf(s, "%s %%", fab_text_digits(s, 100.0 * number, SHOWN_DIGITS));
    }
    if (is_word(unit) && number == floor(number) && fabs(number) < COUNT_LIMIT) {
        return fab_text_printf(s, "%s %s", fab_text_count(s, (int64_t)number), unit);
    }
    return fab_text_in_unit(s, number, unit);
}

static const char *number_text(fab_scratch *s, const fab_claim_number *number)
{
    return number->value.is_known ? in_unit(s, number->value.value, number->unit) : "not published";
}

static const char *range_text(fab_scratch *s, const fab_claim_number *number)
{
    if (!number->value.is_known || !number->value.has_range) {
        return "";
    }
    return fab_text_printf(s, "%s .. %s", in_unit(s, number->value.low, number->unit),
                           in_unit(s, number->value.high, number->unit));
}

/* index of a text in a list of which `count` are filled, which grows when it is new */
static size_t place_of(const char **list, size_t *count, const char *text)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(list[i], text) == 0) {
            return i;
        }
    }
    list[*count] = text;
    return (*count)++;
}

/* What the numbers are and what they are of, in the order in which they first come. */
typedef struct grid {
    const char **names;
    size_t name_count;
    const char *of[COLUMN_LIMIT];
    size_t of_count;
} grid;

static bool make_grid(fab_scratch *s, const fab_claim_answer *answer, grid *out)
{
    bool has_whole = false;
    *out = (grid){.names = FAB_NEW(s->arena, const char *, answer->number_count)};
    if (!out->names) {
        s->status = FAB_E_NOMEM;
        return false;
    }
    for (size_t i = 0; i < answer->number_count; i++) {
        (void)place_of(out->names, &out->name_count, answer->numbers[i].name);
        if (*answer->numbers[i].of && out->of_count + 1 < COLUMN_LIMIT) {
            (void)place_of(out->of, &out->of_count, answer->numbers[i].of);
        }
        has_whole = has_whole || !*answer->numbers[i].of;
    }
    /* what is of the claim as a whole stands last */
    if (has_whole) {
        out->of[out->of_count++] = "";
    }
    return true;
}

static const fab_sheet_column *grid_columns(fab_scratch *s, const grid *g)
{
    fab_sheet_column *columns = FAB_NEW(s->arena, fab_sheet_column, g->of_count + 1);
    if (!columns) {
        s->status = FAB_E_NOMEM;
        return NULL;
    }
    columns[0] = (fab_sheet_column){"number", false, 28, FAB_SHEET_ALL};
    for (size_t i = 0; i < g->of_count; i++) {
        const char *head = *g->of[i] ? fab_text_short(s, g->of[i], 24) : "value";
        columns[i + 1] = (fab_sheet_column){head, true, 0, FAB_SHEET_ALL};
    }
    return columns;
}

static const char *cell_text(fab_scratch *s, const fab_claim_answer *answer, const char *name,
                             const char *of)
{
    for (size_t i = 0; i < answer->number_count; i++) {
        const fab_claim_number *number = &answer->numbers[i];
        if (strcmp(number->name, name) == 0 && strcmp(number->of, of) == 0) {
            return number_text(s, number);
        }
    }
    return "";
}

fab_sheet fab_sheet_numbers(fab_scratch *scratch, const fab_claim_answer *answer)
{
    grid g;
    if (!make_grid(scratch, answer, &g)) {
        return (fab_sheet){.scratch = scratch};
    }
    const fab_sheet_column *columns = grid_columns(scratch, &g);
    const char **cells = FAB_NEW(scratch->arena, const char *, g.of_count + 1);
    if (!columns || !cells) {
        scratch->status = FAB_E_NOMEM;
        return (fab_sheet){.scratch = scratch};
    }
    fab_sheet sheet = fab_sheet_make(scratch, columns, g.of_count + 1, g.name_count);
    for (size_t row = 0; row < g.name_count; row++) {
        cells[0] = g.names[row];
        for (size_t i = 0; i < g.of_count; i++) {
            cells[i + 1] = cell_text(scratch, answer, g.names[row], g.of[i]);
        }
        fab_sheet_add(&sheet, cells);
    }
    return sheet;
}

static const fab_sheet_column SOURCE_COLUMNS[] = {
    {"number", false, 0, FAB_SHEET_ALL}, {"of", false, 0, FAB_SHEET_ALL},
    {"value", true, 0, FAB_SHEET_ALL},   {"range", true, 0, FAB_SHEET_ALL},
    {"source", false, 0, FAB_SHEET_ALL}, {"confidence", false, 0, FAB_SHEET_ALL},
};

static const char *confidence_text(const fab_value *value)
{
    return value->has_confidence ? fab_confidence_text(value->confidence) : "";
}

fab_sheet fab_sheet_number_sources(fab_scratch *scratch, const fab_claim_answer *answer)
{
    fab_sheet sheet = fab_sheet_make(scratch, SOURCE_COLUMNS, FAB_COLUMN_COUNT(SOURCE_COLUMNS),
                                     answer->number_count);
    for (size_t i = 0; i < answer->number_count; i++) {
        const fab_claim_number *number = &answer->numbers[i];
        fab_sheet_add(&sheet, (const char *const[]){
                                  number->name,
                                  number->of,
                                  number_text(scratch, number),
                                  range_text(scratch, number),
                                  number->source,
                                  confidence_text(&number->value),
                              });
    }
    return sheet;
}

void fab_csv_claims(fab_csv *csv, const fab_claims_result *result)
{
    FAB_CSV_NAMES(csv, "id", "verdict", "kind", "number", "of", "value", "low", "high", "unit",
                  "source", "confidence");
    fab_csv_end(csv);
    for (size_t i = 0; i < result->answer_count; i++) {
        const fab_claim_answer *answer = &result->answers[i];
        for (size_t j = 0; j < answer->number_count; j++) {
            const fab_claim_number *number = &answer->numbers[j];
            fab_csv_text(csv, answer->id);
            fab_csv_text(csv, fab_claim_verdict_text(answer->verdict));
            fab_csv_text(csv, answer->kind);
            fab_csv_text(csv, number->name);
            fab_csv_text(csv, number->of);
            fab_csv_known(csv, number->value.is_known, number->value.value);
            fab_csv_known(csv, number->value.is_known, number->value.low);
            fab_csv_known(csv, number->value.is_known, number->value.high);
            fab_csv_text(csv, number->unit);
            fab_csv_text(csv, number->source);
            fab_csv_text(csv, confidence_text(&number->value));
            fab_csv_end(csv);
        }
    }
}
