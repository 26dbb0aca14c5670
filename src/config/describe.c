#include "config/describe.h"

#include <assert.h>
#include <string.h>

static const char *const DIMENSION[FAB_DIM_TOTAL] = {
    [FAB_DIM_COUNT] = "count",
    [FAB_DIM_FRACTION] = "fraction",
    [FAB_DIM_TIME] = "time",
    [FAB_DIM_LENGTH] = "length",
    [FAB_DIM_SIZE] = "size",
    [FAB_DIM_RATE] = "rate",
    [FAB_DIM_MEMORY_RATE] = "memory_rate",
    [FAB_DIM_ENERGY_PER_BIT] = "energy_per_bit",
    [FAB_DIM_ENERGY_PER_FLOP] = "energy_per_flop",
    [FAB_DIM_POWER] = "power",
    [FAB_DIM_ENERGY] = "energy",
    [FAB_DIM_COMPUTE] = "compute",
    [FAB_DIM_RATE_DENSITY] = "rate_density",
    [FAB_DIM_AREA_DENSITY] = "area_density",
    [FAB_DIM_MONEY] = "money",
    [FAB_DIM_PRICE_PER_RATE] = "price_per_rate",
};

const char *fab_describe_dimension(fab_dimension dimension)
{
    assert((int)dimension >= 0 && dimension < FAB_DIM_TOTAL && DIMENSION[dimension]);
    return DIMENSION[dimension];
}

static const char *word_choice(const char *const *words, fab_arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text && words[i]; i++) {
        const char *comma = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        text = fab_arena_printf(arena, "%s%s`%s`", text, comma, words[i]);
    }
    return text;
}

/* A number, and the word that may stand in its place. */
static const char *number_type(const fab_field *field, fab_arena *arena)
{
    const char *number = field->kind == FAB_FIELD_COUNT ? "a whole number such as 4096 or 13T"
                                                        : fab_dimension_expected(field->dimension);
    const char *word = field->kind == FAB_FIELD_SOURCED ? FAB_NOT_PUBLISHED : field->word;
    return word ? fab_arena_printf(arena, "%s, or `%s`", number, word) : number;
}

/* The word for none, and those of which there may be some. */
static const char *set_type(const fab_field *field, fab_arena *arena)
{
    const char *words = word_choice(field->choices + 1, arena);
    return words ? fab_arena_printf(arena, "`%s`, or some of %s", field->choices[0], words) : NULL;
}

const char *fab_describe_type(const fab_field *field, fab_arena *arena)
{
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
    case FAB_FIELD_SOURCED:
    case FAB_FIELD_COUNT:
        return number_type(field, arena);
    case FAB_FIELD_FLAG:
        return "`true` or `false`";
    case FAB_FIELD_TEXT:
        if (field->choices) {
            return word_choice(field->choices, arena);
        }
        if (field->definition && field->word) {
            return fab_arena_printf(arena, "a name, or `%s`", field->word);
        }
        return field->definition ? "a name" : "a text";
    case FAB_FIELD_CHOICE:
        return word_choice(field->choices, arena);
    case FAB_FIELD_SET:
        return set_type(field, arena);
    case FAB_FIELD_RECORD:
        return fab_arena_printf(arena, "the fields of %s", field->table->kind);
    case FAB_FIELD_RECORDS:
        return fab_arena_printf(arena, "a list, each with the fields of %s", field->table->kind);
    case FAB_FIELD_NODE:
        if (fab_field_has_limits(field)) {
            return "a list of names or maps";
        }
        return field->word ? fab_arena_printf(arena, "a name, a map, or `%s`", field->word)
                           : "a name or a map";
    }
    assert(false && "a kind of field that is not in the list");
    return NULL;
}

/* The expectation of a dimension in front of its examples. */
static const char *without_example(const char *text, fab_arena *arena)
{
    const char *end = strstr(text, " such as ");
    return fab_arena_copy(arena, text, end ? (size_t)(end - text) : strlen(text));
}

const char *fab_describe_briefly(const fab_field *field, fab_arena *arena)
{
    const bool is_number = field->kind == FAB_FIELD_QUANTITY || field->kind == FAB_FIELD_SOURCED;
    const char *word = field->kind == FAB_FIELD_SOURCED ? FAB_NOT_PUBLISHED : field->word;
    const char *number = NULL;
    if (field->kind == FAB_FIELD_CHOICE || (field->kind == FAB_FIELD_TEXT && field->choices)) {
        return word_choice(field->choices, arena);
    }
    if (field->kind == FAB_FIELD_SET) {
        return set_type(field, arena);
    }
    if (is_number) {
        number = without_example(fab_dimension_expected(field->dimension), arena);
    } else if (field->kind == FAB_FIELD_COUNT) {
        number = "a whole number";
    } else {
        return "";
    }
    return number && word ? fab_arena_printf(arena, "%s or `%s`", number, word) : number;
}

const char *fab_describe_limits(const fab_field *field, fab_arena *arena)
{
    if (!fab_field_has_limits(field)) {
        return "";
    }
    if (field->kind == FAB_FIELD_RECORDS || field->kind == FAB_FIELD_NODE) {
        return fab_arena_printf(arena, "%.0f to %.0f items", field->minimum, field->maximum);
    }
    return fab_field_limits(field, true, arena);
}

const char *fab_describe_field(const fab_field *field, fab_arena *arena)
{
    const char *type = fab_describe_type(field, arena);
    const char *limits = fab_describe_limits(field, arena);
    if (!type || !limits) {
        return NULL;
    }
    return fab_arena_printf(arena, "%s.\nExpected: %s%s%s.%s%s%s", field->help, type,
                            *limits ? "; " : "", limits, field->source ? "\nDefault: " : "",
                            field->source ? field->source : "", field->source ? "." : "");
}

/* True when the default is a number that a file could say. */
static bool is_within(const fab_field *field, double value)
{
    if (!fab_field_has_limits(field)) {
        return true;
    }
    const bool is_low = field->is_above_minimum ? value <= field->minimum : value < field->minimum;
    return !is_low && value <= field->maximum;
}

static bool is_said(const fab_field *field, const void *at)
{
    const double word = field->word_value;
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
        return (field->word && *(const double *)at == word) ||
               is_within(field, *(const double *)at);
    case FAB_FIELD_COUNT:
        return (field->word && (double)*(const int64_t *)at == word) ||
               is_within(field, (double)*(const int64_t *)at);
    case FAB_FIELD_SOURCED:
        return true;
    case FAB_FIELD_FLAG:
    case FAB_FIELD_CHOICE:
    case FAB_FIELD_SET:
        return true;
    case FAB_FIELD_TEXT:
        return *(const char *const *)at != NULL;
    default:
        return false;
    }
}

const char *fab_describe_default(const fab_field *field, const void *defaults, char *buffer)
{
    if (field->is_required || !is_said(field, (const unsigned char *)defaults + field->offset)) {
        return NULL;
    }
    return fab_field_format(field, defaults, buffer, FAB_DEFAULT_SIZE);
}
