#include "config/reference.h"

#include <assert.h>

#include "config/describe.h"

typedef struct writer {
    fab_arena *arena;
    FILE *stream;
} writer;

/* A text in a cell: a bar would end it. */
static void write_cell(const writer *w, const char *text)
{
    fputs("| ", w->stream);
    for (const char *at = text; *at; at++) {
        fputs(*at == '|' ? "\\|" : (const char[]){*at, '\0'}, w->stream);
    }
    fputs(*text ? " " : "", w->stream);
}

static fab_status write_field(const writer *w, const fab_field *field, const void *defaults)
{
    const char *type = fab_describe_type(field, w->arena);
    const char *limits = fab_describe_limits(field, w->arena);
    char buffer[FAB_DEFAULT_SIZE];
    const char *standard = fab_describe_default(field, defaults, buffer);
    const char *shown = field->is_required ? "required"
                        : standard         ? fab_arena_printf(w->arena, "`%s`", standard)
                                           : "";
    const char *name = fab_arena_printf(w->arena, "`%s`", field->name);
    if (!type || !limits || !shown || !name) {
        return FAB_E_NOMEM;
    }
    write_cell(w, name);
    write_cell(w, field->help);
    write_cell(w, type);
    write_cell(w, limits);
    write_cell(w, shown);
    write_cell(w, field->source ? field->source : "");
    fputs("|\n", w->stream);
    return FAB_OK;
}

static fab_status write_table(const writer *w, const fab_table *table, const char *heading,
                              int level, const void *defaults);

/* The tables of the records, called by the path that leads to them. */
static fab_status write_nested(const writer *w, const fab_table *table, const char *heading,
                               int level, const void *defaults)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        const bool is_list = field->kind == FAB_FIELD_RECORDS;
        if (field->kind != FAB_FIELD_RECORD && !is_list) {
            continue;
        }
        const void *inner = (const unsigned char *)defaults + field->offset;
        if (is_list) {
            void *record = fab_arena_alloc(w->arena, 1, field->table->size, _Alignof(max_align_t));
            if (!record) {
                return FAB_E_NOMEM;
            }
            fab_record_default(field->table, record);
            inner = record;
        }
        const char *path =
            fab_arena_printf(w->arena, "%s: %s%s", heading, field->name, is_list ? "[]" : "");
        if (!path) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(write_table(w, field->table, path, level, inner));
    }
    return FAB_OK;
}

static fab_status write_table(const writer *w, const fab_table *table, const char *heading,
                              int level, const void *defaults)
{
    fprintf(w->stream, "\n%.*s %s\n\n", level, "######", heading);
    fputs("| field | what | written as | limits | default | why this default |\n"
          "|---|---|---|---|---|---|\n",
          w->stream);
    for (size_t i = 0; i < table->count; i++) {
        FAB_TRY(write_field(w, &table->fields[i], defaults));
    }
    return write_nested(w, table, heading, level < 4 ? level + 1 : level, defaults);
}

fab_status fab_reference_table(const fab_table *table, const char *heading, int level,
                               fab_arena *arena, FILE *stream)
{
    assert(table && heading && arena && stream && level >= 1 && level <= 6);
    const writer w = {arena, stream};
    void *defaults = fab_arena_alloc(arena, 1, table->size, _Alignof(max_align_t));
    if (!defaults) {
        return FAB_E_NOMEM;
    }
    fab_record_default(table, defaults);
    return write_table(&w, table, heading, level, defaults);
}
