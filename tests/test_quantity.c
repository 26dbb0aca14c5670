#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/units.h>

#include "run_all.h"
#include "seeded.h"

/* What each text is worth, in the dimension's SI unit. The C compiler rounds the constants to the
 * nearest double, so that the same number must come out. */
static const struct {
    const char *text;
    fab_dimension dimension;
    double value;
} GOOD[] = {
    /* plain numbers */
    {"0", FAB_DIM_COUNT, 0},
    {"-0", FAB_DIM_COUNT, 0},
    {"007", FAB_DIM_COUNT, 7},
    {"4096", FAB_DIM_COUNT, 4096},
    {"32_768", FAB_DIM_COUNT, 32768},
    {"1_000_000", FAB_DIM_COUNT, 1e6},
    {"2k", FAB_DIM_COUNT, 2e3},
    {"2K", FAB_DIM_COUNT, 2e3},
    {"405B", FAB_DIM_COUNT, 405e9},
    {"405 G", FAB_DIM_COUNT, 405e9},
    {"4.7T", FAB_DIM_COUNT, 4.7e12},
    {"13 T", FAB_DIM_COUNT, 13e12},
    {"1.5P", FAB_DIM_COUNT, 1.5e15},
    {"-3", FAB_DIM_COUNT, -3},
    {"+3", FAB_DIM_COUNT, 3},
    {"1e3", FAB_DIM_COUNT, 1e3},
    {"1E-12", FAB_DIM_COUNT, 1e-12},
    {"2.5e+3k", FAB_DIM_COUNT, 2.5e6},
    {"0.1", FAB_DIM_COUNT, 0.1},
    {"3.141592653589793238462643383279", FAB_DIM_COUNT, 3.141592653589793238462643383279},
    {"9007199254740993", FAB_DIM_COUNT, 9007199254740993.0},
    {"1e308", FAB_DIM_COUNT, 1e308},
    {"2.2250738585072014e-308", FAB_DIM_COUNT, 2.2250738585072014e-308},
    {"0e999999999999999999999", FAB_DIM_COUNT, 0},
    {"0.000000000000000000000000000000000000000000000000000000000000000000000000001e75",
     FAB_DIM_COUNT, 1},
    /* fractions */
    {"0.5", FAB_DIM_FRACTION, 0.5},
    {"50 %", FAB_DIM_FRACTION, 0.5},
    {"50%", FAB_DIM_FRACTION, 0.5},
    {"0.7%", FAB_DIM_FRACTION, 0.007},
    {"1", FAB_DIM_FRACTION, 1},
    /* times */
    {"250 ns", FAB_DIM_TIME, 250e-9},
    {"250ns", FAB_DIM_TIME, 250e-9},
    {"250\tns", FAB_DIM_TIME, 250e-9},
    {"3 fs", FAB_DIM_TIME, 3e-15},
    {"3.3 ps", FAB_DIM_TIME, 3.3e-12},
    {"1.7us", FAB_DIM_TIME, 1.7e-6},
    {"1.7 \xc2\xb5s", FAB_DIM_TIME, 1.7e-6},
    {"1.7 \xce\xbcs", FAB_DIM_TIME, 1.7e-6},
    {"5 ms", FAB_DIM_TIME, 5e-3},
    {"5 s", FAB_DIM_TIME, 5},
    {"90 min", FAB_DIM_TIME, 5400},
    {"1.5 h", FAB_DIM_TIME, 5400},
    {"30 d", FAB_DIM_TIME, 2592000},
    /* lengths */
    {"1.5 m", FAB_DIM_LENGTH, 1.5},
    {"50 um", FAB_DIM_LENGTH, 50e-6},
    {"1550 nm", FAB_DIM_LENGTH, 1550e-9},
    {"26 mm", FAB_DIM_LENGTH, 26e-3},
    {"12 cm", FAB_DIM_LENGTH, 0.12},
    {"2 km", FAB_DIM_LENGTH, 2e3},
    /* sizes */
    {"1 TB", FAB_DIM_SIZE, 1e12},
    {"192 GiB", FAB_DIM_SIZE, 206158430208.0},
    {"1 KiB", FAB_DIM_SIZE, 1024},
    {"3 MiB", FAB_DIM_SIZE, 3145728},
    {"1.5TiB", FAB_DIM_SIZE, 1649267441664.0},
    {"1 PiB", FAB_DIM_SIZE, 1125899906842624.0},
    {"80 kB", FAB_DIM_SIZE, 80e3},
    {"80 KB", FAB_DIM_SIZE, 80e3},
    {"64 MB", FAB_DIM_SIZE, 64e6},
    {"8 byte", FAB_DIM_SIZE, 8},
    {"8 B", FAB_DIM_SIZE, 8},
    {"2 PB", FAB_DIM_SIZE, 2e15},
    {"1 EB", FAB_DIM_SIZE, 1e18},
    /* bandwidths */
    {"32 Tbps", FAB_DIM_RATE, 32e12},
    {"32 Tb/s", FAB_DIM_RATE, 32e12},
    {"32 Tbit/s", FAB_DIM_RATE, 32e12},
    {"14.4 Tbps", FAB_DIM_RATE, 14.4e12},
    {"450 GB/s", FAB_DIM_RATE, 3.6e12},
    {"450 GBps", FAB_DIM_RATE, 3.6e12},
    {"1 GiB/s", FAB_DIM_RATE, 8589934592.0},
    {"56 kbps", FAB_DIM_RATE, 56e3},
    {"112 Gbps", FAB_DIM_RATE, 112e9},
    {"8 TB/s", FAB_DIM_MEMORY_RATE, 8e12},
    {"3.35 TB/s", FAB_DIM_MEMORY_RATE, 3.35e12},
    /* energies and powers */
    {"4.3 pJ/bit", FAB_DIM_ENERGY_PER_BIT, 4.3e-12},
    {"4.3 pJ/b", FAB_DIM_ENERGY_PER_BIT, 4.3e-12},
    {"4.3pJ/bit", FAB_DIM_ENERGY_PER_BIT, 4.3e-12},
    {"0.8 pJ/FLOP", FAB_DIM_ENERGY_PER_FLOP, 0.8e-12},
    {"750 fJ/bit", FAB_DIM_ENERGY_PER_BIT, 750e-15},
    {"0.02 nJ/bit", FAB_DIM_ENERGY_PER_BIT, 0.02e-9},
    {"700 W", FAB_DIM_POWER, 700},
    {"1.54 kW", FAB_DIM_POWER, 1.54e3},
    {"120 MW", FAB_DIM_POWER, 120e6},
    {"5 mW", FAB_DIM_POWER, 5e-3},
    {"3 kWh", FAB_DIM_ENERGY, 10.8e6},
    {"1 MWh", FAB_DIM_ENERGY, 3.6e9},
    {"1 Wh", FAB_DIM_ENERGY, 3600},
    {"2 kJ", FAB_DIM_ENERGY, 2e3},
    {"2 MJ", FAB_DIM_ENERGY, 2e6},
    {"2 J", FAB_DIM_ENERGY, 2},
    /* computing */
    {"17.5 PFLOP/s", FAB_DIM_COMPUTE, 17.5e15},
    {"17.5 PF", FAB_DIM_COMPUTE, 17.5e15},
    {"989 TF", FAB_DIM_COMPUTE, 989e12},
    {"989 TFLOPS", FAB_DIM_COMPUTE, 989e12},
    {"3 GFLOP/s", FAB_DIM_COMPUTE, 3e9},
    {"3 FLOP/s", FAB_DIM_COMPUTE, 3},
    {"3 FLOPS", FAB_DIM_COMPUTE, 3},
    {"1.1 EFLOP/s", FAB_DIM_COMPUTE, 1.1e18},
    /* densities */
    {"1.8 Tbps/mm", FAB_DIM_RATE_DENSITY, 1.8e15},
    {"1.8 Tb/s/mm", FAB_DIM_RATE_DENSITY, 1.8e15},
    {"200 Gbps/cm", FAB_DIM_RATE_DENSITY, 20e12},
    {"1 GB/s/mm", FAB_DIM_RATE_DENSITY, 8e12},
    {"0.5 Tbps/mm2", FAB_DIM_AREA_DENSITY, 0.5e18},
    {"0.5 Tbps/mm^2", FAB_DIM_AREA_DENSITY, 0.5e18},
    {"0.5 Tb/s/mm\xc2\xb2", FAB_DIM_AREA_DENSITY, 0.5e18},
    {"5 Tbps/cm2", FAB_DIM_AREA_DENSITY, 5e16},
    /* money */
    {"30 kUSD", FAB_DIM_MONEY, 30e3},
    {"1.2 MUSD", FAB_DIM_MONEY, 1.2e6},
    {"2 BUSD", FAB_DIM_MONEY, 2e9},
    {"99.95 USD", FAB_DIM_MONEY, 99.95},
    {"0.5 USD/Gbps", FAB_DIM_PRICE_PER_RATE, 0.5e-9},
    {"1 USD/(GB/s)", FAB_DIM_PRICE_PER_RATE, 1.25e-10},
    {"3 kUSD/(Tb/s)", FAB_DIM_PRICE_PER_RATE, 3e-9},
};

