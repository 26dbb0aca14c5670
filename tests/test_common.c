#include "scenario_fixture.h"

#include "study/common.h"

static const struct {
    const char *text;
    fab_study_use use;
    const char *message; /* NULL: none */
} USE[] = {
    {"dac_200g", FAB_USE_LINK, NULL},
    {"{base: plug_1t6_dr8, energy: 20 pJ/bit}", FAB_USE_LINK, NULL},
    {"sw_th6", FAB_USE_LINK, "`sw_th6` is no link between packages"},
    {"sw_th6", FAB_USE_SWITCH, NULL},
    {"dac_200g", FAB_USE_SWITCH, "`dac_200g` is no switch"},
    {"sw_th6", FAB_USE_ANY, NULL},
    {"no_such_link", FAB_USE_LINK, "no_such_link"},
};

/* a mistake is told and does not end the reading */
START_TEST(technologies_by_their_use)
{
    fab_technology out;
    diagnostics = fab_diagnostics_make(arena);
    const fab_node *root = parse_text("t.yaml", fab_arena_printf(arena, "at: %s\n", USE[_i].text));
    ck_assert_int_eq(fab_study_technology(catalog, fab_node_get(root, "at"), USE[_i].use, arena,
                                          &diagnostics, &out),
                     FAB_OK);
    ck_assert_uint_eq(diagnostics.errors, USE[_i].message != NULL);
    if (USE[_i].message != NULL) {
        assert_contains(diagnostics.items[0].message, USE[_i].message);
        ck_assert_int_eq(diagnostics.items[0].position.column, 5);
    }
}
END_TEST

static const struct {
    const char *text;
    bool is_list;
} LIST[] = {{"at: [a]\n", true}, {"at: [a, b]\n", true}, {"at: [a, b, c]\n", false},
            {"at: []\n", false}, {"at: a\n", false},     {"at: {a: b}\n", false}};

START_TEST(lists_have_limits)
{
    diagnostics = fab_diagnostics_make(arena);
    const fab_node *root = parse_text("l.yaml", LIST[_i].text);
    ck_assert_int_eq(fab_study_is_list(fab_node_get(root, "at"), "at", 2, &diagnostics),
                     LIST[_i].is_list);
    ck_assert_uint_eq(diagnostics.errors, !LIST[_i].is_list);
    if (!LIST[_i].is_list) {
        ck_assert_str_eq(diagnostics.items[0].message, "`at` must be a list of 1 to 2 items");
    }
}
END_TEST

START_TEST(names_and_remarks)
{
    fab_study_remark remarks[] = {{"one"}, {"two"}};
    const char *const *texts = fab_study_remarks((fab_records){remarks, 2}, arena);
    ck_assert_str_eq(texts[0], "one");
    ck_assert_str_eq(texts[1], "two");
    ck_assert_ptr_nonnull(fab_study_remarks((fab_records){NULL, 0}, arena));
    ck_assert_str_eq(fab_study_file_name("studies/base/a.yaml", arena), "a.yaml");
    ck_assert_str_eq(fab_study_file_name("a.yaml", arena), "a.yaml");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("common");
    tcase_add_loop_test(tests, technologies_by_their_use, 0, (int)FAB_TABLE_SIZE(USE));
    tcase_add_loop_test(tests, lists_have_limits, 0, (int)FAB_TABLE_SIZE(LIST));
    tcase_add_test(tests, names_and_remarks);
    return run_suite("common", tests);
}
