#include <fabricast/report.h>

#include <string.h>

#include "report/model_facts.h"
#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_table.h"

static const fab_sheet_column LIST_COLUMNS[] = {
    {"name", false, 0, FAB_SHEET_ALL},
    {"title", false, 70, FAB_SHEET_ALL},
};

fab_status fab_report_catalog_list(const fab_catalog *catalog, fab_catalog_kind kind,
                                   fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    const size_t count = fab_catalog_count(catalog, kind);
    fab_sheet sheet = fab_sheet_make(&scratch, LIST_COLUMNS, FAB_COLUMN_COUNT(LIST_COLUMNS), count);
    for (size_t i = 0; i < count; i++) {
        fab_sheet_add(&sheet, (const char *const[]){fab_catalog_row_name(catalog, kind, i),
                                                    fab_catalog_row_title(catalog, kind, i)});
    }
    fab_text_sheet(&sheet, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}

static const fab_sheet_column FACT_COLUMNS[] = {
    {"field", false, 0, FAB_SHEET_ALL},   {"value", false, 26, FAB_SHEET_ALL},
    {"range", false, 24, FAB_SHEET_ALL},  {"confidence", false, 0, FAB_SHEET_ALL},
    {"source", false, 26, FAB_SHEET_ALL},
};

static const fab_sheet_column COUNTED_COLUMNS[] = {
    {"what", false, 0, FAB_SHEET_ALL},
    {"value", true, 0, FAB_SHEET_ALL},
    {"formula", false, 0, FAB_SHEET_ALL},
};

/* what follows from the shape of a model, to stand beside what is published */
static void write_model_facts(fab_scratch *scratch, const fab_model *model, FILE *stream)
{
    fab_model_fact facts[FAB_MODEL_FACT_COUNT];
    fab_model_facts_fill(model, facts);
    fab_sheet sheet = fab_sheet_make(scratch, COUNTED_COLUMNS, FAB_COLUMN_COUNT(COUNTED_COLUMNS),
                                     FAB_MODEL_FACT_COUNT);
    for (size_t i = 0; i < FAB_MODEL_FACT_COUNT; i++) {
        fab_sheet_add(&sheet,
                      (const char *const[]){facts[i].field,
                                            fab_text_count(scratch, (int64_t)facts[i].value_count),
                                            facts[i].source});
    }
    fab_text_heading(stream, "Counted from the shape");
    fab_text_sheet(&sheet, stream);
}

/* texts longer than this stand as a paragraph of their own under the table */
#define LONG_TEXT 60

static bool is_long(const fab_catalog_fact *fact)
{
    return !fact->is_number && fact->text && strlen(fact->text) > LONG_TEXT;
}

/* the source of the row itself, or NULL */
static const char *row_source(const fab_catalog_fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(facts[i].field, "source") == 0) {
            return facts[i].text;
        }
    }
    return NULL;
}

/* a value's own source, or a word for that of the row, which stands below */
static const char *source_text(const fab_catalog_fact *fact, const char *of_row)
{
    const bool is_same = fact->source && of_row && strcmp(fact->source, of_row) == 0;
    return is_same ? "of the row" : fact->source;
}

fab_status fab_report_catalog_row(const fab_catalog *catalog, fab_catalog_kind kind, size_t index,
                                  fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    const fab_catalog_fact *facts;
    size_t count;
    FAB_TRY(fab_catalog_facts(catalog, kind, index, arena, &facts, &count));
    fab_scratch scratch = {.arena = arena};
    fab_sheet sheet = fab_sheet_make(&scratch, FACT_COLUMNS, FAB_COLUMN_COUNT(FACT_COLUMNS), count);
    const char *of_row = row_source(facts, count);
    for (size_t i = 0; i < count; i++) {
        const fab_catalog_fact *f = &facts[i];
        if (!is_long(f)) {
            fab_sheet_add(&sheet, (const char *const[]){f->field, f->text, f->range, f->confidence,
                                                        source_text(f, of_row)});
        }
    }
    fab_text_sheet(&sheet, stream);
    if (kind == FAB_CATALOG_MODEL) {
        const char *name = fab_catalog_row_name(catalog, kind, index);
        write_model_facts(&scratch, fab_catalog_model(catalog, name), stream);
    }
    for (size_t i = 0; i < count; i++) {
        if (is_long(&facts[i])) {
            fab_text_heading(stream, fab_text_clean(&scratch, facts[i].field));
            fab_text_paragraph(&scratch, stream, facts[i].text, "");
        }
    }
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
