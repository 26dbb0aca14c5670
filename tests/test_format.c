#include <check.h>
#include <math.h>
#include <string.h>

#include <fabricast/units.h>

#include "run_all.h"

static const struct {
    double value;
    fab_dimension dimension;
    int digits;
    const char *text;
} ROW[] = {
    {32e12, FAB_DIM_RATE, 3, "32 Tb/s"},
    {4.3e-12, FAB_DIM_ENERGY_PER_BIT, 3, "4.3 pJ/bit"},
    {1540, FAB_DIM_POWER, 3, "1.54 kW"},
    {0.73e-12, FAB_DIM_ENERGY_PER_FLOP, 3, "730 fJ/FLOP"},
    {250e-9, FAB_DIM_TIME, 3, "250 ns"},
    {206158430208.0, FAB_DIM_SIZE, 4, "206.2 GB"},
    {8e12, FAB_DIM_MEMORY_RATE, 3, "8 TB/s"},
    {17.5e15, FAB_DIM_COMPUTE, 3, "17.5 PFLOP/s"},
    {1.8e15, FAB_DIM_RATE_DENSITY, 3, "1.8 Tbps/mm"},
    {0.5e18, FAB_DIM_AREA_DENSITY, 3, "500 Gbps/mm2"},
    {30e3, FAB_DIM_MONEY, 3, "30 kUSD"},
    {2.5e9, FAB_DIM_MONEY, 3, "2.5 BUSD"},
    {0.5e-9, FAB_DIM_PRICE_PER_RATE, 3, "0.5 USD/Gbps"},
    {0.453, FAB_DIM_FRACTION, 3, "45.3 %"},
    {1.5, FAB_DIM_LENGTH, 3, "1.5 m"},
    {1550e-9, FAB_DIM_LENGTH, 4, "1.55 um"},
    /* whole numbers in full, others with a letter */
    {4096, FAB_DIM_COUNT, 2, "4096"},
    {999999, FAB_DIM_COUNT, 3, "999999"},
    {1e6, FAB_DIM_COUNT, 3, "1M"},
    {405e9, FAB_DIM_COUNT, 3, "405B"},
    {4.7e12, FAB_DIM_COUNT, 3, "4.7T"},
    {3e15, FAB_DIM_COUNT, 3, "3P"},
    {3.8e25, FAB_DIM_COUNT, 3, "38000000000P"},
    {3.8e31, FAB_DIM_COUNT, 3, "3.8e16P"},
    {1e-12, FAB_DIM_COUNT, 3, "1e-12"},
    {0.05, FAB_DIM_COUNT, 3, "0.05"},
    {-3, FAB_DIM_COUNT, 3, "-3"},
    /* zero */
    {0, FAB_DIM_TIME, 3, "0 s"},
    {0, FAB_DIM_COUNT, 3, "0"},
    {0, FAB_DIM_FRACTION, 3, "0 %"},
    {0, FAB_DIM_RATE_DENSITY, 3, "0 bps/mm"},
    {-0.0, FAB_DIM_POWER, 3, "0 W"},
    {-0.0, FAB_DIM_COUNT, 3, "0"},
    /* rounding may carry into the next prefix */
    {999.4e9, FAB_DIM_RATE, 3, "999 Gb/s"},
    {999.6e9, FAB_DIM_RATE, 3, "1 Tb/s"},
    {999.96e-9, FAB_DIM_TIME, 4, "1 us"},
    {1e-6, FAB_DIM_TIME, 15, "1 us"},
    {1e-6, FAB_DIM_TIME, 17, "999.99999999999995 ns"},
    {1234.5, FAB_DIM_POWER, 2, "1.2 kW"},
    {123456, FAB_DIM_POWER, 1, "100 kW"},
    {-1.25e-3, FAB_DIM_LENGTH, 3, "-1.25 mm"},
    /* times that people do not count in seconds */
    {100, FAB_DIM_TIME, 3, "100 s"},
    {120, FAB_DIM_TIME, 3, "2 min"},
    {5400, FAB_DIM_TIME, 3, "90 min"},
    {7200, FAB_DIM_TIME, 3, "2 h"},
    {172800, FAB_DIM_TIME, 3, "2 d"},
    {86400 * 365.25, FAB_DIM_TIME, 5, "365.25 d"},
    {3.5e6, FAB_DIM_ENERGY, 3, "3.5 MJ"},
    {3.6e6, FAB_DIM_ENERGY, 3, "1 kWh"},
    {36e12, FAB_DIM_ENERGY, 3, "10 GWh"},
    /* beyond the prefixes */
    {1e-20, FAB_DIM_TIME, 3, "0.00001 fs"},
    {1e-25, FAB_DIM_TIME, 3, "1e-10 fs"},
    {1.25e25, FAB_DIM_SIZE, 3, "12500000 EB"},
    {1.25e40, FAB_DIM_SIZE, 3, "1.25e22 EB"},
    {1e-3, FAB_DIM_SIZE, 3, "0.001 B"},
    /* digits outside 1 .. 17 */
    {1.0 / 3.0, FAB_DIM_LENGTH, 0, "300 mm"},
    {1.0 / 3.0, FAB_DIM_LENGTH, 99, "333.33333333333331 mm"},
};

