#include <check.h>

#include "flow/names.h"
#include "run_all.h"
#include "seeded.h"

START_TEST(numbers_come_in_order_and_stay)
{
    enum { KEYS = 20000 };
    fab_arena *arena = fab_arena_create((size_t)1 << 24);
    fab_names names;
    uint32_t number = 0, wrong = 0;
    ck_assert_int_eq(fab_names_make(arena, &names), FAB_OK);
    for (int round = 0; round < 3; round++) {
        uint64_t seed = (uint64_t)_i;
        for (uint32_t i = 0; i < KEYS; i++) {
            const uint64_t key = _i == 0 ? i : _i == 1 ? (uint64_t)i << 48 : seeded_next(&seed);
            const fab_status status = fab_names_find(&names, key, &number);
            wrong += status != FAB_OK || number != i;
        }
        ck_assert_uint_eq(names.count, KEYS);
    }
    ck_assert_uint_eq(wrong, 0);
    fab_names_clear(&names);
    ck_assert_int_eq(fab_names_find(&names, UINT64_MAX, &number), FAB_OK);
    ck_assert_uint_eq(number, 0);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(memory_out)
{
    fab_arena *arena = fab_arena_create(20000);
    fab_names names;
    uint32_t number = 0, found = 0;
    ck_assert_int_eq(fab_names_make(arena, &names), FAB_OK);
    while (fab_names_find(&names, found, &number) == FAB_OK && found < 10000) {
        found++;
    }
    ck_assert_uint_ge(found, 100);
    ck_assert_uint_lt(found, 10000);
    /* what was there is still there */
    ck_assert_int_eq(fab_names_find(&names, 5, &number), FAB_OK);
    ck_assert_uint_eq(number, 5);
    fab_arena_destroy(arena);

    arena = fab_arena_create(100);
    ck_assert_int_eq(fab_names_make(arena, &names), FAB_E_NOMEM);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("names");
    TCase *t = tcase_create("names");
    tcase_add_loop_test(t, numbers_come_in_order_and_stay, 0, 4);
    tcase_add_test(t, memory_out);
    suite_add_tcase(s, t);
    return run_all(s);
}
