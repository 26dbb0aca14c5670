#include <check.h>
#include <string.h>

#include <fabricast/ownership.h>

#include "report_fixture.h"
#include "run_all.h"

static fab_arena *arena;
static FILE *stream;
static const fab_scenario *scenario;
static fab_explanation explanation;
static fab_requirements required;

static void setup(void)
{
    arena = fab_arena_create(FIXTURE_ARENA_BYTE);
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    fab_diagnostics list = fab_diagnostics_make(arena);
    const fab_catalog *catalog = NULL;
    ck_assert_int_eq(fab_catalog_load(arena, &list, &catalog), FAB_OK);
    ck_assert_int_eq(fab_scenario_load(catalog, FAB_SOURCE_DIR "/examples/deepseek-v3-h100.yaml",
                                       arena, &list, &scenario),
                     FAB_OK);
    ck_assert_int_eq(fab_train_explain(scenario, arena, &explanation), FAB_OK);
    ck_assert_int_eq(fab_train_require(scenario, arena, &required), FAB_OK);
}

static void teardown(void)
{
    fclose(stream);
    fab_arena_destroy(arena);
}

static fab_status print_text(fab_arena *memory, FILE *to)
{
    return fab_report_explanation_text(scenario, &explanation, memory, to);
}

static fab_status print_required(fab_arena *memory, FILE *to)
{
    return fab_report_required_text(scenario, &required, memory, to);
}

static fab_status print_json(fab_arena *memory, FILE *to)
{
    const fab_ownership ownership = fab_ownership_forecast(scenario, &explanation.forecast);
    return fab_report_forecast_json(scenario, &explanation.forecast, &ownership, &explanation,
                                    &required, NULL, memory, to);
}

static fab_status (*const WRITER[])(fab_arena *, FILE *) = {print_text, print_json, print_required};

/* every operator and message of every block, every stage, the sum that is the step */
START_TEST(all_is_shown)
{
    ck_assert_int_eq(WRITER[_i](arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    for (size_t b = 0; b < explanation.block_count; b++) {
        const fab_explained_block *block = &explanation.blocks[b];
        const char *at = strstr(text, block->name);
        ck_assert_msg(at != NULL, "no %s", block->name);
        for (size_t i = 0; i < block->operator_count; i++) {
            at = at != NULL ? strstr(at, block->operators[i].name) : NULL;
            ck_assert_msg(at != NULL, "%s lacks %s", block->name, block->operators[i].name);
        }
        for (size_t i = 0; i < block->message_count; i++) {
            if (block->messages[i].cost.placement.ranks > 1) {
                at = at != NULL ? strstr(at, block->messages[i].name) : NULL;
                ck_assert_msg(at != NULL, "%s lacks %s", block->name, block->messages[i].name);
            }
        }
    }
}
END_TEST

START_TEST(the_step_is_shown)
{
    ck_assert_int_eq(print_text(arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    const char *how = strstr(text, "How the step comes about");
    ck_assert_ptr_nonnull(how);
    ck_assert_ptr_nonnull(
        strstr(how, fab_arena_printf(arena, "%.4f", explanation.forecast.step_s)));
    ck_assert_ptr_nonnull(strstr(text, "Memory of a package, GB of 85.9 GB"));
}
END_TEST

/* a load above the mean is told, an even one is not worth a line */
START_TEST(uneven_loads_are_shown)
{
    ck_assert_int_eq(print_text(arena, stream), FAB_OK);
    ck_assert(strstr(fixture_contents(arena, stream), "Tokens over the mean") == NULL);
    explanation.expert_load = (fab_expert_load){1.25, 1.1};
    rewind(stream);
    ck_assert_int_eq(print_text(arena, stream), FAB_OK);
    ck_assert_ptr_nonnull(strstr(fixture_contents(arena, stream),
                                 "Tokens over the mean: 1.1 of the busiest of 64 expert ranks, "
                                 "1.25 of the busiest expert"));
}
END_TEST

/* by the made-up rows: a rate, one in brackets, and each reason why there is none */
START_TEST(rates_and_reasons_are_shown)
{
    static const fab_required_row ROW[] = {
        {"inner",
         0,
         FAB_MESSAGE_TENSOR,
         2e12,
         2.0,
         1.0,
         {FAB_REQUIRED_OVERLAP, 3e12, 9.0},
         {FAB_REQUIRED_FOUND, 4e12, 8.0}},
        {"inner",
         0,
         FAB_MESSAGE_EXPERT,
         2e12,
         2.0,
         1.0,
         {FAB_REQUIRED_NONE_LATENCY, 0.0, 0.0},
         {FAB_REQUIRED_NONE_TIER, 0.0, 0.0}},
        {"inner",
         0,
         FAB_MESSAGE_CLASS_COUNT,
         2e12,
         2.0,
         1.0,
         {FAB_REQUIRED_NONE_COVER, 0.0, 0.0},
         {FAB_REQUIRED_FOUND, 5e12, 7.5}},
    };
    const fab_requirements made_up = {.step_s = 10.0, .rows = ROW, .row_count = 3};
    const fab_requirements nothing = {.step_s = 10.0};
    ck_assert_int_eq(fab_report_required_text(scenario, &made_up, arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    static const char *const WANT[] = {
        "tensor",      "2 Tb/s",         "1.0000", "10.0",         "(3 Tb/s)", "4 Tb/s", "expert",
        "no: latency", "no: other tier", "all",    "no: no cover", "5 Tb/s",   "7.5000"};
    const char *at = strstr(text, "hides all");
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        at = at != NULL ? strstr(at, WANT[i]) : NULL;
        ck_assert_msg(at != NULL, "no %s in\n%s", WANT[i], text);
    }
    /* the step of one class alone would mislead */
    ck_assert_ptr_null(strstr(text, "8.0000"));

    ck_assert_int_eq(fab_report_required_text(scenario, &nothing, arena, stream), FAB_OK);
    ck_assert_ptr_nonnull(strstr(fixture_contents(arena, stream), "No tier carries any messages."));
}
END_TEST

START_TEST(output_repeats)
{
    FILE *again = tmpfile();
    ck_assert_ptr_nonnull(again);
    ck_assert_int_eq(WRITER[_i](arena, stream), FAB_OK);
    ck_assert_int_eq(WRITER[_i](arena, again), FAB_OK);
    ck_assert_str_eq(fixture_contents(arena, stream), fixture_contents(arena, again));
    fclose(again);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
    FILE *full = fopen("/dev/full", "w");
    if (full != NULL) {
        ck_assert_int_eq(WRITER[_i](arena, full), FAB_E_IO);
        fclose(full);
    }
}
END_TEST

START_TEST(too_little_memory_is_told)
{
    fab_arena *small = fab_arena_create(4096);
    ck_assert_int_eq(print_text(small, stream), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("explain");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, all_is_shown, 0, 2);
    tcase_add_test(tests, the_step_is_shown);
    tcase_add_test(tests, uneven_loads_are_shown);
    tcase_add_test(tests, rates_and_reasons_are_shown);
    tcase_add_loop_test(tests, output_repeats, 0, 3);
    tcase_add_loop_test(tests, a_full_disk_is_told, 0, 3);
    tcase_add_test(tests, too_little_memory_is_told);
    Suite *suite = suite_create("report_explain");
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
