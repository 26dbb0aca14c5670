#include "config/field.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/cut.h"
#include "base/vprintf.h"

/* A hint lists the fields of a table that has no more than these. */
#define LISTED_FIELDS 16

/* What reading a record needs besides the record itself. */
typedef struct reader {
    fab_arena *arena;
    fab_diagnostics *diagnostics;
    bool is_overlay; /* fields may be missing and no defaults are set */
} reader;

static bool is_blank(const fab_node *node)
{
    return node->kind == FAB_NODE_SCALAR && !node->quoted && *node->text == '\0';
}

static const char *kind_name(const fab_node *node)
{
    static const char *const NAME[] = {"a single value", "a map of fields", "a list"};
    return NAME[node->kind];
}

/* What a field is for, as a hint below a message about it. */
static const char *help_hint(const reader *r, const fab_field *field)
{
    return field->help ? fab_arena_printf(r->arena, "%s: %s", field->name, field->help) : NULL;
}

static fab_status report(const reader *r, const fab_node *node, const char *hint,
                         const char *format, ...) FAB_PRINTF(4, 5);

static fab_status report(const reader *r, const fab_node *node, const char *hint,
                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = fab_arena_vprintf(r->arena, format, arguments);
    va_end(arguments);
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, node->position, hint, "%s", text ? text : "");
    return FAB_E_INPUT;
}

/* Says what is wrong with the text of a field. */
static fab_status report_text(const reader *r, const fab_field *field, const fab_node *node,
                              const char *what)
{
    const fab_cut shown = fab_cut_text(node->text);
    return report(r, node, help_hint(r, field), "`%s` %s `" FAB_CUT_FORMAT "`", field->name, what,
                  FAB_CUT(shown));
}

/* Refuses a node that is not of the kind that a field needs. */
static fab_status expect_kind(const reader *r, const fab_field *field, const fab_node *node,
                              fab_node_kind kind, const char *due)
{
    if (is_blank(node)) {
        return report(r, node, help_hint(r, field), "no value for `%s`: %s is due", field->name,
                      due);
    }
    if (node->kind != kind) {
        return report(r, node, help_hint(r, field), "`%s` must be %s, not %s", field->name, due,
                      kind_name(node));
    }
    return FAB_OK;
}

/* Refuses a number outside the limits of its field. */
static fab_status check_range(const reader *r, const fab_field *field, const fab_node *node,
                              double value)
{
    if (!fab_field_has_limits(field)) {
        return FAB_OK;
    }
    const bool is_low = field->is_above_minimum ? value <= field->minimum : value < field->minimum;
    if (!is_low && value <= field->maximum) {
        return FAB_OK;
    }
    const char *limits = fab_field_limits(field, is_low, r->arena);
    const fab_cut shown = fab_cut_text(node->text);
    return report(r, node, help_hint(r, field),
                  "`%s` is out of range: `" FAB_CUT_FORMAT "` is too %s, allowed is %s",
                  field->name, FAB_CUT(shown), is_low ? "small" : "large", limits ? limits : "");
}

/* Passes on what is wrong with a number, and names the word that may stand in its place. */
static fab_status report_number(const reader *r, const fab_field *field, const fab_node *node,
                                const char *message)
{
    if (field->word && strstr(message, "expected ")) {
        return report(r, node, help_hint(r, field), "%s, or the word `%s`", message, field->word);
    }
    return report(r, node, help_hint(r, field), "%s", message);
}

/* Reads a scalar as a number of a dimension within the limits of its field. */
static fab_status read_number(const reader *r, const fab_field *field, const fab_node *node,
                              fab_dimension dimension, double *value_out)
{
    FAB_TRY(expect_kind(r, field, node, FAB_NODE_SCALAR, fab_dimension_expected(dimension)));
    if (field->word && strcmp(node->text, field->word) == 0) {
        *value_out = field->word_value;
        return FAB_OK;
    }
    const char *message = NULL;
    const fab_status status =
        fab_quantity_parse(node->text, dimension, r->arena, value_out, &message);
    if (status == FAB_E_INPUT) {
        return report_number(r, field, node, message ? message : "not a number");
    }
    FAB_TRY(status);
    return check_range(r, field, node, *value_out);
}

