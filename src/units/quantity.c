#include <fabricast/units.h>

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cut.h"
#include "units/unit.h"

/* More digits than this are no quantity but a mistake. */
#define DIGIT_LIMIT 64

#define EXPONENT_LIMIT 100000

/* A number as written: its digits without the point, and the power of ten they stand at. */
typedef struct number {
    char digits[DIGIT_LIMIT + 1];
    size_t count;
    int exponent;
    bool is_negative;
    bool has_too_many;
} number;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes digits, with single underscores between them; returns where they end. */
static const char *take_digits(const char *at, number *n, int step)
{
    while (is_digit(*at)) {
        /* zeros in front say nothing */
        if (n->count > 0 || *at != '0') {
            if (n->count < DIGIT_LIMIT) {
                n->digits[n->count++] = *at;
            } else {
                n->has_too_many = true;
            }
        }
        n->exponent -= n->exponent > -EXPONENT_LIMIT ? step : 0;
        at++;
        if (*at == '_' && is_digit(at[1])) {
            at++;
        }
    }
    return at;
}

/* Takes `e`, a sign and digits when all are there: `5 E` and `5 eV` have no exponent. */
static const char *take_exponent(const char *at, number *n)
{
    if (*at != 'e' && *at != 'E') {
        return at;
    }
    const bool is_negative = at[1] == '-';
    const char *digit = at + (at[1] == '-' || at[1] == '+' ? 2 : 1);
    if (!is_digit(*digit)) {
        return at;
    }
    int value = 0;
    for (; is_digit(*digit); digit++) {
        value = value < EXPONENT_LIMIT ? 10 * value + (*digit - '0') : value;
    }
    n->exponent += is_negative ? -value : value;
    return digit;
}

/* Reads the number in front of `text`; returns where it ends, or NULL when there is none. */
static const char *read_number(const char *text, number *n)
{
    *n = (number){.is_negative = *text == '-'};
    const char *at = *text == '-' || *text == '+' ? text + 1 : text;
    if (!is_digit(*at)) {
        return NULL;
    }
    at = take_digits(at, n, 0);
    if (at[0] == '.' && is_digit(at[1])) {
        at = take_digits(at + 1, n, 1);
    }
    return take_exponent(at, n);
}

/* The double nearest to digits * 10^exponent * factor, with one rounding when the factor is 1. A
 * whole number with a decimal exponent reads the same in every locale. */
static double evaluate(const number *n, fab_scale scale)
{
    char text[DIGIT_LIMIT + 32];
    snprintf(text, sizeof(text), "%s%se%d", n->is_negative ? "-" : "", n->count ? n->digits : "0",
             n->exponent + scale.exponent);
    return strtod(text, NULL) * scale.factor + 0.0;
}

/* What a unit of this dimension is: the words of its expectation in front of the examples. */
static fab_cut short_name(fab_dimension dimension)
{
    const char *text =
        dimension == FAB_DIM_FRACTION ? "a percentage" : fab_dimension_expected(dimension);
    const char *end = strstr(text, " such as ");
    return (fab_cut){(int)(end ? (size_t)(end - text) : strlen(text)), text, ""};
}

/* Finds another dimension that has this unit; FAB_DIM_TOTAL when there is none. */
static fab_dimension other_dimension(const char *unit)
{
    fab_scale ignored;
    for (int i = 0; i < (int)FAB_DIM_TOTAL; i++) {
        if (fab_unit_find(unit, strlen(unit), (fab_dimension)i, &ignored)) {
            return (fab_dimension)i;
        }
    }
    return FAB_DIM_TOTAL;
}

