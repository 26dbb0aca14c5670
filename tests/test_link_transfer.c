#include <check.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

/* Time and energy of the parts (transfer_time.c, transfer_energy.c), by hand. */

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

static fab_transfer send(const fab_technology *technology, const fab_transfer_options *options)
{
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(technology, options, arena, &out, &message), FAB_OK);
    ck_assert_ptr_null(message);
    return out;
}

static fab_transfer_options over(double distance_m)
{
    fab_transfer_options options = fab_transfer_options_default();
    options.distance_m = known(distance_m);
    return options;
}

/* 1 KiB = 8192 bit over 0.3 m, in ns and pJ:
 *   PCI Express 5.0 x16: 8192 / 504; 2 x 5; no code; 0.3 x 6.19; 8192 x 5.5; four packets of 256
 * byte with 24 byte around each are 768 bit: 768 / 504, 768 x 5.5 optics of 1 Tb/s: 8192 / 1000; 2
 * x 20; 5440 / 106.25 + 45; 0.3 x 4.9; 8192 x 4.3 the same through modules: and 2 x 10; 8192
 * x 18.75, hosts 8192 x 3 */
static const struct {
    fab_technology (*make)(void);
    double ns[FAB_TERM_COUNT], total_ns;
    double pj[FAB_TERM_COUNT], total_pj;
} ROW[] = {
    {link_pcie5,
     {16.253968253968, 10, 0, 0, 0, 1.857, 0, 1.523809523810},
     29.634777777778,
     {0, 0, 0, 0, 45056, 0, 0, 4224},
     49280},
    {link_optics, {8.192, 40, 96.2, 0, 0, 1.47, 0}, 145.862, {0, 0, 0, 0, 35225.6, 0, 0}, 35225.6},
    {link_module,
     {8.192, 40, 96.2, 20, 0, 1.47, 0},
     165.862,
     {0, 24576, 0, 0, 153600, 0, 0},
     178176},
};

START_TEST(one_kibibyte)
{
    const fab_technology technology = ROW[_i].make();
    const fab_transfer_options options = over(0.3);
    const fab_transfer got = send(&technology, &options);
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        const fab_transfer_term *term = &got.terms[part];
        ck_assert(term->time_s.value.is_known && term->energy_j.value.is_known);
        ck_assert_double_eq_tol(term->time_s.value.value * 1e9, ROW[_i].ns[part], 1e-9);
        ck_assert_double_eq_tol(term->energy_j.value.value * 1e12, ROW[_i].pj[part], 1e-6);
        ck_assert_ptr_nonnull(term->time_s.formula);
        ck_assert_ptr_nonnull(term->energy_j.formula);
    }
    ck_assert_double_eq_tol(got.time_s.value * 1e9, ROW[_i].total_ns, 1e-9);
    ck_assert_double_eq_tol(got.energy_j.value * 1e12, ROW[_i].total_pj, 1e-6);
}
END_TEST

/* credits of the same two hops: PCI Express 2 (1.857 + 10) + 50 ns; optics 2 (1.47 + 136.2) + 50
 * ns; two hops add one switch of 250 ns and 6 pJ/bit */
START_TEST(one_kibibyte_credits)
{
    static const struct {
        fab_technology (*make)(void);
        double round_trip_ns, rate_bps;
    } CREDITS[] = {{link_pcie5, 73.714, 504e9}, {link_optics, 325.34, 1e12}};
    for (size_t i = 0; i < sizeof(CREDITS) / sizeof(CREDITS[0]); i++) {
        const fab_technology technology = CREDITS[i].make();
        fab_transfer_options options = over(0.3);
        const fab_transfer one = send(&technology, &options);
        const double want_byte = CREDITS[i].round_trip_ns * 1e-9 * CREDITS[i].rate_bps / 8.0;
        ck_assert_double_eq_tol(one.credits.round_trip_s.value.value * 1e9,
                                CREDITS[i].round_trip_ns, 1e-9);
        ck_assert_double_eq_tol(one.credits.in_flight_byte.value.value, want_byte, 1e-6);
        options.hops = 2;
        const fab_transfer two = send(&technology, &options);
        ck_assert_double_eq_tol(two.terms[FAB_TERM_SWITCH].time_s.value.value, 250e-9, 1e-18);
        ck_assert_double_eq_tol(two.terms[FAB_TERM_SWITCH].energy_j.value.value, 49152e-12, 1e-18);
        ck_assert_double_eq(two.terms[FAB_TERM_HEADERS].time_s.value.value,
                            one.terms[FAB_TERM_HEADERS].time_s.value.value);
        ck_assert_double_eq_tol(two.terms[FAB_TERM_HEADERS].energy_j.value.value,
                                2 * one.terms[FAB_TERM_HEADERS].energy_j.value.value, 1e-20);
    }
}
END_TEST