static fab_status read_quantity(const reader *r, const fab_field *field, const fab_node *node,
                                void *target)
{
    double value = 0.0;
    FAB_TRY(read_number(r, field, node, field->dimension, &value));
    *(double *)target = value;
    return FAB_OK;
}

static fab_status read_count(const reader *r, const fab_field *field, const fab_node *node,
                             void *target)
{
    double value = 0.0;
    FAB_TRY(read_number(r, field, node, FAB_DIM_COUNT, &value));
    if (value != trunc(value)) {
        return report_text(r, field, node, "must be a whole number, not");
    }
    if (fabs(value) > FAB_WHOLE_LIMIT) {
        return report_text(r, field, node, "must be at most 2^53, not");
    }
    *(int64_t *)target = (int64_t)value;
    return FAB_OK;
}

static fab_status read_flag(const reader *r, const fab_field *field, const fab_node *node,
                            void *target)
{
    static const char *const WORD[] = {"false", "true", "no", "yes", "off", "on"};
    FAB_TRY(expect_kind(r, field, node, FAB_NODE_SCALAR, "true or false"));
    for (size_t i = 0; i < FAB_TABLE_SIZE(WORD); i++) {
        if (strcasecmp(node->text, WORD[i]) == 0) {
            *(bool *)target = i % 2 == 1;
            return FAB_OK;
        }
    }
    return report_text(r, field, node, "must be true or false, not");
}

/* Writes words as `a`, `b` or `c`. */
static const char *join_words(fab_arena *arena, const char *const *words, size_t count)
{
    const char *text = "";
    for (size_t i = 0; text && i < count; i++) {
        const char *comma = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        text = fab_arena_printf(arena, "%s%s`%s`", text, comma, words[i]);
    }
    return text;
}

/* Finds the word that a node says among those of a field. */
static fab_status read_word(const reader *r, const fab_field *field, const fab_node *node,
                            int *index_out)
{
    size_t count = 0;
    while (field->choices[count]) {
        if (node->kind == FAB_NODE_SCALAR && strcmp(node->text, field->choices[count]) == 0) {
            *index_out = (int)count;
            return FAB_OK;
        }
        count++;
    }
    const char *words = join_words(r->arena, field->choices, count);
    if (!words) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(expect_kind(r, field, node, FAB_NODE_SCALAR, words));
    const char *nearest = fab_nearest_name(node->text, field->choices, count);
    const char *hint =
        nearest ? fab_arena_printf(r->arena, "did you mean `%s`?", nearest) : help_hint(r, field);
    const fab_cut shown = fab_cut_text(node->text);
    return report(r, node, hint, "unknown word `" FAB_CUT_FORMAT "` for `%s`: expected %s",
                  FAB_CUT(shown), field->name, words);
}

static fab_status read_choice(const reader *r, const fab_field *field, const fab_node *node,
                              void *target)
{
    return read_word(r, field, node, target);
}

/* Adds one word to a set; the word for an empty one goes with no other. */
static fab_status add_word(const reader *r, const fab_field *field, const fab_node *node,
                           bool is_alone, int *set)
{
    int index = 0;
    FAB_TRY(read_word(r, field, node, &index));
    if (index == 0 && !is_alone) {
        return report(r, node, help_hint(r, field), "`%s` of `%s` goes with no other word",
                      field->choices[0], field->name);
    }
    const int bit = index > 0 ? 1 << (index - 1) : 0;
    if ((*set & bit) != 0) {
        return report(r, node, NULL, "`%s` stands twice in `%s`", field->choices[index],
                      field->name);
    }
    *set |= bit;
    return FAB_OK;
}

/* Words of one text, each reported where it stands. */
static fab_status read_set_text(const reader *r, const fab_field *field, const fab_node *node,
                                int *set)
{
    static const char BLANKS[] = " \t";
    const size_t first = strspn(node->text, BLANKS);
    const char *at = node->text + first;
    if (*at == '\0') {
        return add_word(r, field, node, true, set);
    }
    while (*at != '\0') {
        const size_t length = strcspn(at, BLANKS);
        const size_t gap = strspn(at + length, BLANKS);
        const bool is_alone = at == node->text + first && at[length + gap] == '\0';
        fab_node word = *node;
        word.text = fab_arena_copy(r->arena, at, length);
        if (word.text == NULL) {
            return FAB_E_NOMEM;
        }
        word.position.column += (int)(at - node->text) + (node->quoted ? 1 : 0);
        FAB_TRY(add_word(r, field, &word, is_alone, set));
        at += length + gap;
    }
    return FAB_OK;
}

