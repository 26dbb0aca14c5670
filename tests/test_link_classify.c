#include <check.h>

#include "link_fixture.h"
#include "run_all.h"

/* words of rows as they are written */
static const struct {
    const char *medium;
    fab_medium want;
    bool is_mixed, is_guess;
} MEDIUM[] = {
    {"single-mode fibre", FAB_MEDIUM_FIBRE, false, false},
    {"parallel single-mode fibre", FAB_MEDIUM_FIBRE, false, false},
    {"SMF DWDM 16 lambda, MRM", FAB_MEDIUM_FIBRE, false, false},
    {"3D CPO, MRM, DWDM", FAB_MEDIUM_FIBRE, false, false},
    {"GaN microLED, multicore imaging fibre", FAB_MEDIUM_FIBRE, false, false},
    {"SMF WDM, GeSi EAM, 2.5D interposer under die", FAB_MEDIUM_FIBRE, false, false},
    {"twinax copper", FAB_MEDIUM_TWINAX, false, false},
    {"twinax 30-32 AWG + retimers", FAB_MEDIUM_TWINAX, false, false},
    {"printed circuit board copper", FAB_MEDIUM_BOARD, false, false},
    {"PCB copper", FAB_MEDIUM_BOARD, false, false},
    {"PCB/cable copper", FAB_MEDIUM_BOARD, true, false},
    {"PCB/cable copper (optical-aware retimer ECN exists)", FAB_MEDIUM_BOARD, true, false},
    {"printed circuit board copper and twinax cartridge", FAB_MEDIUM_BOARD, true, false},
    {"twinax blind-mate backplane", FAB_MEDIUM_TWINAX, false, false},
    {"organic package copper", FAB_MEDIUM_PACKAGE, false, false},
    {"interposer / bridge copper", FAB_MEDIUM_PACKAGE, false, false},
    {"die stack", FAB_MEDIUM_PACKAGE, false, false},
    {"on-chip Si waveguides, rings", FAB_MEDIUM_WAVEGUIDE, false, false},
    {"copper", FAB_MEDIUM_BOARD, false, false},
    {"pigeons", FAB_MEDIUM_BOARD, false, true},
    {"", FAB_MEDIUM_BOARD, false, true},
    {NULL, FAB_MEDIUM_BOARD, false, true},
};

START_TEST(medium)
{
    fab_technology t = link_optics();
    t.medium = MEDIUM[_i].medium;
    const fab_link_class got = fab_link_classify(&t);
    ck_assert_int_eq(got.medium, MEDIUM[_i].want);
    ck_assert_int_eq(got.is_medium_mixed, MEDIUM[_i].is_mixed);
    ck_assert_int_eq(got.is_medium_guess, MEDIUM[_i].is_guess);
}
END_TEST

static const struct {
    const char *title, *line_code;
    double lane_rate_bps; /* 0: not published */
    fab_link_code want;
    bool is_guess;
} CODE[] = {
    {"a link", "NRZ", 32e9, FAB_CODE_NONE, false},
    {"a link", "NRZ", 0, FAB_CODE_NONE, false},
    {"a link", "OOK", 10e9, FAB_CODE_NONE, false},
    {"a link", "PAM4", 112e9, FAB_CODE_RS544, false},
    {"a link", "NRZ/PAM4", 0, FAB_CODE_RS544, false},
    {"PCI Express 5.0 x16", "NRZ", 32e9, FAB_CODE_NONE, false},
    {"PCI Express 6.0 x16", "PAM4", 64e9, FAB_CODE_LIGHT, false},
    {"a link", "PAM4 with flits", 64e9, FAB_CODE_LIGHT, false},
    {"a link", NULL, 64e9, FAB_CODE_NONE, true},
    {"a link", NULL, 100e9, FAB_CODE_RS544, true},
    {"a link", NULL, 0, FAB_CODE_RS544, true},
    {NULL, NULL, 0, FAB_CODE_RS544, true},
};

/* the overhead decides before the line code does */
static const struct {
    const char *line_code, *overhead;
    fab_link_code want;
    bool is_nrz, is_guess;
} OVERHEAD[] = {
    {"NRZ", "128b/130b (1.54%), no FEC", FAB_CODE_NONE, true, false},
    {"PAM4", "RS(544,514) of the host", FAB_CODE_RS544, false, false},
    {"NRZ", "RS(544,514) 5.8%", FAB_CODE_RS544, true, false},
    {"PAM4", "1b/1b FLIT as Gen6", FAB_CODE_LIGHT, false, false},
    {"PAM4", "none needed", FAB_CODE_NONE, false, false},
    {"PAM4", "proprietary FEC", FAB_CODE_RS544, false, false},
    {"NRZ", "CRC/retry", FAB_CODE_NONE, true, false},
    {NULL, "RS(544,514)", FAB_CODE_RS544, false, false},
    {NULL, "not stated", FAB_CODE_RS544, false, true},
};

