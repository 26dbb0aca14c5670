#include <check.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define ARENA_BYTE ((size_t)1 << 22)
#define SEEDS      1000

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create(ARENA_BYTE);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_credits credits(const fab_technology *technology, const fab_transfer_options *options)
{
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(technology, options, arena, &out, &message), FAB_OK);
    return out.credits;
}

/* ns: 2 x (distance x flight + SerDes and code) + turn-around of 50; byte: rate x that / 8 */
static const struct {
    fab_technology (*make)(void);
    double distance_m, buffer_byte;
    double round_trip_ns, in_flight_byte, sustained_gbps;
} ROW[] = {
    {link_pcie5, 0.3, 4096, 73.714, 4643.982, 444.52885}, /* 32768 / 73.714 */
    {link_pcie5, 0.3, 65536, 73.714, 4643.982, 504},
    {link_optics, 0.3, 65536, 325.34, 40667.5, 1000},
    {link_optics, 100, 65536, 1302.4, 162800, 402.555282}, /* 524288 / 1302.4 */
    {link_optics, 0, 65536, 322.4, 40300, 1000},
    {link_module, 100, 162800, 1342.4, 167800, 970.202622}, /* 1302400 / 1342.4 */
};

START_TEST(by_hand)
{
    const fab_technology technology = ROW[_i].make();
    fab_transfer_options options = fab_transfer_options_default();
    options.distance_m = known(ROW[_i].distance_m);
    options.buffer_byte = known(ROW[_i].buffer_byte);
    options.hops = 1 + _i % 3;
    const fab_credits got = credits(&technology, &options);
    ck_assert_double_eq_tol(got.round_trip_s.value.value * 1e9, ROW[_i].round_trip_ns, 1e-6);
    ck_assert_double_eq_tol(got.in_flight_byte.value.value, ROW[_i].in_flight_byte, 1e-3);
    ck_assert_double_eq_tol(got.sustained_bps.value.value * 1e-9, ROW[_i].sustained_gbps, 1e-4);
}
END_TEST

START_TEST(no_buffer)
{
    const fab_technology t = link_optics();
    const fab_transfer_options options = fab_transfer_options_default();
    const fab_credits got = credits(&t, &options);
    ck_assert(got.round_trip_s.value.is_known && got.in_flight_byte.value.is_known);
    ck_assert(!got.sustained_bps.value.is_known);
    ck_assert_str_eq(got.sustained_bps.formula, "no buffer given");
}
END_TEST

START_TEST(no_rate)
{
    fab_technology t = link_optics();
    t.rate_bps.is_known = false;
    fab_transfer_options options = fab_transfer_options_default();
    options.buffer_byte = known(65536);
    const fab_credits got = credits(&t, &options);
    ck_assert(got.round_trip_s.value.is_known);
    ck_assert(!got.in_flight_byte.value.is_known);
    ck_assert(!got.sustained_bps.value.is_known);
}
END_TEST

START_TEST(latency_and_turnaround_count)
{
    fab_technology t = link_optics();
    t.latency_s = known(70e-9);
    fab_transfer_options options = fab_transfer_options_default();
    options.distance_m = known(10);
    options.turnaround_s = known(20e-9);
    /* 2 x (49 + 70) + 20 */
    ck_assert_double_eq_tol(credits(&t, &options).round_trip_s.value.value, 258e-9, 1e-17);
    ck_assert_str_eq(credits(&t, &options).round_trip_s.formula, "2 x (49 ns + 70 ns) + 20 ns");
}
END_TEST

/* exactly the bytes in flight sustain the rate; half of them half of it */
START_TEST(in_flight_is_enough)
{
    uint64_t seed = (uint64_t)_i;
    fab_technology t = link_optics();
    t.rate_bps = known(seeded_between(&seed, 1e9, 1e13));
    fab_transfer_options options = fab_transfer_options_default();
    options.distance_m = known(seeded_between(&seed, 0, 1000));
    const double need_byte = credits(&t, &options).in_flight_byte.value.value;
    options.buffer_byte = known(need_byte);
    const double rate_bps = t.rate_bps.value;
    ck_assert_double_eq_tol(credits(&t, &options).sustained_bps.value.value, rate_bps,
                            1e-12 * rate_bps);
    options.buffer_byte = known(need_byte / 2);
    const fab_value half = credits(&t, &options).sustained_bps.value;
    ck_assert_double_eq_tol(half.value, rate_bps / 2, 1e-12 * rate_bps);
    ck_assert_double_le(half.low, half.value);
    ck_assert_double_le(half.value, half.high);
    ck_assert_double_le(half.high, rate_bps);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_credits");
    TCase *tests = tcase_create("credits");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, by_hand, 0, (int)(sizeof(ROW) / sizeof(ROW[0])));
    tcase_add_test(tests, no_buffer);
    tcase_add_test(tests, no_rate);
    tcase_add_test(tests, latency_and_turnaround_count);
    tcase_add_loop_test(tests, in_flight_is_enough, 0, SEEDS);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
