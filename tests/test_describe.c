#include "schema_fixture.h"

#include "config/describe.h"

static const struct {
    const char *field, *type, *brief, *limits, *standard;
} ROW[] = {
    {"name", "a text", "", "", NULL},
    {"rate", "a bandwidth in one direction such as 32 Tbps or 450 GB/s, or `not published`",
     "a bandwidth in one direction or `not published`", "anything above 0 b/s", NULL},
    {"latency", "a time such as 250 ns", "a time", "from 0 s to 1 s", "1 us"},
    {"share", "a plain number or a percentage such as 0.5 or 50 %",
     "a plain number or a percentage", "", "50 %"},
    {"lanes", "a whole number such as 4096 or 13T", "a whole number", "from 1 to 64", "4"},
    {"groups", "a whole number such as 4096 or 13T, or `auto`", "a whole number or `auto`",
     "at least 1", "auto"},
    {"optical", "`true` or `false`", "", "", "false"},
    {"grade", "`A` or `B`", "`A` or `B`", "", NULL},
    {"algorithm", "`auto` or `ring`", "`auto` or `ring`", "", "auto"},
    {"colours", "`none`, or some of `red` or `green`", "`none`, or some of `red` or `green`", "",
     "none"},
    {"memory", "the fields of part", "", "", NULL},
    {"parts", "a list, each with the fields of part", "", "1 to 3 items", NULL},
    {"link", "a name or a map", "", "", NULL},
    {"socket", "a name, or `none`", "", "", NULL},
};

START_TEST(every_kind_of_field)
{
    device defaults;
    fab_record_default(&DEVICE_TABLE, &defaults);
    const fab_field *field = field_of(ROW[_i].field);
    ck_assert_str_eq(fab_describe_type(field, arena), ROW[_i].type);
    ck_assert_str_eq(fab_describe_briefly(field, arena), ROW[_i].brief);
    ck_assert_str_eq(fab_describe_limits(field, arena), ROW[_i].limits);
    char buffer[FAB_DEFAULT_SIZE];
    const char *standard = fab_describe_default(field, &defaults, buffer);
    ck_assert_msg((standard == NULL) == (ROW[_i].standard == NULL), "%s", ROW[_i].field);
    if (standard) {
        ck_assert_str_eq(standard, ROW[_i].standard);
    }
}
END_TEST

/* what a file cannot say stands for no default: a count below its limits */
START_TEST(a_default_that_no_file_says)
{
    device defaults;
    fab_record_default(&DEVICE_TABLE, &defaults);
    char buffer[FAB_DEFAULT_SIZE];
    defaults.lanes = 0;
    defaults.latency_s = 2.0;
    ck_assert_ptr_null(fab_describe_default(field_of("lanes"), &defaults, buffer));
    ck_assert_ptr_null(fab_describe_default(field_of("latency"), &defaults, buffer));
    ck_assert_int_eq(defaults.memory.copies, 2);
}
END_TEST

START_TEST(sentences)
{
    ck_assert_str_eq(fab_describe_field(field_of("latency"), arena),
                     "one way.\nExpected: a time such as 250 ns; from 0 s to 1 s.\nDefault: a "
                     "guess.");
    ck_assert_str_eq(fab_describe_field(field_of("name"), arena),
                     "what to call it.\nExpected: a text.");
}
END_TEST

START_TEST(dimensions_have_names_of_their_own)
{
    for (int i = 0; i < (int)FAB_DIM_TOTAL; i++) {
        const char *name = fab_describe_dimension((fab_dimension)i);
        ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        for (int j = 0; j < i; j++) {
            ck_assert_str_ne(name, fab_describe_dimension((fab_dimension)j));
        }
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("describe");
    tcase_add_checked_fixture(tcase, open_arena, close_arena);
    tcase_add_loop_test(tcase, every_kind_of_field, 0, (int)FAB_TABLE_SIZE(ROW));
    tcase_add_test(tcase, a_default_that_no_file_says);
    tcase_add_test(tcase, sentences);
    tcase_add_test(tcase, dimensions_have_names_of_their_own);
    return run_tests(tcase);
}
