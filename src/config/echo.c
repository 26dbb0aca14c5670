#include "config/echo.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(fab_echo *echo, const char *bytes, size_t length_byte)
{
    if (echo->text != NULL) {
        memcpy(echo->text + echo->length_byte, bytes, length_byte);
    }
    echo->length_byte += length_byte;
}

/* before every value and key: the comma that parts it from the one before */
static void begin(fab_echo *echo)
{
    if (echo->needs_comma) {
        put(echo, ",", 1);
    }
    echo->needs_comma = true;
}

void fab_echo_open(fab_echo *echo, char bracket)
{
    begin(echo);
    put(echo, &bracket, 1);
    echo->needs_comma = false;
}

void fab_echo_close(fab_echo *echo, char bracket)
{
    put(echo, &bracket, 1);
    echo->needs_comma = true;
}

static void put_quoted(fab_echo *echo, const char *text)
{
    put(echo, "\"", 1);
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        char escape[8];
        if (byte == '"' || byte == '\\') {
            put(echo, "\\", 1);
            put(echo, at, 1);
        } else if (byte < 0x20 || byte == 0x7f) {
            (void)snprintf(escape, sizeof(escape), "\\u%04x", byte);
            put(echo, escape, 6);
        } else {
            put(echo, at, 1);
        }
    }
    put(echo, "\"", 1);
}

void fab_echo_key(fab_echo *echo, const char *key)
{
    begin(echo);
    put_quoted(echo, key);
    put(echo, ":", 1);
    echo->needs_comma = false;
}

void fab_echo_text(fab_echo *echo, const char *text)
{
    begin(echo);
    put_quoted(echo, text);
}

static void put_word(fab_echo *echo, const char *word)
{
    begin(echo);
    put(echo, word, strlen(word));
}

void fab_echo_integer(fab_echo *echo, long long number)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%lld", number);
    put_word(echo, text);
}

static void echo_map(fab_echo *echo, const fab_node *node)
{
    fab_echo_open(echo, '{');
    for (size_t i = 0; i < node->count; i++) {
        fab_echo_key(echo, node->entries[i].key);
        fab_echo_node(echo, node->entries[i].value);
    }
    fab_echo_close(echo, '}');
}

static void echo_list(fab_echo *echo, const fab_node *node)
{
    fab_echo_open(echo, '[');
    for (size_t i = 0; i < node->count; i++) {
        fab_echo_node(echo, node->items[i]);
    }
    fab_echo_close(echo, ']');
}

void fab_echo_node(fab_echo *echo, const fab_node *node)
{
    if (node == NULL) {
        put_word(echo, "null");
        return;
    }
    switch (node->kind) {
    case FAB_NODE_SCALAR:
        fab_echo_text(echo, node->text);
        break;
    case FAB_NODE_MAP:
        echo_map(echo, node);
        break;
    case FAB_NODE_LIST:
        echo_list(echo, node);
        break;
    }
}

/* The fewest digits that read back to the value; the point that printf writes depends on the
 * locale. */
static void format_exact(double value, char *buffer, size_t size)
{
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(buffer, size, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value) {
            break;
        }
    }
    char *out = buffer;
    for (const char *at = buffer; *at != '\0'; at++) {
        if (strchr("0123456789+-e", *at) != NULL) {
            *out++ = *at;
        } else if (out[-1] != '.') {
            *out++ = '.';
        }
    }
    *out = '\0';
}

static void echo_quantity(fab_echo *echo, double value, fab_dimension dimension)
{
    char number[64], text[96];
    format_exact(value, number, sizeof(number));
    if (dimension == FAB_DIM_COUNT || dimension == FAB_DIM_FRACTION) {
        put_word(echo, number);
        return;
    }
    const char *unit =
        dimension == FAB_DIM_PRICE_PER_RATE ? "USD/bps" : fab_dimension_unit(dimension);
    (void)snprintf(text, sizeof(text), "%s %s", number, unit);
    fab_echo_text(echo, text);
}

static void echo_sourced(fab_echo *echo, const fab_field *field, const fab_value *value)
{
    if (!value->is_known) {
        fab_echo_text(echo, "not published");
        return;
    }
    fab_echo_open(echo, '{');
    fab_echo_key(echo, "value");
    echo_quantity(echo, value->value, field->dimension);
    if (value->has_range) {
        fab_echo_key(echo, "low");
        echo_quantity(echo, value->low, field->dimension);
        fab_echo_key(echo, "high");
        echo_quantity(echo, value->high, field->dimension);
    }
    if (value->source != NULL) {
        fab_echo_key(echo, "source");
        fab_echo_text(echo, value->source);
    }
    if (value->has_confidence) {
        fab_echo_key(echo, "confidence");
        fab_echo_text(echo, fab_confidence_text(value->confidence));
    }
    fab_echo_close(echo, '}');
}

