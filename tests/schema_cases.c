#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bad_input.h"
#include "schema/file_kinds.h"

/* Prints every mistake that the field tables allow, one document in a line of JSON, for the check
 * of the schemas: {kind, mistake (null when the document is valid), text}. */

static const char STUDY[] =
    "name: whole\n"
    "title: The whole\n"
    "question: What is there?\n"
    "base: {name: x}\n"
    "sweep: {name: size, values: [{label: a, title: A, why: wa, set: {model: mixtral-8x7b}}]}\n"
    "compare: [{label: b, title: B, why: wb, set: {fabric: h100_ib}}]\n"
    "ranges: [{name: r, why: wr, at: a, stated: false, values: [{label: c, set: {gpu: gb200}}]}]\n"
    "targets: [{id: T1, what: w, published: 2X, tag: P, source: s, metric: gain_grows,\n"
    "           slow: b, fast: c, at: a, more: study_copper, less: study_cpo_3d, rate: 3 Tbps}]\n"
    "waterfall: {target: T1, start: {label: l0, set: {name: n0}},\n"
    "            steps: [{label: l1}, {label: l2}], beyond: [{label: l3}]}\n"
    "remarks: [{text: first}, {text: second}]\n";

static void print_case(void *context, const char *mistake, const char *text)
{
    json_t *line = json_pack("{s:s, s:s?, s:s}", "kind", (const char *)context, "mistake", mistake,
                             "text", text);
    ck_assert_ptr_nonnull(line);
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

/* A template as a text; the caller frees it. */
static char *make_template(fab_file_kind kind)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    fab_arena *arena = fab_arena_create((size_t)64 << 20);
    ck_assert(stream && arena);
    ck_assert_int_eq(fab_template_write(kind, NULL, arena, stream), FAB_OK);
    fclose(stream);
    fab_arena_destroy(arena);
    return text;
}

START_TEST(print_kind)
{
    const fab_file_kind kind = (fab_file_kind)_i;
    const fab_file_form *form = fab_file_form_get(kind);
    char name[32];
    snprintf(name, sizeof(name), "%s", form->name);
    char *text = kind == FAB_FILE_STUDY ? strdup(STUDY) : make_template(kind);
    ck_assert_uint_ge(bad_input_visit(form->table, text, print_case, name), 50);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schema_cases");
    TCase *tcase = tcase_create("print");
    tcase_add_loop_test(tcase, print_kind, 0, FAB_FILE_CATALOG);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_SILENT);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
