#include "report/svg.h"

#include <check.h>

#include "run_all.h"

/* marks of an axis, ended by 0 */
static const struct {
    double low, high, marks[12];
} AXIS[] = {
    {0.1, 2000.0, {0.1, 1.0, 10.0, 100.0, 1000.0}},
    {1e11, 1e14, {1e11, 1e12, 1e13, 1e14}},
    {0.5, 50.0, {0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0}},
    {2e12, 4e13, {2e12, 5e12, 1e13, 2e13}},
    {1.5, 9.0, {2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0}},
    {0.7, 2.1, {0.7, 0.8, 0.9, 1.0, 2.0}},
    {2.1, 2.9, {0.0}},
};

START_TEST(marks_of_an_axis)
{
    double after = 0.0;
    for (size_t i = 0; i == 0 || after > 0.0; i++) {
        after = fab_svg_next_mark(AXIS[_i].low, AXIS[_i].high, after);
        ck_assert_double_eq_tol(after, AXIS[_i].marks[i], 1e-12 * AXIS[_i].marks[i] + 1e-30);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("svg");
    TCase *tests = tcase_create("svg");
    tcase_add_loop_test(tests, marks_of_an_axis, 0, (int)(sizeof(AXIS) / sizeof(AXIS[0])));
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
