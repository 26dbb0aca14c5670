#include "config/template.h"

#include <assert.h>
#include <string.h>

#include "config/describe.h"

#define WIDTH 96
#define STEP  2

typedef struct writer {
    FILE *stream;
    fab_arena *arena;
    int indent;
    int hidden_at; /* column from which lines are commented out; -1: they are live */
    bool has_dash; /* the next line begins an item of a list */
    fab_status status;
} writer;

static void begin_line(writer *w)
{
    int blanks = w->indent;
    if (w->hidden_at >= 0) {
        fprintf(w->stream, "%*s#", w->hidden_at, "");
        blanks -= w->hidden_at;
    }
    if (w->has_dash) {
        fprintf(w->stream, "%*s- ", blanks - STEP, "");
    } else {
        fprintf(w->stream, "%*s", blanks, "");
    }
    w->has_dash = false;
}

/* Writes a comment in lines of a readable width. */
static void write_comment(writer *w, const char *text)
{
    while (*text) {
        const size_t room = (size_t)(WIDTH - w->indent - 2);
        size_t length = strlen(text);
        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ') {
                length--;
            }
            length = length > 0 ? length : strcspn(text, " ");
        }
        begin_line(w);
        fprintf(w->stream, "# %.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static void write_quoted(writer *w, const char *text)
{
    fputc('"', w->stream);
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\\') {
            fprintf(w->stream, "\\%c", *at);
        } else if ((unsigned char)*at < ' ') {
            fprintf(w->stream, "\\x%02x", (unsigned)(unsigned char)*at);
        } else {
            fputc(*at, w->stream);
        }
    }
    fputc('"', w->stream);
}

/* A plain text stays plain: it was one in a file. */
static void write_scalar(writer *w, const fab_node *node)
{
    if (node->quoted) {
        write_quoted(w, node->text);
    } else {
        fputs(node->text, w->stream);
    }
}

static void write_value(writer *w, const fab_node *node);

static void write_entry(writer *w, const fab_entry *entry)
{
    begin_line(w);
    fprintf(w->stream, "%s:", entry->key);
    write_value(w, entry->value);
}

static void write_entries(writer *w, const fab_node *map)
{
    for (size_t i = 0; i < map->count; i++) {
        write_entry(w, &map->entries[i]);
    }
}

/* Writes an item behind its dash. */
static void write_item(writer *w, const fab_node *item)
{
    assert(item->kind != FAB_NODE_LIST && "no file has lists of lists");
    w->indent += STEP;
    w->has_dash = true;
    if (item->kind == FAB_NODE_MAP && item->count > 0) {
        write_entries(w, item);
    } else {
        begin_line(w);
        if (item->kind == FAB_NODE_SCALAR) {
            write_scalar(w, item);
        } else {
            fputs("{}", w->stream);
        }
        fputc('\n', w->stream);
    }
    w->indent -= STEP;
}

/* Writes what follows a key, to the end of its lines. */
static void write_value(writer *w, const fab_node *node)
{
    if (node->kind == FAB_NODE_SCALAR) {
        fputc(' ', w->stream);
        write_scalar(w, node);
        fputc('\n', w->stream);
        return;
    }
    if (node->count == 0) {
        fprintf(w->stream, " %s\n", node->kind == FAB_NODE_MAP ? "{}" : "[]");
        return;
    }
    fputc('\n', w->stream);
    w->indent += STEP;
    if (node->kind == FAB_NODE_MAP) {
        write_entries(w, node);
    }
    for (size_t i = 0; node->kind == FAB_NODE_LIST && i < node->count; i++) {
        write_item(w, node->items[i]);
    }
    w->indent -= STEP;
}

/* The help; in brackets what may stand there. */
static void write_help(writer *w, const fab_field *field)
{
    const char *type = fab_describe_briefly(field, w->arena);
    const char *limits = fab_describe_limits(field, w->arena);
    const char *required = field->is_required ? "required" : "";
    if (!type || !limits) {
        w->status = FAB_E_NOMEM;
        return;
    }
    const bool is_plain = !*type && !*limits && !*required;
    const char *text =
        is_plain ? field->help
                 : fab_arena_printf(w->arena, "%s [%s%s%s%s%s]", field->help, type,
                                    *type && *limits ? ", " : "", limits,
                                    *required && (*type || *limits) ? "; " : "", required);
    if (!text) {
        w->status = FAB_E_NOMEM;
        return;
    }
    write_comment(w, text);
}