#define COUNT_OF(array) (int)(sizeof(array) / sizeof((array)[0]))

START_TEST(table)
{
    char text[64];
    const char *result =
        fab_quantity_format(text, sizeof(text), ROW[_i].value, ROW[_i].dimension, ROW[_i].digits);
    ck_assert_ptr_eq(result, text);
    ck_assert_str_eq(text, ROW[_i].text);
}
END_TEST

START_TEST(no_number_says_so)
{
    char text[64];
    ck_assert_str_eq(fab_quantity_format(text, 64, (double)NAN, FAB_DIM_TIME, 3), "undefined");
    ck_assert_str_eq(fab_quantity_format(text, 64, (double)INFINITY, FAB_DIM_TIME, 3), "infinite");
    ck_assert_str_eq(fab_quantity_format(text, 64, -(double)INFINITY, FAB_DIM_COUNT, 3),
                     "-infinite");
}
END_TEST

START_TEST(a_small_buffer_is_not_overrun)
{
    for (size_t size = 1; size < 16; size++) {
        char text[17];
        memset(text, '#', sizeof(text));
        fab_quantity_format(text, size, 17.5e15, FAB_DIM_COMPUTE, 3);
        ck_assert_uint_lt(strnlen(text, sizeof(text)), size);
        ck_assert_int_eq(text[size], '#');
    }
}
END_TEST

START_TEST(every_dimension_has_its_words)
{
    const fab_dimension dimension = (fab_dimension)_i;
    ck_assert_uint_gt(strlen(fab_dimension_unit(dimension)), 0);
    ck_assert_ptr_nonnull(strstr(fab_dimension_expected(dimension), " such as "));

    /* the example is one that the words give, and it is valid */
    const char *example = fab_dimension_example(dimension);
    ck_assert_ptr_nonnull(strstr(fab_dimension_expected(dimension), example));
    fab_arena *arena = fab_arena_create(10000);
    double value = 0.0;
    const char *message;
    ck_assert_int_eq(fab_quantity_parse(example, dimension, arena, &value, &message), FAB_OK);
    ck_assert_double_gt(value, 0.0);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(outside_the_list_is_no_crash)
{
    ck_assert_str_eq(fab_dimension_unit(FAB_DIM_TOTAL), "unknown dimension");
    ck_assert_str_eq(fab_dimension_expected(FAB_DIM_TOTAL), "unknown dimension");
    ck_assert_str_eq(fab_dimension_example(FAB_DIM_TOTAL), "unknown dimension");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("format");
    TCase *t = tcase_create("print");
    tcase_add_loop_test(t, table, 0, COUNT_OF(ROW));
    tcase_add_test(t, no_number_says_so);
    tcase_add_test(t, a_small_buffer_is_not_overrun);
    tcase_add_loop_test(t, every_dimension_has_its_words, 0, (int)FAB_DIM_TOTAL);
    tcase_add_test(t, outside_the_list_is_no_crash);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
