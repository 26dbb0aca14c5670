#include <check.h>
#include <math.h>

#include "collective/traffic.h"
#include "run_all.h"

#define RANK_LIMIT 64
#define PAYLOAD    5040.0

/* A slow oracle: every message of an algorithm is booked on the innermost tier that joins its two
 * ranks, and the busiest rank is looked up afterwards. Rank r has one digit per tier, the innermost
 * first; a digit on tier i changes which domain of tier i - 1 inside tier i it sits in. */
typedef struct ledger {
    int64_t members[FAB_TIER_LIMIT];
    int64_t tiers;
    int64_t ranks;
    double sent[FAB_TIER_LIMIT][RANK_LIMIT];
    double received[FAB_TIER_LIMIT][RANK_LIMIT];
} ledger;

static int64_t weight(const ledger *book, int64_t tier)
{
    int64_t product = 1;
    for (int64_t i = 0; i < tier; i++) {
        product *= book->members[i];
    }
    return product;
}

static int64_t digit(const ledger *book, int64_t rank, int64_t tier)
{
    return rank / weight(book, tier) % book->members[tier];
}

static int64_t with_digit(const ledger *book, int64_t rank, int64_t tier, int64_t value)
{
    return rank + (value - digit(book, rank, tier)) * weight(book, tier);
}

static void post(ledger *book, int64_t from, int64_t to, double bits)
{
    int64_t tier = 0;
    while (from / weight(book, tier + 1) != to / weight(book, tier + 1)) {
        tier++;
    }
    book->sent[tier][from] += bits;
    book->received[tier][to] += bits;
}

/* one pass (scatter of sums or gather) on one tier over a vector of `bits` per rank */
static void pass(ledger *book, int64_t tier, int algorithm, double bits)
{
    const int64_t m = book->members[tier];
    for (int64_t r = 0; r < book->ranks; r++) {
        const int64_t d = digit(book, r, tier);
        for (int64_t step = 1; step < m; step++) {
            const int64_t to = algorithm == FAB_ALGORITHM_RING ? (d + 1) % m : (d + step) % m;
            if (algorithm != FAB_ALGORITHM_HALVING) {
                post(book, r, with_digit(book, r, tier, to), bits / (double)m);
            }
        }
        double half_bit = bits / 2.0;
        for (int64_t bit = m / 2; algorithm == FAB_ALGORITHM_HALVING && bit >= 1; bit /= 2) {
            post(book, r, with_digit(book, r, tier, d ^ bit), half_bit);
            half_bit /= 2.0;
        }
    }
}

/* reduce-scatter inwards to outwards, all-gather back; each alone is one pass of both */
static void gather(ledger *book, int algorithm, int passes)
{
    for (int p = 0; p < passes; p++) {
        for (int64_t i = 0; i < book->tiers; i++) {
            pass(book, i, algorithm, PAYLOAD / (double)weight(book, i));
        }
    }
}

static void double_whole(ledger *book)
{
    for (int64_t i = 0; i < book->tiers; i++) {
        for (int64_t r = 0; r < book->ranks; r++) {
            for (int64_t bit = 1; bit < book->members[i]; bit *= 2) {
                post(book, r, with_digit(book, r, i, digit(book, r, i) ^ bit), PAYLOAD);
            }
        }
    }
}

/* binomial trees, the outermost tier first: only ranks with no digit inside have the vector */
static void tree(ledger *book, bool is_reduce)
{
    for (int64_t i = book->tiers - 1; i >= 0; i--) {
        for (int64_t bit = 1; bit < book->members[i]; bit *= 2) {
            for (int64_t r = 0; r < book->ranks; r++) {
                const int64_t d = digit(book, r, i);
                if (r % weight(book, i) == 0 && d < bit && d + bit < book->members[i]) {
                    const int64_t to = with_digit(book, r, i, d + bit);
                    post(book, is_reduce ? to : r, is_reduce ? r : to, PAYLOAD);
                }
            }
        }
    }
}

