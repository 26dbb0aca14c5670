#include <check.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "run_all.h"
#include "units/pattern.h"
#include "units/unit.h"

static fab_arena *arena;

static void open_arena(void)
{
    arena = fab_arena_create((size_t)64 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    fab_arena_destroy(arena);
}

static bool matches(const char *pattern, const char *text)
{
    regex_t compiled;
    ck_assert_msg(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0, "%s", pattern);
    const bool is_match = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return is_match;
}

static const char *const NUMBERS[] = {
    "5",   "-5",    "+5",   "0",      "-0",    "+0",   "00.0",  "0.5",  "-0.5", "1.5",   "1.50e3",
    "1E3", "1e-3",  "1e",   "1_0",    "1__0",  "_1",   "1_",    ".5",   "5.",   "0_0.0", "0.0_5",
    "1,5", "0x1",   "inf",  "nan",    "1 000", "0e5",  "-0e5",  "--1",  "+-1",  "",      "00012",
    "1.0", "2.000", "-0.0", "0.10e1", "1e+3",  "1.e3", "7.5_5", "7._5",
};

/* units of every dimension, and what is none */
static const char *const UNITS[] = {
    "",           " ",           "k",
    "T",          " B",          " %",
    "%",          "s",           " ns",
    " \xc2\xb5s", " \xce\xbcs",  "min",
    " h",         " m",          " km",
    "cm",         " Mm",         " GB",
    " GiB",       " kbyte",      " Gb",
    " Tbps",      " Tb/s",       " GB/s",
    " Gibit/s",   " pJ/bit",     " pJ/FLOP",
    " nJ/FLOP",   " pJ/b",       " kJ/bit",
    " W",         " mW",         " MW",
    " kWh",       " mWh",        " J",
    " PFLOP/s",   " FLOPS",      " TF",
    " F",         " Tbps/mm",    " Tbit/s/mm",
    " GB/s/cm2",  " Gbps/mm^2",  " Gbps/mm\xc2\xb2",
    " Gbps/km",   " USD",        " kUSD",
    " BUSD",      " USD/Gbps",   " USD/(Gb/s)",
    " USD/Gb/s",  " USD/(Gbps)", " kUSD/(GB/s)",
    " USD/GBps",  "\tns",        "  ns",
    " n s",       " parsec",     " NS",
    " TT",        " KB",         " Kib",
    "ns ",
};

/* the reader is the oracle: what it takes matches, what it refuses does not */
START_TEST(patterns_are_what_is_read)
{
    const fab_dimension dimension = (fab_dimension)_i;
    const char *pattern = fab_quantity_pattern(dimension, FAB_PATTERN_ANY, false, arena);
    size_t taken = 0;
    for (size_t n = 0; n < sizeof NUMBERS / sizeof NUMBERS[0]; n++) {
        for (size_t u = 0; u < sizeof UNITS / sizeof UNITS[0]; u++) {
            char text[64];
            double value;
            const char *message;
            snprintf(text, sizeof text, "%s%s", NUMBERS[n], UNITS[u]);
            const bool is_read =
                fab_quantity_parse(text, dimension, arena, &value, &message) == FAB_OK;
            ck_assert_msg(matches(pattern, text) == is_read, "`%s` is %s but the pattern %s", text,
                          is_read ? "read" : "refused", pattern);
            taken += is_read;
        }
    }
    ck_assert_uint_ge(taken, 20);
}
END_TEST

START_TEST(signs_are_seen)
{
    const fab_dimension dimension = (fab_dimension)_i;
    const char *not_negative =
        fab_quantity_pattern(dimension, FAB_PATTERN_NOT_NEGATIVE, false, arena);
    const char *positive = fab_quantity_pattern(dimension, FAB_PATTERN_POSITIVE, false, arena);
    for (size_t n = 0; n < sizeof NUMBERS / sizeof NUMBERS[0]; n++) {
        for (size_t u = 0; u < sizeof UNITS / sizeof UNITS[0]; u++) {
            char text[64];
            double value;
            const char *message;
            snprintf(text, sizeof text, "%s%s", NUMBERS[n], UNITS[u]);
            const bool is_read =
                fab_quantity_parse(text, dimension, arena, &value, &message) == FAB_OK;
            ck_assert_msg(matches(not_negative, text) == (is_read && value >= 0.0), "`%s`", text);
            ck_assert_msg(matches(positive, text) == (is_read && value > 0.0), "`%s`", text);
        }
    }
}
END_TEST

/* what a pattern of whole numbers may let through must have a suffix or an exponent */
START_TEST(whole_numbers)
{
    const char *any = fab_quantity_pattern(FAB_DIM_COUNT, FAB_PATTERN_ANY, true, arena);
    const char *positive = fab_quantity_pattern(FAB_DIM_COUNT, FAB_PATTERN_POSITIVE, true, arena);
    static const struct {
        const char *text;
        bool any, positive;
    } ROW[] = {
        {"4096", true, true},   {"-3", true, false},    {"0", true, false},
        {"1.0", true, true},    {"1.5", false, false},  {"1.5T", true, true},
        {"13 T", true, true},   {"1.5e3", true, true},  {"16_384", true, true},
        {"13TB", false, false}, {"", false, false},     {"0.5k", true, true},
        {"0.0k", true, false},  {"-1.5k", true, false}, {"1.5 ", false, false},
        {"auto", false, false}, {"5 %", false, false},  {"1.50", false, false},
    };
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        ck_assert_msg(matches(any, ROW[i].text) == ROW[i].any, "`%s`", ROW[i].text);
        ck_assert_msg(matches(positive, ROW[i].text) == ROW[i].positive, "`%s`", ROW[i].text);
    }
}
END_TEST

START_TEST(plain_numbers_need_no_unit)
{
    for (int i = 0; i < (int)FAB_DIM_TOTAL; i++) {
        ck_assert_int_eq(fab_unit_is_optional((fab_dimension)i),
                         i == FAB_DIM_COUNT || i == FAB_DIM_FRACTION);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pattern");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, open_arena, close_arena);
    tcase_add_loop_test(tcase, patterns_are_what_is_read, 0, (int)FAB_DIM_TOTAL);
    tcase_add_loop_test(tcase, signs_are_seen, 0, (int)FAB_DIM_TOTAL);
    tcase_add_test(tcase, whole_numbers);
    tcase_add_test(tcase, plain_numbers_need_no_unit);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}
