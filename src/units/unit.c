#include "units/unit.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include <fabricast/diagnostic.h>

/* Sets of prefixes that a unit takes. */
enum { BARE = 1, SMALL = 2, KILO = 4, LARGE = 8, BINARY = 16, COUNTING = 32 };

static const struct {
    const char *text;
    unsigned sets;
    fab_scale scale;
} PREFIX[] = {
    {"", BARE, {1.0, 0}},
    {"k", KILO | LARGE | COUNTING, {1.0, 3}},
    {"M", LARGE | COUNTING, {1.0, 6}},
    {"G", LARGE | COUNTING, {1.0, 9}},
    {"B", COUNTING, {1.0, 9}},
    {"T", LARGE | COUNTING, {1.0, 12}},
    {"P", LARGE | COUNTING, {1.0, 15}},
    {"E", LARGE, {1.0, 18}},
    {"K", LARGE | COUNTING, {1.0, 3}},
    {"m", SMALL, {1.0, -3}},
    {"u", SMALL, {1.0, -6}},
    {"n", SMALL, {1.0, -9}},
    {"p", SMALL, {1.0, -12}},
    {"f", SMALL, {1.0, -15}},
    {"\xc2\xb5", SMALL, {1.0, -6}}, /* micro sign */
    {"\xce\xbc", SMALL, {1.0, -6}}, /* Greek mu */
    {"Ki", BINARY, {1024.0, 0}},
    {"Mi", BINARY, {1048576.0, 0}},
    {"Gi", BINARY, {1073741824.0, 0}},
    {"Ti", BINARY, {1099511627776.0, 0}},
    {"Pi", BINARY, {1125899906842624.0, 0}},
};

#define PREFIXES (sizeof(PREFIX) / sizeof(PREFIX[0]))

typedef struct unit {
    const char *text;
    fab_dimension dimension;
    unsigned prefixes;
    fab_scale scale;
} unit;

static const unit UNIT[] = {
    {"", FAB_DIM_COUNT, BARE | COUNTING, {1.0, 0}},
    {"", FAB_DIM_FRACTION, BARE, {1.0, 0}},
    {"%", FAB_DIM_FRACTION, BARE, {1.0, -2}},
    {"s", FAB_DIM_TIME, BARE | SMALL, {1.0, 0}},
    {"min", FAB_DIM_TIME, BARE, {60.0, 0}},
    {"h", FAB_DIM_TIME, BARE, {3600.0, 0}},
    {"d", FAB_DIM_TIME, BARE, {86400.0, 0}},
    {"m", FAB_DIM_LENGTH, BARE | SMALL | KILO, {1.0, 0}},
    {"cm", FAB_DIM_LENGTH, BARE, {1.0, -2}},
    {"B", FAB_DIM_SIZE, BARE | LARGE | BINARY, {1.0, 0}},
    {"byte", FAB_DIM_SIZE, BARE | LARGE | BINARY, {1.0, 0}},
    {"bps", FAB_DIM_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"b/s", FAB_DIM_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"bit/s", FAB_DIM_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"B/s", FAB_DIM_RATE, BARE | LARGE | BINARY, {8.0, 0}},
    {"Bps", FAB_DIM_RATE, BARE | LARGE | BINARY, {8.0, 0}},
    {"byte/s", FAB_DIM_RATE, BARE | LARGE | BINARY, {8.0, 0}},
    {"B/s", FAB_DIM_MEMORY_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"Bps", FAB_DIM_MEMORY_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"byte/s", FAB_DIM_MEMORY_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"J/bit", FAB_DIM_ENERGY_PER_BIT, BARE | SMALL, {1.0, 0}},
    {"J/b", FAB_DIM_ENERGY_PER_BIT, BARE | SMALL, {1.0, 0}},
    {"J/FLOP", FAB_DIM_ENERGY_PER_FLOP, BARE | SMALL, {1.0, 0}},
    {"W", FAB_DIM_POWER, BARE | SMALL | LARGE, {1.0, 0}},
    {"J", FAB_DIM_ENERGY, BARE | SMALL | LARGE, {1.0, 0}},
    {"Wh", FAB_DIM_ENERGY, BARE | LARGE, {3600.0, 0}},
    {"FLOP/s", FAB_DIM_COMPUTE, BARE | LARGE, {1.0, 0}},
    {"FLOPS", FAB_DIM_COMPUTE, BARE | LARGE, {1.0, 0}},
    {"FLOPs/s", FAB_DIM_COMPUTE, BARE | LARGE, {1.0, 0}},
    {"F", FAB_DIM_COMPUTE, LARGE, {1.0, 0}},
    {"USD", FAB_DIM_MONEY, BARE | COUNTING, {1.0, 0}},
};

