#include <check.h>
#include <math.h>

#include "link_fixture.h"
#include "run_all.h"

#define ARENA_BYTE ((size_t)1 << 20)

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create(ARENA_BYTE);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const struct {
    int role;
    double reach_m; /* 0: not published */
    double distance_m;
    const char *message;
} REFUSED[] = {
    {FAB_ROLE_LINK, 1, 5, "optics reaches 1 m: 5 m is 4 m too far"},
    {FAB_ROLE_LINK, 0.4, 0.5, "optics reaches 400 mm: 500 mm is 100 mm too far"},
    {FAB_ROLE_SWITCH, 1, 0.5, "optics is a switch: it joins links and is none itself"},
    {FAB_ROLE_SWITCH, 0, 0.5, "optics is a switch: it joins links and is none itself"},
    {FAB_ROLE_SERDES, 1, 0.5, "optics is a SerDes: one end of a link and none itself"},
    {FAB_ROLE_OCS, 1, 5, "optics is an optical circuit switch: it joins links and is none itself"},
};

START_TEST(refused)
{
    fab_technology t = link_optics();
    t.role = REFUSED[_i].role;
    t.reach_m = (fab_value){.is_known = REFUSED[_i].reach_m > 0.0, .value = REFUSED[_i].reach_m};
    fab_transfer_options options = fab_transfer_options_default();
    options.distance_m = known(REFUSED[_i].distance_m);
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(&t, &options, arena, &out, &message), FAB_E_INFEASIBLE);
    ck_assert_str_eq(message, REFUSED[_i].message);
}
END_TEST

/* the reach itself is within reach; without a reach nothing is refused */
START_TEST(reached)
{
    fab_technology t = link_optics();
    fab_transfer_options options = fab_transfer_options_default();
    options.distance_m = known(1000);
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(&t, &options, arena, &out, &message), FAB_OK);
    ck_assert(!out.is_reach_unknown);
    ck_assert(!out.is_distance_default);
    t.reach_m.is_known = false;
    options.distance_m = known(1e6);
    ck_assert_int_eq(fab_transfer_send(&t, &options, arena, &out, &message), FAB_OK);
    ck_assert(out.is_reach_unknown);
}
END_TEST

START_TEST(default_distance)
{
    fab_technology t = link_optics();
    const fab_transfer_options options = fab_transfer_options_default();
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(&t, &options, arena, &out, &message), FAB_OK);
    ck_assert_double_eq(out.distance_m, 0.3);
    ck_assert(out.is_distance_default);
    t.reach_m = known(0.025);
    ck_assert_int_eq(fab_transfer_send(&t, &options, arena, &out, &message), FAB_OK);
    ck_assert_double_eq(out.distance_m, 0.025);
    t.reach_m.is_known = false;
    ck_assert_int_eq(fab_transfer_send(&t, &options, arena, &out, &message), FAB_OK);
    ck_assert_double_eq(out.distance_m, 0.3);
    ck_assert_double_eq(out.size_byte, 1024);
    ck_assert_int_eq(out.hops, 1);
}
END_TEST

static void expect_range(const fab_transfer_options *options)
{
    const fab_technology t = link_optics();
    fab_transfer out;
    const char *message = "left";
    ck_assert_int_eq(fab_transfer_send(&t, options, arena, &out, &message), FAB_E_RANGE);
    ck_assert_ptr_null(message);
}

START_TEST(out_of_range)
{
    const fab_transfer_options good = fab_transfer_options_default();
    fab_transfer_options bad = good;
    bad.hops = 0;
    expect_range(&bad);
    bad.hops = FAB_HOP_LIMIT + 1;
    expect_range(&bad);
    bad = good;
    bad.interleave = 0;
    expect_range(&bad);
    bad = good;
    bad.size_byte = -1;
    expect_range(&bad);
    bad.size_byte = (double)NAN;
    expect_range(&bad);
    bad = good;
    bad.rate_bps = known(0);
    expect_range(&bad);
    fab_transfer_options each = good;
    fab_value *const values[] = {
        &each.distance_m,  &each.rate_bps,     &each.energy_j_per_bit,
        &each.serdes_s,    &each.fec_s,        &each.host_energy_j_per_bit,
        &each.dsp_s,       &each.switch_s,     &each.switch_energy_j_per_bit,
        &each.buffer_byte, &each.turnaround_s,
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        each = good;
        *values[i] = known(-1);
        expect_range(&each);
        *values[i] = known((double)INFINITY);
        expect_range(&each);
    }
}
END_TEST

START_TEST(huge_numbers_stay_finite)
{
    fab_technology t = link_optics();
    t.reach_m.is_known = false;
    fab_transfer_options options = fab_transfer_options_default();
    options.size_byte = 1e308;
    options.distance_m = known(1e308);
    options.hops = FAB_HOP_LIMIT;
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(&t, &options, arena, &out, &message), FAB_OK);
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        ck_assert(isfinite(out.terms[part].time_s.value.high));
        ck_assert(isfinite(out.terms[part].energy_j.value.high));
    }
    ck_assert(isfinite(out.time_s.high) && isfinite(out.energy_j.high));
}
END_TEST

START_TEST(out_of_memory)
{
    const fab_technology t = link_optics();
    const fab_transfer_options options = fab_transfer_options_default();
    fab_arena *small = fab_arena_create(1);
    ck_assert_ptr_nonnull(small);
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(&t, &options, small, &out, &message), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

START_TEST(words)
{
    ck_assert_str_eq(fab_transfer_part_text(FAB_TERM_SERIALISATION), "serialisation");
    ck_assert_str_eq(fab_transfer_part_text(FAB_TERM_SWITCH), "switch");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_send");
    TCase *tests = tcase_create("send");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, refused, 0, (int)(sizeof(REFUSED) / sizeof(REFUSED[0])));
    tcase_add_test(tests, reached);
    tcase_add_test(tests, default_distance);
    tcase_add_test(tests, out_of_range);
    tcase_add_test(tests, huge_numbers_stay_finite);
    tcase_add_test(tests, out_of_memory);
    tcase_add_test(tests, words);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
