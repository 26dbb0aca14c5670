#include <inttypes.h>

#include "config/field.h"

/* Digits shown of a number from a file: as many as people write. */
#define SHOWN_DIGITS 6

/* Counts from here on are shown with their suffix (13T), to the last digit. */
#define SHORT_COUNT  1000000
#define COUNT_DIGITS 15

static void format_number(const fab_field *field, double value, char *buffer, size_t size)
{
    if (field->word && value == field->word_value) {
        snprintf(buffer, size, "%s", field->word);
        return;
    }
    fab_quantity_format(buffer, size, value, field->dimension, SHOWN_DIGITS);
}

static void format_count(const fab_field *field, int64_t value, char *buffer, size_t size)
{
    if (field->word && (double)value == field->word_value) {
        snprintf(buffer, size, "%s", field->word);
        return;
    }
    if (value >= SHORT_COUNT) {
        fab_quantity_format(buffer, size, (double)value, FAB_DIM_COUNT, COUNT_DIGITS);
        return;
    }
    snprintf(buffer, size, "%" PRId64, value);
}

static void format_sourced(const fab_field *field, const fab_value *value, char *buffer,
                           size_t size)
{
    if (!value->is_known) {
        snprintf(buffer, size, "not published");
        return;
    }
    fab_quantity_format(buffer, size, value->value, field->dimension, SHOWN_DIGITS);
}

static const char *choice_word(const fab_field *field, int index)
{
    for (int i = 0; field->choices[i]; i++) {
        if (i == index) {
            return field->choices[i];
        }
    }
    return "[unknown word]";
}

static void format_set(const fab_field *field, int set, char *buffer, size_t size)
{
    size_t used = 0;
    snprintf(buffer, size, "%s", field->choices[0]);
    for (int i = 1; field->choices[i]; i++) {
        if (((set >> (i - 1)) & 1) != 0 && used < size) {
            used += (size_t)snprintf(buffer + used, size - used, "%s%s", used > 0 ? " " : "",
                                     field->choices[i]);
        }
    }
}

static const char *node_kind(const fab_node *node)
{
    static const char *const NAME[] = {"[value]", "[map]", "[list]"};
    return node ? NAME[node->kind] : "[none]";
}

char *fab_field_format(const fab_field *field, const void *record, char *buffer, size_t size)
{
    const void *at = (const unsigned char *)record + field->offset;
    const char *text;
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
        format_number(field, *(const double *)at, buffer, size);
        break;
    case FAB_FIELD_SOURCED:
        format_sourced(field, at, buffer, size);
        break;
    case FAB_FIELD_COUNT:
        format_count(field, *(const int64_t *)at, buffer, size);
        break;
    case FAB_FIELD_FLAG:
        snprintf(buffer, size, "%s", *(const bool *)at ? "true" : "false");
        break;
    case FAB_FIELD_TEXT:
        text = *(const char *const *)at;
        snprintf(buffer, size, "%s", text ? text : "");
        break;
    case FAB_FIELD_CHOICE:
        snprintf(buffer, size, "%s", choice_word(field, *(const int *)at));
        break;
    case FAB_FIELD_SET:
        format_set(field, *(const int *)at, buffer, size);
        break;
    case FAB_FIELD_RECORD:
        snprintf(buffer, size, "[%s]", field->table->kind);
        break;
    case FAB_FIELD_RECORDS:
        snprintf(buffer, size, "[%zu of %s]", ((const fab_records *)at)->count, field->table->kind);
        break;
    case FAB_FIELD_NODE:
        snprintf(buffer, size, "%s", node_kind(*(const fab_node *const *)at));
        break;
    }
    return buffer;
}

bool fab_field_has_limits(const fab_field *field)
{
    return field->minimum != 0.0 || field->maximum != 0.0;
}

const char *fab_field_limits(const fab_field *field, bool is_open, fab_arena *arena)
{
    const fab_dimension dimension =
        field->kind == FAB_FIELD_COUNT ? FAB_DIM_COUNT : field->dimension;
    char low[64], high[64];
    fab_quantity_format(low, sizeof(low), field->minimum, dimension, SHOWN_DIGITS);
    fab_quantity_format(high, sizeof(high), field->maximum, dimension, SHOWN_DIGITS);
    if (is_open && field->maximum >= FAB_NO_MAXIMUM) {
        const char *words = field->is_above_minimum ? "anything above" : "at least";
        return fab_arena_printf(arena, "%s %s", words, low);
    }
    return fab_arena_printf(arena, "%s %s %s %s", field->is_above_minimum ? "above" : "from", low,
                            field->is_above_minimum ? "and at most" : "to", high);
}
