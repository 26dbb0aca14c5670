#include "schema_fixture.h"

#include "config/reference.h"

static const char *make(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(fab_reference_table(&DEVICE_TABLE, "device", 3, arena, stream), FAB_OK);
    ck_assert_int_eq(fclose(stream), 0);
    const char *copy = fab_arena_copy(arena, text, size);
    free(text);
    return copy;
}

static const char *const LINES[] = {
    "\n### device\n",
    "\n| `name` | what to call it | a text | | required | |\n",
    "\n| `latency` | one way | a time such as 250 ns | from 0 s to 1 s | `1 us` | a guess |\n",
    "\n| `share` | a \\| in the help | a plain number or a percentage such as 0.5 or 50 % | | `50 "
    "%` "
    "| |\n",
    "\n| `parts` | its parts | a list, each with the fields of part | 1 to 3 items | | |\n",
    "\n#### device: memory\n",
    "\n#### device: parts[]\n",
    "\n| `copies` | how many | a whole number such as 4096 or 13T | at least 1 | `2` | |\n",
};

START_TEST(every_field_has_its_line)
{
    const char *text = make();
    ck_assert_msg(strstr(text, LINES[_i]) != NULL, "no `%s` in\n%s", LINES[_i], text);
}
END_TEST

/* as many bars in every line of a table, but for those that are escaped */
START_TEST(tables_are_whole)
{
    size_t lines = 0;
    for (const char *line = make(); *line; line += strcspn(line, "\n") + 1) {
        size_t bars = 0;
        for (const char *at = line; *at != '\n'; at++) {
            bars += *at == '|' && (at == line || at[-1] != '\\');
        }
        ck_assert_uint_eq(bars, *line == '|' ? 7 : 0);
        lines += *line == '|';
    }
    ck_assert_uint_eq(lines, 3 * 2 + DEVICE_TABLE.count + 2 * PART_TABLE.count);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("reference");
    tcase_add_checked_fixture(tcase, open_arena, close_arena);
    tcase_add_loop_test(tcase, every_field_has_its_line, 0, (int)FAB_TABLE_SIZE(LINES));
    tcase_add_test(tcase, tables_are_whole);
    return run_tests(tcase);
}
