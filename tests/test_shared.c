#include "run_all.h"
#include "sim/shared.h"

#include <check.h>

/* Messages of two classes on one link at once, counted by hand. */

START_TEST(by_hand)
{
    fab_link_use uses[] = {
        {2.0, 5.0, 4, FAB_STEP_DATA, 0},    {0.0, 3.0, 4, FAB_STEP_TENSOR, 0}, /* 2 to 3 */
        {4.5, 6.0, 4, FAB_STEP_TENSOR, 0},                                     /* 4.5 to 5 */
        {0.0, 9.0, 5, FAB_STEP_EXPERT, 1},  {1.0, 9.0, 6, FAB_STEP_DATA, 1},   /* other links */
        {8.0, 20.0, 6, FAB_STEP_EXPERT, 1},                                    /* 8 to 9 */
        {8.5, 8.75, 6, FAB_STEP_DATA, 1},                                      /* the same class */
    };
    fab_shared_time shared[FAB_SHARED_LIMIT];
    size_t count = 0;
    fab_shared_sum(uses, 7, 2, shared, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(shared[0].first, FAB_STEP_TENSOR);
    ck_assert_int_eq(shared[0].second, FAB_STEP_DATA);
    ck_assert_int_eq(shared[0].tier, 0);
    ck_assert_double_eq_tol(shared[0].time_s, 1.5 / 2.0, 1e-12);
    ck_assert_int_eq(shared[1].first, FAB_STEP_EXPERT);
    ck_assert_int_eq(shared[1].tier, 1);
    ck_assert_double_eq_tol(shared[1].time_s, 1.25 / 2.0, 1e-12);
    fab_shared_sum(uses, 0, 2, shared, &count);
    ck_assert_uint_eq(count, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("shared");
    TCase *t = tcase_create("shared");
    tcase_add_test(t, by_hand);
    suite_add_tcase(s, t);
    return run_all(s);
}