/* the root scatters inside its domain, its peers do so outside, and all gather back */
static void scatter_and_gather(ledger *book, bool is_reduce)
{
    for (int64_t i = 0; i < book->tiers; i++) {
        const double bits = PAYLOAD / (double)weight(book, i + 1);
        for (int64_t r = 0; r < weight(book, i); r++) {
            for (int64_t d = 1; d < book->members[i]; d++) {
                const int64_t to = with_digit(book, r, i, d);
                post(book, is_reduce ? to : r, is_reduce ? r : to, bits);
            }
        }
        pass(book, i, FAB_ALGORITHM_RING, PAYLOAD / (double)weight(book, i));
    }
}

/* as many rings as an inner domain has ranks; ring k leaves each domain at rank k of it */
static void flat_ring(ledger *book, int passes)
{
    const int64_t q = book->members[0];
    const double n = (double)book->ranks;
    const double bits = passes * PAYLOAD * (n - 1.0) / n / (double)q;
    for (int64_t k = 0; k < q; k++) {
        for (int64_t at = 0; at < book->ranks; at++) {
            const int64_t next = (at + 1) % book->ranks;
            const int64_t from = at / q * q + (at % q + k + 1) % q;
            const int64_t to = next / q * q + (next % q + k + 1) % q;
            post(book, from, to, bits);
        }
    }
}

static void exchange(ledger *book, int algorithm)
{
    for (int64_t i = 0; i < book->tiers; i++) {
        const int64_t m = book->members[i];
        for (int64_t r = 0; r < book->ranks; r++) {
            for (int64_t block = 1; block < m; block++) {
                const int64_t d = digit(book, r, i);
                for (int64_t bit = 1; algorithm == FAB_ALGORITHM_BRUCK && bit < m; bit *= 2) {
                    if ((block & bit) != 0) {
                        post(book, r, with_digit(book, r, i, (d + bit) % m), PAYLOAD / (double)m);
                    }
                }
                if (algorithm == FAB_ALGORITHM_FORWARD) {
                    post(book, r, with_digit(book, r, i, (d + block) % m), PAYLOAD / (double)m);
                }
            }
        }
    }
}

static void exchange_directly(ledger *book)
{
    for (int64_t from = 0; from < book->ranks; from++) {
        for (int64_t to = 0; to < book->ranks; to++) {
            if (from != to) {
                post(book, from, to, PAYLOAD / (double)book->ranks);
            }
        }
    }
}

/* false: the oracle does not know this one */
static bool simulate(ledger *book, fab_collective_kind kind, int algorithm)
{
    const bool is_reduce = kind == FAB_REDUCE;
    if (kind == FAB_BROADCAST || kind == FAB_REDUCE) {
        if (algorithm == FAB_ALGORITHM_TREE) {
            tree(book, is_reduce);
        } else if (algorithm == FAB_ALGORITHM_RING) {
            scatter_and_gather(book, is_reduce);
        }
        return algorithm == FAB_ALGORITHM_TREE || algorithm == FAB_ALGORITHM_RING;
    }
    if (kind == FAB_ALL_TO_ALL) {
        if (algorithm == FAB_ALGORITHM_RING || algorithm == FAB_ALGORITHM_DIRECT) {
            exchange_directly(book);
        } else {
            exchange(book, algorithm);
        }
        return true;
    }
    const int passes = kind == FAB_ALL_REDUCE ? 2 : 1;
    if (algorithm == FAB_ALGORITHM_DOUBLING) {
        double_whole(book);
    } else if (algorithm == FAB_ALGORITHM_FLAT_RING) {
        flat_ring(book, passes);
    } else {
        gather(book, algorithm, passes);
    }
    return algorithm <= FAB_ALGORITHM_DOUBLING || algorithm == FAB_ALGORITHM_FLAT_RING;
}

/* an even group of these members */
static fab_spans spans_of(const int64_t *members, int64_t tiers)
{
    fab_spans spans = {.tier_count = tiers, .ranks = 1};
    for (int64_t i = 0; i < tiers; i++) {
        spans.ranks *= members[i];
    }
    int64_t inside = 1;
    for (int64_t i = 0; i < tiers; i++) {
        const int64_t here = inside * members[i];
        spans.tiers[i] = (fab_span){members[i], spans.ranks / inside - spans.ranks / here,
                                    1.0 / (double)inside, 1.0 / (double)here};
        inside = here;
    }
    return spans;
}

