#include "run_all.h"
#include "sim/binary_trees.h"

/* Two binary trees over a group: by hand for few members, and for all numbers of members that both
 * are trees whose leaves are inside in the other. */

START_TEST(by_hand)
{
    /* above 0 .. 5 in the first tree; the second is turned around */
    static const int64_t FIRST[] = {-1, 2, 4, 2, 0, 4};
    static const int64_t SECOND[] = {1, 5, 3, 1, 3, -1};
    for (int64_t i = 0; i < 6; i++) {
        ck_assert_int_eq(fab_tree_parent(i, 0, 6), FIRST[i]);
        ck_assert_int_eq(fab_tree_parent(i, 1, 6), SECOND[i]);
    }
    ck_assert_int_eq(fab_tree_depth(1), 0);
    ck_assert_int_eq(fab_tree_depth(8), 3);
    ck_assert_int_eq(fab_tree_depth(9), 4);
}
END_TEST

START_TEST(trees)
{
    const int64_t m = _i;
    int64_t children[2][64] = {{0}};
    for (int tree = 0; tree < 2; tree++) {
        int64_t roots = 0;
        for (int64_t i = 0; i < m; i++) {
            int64_t at = i, steps = 0;
            const int64_t above = fab_tree_parent(i, tree, m);
            roots += above < 0 ? 1 : 0;
            ck_assert(above < m && above != i);
            if (above >= 0) {
                ck_assert_int_le(++children[tree][above], 2);
            }
            while ((at = fab_tree_parent(at, tree, m)) >= 0) {
                ck_assert_int_le(++steps, fab_tree_depth(m));
            }
        }
        ck_assert_int_eq(roots, 1);
    }
    for (int64_t i = 0; i < m && m % 2 == 0; i++) {
        ck_assert(children[0][i] == 0 || children[1][i] == 0);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("binary_trees");
    TCase *t = tcase_create("binary_trees");
    tcase_add_test(t, by_hand);
    tcase_add_loop_test(t, trees, 1, 65);
    suite_add_tcase(s, t);
    return run_all(s);
}
