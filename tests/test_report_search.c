#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <fabricast/report.h>

#include "run_all.h"

#define ARENA_BYTE ((size_t)1 << 24)

/* Results spelled out, through both writers. */

static fab_arena *arena;
static FILE *stream;
static fab_search_row rows[2];
static fab_scenario scenario;
static fab_search_result result;

static fab_search_row make_row(int64_t rank, double step_s)
{
    return (fab_search_row){
        .mapping = {.tp = 8,
                    .cp = 1,
                    .pp = 4,
                    .dp = 1024,
                    .ep = 128,
                    .etp = 1,
                    .microbatch = 2,
                    .interleave = 15,
                    .expert_order = FAB_EXPERTS_STRIDED,
                    .recompute = FAB_RECOMPUTE_FULL},
        .rank = rank,
        .forecast = {.step_s = step_s,
                     .part_s = {[FAB_STEP_TENSOR] = 0.0625, [FAB_STEP_BUBBLE] = 0.03125},
                     .memory = {.total_byte = 199.8e9, .capacity_byte = 288e9, .fits = true},
                     .mfu_frac = 0.237,
                     .is_buildable = true,
                     .is_feasible = true},
        .ownership = {.time_to_train_s = 1.5 * 86400.0},
    };
}

static void setup(void)
{
    arena = fab_arena_create(ARENA_BYTE);
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    scenario = (fab_scenario){.name = "\x1b[31mname", .job = {.gpus = 32768}};
    scenario.model.name = "model";
    scenario.gpu.name = "package";
    scenario.fabric.name = "fabric";
    rows[0] = make_row(1, 0.25);
    rows[1] = make_row(2, 0.5);
    result = (fab_search_result){.scenario = &scenario,
                                 .counts = {100, 40, 60, 10, 50},
                                 .own = make_row(12, 1.0),
                                 .rows = rows,
                                 .row_count = 2,
                                 .least_memory_byte = 100e9};
}

static void teardown(void)
{
    fclose(stream);
    fab_arena_destroy(arena);
}

static char *contents(void)
{
    const long size = ftell(stream);
    ck_assert_int_gt(size, 0);
    char *text = fab_arena_alloc(arena, 1, (size_t)size + 1, 1);
    rewind(stream);
    ck_assert_uint_eq(fread(text, 1, (size_t)size, stream), (size_t)size);
    return text;
}

static char *text_of_result(void)
{
    ck_assert_int_eq(fab_report_search_text(&result, arena, stream), FAB_OK);
    return contents();
}

static void want(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is missing in:\n%.3000s", part, text);
}

START_TEST(text_shows_best_and_own)
{
    const char *text = text_of_result();
    want(text, "32,768 packages of package, fabric");
    want(text, "* 1");
    want(text, "strided full");
    want(text, "rank 12 of 50 feasible ones; it takes 4.000 times");
    want(text, "100 mappings enumerated: 40 refused by the rules of scenarios, 60 forecast");
    ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

START_TEST(text_says_why_nothing_fits)
{
    static const fab_fabric_check CHECK = {.reason = "The reach is too short.", .is_known = true};
    result.row_count = 0;
    result.own.rank = 0;
    result.own.forecast.memory.fits = false;
    result.own.forecast.memory.capacity_byte = 50e9;
    result.own.forecast.checks = &CHECK;
    result.own.forecast.check_count = 1;
    const char *text = text_of_result();
    want(text, "No mapping is feasible.");
    want(text, "The least memory that any needs is 100 GB of the 50 GB of a package.");
    want(text, "The reach is too short.");
    want(text, "own mapping is not feasible: memory does not fit");
}
END_TEST

static json_t *json_of_result(const fab_run_meter *meter)
{
    ck_assert_int_eq(fab_report_search_json(&result, meter, arena, stream), FAB_OK);
    json_t *root = json_loads(contents(), 0, NULL);
    ck_assert_ptr_nonnull(root);
    return root;
}

START_TEST(json_holds_everything)
{
    const fab_run_meter meter = {.elapsed_s = 1.0,
                                 .rate_per_s = 60.0,
                                 .peak_rss_byte = 4096,
                                 .date = "2000-01-01T00:00:00Z"};
    json_t *root = json_of_result(&meter);
    json_t *best, *own, *counts, *run;
    ck_assert_int_eq(json_unpack(root, "{s:o, s:o, s:o, s:o}", "best", &best, "own", &own,
                                 "mappings", &counts, "run", &run),
                     0);
    ck_assert_uint_eq(json_array_size(best), 2);
    const char *order, *recompute;
    double step_s, tensor_s, slower;
    int rank, tp;
    ck_assert_int_eq(json_unpack(json_array_get(best, 0), "{s:i, s:F, s:{s:i, s:s, s:s}, s:{s:F}}",
                                 "rank", &rank, "step_s", &step_s, "mapping", "tp", &tp,
                                 "expert_order", &order, "recompute", &recompute, "part_s",
                                 "tensor", &tensor_s),
                     0);
    ck_assert_int_eq(rank, 1);
    ck_assert_int_eq(tp, 8);
    ck_assert_str_eq(order, "strided");
    ck_assert_str_eq(recompute, "full");
    ck_assert_double_eq(step_s, 0.25);
    ck_assert_double_eq(tensor_s, 0.0625);
    ck_assert_int_eq(json_unpack(own, "{s:i, s:F}", "rank", &rank, "slowdown_ratio", &slower), 0);
    ck_assert_int_eq(rank, 12);
    ck_assert_double_eq(slower, 4.0);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "feasible")), 50);
    ck_assert_int_eq(json_integer_value(json_object_get(run, "peak_rss_bytes")), 4096);
    json_decref(root);
}
END_TEST

START_TEST(json_of_nothing)
{
    result.row_count = 0;
    result.own.rank = 0;
    json_t *root = json_of_result(NULL);
    const json_t *own = json_object_get(root, "own");
    ck_assert_uint_eq(json_array_size(json_object_get(root, "best")), 0);
    ck_assert(json_is_null(json_object_get(own, "rank")));
    ck_assert(json_is_null(json_object_get(own, "slowdown_ratio")));
    ck_assert_ptr_null(json_object_get(root, "run"));
    json_decref(root);
}
END_TEST

START_TEST(a_full_device_is_an_error)
{
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        return;
    }
    ck_assert_int_eq(fab_report_search_text(&result, arena, full), FAB_E_IO);
    fclose(full);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_search");
    TCase *tests = tcase_create("report_search");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, text_shows_best_and_own);
    tcase_add_test(tests, text_says_why_nothing_fits);
    tcase_add_test(tests, json_holds_everything);
    tcase_add_test(tests, json_of_nothing);
    tcase_add_test(tests, a_full_device_is_an_error);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
