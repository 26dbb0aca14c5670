#include <check.h>
#include <string.h>

#include "link_fixture.h"
#include "run_all.h"

/* What the ends of a transfer add. */

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 20);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_transfer_end end_of(const char *name)
{
    for (size_t i = 0; i < fab_transfer_end_count(); i++) {
        if (strcmp(fab_transfer_end_at(i).name, name) == 0) {
            return fab_transfer_end_at(i);
        }
    }
    ck_abort_msg("no end %s", name);
}

static fab_transfer send(const fab_transfer_options *options)
{
    const fab_technology technology = link_pcie5();
    fab_transfer out;
    const char *message;
    ck_assert_int_eq(fab_transfer_send(&technology, options, arena, &out, &message), FAB_OK);
    return out;
}

/* every end says where its numbers come from; 478.8 and 263 clocks at 1.755 GHz, 586 - 150 - 10
 * ns, 79 clocks of 0.4167 ns */
START_TEST(sources)
{
    for (size_t i = 0; i < fab_transfer_end_count(); i++) {
        const fab_transfer_end end = fab_transfer_end_at(i);
        ck_assert(end.name && end.what && end.access_s.is_known && end.access_s.source);
        ck_assert_ptr_null(strstr(end.access_s.source, "recalled"));
        ck_assert_double_le(end.access_s.low, end.access_s.value);
        ck_assert_double_le(end.access_s.value, end.access_s.high);
        ck_assert(!end.energy_j_per_bit.is_known || end.energy_j_per_bit.source);
    }
    ck_assert_double_eq_tol(end_of("gpu").access_s.value, 478.8 / 1.755e9, 0.5e-9);
    ck_assert_double_eq_tol(end_of("gpu").access_s.low, 263.0 / 1.755e9, 0.5e-9);
    ck_assert_double_eq_tol(end_of("cpu").access_s.value, 586e-9 - 150e-9 - 10e-9, 1e-18);
    ck_assert_double_eq_tol(end_of("memory").access_s.value, 79 / 2.4e9, 0.5e-9);
    ck_assert(!end_of("cpu").energy_j_per_bit.is_known);
    ck_assert_double_eq(end_of("switch").access_s.value, 0);
}
END_TEST

/* 1 KiB over PCI Express 5.0 x16 from GPU to host: 29.63 + 273 + 426 ns; 49,280 + 8192 x 3.92 pJ
 * and a host's energy that nobody publishes */
START_TEST(by_hand)
{
    const fab_transfer_end gpu = end_of("gpu");
    const fab_transfer_end cpu = end_of("cpu");
    fab_transfer_options options = fab_transfer_options_default();
    const fab_transfer plain = send(&options);
    ck_assert_ptr_null(plain.from);
    ck_assert_double_eq(plain.terms[FAB_TERM_FROM].time_s.value.value, 0);
    ck_assert_double_eq(plain.terms[FAB_TERM_TO].energy_j.value.value, 0);
    options.from = &gpu;
    options.to = &cpu;
    const fab_transfer got = send(&options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FROM].time_s.value.value, 273e-9, 1e-18);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_TO].time_s.value.value, 426e-9, 1e-18);
    ck_assert_double_eq_tol(got.time_s.value * 1e9, 728.634777777778, 1e-9);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FROM].energy_j.value.value, 32112.64e-12, 1e-18);
    ck_assert(!got.terms[FAB_TERM_TO].energy_j.value.is_known);
    ck_assert(!got.energy_j.is_known);
    ck_assert_str_eq(got.from->name, "gpu");
    /* credits are of the link alone */
    ck_assert_double_eq(got.credits.round_trip_s.value.value,
                        plain.credits.round_trip_s.value.value);

    options.to_energy_j_per_bit = known(10e-12);
    options.to_s = known(100e-9);
    const fab_transfer given = send(&options);
    ck_assert_double_eq_tol(given.energy_j.value * 1e12, 49280 + 32112.64 + 81920, 1e-6);
    ck_assert_double_eq_tol(given.time_s.value * 1e9, 402.634777777778, 1e-9);
}
END_TEST

/* a number for an end that has no name counts too */
START_TEST(nameless)
{
    fab_transfer_options options = fab_transfer_options_default();
    options.from_s = known(50e-9);
    options.from_energy_j_per_bit = known(1e-12);
    const fab_transfer got = send(&options);
    ck_assert_double_eq_tol(got.terms[FAB_TERM_FROM].time_s.value.value, 50e-9, 1e-20);
    ck_assert_double_eq_tol(got.energy_j.value * 1e12, 49280 + 8192, 1e-6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ends");
    TCase *cases = tcase_create("ends");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, sources);
    tcase_add_test(cases, by_hand);
    tcase_add_test(cases, nameless);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
