#include <check.h>
#include <string.h>

#include "known.h"
#include "report_fixture.h"
#include "run_all.h"

/* A made-up answer for each verdict; with is_hostile every text attacks the outputs. */

#define HOSTILE "=`touch pwned`\"q\" 'a' </script><b>&amp; $(id) \\ \n"

static fab_arena *arena;
static const char *home;

static void setup(void)
{
    arena = fab_arena_create(FIXTURE_ARENA_BYTE);
    home = fixture_folder(arena);
}

static void teardown(void)
{
    fixture_remove(home);
    fab_arena_destroy(arena);
}

static const double X[] = {0.1, 1.0, 10.0};
static const double Y[] = {5.0, 6.0, 20.0};
static const double BARS[] = {3.0, 0.0, 30.0};

typedef struct made {
    fab_claim_number numbers[5];
    const char *names[3];
    fab_claim_curve curves[2];
    fab_claim_figure figures[2];
    fab_claim_answer answers[FAB_VERDICT_COUNT];
    const char *remarks[1];
    fab_claims_result result;
} made;

static void make_numbers(made *m, const char *text)
{
    m->numbers[0] = (fab_claim_number){"rate", text, "bit/s", known(32e12), text};
    m->numbers[1] = (fab_claim_number){"rate", "other", "bit/s", {.is_known = false}, "row"};
    m->numbers[2] = (fab_claim_number){"share", text, "fraction", known(0.125), "computed"};
    m->numbers[3] = (fab_claim_number){"racks", "other", "racks", known(3327), "computed"};
    m->numbers[4] = (fab_claim_number){"ratio", "", "X", known(2.5), "computed"};
    m->numbers[0].value.low = 16e12;
    m->numbers[0].value.has_range = true;
    m->numbers[0].value.has_confidence = true;
    m->numbers[0].value.confidence = FAB_CONFIDENCE_PAPER;
}

static void make_figures(made *m, const char *text)
{
    m->names[0] = text;
    m->names[1] = "second";
    m->names[2] = "third";
    m->curves[0] = (fab_claim_curve){text, X, Y, NULL, 3};
    m->curves[1] = (fab_claim_curve){text, NULL, BARS, m->names, 3};
    m->figures[0] = (fab_claim_figure){.title = "Lines",
                                       .caption = "A caption.",
                                       .x_title = "distance, m",
                                       .y_title = "ns",
                                       .is_x_log = true,
                                       .curves = &m->curves[0],
                                       .curve_count = 1};
    m->figures[1] = (fab_claim_figure){.title = "Bars",
                                       .caption = "A caption.",
                                       .y_title = "Tb/s",
                                       .is_bars = true,
                                       .is_y_log = true,
                                       .curves = &m->curves[1],
                                       .curve_count = 1};
}

static const fab_claims_result *make(bool is_hostile)
{
    made *m = FAB_NEW(arena, made, 1);
    ck_assert_ptr_nonnull(m);
    const char *text = is_hostile ? HOSTILE : "plain";
    make_numbers(m, text);
    make_figures(m, text);
    for (int i = 0; i < FAB_VERDICT_COUNT; i++) {
        m->answers[i] = (fab_claim_answer){
            .id = i == 0 ? text : "other",
            .claim = text,
            .kind = "bandwidth",
            .verdict = (fab_verdict)i,
            .rule = "confirmed when it is so",
            .sentence = text,
            .needed = i == FAB_VERDICT_UNDECIDED ? text : NULL,
            .numbers = m->numbers,
            .number_count = i == FAB_VERDICT_REFUTED ? 0 : 5,
            .figure = i < 2 ? &m->figures[i] : NULL,
        };
        m->result.verdict_counts[i] = 1;
    }
    m->remarks[0] = text;
    m->result.file_name = text;
    m->result.name = text;
    m->result.title = text;
    m->result.question = text;
    m->result.answers = m->answers;
    m->result.answer_count = FAB_VERDICT_COUNT;
    m->result.remarks = m->remarks;
    m->result.remark_count = 1;
    m->result.evaluations = 7;
    return &m->result;
}