#define EXPECT_TIME   "expected a time such as 250 ns"
#define EXPECT_SIZE   "expected a size in bytes such as 192 GiB or 1 TB"
#define EXPECT_RATE   "expected a bandwidth in one direction such as 32 Tbps or 450 GB/s"
#define EXPECT_COUNT  "expected a plain number such as 4096 or 13T"
#define NOT_NUMBER(x) "`" x "` is not a number: "

/* A message of NULL stands for any message that repeats the text. */
static const struct {
    const char *text;
    fab_dimension dimension;
    const char *message;
} BAD[] = {
    {"", FAB_DIM_TIME, "empty text where a number is due: " EXPECT_TIME},
    {"many", FAB_DIM_TIME, NOT_NUMBER("many") EXPECT_TIME},
    {"nan", FAB_DIM_COUNT, NOT_NUMBER("nan") EXPECT_COUNT},
    {"inf", FAB_DIM_COUNT, NOT_NUMBER("inf") EXPECT_COUNT},
    {"-inf", FAB_DIM_COUNT, NOT_NUMBER("-inf") EXPECT_COUNT},
    {"infinity", FAB_DIM_COUNT, NULL},
    {".5 s", FAB_DIM_TIME, NOT_NUMBER(".5 s") EXPECT_TIME},
    {"-", FAB_DIM_TIME, NULL},
    {"--5 s", FAB_DIM_TIME, NULL},
    {"+-5 s", FAB_DIM_TIME, NULL},
    {" 5 s", FAB_DIM_TIME, NULL},
    {"s", FAB_DIM_TIME, NULL},
    {"~5 s", FAB_DIM_TIME, NULL},
    {"(5 s)", FAB_DIM_TIME, NULL},
    {"five s", FAB_DIM_TIME, NULL},
    {"\xff", FAB_DIM_TIME, NULL},
    {"32", FAB_DIM_RATE, "missing unit in `32`: " EXPECT_RATE},
    {"32 ", FAB_DIM_RATE, "missing unit in `32 `: " EXPECT_RATE},
    {"32 T", FAB_DIM_RATE, "missing unit in `32 T`: " EXPECT_RATE},
    {"1e-9", FAB_DIM_TIME, "missing unit in `1e-9`: " EXPECT_TIME},
    {"0", FAB_DIM_SIZE, "missing unit in `0`: " EXPECT_SIZE},
    {"32", FAB_DIM_ENERGY_PER_BIT, NULL},
    {"32", FAB_DIM_POWER, NULL},
    {"32", FAB_DIM_COMPUTE, NULL},
    {"32", FAB_DIM_MONEY, NULL},
    {"32", FAB_DIM_RATE_DENSITY, NULL},
    {"32", FAB_DIM_AREA_DENSITY, NULL},
    {"32", FAB_DIM_PRICE_PER_RATE, NULL},
    {"32", FAB_DIM_LENGTH, NULL},
    {"32", FAB_DIM_ENERGY, NULL},
    {"32", FAB_DIM_MEMORY_RATE, NULL},
    {"32 GB", FAB_DIM_RATE, "wrong unit in `32 GB`: `GB` is a size in bytes, " EXPECT_RATE},
    {"5 W", FAB_DIM_TIME, "wrong unit in `5 W`: `W` is a power, " EXPECT_TIME},
    {"5 m", FAB_DIM_TIME, "wrong unit in `5 m`: `m` is a length, " EXPECT_TIME},
    {"5 %", FAB_DIM_TIME, "wrong unit in `5 %`: `%` is a percentage, " EXPECT_TIME},
    {"5 s", FAB_DIM_COUNT, "wrong unit in `5 s`: `s` is a time, " EXPECT_COUNT},
    {"5 GB", FAB_DIM_COUNT, NULL},
    {"5 %", FAB_DIM_COUNT, NULL},
    {"4.3 pJ", FAB_DIM_ENERGY_PER_BIT, NULL},
    {"4.3 pJ/bit", FAB_DIM_ENERGY, NULL},
    {"1.8 Tbps/mm", FAB_DIM_AREA_DENSITY, NULL},
    {"1.8 Tbps/mm2", FAB_DIM_RATE_DENSITY, NULL},
    {"1.8 Tbps", FAB_DIM_RATE_DENSITY, NULL},
    {"5 USD", FAB_DIM_PRICE_PER_RATE, NULL},
    {"8 Gb", FAB_DIM_SIZE, "`8 Gb` counts bits where bytes are due: " EXPECT_SIZE},
    {"8 Gbit", FAB_DIM_SIZE, "`8 Gbit` counts bits where bytes are due: " EXPECT_SIZE},
    {"8 Gib", FAB_DIM_SIZE, "`8 Gib` counts bits where bytes are due: " EXPECT_SIZE},
    {"8 Tbps", FAB_DIM_MEMORY_RATE,
     "`8 Tbps` counts bits where bytes are due: expected a memory bandwidth such as 8 TB/s"},
    {"4 pJ/B", FAB_DIM_ENERGY_PER_BIT,
     "`4 pJ/B` counts bytes where bits are due: expected an energy per bit such as 4.3 pJ/bit"},
    {"32 gbps", FAB_DIM_RATE,
     "unknown unit `gbps` in `32 gbps`: did you mean `Gbps`? " EXPECT_RATE},
    {"32 Tbsp", FAB_DIM_RATE,
     "unknown unit `Tbsp` in `32 Tbsp`: did you mean `Tbps`? " EXPECT_RATE},
    {"5 mS", FAB_DIM_TIME, "unknown unit `mS` in `5 mS`: did you mean `ms`? " EXPECT_TIME},
    {"5 NS", FAB_DIM_TIME, "unknown unit `NS` in `5 NS`: did you mean `ns`? " EXPECT_TIME},
    {"5 sec", FAB_DIM_TIME, "unknown unit `sec` in `5 sec`: " EXPECT_TIME},
    {"0x10 s", FAB_DIM_TIME, "unknown unit `x10 s` in `0x10 s`: " EXPECT_TIME},
    {"5 ks", FAB_DIM_TIME, NULL},
    {"5 s s", FAB_DIM_TIME, NULL},
    {"5 s ", FAB_DIM_TIME, NULL},
    {"5 ns extra", FAB_DIM_TIME, NULL},
    {"5e s", FAB_DIM_TIME, NULL},
    {"5e+ s", FAB_DIM_TIME, NULL},
    {"5-3 s", FAB_DIM_TIME, NULL},
    {"5 10 s", FAB_DIM_TIME, NULL},
    {"1/2 s", FAB_DIM_TIME, NULL},
    {"5 F", FAB_DIM_COMPUTE, NULL},
    {"5 kM", FAB_DIM_COUNT, NULL},
    {"5 E", FAB_DIM_COUNT, NULL},
    {"5 Ki", FAB_DIM_COUNT, NULL},
    {"5 %%", FAB_DIM_FRACTION, NULL},
    {"5 /mm", FAB_DIM_RATE_DENSITY, NULL},
    {"5 Tbps/", FAB_DIM_RATE_DENSITY, NULL},
    {"5 USD/", FAB_DIM_PRICE_PER_RATE, NULL},
    {"5 USD/()", FAB_DIM_PRICE_PER_RATE, NULL},
    {"5 USD/Gb/s", FAB_DIM_PRICE_PER_RATE, NULL},
    {"5 EUR", FAB_DIM_MONEY, NULL},
    {"1,5 s", FAB_DIM_TIME,
     "comma in `1,5 s`: fractions take a point, and thousands no mark or an underscore"},
    {"1,000 s", FAB_DIM_TIME, NULL},
    {"1. s", FAB_DIM_TIME, "a point in `1. s` has no digit behind it"},
    {"1.2.3", FAB_DIM_COUNT, "a point in `1.2.3` has no digit behind it"},
    {"1__0", FAB_DIM_COUNT, "an underscore in `1__0` does not stand between two digits"},
    {"1_ s", FAB_DIM_TIME, "an underscore in `1_ s` does not stand between two digits"},
    {"1e400", FAB_DIM_COUNT, "`1e400` is too large a number"},
    {"1e300 EB", FAB_DIM_SIZE, "`1e300 EB` is too large a number"},
    {"1e304 d", FAB_DIM_TIME, "`1e304 d` is too large a number"},
    {"1e99999999999999999999", FAB_DIM_COUNT, NULL},
    {"1e-400", FAB_DIM_COUNT, "`1e-400` is too small a number"},
    {"1e-300 ps", FAB_DIM_TIME, "`1e-300 ps` is too small a number"},
    {"11111111112222222222333333333344444444445555555555666666666677777", FAB_DIM_COUNT,
     "`111111111122222222223333333333444444444455555555556666666666...` has more than 64 digits"},
};

