#include <check.h>
#include <math.h>

#include <fabricast/collective.h>

#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

#define RANK_LIMIT 64

static fab_placement even(int64_t domains, int64_t local)
{
    return (fab_placement){domains * local, domains, local, local, true};
}

/* By hand, payload 960 bits. */
static const struct {
    const char *what;
    fab_collective_kind kind;
    fab_placement placement;
    double inner_bit;
    double outer_bit;
} ROW[] = {
    {"one rank gathers nothing", FAB_ALL_GATHER, {1, 1, 1, 1, true}, 0, 0},
    {"one rank reduces nothing", FAB_ALL_REDUCE, {1, 1, 1, 1, true}, 0, 0},
    {"one rank exchanges nothing", FAB_ALL_TO_ALL, {1, 1, 1, 1, true}, 0, 0},
    {"one rank sends nothing", FAB_SEND, {1, 1, 1, 1, true}, 0, 0},
    {"16 gather in one domain: 15/16", FAB_ALL_GATHER, {16, 1, 16, 16, true}, 900, 0},
    {"16 scatter in one domain: 15/16", FAB_REDUCE_SCATTER, {16, 1, 16, 16, true}, 900, 0},
    {"16 reduce in one domain: 30/16", FAB_ALL_REDUCE, {16, 1, 16, 16, true}, 1800, 0},
    {"16 exchange in one domain: 15/16", FAB_ALL_TO_ALL, {16, 1, 16, 16, true}, 900, 0},
    {"one per domain: 15/16 outside", FAB_ALL_GATHER, {16, 16, 1, 1, true}, 0, 900},
    {"one per domain exchange", FAB_ALL_TO_ALL, {16, 16, 1, 1, true}, 0, 900},
    {"4 x 8 gather: 7/8 inside, 3/32 outside", FAB_ALL_GATHER, {32, 4, 8, 8, true}, 840, 90},
    {"4 x 8 scatter", FAB_REDUCE_SCATTER, {32, 4, 8, 8, true}, 840, 90},
    {"4 x 8 reduce: twice that", FAB_ALL_REDUCE, {32, 4, 8, 8, true}, 1680, 180},
    {"4 x 8 exchange: 7/32 and 24/32", FAB_ALL_TO_ALL, {32, 4, 8, 8, true}, 210, 720},
    {"send inside", FAB_SEND, {8, 1, 8, 8, true}, 960, 0},
    {"send outside", FAB_SEND, {8, 4, 2, 2, true}, 0, 960},
    /* 16 ranks as 16 or 8 + 8: the whole group inside, half of it outside */
    {"uneven gather", FAB_ALL_GATHER, {16, 2, 8, 16, false}, 900, 60},
    {"uneven exchange", FAB_ALL_TO_ALL, {16, 2, 8, 16, false}, 900, 480},
};

START_TEST(table)
{
    double got_bit[FAB_TIER_LIMIT] = {-1.0, -1.0};
    ck_assert_int_eq(fab_collective_volume(ROW[_i].kind, &ROW[_i].placement, 960.0, got_bit),
                     FAB_OK);
    ck_assert_double_eq_tol(got_bit[0], ROW[_i].inner_bit, 1e-9);
    ck_assert_double_eq_tol(got_bit[1], ROW[_i].outer_bit, 1e-9);
}
END_TEST

/* Hidden 12288, BF16, tensor groups of 16 inside a pod: 8 collectives of 15/16 of a row, 184320 B
 * per token. Experts: 4 passes of k rows / 16 (the share of a rank); a group of 32 at stride 16
 * keeps 8 of 32 in a pod of 128 and all in one of 512. */
START_TEST(study_messages)
{
    const double row_bit = 12288.0 * 16.0;
    double got_bit[FAB_TIER_LIMIT];
    fab_placement placement;
    const fab_group tensor = fab_group_make(16, 1);
    ck_assert_int_eq(fab_group_place(&tensor, 32768, 128, &placement), FAB_OK);
    ck_assert_int_eq(fab_collective_volume(FAB_ALL_GATHER, &placement, row_bit, got_bit), FAB_OK);
    ck_assert_double_eq_tol(8.0 * got_bit[0] / 8.0, 184320.0, 1e-6);
    ck_assert_double_eq(got_bit[1], 0.0);

    const fab_group expert = fab_group_make(32, 16);
    const double send_bit = 4.0 * 8.0 * row_bit / 16.0;
    ck_assert_int_eq(fab_group_place(&expert, 32768, 128, &placement), FAB_OK);
    ck_assert_int_eq(fab_collective_volume(FAB_ALL_TO_ALL, &placement, send_bit, got_bit), FAB_OK);
    ck_assert_double_eq_tol(got_bit[1], send_bit * 0.75, 1e-6);
    ck_assert_double_eq_tol(got_bit[0], send_bit * 7.0 / 32.0, 1e-6);
    ck_assert_int_eq(fab_group_place(&expert, 32768, 512, &placement), FAB_OK);
    ck_assert_int_eq(fab_collective_volume(FAB_ALL_TO_ALL, &placement, send_bit, got_bit), FAB_OK);
    ck_assert_double_eq(got_bit[1], 0.0);
    ck_assert_double_eq_tol(got_bit[0], send_bit * 31.0 / 32.0, 1e-6);
}
END_TEST