/* Units of the other of bit and byte, to tell this mistake from a misspelt unit. */
static const unit MIXED[] = {
    {"b", FAB_DIM_SIZE, BARE | LARGE | BINARY, {1.0, 0}},
    {"bit", FAB_DIM_SIZE, BARE | LARGE | BINARY, {1.0, 0}},
    {"bps", FAB_DIM_MEMORY_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"b/s", FAB_DIM_MEMORY_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"bit/s", FAB_DIM_MEMORY_RATE, BARE | LARGE | BINARY, {1.0, 0}},
    {"J/B", FAB_DIM_ENERGY_PER_BIT, BARE | SMALL, {1.0, 0}},
    {"J/byte", FAB_DIM_ENERGY_PER_BIT, BARE | SMALL, {1.0, 0}},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Denominators of the densities, with the power of ten that they divide by. */
static const struct {
    const char *text;
    fab_dimension dimension;
    int exponent;
} BELOW[] = {
    {"m", FAB_DIM_RATE_DENSITY, 0},           {"cm", FAB_DIM_RATE_DENSITY, -2},
    {"mm", FAB_DIM_RATE_DENSITY, -3},         {"um", FAB_DIM_RATE_DENSITY, -6},
    {"m2", FAB_DIM_AREA_DENSITY, 0},          {"m^2", FAB_DIM_AREA_DENSITY, 0},
    {"m\xc2\xb2", FAB_DIM_AREA_DENSITY, 0},   {"cm2", FAB_DIM_AREA_DENSITY, -4},
    {"cm^2", FAB_DIM_AREA_DENSITY, -4},       {"cm\xc2\xb2", FAB_DIM_AREA_DENSITY, -4},
    {"mm2", FAB_DIM_AREA_DENSITY, -6},        {"mm^2", FAB_DIM_AREA_DENSITY, -6},
    {"mm\xc2\xb2", FAB_DIM_AREA_DENSITY, -6},
};

static bool is_same(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* Reads `text` as a prefix and this unit. */
static bool match_unit(const char *text, size_t length, const unit *row, fab_scale *out)
{
    const size_t tail = strlen(row->text);
    if (tail > length || memcmp(text + length - tail, row->text, tail) != 0) {
        return false;
    }
    for (size_t i = 0; i < PREFIXES; i++) {
        if ((PREFIX[i].sets & row->prefixes) && is_same(text, length - tail, PREFIX[i].text)) {
            out->factor = row->scale.factor * PREFIX[i].scale.factor;
            out->exponent = row->scale.exponent + PREFIX[i].scale.exponent;
            return true;
        }
    }
    return false;
}

static bool match_any(const char *text, size_t length, fab_dimension dimension, const unit *rows,
                      size_t count, fab_scale *out)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].dimension == dimension && match_unit(text, length, &rows[i], out)) {
            return true;
        }
    }
    return false;
}

/* A density is a rate over the length or area behind its last slash. */
static bool match_density(const char *text, size_t length, fab_dimension dimension, fab_scale *out)
{
    size_t slash = length;
    while (slash > 0 && text[slash - 1] != '/') {
        slash--;
    }
    if (slash == 0 || !fab_unit_find(text, slash - 1, FAB_DIM_RATE, out)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(BELOW); i++) {
        if (BELOW[i].dimension == dimension &&
            is_same(text + slash, length - slash, BELOW[i].text)) {
            out->exponent -= BELOW[i].exponent;
            return true;
        }
    }
    return false;
}

/* A price is money over a rate; a rate with a slash of its own stands in brackets. */
static bool match_price(const char *text, size_t length, fab_scale *out)
{
    const char *slash = memchr(text, '/', length);
    fab_scale money, rate;
    if (!slash || !fab_unit_find(text, (size_t)(slash - text), FAB_DIM_MONEY, &money)) {
        return false;
    }
    const char *below = slash + 1;
    size_t left = length - (size_t)(below - text);
    if (left >= 2 && below[0] == '(' && below[left - 1] == ')') {
        below++;
        left -= 2;
    } else if (memchr(below, '/', left)) {
        return false;
    }
    if (!fab_unit_find(below, left, FAB_DIM_RATE, &rate)) {
        return false;
    }
    *out = (fab_scale){money.factor / rate.factor, money.exponent - rate.exponent};
    return true;
}

bool fab_unit_find(const char *text, size_t length, fab_dimension dimension, fab_scale *out)
{
    if (dimension == FAB_DIM_RATE_DENSITY || dimension == FAB_DIM_AREA_DENSITY) {
        return match_density(text, length, dimension, out);
    }
    if (dimension == FAB_DIM_PRICE_PER_RATE) {
        return match_price(text, length, out);
    }
    return match_any(text, length, dimension, UNIT, COUNT_OF(UNIT), out);
}

