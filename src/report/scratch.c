#include "report/scratch.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vprintf.h"

/* digits of a quantity in a table */
#define QUANTITY_DIGITS 3

/* decimal comma or point of the locale, which must not show */
static char *use_point(char *text)
{
    for (char *c = text; *c; c++) {
        if (*c == ',') {
            *c = '.';
        }
    }
    return text;
}

static const char *keep(fab_scratch *scratch, const char *text)
{
    const char *copy =
        scratch->status == FAB_OK ? fab_arena_copy(scratch->arena, text, strlen(text)) : NULL;
    if (!copy && scratch->status == FAB_OK) {
        scratch->status = FAB_E_NOMEM;
    }
    return copy ? copy : "";
}

/* memory for a text of `size` bytes, or NULL with the failure kept */
static char *room(fab_scratch *scratch, size_t size)
{
    char *text = scratch->status == FAB_OK ? FAB_NEW(scratch->arena, char, size) : NULL;
    if (!text && scratch->status == FAB_OK) {
        scratch->status = FAB_E_NOMEM;
    }
    return text;
}

const char *fab_text_printf(fab_scratch *scratch, const char *format, ...)
{
    if (scratch->status != FAB_OK) {
        return "";
    }
    va_list arguments;
    va_start(arguments, format);
    const char *text = fab_arena_vprintf(scratch->arena, format, arguments);
    va_end(arguments);
    if (!text) {
        scratch->status = FAB_E_NOMEM;
    }
    return text ? text : "";
}

const char *fab_text_clean(fab_scratch *scratch, const char *text)
{
    if (!text) {
        return "";
    }
    char *copy = room(scratch, strlen(text) + 1);
    if (!copy) {
        return "";
    }
    char *to = copy;
    const char *end = text + strlen(text);
    for (const char *c = text; c < end;) {
        uint32_t code;
        const size_t length = fab_utf8_decode(c, (size_t)(end - c), &code);
        if (length == 0) {
            *to++ = '?';
        } else if (fab_utf8_is_control(code)) {
            *to++ = ' ';
        } else {
            memcpy(to, c, length);
            to += length;
        }
        c += length ? length : 1;
    }
    *to = '\0';
    return copy;
}

const char *fab_text_short(fab_scratch *scratch, const char *text, size_t limit)
{
    assert(limit > 3);
    const char *clean = fab_text_clean(scratch, text);
    if (strlen(clean) <= limit) {
        return clean;
    }
    size_t cut = limit - 3;
    while (cut > 0 && ((unsigned char)clean[cut] & 0xC0) == 0x80) {
        cut--;
    }
    return fab_text_printf(scratch, "%.*s...", (int)cut, clean);
}

/* the blank at which a line that begins at `line` breaks, or NULL when the rest fits */
static const char *break_point(const char *line, size_t width)
{
    if (strlen(line) <= width) {
        return NULL;
    }
    const char *best = NULL;
    for (const char *c = line; *c; c++) {
        if (*c == ' ' && c > line) {
            if ((size_t)(c - line) > width && best) {
                break;
            }
            best = c;
            if ((size_t)(c - line) > width) {
                break;
            }
        }
    }
    return best;
}

const char *fab_text_wrap(fab_scratch *scratch, const char *text, size_t width, const char *mark)
{
    const size_t mark_length = strlen(mark);
    char *copy = room(scratch, strlen(text) * (mark_length + 1) + 1);
    if (!copy) {
        return "";
    }
    char *to = copy;
    const char *line = text;
    for (const char *at = break_point(line, width); at; at = break_point(line, width)) {
        memcpy(to, line, (size_t)(at - line));
        to += at - line;
        memcpy(to, mark, mark_length);
        to += mark_length;
        line = at + 1;
    }
    memcpy(to, line, strlen(line) + 1);
    return copy;
}

const char *fab_text_fixed(fab_scratch *scratch, double number_count, int decimals)
{
    assert(isfinite(number_count));
    char text[400];
    snprintf(text, sizeof text, "%.*f", decimals, number_count);
    /* no minus sign before a number that prints as zero */
    const bool is_zero = strspn(text, "-0.,") == strlen(text);
    return keep(scratch, use_point(text) + (is_zero && text[0] == '-' ? 1 : 0));
}

const char *fab_text_signed(fab_scratch *scratch, double number_count, int decimals)
{
    const char *text = fab_text_fixed(scratch, number_count, decimals);
    return text[0] == '-' ? text : fab_text_printf(scratch, "+%s", text);
}

const char *fab_text_digits(fab_scratch *scratch, double number_count, int digits)
{
    assert(isfinite(number_count) && digits > 0);
    if (!(fabs(number_count) > 0.0)) {
        return "0";
    }
    /* the power of ten after rounding: 9.996 with three digits is 10.0 */
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits - 1, number_count);
    const int power = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (power < -4 || power > 6) {
        return keep(scratch, use_point(text));
    }
    return fab_text_fixed(scratch, number_count, digits - 1 > power ? digits - 1 - power : 0);
}

const char *fab_text_exact(fab_scratch *scratch, double number_count)
{
    assert(isfinite(number_count));
    char text[64];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number_count);
        if (strtod(text, NULL) == number_count) {
            break;
        }
    }
    return keep(scratch, use_point(text));
}

const char *fab_text_count(fab_scratch *scratch, int64_t count)
{
    char plain[32];
    snprintf(plain, sizeof plain, "%" PRId64, count);
    const size_t sign = plain[0] == '-' ? 1 : 0;
    const size_t length = strlen(plain);
    char text[48];
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > sign && (length - i) % 3 == 0) {
            text[used++] = ',';
        }
        text[used++] = plain[i];
    }
    text[used] = '\0';
    return keep(scratch, text);
}

const char *fab_text_percent(fab_scratch *scratch, double share_frac)
{
    return fab_text_fixed(scratch, 100.0 * share_frac, 1);
}

const char *fab_text_quantity(fab_scratch *scratch, double value_count, fab_dimension dimension)
{
    assert(isfinite(value_count));
    char text[64];
    return keep(scratch,
                fab_quantity_format(text, sizeof text, value_count, dimension, QUANTITY_DIGITS));
}

const char *fab_text_value(fab_scratch *scratch, const fab_value *value, fab_dimension dimension)
{
    return value->is_known ? fab_text_quantity(scratch, value->value, dimension) : "not published";
}

const char *fab_text_known(fab_scratch *scratch, bool is_known, double value_count,
                           fab_dimension dimension)
{
    return is_known ? fab_text_quantity(scratch, value_count, dimension) : "not published";
}

const char *fab_text_in_unit(fab_scratch *scratch, double number_count, const char *unit)
{
    if (!unit || !*unit) {
        return fab_text_digits(scratch, number_count, QUANTITY_DIGITS);
    }
    for (int i = 0; i < FAB_DIM_TOTAL; i++) {
        if (i != FAB_DIM_COUNT && i != FAB_DIM_FRACTION &&
            strcmp(unit, fab_dimension_unit((fab_dimension)i)) == 0) {
            return fab_text_quantity(scratch, number_count, (fab_dimension)i);
        }
    }
    return fab_text_printf(scratch, "%s %s",
                           fab_text_digits(scratch, number_count, QUANTITY_DIGITS),
                           fab_text_clean(scratch, unit));
}

const char *fab_text_error(fab_scratch *scratch, int error)
{
    char text[256];
    if (strerror_r(error, text, sizeof text) != 0) {
        return fab_text_printf(scratch, "error %d", error);
    }
    return keep(scratch, text);
}
