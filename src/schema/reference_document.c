#include <fabricast/schema.h>

#include <assert.h>

#include "catalog/kinds.h"
#include "config/reference.h"
#include "schema/file_kinds.h"
#include "study/claims_file.h"

/* The reference of a kind of file, as a section of a page. */

/* Rows of the catalog are written as the files of their kinds. */
static void write_catalog(FILE *stream)
{
    fputs("\n| key | rows |\n|---|---|\n", stream);
    for (int k = 0; k < FAB_CATALOG_KIND_COUNT; k++) {
        const fab_kind *kind = fab_kind_get((fab_catalog_kind)k);
        fprintf(stream, "| `%s` | a map from names to the fields of [%s](#%s) |\n", kind->plural,
                kind->name, kind->name);
    }
}

/* What a check takes follows from its kind. */
static fab_status write_checks(fab_arena *arena, FILE *stream)
{
    for (size_t i = 0; i < FAB_CLAIM_KIND_COUNT; i++) {
        const fab_table *table = FAB_CLAIM_KINDS[i].table;
        const char *heading = fab_arena_printf(arena, "check: %s", table->kind);
        if (!heading) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(fab_reference_table(table, heading, 4, arena, stream));
    }
    return FAB_OK;
}

fab_status fab_reference_write(fab_file_kind kind, fab_arena *arena, FILE *stream)
{
    assert(arena && stream);
    const fab_arena_mark mark = fab_arena_save(arena);
    const fab_file_form *form = fab_file_form_get(kind);
    fab_status status = FAB_OK;
    fprintf(stream, "\n## %s\n\nA %s file: %s.\n", form->name, form->name, form->about);
    if (form->table) {
        status = fab_reference_table(form->table, form->name, 3, arena, stream);
    } else {
        write_catalog(stream);
    }
    if (status == FAB_OK && kind == FAB_FILE_CLAIMS) {
        status = write_checks(arena, stream);
    }
    fab_arena_reset(arena, mark);
    if (status == FAB_OK && (fflush(stream) != 0 || ferror(stream))) {
        return FAB_E_IO;
    }
    return status;
}
