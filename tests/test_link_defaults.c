#include <check.h>
#include <math.h>

#include "link/defaults.h"
#include "run_all.h"

#define LIGHT_M_PER_S 299792458.0

/* sqrt of the dielectric constant, or the group index, over the speed of light */
static const struct {
    fab_link_class link_class;
    double want_s_per_m;
} FLIGHT[] = {
    {{.medium = FAB_MEDIUM_FIBRE}, 1.4682 / LIGHT_M_PER_S},
    {{.medium = FAB_MEDIUM_TWINAX}, 1.30384 / LIGHT_M_PER_S},
    {{.medium = FAB_MEDIUM_BOARD}, 6.19e-9},
    {{.medium = FAB_MEDIUM_PACKAGE}, 6.14e-9},
    {{.medium = FAB_MEDIUM_WAVEGUIDE}, 4.2 / LIGHT_M_PER_S},
    {{.medium = FAB_MEDIUM_BOARD, .is_medium_mixed = true}, 6.19e-9},
    {{.medium = FAB_MEDIUM_BOARD, .is_medium_guess = true}, 6.19e-9},
};

START_TEST(flight)
{
    const fab_value got = fab_default_flight_s_per_m(&FLIGHT[_i].link_class);
    ck_assert_double_eq_tol(got.value, FLIGHT[_i].want_s_per_m, 0.01e-9);
}
END_TEST

START_TEST(light_is_not_faster_than_copper)
{
    const fab_link_class fibre = {.medium = FAB_MEDIUM_FIBRE};
    const fab_link_class twinax = {.medium = FAB_MEDIUM_TWINAX};
    ck_assert_double_eq(fab_default_flight_s_per_m(&fibre).value, 4.9e-9);
    ck_assert_double_eq(fab_default_flight_s_per_m(&twinax).value, 4.35e-9);
}
END_TEST

START_TEST(classes)
{
    const fab_link_class nrz = {.code = FAB_CODE_NONE, .is_nrz = true};
    const fab_link_class pam4 = {.code = FAB_CODE_RS544};
    const fab_link_class light = {.code = FAB_CODE_LIGHT};
    const fab_link_class dies = {.code = FAB_CODE_NONE, .is_on_package = true};
    ck_assert_double_eq(fab_default_serdes_s(&nrz).value, 5e-9);
    ck_assert_double_eq(fab_default_serdes_s(&pam4).value, 20e-9);
    ck_assert_double_eq(fab_default_serdes_s(&light).value, 20e-9);
    ck_assert_double_eq(fab_default_serdes_s(&dies).value, 1e-9);
    ck_assert_double_eq(fab_default_decode_s(FAB_CODE_NONE).value, 0);
    ck_assert_double_eq(fab_default_decode_s(FAB_CODE_LIGHT).value, 2e-9);
    ck_assert_double_eq(fab_default_decode_s(FAB_CODE_RS544).low, 30e-9);
    ck_assert_double_eq(fab_default_decode_s(FAB_CODE_RS544).high, 60e-9);
    ck_assert_int_eq(fab_default_block_bits(FAB_CODE_NONE), 0);
    ck_assert_int_eq(fab_default_block_bits(FAB_CODE_LIGHT), 0);
    ck_assert_int_eq(fab_default_block_bits(FAB_CODE_RS544), 544 * 10);
    ck_assert_double_eq(fab_default_dsp_s().value, 10e-9);
    /* 0.9 exp(0.055 x 22 dB) */
    ck_assert_double_eq_tol(fab_default_host_energy_j_per_bit().value, 0.9e-12 * exp(1.21),
                            0.05e-12);
    /* 500 W / 51.2 Tb/s less a quarter to a half */
    ck_assert_double_eq_tol(fab_default_switch_energy_j_per_bit().low, 0.5 * 500 / 51.2e12, 5e-14);
    ck_assert_double_eq_tol(fab_default_switch_energy_j_per_bit().high, 0.75 * 500 / 51.2e12,
                            5e-14);
}
END_TEST

/* every assumption is known, within its range, and says where it comes from */
START_TEST(named)
{
    fab_value all[32];
    size_t count = 0;
    for (size_t i = 0; i < sizeof(FLIGHT) / sizeof(FLIGHT[0]); i++) {
        all[count++] = fab_default_flight_s_per_m(&FLIGHT[i].link_class);
    }
    for (int code = 0; code < FAB_CODE_COUNT; code++) {
        const fab_link_class link_class = {.code = (fab_link_code)code};
        all[count++] = fab_default_decode_s((fab_link_code)code);
        all[count++] = fab_default_serdes_s(&link_class);
    }
    all[count++] = fab_default_lane_rate_bps();
    all[count++] = fab_default_dsp_s();
    all[count++] = fab_default_switch_s();
    all[count++] = fab_default_packet_byte();
    all[count++] = fab_default_header_byte(FAB_CODE_NONE);
    all[count++] = fab_default_header_byte(FAB_CODE_LIGHT);
    all[count++] = fab_default_turnaround_s();
    all[count++] = fab_default_host_energy_j_per_bit();
    all[count++] = fab_default_switch_energy_j_per_bit();
    for (size_t i = 0; i < count; i++) {
        ck_assert(all[i].is_known && all[i].has_confidence);
        ck_assert_ptr_nonnull(all[i].source);
        ck_assert_double_le(all[i].low, all[i].value);
        ck_assert_double_le(all[i].value, all[i].high);
        ck_assert_int_eq(all[i].has_range, all[i].low < all[i].high);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_defaults");
    TCase *tests = tcase_create("defaults");
    tcase_add_loop_test(tests, flight, 0, (int)(sizeof(FLIGHT) / sizeof(FLIGHT[0])));
    tcase_add_test(tests, light_is_not_faster_than_copper);
    tcase_add_test(tests, classes);
    tcase_add_test(tests, named);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