/* 1,025 byte are five packets of 256; given 512 and 30 three of 30; of PCI Express 6 with 16 each
 */
START_TEST(headers)
{
    fab_technology t = link_pcie5();
    fab_transfer_options options = over(0.3);
    options.size_byte = 1025;
    fab_transfer got = send(&t, &options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_HEADERS].time_s.value.value, 960 / 504e9, 1e-20);
    ck_assert_str_eq(got.terms[FAB_TERM_HEADERS].time_s.formula, "5 packets x 24 B / 504 Gb/s");
    /* low: 3 packets of 512 and 20 byte; high: 9 of 128 and 28 */
    ck_assert_double_eq_tol(got.terms[FAB_TERM_HEADERS].time_s.value.low, 480 / 504e9, 1e-20);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_HEADERS].time_s.value.high, 2016 / 504e9, 1e-20);
    t.title = "PCI Express 6.0 x16";
    t.line_code = "PAM4";
    got = send(&t, &options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_HEADERS].time_s.value.value, 640 / 504e9, 1e-20);

    /* a link without known packets has some when a header is given */
    t = link_optics();
    options.packet_byte = known(512);
    got = send(&t, &options);
    ck_assert_double_eq(got.terms[FAB_TERM_HEADERS].time_s.value.value, 0);
    options.header_byte = known(30);
    got = send(&t, &options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_HEADERS].time_s.value.value, 720 / 1e12, 1e-20);
    options.size_byte = 0;
    got = send(&t, &options);
    ck_assert_double_eq(got.terms[FAB_TERM_HEADERS].time_s.value.value, 0);
}
END_TEST

START_TEST(three_hops)
{
    const fab_technology technology = link_optics();
    fab_transfer_options options = over(10);
    options.hops = 3;
    const fab_transfer got = send(&technology, &options);
    /* serialisation once, each hop its latency and 10 m, two switches of 250 ns and 6 pJ/bit */
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SERIALISATION].time_s.value.value, 8.192e-9, 1e-18);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SERDES].time_s.value.value, 120e-9, 1e-18);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FEC].time_s.value.value, 288.6e-9, 1e-17);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_PROPAGATION].time_s.value.value, 147e-9, 1e-17);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SWITCH].time_s.value.value, 500e-9, 1e-17);
    ck_assert_double_eq_tol(got.time_s.value, 1063.792e-9, 1e-16);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_LINK].energy_j.value.value, 105676.8e-12, 1e-18);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SWITCH].energy_j.value.value, 98304e-12, 1e-18);
    ck_assert_str_eq(got.terms[FAB_TERM_FEC].time_s.formula,
                     "(5440 bit x 1 / 106.25 Gb/s + decode 45 ns) x hops");
    ck_assert_str_eq(got.terms[FAB_TERM_SERIALISATION].time_s.formula, "8192 bit / 1 Tb/s");
}
END_TEST

START_TEST(light_code)
{
    fab_technology t = link_pcie5();
    t.title = "PCI Express 6.0 x16";
    t.line_code = "PAM4";
    const fab_transfer_options options = over(0.3);
    const fab_transfer got = send(&t, &options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FEC].time_s.value.value, 2e-9, 1e-20);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SERDES].time_s.value.value, 40e-9, 1e-18);
}
END_TEST

/* a latency that somebody states replaces the parts; one that is an estimate does not */
START_TEST(published_latency)
{
    fab_technology t = link_module();
    t.latency_s = known(70e-9);
    const fab_transfer_options options = over(0.3);
    fab_transfer got = send(&t, &options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_LINK].time_s.value.value, 70e-9, 1e-20);
    ck_assert_double_eq(got.terms[FAB_TERM_FEC].time_s.value.value, 0);
    ck_assert(got.terms[FAB_TERM_SERDES].is_time_in_link);
    ck_assert(got.terms[FAB_TERM_DSP].is_time_in_link);
    ck_assert_double_eq_tol(got.time_s.value, 79.662e-9, 1e-18);

    fab_transfer_options given = options;
    given.fec_s = known(100e-9);
    got = send(&t, &given);
    ck_assert_double_eq(got.terms[FAB_TERM_LINK].time_s.value.value, 0);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FEC].time_s.value.value, 100e-9, 1e-20);

    t.latency_s.confidence = FAB_CONFIDENCE_ESTIMATE;
    t.latency_s.has_confidence = true;
    got = send(&t, &options);
    ck_assert_double_eq(got.terms[FAB_TERM_LINK].time_s.value.value, 0);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FEC].time_s.value.value, 96.2e-9, 1e-18);
    ck_assert(!got.terms[FAB_TERM_SERDES].is_time_in_link);
}
END_TEST

