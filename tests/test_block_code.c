#include <check.h>

#include <fabricast/channel.h>

#include "link_fixture.h"
#include "run_all.h"

static const struct {
    const char *overhead;
    double want_frac; /* 0: none is named */
} ROW[] = {
    {"128b/130b (1.54%), no FEC", 128.0 / 130.0}, /* PCI Express 3 to 5 */
    {"line code 64b/66b", 64.0 / 66.0},
    {"1b/1b FLIT 256B: 242B usable", 1.0},
    {"8b/10b", 0.8},
    {"RS(544,514) 5.8%", 0.0},
    {"none", 0.0},
    {"", 0.0},
    {NULL, 0.0},
    {"130b/128b", 0.0}, /* more data than line */
    {"0b/10b", 0.0},
    {"5b/", 0.0},
    {"5b/6", 0.0},
    {"12 of 3b/-4b", 0.0},
    {"99999999999999999999b/99999999999999999999b", 0.0},
};

START_TEST(shares)
{
    fab_technology link = link_pcie5();
    link.overhead = ROW[_i].overhead;
    const fab_value got = fab_link_block_code_frac(&link);
    ck_assert_int_eq(got.is_known, ROW[_i].want_frac > 0.0);
    if (got.is_known) {
        ck_assert_double_eq(got.value, ROW[_i].want_frac);
        ck_assert_str_eq(got.source, link.source);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("block_code");
    TCase *cases = tcase_create("block_code");
    tcase_add_loop_test(cases, shares, 0, (int)(sizeof ROW / sizeof ROW[0]));
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
