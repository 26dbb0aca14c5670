#include <fabricast/schema.h>

#include <assert.h>

#include "catalog/kinds.h"
#include "config/reference.h"
#include "schema/file_kinds.h"

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
    fab_arena_reset(arena, mark);
    if (status == FAB_OK && (fflush(stream) != 0 || ferror(stream))) {
        return FAB_E_IO;
    }
    return status;
}