static fab_status read_set(const reader *r, const fab_field *field, const fab_node *node,
                           void *target)
{
    int set = 0;
    if (node->kind == FAB_NODE_SCALAR && !is_blank(node)) {
        FAB_TRY(read_set_text(r, field, node, &set));
    } else {
        FAB_TRY(expect_kind(r, field, node, FAB_NODE_LIST, "a word or a list of words"));
        for (size_t i = 0; i < node->count; i++) {
            FAB_TRY(add_word(r, field, node->items[i], node->count == 1, &set));
        }
    }
    *(int *)target = set;
    return FAB_OK;
}

static fab_status read_text(const reader *r, const fab_field *field, const fab_node *node,
                            void *target)
{
    FAB_TRY(expect_kind(r, field, node, FAB_NODE_SCALAR, "a text"));
    if (strlen(node->text) > FAB_TEXT_LIMIT_BYTE) {
        return report(r, node, NULL, "the text of `%s` is longer than %d bytes", field->name,
                      FAB_TEXT_LIMIT_BYTE);
    }
    int ignored;
    FAB_TRY(field->choices ? read_word(r, field, node, &ignored) : FAB_OK);
    *(const char **)target = node->text;
    return FAB_OK;
}

static fab_status read_record(const reader *r, const fab_table *table, const fab_node *node,
                              void *record);

/* A number with its provenance, while it is read. Numbers that are not given are NaN, which is also
 * what the words `not published` stand for. */
typedef struct sourced {
    double value, low, high;
    const char *source;
    int confidence;
} sourced;

#define CONFIDENCE_WORD(id, text) text,
const char *const FAB_CONFIDENCE_WORDS[] = {FAB_CONFIDENCE_LIST(CONFIDENCE_WORD) NULL};

/* A quantity with the dimension and limits of `field`, called `name`. */
static fab_field number_field(const fab_field *field, const char *name, size_t offset)
{
    return (fab_field){
        .name = name,
        .kind = FAB_FIELD_QUANTITY,
        .offset = offset,
        .dimension = field->dimension,
        .minimum = field->minimum,
        .maximum = field->maximum,
        .is_above_minimum = field->is_above_minimum,
        .word = FAB_NOT_PUBLISHED,
        .word_value = (double)NAN,
        .help = field->help,
    };
}

/* Reads {value, low, high, source, confidence}; `base` is what an overlay makes of a plain value.
 */
static fab_status read_parts(const reader *r, const fab_field *field, const fab_node *node,
                             sourced *parts)
{
    const fab_field fields[] = {
        number_field(field, "base", offsetof(sourced, value)),
        number_field(field, "value", offsetof(sourced, value)),
        number_field(field, "low", offsetof(sourced, low)),
        number_field(field, "high", offsetof(sourced, high)),
        {.name = "source",
         .kind = FAB_FIELD_TEXT,
         .offset = offsetof(sourced, source),
         .help = "where the number comes from"},
        {.name = "confidence",
         .kind = FAB_FIELD_CHOICE,
         .offset = offsetof(sourced, confidence),
         .choices = FAB_CONFIDENCE_WORDS,
         .help = "how far the number can be trusted"},
    };
    const fab_table table = {
        .kind = field->name, .fields = fields, .count = FAB_TABLE_SIZE(fields)};
    const reader part = {r->arena, r->diagnostics, true};
    return read_record(&part, &table, node, parts);
}

/* Puts what a map says over the value that was there. */
static void merge_parts(const sourced *parts, bool has_value, fab_value *target)
{
    if (has_value) {
        *target = (fab_value){.is_known = !isnan(parts->value)};
        target->value = target->is_known ? parts->value : 0.0;
        target->low = target->high = target->value;
    }
    if (!isnan(parts->low)) {
        target->low = parts->low;
        target->has_range = true;
    }
    if (!isnan(parts->high)) {
        target->high = parts->high;
        target->has_range = true;
    }
    if (parts->source) {
        target->source = parts->source;
    }
    if (parts->confidence >= 0) {
        target->confidence = (fab_confidence)parts->confidence;
        target->has_confidence = true;
    }
}

