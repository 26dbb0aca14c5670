#ifndef CATALOG_FIXTURE_H
#define CATALOG_FIXTURE_H

#include <check.h>
#include <string.h>

#include "catalog/resolve.h"
#include "run_all.h"

/* The loaded catalog and a way to resolve a description that a test spells out. */

static fab_arena *arena;
static fab_diagnostics diagnostics;
static const fab_catalog *catalog;

static void catalog_setup(void)
{
    arena = fab_arena_create((size_t)64 << 20);
    ck_assert_ptr_nonnull(arena);
    diagnostics = fab_diagnostics_make(arena);
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
}

static void catalog_teardown(void)
{
    fab_arena_destroy(arena);
}

/* parses a text as the file test.yaml and resolves its root */
static inline fab_status resolve_text(fab_catalog_kind kind, const char *text, void *out)
{
    const fab_node *root = NULL;
    diagnostics = fab_diagnostics_make(arena);
    ck_assert_int_eq(fab_tree_parse("test.yaml", text, strlen(text), arena, &diagnostics, &root),
                     FAB_OK);
    return fab_catalog_resolve(catalog, kind, root, arena, &diagnostics, out);
}

/* the text must be refused with exactly one diagnostic; returns it */
static inline const fab_diagnostic *only_mistake(fab_catalog_kind kind, const char *text, void *out)
{
    ck_assert_int_eq(resolve_text(kind, text, out), FAB_E_INPUT);
    ck_assert_msg(diagnostics.errors == 1, "%zu errors for:\n%s", diagnostics.errors, text);
    return &diagnostics.items[0];
}

static inline void assert_contains(const char *text, const char *part)
{
    ck_assert_msg(text && strstr(text, part), "\"%s\" does not say \"%s\"", text ? text : "(none)",
                  part);
}

/* prints what went wrong when a text that should be good is refused */
static inline void assert_resolves(fab_catalog_kind kind, const char *text, void *out)
{
    const fab_status status = resolve_text(kind, text, out);
    ck_assert_msg(status == FAB_OK, "%s\n%s", diagnostics.count ? diagnostics.items[0].message : "",
                  text);
    ck_assert_uint_eq(diagnostics.count, 0);
}

static inline int run_suite(const char *name, TCase *tests)
{
    Suite *suite = suite_create(name);
    tcase_add_checked_fixture(tests, catalog_setup, catalog_teardown);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#endif
