#include <check.h>
#include <ctype.h>
#include <string.h>

#include "report_fixture.h"
#include "run_all.h"

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

static bool has_gnuplot(void)
{
    return fixture_has_program("gnuplot");
}

static const char *page_of(const fab_study_result *study)
{
    const fab_run_meter meter = fixture_meter();
    const char *message = NULL;
    const fab_status status = fab_report_study_folder(
        study, &meter, has_gnuplot(), fab_arena_printf(arena, "%s/out", home), arena, &message);
    ck_assert_msg(status == FAB_OK, "%s", message);
    const char *page = fixture_file(arena, fab_arena_printf(arena, "%s/out/report.html", home));
    ck_assert_ptr_nonnull(page);
    return page;
}

#define DEPTH_LIMIT 64
#define ID_LIMIT    4096

/* a small reader of markup: every tag that opens closes, in order; collects ids and references */
typedef struct reader {
    char open[DEPTH_LIMIT][32];
    size_t depth;
    char ids[ID_LIMIT][64];
    size_t id_count;
    char references[ID_LIMIT][64];
    size_t reference_count;
} reader;

static bool is_void(const char *name)
{
    return strcmp(name, "meta") == 0 || strcmp(name, "br") == 0 || strcmp(name, "!DOCTYPE") == 0;
}

static void note(char (*list)[64], size_t *count, const char *from, size_t length)
{
    ck_assert_uint_lt(*count, ID_LIMIT);
    ck_assert_uint_lt(length, 64);
    memcpy(list[*count], from, length);
    list[*count][length] = '\0';
    *count += 1;
}

/* reads NAME="value" or NAME='value' at `c`; returns behind it */
static const char *read_attribute(reader *r, const char *c)
{
    const char *name = c;
    while (*c && !strchr("= \t\n/>", *c)) {
        c++;
    }
    const size_t length = (size_t)(c - name);
    c += strspn(c, " ");
    if (*c != '=') {
        return c;
    }
    c += 1 + strspn(c + 1, " ");
    ck_assert_msg(*c == '"' || *c == '\'', "an attribute without quotes at %.40s", name);
    const char *value = c + 1;
    const char *end = strchr(value, *c);
    ck_assert_ptr_nonnull(end);
    ck_assert_ptr_null(memchr(value, '<', (size_t)(end - value)));
    if (length == 2 && strncmp(name, "id", 2) == 0) {
        note(r->ids, &r->id_count, value, (size_t)(end - value));
    }
    if (length >= 4 && strncmp(name + length - 4, "href", 4) == 0) {
        ck_assert_msg(*value == '#', "a reference out of the page: %.60s", value);
        note(r->references, &r->reference_count, value + 1, (size_t)(end - value) - 1);
    }
    ck_assert_msg(length < 2 || strncmp(name, "on", 2) != 0, "an event handler: %.40s", name);
    ck_assert(!(length == 3 && strncmp(name, "src", 3) == 0));
    return end + 1;
}

/* reads one tag at `c`, which is '<'; returns behind it */
static const char *read_tag(reader *r, const char *c)
{
    char name[32];
    size_t length = 0;
    const bool is_closing = c[1] == '/';
    c += is_closing ? 2 : 1;
    while (isalnum((unsigned char)*c) || *c == '!') {
        ck_assert_uint_lt(length, sizeof(name) - 1);
        name[length++] = *c++;
    }
    name[length] = '\0';
    ck_assert_msg(length > 0, "a stray < before %.40s", c);
    ck_assert_str_ne(name, "script");
    bool is_closed = false;
    while (*c && *c != '>') {
        is_closed = *c == '/';
        c = isspace((unsigned char)*c) || *c == '/' ? c + 1 : read_attribute(r, c);
    }
    ck_assert_int_eq(*c, '>');
    if (is_closing) {
        ck_assert_msg(r->depth > 0 && strcmp(r->open[r->depth - 1], name) == 0, "</%s> closes <%s>",
                      name, r->depth ? r->open[r->depth - 1] : "nothing");
        r->depth--;
    } else if (!is_closed && !is_void(name)) {
        ck_assert_uint_lt(r->depth, DEPTH_LIMIT);
        strcpy(r->open[r->depth++], name);
    }
    return c + 1;
}