START_TEST(overhead)
{
    fab_technology t = link_optics();
    t.line_code = OVERHEAD[_i].line_code;
    t.overhead = OVERHEAD[_i].overhead;
    const fab_link_class got = fab_link_classify(&t);
    ck_assert_int_eq(got.code, OVERHEAD[_i].want);
    ck_assert_int_eq(got.is_nrz, OVERHEAD[_i].is_nrz);
    ck_assert_int_eq(got.is_code_guess, OVERHEAD[_i].is_guess);
}
END_TEST

START_TEST(code)
{
    fab_technology t = link_optics();
    t.title = CODE[_i].title;
    t.line_code = CODE[_i].line_code;
    t.lane_rate_bps = CODE[_i].lane_rate_bps > 0.0 ? known(CODE[_i].lane_rate_bps)
                                                   : (fab_value){.is_known = false};
    const fab_link_class got = fab_link_classify(&t);
    ck_assert_int_eq(got.code, CODE[_i].want);
    ck_assert_int_eq(got.is_code_guess, CODE[_i].is_guess);
}
END_TEST

static const struct {
    const char *title;
    int64_t want;
} DSP[] = {
    {"800G DR8 pluggable module with DSP (100G per lane)", 2},
    {"Active electrical cable (retimed DSP both ends), 800G", 2},
    {"800G LRO (half-retimed, TX DSP only)", 1},
    {"800G LPO DR8 (linear)", 0},
    {"Linear pluggable optics without DSP", 0},
    {"TeraPHY UCIe optical retimer", 0},
    {NULL, 0},
};

START_TEST(dsp)
{
    fab_technology t = link_optics();
    t.title = DSP[_i].title;
    ck_assert_int_eq(fab_link_classify(&t).dsp_ends, DSP[_i].want);
}
END_TEST

static const struct {
    const char *scope;
    bool want;
} HOST[] = {
    {"one full module at 0.8 Tbps; host SerDes excluded", true},
    {"module only", true},
    {"engine", true},
    {"ends of the cable only", true},
    {"goal for the link; gearbox and host interface excluded", true},
    {"whole link", false},
    {"whole link with host SerDes", false},
    {"PIC, EIC, laser and SerDes", false},
    {"SerDes of the long-reach class", false},
    {NULL, false},
};

START_TEST(host)
{
    fab_technology t = link_optics();
    t.energy_scope = HOST[_i].scope;
    ck_assert_int_eq(fab_link_classify(&t).lacks_host, HOST[_i].want);
}
END_TEST

static const struct {
    int role;
    bool carries_data, is_on_package;
} ROLE[] = {
    {FAB_ROLE_LINK, true, false},      {FAB_ROLE_SERDES, true, false},
    {FAB_ROLE_DIE_TO_DIE, true, true}, {FAB_ROLE_ON_CHIP, true, false},
    {FAB_ROLE_SWITCH, false, false},   {FAB_ROLE_OCS, false, false},
};

START_TEST(role)
{
    fab_technology t = link_optics();
    t.role = ROLE[_i].role;
    ck_assert_int_eq(fab_link_classify(&t).carries_data, ROLE[_i].carries_data);
    ck_assert_int_eq(fab_link_classify(&t).is_on_package, ROLE[_i].is_on_package);
}
END_TEST

START_TEST(words)
{
    ck_assert_str_eq(fab_medium_text(FAB_MEDIUM_FIBRE), "fibre");
    ck_assert_str_eq(fab_medium_text(FAB_MEDIUM_WAVEGUIDE), "waveguide");
    ck_assert_str_eq(fab_link_code_text(FAB_CODE_RS544), "RS(544,514)");
    ck_assert_str_eq(fab_link_code_text(FAB_CODE_NONE), "none");
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof(table)[0]))

int main(void)
{
    Suite *suite = suite_create("link_classify");
    TCase *tests = tcase_create("classify");
    tcase_add_loop_test(tests, medium, 0, ROWS(MEDIUM));
    tcase_add_loop_test(tests, code, 0, ROWS(CODE));
    tcase_add_loop_test(tests, overhead, 0, ROWS(OVERHEAD));
    tcase_add_loop_test(tests, dsp, 0, ROWS(DSP));
    tcase_add_loop_test(tests, host, 0, ROWS(HOST));
    tcase_add_loop_test(tests, role, 0, ROWS(ROLE));
    tcase_add_test(tests, words);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