static const char *text_of(const fab_claims_result *result)
{
    FILE *stream = tmpfile();
    ck_assert_int_eq(fab_report_claims_text(result, arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    fclose(stream);
    return text;
}

static const char *json_of(const fab_claims_result *result)
{
    FILE *stream = tmpfile();
    ck_assert_int_eq(fab_report_claims_json(result, NULL, arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    fclose(stream);
    return text;
}

static const char *file_of(const fab_claims_result *result, const char *name)
{
    const fab_run_meter meter = fixture_meter();
    const char *message = NULL;
    const fab_status status =
        fab_report_claims_folder(result, &meter, fixture_has_program("gnuplot"),
                                 fab_arena_printf(arena, "%s/out", home), arena, &message);
    ck_assert_msg(status == FAB_OK, "%s", message);
    const char *text = fixture_file(arena, fab_arena_printf(arena, "%s/out/%s", home, name));
    ck_assert_ptr_nonnull(text);
    return text;
}

static void has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "`%s` is not in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "`%s` is in:\n%s", part, text);
}

START_TEST(text)
{
    const char *got = text_of(make(false));
    has(got, "plain: confirmed\n");
    has(got, "other: cannot be said yet\n");
    has(got, "Needed: plain");
    has(got, "32 Tb/s not published");
    has(got, "12.50 %");
    has(got, "3,327 racks");
    has(got, "2.50 X");
    has(got, "Rule: confirmed when it is so.");
}
END_TEST

START_TEST(json)
{
    const char *got = json_of(make(false));
    has(got, "\"verdict\": \"refuted\"");
    has(got, "\"value\": 32000000000000.0");
    has(got, "\"low\": 16000000000000.0");
    has(got, "\"value\": null");
    has(got, "\"confidence\": \"paper\"");
    has(got, "\"needed\": null");
    has(got, "\"evaluations\": 7");
    lacks(got, "\"run\"");
}
END_TEST

START_TEST(csv)
{
    const char *got = file_of(make(false), "claims.csv");
    has(got, "id,verdict,kind,number,of,value,low,high,unit,source,confidence\r\n");
    has(got, "plain,confirmed,bandwidth,rate,plain,32000000000000,16000000000000,32000000000000,"
             "bit/s,plain,paper\r\n");
    has(got, "plain,confirmed,bandwidth,rate,other,,,,bit/s,row,\r\n");
}
END_TEST

START_TEST(page)
{
    const char *got = file_of(make(false), "report.html");
    has(got, "4 claims: 1 confirmed, 1 partly, 1 refuted, 1 cannot be said yet.");
    has(got, "<span class=\"verdict badge differs\">refuted</span>");
    has(got, "<a href=\"#claim4\">plain</a>");
    has(got, "<section id=\"claim4\">");
    has(got, "To decide it one would need: plain.");
    has(got, "16 Tb/s .. 32 Tb/s");
    if (fixture_has_program("gnuplot")) {
        has(got, "<figure id=\"figure2\">");
        lacks(got, "<figure id=\"figure3\">");
    }
}
END_TEST

START_TEST(hostile_texts_stay_texts)
{
    const fab_claims_result *result = make(true);
    const char *shown = file_of(result, "report.html");
    lacks(shown, "<script");
    lacks(shown, "</script><b>");
    has(shown, "&lt;/script&gt;&lt;b&gt;&amp;amp;");
    has(file_of(result, "claims.csv"), "\"'=`touch pwned`");
    has(json_of(result), "</script><b>");
    lacks(text_of(result), "</script><b>&amp; $(id) \\ \n\n=");
    if (fixture_has_program("gnuplot")) {
        ck_assert_ptr_null(
            fixture_file(arena, fab_arena_printf(arena, "%s/out/figures/pwned", home)));
        ck_assert_ptr_null(fixture_file(arena, "pwned"));
    }
}
END_TEST

/* a study of the other kind leaves nothing of this one behind, and the other way round */
START_TEST(kinds_replace_each_other)
{
    const fab_run_meter meter = fixture_meter();
    const char *folder = fab_arena_printf(arena, "%s/out", home);
    const char *message = NULL;
    (void)file_of(make(false), "claims.csv");
    ck_assert_int_eq(fab_report_study_folder(fixture_study(arena, false), &meter, false, folder,
                                             arena, &message),
                     FAB_OK);
    ck_assert_ptr_null(fixture_file(arena, fab_arena_printf(arena, "%s/claims.csv", folder)));
    ck_assert_ptr_null(
        fixture_file(arena, fab_arena_printf(arena, "%s/figures/claim_1.svg", folder)));
    (void)file_of(make(false), "claims.csv");
    ck_assert_ptr_null(fixture_file(arena, fab_arena_printf(arena, "%s/points.csv", folder)));
}
END_TEST

START_TEST(a_full_stream_is_told)
{
    FILE *full = fopen("/dev/full", "w");
    if (full != NULL) {
        ck_assert_int_eq(fab_report_claims_text(make(false), arena, full), FAB_E_IO);
        fclose(full);
    }
    const char *message = NULL;
    ck_assert_int_eq(
        fab_report_claims_folder(make(false), NULL, false, "/dev/null/x", arena, &message),
        FAB_E_IO);
    ck_assert_ptr_nonnull(message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_claims");
    TCase *cases = tcase_create("report_claims");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, text);
    tcase_add_test(cases, json);
    tcase_add_test(cases, csv);
    tcase_add_test(cases, page);
    tcase_add_test(cases, hostile_texts_stay_texts);
    tcase_add_test(cases, kinds_replace_each_other);
    tcase_add_test(cases, a_full_stream_is_told);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
