#include <check.h>
#include <string.h>

#include <fabricast/status.h>
#include <fabricast/value.h>

#include "run_all.h"

START_TEST(every_status_has_its_own_text)
{
    for (int i = 0; i < (int)FAB_STATUS_COUNT; i++) {
        const char *text = fab_status_text((fab_status)i);
        ck_assert_uint_gt(strlen(text), 0);
        for (int j = 0; j < i; j++) {
            ck_assert_str_ne(text, fab_status_text((fab_status)j));
        }
    }
    ck_assert_str_eq(fab_status_text(FAB_OK), "success");
}
END_TEST

START_TEST(a_value_outside_the_list_has_a_text)
{
    ck_assert_str_eq(fab_status_text(FAB_STATUS_COUNT), "unknown status");
    ck_assert_str_eq(fab_confidence_text(FAB_CONFIDENCE_TOTAL), "unknown confidence");
}
END_TEST

START_TEST(every_confidence_has_its_own_text)
{
    for (int i = 0; i < (int)FAB_CONFIDENCE_TOTAL; i++) {
        const char *text = fab_confidence_text((fab_confidence)i);
        ck_assert_uint_gt(strlen(text), 0);
        for (int j = 0; j < i; j++) {
            ck_assert_str_ne(text, fab_confidence_text((fab_confidence)j));
        }
    }
    ck_assert_str_eq(fab_confidence_text(FAB_CONFIDENCE_VENDOR_CLAIM), "vendor claim");
}
END_TEST

static fab_status fail_with(fab_status status)
{
    return status;
}

static fab_status try_twice(fab_status first, fab_status second, int *reached)
{
    FAB_TRY(fail_with(first));
    *reached = 1;
    FAB_TRY(fail_with(second));
    *reached = 2;
    return FAB_OK;
}

START_TEST(try_leaves_with_the_first_failure)
{
    int reached = 0;
    ck_assert_int_eq(try_twice(FAB_E_IO, FAB_E_RANGE, &reached), FAB_E_IO);
    ck_assert_int_eq(reached, 0);
    ck_assert_int_eq(try_twice(FAB_OK, FAB_E_RANGE, &reached), FAB_E_RANGE);
    ck_assert_int_eq(reached, 1);
    ck_assert_int_eq(try_twice(FAB_OK, FAB_OK, &reached), FAB_OK);
    ck_assert_int_eq(reached, 2);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("status");
    TCase *t = tcase_create("status");
    tcase_add_test(t, every_status_has_its_own_text);
    tcase_add_test(t, a_value_outside_the_list_has_a_text);
    tcase_add_test(t, every_confidence_has_its_own_text);
    tcase_add_test(t, try_leaves_with_the_first_failure);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
