#include "config/tree.h"

#include <string.h>

#include "config/document.h"
#include "config/source.h"

/* Checks what every text must satisfy, leaves out a byte order mark, and parses. */
static fab_status build(fab_source *source, fab_arena *arena, fab_diagnostics *diagnostics,
                        const fab_node **root_out)
{
    if (source->length_byte >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
        source->text += 3;
        source->length_byte -= 3;
    }
    if (source->length_byte == 0) {
        return fab_source_error(source, "the file is empty", diagnostics);
    }
    if (!fab_text_check(source, diagnostics)) {
        return FAB_E_INPUT;
    }
    return fab_yaml_build(source, arena, diagnostics, root_out);
}

fab_status fab_tree_parse(const char *name, const char *text, size_t length_byte, fab_arena *arena,
                          fab_diagnostics *diagnostics, const fab_node **root_out)
{
    fab_source *source;
    FAB_TRY(fab_source_copy(name, text, length_byte, FAB_TREE_SIZE_LIMIT_BYTE, arena, diagnostics,
                            &source));
    return build(source, arena, diagnostics, root_out);
}

fab_status fab_tree_load(const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                         const fab_node **root_out)
{
    fab_source *source;
    FAB_TRY(fab_source_load(path, FAB_TREE_SIZE_LIMIT_BYTE, arena, diagnostics, &source));
    return build(source, arena, diagnostics, root_out);
}