bool fab_unit_mixes_bits(const char *text, size_t length, fab_dimension dimension)
{
    fab_scale ignored;
    return match_any(text, length, dimension, MIXED, COUNT_OF(MIXED), &ignored);
}

/* Lists every prefix with every unit of a dimension; returns how many. */
static size_t list_units(fab_dimension dimension, fab_arena *arena, const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(UNIT); i++) {
        for (size_t j = 0; UNIT[i].dimension == dimension && j < PREFIXES; j++) {
            if (PREFIX[j].sets & UNIT[i].prefixes) {
                char *name = fab_arena_printf(arena, "%s%s", PREFIX[j].text, UNIT[i].text);
                if (name && *name) {
                    names[count++] = name;
                }
            }
        }
    }
    return count;
}

const char *fab_unit_nearest(const char *text, fab_dimension dimension, fab_arena *arena)
{
    const char **names = FAB_NEW(arena, const char *, COUNT_OF(UNIT) * PREFIXES);
    if (!names) {
        return NULL;
    }
    const size_t count = list_units(dimension, arena, names);

    /* the wrong case of a letter is the most likely mistake */
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(names[i], text) == 0) {
            return names[i];
        }
    }
    return fab_nearest_name(text, names, count);
}

bool fab_unit_is_optional(fab_dimension dimension)
{
    fab_scale ignored;
    return fab_unit_find("", 0, dimension, &ignored);
}

/* Adds a word to the alternatives of a pattern; characters with a meaning are escaped. */
static const char *add_choice(const char *pattern, const char *word, fab_arena *arena)
{
    pattern = fab_arena_printf(arena, "%s%s", pattern, *pattern ? "|" : "");
    for (const char *at = word; pattern && *at; at++) {
        pattern = fab_arena_printf(arena, "%s%s%c", pattern,
                                   strchr("^$.()|*+?[]{}", *at) ? "\\" : "", *at);
    }
    return pattern;
}

/* A unit with its prefixes; plain numbers have nothing but prefixes. */
static const char *row_pattern(const unit *row, fab_arena *arena)
{
    const char *prefixes = "";
    for (size_t i = 0; prefixes && i < PREFIXES; i++) {
        if ((PREFIX[i].sets & row->prefixes) && *PREFIX[i].text) {
            prefixes = add_choice(prefixes, PREFIX[i].text, arena);
        }
    }
    const char *tail = add_choice("", row->text, arena);
    if (!prefixes || !tail || !*prefixes) {
        return prefixes ? tail : NULL;
    }
    const bool is_optional = (row->prefixes & BARE) && *row->text;
    return fab_arena_printf(arena, "(%s)%s%s", prefixes, is_optional ? "?" : "", tail);
}

/* All units of a dimension, or those that are written without a slash. */
static const char *plain_pattern(fab_dimension dimension, bool has_slashes, fab_arena *arena)
{
    const char *pattern = "";
    for (size_t i = 0; pattern && i < COUNT_OF(UNIT); i++) {
        if (UNIT[i].dimension != dimension || (!has_slashes && strchr(UNIT[i].text, '/'))) {
            continue;
        }
        const char *row = row_pattern(&UNIT[i], arena);
        const char *mark = *pattern && row && *row ? "|" : "";
        pattern = row ? fab_arena_printf(arena, "%s%s%s", pattern, mark, row) : NULL;
    }
    return pattern ? fab_arena_printf(arena, "(%s)", pattern) : NULL;
}

static const char *density_pattern(fab_dimension dimension, fab_arena *arena)
{
    const char *below = "";
    for (size_t i = 0; below && i < COUNT_OF(BELOW); i++) {
        below = BELOW[i].dimension == dimension ? add_choice(below, BELOW[i].text, arena) : below;
    }
    const char *rate = plain_pattern(FAB_DIM_RATE, true, arena);
    return below && rate ? fab_arena_printf(arena, "%s/(%s)", rate, below) : NULL;
}

static const char *price_pattern(fab_arena *arena)
{
    const char *money = plain_pattern(FAB_DIM_MONEY, true, arena);
    const char *plain = plain_pattern(FAB_DIM_RATE, false, arena);
    const char *rate = plain_pattern(FAB_DIM_RATE, true, arena);
    return money && plain && rate ? fab_arena_printf(arena, "%s/(%s|\\(%s\\))", money, plain, rate)
                                  : NULL;
}

const char *fab_unit_pattern(fab_dimension dimension, fab_arena *arena)
{
    if (dimension == FAB_DIM_RATE_DENSITY || dimension == FAB_DIM_AREA_DENSITY) {
        return density_pattern(dimension, arena);
    }
    if (dimension == FAB_DIM_PRICE_PER_RATE) {
        return price_pattern(arena);
    }
    return plain_pattern(dimension, true, arena);
}