static reader *read_page(const char *page)
{
    reader *r = FAB_NEW(arena, reader, 1);
    ck_assert_ptr_nonnull(r);
    for (const char *c = page; *c;) {
        if (*c == '<') {
            c = read_tag(r, c);
        } else {
            /* a mark of an entity stands only where one begins */
            ck_assert_msg(*c != '&' || strchr(c, ';') != NULL, "a stray & at %.40s", c);
            c++;
        }
        if (r->depth > 0 && strcmp(r->open[r->depth - 1], "style") == 0) {
            c = strstr(c, "</style>");
        }
    }
    ck_assert_uint_eq(r->depth, 0);
    return r;
}

START_TEST(is_well_formed)
{
    const reader *r = read_page(page_of(fixture_study(arena, _i == 1)));
    for (size_t i = 0; i < r->id_count; i++) {
        for (size_t k = 0; k < i; k++) {
            ck_assert_msg(strcmp(r->ids[i], r->ids[k]) != 0, "the id %s stands twice", r->ids[i]);
        }
    }
    for (size_t i = 0; i < r->reference_count; i++) {
        bool is_found = false;
        for (size_t k = 0; k < r->id_count && !is_found; k++) {
            is_found = strcmp(r->references[i], r->ids[k]) == 0;
        }
        ck_assert_msg(is_found, "nothing has the id %s", r->references[i]);
    }
    ck_assert_uint_gt(r->reference_count, 8);
}
END_TEST

START_TEST(needs_no_network)
{
    const char *page = page_of(fixture_study(arena, _i == 1));
    static const char *const OUTSIDE[] = {"http:",   "https:", "//cdn", "@import", "url(h",
                                          "<script", "<link",  "<img",  "<iframe"};
    for (size_t i = 0; i < sizeof(OUTSIDE) / sizeof(OUTSIDE[0]); i++) {
        ck_assert_msg(strstr(page, OUTSIDE[i]) == NULL, "the page holds %s", OUTSIDE[i]);
    }
    ck_assert_ptr_null(strstr(page, "</script>"));
}
END_TEST

START_TEST(each_figure_has_words)
{
    const char *page = page_of(fixture_study(arena, false));
    size_t figures = 0;
    for (const char *c = strstr(page, "<figure "); c; c = strstr(c + 1, "<figure ")) {
        const char *end = strstr(c, "</figure>");
        ck_assert_ptr_nonnull(end);
        static const char *const NEEDED[] = {
            "role=\"img\"", "<title id=", "<desc id=", "<figcaption>", "<details>", "<table>"};
        for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++) {
            const char *found = strstr(c, NEEDED[i]);
            ck_assert_msg(found != NULL && found < end, "figure %zu lacks %s", figures + 1,
                          NEEDED[i]);
        }
        figures++;
    }
    ck_assert_uint_eq(figures, has_gnuplot() ? 7 : 0);
}
END_TEST

START_TEST(answers_from_the_numbers)
{
    const char *page = page_of(fixture_study(arena, false));
    static const char *const SENTENCES[] = {
        "R2, time to train, native radix (512 against 144), Config4: 2.7X published, 2.53 computed "
        "here, 1.10 .. 3.25 over 512 combinations of the stated ranges: only our range agrees.",
        "At Config4, training takes 21.3 days with &quot;3D optics, pods of 512, 32 Tb/s&quot; and "
        "53.8 days with &quot;Copper, pods of 144 (128 used), 14.4 Tb/s&quot;, 2.53 times as long.",
        "; of what our range does not go over, &quot;place of expert ranks&quot;, from 1.10 to "
        "2.53.",
        "Of 4 published results, our value agrees with 2, our range alone with 1, and 1 differs.",
        "4,321 scenarios were forecast.",
        "Every number here is made up.",
    };
    for (size_t i = 0; i < sizeof(SENTENCES) / sizeof(SENTENCES[0]); i++) {
        ck_assert_msg(strstr(page, SENTENCES[i]) != NULL, "missing: %s", SENTENCES[i]);
    }
}
END_TEST

START_TEST(an_empty_study_is_a_page_too)
{
    const fab_study_result study = {
        .name = "empty", .title = "Nothing", .question = "What?", .sweep_name = "none"};
    const reader *r = read_page(page_of(&study));
    ck_assert_uint_gt(r->id_count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_html");
    TCase *html = tcase_create("html");
    tcase_add_checked_fixture(html, setup, teardown);
    tcase_set_timeout(html, 60);
    tcase_add_loop_test(html, is_well_formed, 0, 2);
    tcase_add_loop_test(html, needs_no_network, 0, 2);
    tcase_add_test(html, each_figure_has_words);
    tcase_add_test(html, answers_from_the_numbers);
    tcase_add_test(html, an_empty_study_is_a_page_too);
    suite_add_tcase(suite, html);
    return run_all(suite);
}
