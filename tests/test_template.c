#include "schema_fixture.h"

#include "config/template.h"

static const char STARTER[] = "name: \"a: \\\"b\\\" \\\\ \\tc\"\n"
                              "rate: {value: 5 Gbps, source: somebody}\n"
                              "memory: {size: 2 GB}\n"
                              "parts: [{size: 1 GB}, {size: 3 GB, copies: 7}]\n"
                              "link: {kind: [x, {y: z}, {}], empty: []}\n";

static const fab_node *parse(const char *text)
{
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_node *root = NULL;
    const fab_status status =
        fab_tree_parse("test.yaml", text, strlen(text), arena, &diagnostics, &root);
    ck_assert_msg(status == FAB_OK, "%s in\n%s",
                  diagnostics.count ? diagnostics.items[0].message : "", text);
    return root;
}

/* Writes a template into the arena. */
static const char *make(const char *starter)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(fab_template_fields(&DEVICE_TABLE, parse(starter), arena, stream), FAB_OK);
    ck_assert_int_eq(fclose(stream), 0);
    const char *copy = fab_arena_copy(arena, text, size);
    free(text);
    return copy;
}

static bool is_same(const fab_node *a, const fab_node *b)
{
    if (a->kind != b->kind || a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (a->kind == FAB_NODE_MAP) {
            const fab_node *other = fab_node_get(b, a->entries[i].key);
            if (!other || !is_same(a->entries[i].value, other)) {
                return false;
            }
        } else if (!is_same(a->items[i], b->items[i])) {
            return false;
        }
    }
    return a->kind != FAB_NODE_SCALAR || strcmp(a->text, b->text) == 0;
}

/* comments apart, a template says what its starter says */
START_TEST(the_starter_is_live)
{
    ck_assert(is_same(parse(make(STARTER)), parse(STARTER)));
    static const char BASE[] = "base: other\nrate: 3 Gbps\n";
    const char *text = make(BASE);
    ck_assert(is_same(parse(text), parse(BASE)));
    ck_assert_ptr_nonnull(strstr(text, "the row of the catalog that the fields below change\n"));
}
END_TEST

/* Takes the `#` away that hides fields and leaves the comments, whose `#` has one blank behind it.
 */
static const char *uncover(const char *text)
{
    char *out = fab_arena_copy(arena, text, strlen(text));
    char *to = out;
    for (const char *at = text; *at; at++) {
        const bool begins = at == text || at[-1] == '\n';
        if (begins) {
            const size_t blanks = strspn(at, " ");
            const char *mark = at + blanks;
            const bool is_hidden = mark[0] == '#' && (mark[1] != ' ' || mark[2] == ' ');
            memcpy(to, at, blanks);
            to += blanks;
            at = is_hidden ? mark + 1 : mark;
        }
        *to++ = *at;
    }
    *to = '\0';
    return out;
}

/* what is commented out is the default, at the right depth: the record stays the same */
START_TEST(hidden_fields_are_defaults)
{
    const char *plain = "name: a\nrate: 5 Gbps\nmemory: {size: 1 GB}\n";
    const char *text = uncover(make("name: a\nrate: 5 Gbps\n"));
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    device with, without;
    const fab_status status =
        fab_record_read(&DEVICE_TABLE, parse(text), arena, &diagnostics, &with);
    ck_assert_msg(status == FAB_OK, "%s\n%s", diagnostics.count ? diagnostics.items[0].message : "",
                  text);
    ck_assert_int_eq(fab_record_read(&DEVICE_TABLE, parse(plain), arena, &diagnostics, &without),
                     FAB_OK);
    ck_assert_double_eq(with.latency_s, without.latency_s);
    ck_assert_double_eq(with.share_frac, without.share_frac);
    ck_assert_int_eq(with.lanes, without.lanes);
    ck_assert_int_eq(with.groups, without.groups);
    ck_assert_int_eq(with.algorithm, without.algorithm);
    ck_assert_int_eq(with.colours, without.colours);
    ck_assert_int_eq(with.memory.copies, 2);
    ck_assert_uint_eq(with.parts.count, 1);
    ck_assert_str_eq(with.grade, "A");
    ck_assert_ptr_nonnull(with.link);
}
END_TEST

START_TEST(every_field_has_its_help)
{
    const char *text = make(STARTER);
    ck_assert_ptr_nonnull(strstr(text, "# what to call it [required]\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n# one way [a time, from 0 s to 1 s]\n#latency: 1 us\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n# groups [a whole number or `auto`, at least 1]\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n# light\n#optical: false\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "\n  # how many [a whole number, at least 1]\n  #copies: 2"));
    ck_assert_ptr_nonnull(strstr(text, "\n  - # bytes of one copy ["));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        ck_assert_uint_le(strcspn(line, "\n"), 100);
        ck_assert_msg(strcspn(line, "\n") == 0 || line[strcspn(line, "\n") - 1] != ' ', "%s", line);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("template");
    tcase_add_checked_fixture(tcase, open_arena, close_arena);
    tcase_add_test(tcase, the_starter_is_live);
    tcase_add_test(tcase, hidden_fields_are_defaults);
    tcase_add_test(tcase, every_field_has_its_help);
    return run_tests(tcase);
}