static fab_status read_sourced_map(const reader *r, const fab_field *field, const fab_node *node,
                                   fab_value *target)
{
    sourced parts = {(double)NAN, (double)NAN, (double)NAN, NULL, -1};
    FAB_TRY(read_parts(r, field, node, &parts));

    const bool has_value = fab_node_get(node, "value") || fab_node_get(node, "base");
    if (!has_value && !target->is_known) {
        return report(r, node, help_hint(r, field), "missing field `value` of `%s`", field->name);
    }
    fab_value merged = *target;
    merge_parts(&parts, has_value, &merged);
    if (merged.is_known && (merged.low > merged.value || merged.value > merged.high)) {
        return report(r, node, help_hint(r, field),
                      "the value of `%s` lies outside its range from `low` to `high`", field->name);
    }
    *target = merged;
    return FAB_OK;
}

static fab_status read_sourced(const reader *r, const fab_field *field, const fab_node *node,
                               void *target)
{
    if (node->kind == FAB_NODE_MAP) {
        return read_sourced_map(r, field, node, target);
    }
    const fab_field number = number_field(field, field->name, 0);
    const sourced parts = {.value = 0.0, .low = (double)NAN, .high = (double)NAN, .confidence = -1};
    sourced read = parts;
    FAB_TRY(read_number(r, &number, node, field->dimension, &read.value));
    merge_parts(&read, true, target);
    return FAB_OK;
}

/* Reads a list of records, each from its own defaults. */
static fab_status read_records(const reader *r, const fab_field *field, const fab_node *node,
                               void *target)
{
    FAB_TRY(expect_kind(r, field, node, FAB_NODE_LIST, "a list"));
    const double count = (double)node->count;
    if (fab_field_has_limits(field) && (count < field->minimum || count > field->maximum)) {
        return report(r, node, help_hint(r, field), "`%s` has %zu items, allowed is %.0f to %.0f",
                      field->name, node->count, field->minimum, field->maximum);
    }
    const size_t size = field->table->size;
    unsigned char *items = fab_arena_alloc(r->arena, node->count, size, _Alignof(max_align_t));
    if (!items) {
        return FAB_E_NOMEM;
    }
    fab_status worst = FAB_OK;
    for (size_t i = 0; i < node->count && worst != FAB_E_NOMEM; i++) {
        /* nobody reads further mistakes of a list that is wrong throughout */
        if (r->diagnostics->count >= FAB_DIAGNOSTIC_LIMIT) {
            break;
        }
        const fab_status status = fab_record_read(field->table, node->items[i], r->arena,
                                                  r->diagnostics, items + i * size);
        worst = status == FAB_OK ? worst : status;
    }
    *(fab_records *)target = (fab_records){items, node->count};
    return worst;
}

static fab_status read_field(const reader *r, const fab_field *field, const fab_node *node,
                             void *record)
{
    void *target = (unsigned char *)record + field->offset;
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
        return read_quantity(r, field, node, target);
    case FAB_FIELD_SOURCED:
        return read_sourced(r, field, node, target);
    case FAB_FIELD_COUNT:
        return read_count(r, field, node, target);
    case FAB_FIELD_FLAG:
        return read_flag(r, field, node, target);
    case FAB_FIELD_TEXT:
        return read_text(r, field, node, target);
    case FAB_FIELD_CHOICE:
        return read_choice(r, field, node, target);
    case FAB_FIELD_SET:
        return read_set(r, field, node, target);
    case FAB_FIELD_RECORD:
        FAB_TRY(expect_kind(r, field, node, FAB_NODE_MAP, "a map of fields"));
        return read_record(r, field->table, node, target);
    case FAB_FIELD_RECORDS:
        return read_records(r, field, node, target);
    case FAB_FIELD_NODE:
        FAB_TRY(is_blank(node) ? expect_kind(r, field, node, FAB_NODE_MAP, "a value") : FAB_OK);
        *(const fab_node **)target = node;
        return FAB_OK;
    }
    assert(false && "a kind of field that is not in the list");
    return FAB_E_INPUT;
}

