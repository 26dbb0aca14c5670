#include <fabricast/units.h>

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 17

/* How a dimension is printed: the unit, the power of ten that it stands for, and the prefixes from
 * 10^smallest to 10^largest that may stand in front. */
typedef struct style {
    const char *unit;
    int exponent;
    int smallest, largest;
    const char *blank; /* between the number and the prefix */
    char billion;      /* prefix of 10^9 */
} style;

static const style STYLE[] = {
    [FAB_DIM_COUNT] = {"", 0, 0, 15, "", 'B'},
    [FAB_DIM_FRACTION] = {"%", -2, 0, 0, " ", 'G'},
    [FAB_DIM_TIME] = {"s", 0, -15, 0, " ", 'G'},
    [FAB_DIM_LENGTH] = {"m", 0, -9, 3, " ", 'G'},
    [FAB_DIM_SIZE] = {"B", 0, 0, 18, " ", 'G'},
    [FAB_DIM_RATE] = {"b/s", 0, 0, 18, " ", 'G'},
    [FAB_DIM_MEMORY_RATE] = {"B/s", 0, 0, 18, " ", 'G'},
    [FAB_DIM_ENERGY_PER_BIT] = {"J/bit", 0, -15, 0, " ", 'G'},
    [FAB_DIM_POWER] = {"W", 0, -9, 12, " ", 'G'},
    [FAB_DIM_ENERGY] = {"J", 0, -15, 18, " ", 'G'},
    [FAB_DIM_COMPUTE] = {"FLOP/s", 0, 0, 18, " ", 'G'},
    [FAB_DIM_RATE_DENSITY] = {"bps/mm", 3, 0, 18, " ", 'G'},
    [FAB_DIM_AREA_DENSITY] = {"bps/mm2", 6, 0, 18, " ", 'G'},
    [FAB_DIM_MONEY] = {"USD", 0, 0, 12, " ", 'B'},
    [FAB_DIM_PRICE_PER_RATE] = {"USD/Gbps", -9, 0, 0, " ", 'G'},
    [FAB_DIM_ENERGY_PER_FLOP] = {"J/FLOP", 0, -15, 0, " ", 'G'},
};

/* Units that are no power of ten, from the largest down, with the value from which they are used.
 */
static const struct {
    fab_dimension dimension;
    double at_least, factor;
    style style;
} LADDER[] = {
    {FAB_DIM_TIME, 172800.0, 86400.0, {"d", 0, 0, 0, " ", 'G'}},
    {FAB_DIM_TIME, 7200.0, 3600.0, {"h", 0, 0, 0, " ", 'G'}},
    {FAB_DIM_TIME, 120.0, 60.0, {"min", 0, 0, 0, " ", 'G'}},
    {FAB_DIM_ENERGY, 3.6e6, 3600.0, {"Wh", 0, 3, 18, " ", 'G'}},
};

/* A value as decimal digits d.ddd * 10^exponent without zeros at the end. */
typedef struct decimal {
    char digits[DIGITS + 1];
    int count;
    int exponent;
} decimal;

/* Rounds to `digits` significant digits. The point that printf writes depends on the locale: only
 * digits are taken. */
static decimal round_decimal(double value, int digits)
{
    char text[DIGITS + 24];
    snprintf(text, sizeof(text), "%.*e", digits - 1, fabs(value));
    decimal d = {.count = 0};
    const char *at = text;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            d.digits[d.count++] = *at;
        }
    }
    d.exponent = atoi(at + 1);
    while (d.count > 1 && d.digits[d.count - 1] == '0') {
        d.digits[--d.count] = '\0';
    }
    return d;
}

/* The power of ten, a multiple of three, whose prefix leaves one to three digits before the point.
 */
static int pick_prefix(const style *s, int exponent)
{
    const int third = exponent >= 0 ? exponent / 3 : -((2 - exponent) / 3);
    const int power = 3 * third;
    return power < s->smallest ? s->smallest : power > s->largest ? s->largest : power;
}

static void put_prefix(char *out, const style *s, int power)
{
    static const char LETTER[] = "fpnum\0kMGTPE";
    const char letter = power == 9 ? s->billion : LETTER[power / 3 + 5];
    *out++ = letter;
    *out = '\0';
}

/* Writes the digits with the point behind `whole` of them, which may lie outside. */
static void put_digits(char *out, const decimal *d, int whole)
{
    if (whole <= 0) {
        *out++ = '0';
        *out++ = '.';
        for (int i = whole; i < 0; i++) {
            *out++ = '0';
        }
    }
    for (int i = 0; i < d->count; i++) {
        if (i == whole && i > 0) {
            *out++ = '.';
        }
        *out++ = d->digits[i];
    }
    for (int i = d->count; i < whole; i++) {
        *out++ = '0';
    }
    *out = '\0';
}

/* Writes d.ddde+x, for values far outside the prefixes. */
static void put_scientific(char *out, const decimal *d, int exponent)
{
    char mantissa[DIGITS + 3];
    put_digits(mantissa, d, 1);
    snprintf(out, DIGITS + 24, "%se%d", mantissa, exponent);
}

static void write_number(char *buffer, size_t size, double value, const style *s, int digits)
{
    decimal d = round_decimal(value, digits);
    if (d.digits[0] == '0') {
        d.exponent = s->exponent;
    }
    const int shifted = d.exponent - s->exponent;
    const int power = d.digits[0] == '0' ? 0 : pick_prefix(s, shifted);
    char number[DIGITS + 24];
    char prefix[2];

    put_prefix(prefix, s, power);
    if (shifted - power > 14 || shifted - power < -5) {
        put_scientific(number, &d, shifted - power);
    } else {
        put_digits(number, &d, shifted - power + 1);
    }
    snprintf(buffer, size, "%s%s%s%s%s", value < 0.0 ? "-" : "", number,
             *prefix || *s->unit ? s->blank : "", prefix, s->unit);
}

/* Whole numbers that people count are written in full: 4096, not 4.1k. */
static bool is_short_count(double value, fab_dimension dimension)
{
    return dimension == FAB_DIM_COUNT && fabs(value) < 1e6 && value == trunc(value);
}

char *fab_quantity_format(char *buffer, size_t size, double value_si_count, fab_dimension dimension,
                          int digits)
{
    const double value = value_si_count;
    assert(buffer && size > 0 && (size_t)dimension < FAB_DIM_TOTAL);

    if (!isfinite(value)) {
        snprintf(buffer, size, "%s",
                 isnan(value) ? "undefined"
                 : value > 0  ? "infinite"
                              : "-infinite");
        return buffer;
    }
    if (is_short_count(value, dimension)) {
        snprintf(buffer, size, "%.0f", value + 0.0);
        return buffer;
    }
    digits = digits < 1 ? 1 : digits > DIGITS ? DIGITS : digits;
    for (size_t i = 0; i < sizeof(LADDER) / sizeof(LADDER[0]); i++) {
        if (LADDER[i].dimension == dimension && fabs(value) >= LADDER[i].at_least) {
            write_number(buffer, size, value / LADDER[i].factor, &LADDER[i].style, digits);
            return buffer;
        }
    }
    write_number(buffer, size, value, &STYLE[dimension], digits);
    return buffer;
}
