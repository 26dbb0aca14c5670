#include <fabricast/report.h>

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "run_all.h"

/* The trace as a viewer reads it: JSON of the trace event format, every event with what its kind
 * needs, and no two events of a thread that overlap. */

#define THREADS 100

static fab_activity activity[] = {
    {"block \"1\"", FAB_STREAM_COMPUTE, FAB_STEP_GEMM, 0, 0, false, 0.0, 1.0},
    {"dispatch", FAB_STREAM_LAYER, FAB_STEP_EXPERT, 0, 0, false, 0.5, 2.0},
    {"combine", FAB_STREAM_LAYER, FAB_STEP_EXPERT, 0, 0, false, 1.0, 3.0},
    {"gather", FAB_STREAM_LAYER, FAB_STEP_TENSOR, 0, 0, true, 2.0, 2.5},
    {"activations", FAB_STREAM_PIPELINE, FAB_STEP_PIPELINE, 1, 3, false, 0.25, 3.5},
    {"optimizer", FAB_STREAM_COMPUTE, FAB_STEP_OPTIMIZER, 1, -1, true, 3.5, 4.0},
};

#define ACTIVITIES (sizeof(activity) / sizeof(activity[0]))

static json_t *write_and_read(const fab_step_simulation *step)
{
    char *text = NULL;
    size_t size = 0;
    fab_arena *arena = fab_arena_create((size_t)1 << 20);
    FILE *stream = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(fab_report_step_trace(step, arena, stream), FAB_OK);
    fclose(stream);
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "line %d: %s", error.line, error.text);
    free(text);
    fab_arena_destroy(arena);
    return root;
}

static fab_step_simulation step_of(size_t count)
{
    fab_step_simulation step = {.simulated_s = 4.0, .stages = 2, .activities = activity};
    step.activity_count = count;
    step.tier_count = 1;
    step.tier_names[0] = "scale-up";
    step.tier_bin_frac[0][50] = 0.25;
    return step;
}

static double number(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);
    ck_assert_msg(json_is_number(value), "no number %s", key);
    return json_number_value(value);
}

START_TEST(form)
{
    const fab_step_simulation step = step_of(ACTIVITIES);
    json_t *root = write_and_read(&step);
    const json_t *events = json_object_get(root, "traceEvents");
    size_t complete = 0, counted = 0, index;
    json_t *event;
    double busy_s = 0.0, most = 0.0;
    ck_assert(json_is_array(events));
    json_array_foreach(events, index, event)
    {
        const char *phase = json_string_value(json_object_get(event, "ph"));
        ck_assert_ptr_nonnull(json_string_value(json_object_get(event, "name")));
        ck_assert_ptr_nonnull(phase);
        ck_assert(json_is_integer(json_object_get(event, "pid")));
        ck_assert(json_is_integer(json_object_get(event, "tid")));
        if (phase[0] == 'X') {
            ck_assert_double_ge(number(event, "ts"), 0.0);
            ck_assert_double_gt(number(event, "dur"), 0.0);
            busy_s += 1e-6 * number(event, "dur");
            complete++;
        } else if (phase[0] == 'C') {
            const double percent = number(json_object_get(event, "args"), "%");
            most = percent > most ? percent : most;
            counted++;
        } else if (phase[0] == 'M') {
            ck_assert(json_is_string(json_object_get(json_object_get(event, "args"), "name")));
        } else {
            ck_assert_int_eq(phase[0], 'i');
        }
    }
    ck_assert_uint_eq(complete, ACTIVITIES);
    ck_assert_double_eq_tol(busy_s, 1.0 + 1.5 + 2.0 + 0.5 + 3.25 + 0.5, 1e-9);
    ck_assert_uint_eq(counted, FAB_TIMELINE_BINS);
    ck_assert_double_eq_tol(most, 25.0, 1e-9);
    json_decref(root);
}
END_TEST

/* Every thread has a name, and its events come one after the other. */
START_TEST(threads)
{
    const fab_step_simulation step = step_of(ACTIVITIES);
    json_t *root = write_and_read(&step);
    const json_t *events = json_object_get(root, "traceEvents");
    double end_us[3][THREADS] = {{0.0}};
    bool has_name[3][THREADS] = {{false}};
    size_t index;
    json_t *event;
    json_array_foreach(events, index, event)
    {
        const char phase = json_string_value(json_object_get(event, "ph"))[0];
        const int process = (int)number(event, "pid"), thread = (int)number(event, "tid");
        ck_assert(process >= 0 && process < 3 && thread >= 0 && thread < THREADS);
        if (phase == 'M') {
            has_name[process][thread] = true;
        }
        if (phase == 'X') {
            ck_assert(has_name[process][thread]);
            ck_assert_double_ge(number(event, "ts"), end_us[process][thread] - 1e-5);
            end_us[process][thread] = number(event, "ts") + number(event, "dur");
        }
    }
    json_decref(root);
}
END_TEST

START_TEST(nothing_happens)
{
    const fab_step_simulation step = step_of(0);
    json_t *root = write_and_read(&step);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "traceEvents")), 2 + FAB_TIMELINE_BINS);
    json_decref(root);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("step_trace");
    TCase *t = tcase_create("step_trace");
    tcase_add_test(t, form);
    tcase_add_test(t, threads);
    tcase_add_test(t, nothing_happens);
    suite_add_tcase(s, t);
    return run_all(s);
}
