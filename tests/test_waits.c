#include <check.h>

#include "flow_fixture.h"
#include "run_all.h"

/* Flows that wait for others: hand-computed chains, random ones against the same flows with the
 * starts that the waiting gave them, whole rings as classes, and what is refused. */

/* On one link of 8 bit/s, 1 byte alone takes 1 s. */
START_TEST(a_chain_by_hand)
{
    /* 0 runs; 1 follows 2 s later; 2 takes 3 s and no link after both; 3 follows it */
    const uint32_t begin[] = {0, 0, 1, 3, 4}, after[] = {0, 0, 1, 2};
    const double start_s[] = {1.0, 2.0, 3.0, 0.0};
    const double want_s[] = {2.0, 5.0, 8.0, 9.0};
    for (int is_general = 0; is_general < 2; is_general++) {
        shape s;
        fab_flow_result result;
        shape_begin(&s, 1, 8.0);
        for (int i = 0; i < 4; i++) {
            shape_flow(&s, i == 2 ? 0.0 : 1.0);
            if (i != 2) {
                shape_cross(&s, 0);
            }
        }
        s.set.start_s = start_s;
        s.set.after_begin = begin;
        s.set.after_flow = after;
        double *finish_s = fixture_times(&s);
        ck_assert(run_certified(&s, is_general, finish_s, &result));
        for (int i = 0; i < 4; i++) {
            ck_assert_double_eq_tol(finish_s[i], want_s[i], 1e-14);
        }
        ck_assert_double_eq_tol(result.makespan_s, 9.0, 1e-14);
        free(finish_s);
        shape_end(&s);
    }
}
END_TEST

/* What takes no time passes the moment on. */
START_TEST(many_in_one_moment)
{
    const uint32_t begin[] = {0, 0, 1, 2, 3, 4}, after[] = {0, 1, 2, 3};
    shape s;
    fab_flow_result result;
    shape_begin(&s, 1, 8.0);
    shape_flow(&s, 1.0);
    shape_cross(&s, 0);
    for (int i = 1; i < 5; i++) {
        shape_flow(&s, 0.0);
    }
    s.set.after_begin = begin;
    s.set.after_flow = after;
    double *finish_s = fixture_times(&s);
    ck_assert_int_eq(run_shape(&s, true, finish_s, &result), FAB_OK);
    for (int i = 0; i < 5; i++) {
        ck_assert_double_eq(finish_s[i], 1.0);
    }
    ck_assert_uint_eq(result.events, 1);
    free(finish_s);
    shape_end(&s);
}
END_TEST

/* Every flow waits for up to three earlier ones. */
static void add_waits(shape *s, uint64_t *seed, uint32_t **begin_out, uint32_t **after_out)
{
    const uint32_t flows = s->set.flow_count;
    uint32_t *begin = shape_grow(NULL, (uint64_t)flows + 1, sizeof(uint32_t));
    uint32_t *after = shape_grow(NULL, 3 * (uint64_t)flows + 1, sizeof(uint32_t));
    uint32_t end = 0;
    begin[0] = 0;
    for (uint32_t flow = 0; flow < flows; flow++) {
        for (int64_t n = flow == 0 ? 0 : seeded_integer(seed, 0, 3); n > 0; n--) {
            after[end++] = (uint32_t)seeded_integer(seed, 0, flow - 1);
        }
        begin[flow + 1] = end;
    }
    s->set.after_begin = begin;
    s->set.after_flow = after;
    *begin_out = begin;
    *after_out = after;
}

