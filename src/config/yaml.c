#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/cut.h"
#include "config/document.h"

/* More anchors than this serve no reader, and each alias searches them. */
#define ANCHOR_LIMIT 1000

/* A node that aliases may name, with the size and height of its tree. */
typedef struct anchor {
    const char *name;
    const fab_node *node; /* NULL while the node is being read */
    size_t nodes;
    int height;
} anchor;

/* What a node weighs once its aliases are written out. */
typedef struct weight {
    size_t nodes;
    int height;
} weight;

typedef struct reader {
    yaml_parser_t parser;
    const fab_source *source;
    fab_arena *arena;
    fab_diagnostics *diagnostics;

    /* children of the open maps and lists, innermost last */
    fab_entry *pending;
    size_t pending_count, pending_capacity;

    anchor *anchors;
    size_t anchor_count, anchor_capacity;
    size_t nodes; /* read so far, aliases written out */
    bool has_mistake;
} reader;

static fab_position position_of(const reader *r, yaml_mark_t start, yaml_mark_t end)
{
    const bool is_on_line = end.line == start.line && end.column > start.column;
    return (fab_position){
        .source = r->source,
        .line = (int)start.line + 1,
        .column = (int)start.column + 1,
        .width = is_on_line ? (int)(end.column - start.column) : 1,
    };
}

static fab_position event_position(const reader *r, const yaml_event_t *event)
{
    return position_of(r, event->start_mark, event->end_mark);
}

static fab_status refuse(reader *r, fab_position position, const char *hint, const char *message)
{
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, hint, "%s", message);
    return FAB_E_INPUT;
}

/* Notes a mistake after which the reading goes on, so that more can be found. */
static void note(reader *r, fab_position position, const char *hint, const char *message)
{
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, hint, "%s", message);
    r->has_mistake = true;
}

/* Words of libyaml that need help to be understood. */
static const struct {
    const char *problem, *hint;
} SYNTAX_HINT[] = {
    {"mapping values are not allowed", "a value that contains `: ` needs quotes; or this line is "
                                       "indented further than the one above"},
    {"could not find expected ':'", "write `name: value`, with a blank behind the colon"},
    {"did not find expected key",
     "lines of one map start in the same column; a bracket or quote above may be open"},
    {"did not find expected '-' indicator", "items of one list start with `- ` in the same column"},
    {"did not find expected ',' or ']'", "a list in brackets is written [a, b, c]"},
    {"did not find expected ',' or '}'", "a map in braces is written {a: 1, b: 2}"},
    {"found unexpected end of stream", "a quote or bracket that opens here is never closed"},
    {"block sequence entries are not allowed", "start the list on a line of its own"},
    {"tab character", "indent with blanks, not tabs"},
    {"cannot start any token",
     "indent with blanks, not tabs; a value that starts with @, % or ` needs quotes"},
    {"did not find expected <document start>", "a file holds one map of `name: value` lines"},
};

static const char *syntax_hint(const char *problem)
{
    for (size_t i = 0; i < sizeof(SYNTAX_HINT) / sizeof(SYNTAX_HINT[0]); i++) {
        if (strstr(problem, SYNTAX_HINT[i].problem)) {
            return SYNTAX_HINT[i].hint;
        }
    }
    return NULL;
}

/* Turns a failure of libyaml into a diagnostic where it happened. */
static fab_status syntax_error(reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR) {
        return FAB_E_NOMEM;
    }
    const char *problem = p->problem ? p->problem : "unknown mistake";
    /* what is never closed is best shown where it opens */
    const bool is_open = p->context && strstr(problem, "end of stream");
    const yaml_mark_t mark = is_open ? p->context_mark : p->problem_mark;
    const fab_position position = position_of(r, mark, mark);
    const char *hint = syntax_hint(problem);
    if (p->context && p->context_mark.line != mark.line) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, hint,
                     "not valid YAML: %s (%s that starts in line %zu)", problem, p->context,
                     p->context_mark.line + 1);
    } else {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, hint, "not valid YAML: %s",
                     problem);
    }
    return FAB_E_INPUT;
}

static fab_status next_event(reader *r, yaml_event_t *event)
{
    return yaml_parser_parse(&r->parser, event) ? FAB_OK : syntax_error(r);
}

/* Counts nodes against the limit that keeps alias expansion harmless. */
static fab_status count_nodes(reader *r, size_t nodes, fab_position position)
{
    r->nodes += nodes;
    if (nodes > FAB_TREE_NODE_LIMIT || r->nodes > FAB_TREE_NODE_LIMIT) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, NULL,
                     "the document has more than %u values, aliases written out",
                     FAB_TREE_NODE_LIMIT);
        return FAB_E_INPUT;
    }
    return FAB_OK;
}

