#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/diagnostic.h>

#include "run_all.h"

static fab_arena *arena;
static fab_diagnostics list;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 20);
    ck_assert_ptr_nonnull(arena);
    list = fab_diagnostics_make(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* Compares what is written with `expected`. */
static void check_written(const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ck_assert(fab_diagnostics_write(&list, stream));
    fclose(stream);
    ck_assert_str_eq(text, expected);
    free(text);
}

/* an answer that is no counts as an error, and says so in its own word */
START_TEST(infeasible_is_no_mistake)
{
    fab_diagnose(&list, FAB_SEVERITY_INFEASIBLE, (fab_position){.source = NULL}, NULL, "too far");
    fab_diagnose(&list, FAB_SEVERITY_ERROR, (fab_position){.source = NULL}, NULL, "wrong");
    ck_assert_uint_eq(list.errors, 2);
    ck_assert_uint_eq(list.infeasible, 1);
    ck_assert_uint_eq(list.warnings, 0);
    check_written("infeasible: too far\nerror: wrong\n");
}
END_TEST

static fab_source source_of(const char *text)
{
    return (fab_source){.name = "file.yaml", .text = text, .length_byte = strlen(text)};
}

static const struct {
    const char *what, *text;
    int line, column, width;
    const char *hint, *written;
} ROW[] = {
    {"a field", "name: x\n  bandwith: 32 Tbps\n", 2, 3, 8, "did you mean `bandwidth`?",
     "file.yaml:2:3: error: wrong\n"
     "    2 |   bandwith: 32 Tbps\n"
     "      |   ^~~~~~~~\n"
     "      = did you mean `bandwidth`?\n"},
    {"the first character", "x", 1, 1, 1, NULL,
     "file.yaml:1:1: error: wrong\n    1 | x\n      | ^\n"},
    {"behind the end of the line", "ab\ncd\n", 1, 3, 1, NULL,
     "file.yaml:1:3: error: wrong\n    1 | ab\n      |   ^\n"},
    {"the line behind the last line end", "ab\n", 2, 1, 1, NULL,
     "file.yaml:2:1: error: wrong\n    2 | \n      | ^\n"},
    {"a line that is not there", "ab\n", 7, 1, 1, NULL, "file.yaml:7:1: error: wrong\n"},
    {"the whole file", "ab\n", 0, 0, 0, "so", "file.yaml: error: wrong\n      = so\n"},
    {"width 0 is one character", "abc", 1, 2, 0, NULL,
     "file.yaml:1:2: error: wrong\n    1 | abc\n      |  ^\n"},
    {"the mark ends with the line", "abc", 1, 2, 50, NULL,
     "file.yaml:1:2: error: wrong\n    1 | abc\n      |  ^~\n"},
    {"CR LF", "ab\r\ncd\r\n", 2, 1, 2, NULL,
     "file.yaml:2:1: error: wrong\n    2 | cd\n      | ^~\n"},
    {"CR alone", "ab\rcd", 2, 2, 1, NULL, "file.yaml:2:2: error: wrong\n    2 | cd\n      |  ^\n"},
    {"characters of several bytes", "\xc2\xb5\xe4\xb8\xad: x", 1, 5, 1, NULL,
     "file.yaml:1:5: error: wrong\n    1 | \xc2\xb5\xe4\xb8\xad: x\n      |     ^\n"},
    {"a tab is one blank", "\ta\tb", 1, 4, 1, NULL,
     "file.yaml:1:4: error: wrong\n    1 |  a b\n      |    ^\n"},
    {"control characters are escaped", "\x1b[31m: x", 1, 8, 1, NULL,
     "file.yaml:1:8: error: wrong\n    1 | \\u{1b}[31m: x\n      |             ^\n"},
    {"an escaped character is marked whole", "a\x07z", 1, 2, 1, NULL,
     "file.yaml:1:2: error: wrong\n    1 | a\\u{7}z\n      |  ^~~~~\n"},
    {"bytes that are no character", "a\xff\xfeZ", 1, 4, 1, NULL,
     "file.yaml:1:4: error: wrong\n    1 | a\\xff\\xfeZ\n      |          ^\n"},
    {"the direction of text",
     "a\xe2\x80\xae"
     "b",
     1, 3, 1, NULL, "file.yaml:1:3: error: wrong\n    1 | a\\u{202e}b\n      |          ^\n"},
};

#define COUNT_OF(array) (int)(sizeof(array) / sizeof((array)[0]))

START_TEST(excerpt)
{
    const fab_source source = source_of(ROW[_i].text);
    const fab_position position = {&source, ROW[_i].line, ROW[_i].column, ROW[_i].width};
    fab_diagnose(&list, FAB_SEVERITY_ERROR, position, ROW[_i].hint, "wrong");
    check_written(ROW[_i].written);
}
END_TEST

START_TEST(a_long_line_is_shown_around_the_place)
{
    char text[1000];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    text[500] = 'X';
    const fab_source source = source_of(text);
    fab_diagnose(&list, FAB_SEVERITY_ERROR, (fab_position){&source, 1, 501, 400}, NULL, "wrong");

    char *written = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&written, &size);
    ck_assert(fab_diagnostics_write(&list, stream));
    fclose(stream);
    /* the caret stands under the X, and no line is long */
    const char *shown = strchr(written, '\n') + 1;
    const char *marks = strchr(shown, '\n') + 1;
    ck_assert_int_eq(strchr(shown, 'X') - shown, strchr(marks, '^') - marks);
    ck_assert_ptr_nonnull(strstr(shown, "| ...a"));
    ck_assert_ptr_nonnull(strstr(shown, "a...\n"));
    ck_assert_int_lt(marks - shown, 120);
    ck_assert_uint_lt(strlen(marks), 120);
    free(written);
}
END_TEST

