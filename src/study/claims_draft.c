#include "study/claims_draft.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/vprintf.h"

/* Digits of a number in a sentence. */
#define SENTENCE_DIGITS 3

#define FIRST_CAPACITY 32

/* How a number is made, then where the least trusted of what it is made of comes from. */
static const char *join_sources(fab_claim_draft *draft, const char *made, const char *from)
{
    if (from == NULL || *made == '\0') {
        return from != NULL ? from : made;
    }
    return fab_draft_text(draft, "%s; %s", made, from);
}

void fab_draft_put(fab_claim_draft *draft, const char *name, const char *of, fab_value value,
                   const char *unit, const char *source)
{
    if (draft->count == draft->capacity) {
        const size_t capacity = draft->capacity > 0 ? 2 * draft->capacity : FIRST_CAPACITY;
        fab_claim_number *grown = FAB_NEW(draft->arena, fab_claim_number, capacity);
        if (grown == NULL) {
            draft->status = FAB_E_NOMEM;
            return;
        }
        for (size_t i = 0; i < draft->count; i++) {
            grown[i] = draft->numbers[i];
        }
        draft->numbers = grown;
        draft->capacity = capacity;
    }
    if (!value.has_range) {
        value.low = value.high = value.value;
    }
    /* what leaves the range of numbers is not known */
    if (!isfinite(value.value) || !isfinite(value.low) || !isfinite(value.high)) {
        value = (fab_value){.is_known = false, .source = "beyond the range of numbers"};
    }
    draft->numbers[draft->count++] = (fab_claim_number){
        .name = name,
        .of = of,
        .unit = unit,
        .value = value,
        .source = join_sources(draft, source, value.source),
    };
}

void fab_draft_put_si(fab_claim_draft *draft, const char *name, const char *of, fab_value value,
                      fab_dimension dimension, const char *source)
{
    fab_draft_put(draft, name, of, value, fab_dimension_unit(dimension), source);
}

const char *fab_draft_text(fab_claim_draft *draft, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = fab_arena_vprintf(draft->arena, format, arguments);
    va_end(arguments);
    if (text == NULL) {
        draft->status = FAB_E_NOMEM;
    }
    return text != NULL ? text : "";
}

const char *fab_draft_si(fab_claim_draft *draft, double value_count, fab_dimension dimension)
{
    char buffer[64];
    if (!isfinite(value_count)) {
        return "a number without bound";
    }
    fab_quantity_format(buffer, sizeof buffer, value_count, dimension, SENTENCE_DIGITS);
    return fab_draft_text(draft, "%s", buffer);
}

const char *fab_draft_plain(fab_claim_draft *draft, double value_count)
{
    return fab_draft_si(draft, value_count, FAB_DIM_COUNT);
}

const char *fab_draft_size(fab_claim_draft *draft, double size_byte)
{
    static const char *const UNIT[] = {"byte", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (unit + 1 < sizeof UNIT / sizeof UNIT[0] && size_byte >= 1024.0 &&
           fmod(size_byte, 1024.0) == 0.0) {
        size_byte /= 1024.0;
        unit++;
    }
    return fab_draft_text(draft, "%.0f %s", size_byte, UNIT[unit]);
}

void fab_draft_need(fab_claim_draft *draft, const char *what, const char *of)
{
    draft->needed = draft->needed == NULL
                        ? fab_draft_text(draft, "%s of %s", what, of)
                        : fab_draft_text(draft, "%s; %s of %s", draft->needed, what, of);
}

void fab_draft_decide(fab_claim_draft *draft, bool is_all, bool is_some)
{
    draft->verdict = is_all    ? FAB_VERDICT_CONFIRMED
                     : is_some ? FAB_VERDICT_PARTLY
                               : FAB_VERDICT_REFUTED;
}

size_t fab_claim_least(const fab_value *values, size_t count)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        if (values[i].is_known && (found == count || values[i].value < values[found].value)) {
            found = i;
        }
    }
    return found;
}

size_t fab_claim_greatest(const fab_value *values, size_t count)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        if (values[i].is_known && (found == count || values[i].value > values[found].value)) {
            found = i;
        }
    }
    return found;
}

fab_value fab_claim_made(double value_count)
{
    return (fab_value){
        .value = value_count, .low = value_count, .high = value_count, .is_known = true};
}

const char *fab_claim_link_name(const fab_technology *technology)
{
    return technology->name != NULL ? technology->name : "unnamed";
}

fab_claim_curve *fab_draft_figure(fab_claim_draft *draft, const fab_claim_figure *figure,
                                  size_t curves)
{
    fab_claim_figure *made = FAB_NEW(draft->arena, fab_claim_figure, 1);
    fab_claim_curve *list = FAB_NEW(draft->arena, fab_claim_curve, curves);
    if (made == NULL || list == NULL) {
        draft->status = FAB_E_NOMEM;
        return NULL;
    }
    *made = *figure;
    made->curves = list;
    draft->figure = made;
    return list;
}