static fab_status check_depth(reader *r, int depth, fab_position position)
{
    if (depth > FAB_TREE_DEPTH_LIMIT) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, NULL,
                     "maps and lists are nested deeper than %d", FAB_TREE_DEPTH_LIMIT);
        return FAB_E_INPUT;
    }
    return FAB_OK;
}

/* Grows an array in the arena to at least one more than `count` items. */
static void *grown(reader *r, const void *items, size_t count, size_t size, size_t *capacity)
{
    const size_t wanted = *capacity ? 2 * *capacity : 16;
    void *bigger = fab_arena_alloc(r->arena, wanted, size, _Alignof(max_align_t));
    if (bigger && count > 0) {
        memcpy(bigger, items, count * size);
    }
    *capacity = bigger ? wanted : *capacity;
    return bigger;
}

static fab_status push(reader *r, const fab_entry *entry)
{
    if (r->pending_count == r->pending_capacity) {
        fab_entry *bigger =
            grown(r, r->pending, r->pending_count, sizeof(fab_entry), &r->pending_capacity);
        if (!bigger) {
            return FAB_E_NOMEM;
        }
        r->pending = bigger;
    }
    r->pending[r->pending_count++] = *entry;
    return FAB_OK;
}

/* Notes that `name` names the node about to be read; *index_out says where. */
static fab_status open_anchor(reader *r, const yaml_char_t *name, fab_position position,
                              size_t *index_out)
{
    if (r->anchor_count == ANCHOR_LIMIT) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, NULL, "more than %d anchors",
                     ANCHOR_LIMIT);
        return FAB_E_INPUT;
    }
    if (r->anchor_count == r->anchor_capacity) {
        anchor *bigger = grown(r, r->anchors, r->anchor_count, sizeof(anchor), &r->anchor_capacity);
        if (!bigger) {
            return FAB_E_NOMEM;
        }
        r->anchors = bigger;
    }
    const char *text = (const char *)name;
    const char *copy = fab_arena_copy(r->arena, text, strlen(text));
    *index_out = r->anchor_count;
    r->anchors[r->anchor_count++] = (anchor){.name = copy};
    return copy ? FAB_OK : FAB_E_NOMEM;
}

/* The last anchor of a name counts. */
static const anchor *find_anchor(const reader *r, const char *name)
{
    for (size_t i = r->anchor_count; i > 0; i--) {
        if (strcmp(r->anchors[i - 1].name, name) == 0) {
            return &r->anchors[i - 1];
        }
    }
    return NULL;
}

static fab_status read_alias(reader *r, const yaml_event_t *event, int depth,
                             const fab_node **node_out, weight *weight_out)
{
    const char *name = (const char *)event->data.alias.anchor;
    const fab_position position = event_position(r, event);
    const anchor *named = find_anchor(r, name);
    const fab_cut shown = fab_cut_text(name);
    if (!named) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, NULL,
                     "alias `*" FAB_CUT_FORMAT "` names no anchor above it", FAB_CUT(shown));
        return FAB_E_INPUT;
    }
    if (!named->node) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, NULL,
                     "alias `*" FAB_CUT_FORMAT "` stands inside what it names", FAB_CUT(shown));
        return FAB_E_INPUT;
    }
    FAB_TRY(check_depth(r, depth + named->height - 1, position));
    FAB_TRY(count_nodes(r, named->nodes, position));
    *node_out = named->node;
    *weight_out = (weight){named->nodes, named->height};
    return FAB_OK;
}

static fab_status read_scalar(reader *r, const yaml_event_t *event, fab_node *node)
{
    const char *text = (const char *)event->data.scalar.value;
    const size_t length = event->data.scalar.length;
    if (memchr(text, '\0', length)) {
        return refuse(r, node->position, NULL, "the text contains a NUL character");
    }
    node->text = fab_arena_copy(r->arena, text, length);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node->text ? FAB_OK : FAB_E_NOMEM;
}

static fab_status read_node(reader *r, yaml_event_t *event, int depth, const fab_node **node_out,
                            weight *weight_out);

/* Reads the items of a list up to its end. */
static fab_status read_items(reader *r, int depth, weight *weight_out)
{
    for (;;) {
        yaml_event_t event;
        FAB_TRY(next_event(r, &event));
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return FAB_OK;
        }
        fab_entry entry = {0};
        weight w = {0};
        FAB_TRY(read_node(r, &event, depth + 1, &entry.value, &w));
        FAB_TRY(push(r, &entry));
        weight_out->nodes += w.nodes;
        weight_out->height = w.height >= weight_out->height ? w.height + 1 : weight_out->height;
    }
}