#define COUNT_OF(array) (int)(sizeof(array) / sizeof((array)[0]))

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* How many doubles lie between two numbers of one sign. */
static double ulps(double a, double b)
{
    return a == b ? 0.0 : fabs(a - b) / (nextafter(fabs(b), HUGE_VAL) - fabs(b));
}

START_TEST(accepted)
{
    double value = -1.0;
    const char *message = "";
    const fab_status status =
        fab_quantity_parse(GOOD[_i].text, GOOD[_i].dimension, arena, &value, &message);
    ck_assert_msg(status == FAB_OK, "%s: %s", GOOD[_i].text, message);
    ck_assert_ptr_null(message);
    ck_assert_msg(value == GOOD[_i].value, "%s is %.17g, not %.17g", GOOD[_i].text, value,
                  GOOD[_i].value);
    ck_assert(!signbit(value) || value < 0.0);
}
END_TEST

START_TEST(refused)
{
    double value = -1.0;
    const char *message = NULL;
    const fab_status status =
        fab_quantity_parse(BAD[_i].text, BAD[_i].dimension, arena, &value, &message);
    ck_assert_msg(status == FAB_E_INPUT, "accepted `%s` as %g", BAD[_i].text, value);
    ck_assert_double_eq(value, -1.0);
    ck_assert_ptr_nonnull(message);
    if (BAD[_i].message) {
        ck_assert_str_eq(message, BAD[_i].message);
    } else {
        char quoted[64];
        snprintf(quoted, sizeof(quoted), "`%s`", BAD[_i].text);
        ck_assert_msg(strstr(message, quoted), "`%s`: %s", BAD[_i].text, message);
    }
}
END_TEST