/* Something that may stand where there is no default. */
static const char *example_text(const fab_field *field, fab_arena *arena)
{
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
        return fab_dimension_example(field->dimension);
    case FAB_FIELD_SOURCED:
        return FAB_NOT_PUBLISHED;
    case FAB_FIELD_COUNT:
        return fab_arena_printf(arena, "%.0f", field->minimum);
    case FAB_FIELD_TEXT:
        return field->choices ? field->choices[0] : field->word ? field->word : "text";
    case FAB_FIELD_CHOICE:
    case FAB_FIELD_SET:
        return field->choices[0];
    case FAB_FIELD_NODE:
        return field->word ? field->word : "{}";
    default:
        return "{}";
    }
}

static void write_fields(writer *w, const fab_table *table, const fab_node *starter,
                         const void *defaults);

/* A record or the one item of a list, whose fields all have help. */
static void write_nested(writer *w, const fab_field *field, const fab_node *starter,
                         const void *defaults)
{
    const bool is_list = field->kind == FAB_FIELD_RECORDS;
    begin_line(w);
    fprintf(w->stream, "%s:\n", field->name);
    w->indent += is_list ? 2 * STEP : STEP;
    w->has_dash = is_list;
    write_fields(w, field->table, starter, defaults);
    w->indent -= is_list ? 2 * STEP : STEP;
}

static const void *inner_defaults(writer *w, const fab_field *field, const void *defaults)
{
    if (field->kind == FAB_FIELD_RECORD) {
        return (const unsigned char *)defaults + field->offset;
    }
    void *record = fab_arena_alloc(w->arena, 1, field->table->size, _Alignof(max_align_t));
    if (record) {
        fab_record_default(field->table, record);
    } else {
        w->status = FAB_E_NOMEM;
    }
    return record;
}

static bool is_nested(const fab_field *field)
{
    return field->kind == FAB_FIELD_RECORD || field->kind == FAB_FIELD_RECORDS;
}

/* A field that may be left out. */
static void write_hidden(writer *w, const fab_field *field, const void *defaults)
{
    const int before = w->hidden_at;
    w->hidden_at = before < 0 ? w->indent : before;
    if (is_nested(field)) {
        const void *inner = inner_defaults(w, field, defaults);
        if (inner) {
            write_nested(w, field, NULL, inner);
        }
    } else {
        char buffer[FAB_DEFAULT_SIZE];
        const char *text = fab_describe_default(field, defaults, buffer);
        text = text ? text : example_text(field, w->arena);
        begin_line(w);
        fprintf(w->stream, "%s: %s\n", field->name, text ? text : "");
    }
    w->hidden_at = before;
}

/* The items behind the first of a list stand as they are. */
static void write_more_items(writer *w, const fab_node *items)
{
    w->indent += STEP;
    for (size_t i = 1; i < items->count; i++) {
        write_item(w, items->items[i]);
    }
    w->indent -= STEP;
}

static void write_live(writer *w, const fab_field *field, const fab_node *value,
                       const void *defaults)
{
    const void *inner = is_nested(field) ? inner_defaults(w, field, defaults) : NULL;
    const fab_node *first = value;
    if (field->kind == FAB_FIELD_RECORDS) {
        first = value->kind == FAB_NODE_LIST && value->count > 0 ? value->items[0] : NULL;
    }
    if (inner && first && first->kind == FAB_NODE_MAP && first->count > 0) {
        write_nested(w, field, first, inner);
        if (field->kind == FAB_FIELD_RECORDS) {
            write_more_items(w, value);
        }
        return;
    }
    begin_line(w);
    fprintf(w->stream, "%s:", field->name);
    write_value(w, value);
}

static void write_fields(writer *w, const fab_table *table, const fab_node *starter,
                         const void *defaults)
{
    for (size_t i = 0; i < table->count && w->status == FAB_OK; i++) {
        const fab_field *field = &table->fields[i];
        const fab_node *value = fab_node_get(starter, field->name);
        write_help(w, field);
        if (value) {
            write_live(w, field, value, defaults);
        } else {
            write_hidden(w, field, defaults);
        }
    }
}

fab_status fab_template_fields(const fab_table *table, const fab_node *starter, fab_arena *arena,
                               FILE *stream)
{
    assert(table && starter && arena && stream);
    writer w = {.stream = stream, .arena = arena, .hidden_at = -1};
    void *defaults = fab_arena_alloc(arena, 1, table->size, _Alignof(max_align_t));
    if (!defaults) {
        return FAB_E_NOMEM;
    }
    fab_record_default(table, defaults);
    const fab_node *base = fab_node_get(starter, "base");
    if (base && !fab_table_find(table, "base")) {
        write_comment(&w, "the row of the catalog that the fields below change");
        write_entry(&w, &(fab_entry){.key = "base", .value = base});
    }
    write_fields(&w, table, starter, defaults);
    return w.status;
}