static fab_status read_key(reader *r, yaml_event_t *event, fab_entry *entry)
{
    entry->position = event_position(r, event);
    if (event->type != YAML_SCALAR_EVENT) {
        return refuse(r, entry->position, NULL, "the name of a field must be a plain word");
    }
    const bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (event->data.scalar.tag || event->data.scalar.anchor) {
        note(r, entry->position, NULL, "tags and anchors on names are not accepted");
    }
    fab_node key = {.position = entry->position};
    FAB_TRY(read_scalar(r, event, &key));
    entry->key = key.text;
    if (is_plain && strcmp(key.text, "<<") == 0) {
        note(r, entry->position, "write the fields out, or use `base:` where it is known",
             "merge keys (`<<`) are not accepted");
    }
    return FAB_OK;
}

/* Reads the names and values of a map up to its end. */
static fab_status read_entries(reader *r, int depth, weight *weight_out)
{
    for (;;) {
        yaml_event_t event;
        FAB_TRY(next_event(r, &event));
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return FAB_OK;
        }
        fab_entry entry = {0};
        const fab_status status = read_key(r, &event, &entry);
        yaml_event_delete(&event);
        FAB_TRY(status);

        weight w = {0};
        FAB_TRY(next_event(r, &event));
        FAB_TRY(read_node(r, &event, depth + 1, &entry.value, &w));
        FAB_TRY(push(r, &entry));
        weight_out->nodes += w.nodes;
        weight_out->height = w.height >= weight_out->height ? w.height + 1 : weight_out->height;
    }
}

/* Moves the pending children from `first` on into arrays of their own. */
static fab_status close_list(reader *r, size_t first, fab_node *node)
{
    node->count = r->pending_count - first;
    const fab_node **items = FAB_NEW(r->arena, const fab_node *, node->count);
    if (!items) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < node->count; i++) {
        items[i] = r->pending[first + i].value;
    }
    node->items = items;
    r->pending_count = first;
    return FAB_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const fab_entry *x = *(const fab_entry *const *)a;
    const fab_entry *y = *(const fab_entry *const *)b;
    const int order = strcmp(x->key, y->key);

    /* equal names stay in the order of the file, which is that of the array */
    return order != 0 ? order : (x > y) - (x < y);
}

/* libyaml accepts a name twice; the second would silently win. */
static fab_status check_duplicates(reader *r, const fab_entry *entries, size_t count)
{
    const fab_arena_mark mark = fab_arena_save(r->arena);
    const fab_entry **sorted = FAB_NEW(r->arena, const fab_entry *, count);
    if (!sorted) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &entries[i];
    }
    qsort(sorted, count, sizeof(*sorted), compare_entries);
    bool has_twice = false;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i]->key, sorted[i - 1]->key) == 0) {
            const fab_cut name = fab_cut_text(sorted[i]->key);
            fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, sorted[i]->position, NULL,
                         "`" FAB_CUT_FORMAT "` is given twice, before in line %d", FAB_CUT(name),
                         sorted[i - 1]->position.line);
            has_twice = true;
        }
    }
    /* diagnostics may live in the same arena: only give back what they do not follow */
    if (has_twice) {
        r->has_mistake = true;
    } else {
        fab_arena_reset(r->arena, mark);
    }
    return FAB_OK;
}

static fab_status close_map(reader *r, size_t first, fab_node *node)
{
    node->count = r->pending_count - first;
    fab_entry *entries = FAB_NEW(r->arena, fab_entry, node->count);
    if (!entries) {
        return FAB_E_NOMEM;
    }
    if (node->count > 0) {
        memcpy(entries, r->pending + first, node->count * sizeof(*entries));
    }
    node->entries = entries;
    r->pending_count = first;
    return check_duplicates(r, entries, node->count);
}

static fab_status read_children(reader *r, int depth, fab_node *node, weight *weight_out)
{
    const size_t first = r->pending_count;
    FAB_TRY(check_depth(r, depth, node->position));
    if (node->kind == FAB_NODE_LIST) {
        FAB_TRY(read_items(r, depth, weight_out));
        return close_list(r, first, node);
    }
    FAB_TRY(read_entries(r, depth, weight_out));
    return close_map(r, first, node);
}

/* What scalars, maps and lists have in common. */
typedef struct properties {
    fab_node_kind kind;
    const yaml_char_t *tag;
    const yaml_char_t *anchor;
} properties;