/* the map in this table that has such a field, or NULL */
static const char *inner_map(const fab_table *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        for (size_t k = 0; field->kind == FAB_FIELD_RECORD && k < field->table->count; k++) {
            if (strcmp(field->table->fields[k].name, key) == 0) {
                return field->name;
            }
        }
    }
    return NULL;
}

/* Names the nearest field, or lists the fields of a small table. */
static const char *unknown_hint(const reader *r, const fab_table *table, const char *key)
{
    /* beyond the limit nobody sees the hint, and a hostile file has many such names */
    if (r->diagnostics->count >= FAB_DIAGNOSTIC_LIMIT) {
        return NULL;
    }
    const char *inner = inner_map(table, key);
    if (inner) {
        return fab_arena_printf(r->arena, "it is a field of `%s`", inner);
    }
    const char **names = FAB_NEW(r->arena, const char *, table->count);
    if (!names) {
        return NULL;
    }
    for (size_t i = 0; i < table->count; i++) {
        names[i] = table->fields[i].name;
    }
    const char *nearest = fab_nearest_name(key, names, table->count);
    if (nearest) {
        return fab_arena_printf(r->arena, "did you mean `%s`?", nearest);
    }
    const char *words =
        table->count <= LISTED_FIELDS ? join_words(r->arena, names, table->count) : NULL;
    return words ? fab_arena_printf(r->arena, "fields of %s: %s", table->kind, words) : NULL;
}

static fab_status report_unknown(const reader *r, const fab_table *table, const fab_entry *entry)
{
    const char *hint = unknown_hint(r, table, entry->key);
    const fab_cut shown = fab_cut_text(entry->key);
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, entry->position, hint,
                 "unknown field `" FAB_CUT_FORMAT "` of %s", FAB_CUT(shown), table->kind);
    return FAB_E_INPUT;
}

static fab_status check_required(const reader *r, const fab_table *table, const fab_node *node)
{
    fab_status worst = FAB_OK;
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        if (field->is_required && !fab_node_get(node, field->name)) {
            worst = report(r, node, help_hint(r, field), "missing field `%s` of %s", field->name,
                           table->kind);
        }
    }
    return worst;
}

/* Reads every field that the map has; goes on after a mistake. */
static fab_status read_record(const reader *r, const fab_table *table, const fab_node *node,
                              void *record)
{
    if (node->kind != FAB_NODE_MAP) {
        return report(r, node, NULL, "%s must be a map of fields, not %s", table->kind,
                      is_blank(node) ? "empty" : kind_name(node));
    }
    fab_status worst = FAB_OK;
    for (size_t i = 0; i < node->count; i++) {
        const fab_entry *entry = &node->entries[i];
        const fab_field *field = fab_table_find(table, entry->key);
        const fab_status status =
            field ? read_field(r, field, entry->value, record) : report_unknown(r, table, entry);
        if (status == FAB_E_NOMEM) {
            return status;
        }
        worst = status == FAB_OK ? worst : status;
    }
    if (!r->is_overlay && check_required(r, table, node) != FAB_OK) {
        worst = FAB_E_INPUT;
    }
    return worst;
}

/* Sets the defaults of a record; those of a nested table win over its part of the outer defaults.
 */
static void set_defaults(const fab_table *table, void *record)
{
    if (table->defaults) {
        memcpy(record, table->defaults, table->size);
    }
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        if (field->kind == FAB_FIELD_RECORD) {
            set_defaults(field->table, (unsigned char *)record + field->offset);
        }
    }
}

void fab_record_default(const fab_table *table, void *record)
{
    memset(record, 0, table->size);
    set_defaults(table, record);
}

fab_status fab_record_read(const fab_table *table, const fab_node *node, fab_arena *arena,
                           fab_diagnostics *diagnostics, void *record)
{
    assert(table && node && arena && diagnostics && record);

    const reader r = {arena, diagnostics, false};
    fab_record_default(table, record);
    return read_record(&r, table, node, record);
}

fab_status fab_record_overlay(const fab_table *table, const fab_node *node, fab_arena *arena,
                              fab_diagnostics *diagnostics, void *record)
{
    assert(table && node && arena && diagnostics && record);

    const reader r = {arena, diagnostics, true};
    return read_record(&r, table, node, record);
}

const fab_field *fab_table_find(const fab_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->fields[i].name, name) == 0) {
            return &table->fields[i];
        }
    }
    return NULL;
}