static bool is_word(const fab_field *field, double value)
{
    return field->word != NULL && value == field->word_value;
}

/* A number outside its limits was left out of the file: no file could have said it. */
static bool is_left_out(const fab_field *field, double value)
{
    const bool has_limits = field->minimum != 0.0 || field->maximum != 0.0;
    return has_limits && !is_word(field, value) &&
           (value < field->minimum || value > field->maximum ||
            (field->is_above_minimum && value == field->minimum));
}

static void echo_set(fab_echo *echo, const fab_field *field, int set)
{
    fab_field plain = *field;
    char words[FAB_TEXT_LIMIT_BYTE];
    plain.offset = 0;
    fab_echo_text(echo, fab_field_format(&plain, &set, words, sizeof(words)));
}

static void echo_value(fab_echo *echo, const fab_field *field, const void *at)
{
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
        if (is_word(field, *(const double *)at)) {
            fab_echo_text(echo, field->word);
        } else {
            echo_quantity(echo, *(const double *)at, field->dimension);
        }
        break;
    case FAB_FIELD_COUNT:
        if (is_word(field, (double)*(const int64_t *)at)) {
            fab_echo_text(echo, field->word);
        } else {
            fab_echo_integer(echo, *(const int64_t *)at);
        }
        break;
    case FAB_FIELD_SOURCED:
        echo_sourced(echo, field, at);
        break;
    case FAB_FIELD_FLAG:
        put_word(echo, *(const bool *)at ? "true" : "false");
        break;
    case FAB_FIELD_TEXT:
        fab_echo_text(echo, *(const char *const *)at);
        break;
    case FAB_FIELD_CHOICE:
        fab_echo_text(echo, field->choices[*(const int *)at]);
        break;
    case FAB_FIELD_SET:
        echo_set(echo, field, *(const int *)at);
        break;
    case FAB_FIELD_RECORD:
        fab_echo_open(echo, '{');
        fab_echo_fields(echo, field->table, at);
        fab_echo_close(echo, '}');
        break;
    case FAB_FIELD_RECORDS:
    case FAB_FIELD_NODE:
        assert(false);
        break;
    }
}

static bool is_said(const fab_field *field, const void *at)
{
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
        return !is_left_out(field, *(const double *)at);
    case FAB_FIELD_COUNT:
        return !is_left_out(field, (double)*(const int64_t *)at);
    case FAB_FIELD_TEXT:
        return *(const char *const *)at != NULL;
    case FAB_FIELD_RECORDS:
    case FAB_FIELD_NODE:
        return false;
    case FAB_FIELD_SOURCED:
    case FAB_FIELD_FLAG:
    case FAB_FIELD_CHOICE:
    case FAB_FIELD_SET:
    case FAB_FIELD_RECORD:
        break;
    }
    return true;
}

void fab_echo_fields(fab_echo *echo, const fab_table *table, const void *record)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        const void *at = (const unsigned char *)record + field->offset;
        if (is_said(field, at)) {
            fab_echo_key(echo, field->name);
            echo_value(echo, field, at);
        }
    }
}

fab_status fab_echo_make(void (*write)(fab_echo *echo, const void *what), const void *what,
                         fab_arena *arena, const char **text_out)
{
    assert(write && arena && text_out);
    fab_echo count = {0};
    write(&count, what);
    fab_echo echo = {.text = FAB_NEW(arena, char, count.length_byte + 1)};
    if (echo.text == NULL) {
        return FAB_E_NOMEM;
    }
    write(&echo, what);
    assert(echo.length_byte == count.length_byte);
    *text_out = echo.text;
    return FAB_OK;
}

fab_digest fab_text_digest(const char *text)
{
    uint64_t sum = UINT64_C(14695981039346656037);
    for (const char *at = text; *at != '\0'; at++) {
        sum = (sum ^ (unsigned char)*at) * UINT64_C(1099511628211);
    }
    fab_digest digest;
    (void)snprintf(digest.text, sizeof(digest.text), "%016" PRIx64, sum);
    return digest;
}
