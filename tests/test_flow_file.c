#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "flow_fixture.h"
#include "run_all.h"

/* Files of flows: what is read, and every mistake with its place. */

typedef struct fixture {
    fab_arena *arena;
    fab_diagnostics diagnostics;
    fab_flow_file file;
} fixture;

static fab_status parse(fixture *f, const char *text, size_t length)
{
    f->arena = fab_arena_create(ARENA_BYTE);
    f->diagnostics = fab_diagnostics_make(f->arena);
    return fab_flow_file_parse("x.csv", text, length, f->arena, &f->diagnostics, &f->file);
}

#define HEAD "flow,size_B,finish_s,links\n"

static const struct {
    const char *what, *text;
    uint32_t flows, links;
} RIGHT[] = {
    {"one flow", HEAD "0,5,1.5,0 1\n", 1, 2},
    {"comments and empty lines", "# a\n\n" HEAD "# b\n0,5,1.5,0 1\n  \n #c\n", 1, 2},
    {"CRLF", "# a\r\nflow,size_B,finish_s,links\r\n0,5,1.5,0 1\r\n", 1, 2},
    {"no line end at the end", HEAD "0,5,1.5,0 1", 1, 2},
    {"no reference", HEAD "0,5,,0 1\n", 1, 2},
    {"no column of references", "flow,size_B,links\n0,5,0 1\n", 1, 2},
    {"no links", HEAD "0,5,1,\n", 1, 0},
    {"links anywhere in 64 bits", HEAD "7,5,1,18446744073709551615 0\n9,1,1,0\n", 2, 2},
    {"blanks around fields", HEAD " 0 , 5 , 1.5 ,  3   4 \n", 1, 2},
    {"exponents and nothing", HEAD "0,5e3,1e-5,0\n1,0,0,0\n", 2, 1},
};

START_TEST(right_files)
{
    fixture f;
    ck_assert_int_eq(parse(&f, RIGHT[_i].text, strlen(RIGHT[_i].text)), FAB_OK);
    ck_assert_uint_eq(f.diagnostics.errors, 0);
    ck_assert_uint_eq(f.file.set.flow_count, RIGHT[_i].flows);
    ck_assert_uint_eq(f.file.link_count, RIGHT[_i].links);
    fab_arena_destroy(f.arena);
}
END_TEST

START_TEST(values)
{
    static const char TEXT[] = HEAD "3,5.25,,8 9\n1,1e3,2.5e-5,9 7 8\n";
    static const uint32_t BEGIN[] = {0, 2, 5}, LINKS[] = {0, 1, 1, 2, 0};
    fixture f;
    ck_assert_int_eq(parse(&f, TEXT, sizeof(TEXT) - 1), FAB_OK);
    ck_assert_uint_eq(f.file.flow_id[0], 3);
    ck_assert_uint_eq(f.file.flow_id[1], 1);
    ck_assert_double_eq(f.file.set.size_byte[0], 5.25);
    ck_assert_double_eq(f.file.set.size_byte[1], 1000.0);
    ck_assert_double_eq(f.file.reference_s[0], -1.0);
    ck_assert_double_eq(f.file.reference_s[1], 2.5e-5);
    ck_assert_int_eq(memcmp(f.file.set.route_begin, BEGIN, sizeof(BEGIN)), 0);
    ck_assert_int_eq(memcmp(f.file.set.route_link, LINKS, sizeof(LINKS)), 0);
    fab_arena_destroy(f.arena);
}
END_TEST

static const struct {
    const char *text;
    int line, column;
    const char *message;
} WRONG[] = {
    {"", 0, 0, "the file is empty"},
    {"# only\n", 0, 0, "the file is empty"},
    {HEAD, 0, 0, "the file has no flows"},
    {"# a\nflow,size,links\n", 2, 1, "`flow,size,links` is not the header"},
    {HEAD "0,5,1\n", 2, 1, "`0,5,1` has too few fields"},
    {HEAD "0,5,1,2,3\n", 2, 1, "`0,5,1,2,3` has too many fields"},
    {HEAD "0,5,1,2\nx,5,1,2\n", 3, 1, "`x` is no number of a flow"},
    {HEAD "-1,5,1,2\n", 2, 1, "`-1` is no number of a flow"},
    {HEAD "0,5,1,2\n0,5,1,2\n", 3, 1, "`0` comes twice"},
    {HEAD "18446744073709551616,5,1,2\n", 2, 1, "`18446744073709551616` is no number of a flow"},
    {HEAD "0,abc,1,2\n", 2, 3, "`abc` is no size"},
    {HEAD "0,,1,2\n", 2, 3, "`` is no size"},
    {HEAD "0,-5,1,2\n", 2, 3, "`-5` is no size"},
    {HEAD "0,nan,1,2\n", 2, 3, "`nan` is no size"},
    {HEAD "0,inf,1,2\n", 2, 3, "`inf` is no size"},
    {HEAD "0,0x10,1,2\n", 2, 3, "`0x10` is no size"},
    {HEAD "0,1e999,1,2\n", 2, 3, "`1e999` is no size"},
    {HEAD "0,5 6,1,2\n", 2, 3, "`5 6` is no size"},
    {HEAD "0,1e,1,2\n", 2, 3, "`1e` is no size"},
    {HEAD "0,5,-1,2\n", 2, 5, "`-1` is no time"},
    {HEAD "0,5,1s,2\n", 2, 5, "`1s` is no time"},
    {HEAD "0,5,1,2 a 4\n", 2, 9, "`a` is no number of a link"},
    {HEAD "0,5,1,2;3\r\n", 2, 7, "`2;3` is no number of a link"},
    {HEAD "0,\xc3\xa4,1,\xc3\xa4\n", 2, 3, "`\xc3\xa4` is no size"},
};