static fab_placement draw_even(uint64_t *seed)
{
    const int64_t local = seeded_integer(seed, 1, 8);
    return even(seeded_integer(seed, 1, RANK_LIMIT / 8), local);
}

/* The optimum of one tier, S (n - 1) / n, is kept however the group lies: nothing is sent twice. */
static void hierarchy_keeps_the_total_for(uint64_t seed)
{
    const fab_placement placement = draw_even(&seed);
    const double payload_bit = seeded_between(&seed, 0.0, 1e12);
    const double n = (double)placement.ranks;
    const double once_bit = payload_bit * (n - 1.0) / n;
    for (int kind = FAB_ALL_GATHER; kind <= FAB_ALL_TO_ALL; kind++) {
        double got_bit[FAB_TIER_LIMIT];
        ck_assert_int_eq(
            fab_collective_volume((fab_collective_kind)kind, &placement, payload_bit, got_bit),
            FAB_OK);
        const double want_bit = kind == FAB_ALL_REDUCE ? 2.0 * once_bit : once_bit;
        ck_assert_double_eq_tol(got_bit[0] + got_bit[1], want_bit, 1e-12 * payload_bit + 1e-12);
    }
}

START_TEST(hierarchy_keeps_the_total)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        hierarchy_keeps_the_total_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* What ranks send and receive on each tier, message by message, payload n units. */
typedef struct ledger {
    double sent[FAB_TIER_LIMIT][RANK_LIMIT];
    double received[FAB_TIER_LIMIT][RANK_LIMIT];
} ledger;

static void post(ledger *book, int64_t from, int64_t to, int64_t local, double units)
{
    const int tier = from / local == to / local ? 0 : 1;
    book->sent[tier][from] += units;
    book->received[tier][to] += units;
}

/* Hierarchical all-gather: every rank passes its piece to the ranks of its index in the other
 * domains, then all pieces it holds to each neighbour in its own. */
static void gather(ledger *book, const fab_placement *at)
{
    const int64_t q = at->local_max;
    for (int64_t rank = 0; rank < at->ranks; rank++) {
        for (int64_t domain = 0; domain < at->domains; domain++) {
            if (domain != rank / q) {
                post(book, rank, domain * q + rank % q, q, 1.0);
            }
        }
        for (int64_t i = 0; i < q; i++) {
            if (i != rank % q) {
                post(book, rank, rank / q * q + i, q, (double)at->domains);
            }
        }
    }
}

/* Direct all-to-all: one unit of the send buffer for each rank. */
static void exchange(ledger *book, const fab_placement *at)
{
    for (int64_t from = 0; from < at->ranks; from++) {
        for (int64_t to = 0; to < at->ranks; to++) {
            if (from != to) {
                post(book, from, to, at->local_max, 1.0);
            }
        }
    }
}

static void matches_message_by_message_for(uint64_t seed)
{
    const fab_placement placement = draw_even(&seed);
    static ledger book;
    for (int kind = FAB_ALL_GATHER; kind <= FAB_ALL_TO_ALL; kind++) {
        book = (ledger){0};
        if (kind == FAB_ALL_TO_ALL) {
            exchange(&book, &placement);
        } else {
            gather(&book, &placement); /* reduce-scatter runs the same messages backwards */
        }
        const double passes = kind == FAB_ALL_REDUCE ? 2.0 : 1.0;
        double got_bit[FAB_TIER_LIMIT];
        ck_assert_int_eq(fab_collective_volume((fab_collective_kind)kind, &placement,
                                               (double)placement.ranks, got_bit),
                         FAB_OK);
        for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
            double sent = 0.0;
            double received = 0.0;
            for (int64_t rank = 0; rank < placement.ranks; rank++) {
                ck_assert_double_eq_tol(got_bit[tier], passes * book.sent[tier][rank], 1e-9);
                sent += passes * book.sent[tier][rank];
                received += passes * book.received[tier][rank];
            }
            ck_assert_double_eq_tol((double)placement.ranks * got_bit[tier], received, 1e-7);
            ck_assert_double_eq_tol(sent, received, 1e-9);
        }
    }
}

