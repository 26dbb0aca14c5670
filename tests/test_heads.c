#include <check.h>

#include <fabricast/catalog.h>

#include "run_all.h"
#include "seeded.h"

/* Key and value heads that a tensor rank needs, by hand: query head i reads head floor(i g / a). */
static const struct {
    const char *what;
    int64_t heads, kv_heads, ranks, want;
} ROW[] = {
    {"one rank needs all", 32, 8, 1, 8},
    {"an equal share", 32, 8, 4, 2},
    {"one head each", 32, 8, 8, 1},
    {"a head on two ranks", 32, 8, 16, 1},
    {"one head for all", 32, 1, 8, 1},
    {"every head its own", 96, 96, 8, 12},
    /* 8 query heads a rank, 3 for each key head: 0-7 read 0, 1, 2; 8-15 read 2, 3, 4, 5 */
    {"neither divides the other", 24, 8, 3, 4},
    /* 4 a rank, 6 for each key head: 4-7 read 0 and 1 */
    {"more ranks than heads, across them", 24, 4, 6, 2},
};

START_TEST(rows_agree)
{
    const fab_model model = {.heads = ROW[_i].heads, .kv_heads = ROW[_i].kv_heads};
    const int64_t got = fab_model_rank_kv_heads(&model, ROW[_i].ranks);
    ck_assert_msg(got == ROW[_i].want, "%s: %ld", ROW[_i].what, (long)got);
}
END_TEST

START_TEST(latents_give_every_head_its_own)
{
    const fab_model model = {.heads = 128, .kv_heads = 128, .attention = FAB_ATTENTION_MLA};
    ck_assert_int_eq(fab_model_rank_kv_heads(&model, 1), 128);
    ck_assert_int_eq(fab_model_rank_kv_heads(&model, 16), 8);
    ck_assert_int_eq(fab_model_rank_kv_heads(&model, 128), 1);
}
END_TEST

/* against marking, head by head, what each rank reads */
START_TEST(counts_equal_marks)
{
    uint64_t seed = (uint64_t)_i;
    const int64_t kv_heads = seeded_integer(&seed, 1, 24);
    const int64_t heads = kv_heads * seeded_integer(&seed, 1, 24);
    const fab_model model = {.heads = heads, .kv_heads = kv_heads};
    for (int64_t ranks = 1; ranks <= heads; ranks++) {
        if (heads % ranks != 0) {
            continue;
        }
        int64_t most = 0;
        for (int64_t rank = 0; rank < ranks; rank++) {
            bool is_read[24] = {false};
            int64_t read = 0;
            for (int64_t i = rank * (heads / ranks); i < (rank + 1) * (heads / ranks); i++) {
                const int64_t key = i / (heads / kv_heads);
                read += is_read[key] ? 0 : 1;
                is_read[key] = true;
            }
            most = read > most ? read : most;
        }
        ck_assert_int_eq(fab_model_rank_kv_heads(&model, ranks), most);
        ck_assert_int_ge(ranks * most, kv_heads);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heads");
    TCase *tests = tcase_create("heads");
    tcase_add_loop_test(tests, rows_agree, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_test(tests, latents_give_every_head_its_own);
    tcase_add_loop_test(tests, counts_equal_marks, 0, 200);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
