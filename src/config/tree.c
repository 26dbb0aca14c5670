#include "config/tree.h"

#include <string.h>

const fab_node *fab_node_get(const fab_node *map, const char *key)
{
    if (!map || map->kind != FAB_NODE_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->entries[i].key, key) == 0) {
            return map->entries[i].value;
        }
    }
    return NULL;
}

/* A copy of a map with room for `extra` more entries. */
static fab_node *copy_map(const fab_node *map, size_t extra, fab_entry **entries_out,
                          fab_arena *arena)
{
    fab_node *copy = FAB_NEW(arena, fab_node, 1);
    fab_entry *entries = FAB_NEW(arena, fab_entry, map->count + extra);
    if (!copy || !entries) {
        return NULL;
    }
    if (map->count > 0) {
        memcpy(entries, map->entries, map->count * sizeof(*entries));
    }
    *copy = *map;
    copy->entries = entries;
    *entries_out = entries;
    return copy;
}

static fab_entry *find_entry(fab_entry *entries, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].key, key) == 0) {
            return &entries[i];
        }
    }
    return NULL;
}

static const fab_node *merge_maps(const fab_node *base, const fab_node *over, fab_arena *arena)
{
    fab_entry *entries = NULL;
    fab_node *merged = copy_map(base, over->count, &entries, arena);
    if (!merged) {
        return NULL;
    }
    for (size_t i = 0; i < over->count; i++) {
        const fab_entry *from = &over->entries[i];
        fab_entry *to = find_entry(entries, base->count, from->key);
        if (!to) {
            entries[merged->count++] = *from;
            continue;
        }
        to->position = from->position;
        to->value = fab_tree_overlay(to->value, from->value, arena);
        if (!to->value) {
            return NULL;
        }
    }
    return merged;
}

/* A name with parts spelled out: the map with the name as its `base`. */
static const fab_node *name_base(const fab_node *name, const fab_node *over, fab_arena *arena)
{
    fab_entry *entries = NULL;
    fab_node *map = copy_map(over, 1, &entries, arena);
    if (!map) {
        return NULL;
    }
    entries[map->count++] = (fab_entry){"base", name->position, name};
    return map;
}

const fab_node *fab_tree_overlay(const fab_node *base, const fab_node *over, fab_arena *arena)
{
    if (base->kind == FAB_NODE_MAP && over->kind == FAB_NODE_MAP) {
        return merge_maps(base, over, arena);
    }
    if (base->kind == FAB_NODE_SCALAR && over->kind == FAB_NODE_MAP &&
        !fab_node_get(over, "base")) {
        return name_base(base, over, arena);
    }
    return over;
}