START_TEST(matches_message_by_message)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        matches_message_by_message_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* An uneven group costs at least what an even one of the same ranks and domains costs. */
static void uneven_is_never_cheaper_for(uint64_t seed)
{
    const fab_placement good = even(seeded_integer(&seed, 1, 8), seeded_integer(&seed, 2, 8));
    fab_placement bad = good;
    bad.local_min -= 1;
    bad.local_max += good.domains > 1 ? 1 : 0;
    bad.is_even = false;
    for (int kind = FAB_ALL_GATHER; kind <= FAB_ALL_TO_ALL; kind++) {
        double good_bit[FAB_TIER_LIMIT];
        double bad_bit[FAB_TIER_LIMIT];
        ck_assert_int_eq(fab_collective_volume((fab_collective_kind)kind, &good, 1e9, good_bit),
                         FAB_OK);
        ck_assert_int_eq(fab_collective_volume((fab_collective_kind)kind, &bad, 1e9, bad_bit),
                         FAB_OK);
        ck_assert_double_ge(bad_bit[0], good_bit[0]);
        ck_assert_double_ge(bad_bit[1], good_bit[1]);
    }
}

START_TEST(uneven_is_never_cheaper)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        uneven_is_never_cheaper_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

static const struct {
    const char *what;
    fab_placement placement;
    double payload_bit;
} BAD[] = {
    {"negative payload", {16, 2, 8, 8, true}, -1.0},
    {"payload not a number", {16, 2, 8, 8, true}, (double)NAN},
    {"endless payload", {16, 2, 8, 8, true}, (double)INFINITY},
    {"volume beyond the largest double", {16, 2, 8, 8, true}, 1.7e308},
    {"no ranks", {0, 1, 1, 1, true}, 1.0},
    {"no domains", {16, 0, 8, 8, true}, 1.0},
    {"more domains than ranks", {4, 5, 1, 1, true}, 1.0},
    {"no member in a domain", {16, 2, 0, 16, false}, 1.0},
    {"fewest above most", {16, 2, 9, 8, false}, 1.0},
    {"more members than ranks", {16, 2, 8, 17, false}, 1.0},
    {"ranks do not fit into the domains", {16, 2, 7, 7, true}, 1.0},
    {"ranks do not fill the domains", {16, 4, 5, 8, false}, 1.0},
    {"called even but is not", {16, 2, 4, 12, true}, 1.0},
    {"called uneven but is even", {16, 2, 8, 8, false}, 1.0},
};

START_TEST(rooted_kinds_are_refused)
{
    const fab_placement placement = {16, 2, 8, 8, true};
    double got_bit[FAB_TIER_LIMIT];
    ck_assert_int_eq(fab_collective_volume(FAB_BROADCAST, &placement, 1.0, got_bit), FAB_E_RANGE);
    ck_assert_int_eq(fab_collective_volume(FAB_REDUCE, &placement, 1.0, got_bit), FAB_E_RANGE);
}
END_TEST

START_TEST(failures)
{
    double got_bit[FAB_TIER_LIMIT] = {42.0, 43.0};
    ck_assert_int_eq(
        fab_collective_volume(FAB_ALL_REDUCE, &BAD[_i].placement, BAD[_i].payload_bit, got_bit),
        FAB_E_RANGE);
    ck_assert_double_eq(got_bit[0], 42.0);
    ck_assert_double_eq(got_bit[1], 43.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("volume");
    TCase *cases = tcase_create("volume");
    tcase_add_loop_test(cases, table, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_test(cases, study_messages);
    tcase_add_loop_test(cases, hierarchy_keeps_the_total, 0, BLOCKS);
    tcase_add_loop_test(cases, matches_message_by_message, 0, BLOCKS);
    tcase_add_loop_test(cases, uneven_is_never_cheaper, 0, BLOCKS);
    tcase_add_test(cases, rooted_kinds_are_refused);
    tcase_add_loop_test(cases, failures, 0, (int)(sizeof BAD / sizeof BAD[0]));
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