START_TEST(a_unit_of_one_dimension_is_none_of_another)
{
    double value;
    const char *message;
    const char *example = fab_dimension_example((fab_dimension)_i);
    for (int other = 0; other < (int)FAB_DIM_TOTAL; other++) {
        const fab_status status =
            fab_quantity_parse(example, (fab_dimension)other, arena, &value, &message);
        /* only a bandwidth in bytes belongs to two */
        const bool is_shared = _i == FAB_DIM_MEMORY_RATE && other == FAB_DIM_RATE;
        ck_assert_int_eq(status, other == _i || is_shared ? FAB_OK : FAB_E_INPUT);
    }
}
END_TEST

START_TEST(any_unit_reads_as_its_multiple)
{
    /* m * 10^e written with a prefix is the double nearest to it */
    static const struct {
        const char *unit;
        fab_dimension dimension;
        int exponent;
    } UNIT[] = {
        {"pJ/bit", FAB_DIM_ENERGY_PER_BIT, -12},
        {"ns", FAB_DIM_TIME, -9},
        {"Tbps", FAB_DIM_RATE, 12},
        {"GB", FAB_DIM_SIZE, 9},
        {"Tbps/mm", FAB_DIM_RATE_DENSITY, 15},
        {"USD/Gbps", FAB_DIM_PRICE_PER_RATE, -9},
        {"%", FAB_DIM_FRACTION, -2},
        {"nm", FAB_DIM_LENGTH, -9},
    };
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < COUNT_OF(UNIT); i++) {
        const int64_t mantissa = seeded_integer(&seed, 1, 999999);
        char text[64], scientific[64];
        double value = 0.0;
        const char *message;
        snprintf(text, sizeof(text), "%d.%03d %s", (int)(mantissa / 1000), (int)(mantissa % 1000),
                 UNIT[i].unit);
        snprintf(scientific, sizeof(scientific), "%de%d", (int)mantissa, UNIT[i].exponent - 3);
        ck_assert_int_eq(fab_quantity_parse(text, UNIT[i].dimension, arena, &value, &message),
                         FAB_OK);
        ck_assert_double_eq(value, strtod(scientific, NULL));
    }
}
END_TEST

