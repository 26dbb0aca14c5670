#include <check.h>
#include <string.h>

#include "report/figures.h"
#include "report/plot.h"
#include "report_fixture.h"
#include "run_all.h"

static fab_arena *arena;
static fab_scratch scratch;

static void setup(void)
{
    arena = fab_arena_create(FIXTURE_ARENA_BYTE);
    scratch = (fab_scratch){.arena = arena};
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const struct {
    const char *text, *want;
} QUOTE[] = {
    {"plain", "'plain'"},
    {"it's", "'it''s'"},
    {"`id` \"x\" $y @z", "'`id` \"x\" $y @z'"},
    {"two\nlines", "'two lines'"},
    {"ends in \\", "'ends in \\'"},
};

START_TEST(quote)
{
    ck_assert_str_eq(fab_plot_quote(&scratch, QUOTE[_i].text, 40), QUOTE[_i].want);
}
END_TEST

static const struct {
    const char *text, *want;
} LABEL[] = {
    {"plain", "plain"},
    {"say \"x\"", "say 'x'"},
    {"a\\nb", "a\\\\nb"},
    {"one two three four", "one two\\nthree four"},
};

START_TEST(label)
{
    ck_assert_str_eq(fab_plot_label(&scratch, LABEL[_i].text, 10), LABEL[_i].want);
}
END_TEST

/* takes out what stands between single quotes; gnuplot doubles a quote inside */
static const char *without_quoted(const char *script)
{
    char *bare = FAB_NEW(arena, char, strlen(script) + 1);
    char *to = bare;
    bool is_quoted = false;
    for (const char *c = script; *c; c++) {
        if (*c == '\'') {
            is_quoted = !is_quoted;
        } else if (!is_quoted) {
            *to++ = *c;
        }
    }
    ck_assert(!is_quoted);
    return bare;
}

START_TEST(scripts_hold_names_only_in_quotes)
{
    fab_figure figures[FAB_FIGURE_LIMIT];
    const fab_study_result *study = fixture_study(arena, true);
    const size_t count = fab_figures_make(&scratch, study, figures);
    ck_assert_int_eq(scratch.status, FAB_OK);
    ck_assert_uint_eq(count, FAB_FIGURE_LIMIT);
    for (size_t i = 0; i < count; i++) {
        const char *bare = without_quoted(figures[i].script);
        ck_assert_ptr_null(strchr(bare, '`'));
        ck_assert_ptr_null(strchr(bare, '"'));
        ck_assert_ptr_null(strstr(bare, "pwned"));
    }
}
END_TEST

START_TEST(figures_have_the_numbers)
{
    fab_figure figures[FAB_FIGURE_LIMIT];
    const size_t count = fab_figures_make(&scratch, fixture_study(arena, false), figures);
    ck_assert_uint_eq(count, FAB_FIGURE_LIMIT);
    ck_assert_str_eq(figures[0].name, "time_to_train");
    ck_assert_uint_eq(figures[0].data.row_count, 12);
    /* 387,431 steps of 5 s */
    ck_assert_str_eq(fab_sheet_cell(&figures[0].data, 0, 2), "22.4");
    ck_assert_str_eq(figures[1].name, "gain");
    ck_assert_uint_eq(figures[1].data.row_count, 8);
    /* 12 s over 4.75 s */
    ck_assert_str_eq(fab_sheet_cell(&figures[1].data, 3, 2), "2.53");
    ck_assert_str_eq(figures[2].name, "best_mapping");
    ck_assert_uint_eq(figures[2].data.row_count, 8);
    ck_assert_str_eq(fab_sheet_cell(&figures[2].data, 6, 1), "copper");
    ck_assert_str_eq(fab_sheet_cell(&figures[2].data, 6, 2), "2.53");
    ck_assert_str_eq(fab_sheet_cell(&figures[2].data, 6, 3), "1.89"); /* x 0.375 / 0.5 */
    ck_assert_str_eq(fab_sheet_cell(&figures[2].data, 1, 3), "");     /* no best there */
    ck_assert_str_eq(figures[3].name, "step_parts");
    ck_assert_uint_eq(figures[3].data.row_count, 12 * FAB_STEP_CLASS_COUNT);
    ck_assert_str_eq(figures[4].name, "waterfall");
    ck_assert_str_eq(figures[5].name, "sensitivity");
    ck_assert_uint_eq(figures[5].data.row_count, 3);
    ck_assert_str_eq(figures[6].name, "link_power");
    ck_assert_ptr_nonnull(strstr(figures[6].caption, "optics 189 W."));
}
END_TEST

START_TEST(names_are_those_of_the_figures)
{
    fab_figure figures[FAB_FIGURE_LIMIT];
    const size_t count = fab_figures_make(&scratch, fixture_study(arena, false), figures);
    size_t known = 0;
    const char *const *names = fab_figures_names(&known);
    for (size_t i = 0; i < count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < known; k++) {
            is_known = is_known || strcmp(names[k], figures[i].name) == 0;
        }
        ck_assert_msg(is_known, "%s is not among the names", figures[i].name);
    }
}
END_TEST

START_TEST(many_points_show_the_last_case_only)
{
    fab_study_result study = *fixture_study(arena, false);
    fab_study_point *points = FAB_NEW(arena, fab_study_point, 30);
    const char **labels = FAB_NEW(arena, const char *, 10);
    for (size_t i = 0; i < 30; i++) {
        points[i] = study.points[i / 10 * 4];
        points[i].variant = i / 10;
        points[i].value = i % 10;
        labels[i % 10] = "a name too long for its place below";
    }
    study.points = points;
    study.point_count = 30;
    study.sweep_labels = labels;
    study.sweep_count = 10;
    fab_figure figure;
    fab_figure_parts(&scratch, &study, &figure);
    ck_assert_uint_eq(figure.data.row_count, 3 * FAB_STEP_CLASS_COUNT);
    fab_figure_time(&scratch, &study, &figure);
    ck_assert_ptr_nonnull(strstr(figure.script, "rotate"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_plot");
    TCase *plot = tcase_create("plot");
    tcase_add_checked_fixture(plot, setup, teardown);
    tcase_add_loop_test(plot, quote, 0, sizeof(QUOTE) / sizeof(QUOTE[0]));
    tcase_add_loop_test(plot, label, 0, sizeof(LABEL) / sizeof(LABEL[0]));
    tcase_add_test(plot, scripts_hold_names_only_in_quotes);
    tcase_add_test(plot, figures_have_the_numbers);
    tcase_add_test(plot, names_are_those_of_the_figures);
    tcase_add_test(plot, many_points_show_the_last_case_only);
    suite_add_tcase(suite, plot);
    return run_all(suite);
}
