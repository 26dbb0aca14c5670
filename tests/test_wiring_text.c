#include "graph_fixture.h"
#include "run_all.h"

/* What users write, and what they mistake. */

START_TEST(good)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_wiring w;
    const char *message = NULL;
    ck_assert_int_eq(fab_wiring_parse(" torus  8x4x2 ", arena, &w, &message), FAB_OK);
    ck_assert_int_eq(w.kind, FAB_WIRING_TORUS);
    ck_assert_int_eq(w.axis_count, 3);
    ck_assert_int_eq(w.size[1], 4);
    ck_assert_int_eq(
        fab_wiring_parse("clos leaf=16 spines=8 oversubscription=2.5", arena, &w, &message),
        FAB_OK);
    ck_assert_int_eq(w.leaf, 16);
    ck_assert_int_eq(w.spines, 8);
    ck_assert_int_eq(w.planes, 1);
    ck_assert_double_eq(w.oversubscription_ratio, 2.5);
    ck_assert_int_eq(fab_wiring_parse("ocs reconfigure=10ms", arena, &w, &message), FAB_OK);
    ck_assert_double_eq_tol(w.reconfigure_s, 0.01, 1e-15);
    ck_assert_int_eq(
        fab_wiring_parse("dragonfly groups=9 routers=4 packages=2", arena, &w, &message), FAB_OK);
    ck_assert_int_eq(w.global_links, 2);
    for (int kind = 0; kind < FAB_WIRING_KIND_COUNT; kind++) {
        ck_assert_ptr_nonnull(fab_wiring_name(kind));
    }
    fab_arena_destroy(arena);
}
END_TEST

/* What is said of a text that is refused. */
static const char *complaint(fab_arena *arena, const char *text)
{
    fab_wiring w;
    const char *message = NULL;
    ck_assert_int_eq(fab_wiring_parse(text, arena, &w, &message), FAB_E_INPUT);
    ck_assert_ptr_nonnull(message);
    return message;
}

static const char *const BAD[] = {
    "",
    "   ",
    "tours 8x8",
    "starfish",
    "torus",
    "torus 8x",
    "torus x8",
    "torus 0x8",
    "torus 8x8x8x8x8",
    "torus 8x8 8x8",
    "torus 8x8 planes=2",
    "switch 8",
    "switch planes=0",
    "switch planes=many",
    "switch planes=99999999999",
    "clos",
    "clos leaf=8 oversubscription=0.5",
    "clos leaf=8 oversubscription=",
    "clos leaf=8 pod=2",
    "clos leaf=8 tops=2",
    "dragonfly groups=4",
    "dragonfly+ groups=4 leaves=2 packages=4",
    "dragonfly+ groups=4 routers=2 spines=2 packages=4",
    "ocs reconfigure=fast",
    "ocs reconfigure=-1s",
    "mesh =3",
};

START_TEST(bad)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    (void)complaint(arena, BAD[_i]);
    fab_arena_destroy(arena);
}
END_TEST

/* each word once, whatever it holds */
static const char *const TWICE[] = {
    "clos leaf=16 leaf=17",
    "clos leaf=16 leaf=16",
    "clos leaf=16 oversubscription=2 oversubscription=4",
    "ocs reconfigure=10ms reconfigure=10ms",
};

START_TEST(given_twice)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    ck_assert_ptr_nonnull(strstr(complaint(arena, TWICE[_i]), "is given twice"));
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(longest)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_wiring w;
    const char *message = NULL;
    char text[402];
    memset(text, ' ', sizeof text);
    memcpy(text, "mesh", 4);
    text[400] = '\0';
    ck_assert_int_eq(fab_wiring_parse(text, arena, &w, &message), FAB_OK);
    text[400] = ' ';
    text[401] = '\0';
    ck_assert_str_eq(complaint(arena, text), "the text is too long");
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(near_names_are_offered)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    ck_assert_ptr_nonnull(strstr(complaint(arena, "tours 8x8"), "did you mean `torus`"));
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("wiring_text");
    TCase *t = tcase_create("wiring_text");
    tcase_add_test(t, good);
    tcase_add_loop_test(t, bad, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_loop_test(t, given_twice, 0, sizeof(TWICE) / sizeof(TWICE[0]));
    tcase_add_test(t, longest);
    tcase_add_test(t, near_names_are_offered);
    suite_add_tcase(s, t);
    return run_all(s);
}
