#include <check.h>
#include <string.h>

#include <fabricast/wiring.h>

#include "run_all.h"

/* Places of wirings against members of domains. */

static const struct {
    const char *text;
    int64_t domain, inner;
    bool is_full;
    const char *message; /* NULL: fits */
} ROW[] = {
    {"torus 8x8x8", 512, 1, true, NULL},
    {"torus 8x8x8", 4096, 8, true, NULL},
    {"torus 8x8x8", 500, 1, true, "a torus of 512 places does not fit domains of 500"},
    {"hyperx 4x4", 64, 2, true, "a hyperx of 16 places does not fit domains of 32"},
    {"torus 4", 10, 4, true, "a domain of 10 packages is not made of whole domains of 4"},
    {"dragonfly groups=9 routers=4 packages=2", 72, 1, true, NULL},
    {"dragonfly groups=9 routers=4 packages=2", 72, 8, true, NULL},
    {"dragonfly groups=9 routers=4 packages=2 global=1", 72, 1, true,
     "a dragonfly of 9 groups: 4 routers with 1 links to other groups do not reach the 8 others "
     "evenly"},
    {"dragonfly+ groups=5 leaves=4 spines=3 packages=4 global=1", 80, 1, true,
     "a dragonfly+ of 5 groups: 3 spines with 1 links to other groups do not reach the 4 others "
     "evenly"},
    {"dragonfly groups=1000000000 routers=1000000000 packages=1000000000", 72, 1, true,
     "a dragonfly of 1000000000000 places does not fit domains of 72"},
    {"clos leaf=16 spines=8", 100, 1, false, NULL},
    {"rail", 100, 8, false, "a domain of 100 packages is not made of whole domains of 8"},
    {"switch", 7, 1, false, NULL},
};

START_TEST(fit)
{
    fab_arena *arena = fab_arena_create((size_t)1 << 20);
    fab_wiring wiring;
    const char *message = NULL;
    ck_assert_int_eq(fab_wiring_parse(ROW[_i].text, arena, &wiring, &message), FAB_OK);
    ck_assert_int_eq(fab_wiring_is_full(&wiring), ROW[_i].is_full);
    const fab_status status =
        fab_wiring_fit(&wiring, ROW[_i].domain, ROW[_i].inner, arena, &message);
    ck_assert_int_eq(status, ROW[_i].message ? FAB_E_INFEASIBLE : FAB_OK);
    if (ROW[_i].message) {
        ck_assert_str_eq(message, ROW[_i].message);
    }
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wiring_fit");
    TCase *tcase = tcase_create("rows");
    tcase_add_loop_test(tcase, fit, 0, sizeof(ROW) / sizeof(ROW[0]));
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}