START_TEST(without_a_file)
{
    fab_diagnose(&list, FAB_SEVERITY_WARNING, (fab_position){0}, "write more", "only %d of %s", 3,
                 "them");
    check_written("warning: only 3 of them\n      = write more\n");
}
END_TEST

START_TEST(names_and_messages_are_escaped)
{
    fab_source source = source_of("x");
    source.name = "a\x1b]0;b\x07.yaml";
    fab_diagnose(&list, FAB_SEVERITY_ERROR, (fab_position){.source = &source}, "\x1b[1m\n", "%s",
                 "\x9b"
                 "2J\nnext");
    check_written("a\\u{1b}]0;b\\u{7}.yaml: error: \\x9b2J\\u{a}next\n"
                  "      = \\u{1b}[1m\\u{a}\n");
}
END_TEST

START_TEST(all_are_counted_and_the_first_are_kept)
{
    for (int i = 0; i < FAB_DIAGNOSTIC_LIMIT + 20; i++) {
        const fab_severity severity = i % 2 ? FAB_SEVERITY_WARNING : FAB_SEVERITY_ERROR;
        fab_diagnose(&list, severity, (fab_position){0}, NULL, "%d", i);
    }
    ck_assert_uint_eq(list.count, FAB_DIAGNOSTIC_LIMIT);
    ck_assert_uint_eq(list.errors, FAB_DIAGNOSTIC_LIMIT / 2 + 10);
    ck_assert_uint_eq(list.warnings, FAB_DIAGNOSTIC_LIMIT / 2 + 10);
    for (int i = 0; i < FAB_DIAGNOSTIC_LIMIT; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        ck_assert_str_eq(list.items[i].message, text);
    }

    char *written = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&written, &size);
    ck_assert(fab_diagnostics_write(&list, stream));
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(written, "\n... and 20 more\n"));
    free(written);
}
END_TEST

START_TEST(hints_are_copied)
{
    char hint[] = "first";
    fab_diagnose(&list, FAB_SEVERITY_ERROR, (fab_position){0}, hint, "x");
    strcpy(hint, "other");
    ck_assert_str_eq(list.items[0].hint, "first");
}
END_TEST

START_TEST(a_full_arena_still_counts)
{
    fab_arena *none = fab_arena_create(0);
    fab_diagnostics small = fab_diagnostics_make(none);
    fab_diagnose(&small, FAB_SEVERITY_ERROR, (fab_position){0}, NULL, "x");
    ck_assert_uint_eq(small.errors, 1);
    ck_assert_uint_eq(small.count, 0);
    fab_arena_destroy(none);
}
END_TEST

START_TEST(a_stream_that_fails_is_said)
{
    FILE *full = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(full);
    setvbuf(full, NULL, _IONBF, 0);
    fab_diagnose(&list, FAB_SEVERITY_ERROR, (fab_position){0}, NULL, "x");
    ck_assert(!fab_diagnostics_write(&list, full));
    fclose(full);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("diagnostic");
    TCase *t = tcase_create("write");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, excerpt, 0, COUNT_OF(ROW));
    tcase_add_test(t, infeasible_is_no_mistake);
    tcase_add_test(t, a_long_line_is_shown_around_the_place);
    tcase_add_test(t, without_a_file);
    tcase_add_test(t, names_and_messages_are_escaped);
    tcase_add_test(t, all_are_counted_and_the_first_are_kept);
    tcase_add_test(t, hints_are_copied);
    tcase_add_test(t, a_full_arena_still_counts);
    tcase_add_test(t, a_stream_that_fails_is_said);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
