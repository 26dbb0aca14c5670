#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <fabricast/report.h>

#include "known.h"
#include "run_all.h"

#define ARENA_BYTE ((size_t)1 << 24)

static fab_arena *arena;
static FILE *stream;

static void setup(void)
{
    arena = fab_arena_create(ARENA_BYTE);
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
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
    rewind(stream);
    return text;
}

static void want(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is missing in:\n%.3000s", part, text);
}

/* one tier of 8 packages with hostile names and no energy per bit */
static fab_fabric hostile(void)
{
    return (fab_fabric){
        .name = "\x1b[31mname",
        .title = "</script>\n",
        .tiers = {{.name = "\x1b[31mtier",
                   .technology = {.name = "\x1b[31mwire", .energy_scope = "\x1b[31mscope"},
                   .rate_bps = known(1e12),
                   .latency_s = known(1e-6),
                   .domain = 8,
                   .used = 8,
                   .links_per_path = 2,
                   .packages_per_rack = 8}},
        .tier_count = 1,
    };
}

static fab_fabric_bill count(const fab_fabric *fabric, int64_t packages)
{
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(fabric, packages, arena, &bill), FAB_OK);
    return bill;
}

static fab_status print_fabric_text(const fab_fabric_bill *bill, fab_arena *into, FILE *file)
{
    fab_hardware hardware;
    fab_hardware_count(bill->fabric, bill->installed, NULL, &hardware);
    const fab_wired wired[FAB_TIER_LIMIT] = {{.is_counted = false}};
    return fab_report_fabric_text(bill, &hardware, wired, true, into, file);
}

static fab_status print_fabric_json(const fab_fabric_bill *bill, fab_arena *into, FILE *file)
{
    fab_hardware hardware;
    fab_hardware_count(bill->fabric, bill->installed, NULL, &hardware);
    const fab_wired wired[FAB_TIER_LIMIT] = {{.is_counted = false}};
    return fab_report_fabric_json(bill, &hardware, wired, true, into, file);
}

static fab_collective_answer lay(const fab_fabric *fabric, int64_t ranks)
{
    const fab_collective_request request = {
        .kind = FAB_ALL_GATHER, .size_byte = 1e6, .ranks = ranks, .stride = 1};
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(fabric, &request, arena, &answer, &reason), FAB_OK);
    return answer;
}

START_TEST(fabric_as_text)
{
    const fab_fabric fabric = hostile();
    const fab_fabric_bill bill = count(&fabric, 9);
    ck_assert_int_eq(print_fabric_text(&bill, arena, stream), FAB_OK);
    const char *text = contents();
    want(text, "for a job of 9 packages, 16 installed\n");
    want(text, "not published");
    want(text, "broken");
    want(text, "It cannot be built.");
    ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

START_TEST(fabric_as_json)
{
    const fab_fabric fabric = hostile();
    const fab_fabric_bill bill = count(&fabric, 9);
    ck_assert_int_eq(print_fabric_json(&bill, arena, stream), FAB_OK);
    json_t *root = json_loads(contents(), 0, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert(json_is_false(json_object_get(root, "is_possible")));
    json_t *tier = json_array_get(json_object_get(root, "tiers"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(tier, "links")), 32);
    ck_assert(json_is_null(json_object_get(tier, "power_w")));
    ck_assert_uint_eq(json_array_size(json_object_get(root, "checks")), 4);
    json_decref(root);
}
END_TEST

/* 7/8 x 1 MB x 8 / 1 Tb/s = 7 us; 7 or 1 steps of 1 us */
START_TEST(collective_as_text)
{
    const fab_fabric fabric = hostile();
    const fab_collective_answer answer = lay(&fabric, 8);
    ck_assert_int_eq(fab_report_collective_text(&answer, arena, stream), FAB_OK);
    const char *text = contents();
    want(text, "all-gather of 1 MB (full tensor) over 8 ranks on");
    want(text, " 14 us          8 us         10 us\n");
    want(text, "not published not published\n");
    ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

START_TEST(collective_as_json)
{
    const fab_fabric fabric = hostile();
    fab_collective_answer answer = lay(&fabric, 8);
    ck_assert_int_eq(fab_report_collective_json(&answer, arena, stream), FAB_OK);
    json_t *root = json_loads(contents(), 0, NULL);
    ck_assert_ptr_nonnull(root);
    json_t *ring = json_array_get(json_object_get(root, "ways"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(ring, "algorithm")), "ring");
    ck_assert_double_eq_tol(json_real_value(json_object_get(ring, "time_s")), 14e-6, 1e-18);
    /* 1 MB / 14 us x 7/8 */
    ck_assert_double_eq_tol(json_real_value(json_object_get(ring, "bus_byte_per_s")), 62.5e9, 1);
    ck_assert(json_is_null(json_object_get(ring, "rank_energy_j")));
    json_decref(root);
    answer = lay(&fabric, 1);
    ck_assert_int_eq(fab_report_collective_json(&answer, arena, stream), FAB_OK);
}
END_TEST

START_TEST(failures)
{
    const fab_fabric fabric = hostile();
    const fab_fabric_bill bill = count(&fabric, 9);
    const fab_collective_answer answer = lay(&fabric, 8);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        ck_assert_int_eq(print_fabric_text(&bill, arena, full), FAB_E_IO);
        ck_assert_int_eq(print_fabric_json(&bill, arena, full), FAB_E_IO);
        ck_assert_int_eq(fab_report_collective_text(&answer, arena, full), FAB_E_IO);
        ck_assert_int_eq(fab_report_collective_json(&answer, arena, full), FAB_E_IO);
        fclose(full);
    }
    fab_arena *small = fab_arena_create(64);
    ck_assert_int_eq(print_fabric_text(&bill, small, stream), FAB_E_NOMEM);
    ck_assert_int_eq(fab_report_collective_text(&answer, small, stream), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_fabric");
    TCase *tests = tcase_create("report_fabric");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, fabric_as_text);
    tcase_add_test(tests, fabric_as_json);
    tcase_add_test(tests, collective_as_text);
    tcase_add_test(tests, collective_as_json);
    tcase_add_test(tests, failures);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
