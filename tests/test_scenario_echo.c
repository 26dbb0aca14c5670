#include "scenario_fixture.h"

#include <fabricast/ownership.h>

#include "catalog/kinds.h"
#include "config/echo.h"
#include "scenario/scenario_echo.h"

/* A resolved scenario read back from its own text is the same scenario. */

#define ONE_PACKAGE                                                                                \
    "name: one package\n"                                                                          \
    "gpu: study_package\n"                                                                         \
    "fabric: study_copper_pod\n"                                                                   \
    "model: moe-4.7t-c4\n"                                                                         \
    "job: {gpus: 1, tokens: 13T, batch: 1, sequence: 128}\n"                                       \
    "mapping: {tp: 1}\n"

static const char *echo_of(const fab_scenario *scenario)
{
    const char *text = NULL;
    ck_assert_int_eq(fab_scenario_echo(scenario, arena, &text), FAB_OK);
    return text;
}

/* reads the text of the scenario; the text of what was read must be the same to the byte */
static void assert_same(const fab_scenario *scenario, fab_scenario *again)
{
    const char *text = echo_of(scenario);
    *again = good_scenario(text, NULL);
    ck_assert_str_eq(echo_of(again), text);
}

static void assert_row(const char *piece)
{
    fab_scenario scenario, again;
    if (read_over(ONE_PACKAGE, piece, &scenario) == FAB_OK) {
        assert_same(&scenario, &again);
    }
}

/* every row of the catalog that a scenario takes */
START_TEST(rows_of_the_catalog)
{
    static const fab_catalog_kind KIND[] = {FAB_CATALOG_MODEL, FAB_CATALOG_GPU, FAB_CATALOG_FABRIC};
    for (size_t k = 0; k < sizeof(KIND) / sizeof(KIND[0]); k++) {
        for (size_t i = 0; i < fab_catalog_count(catalog, KIND[k]); i++) {
            const fab_arena_mark mark = fab_arena_save(arena);
            assert_row(fab_arena_printf(arena, "%s: %s\n", fab_catalog_kind_name(KIND[k]),
                                        fab_catalog_row_name(catalog, KIND[k], i)));
            fab_arena_reset(arena, mark);
        }
    }
    for (size_t i = 0; i < fab_catalog_count(catalog, FAB_CATALOG_TECHNOLOGY); i++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        assert_row(fab_arena_printf(
            arena, "fabric: {base: study_copper_pod, tiers: [{technology: '%s', rate: 1 Tbps}]}\n",
            fab_catalog_row_name(catalog, FAB_CATALOG_TECHNOLOGY, i)));
        fab_arena_reset(arena, mark);
    }
}
END_TEST

/* what a tier names is spelled out, all of it */
START_TEST(everything_that_a_tier_names)
{
    const char *messaging = fab_catalog_row_name(catalog, FAB_CATALOG_MESSAGING, 0);
    const char *chip = NULL;
    for (size_t i = 0; i < fab_catalog_count(catalog, FAB_CATALOG_TECHNOLOGY); i++) {
        const char *name = fab_catalog_row_name(catalog, FAB_CATALOG_TECHNOLOGY, i);
        chip = fab_catalog_technology(catalog, name)->role == FAB_ROLE_SWITCH ? name : chip;
    }
    ck_assert_ptr_nonnull(chip);
    const fab_scenario scenario = good_scenario(
        ONE_PACKAGE,
        fab_arena_printf(arena,
                         "fabric: {base: study_copper_pod, tiers: [{messaging: %s, switch: %s}]}\n",
                         messaging, chip));
    fab_scenario again;
    assert_same(&scenario, &again);
    for (size_t i = 0; i < FAB_TIER_TABLE.count; i++) {
        if (FAB_TIER_TABLE.fields[i].kind == FAB_FIELD_NODE) {
            assert_contains(echo_of(&scenario),
                            fab_arena_printf(arena, "\"%s\":{", FAB_TIER_TABLE.fields[i].name));
        }
    }
    ck_assert_str_eq(again.fabric.tiers[0].chip->name, chip);
    ck_assert_int_eq(again.fabric.tiers[0].messaging->channel_count,
                     scenario.fabric.tiers[0].messaging->channel_count);
}
END_TEST

START_TEST(the_forecast_is_the_same)
{
    static const char *const FILE_NAME[] = {"deepseek-v3-h100", "llama3-405b-h100",
                                            "moe-4.7t-copper", "moe-4.7t-optics"};
    const char *path =
        fab_arena_printf(arena, "%s/examples/%s.yaml", FAB_SOURCE_DIR, FILE_NAME[_i]);
    const fab_scenario *scenario = NULL;
    ck_assert_int_eq(fab_scenario_load(catalog, path, arena, &diagnostics, &scenario), FAB_OK);
    fab_scenario again;
    assert_same(scenario, &again);
    fab_forecast want, have;
    ck_assert_int_eq(fab_train_forecast(scenario, arena, &want), FAB_OK);
    ck_assert_int_eq(fab_train_forecast(&again, arena, &have), FAB_OK);
    ck_assert_mem_eq(want.part_s, have.part_s, sizeof(want.part_s));
    ck_assert(want.step_s == have.step_s && want.memory.total_byte == have.memory.total_byte);
    ck_assert_uint_eq(want.check_count, have.check_count);
}
END_TEST

/* names are data: what would end a text or a line stands escaped */
START_TEST(hostile_names)
{
    const fab_scenario scenario = good_scenario(
        ONE_PACKAGE, "name: \"a\\\"b\\\\c\\n'; DROP TABLE point; -- \\x01\\x7f \\u00e9\"\n");
    fab_scenario again;
    assert_same(&scenario, &again);
    ck_assert_str_eq(scenario.name, again.name);
    ck_assert_ptr_null(strchr(echo_of(&scenario), '\n'));
    assert_contains(echo_of(&scenario),
                    "a\\\"b\\\\c\\u000a'; DROP TABLE point; -- \\u0001\\u007f \xc3\xa9");
}
END_TEST

START_TEST(trees)
{
    const struct {
        const char *text, *want;
    } ROW[] = {
        {"a: 1\nb: [x, 'y z', {}]\n", "{\"a\":\"1\",\"b\":[\"x\",\"y z\",{}]}"},
        {"{}", "{}"},
        {"[[], [a]]", "[[],[\"a\"]]"},
    };
    for (size_t i = 0; i < sizeof(ROW) / sizeof(ROW[0]); i++) {
        char text[256];
        fab_echo echo = {.text = text};
        fab_echo_node(&echo, parse_text("tree.yaml", ROW[i].text));
        ck_assert_uint_eq(echo.length_byte, strlen(ROW[i].want));
        ck_assert_mem_eq(text, ROW[i].want, echo.length_byte);
    }
}
END_TEST

/* test vectors of draft-eastlake-fnv */
START_TEST(digests)
{
    ck_assert_str_eq(fab_text_digest("").text, "cbf29ce484222325");
    ck_assert_str_eq(fab_text_digest("a").text, "af63dc4c8601ec8c");
    ck_assert_str_eq(fab_text_digest("foobar").text, "85944171f73967e8");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("echo");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, rows_of_the_catalog);
    tcase_add_test(tests, everything_that_a_tier_names);
    tcase_add_loop_test(tests, the_forecast_is_the_same, 0, 4);
    tcase_add_test(tests, hostile_names);
    tcase_add_test(tests, trees);
    tcase_add_test(tests, digests);
    return run_suite("scenario_echo", tests);
}