START_TEST(times_of_the_starts_that_follow)
{
    uint64_t seed = (uint64_t)_i;
    const int with = _i % 32 & ~WITH_STARTS;
    shape s;
    fab_flow_result result, explicit_result;
    uint32_t *begin, *after;
    random_shape(&s, &seed, with | WITH_STARTS);
    add_waits(&s, &seed, &begin, &after);
    double *finish_s = fixture_times(&s), *want_s = fixture_times(&s);
    ck_assert(run_certified(&s, _i % 2, finish_s, &result));

    s.set.after_begin = NULL;
    for (uint32_t flow = 0; flow < s.set.flow_count; flow++) {
        double last_s = 0.0;
        for (uint32_t i = begin[flow]; i < begin[flow + 1]; i++) {
            last_s = fmax(last_s, finish_s[after[i]]);
        }
        s.start_s[flow] += last_s;
    }
    ck_assert_int_eq(run_shape(&s, true, want_s, &explicit_result), FAB_OK);
    ck_assert_double_le(largest_difference(finish_s, want_s, s.set.flow_count), 1e-11);
    free(finish_s);
    free(want_s);
    free(begin);
    free(after);
    shape_end(&s);
}
END_TEST

/* Rings whose ranks pass a part on when they have got one; every other rank may be slower. */
static void make_ring(shape *s, uint32_t ranks, uint32_t steps, uint32_t **begin, uint32_t **after)
{
    shape_begin(s, ranks, 8.0);
    *begin = shape_grow(NULL, (uint64_t)ranks * steps + 1, sizeof(uint32_t));
    *after = shape_grow(NULL, (uint64_t)ranks * steps, sizeof(uint32_t));
    (*begin)[0] = 0;
    for (uint32_t i = 0; i < ranks * steps; i++) {
        const uint32_t rank = i % ranks;
        uint32_t end = (*begin)[i];
        shape_flow(s, 1.0);
        shape_cross(s, rank);
        if (i >= ranks) {
            (*after)[end++] = i - rank - ranks + (rank + ranks - 1) % ranks;
        }
        (*begin)[i + 1] = end;
    }
    s->set.after_begin = *begin;
    s->set.after_flow = *after;
}

START_TEST(a_ring_is_a_class_per_step)
{
    shape s;
    fab_flow_result result, general;
    uint32_t *begin, *after;
    make_ring(&s, 12, 100, &begin, &after);
    if (_i == 1) {
        s.rate_bps[5] = 4.0;
    }
    double *finish_s = fixture_times(&s), *general_s = fixture_times(&s);
    ck_assert_int_eq(run_shape(&s, false, finish_s, &result), FAB_OK);
    ck_assert_int_eq(run_shape(&s, true, general_s, &general), FAB_OK);
    ck_assert_double_le(largest_difference(finish_s, general_s, s.set.flow_count), 1e-12);
    if (_i == 0) {
        ck_assert_uint_eq(result.class_count, 100);
        ck_assert_double_eq_tol(result.makespan_s, 100.0, 1e-12);
    } else {
        ck_assert_uint_eq(result.class_count, 1200);
        ck_assert_double_gt(result.makespan_s, 100.0);
    }
    free(finish_s);
    free(general_s);
    free(begin);
    free(after);
    shape_end(&s);
}
END_TEST

/* Waiting for itself, for a later flow, offsets that fall or do not begin at 0. */
START_TEST(what_cannot_be_waited_for)
{
    static const struct {
        uint32_t begin[3], after[1];
    } ROW[] = {
        {{0, 1, 1}, {0}}, {{0, 1, 1}, {1}}, {{0, 0, 1}, {1}}, {{1, 1, 1}, {0}}, {{0, 1, 0}, {0}}};
    shape s;
    fab_flow_result result;
    double finish_s[2];
    shape_begin(&s, 1, 8.0);
    shape_flow(&s, 1.0);
    shape_flow(&s, 1.0);
    s.set.after_begin = ROW[_i].begin;
    s.set.after_flow = ROW[_i].after;
    ck_assert_int_eq(run_shape(&s, true, finish_s, &result), FAB_E_RANGE);
    shape_end(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("waits");
    TCase *t = tcase_create("waits");
    tcase_add_test(t, a_chain_by_hand);
    tcase_add_test(t, many_in_one_moment);
    tcase_add_loop_test(t, times_of_the_starts_that_follow, 0, 1000);
    tcase_add_loop_test(t, a_ring_is_a_class_per_step, 0, 2);
    tcase_add_loop_test(t, what_cannot_be_waited_for, 0, 5);
    suite_add_tcase(s, t);
    return run_all(s);
}