static const int64_t SHAPE[][FAB_TIER_LIMIT] = {
    {2, 1, 1, 0}, {3, 1, 1, 0}, {4, 1, 1, 0}, {5, 1, 1, 0}, {7, 1, 1, 0}, {8, 1, 1, 0},
    {1, 4, 1, 0}, {2, 2, 1, 0}, {4, 2, 1, 0}, {3, 4, 1, 0}, {8, 4, 1, 0}, {5, 3, 1, 0},
    {2, 2, 2, 0}, {4, 2, 4, 0}, {2, 3, 4, 0}, {4, 1, 2, 0}, {1, 2, 8, 0}, {1, 1, 6, 0},
};

#define SHAPES ((int)(sizeof SHAPE / sizeof SHAPE[0]))

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static void assert_load(const fab_load *load, const ledger *book, const char *what)
{
    for (int64_t i = 0; i < book->tiers; i++) {
        double most = 0.0;
        double sent = 0.0;
        double received = 0.0;
        for (int64_t r = 0; r < book->ranks; r++) {
            most = larger(most, larger(book->sent[i][r], book->received[i][r]));
            sent += book->sent[i][r];
            received += book->received[i][r];
        }
        ck_assert_double_eq_tol(sent, received, 1e-6);
        ck_assert_msg(fabs(load->tiers[i].sent_bit - most) <= 1e-9 * PAYLOAD,
                      "%s, tier %d: %.17g, not %.17g", what, (int)i, load->tiers[i].sent_bit, most);
    }
}

START_TEST(matches_message_by_message)
{
    static ledger book;
    const bool no_switch[FAB_TIER_LIMIT] = {false};
    const fab_spans spans = spans_of(SHAPE[_i], 3);
    int checked = 0;
    for (int kind = 0; kind < FAB_COLLECTIVE_KIND_COUNT; kind++) {
        for (int a = FAB_ALGORITHM_AUTO + 1; a < FAB_ALGORITHM_COUNT; a++) {
            const fab_load load =
                fab_load_make((fab_collective_kind)kind, a, &spans, no_switch, PAYLOAD);
            const bool is_flat = a == FAB_ALGORITHM_FLAT_RING;
            /* the oracle halves powers of two only, and knows no chain and no send */
            const bool is_odd =
                a == FAB_ALGORITHM_HALVING && (spans.ranks & (spans.ranks - 1)) != 0;
            if (load.reason || kind == FAB_SEND || is_odd || (is_flat && kind > FAB_ALL_REDUCE) ||
                (is_flat && SHAPE[_i][0] == 1)) {
                continue;
            }
            book = (ledger){.members = {SHAPE[_i][0], SHAPE[_i][1], SHAPE[_i][2], 1},
                            .tiers = 3,
                            .ranks = spans.ranks};
            if (simulate(&book, (fab_collective_kind)kind, a)) {
                /* three tiers: rails of the middle tier stand for those outside */
                if (!(is_flat && SHAPE[_i][1] > 1 && SHAPE[_i][2] > 1)) {
                    assert_load(&load, &book, fab_algorithm_name(a));
                    checked++;
                }
            }
        }
    }
    ck_assert_int_ge(checked, 10);
}
END_TEST