START_TEST(what_is_printed_reads_back)
{
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < (int)FAB_DIM_TOTAL; i++) {
        const double size = pow(10.0, seeded_between(&seed, -20.0, 25.0));
        const double value = seeded_next(&seed) % 2 ? size : -size;
        const int digits = (int)seeded_integer(&seed, 1, 17);
        char text[128];
        double again = 0.0;
        const char *message = NULL;
        fab_quantity_format(text, sizeof(text), value, (fab_dimension)i, digits);
        ck_assert_msg(fab_quantity_parse(text, (fab_dimension)i, arena, &again, &message) == FAB_OK,
                      "%.17g: %s", value, message);
        /* half a unit of the last digit printed, and the rounding of the unit's factor */
        const double error = 0.5 * pow(10.0, 1 - digits) + 5e-16;
        ck_assert_msg(fabs(again - value) <= error * fabs(value), "%.17g as %s is %.17g", value,
                      text, again);
        ck_assert(digits < 17 || ulps(again, value) <= 3.0);
    }
}
END_TEST

#ifdef FAB_LOCALE_DIR
START_TEST(the_locale_changes_nothing)
{
    double value = 0.0;
    const char *message;
    char text[64];
    ck_assert_int_eq(setenv("LOCPATH", FAB_LOCALE_DIR, 1), 0);
    ck_assert_ptr_nonnull(setlocale(LC_NUMERIC, "comma"));
    snprintf(text, sizeof(text), "%.1f", 1.5);
    ck_assert_str_eq(text, "1,5");

    ck_assert_int_eq(
        fab_quantity_parse("4.3 pJ/bit", FAB_DIM_ENERGY_PER_BIT, arena, &value, &message), FAB_OK);
    ck_assert_double_eq(value, 4.3e-12);
    fab_quantity_format(text, sizeof(text), 4.3e-12, FAB_DIM_ENERGY_PER_BIT, 3);
    ck_assert_str_eq(text, "4.3 pJ/bit");
    setlocale(LC_NUMERIC, "C");
}
END_TEST
#endif

