#include <fabricast/schema.h>

#include <assert.h>
#include <string.h>

#include "catalog/embedded.h"
#include "catalog/kinds.h"
#include "config/template.h"
#include "schema/file_kinds.h"

/* A template: the fields of a starter, which is a text of ours or a row of the data files. */

/* What is built in has no mistakes; the tests see to it. */
static fab_status parse(const char *name, const char *text, size_t length_byte, fab_arena *arena,
                        const fab_node **root_out)
{
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_status status =
        fab_tree_parse(name, text, length_byte, arena, &diagnostics, root_out);
    assert(status != FAB_E_INPUT);
    return status;
}

static fab_status find_row(const char *plural, const char *row, fab_arena *arena,
                           const fab_node **row_out)
{
    for (size_t i = 0; i < fab_catalog_file_count; i++) {
        const fab_embedded_file *file = &fab_catalog_files[i];
        const fab_node *root = NULL;
        FAB_TRY(parse(file->name, file->text, file->length_byte, arena, &root));
        *row_out = fab_node_get(fab_node_get(root, plural), row);
        if (*row_out) {
            return FAB_OK;
        }
    }
    return FAB_E_NOTFOUND;
}

static void write_head(const fab_file_form *form, const char *row, FILE *stream)
{
    fprintf(stream, "# Fabricast %s: %s\n", form->name, form->about);
    fprintf(stream,
            "# `# ` before words explains a field; `#` before a field leaves it out: what stands "
            "there\n"
            "# is its default, or an example where it has none.\n"
            "# `fabricast schema %s >%s.json` makes what an editor with the YAML language server\n"
            "# needs to complete and check this file, with this as its first line:\n"
            "# # yaml-language-server: $schema=%s.json\n",
            form->name, form->name, form->name);
    if (row) {
        fprintf(stream, "# The values are those of the built-in %s %s.\n", form->name, row);
    }
    fputc('\n', stream);
}

fab_status fab_template_write(fab_file_kind kind, const char *from, fab_arena *arena, FILE *stream)
{
    assert(arena && stream);
    const fab_file_form *form = fab_file_form_get(kind);
    const bool is_row = form->catalog != FAB_CATALOG_KIND_COUNT;
    if (!form->starter || (from && !is_row)) {
        return FAB_E_NOTFOUND;
    }
    const fab_arena_mark mark = fab_arena_save(arena);
    const char *row = !is_row ? NULL : from ? from : form->starter;
    const fab_node *starter = NULL;
    fab_status status =
        is_row ? find_row(fab_kind_get(form->catalog)->plural, row, arena, &starter)
               : parse(form->name, form->starter, strlen(form->starter), arena, &starter);
    if (status == FAB_OK) {
        write_head(form, row, stream);
        status = fab_template_fields(form->table, starter, arena, stream);
    }
    fab_arena_reset(arena, mark);
    if (status == FAB_OK && (fflush(stream) != 0 || ferror(stream))) {
        return FAB_E_IO;
    }
    return status;
}
