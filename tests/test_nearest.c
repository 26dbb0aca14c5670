#include <check.h>
#include <string.h>

#include <fabricast/diagnostic.h>

#include "run_all.h"
#include "seeded.h"

static const char *const NAME[] = {"bandwidth", "latency", "reach", "energy",         "radix",
                                   "rate",      "tp",      "pp",    "expert_parallel"};
#define NAMES (sizeof(NAME) / sizeof(NAME[0]))

static const struct {
    const char *word, *nearest;
} ROW[] = {
    {"bandwidth", "bandwidth"},
    {"bandwith", "bandwidth"},   /* one letter left out */
    {"bandwitdh", "bandwidth"},  /* neighbours swapped */
    {"bandwiddth", "bandwidth"}, /* one letter too many */
    {"bamdwidth", "bandwidth"},  /* one letter wrong */
    {"banwdith", "bandwidth"},   /* a swap and a letter left out: 2 of 8/3 */
    {"bnadwdith", "bandwidth"},  /* two swaps */
    {"bwdth", NULL},             /* four of five letters */
    {"latncy", "latency"},
    {"enrgy", "energy"},
    {"rach", "reach"},
    {"radi", "radix"},
    {"tp", "tp"},
    {"tpp", "tp"}, /* one of three; the tie with pp goes to the first */
    {"t", NULL},   /* too short for a mistake */
    {"px", NULL},
    {"", NULL},
    {"colour", NULL},
    {"expert_paralel", "expert_parallel"},
    {"expert-parallel", "expert_parallel"},
};

START_TEST(table)
{
    const char *nearest = fab_nearest_name(ROW[_i].word, NAME, NAMES);
    if (ROW[_i].nearest) {
        ck_assert_msg(nearest, "nothing near `%s`", ROW[_i].word);
        ck_assert_str_eq(nearest, ROW[_i].nearest);
    } else {
        ck_assert_msg(!nearest, "`%s` near `%s`", nearest, ROW[_i].word);
    }
}
END_TEST

START_TEST(no_names_give_nothing)
{
    ck_assert_ptr_null(fab_nearest_name("bandwidth", NULL, 0));
}
END_TEST

START_TEST(long_words_give_nothing)
{
    char word[70];
    const char *names[] = {word};
    memset(word, 'x', sizeof(word));
    word[64] = '\0';
    ck_assert_ptr_eq(fab_nearest_name(word, names, 1), word);
    word[64] = 'x';
    word[65] = '\0';
    ck_assert_ptr_null(fab_nearest_name(word, names, 1));
    ck_assert_ptr_null(fab_nearest_name("xxxx", names, 1));
}
END_TEST

/* The distance by its definition, for words too short for this to be slow. */
static size_t slow_distance(const char *a, const char *b)
{
    if (*a == '\0' || *b == '\0') {
        return strlen(a) + strlen(b);
    }
    size_t best = slow_distance(a + 1, b + 1) + (*a != *b);
    size_t other = slow_distance(a + 1, b) + 1;
    best = other < best ? other : best;
    other = slow_distance(a, b + 1) + 1;
    best = other < best ? other : best;
    if (a[1] != '\0' && b[1] != '\0' && a[0] == b[1] && a[1] == b[0]) {
        other = slow_distance(a + 2, b + 2) + 1;
        best = other < best ? other : best;
    }
    return best;
}

static void random_word(uint64_t *seed, char *word, size_t longest)
{
    const size_t length = (size_t)seeded_integer(seed, 0, (int64_t)longest);
    for (size_t i = 0; i < length; i++) {
        word[i] = (char)('a' + seeded_integer(seed, 0, 2));
    }
    word[length] = '\0';
}

START_TEST(agrees_with_the_definition)
{
    uint64_t seed = (uint64_t)_i;
    char word[8], text[5][8];
    const char *names[5];
    const char *best = NULL;
    random_word(&seed, word, 7);
    size_t least = strlen(word) / 3 + 1;
    for (int i = 0; i < 5; i++) {
        random_word(&seed, text[i], 7);
        names[i] = text[i];
        const size_t distance = slow_distance(word, text[i]);
        if (distance < least) {
            least = distance;
            best = names[i];
        }
    }
    ck_assert_ptr_eq(fab_nearest_name(word, names, 5), best);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("nearest");
    TCase *t = tcase_create("nearest");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, table, 0, (int)(sizeof(ROW) / sizeof(ROW[0])));
    tcase_add_test(t, no_names_give_nothing);
    tcase_add_test(t, long_words_give_nothing);
    tcase_add_loop_test(t, agrees_with_the_definition, 0, 1000);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