START_TEST(no_memory_for_the_message_is_no_crash)
{
    fab_arena *none = fab_arena_create(0);
    for (int i = 0; i < COUNT_OF(BAD); i++) {
        double value;
        const char *message = "";
        ck_assert_int_eq(fab_quantity_parse(BAD[i].text, BAD[i].dimension, none, &value, &message),
                         FAB_E_INPUT);
        ck_assert_ptr_null(message);
    }
    fab_arena_destroy(none);
}
END_TEST

START_TEST(long_texts_give_short_messages)
{
    char text[4097];
    double value;
    const char *message = NULL;
    memset(text, _i == 0 ? 'x' : '7', sizeof(text) - 1);
    text[0] = '5';
    text[sizeof(text) - 1] = '\0';
    ck_assert_int_eq(fab_quantity_parse(text, FAB_DIM_TIME, arena, &value, &message), FAB_E_INPUT);
    ck_assert_uint_lt(strlen(message), 300);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("quantity");
    TCase *t = tcase_create("parse");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, accepted, 0, COUNT_OF(GOOD));
    tcase_add_loop_test(t, refused, 0, COUNT_OF(BAD));
    tcase_add_loop_test(t, a_unit_of_one_dimension_is_none_of_another, 0, (int)FAB_DIM_TOTAL);
    tcase_add_loop_test(t, any_unit_reads_as_its_multiple, 0, 1000);
    tcase_add_loop_test(t, what_is_printed_reads_back, 0, 1000);
#ifdef FAB_LOCALE_DIR
    tcase_add_test(t, the_locale_changes_nothing);
#endif
    tcase_add_test(t, no_memory_for_the_message_is_no_crash);
    tcase_add_loop_test(t, long_texts_give_short_messages, 0, 2);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
