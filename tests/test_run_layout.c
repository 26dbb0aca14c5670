#include <check.h>
#include <string.h>

#include <fabricast/arena.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_layout.h"

/* LLaMA 13B and 30B: layers of 317 and 532 million parameters, embedding and head of 655 and 852;
 * a model whose heads of keys and values are fewer, with a plain block:
 * 4 x (2 x (4 + 2) x 1 + 2 x 4) = 80 parameters a layer, 160 of an end */
static const struct {
    const char *software, *layers, *hidden, *ffn, *heads, *kv_heads, *gated, *vocabulary, *stages;
    int64_t interleave;
    const char *want;
} ROWS[] = {
    {"Aleph Alpha", "40", "5120", "13824", "40", "", "1", "128000", "1", 1, "even"},
    {"Aleph Alpha", "40", "5120", "13824", "40", "", "1", "128000", "2", 1, "20 20"},
    /* 9 layers and an end weigh as much as 11.1 */
    {"Aleph Alpha", "40", "5120", "13824", "40", "", "1", "128000", "4", 1, "9 11*2 9"},
    {"Aleph Alpha", "60", "6656", "17920", "52", "52", "1", "128000", "4", 1, "14 16*2 14"},
    {"Aleph Alpha", "60", "6656", "17920", "52", "52", "1", "128000", "8", 1, "6 8*6 6"},
    {"Aleph Alpha", "60", "6656", "17920", "52", "52", "1", "128000", "16", 1, "2 4*14 2"},
    {"Aleph Alpha", "40", "5120", "13824", "40", "", "1", "128000", "2", 2, "even"},
    {"Aleph Alpha", "8", "4", "4", "4", "2", "0", "40", "4", 1, "1 3*2 1"},
    {"Aleph Alpha", "3", "4", "4", "4", "2", "0", "40", "4", 1, "1*3 0"},
    {"Aleph Alpha", "2", "4", "4", "4", "2", "0", "40", "4", 1, "0 1*2 0"},
    {"Megatron-LM", "40", "5120", "13824", "40", "", "1", "128000", "4", 1, "even"},
    {"Megatron-LM", "31", "5120", "13824", "40", "", "1", "128000", "8", 4, "1*31 0"},
    {"Megatron-LM", "30", "5120", "13824", "40", "", "1", "128000", "8", 4, "0 1*30 0"},
    /* Llama 3.1 405B has one layer less in its first and last stage (arXiv 2407.21783, 3.3.2) */
    {"", "126", "16384", "53248", "128", "8", "1", "128000", "16", 8, "0 1*126 0"},
    {"", "126", "16384", "53248", "128", "8", "1", "128000", "16", 4, "1 2*62 1"},
    /* the head alone counts; nothing makes them divide; both chunks are ends */
    {"", "31", "5120", "13824", "40", "", "1", "128000", "4", 2, "4*7 3"},
    {"", "33", "5120", "13824", "40", "", "1", "128000", "4", 1, "even"},
    {"", "31", "5120", "13824", "40", "", "1", "128000", "2", 1, "even"},
};

START_TEST(layers_are_dealt)
{
    fab_arena *arena = fab_arena_create((size_t)1 << 16);
    fab_run_row row = empty_row();
    row.cells[FAB_RUN_SOFTWARE] = ROWS[_i].software;
    row.cells[FAB_RUN_LAYERS] = ROWS[_i].layers;
    row.cells[FAB_RUN_HIDDEN] = ROWS[_i].hidden;
    row.cells[FAB_RUN_FFN] = ROWS[_i].ffn;
    row.cells[FAB_RUN_HEADS] = ROWS[_i].heads;
    row.cells[FAB_RUN_KV_HEADS] = ROWS[_i].kv_heads;
    row.cells[FAB_RUN_GATED] = ROWS[_i].gated;
    row.cells[FAB_RUN_VOCABULARY] = ROWS[_i].vocabulary;
    row.cells[FAB_RUN_PP] = ROWS[_i].stages;
    const fab_run_choice choice = {.microbatch = 1, .interleave = ROWS[_i].interleave};
    ck_assert_str_eq(fab_run_layout(&row, &choice, arena), ROWS[_i].want);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_layout");
    TCase *tests = tcase_create("run_layout");
    tcase_add_loop_test(tests, layers_are_dealt, 0, (int)(sizeof(ROWS) / sizeof(ROWS[0])));
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
