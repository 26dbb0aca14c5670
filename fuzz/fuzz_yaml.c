#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Goes over a tree and checks what readers rely on; returns the number of its nodes. */
static size_t walk(const fab_node *node, int depth)
{
    size_t nodes = 1;
    assert(depth <= FAB_TREE_DEPTH_LIMIT + 1);
    assert(node->position.line >= 1 && node->position.column >= 1 && node->position.width >= 1);
    if (node->kind == FAB_NODE_SCALAR) {
        assert(node->text);
        return nodes;
    }
    for (size_t i = 0; i < node->count; i++) {
        const bool is_map = node->kind == FAB_NODE_MAP;
        const fab_node *child = is_map ? node->entries[i].value : node->items[i];
        if (is_map && node->count < 100) {
            assert(fab_node_get(node, node->entries[i].key) == child);
        }
        nodes += walk(child, depth + 1);
    }
    return nodes;
}

static void check_tree(const fab_node *root, fab_arena *arena)
{
    assert(walk(root, 1) <= FAB_TREE_NODE_LIMIT);

    /* a tree over itself changes nothing */
    const fab_node *twice = fab_tree_overlay(root, root, arena);
    assert(!twice || walk(twice, 1) == walk(root, 1));
}

static void check_messages(const fab_diagnostics *diagnostics)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert(diagnostics->errors > 0 && stream);
    fab_diagnostics_write(diagnostics, stream);
    fclose(stream);

    /* no file may drive the terminal */
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        assert(c == '\n' || (c >= 0x20 && c != 0x7f));
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fab_arena *arena = fab_arena_create((size_t)256 << 20);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_node *root = NULL;
    const fab_status status =
        fab_tree_parse("fuzz.yaml", (const char *)data, size, arena, &diagnostics, &root);
    if (status == FAB_OK) {
        check_tree(root, arena);
    } else if (status == FAB_E_INPUT) {
        check_messages(&diagnostics);
    }
    fab_arena_destroy(arena);
    return 0;
}
