#include <check.h>

#include "flow_fixture.h"
#include "run_all.h"

/* What is refused, and that memory is limited and given back. */

static const double BAD[] = {0.0, -1.0, (double)NAN, HUGE_VAL, 1e-61, 1e61};
enum { BAD_COUNT = sizeof(BAD) / sizeof(BAD[0]) };

START_TEST(rates_out_of_range)
{
    const double rates[] = {1.0, BAD[_i]};
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_network *network = NULL;
    ck_assert_int_eq(fab_flow_network_create(arena, rates, 2, &network), FAB_E_RANGE);
    ck_assert_ptr_null(network);
    fab_arena_destroy(arena);
}
END_TEST

/* Two flows on two links; `change` makes one number wrong. */
static fab_status run_changed(void (*change)(shape *s, double bad), double bad)
{
    shape s;
    fab_flow_result result;
    double finish_s[2];
    shape_begin(&s, 2, 1.0);
    for (uint32_t f = 0; f < 2; f++) {
        shape_flow(&s, 1.0);
        shape_cross(&s, f);
    }
    uint64_t seed = 3;
    random_columns(&s, &seed, WITH_STARTS | WITH_WEIGHTS | WITH_CAPS);
    s.load_ratio = shape_grow(NULL, 2, sizeof(double));
    s.load_ratio[0] = s.load_ratio[1] = 1.0;
    s.set.load_ratio = s.load_ratio;
    change(&s, bad);
    const fab_status status = run_shape(&s, false, finish_s, &result);
    shape_end(&s);
    return status;
}

static void change_nothing(shape *s, double bad)
{
    (void)s;
    (void)bad;
}

static void change_size(shape *s, double bad)
{
    s->size_byte[1] = bad;
}

static void change_start(shape *s, double bad)
{
    s->start_s[1] = bad;
}

static void change_weight(shape *s, double bad)
{
    s->weight_ratio[1] = bad;
}

static void change_cap(shape *s, double bad)
{
    s->cap_bps[1] = bad;
}

static void change_load(shape *s, double bad)
{
    s->load_ratio[1] = bad;
}

static void change_link(shape *s, double bad)
{
    (void)bad;
    s->route_link[1] = 2;
}

static void change_offsets(shape *s, double bad)
{
    (void)bad;
    s->route_begin[1] = 3;
}

static void change_first_offset(shape *s, double bad)
{
    (void)bad;
    s->route_begin[0] = 1;
}

START_TEST(columns_out_of_range)
{
    const bool is_zero = BAD[_i] == 0.0;
    const bool is_infinite = BAD[_i] == HUGE_VAL;
    const fab_status bad = FAB_E_RANGE;
    ck_assert_int_eq(run_changed(change_nothing, BAD[_i]), FAB_OK);
    ck_assert_int_eq(run_changed(change_size, BAD[_i]), is_zero ? FAB_OK : bad);
    ck_assert_int_eq(run_changed(change_start, BAD[_i]), is_zero ? FAB_OK : bad);
    ck_assert_int_eq(run_changed(change_weight, BAD[_i]), bad);
    ck_assert_int_eq(run_changed(change_cap, BAD[_i]), is_infinite ? FAB_OK : bad);
    ck_assert_int_eq(run_changed(change_load, BAD[_i]), bad);
    ck_assert_int_eq(run_changed(change_link, BAD[_i]), bad);
    ck_assert_int_eq(run_changed(change_offsets, BAD[_i]), bad);
    ck_assert_int_eq(run_changed(change_first_offset, BAD[_i]), bad);
}
END_TEST

/* The largest numbers that are allowed give times, not infinities. */
START_TEST(extremes_are_finite)
{
    shape s;
    fab_flow_result result;
    double finish_s[2];
    shape_begin(&s, 1, 1e-60);
    shape_flow(&s, 1e60);
    shape_cross(&s, 0);
    shape_flow(&s, 1e-60);
    shape_cross(&s, 0);
    ck_assert_int_eq(run_shape(&s, true, finish_s, &result), FAB_OK);
    ck_assert(isfinite(finish_s[0]) && isfinite(finish_s[1]) && finish_s[1] < finish_s[0]);
    shape_end(&s);
}
END_TEST

START_TEST(memory_out_is_a_status)
{
    shape s;
    fab_flow_result result;
    int failures = 0;
    shape_star(&s, 16, 1.0, 1.0);
    double *finish_s = fixture_times(&s);
    for (size_t limit = 512; limit < 65536; limit += 512) {
        fab_arena *arena = fab_arena_create(limit);
        fab_flow_network *network = NULL;
        const fab_flow_options options = {.is_general = _i != 0};
        fab_status status = fab_flow_network_create(arena, s.rate_bps, s.link_count, &network);
        if (status == FAB_OK) {
            status = fab_flow_run(network, &s.set, &options, finish_s, &result);
        }
        ck_assert(status == FAB_OK || status == FAB_E_NOMEM);
        failures += status == FAB_E_NOMEM;
        fab_arena_destroy(arena);
    }
    ck_assert_int_gt(failures, 10);
    ck_assert_int_lt(failures, 127);
    free(finish_s);
    shape_end(&s);
}
END_TEST

/* A run gives its memory back, and takes what the header says. */
START_TEST(memory_of_a_run)
{
    shape s;
    fab_flow_result result;
    shape_star(&s, 128, 1.0, 1.0);
    double *finish_s = fixture_times(&s);
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_network *network = NULL;
    const fab_flow_options options = {.is_general = true};
    ck_assert_int_eq(fab_flow_network_create(arena, s.rate_bps, s.link_count, &network), FAB_OK);
    ck_assert_int_eq(fab_flow_run(network, &s.set, &options, finish_s, &result), FAB_OK);
    const size_t peak_byte = fab_arena_peak_byte(arena);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(fab_flow_run(network, &s.set, &options, finish_s, &result), FAB_OK);
    }
    ck_assert_uint_le(fab_arena_peak_byte(arena), peak_byte + 1024);
    ck_assert_uint_le(peak_byte, 30 * (size_t)s.set.flow_count + 5 * (size_t)s.entry_count +
                                     200 * (size_t)s.link_count);
    fab_arena_destroy(arena);
    free(finish_s);
    shape_end(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("network");
    TCase *t = tcase_create("network");
    tcase_add_loop_test(t, rates_out_of_range, 0, BAD_COUNT);
    tcase_add_loop_test(t, columns_out_of_range, 0, BAD_COUNT);
    tcase_add_test(t, extremes_are_finite);
    tcase_add_loop_test(t, memory_out_is_a_status, 0, 2);
    tcase_add_test(t, memory_of_a_run);
    suite_add_tcase(s, t);
    return run_all(s);
}