START_TEST(overrides)
{
    const fab_technology t = link_module();
    fab_transfer_options options = over(0.3);
    options.hops = 2;
    options.rate_bps = known(2e12);
    options.serdes_s = known(1e-9);
    options.dsp_s = known(3e-9);
    options.switch_s = known(100e-9);
    options.interleave = 2;
    options.energy_j_per_bit = known(10e-12);
    options.host_energy_j_per_bit = known(1e-12);
    options.switch_energy_j_per_bit = known(2e-12);
    const fab_transfer got = send(&t, &options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SERIALISATION].time_s.value.value, 4.096e-9, 1e-20);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SERDES].time_s.value.value, 4e-9, 1e-20);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FEC].time_s.value.value, 294.8e-9, 1e-17);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_DSP].time_s.value.value, 12e-9, 1e-20);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SWITCH].time_s.value.value, 100e-9, 1e-20);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_LINK].energy_j.value.value, 163840e-12, 1e-18);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SERDES].energy_j.value.value, 16384e-12, 1e-18);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_SWITCH].energy_j.value.value, 16384e-12, 1e-18);
}
END_TEST

/* an energy for the whole link takes the hosts in; parts inside it are told apart from zero */
START_TEST(hosts)
{
    const fab_technology t = link_module();
    fab_transfer_options options = over(0.3);
    fab_transfer got = send(&t, &options);
    ck_assert(!got.terms[FAB_TERM_SERDES].is_energy_in_link);
    ck_assert(got.terms[FAB_TERM_DSP].is_energy_in_link);
    options.energy_j_per_bit = known(20e-12);
    got = send(&t, &options);
    ck_assert(got.terms[FAB_TERM_SERDES].is_energy_in_link);
    ck_assert_double_eq_tol(got.energy_j.value, 163840e-12, 1e-18);
}
END_TEST

START_TEST(unpublished)
{
    fab_technology t = link_optics();
    t.rate_bps.is_known = false;
    t.lane_rate_bps.is_known = false;
    t.energy_j_per_bit.is_known = false;
    const fab_transfer_options options = over(0.3);
    const fab_transfer got = send(&t, &options);
    ck_assert(!got.rate_bps.is_known);
    ck_assert(!got.terms[FAB_TERM_SERIALISATION].time_s.value.is_known);
    ck_assert(!got.time_s.is_known);
    ck_assert(!got.energy_j.is_known);
    ck_assert_str_eq(got.terms[FAB_TERM_SERIALISATION].time_s.formula, "8192 bit / not published");
    /* the block is timed by the lane of the class, whose range widens its own */
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FEC].time_s.value.value, 96.2e-9, 1e-18);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FEC].time_s.value.high, 162.4e-9, 1e-18);
}
END_TEST

START_TEST(monotone)
{
    uint64_t seed = (uint64_t)_i;
    fab_technology t = _i % 2 ? link_optics() : link_module();
    t.rate_bps = known(seeded_between(&seed, 1e9, 1e13));
    fab_transfer_options options = over(seeded_between(&seed, 0, 400));
    options.size_byte = seeded_between(&seed, 0, 1e9);
    options.hops = seeded_integer(&seed, 1, 9);
    const fab_transfer first = send(&t, &options);
    double sum_s = 0;
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        sum_s += first.terms[part].time_s.value.value;
    }
    ck_assert_double_eq_tol(first.time_s.value, sum_s, 1e-12 * sum_s);
    ck_assert_double_le(first.time_s.low, first.time_s.value);
    ck_assert_double_le(first.time_s.value, first.time_s.high);

    fab_transfer_options farther = options;
    farther.distance_m.value = farther.distance_m.low = farther.distance_m.high *= 2;
    const fab_transfer second = send(&t, &farther);
    ck_assert_double_ge(second.time_s.value, first.time_s.value);
    ck_assert_double_ge(second.credits.in_flight_byte.value.value,
                        first.credits.in_flight_byte.value.value);
    ck_assert_double_eq(second.energy_j.value, first.energy_j.value);

    fab_transfer_options longer = options;
    longer.hops++;
    const fab_transfer third = send(&t, &longer);
    ck_assert_double_gt(third.time_s.value, first.time_s.value);
    /* credits are a matter of one hop */
    ck_assert_double_eq(third.credits.round_trip_s.value.value,
                        first.credits.round_trip_s.value.value);

    t.rate_bps = known(t.rate_bps.value * 2);
    ck_assert_double_le(send(&t, &options).time_s.value, first.time_s.value);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_transfer");
    TCase *tests = tcase_create("transfer");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, one_kibibyte, 0, (int)(sizeof(ROW) / sizeof(ROW[0])));
    tcase_add_test(tests, one_kibibyte_credits);
    tcase_add_test(tests, headers);
    tcase_add_test(tests, three_hops);
    tcase_add_test(tests, light_code);
    tcase_add_test(tests, published_latency);
    tcase_add_test(tests, overrides);
    tcase_add_test(tests, hosts);
    tcase_add_test(tests, unpublished);
    tcase_add_loop_test(tests, monotone, 0, SEEDS);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