START_TEST(mistakes)
{
    fixture f;
    ck_assert_int_eq(parse(&f, WRONG[_i].text, strlen(WRONG[_i].text)), FAB_E_INPUT);
    ck_assert_uint_ge(f.diagnostics.errors, 1);
    const fab_diagnostic *first = &f.diagnostics.items[0];
    ck_assert_str_eq(first->message, WRONG[_i].message);
    ck_assert_int_eq(first->position.line, WRONG[_i].line);
    ck_assert_int_eq(first->position.column, WRONG[_i].column);
    ck_assert_str_eq(first->position.source->name, "x.csv");
    fab_arena_destroy(f.arena);
}
END_TEST

START_TEST(all_mistakes_are_reported)
{
    static const char TEXT[] = HEAD "a,b,c,d e\n0,1,2,3\n1,1,2,x\n";
    fixture f;
    ck_assert_int_eq(parse(&f, TEXT, sizeof(TEXT) - 1), FAB_E_INPUT);
    ck_assert_uint_eq(f.diagnostics.errors, 6);
    fab_arena_destroy(f.arena);
}
END_TEST

/* Whatever stands in a file, reading ends with a status and stays inside the text. */
START_TEST(noise)
{
    static const char LETTERS[] = "0123456789,, \n\r.e-#x\xc3\0";
    uint64_t seed = (uint64_t)_i;
    char text[400] = HEAD;
    const size_t head = sizeof(HEAD) - 1;
    for (size_t i = head; i < sizeof(text); i++) {
        text[i] = LETTERS[seeded_integer(&seed, 0, sizeof(LETTERS) - 1)];
    }
    fixture f;
    const size_t length = (size_t)seeded_integer(&seed, 0, sizeof(text));
    const fab_status status = parse(&f, text, length);
    ck_assert(status == FAB_OK || status == FAB_E_INPUT);
    ck_assert_int_eq(status == FAB_E_INPUT, f.diagnostics.errors > 0);
    fab_arena_destroy(f.arena);
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
    static const char *const PATH[] = {"/nonexistent/x.csv", "/"};
    static const char *const MESSAGE[] = {"no such file", "this is a folder, not a file"};
    fixture f = {.arena = fab_arena_create(ARENA_BYTE)};
    f.diagnostics = fab_diagnostics_make(f.arena);
    ck_assert_int_eq(fab_flow_file_load(PATH[_i], f.arena, &f.diagnostics, &f.file), FAB_E_INPUT);
    ck_assert_str_eq(f.diagnostics.items[0].message, MESSAGE[_i]);
    fab_arena_destroy(f.arena);
}
END_TEST

/* A sparse file above the limit is refused before it is read. */
START_TEST(a_file_too_large)
{
    char path[] = "/tmp/fab-flow-XXXXXX";
    const int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(ftruncate(descriptor, (off_t)FAB_FLOW_FILE_LIMIT_BYTE + 1), 0);
    fixture f = {.arena = fab_arena_create(ARENA_BYTE)};
    f.diagnostics = fab_diagnostics_make(f.arena);
    ck_assert_int_eq(fab_flow_file_load(path, f.arena, &f.diagnostics, &f.file), FAB_E_INPUT);
    ck_assert_str_eq(f.diagnostics.items[0].message, "the file is larger than 1 GiB");
    close(descriptor);
    unlink(path);
    fab_arena_destroy(f.arena);
}
END_TEST

START_TEST(memory_out)
{
    static const char TEXT[] = HEAD "0,5,1.5,0 1\n";
    int failures = 0;
    for (size_t limit = 64; limit < 65536; limit += 512) {
        fab_arena *arena = fab_arena_create(limit);
        fab_diagnostics diagnostics = fab_diagnostics_make(arena);
        fab_flow_file file;
        const fab_status status =
            fab_flow_file_parse("x", TEXT, sizeof(TEXT) - 1, arena, &diagnostics, &file);
        ck_assert(status == FAB_OK || status == FAB_E_NOMEM);
        failures += status == FAB_E_NOMEM;
        fab_arena_destroy(arena);
    }
    ck_assert_int_gt(failures, 5);
    ck_assert_int_lt(failures, 128);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("flow_file");
    TCase *t = tcase_create("flow_file");
    tcase_add_loop_test(t, right_files, 0, sizeof(RIGHT) / sizeof(RIGHT[0]));
    tcase_add_test(t, values);
    tcase_add_loop_test(t, mistakes, 0, sizeof(WRONG) / sizeof(WRONG[0]));
    tcase_add_test(t, all_mistakes_are_reported);
    tcase_add_loop_test(t, noise, 0, 300);
    tcase_add_loop_test(t, files_that_cannot_be_read, 0, 2);
    tcase_add_test(t, a_file_too_large);
    tcase_add_test(t, memory_out);
    suite_add_tcase(s, t);
    return run_all(s);
}