static const char *unit_message(const char *text, const char *unit, fab_dimension dimension,
                                fab_arena *arena)
{
    const fab_cut shown = fab_cut_text(text);
    const fab_cut shown_unit = fab_cut_text(unit);
    const char *expected = fab_dimension_expected(dimension);
    const fab_dimension other = other_dimension(unit);

    if (*unit == '\0' || other == FAB_DIM_COUNT) {
        return fab_arena_printf(arena, "missing unit in `" FAB_CUT_FORMAT "`: expected %s",
                                FAB_CUT(shown), expected);
    }
    if (fab_unit_mixes_bits(unit, strlen(unit), dimension)) {
        const bool is_byte_due = dimension != FAB_DIM_ENERGY_PER_BIT;
        return fab_arena_printf(
            arena, "`" FAB_CUT_FORMAT "` counts %s where %s are due: expected %s", FAB_CUT(shown),
            is_byte_due ? "bits" : "bytes", is_byte_due ? "bytes" : "bits", expected);
    }
    if (other != FAB_DIM_TOTAL) {
        return fab_arena_printf(arena,
                                "wrong unit in `" FAB_CUT_FORMAT "`: `" FAB_CUT_FORMAT
                                "` is " FAB_CUT_FORMAT ", expected %s",
                                FAB_CUT(shown), FAB_CUT(shown_unit), FAB_CUT(short_name(other)),
                                expected);
    }
    const char *nearest = fab_unit_nearest(unit, dimension, arena);
    return fab_arena_printf(
        arena, "unknown unit `" FAB_CUT_FORMAT "` in `" FAB_CUT_FORMAT "`: %s%s%sexpected %s",
        FAB_CUT(shown_unit), FAB_CUT(shown), nearest ? "did you mean `" : "",
        nearest ? nearest : "", nearest ? "`? " : "", expected);
}

static const char *number_message(const char *text, fab_dimension dimension, fab_arena *arena)
{
    const fab_cut shown = fab_cut_text(text);
    const char *expected = fab_dimension_expected(dimension);
    if (*text == '\0') {
        return fab_arena_printf(arena, "empty text where a number is due: expected %s", expected);
    }
    return fab_arena_printf(arena, "`" FAB_CUT_FORMAT "` is not a number: expected %s",
                            FAB_CUT(shown), expected);
}

/* What follows a number and shows that more of one was meant. */
static const char *rest_message(const char *text, char next, fab_arena *arena)
{
    const fab_cut shown = fab_cut_text(text);
    if (next == ',') {
        return fab_arena_printf(arena,
                                "comma in `" FAB_CUT_FORMAT
                                "`: fractions take a point, and thousands no mark "
                                "or an underscore",
                                FAB_CUT(shown));
    }
    if (next == '.') {
        return fab_arena_printf(arena, "a point in `" FAB_CUT_FORMAT "` has no digit behind it",
                                FAB_CUT(shown));
    }
    return fab_arena_printf(
        arena, "an underscore in `" FAB_CUT_FORMAT "` does not stand between two digits",
        FAB_CUT(shown));
}

static const char *size_message(const char *text, const number *n, double value, fab_arena *arena)
{
    const fab_cut shown = fab_cut_text(text);
    if (n->has_too_many) {
        return fab_arena_printf(arena, "`" FAB_CUT_FORMAT "` has more than %d digits",
                                FAB_CUT(shown), DIGIT_LIMIT);
    }
    return fab_arena_printf(arena, "`" FAB_CUT_FORMAT "` is too %s a number", FAB_CUT(shown),
                            isfinite(value) ? "small" : "large");
}

/* True when the number fits into a double without becoming infinite or losing digits. */
static bool is_in_range(const number *n, double value)
{
    return !n->has_too_many && isfinite(value) && (n->count == 0 || fabs(value) >= DBL_MIN);
}

fab_status fab_quantity_parse(const char *text, fab_dimension dimension, fab_arena *arena,
                              double *value_out, const char **message_out)
{
    assert(text && arena && value_out && message_out);

    number n;
    const char *at = read_number(text, &n);
    if (!at) {
        *message_out = number_message(text, dimension, arena);
        return FAB_E_INPUT;
    }
    if (*at == ',' || *at == '.' || *at == '_') {
        *message_out = rest_message(text, *at, arena);
        return FAB_E_INPUT;
    }
    while (*at == ' ' || *at == '\t') {
        at++;
    }
    fab_scale scale;
    if (!fab_unit_find(at, strlen(at), dimension, &scale)) {
        *message_out = unit_message(text, at, dimension, arena);
        return FAB_E_INPUT;
    }
    const double value = evaluate(&n, scale);
    if (!is_in_range(&n, value)) {
        *message_out = size_message(text, &n, value, arena);
        return FAB_E_INPUT;
    }
    *value_out = value;
    *message_out = NULL;
    return FAB_OK;
}
