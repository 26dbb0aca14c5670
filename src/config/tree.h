#ifndef FAB_TREE_H
#define FAB_TREE_H

#include <fabricast/diagnostic.h>
#include <fabricast/status.h>

/* A YAML document as a tree that remembers where everything stood. Scalars stay text: the field
 * tables give them their type. Nodes are const once parsed and live in the arena. */

typedef enum fab_node_kind { FAB_NODE_SCALAR, FAB_NODE_MAP, FAB_NODE_LIST } fab_node_kind;

typedef struct fab_node fab_node;

typedef struct fab_entry {
    const char *key;
    fab_position position; /* of the key */
    const fab_node *value;
} fab_entry;

struct fab_node {
    fab_node_kind kind;
    fab_position position; /* of the first character; width covers a scalar on its line */
    const char *text;      /* scalar only; NUL-terminated, contains no other NUL */
    bool quoted;           /* scalar only: written in quotes or as a block */
    size_t count;          /* entries of a map or items of a list */
    const fab_entry *entries;
    const fab_node *const *items;
};

/* Limits that keep a hostile file harmless. */
#define FAB_TREE_DEPTH_LIMIT     64
#define FAB_TREE_SIZE_LIMIT_BYTE (16u << 20)
#define FAB_TREE_NODE_LIMIT      1000000u

/* Parses one YAML document. Refused, each with its own message and position: duplicate keys, tags,
 * merge keys (<<), anchors that expand beyond FAB_TREE_NODE_LIMIT nodes, a second document, nesting
 * deeper than FAB_TREE_DEPTH_LIMIT, invalid UTF-8 (line and column computed), NUL characters, keys
 * that are not scalars, an empty document. The text is copied into the arena, so that positions
 * outlive the caller's buffer.
 * FAB_E_INPUT: diagnostics were added. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_tree_parse(const char *name, const char *text, size_t length_byte,
                                      fab_arena *arena, fab_diagnostics *diagnostics,
                                      const fab_node **root_out);

/* Reads a regular file (or a pipe) of at most FAB_TREE_SIZE_LIMIT_BYTE bytes and parses it. A file
 * that is missing, unreadable, a directory, empty, binary or too large gives one diagnostic and
 * FAB_E_INPUT; the size is checked before reading. */
FAB_CHECKED fab_status fab_tree_load(const char *path, fab_arena *arena,
                                     fab_diagnostics *diagnostics, const fab_node **root_out);

/* Returns the value of `key` in a map, or NULL; also NULL when `map` is NULL or not a map. */
const fab_node *fab_node_get(const fab_node *map, const char *key);

/* Returns the tree that has everything of `base`, overlaid by `over`: maps merge key by key,
 * anything else replaces. Positions stay those of the file each part came from. Neither input is
 * changed; unchanged parts are shared. A scalar overlaid by a map becomes the map with the scalar
 * as its `base` key (a named thing with parts spelled out) unless the map has a `base` itself.
 * NULL when memory is out. */
const fab_node *fab_tree_overlay(const fab_node *base, const fab_node *over, fab_arena *arena);

#endif
