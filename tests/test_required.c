#include "scenario_fixture.h"

#include <math.h>

#include <fabricast/required.h>
#include <fabricast/train.h>

#include "random_scenario.h"

static fab_requirements required_of(const fab_scenario *s)
{
    fab_requirements r;
    ck_assert_int_eq(fab_train_require(s, arena, &r), FAB_OK);
    return r;
}

static const fab_required_row *row_of(const fab_requirements *r, int64_t tier, int message_class)
{
    for (size_t i = 0; i < r->row_count; i++) {
        if (r->rows[i].tier_index == tier && r->rows[i].message_class == message_class) {
            return &r->rows[i];
        }
    }
    ck_abort_msg("no row of tier %d", (int)tier);
    return NULL;
}

static void assert_within(double got, double want, double share)
{
    ck_assert_msg(fabs(got / want - 1.0) <= share, "%.6g instead of %.6g", got, want);
}

/* The hand toy of test_forecast with tensor messages free to hide. Forward, four of 15/16 h
 * elements of 2 bytes have the products 2 (4 h h + 2 k h f_e + h E) / 16 FLOPs to hide behind;
 * backward, as many have twice the products. */
START_TEST(the_toy_by_hand)
{
    const fab_scenario s =
        good_scenario(STUDY_TEXT, TOY_EFFECTS "  overlap: {tensor: 1}\nfabric: study_optics_pod\n");
    const fab_requirements r = required_of(&s);
    const double h = 12288, k = 8;
    const double forward_s = 2 * (4 * h * h + 2 * k * h * 6144 + h * 256) / 16 / 8.75e15;
    const double want_bps = 4 * 15.0 / 16 * h * 16 / forward_s;
    const fab_required_row *tensor = row_of(&r, 0, FAB_MESSAGE_TENSOR);
    ck_assert_int_eq(tensor->hidden.verdict, FAB_REQUIRED_FOUND);
    ck_assert_double_eq(tensor->rate_bps, 32e12);
    ck_assert_double_eq(tensor->exposed_s, 0.0);
    /* at this rate the experts, which do not hide, would lengthen the step */
    ck_assert_double_ge(tensor->hidden.rate_bps, want_bps);

    /* with all that hides, tensor messages first, they alone decide */
    const fab_scenario alone = good_scenario(
        STUDY_TEXT, TOY_EFFECTS "  overlap: {tensor: 1, expert: 1}\n"
                                "fabric: {base: study_optics_pod, tiers: [{rate: 20 Tbps}]}\n");
    const fab_requirements all = required_of(&alone);
    tensor = row_of(&all, 0, FAB_MESSAGE_TENSOR);
    ck_assert_double_gt(tensor->exposed_s, 0.0);
    assert_within(tensor->hidden.rate_bps, want_bps, 0.001);
}
END_TEST

/* the scenario, the tier and the class asked for, and the verdict on hiding all of it */
static const struct {
    const char *what, *over;
    int64_t tier;
    int message_class;
    fab_required_verdict want;
} VERDICT[] = {
    {"software hides none", NULL, 0, FAB_MESSAGE_TENSOR, FAB_REQUIRED_OVERLAP},
    {"software hides half", "assumptions: {overlap: {tensor: 0.5}}\n", 0, FAB_MESSAGE_TENSOR,
     FAB_REQUIRED_OVERLAP},
    {"software hides all", "assumptions: {overlap: {tensor: 1}}\n", 0, FAB_MESSAGE_TENSOR,
     FAB_REQUIRED_FOUND},
    {"steps take longer than the products",
     "fabric: {base: study_copper_pod, tiers: [{latency: 1 ms}, {}]}\n", 0, FAB_MESSAGE_TENSOR,
     FAB_REQUIRED_NONE_LATENCY},
    {"experts beyond the pod", "fabric: {base: study_copper_pod, tiers: [{}, {rate: 1 Gbps}]}\n", 0,
     FAB_MESSAGE_EXPERT, FAB_REQUIRED_NONE_TIER},
    {"the last bucket", NULL, 1, FAB_MESSAGE_DATA, FAB_REQUIRED_NONE_COVER},
};

START_TEST(verdicts)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, VERDICT[_i].over);
    const fab_requirements r = required_of(&s);
    const fab_required_row *row = row_of(&r, VERDICT[_i].tier, VERDICT[_i].message_class);
    ck_assert_msg(row->hidden.verdict == VERDICT[_i].want, "%s: %s", VERDICT[_i].what,
                  fab_required_text(row->hidden.verdict));
    const bool has_rate = VERDICT[_i].want <= FAB_REQUIRED_OVERLAP;
    ck_assert(has_rate == (row->hidden.rate_bps > 0.0));
    ck_assert(has_rate == (row->hidden.step_s > 0.0));
}
END_TEST

