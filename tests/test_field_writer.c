#include <check.h>
#include <stdio.h>
#include <string.h>

#include "run_all.h"
#include "validate/field_writer.h"

START_TEST(one_after_the_other)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    fab_field_writer inner = fab_field_writer_make(arena);
    fab_write_number(&inner, "tensor", 0.4 / 0.9, "");
    fab_write_number(&inner, "data", 1.0, "");
    fab_field_writer writer = fab_field_writer_make(arena);
    ck_assert_str_eq(writer.text, "");
    fab_write_word(&writer, "attention", "fused");
    fab_write_flag(&writer, "dropout", true);
    fab_write_flag(&writer, "launch_waits", false);
    fab_write_count(&writer, "loss_checks", -9007199254740993);
    fab_write_number(&writer, "launch", 85.0, " us");
    fab_write_fields(&writer, "");
    fab_write_fields(&writer, "bias: all, gated: true");
    fab_write_group(&writer, "overlap", &inner);
    ck_assert_str_eq(writer.text,
                     "attention: fused, dropout: true, launch_waits: false, "
                     "loss_checks: -9007199254740993, launch: 85 us, bias: all, gated: true, "
                     "overlap: {tensor: 0.444444, data: 1}");
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(group_of_nothing)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    const fab_field_writer inner = fab_field_writer_make(arena);
    fab_field_writer writer = fab_field_writer_make(arena);
    fab_write_group(&writer, "effects", &inner);
    ck_assert_str_eq(writer.text, "effects: {}");
    fab_arena_destroy(arena);
}
END_TEST

/* a text that could not be made, and all that is written after it */
START_TEST(memory_that_is_out)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    fab_field_writer writer = fab_field_writer_make(arena);
    fab_write_word(&writer, "layout", NULL);
    ck_assert_ptr_null(writer.text);
    fab_write_count(&writer, "zero", 1);
    ck_assert_ptr_null(writer.text);
    fab_field_writer outer = fab_field_writer_make(arena);
    fab_write_group(&outer, "mapping", &writer);
    ck_assert_ptr_null(outer.text);
    fab_arena_destroy(arena);
}
END_TEST

/* more than the writer has room for at first */
START_TEST(many_fields)
{
    enum { FIELDS = 1000 };
    fab_arena *arena = fab_arena_create(1 << 20);
    fab_field_writer writer = fab_field_writer_make(arena);
    for (int i = 0; i < FIELDS; i++) {
        fab_write_count(&writer, "field", 1000 + i);
    }
    ck_assert_uint_eq(strlen(writer.text), FIELDS * strlen("field: 1000, ") - strlen(", "));
    const char *at = writer.text;
    for (int i = 0; i < FIELDS; i++) {
        int number = 0;
        ck_assert_int_eq(sscanf(at, "field: %d", &number), 1);
        ck_assert_int_eq(number, 1000 + i);
        at += i + 1 < FIELDS ? strlen("field: 1000, ") : 0;
    }
    fab_arena_destroy(arena);
}
END_TEST

/* an arena that can hold a part of what is written */
START_TEST(small_arena)
{
    fab_arena *arena = fab_arena_create(4096);
    fab_field_writer writer = fab_field_writer_make(arena);
    for (int i = 0; i < 1000; i++) {
        fab_write_count(&writer, "a_field_with_a_long_name", i);
    }
    ck_assert_ptr_null(writer.text);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("field_writer");
    TCase *tests = tcase_create("field_writer");
    tcase_add_test(tests, one_after_the_other);
    tcase_add_test(tests, group_of_nothing);
    tcase_add_test(tests, memory_that_is_out);
    tcase_add_test(tests, many_fields);
    tcase_add_test(tests, small_arena);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
