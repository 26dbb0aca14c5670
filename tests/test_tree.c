#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "config/tree.h"
#include "run_all.h"

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)4 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const fab_node *parse(const char *name, const char *text)
{
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_node *root = NULL;
    ck_assert_int_eq(fab_tree_parse(name, text, strlen(text), arena, &diagnostics, &root), FAB_OK);
    return root;
}

/* Writes a tree in one line, for comparison. */
static void show(const fab_node *node, FILE *out)
{
    if (node->kind == FAB_NODE_SCALAR) {
        fputs(node->text, out);
        return;
    }
    const bool is_map = node->kind == FAB_NODE_MAP;
    fputc(is_map ? '{' : '[', out);
    for (size_t i = 0; i < node->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        if (is_map) {
            fprintf(out, "%s: ", node->entries[i].key);
        }
        show(is_map ? node->entries[i].value : node->items[i], out);
    }
    fputc(is_map ? '}' : ']', out);
}

static void check_shown(const fab_node *node, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    show(node, out);
    fclose(out);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(get_finds_values_of_maps)
{
    const fab_node *root = parse("a", "{a: 1, b: {a: 2}, '': 3, list: [a]}");
    ck_assert_str_eq(fab_node_get(root, "a")->text, "1");
    ck_assert_str_eq(fab_node_get(fab_node_get(root, "b"), "a")->text, "2");
    ck_assert_str_eq(fab_node_get(root, "")->text, "3");
    ck_assert_ptr_null(fab_node_get(root, "c"));
    ck_assert_ptr_null(fab_node_get(fab_node_get(root, "a"), "a"));
    ck_assert_ptr_null(fab_node_get(fab_node_get(root, "list"), "a"));
    ck_assert_ptr_null(fab_node_get(NULL, "a"));
}
END_TEST

static const struct {
    const char *base, *over, *result;
} ROW[] = {
    {"a: 1", "a: 2", "{a: 2}"},
    {"a: 1", "b: 2", "{a: 1, b: 2}"},
    {"{a: 1, b: 2, c: 3}", "{c: 4, d: 5, a: 6}", "{a: 6, b: 2, c: 4, d: 5}"},
    {"a: {x: 1, y: 2}", "a: {y: 3}", "{a: {x: 1, y: 3}}"},
    {"a: {x: {p: 1, q: 2}}", "a: {x: {q: 3}, y: 4}", "{a: {x: {p: 1, q: 3}, y: 4}}"},
    {"a: {x: 1}", "a: 2", "{a: 2}"},
    {"a: [1, 2, 3]", "a: [4]", "{a: [4]}"},
    {"a: [1]", "a: {x: 1}", "{a: {x: 1}}"},
    {"a: {x: 1}", "a: [1]", "{a: [1]}"},
    {"a: {x: 1}", "{}", "{a: {x: 1}}"},
    {"{}", "a: 1", "{a: 1}"},
    {"{}", "{}", "{}"},
    {"[1]", "[2]", "[2]"},
    {"name", "other", "other"},
    /* a name with parts spelled out */
    {"a: h100", "a: {memory: 80 GB}", "{a: {memory: 80 GB, base: h100}}"},
    {"a: h100", "a: {base: b200, memory: 80 GB}", "{a: {base: b200, memory: 80 GB}}"},
    {"h100", "{}", "{base: h100}"},
    {"a: {base: h100, x: 1}", "a: {base: b200}", "{a: {base: b200, x: 1}}"},
};

#define COUNT_OF(array) (int)(sizeof(array) / sizeof((array)[0]))

START_TEST(overlay)
{
    const fab_node *base = parse("base", ROW[_i].base);
    const fab_node *over = parse("over", ROW[_i].over);
    char *before = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&before, &size);
    show(base, out);
    fclose(out);

    check_shown(fab_tree_overlay(base, over, arena), ROW[_i].result);

    /* neither input is changed */
    check_shown(base, before);
    free(before);
}
END_TEST

START_TEST(parts_keep_the_positions_of_their_files)
{
    const fab_node *base = parse("base", "a: 1\nb: {x: 1, y: 2}\n");
    const fab_node *over = parse("over", "\n\nb: {y: 3}\nc: 4\n");
    const fab_node *merged = fab_tree_overlay(base, over, arena);

    ck_assert_str_eq(fab_node_get(merged, "a")->position.source->name, "base");
    ck_assert_ptr_eq(fab_node_get(merged, "a"), fab_node_get(base, "a"));
    const fab_node *b = fab_node_get(merged, "b");
    ck_assert_str_eq(fab_node_get(b, "x")->position.source->name, "base");
    ck_assert_str_eq(fab_node_get(b, "y")->position.source->name, "over");
    ck_assert_int_eq(fab_node_get(b, "y")->position.line, 3);
    ck_assert_str_eq(merged->entries[1].position.source->name, "over");
    ck_assert_str_eq(merged->entries[2].position.source->name, "over");
    ck_assert_int_eq(merged->entries[2].position.line, 4);
}
END_TEST

START_TEST(no_memory_gives_nothing)
{
    const fab_node *base = parse("base", "{a: {b: {c: 1}}, d: x}");
    const fab_node *over = parse("over", "{a: {b: {c: 2}}, d: {y: 1}}");
    bool has_failed = false, has_worked = false;
    for (size_t limit = 0; limit < 4000; limit += 40) {
        fab_arena *small = fab_arena_create(limit);
        const fab_node *merged = fab_tree_overlay(base, over, small);
        has_failed = has_failed || !merged;
        has_worked = has_worked || merged;
        fab_arena_destroy(small);
    }
    ck_assert(has_failed && has_worked);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tree");
    TCase *t = tcase_create("tree");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, get_finds_values_of_maps);
    tcase_add_loop_test(t, overlay, 0, COUNT_OF(ROW));
    tcase_add_test(t, parts_keep_the_positions_of_their_files);
    tcase_add_test(t, no_memory_gives_nothing);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