/* what a forecast at a rate exposes of the messages of a row, and its step */
static double exposed_at(const fab_scenario *s, const fab_required_row *row, double rate_bps,
                         double *step_s)
{
    fab_scenario changed = *s;
    fab_forecast f;
    changed.fabric.tiers[row->tier_index].rate_bps.value = rate_bps;
    ck_assert_int_eq(fab_train_forecast(&changed, arena, &f), FAB_OK);
    *step_s = f.step_s;
    double exposed_s = 0.0;
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        const bool counts = row->message_class == FAB_MESSAGE_CLASS_COUNT
                                ? f.messages[class].sent_byte[row->tier_index] > 0.0
                                : row->message_class == class;
        exposed_s += counts ? f.messages[class].exposed_s : 0.0;
    }
    return exposed_s;
}

static void check_row(const fab_scenario *s, const fab_requirements *r, const fab_required_row *row)
{
    double step_s;
    ck_assert_double_eq(exposed_at(s, row, row->rate_bps, &step_s), row->exposed_s);
    ck_assert_double_eq(step_s, r->step_s);
    ck_assert(row->exposed_s >= 0.0 && row->exposed_s <= row->total_s * (1.0 + 1e-12));
    ck_assert(row->small.verdict != FAB_REQUIRED_OVERLAP);
    if (row->small.verdict == FAB_REQUIRED_FOUND) {
        ck_assert(exposed_at(s, row, row->small.rate_bps, &step_s) <= 0.01 * step_s);
        ck_assert(step_s <= 1.01 * r->step_s);
        ck_assert_double_eq(step_s, row->small.step_s);
        /* the least one: a little less is not enough */
        const double less_s = exposed_at(s, row, row->small.rate_bps / 1.002, &step_s);
        ck_assert(less_s > 0.01 * step_s || step_s > 1.01 * r->step_s);
    }
    if (row->hidden.verdict == FAB_REQUIRED_FOUND) {
        const double left_s = exposed_at(s, row, row->hidden.rate_bps, &step_s);
        ck_assert(left_s <= 1e-9 * row->total_s);
        ck_assert(row->small.verdict == FAB_REQUIRED_FOUND);
        ck_assert(row->small.rate_bps <= 1.001 * row->hidden.rate_bps);
    }
}

START_TEST(rates_do_what_they_say)
{
    size_t rows = 0;
    for (int seed = 0; seed < 500; seed++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        const fab_scenario s = random_scenario(seed, arena);
        const fab_requirements r = required_of(&s);
        for (size_t i = 0; i < r.row_count; i++) {
            check_row(&s, &r, &r.rows[i]);
        }
        rows += r.row_count;
        fab_arena_reset(arena, mark);
    }
    ck_assert_uint_gt(rows, 1000);
}
END_TEST

/* one package has no tier to ask about */
START_TEST(one_package_needs_nothing)
{
    const fab_scenario s = good_scenario("name: one\n"
                                         "gpu: h100_sxm\n"
                                         "fabric: hgx_h100\n"
                                         "model: {base: llama3-8b, layers: 2}\n"
                                         "job: {gpus: 1, tokens: 1G, batch: 4, sequence: 4096}\n"
                                         "mapping: {microbatch: 1}\n",
                                         NULL);
    ck_assert_uint_eq(required_of(&s).row_count, 0);
}
END_TEST

START_TEST(failures_are_told)
{
    fab_requirements r;
    fab_scenario s = good_scenario(STUDY_TEXT, NULL);
    s.fabric.tiers[1].rate_bps.value = 0.0;
    ck_assert_int_eq(fab_train_require(&s, arena, &r), FAB_E_RANGE);
    s = good_scenario(STUDY_TEXT, NULL);
    fab_arena *small = fab_arena_create(1024);
    ck_assert_int_eq(fab_train_require(&s, small, &r), FAB_E_NOMEM);
    fab_arena_destroy(small);
    ck_assert_str_eq(fab_required_text(FAB_REQUIRED_NONE_LATENCY), "latency");
    ck_assert_str_eq(fab_required_text(FAB_REQUIRED_VERDICT_COUNT), "unknown");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("required");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, the_toy_by_hand);
    tcase_add_loop_test(tests, verdicts, 0, (int)FAB_TABLE_SIZE(VERDICT));
    tcase_add_test(tests, rates_do_what_they_say);
    tcase_add_test(tests, one_package_needs_nothing);
    tcase_add_test(tests, failures_are_told);
    return run_suite("required", tests);
}