/* By hand. S = 5040 over 8 ranks of one tier, or 8 x 4 of two. */
static const struct {
    const char *what;
    fab_collective_kind kind;
    int algorithm;
    int64_t members[2];
    bool can_reduce[2];
    double bit[2];
    double steps[2];
} ROW[] = {
    {"the switch takes S and the multicast of S / 8",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_IN_NETWORK,
     {8, 1},
     {true, false},
     {5670, 0},
     {2, 2}},
    {"outside of it shares of S / 8 go directly",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_IN_NETWORK,
     {8, 4},
     {true, false},
     {5670, 945},
     {2, 2}},
    {"both tiers reduce",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_IN_NETWORK,
     {8, 4},
     {true, true},
     {5670, 787.5},
     {2, 2}},
    {"a multicast leaves the root once",
     FAB_BROADCAST,
     FAB_ALGORITHM_IN_NETWORK,
     {8, 1},
     {true, false},
     {5040, 0},
     {1, 0}},
    {"double binary tree: S up, S down",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_TREE,
     {8, 1},
     {false, false},
     {10080, 0},
     {6, 0}},
    {"two trees over two ranks send half each",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_TREE,
     {2, 1},
     {false, false},
     {5040, 0},
     {2, 0}},
    {"of three ranks nobody has two below: 1.5 S",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_TREE,
     {3, 1},
     {false, false},
     {7560, 0},
     {4, 0}},
    {"a chain passes all on",
     FAB_BROADCAST,
     FAB_ALGORITHM_FLAT_RING,
     {8, 1},
     {false, false},
     {5040, 0},
     {7, 0}},
    {"Rabenseifner: 2 x 3 steps",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_HALVING,
     {8, 1},
     {false, false},
     {8820, 0},
     {6, 0}},
    {"Bruck: 12 of 8 blocks in 3 steps",
     FAB_ALL_TO_ALL,
     FAB_ALGORITHM_BRUCK,
     {8, 1},
     {false, false},
     {7560, 0},
     {3, 0}},
    {"scatter and ring all-gather: 3 + 7 steps",
     FAB_BROADCAST,
     FAB_ALGORITHM_RING,
     {8, 1},
     {false, false},
     {8820, 0},
     {10, 1}},
};

START_TEST(by_hand)
{
    const bool can_reduce[FAB_TIER_LIMIT] = {ROW[_i].can_reduce[0], ROW[_i].can_reduce[1]};
    const fab_spans spans = spans_of(ROW[_i].members, 2);
    const fab_load load =
        fab_load_make(ROW[_i].kind, ROW[_i].algorithm, &spans, can_reduce, PAYLOAD);
    ck_assert_ptr_null(load.reason);
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(fabs(load.tiers[i].sent_bit - ROW[_i].bit[i]) < 1e-9, "%s: %g", ROW[_i].what,
                      load.tiers[i].sent_bit);
        ck_assert_msg(load.tiers[i].sent_bit <= 0.0 ||
                          load.tiers[i].steps_count == ROW[_i].steps[i],
                      "%s: %g steps", ROW[_i].what, load.tiers[i].steps_count);
    }
}
END_TEST

static const struct {
    fab_collective_kind kind;
    int algorithm;
    int64_t members[2];
} REFUSED[] = {
    {FAB_ALL_REDUCE, FAB_ALGORITHM_HALVING, {6, 1}},
    {FAB_ALL_REDUCE, FAB_ALGORITHM_DOUBLING, {8, 3}},
    {FAB_ALL_GATHER, FAB_ALGORITHM_DOUBLING, {8, 1}},
    {FAB_ALL_TO_ALL, FAB_ALGORITHM_HALVING, {8, 1}},
    {FAB_ALL_GATHER, FAB_ALGORITHM_TREE, {8, 1}},
    {FAB_ALL_REDUCE, FAB_ALGORITHM_IN_NETWORK, {8, 1}},
    {FAB_BROADCAST, FAB_ALGORITHM_IN_NETWORK, {8, 1}},
    {FAB_SEND, FAB_ALGORITHM_IN_NETWORK, {2, 1}},
    {FAB_ALL_GATHER, FAB_ALGORITHM_FLAT_RING, {8, 1}},
    {FAB_ALL_TO_ALL, FAB_ALGORITHM_FLAT_RING, {8, 4}},
    {FAB_ALL_REDUCE, FAB_ALGORITHM_BRUCK, {8, 1}},
    {FAB_ALL_TO_ALL, FAB_ALGORITHM_FORWARD, {8, 1}},
};

START_TEST(what_does_not_apply_says_why)
{
    const bool no_switch[FAB_TIER_LIMIT] = {false};
    const fab_spans spans = spans_of(REFUSED[_i].members, 2);
    ck_assert_ptr_nonnull(
        fab_load_make(REFUSED[_i].kind, REFUSED[_i].algorithm, &spans, no_switch, PAYLOAD).reason);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traffic");
    TCase *tests = tcase_create("traffic");
    tcase_add_loop_test(tests, matches_message_by_message, 0, SHAPES);
    tcase_add_loop_test(tests, by_hand, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_loop_test(tests, what_does_not_apply_says_why, 0,
                        (int)(sizeof REFUSED / sizeof REFUSED[0]));
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