static properties event_properties(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_MAPPING_START_EVENT:
        return (properties){FAB_NODE_MAP, event->data.mapping_start.tag,
                            event->data.mapping_start.anchor};
    case YAML_SEQUENCE_START_EVENT:
        return (properties){FAB_NODE_LIST, event->data.sequence_start.tag,
                            event->data.sequence_start.anchor};
    default:
        assert(event->type == YAML_SCALAR_EVENT);
        return (properties){FAB_NODE_SCALAR, event->data.scalar.tag, event->data.scalar.anchor};
    }
}

static fab_status read_plain_node(reader *r, const yaml_event_t *event, int depth, fab_node *node,
                                  weight *weight_out)
{
    const properties p = event_properties(event);
    *node = (fab_node){.kind = p.kind, .position = event_position(r, event)};
    if (p.tag) {
        note(r, node->position, "every field has its type already; leave the tag out",
             "tags (`!name`) are not accepted");
    }
    FAB_TRY(count_nodes(r, 1, node->position));
    size_t index = 0;
    if (p.anchor) {
        FAB_TRY(open_anchor(r, p.anchor, node->position, &index));
    }
    *weight_out = (weight){.nodes = 1, .height = 1};
    if (p.kind == FAB_NODE_SCALAR) {
        FAB_TRY(read_scalar(r, event, node));
    } else {
        FAB_TRY(read_children(r, depth, node, weight_out));
    }
    if (p.anchor) {
        r->anchors[index].node = node;
        r->anchors[index].nodes = weight_out->nodes;
        r->anchors[index].height = weight_out->height;
    }
    return FAB_OK;
}

/* Reads the node that `event` begins and frees the event. */
static fab_status read_node(reader *r, yaml_event_t *event, int depth, const fab_node **node_out,
                            weight *weight_out)
{
    fab_status status = FAB_E_NOMEM;
    if (event->type == YAML_ALIAS_EVENT) {
        status = read_alias(r, event, depth, node_out, weight_out);
    } else {
        fab_node *node = FAB_NEW(r->arena, fab_node, 1);
        if (node) {
            status = read_plain_node(r, event, depth, node, weight_out);
        }
        *node_out = node;
    }
    yaml_event_delete(event);
    return status;
}

/* Reads events up to the first of `type`, or of `other`. */
static fab_status expect(reader *r, yaml_event_type_t type, yaml_event_type_t other,
                         yaml_event_t *event)
{
    FAB_TRY(next_event(r, event));
    assert(event->type == type || event->type == other);
    (void)type;
    (void)other;
    return FAB_OK;
}

static fab_status read_document(reader *r, const fab_node **root_out)
{
    yaml_event_t event;
    FAB_TRY(expect(r, YAML_STREAM_START_EVENT, YAML_STREAM_START_EVENT, &event));
    yaml_event_delete(&event);

    FAB_TRY(expect(r, YAML_DOCUMENT_START_EVENT, YAML_STREAM_END_EVENT, &event));
    const bool is_empty = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    weight ignored;
    const fab_node *root = NULL;
    if (!is_empty) {
        FAB_TRY(next_event(r, &event));
        FAB_TRY(read_node(r, &event, 1, &root, &ignored));
        FAB_TRY(expect(r, YAML_DOCUMENT_END_EVENT, YAML_DOCUMENT_END_EVENT, &event));
        yaml_event_delete(&event);
    }
    if (!root || (root->kind == FAB_NODE_SCALAR && !root->quoted && *root->text == '\0')) {
        return refuse(r, (fab_position){.source = r->source},
                      "the file holds no `name: value` line", "the document is empty");
    }

    FAB_TRY(expect(r, YAML_STREAM_END_EVENT, YAML_DOCUMENT_START_EVENT, &event));
    const bool has_more = event.type == YAML_DOCUMENT_START_EVENT;
    const fab_position position = event_position(r, &event);
    yaml_event_delete(&event);
    if (has_more) {
        return refuse(r, position, NULL, "a second document starts here; a file holds one");
    }
    *root_out = root;
    return FAB_OK;
}

fab_status fab_yaml_build(const fab_source *source, fab_arena *arena, fab_diagnostics *diagnostics,
                          const fab_node **root_out)
{
    reader r = {.source = source, .arena = arena, .diagnostics = diagnostics};
    if (!yaml_parser_initialize(&r.parser)) {
        return FAB_E_NOMEM;
    }
    /* without this a first pair of bytes could switch to UTF-16 */
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)source->text,
                                 source->length_byte);
    const fab_node *root = NULL;
    const fab_status status = read_document(&r, &root);
    yaml_parser_delete(&r.parser);
    FAB_TRY(status);
    if (r.has_mistake) {
        return FAB_E_INPUT;
    }
    *root_out = root;
    return FAB_OK;
}
