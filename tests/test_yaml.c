#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/tree.h"
#include "run_all.h"

static fab_arena *arena;
static fab_diagnostics diagnostics;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 30);
    ck_assert_ptr_nonnull(arena);
    diagnostics = fab_diagnostics_make(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_status parse(const char *text, size_t length, const fab_node **root_out)
{
    return fab_tree_parse("test.yaml", text, length, arena, &diagnostics, root_out);
}

static const fab_node *parse_good(const char *text)
{
    const fab_node *root = NULL;
    const fab_status status = parse(text, strlen(text), &root);
    ck_assert_msg(status == FAB_OK, "%s", diagnostics.count ? diagnostics.items[0].message : text);
    ck_assert_uint_eq(diagnostics.errors, 0);
    return root;
}

static void check_position(const fab_position *position, int line, int column, int width)
{
    ck_assert_str_eq(position->source->name, "test.yaml");
    ck_assert_int_eq(position->line, line);
    ck_assert_int_eq(position->column, column);
    ck_assert_int_eq(position->width, width);
}

START_TEST(a_document_becomes_a_tree)
{
    const fab_node *root = parse_good("# comment\n"
                                      "name: small job\n"
                                      "gpu:\n"
                                      "  base: h100\n"
                                      "  memory: \"80 GB\"\n"
                                      "tiers: [a, {b: c}]\n"
                                      "empty:\n");
    ck_assert_int_eq(root->kind, FAB_NODE_MAP);
    ck_assert_uint_eq(root->count, 4);
    check_position(&root->position, 2, 1, 1);
    check_position(&root->entries[0].position, 2, 1, 4);
    check_position(&root->entries[0].value->position, 2, 7, 9);
    ck_assert_str_eq(root->entries[0].value->text, "small job");
    ck_assert(!root->entries[0].value->quoted);

    const fab_node *gpu = fab_node_get(root, "gpu");
    ck_assert_int_eq(gpu->kind, FAB_NODE_MAP);
    check_position(&gpu->position, 4, 3, 1);
    const fab_node *memory = fab_node_get(gpu, "memory");
    ck_assert_str_eq(memory->text, "80 GB");
    ck_assert(memory->quoted);
    check_position(&memory->position, 5, 11, 7);

    const fab_node *tiers = fab_node_get(root, "tiers");
    ck_assert_int_eq(tiers->kind, FAB_NODE_LIST);
    ck_assert_uint_eq(tiers->count, 2);
    ck_assert_str_eq(tiers->items[0]->text, "a");
    check_position(&tiers->items[0]->position, 6, 9, 1);
    ck_assert_str_eq(fab_node_get(tiers->items[1], "b")->text, "c");

    const fab_node *empty = fab_node_get(root, "empty");
    ck_assert_str_eq(empty->text, "");
    ck_assert(!empty->quoted);
    ck_assert_int_eq(empty->position.line, 7);
}
END_TEST

START_TEST(scalars_stay_text)
{
    const fab_node *root = parse_good("[1e3, yes, null, ~, 0x10, 2026-01-01, .inf, 32_768]");
    static const char *const TEXT[] = {"1e3",  "yes",        "null", "~",
                                       "0x10", "2026-01-01", ".inf", "32_768"};
    ck_assert_uint_eq(root->count, 8);
    for (size_t i = 0; i < 8; i++) {
        ck_assert_str_eq(root->items[i]->text, TEXT[i]);
    }
}
END_TEST

START_TEST(blocks_and_escapes)
{
    const fab_node *root = parse_good("a: |\n  one\n  two\nb: >-\n  one\n  two\nc: \"\\u00b5\\n\"\n"
                                      "d: 'it''s'\ne: p\n  q\n");
    ck_assert_str_eq(fab_node_get(root, "a")->text, "one\ntwo\n");
    ck_assert(fab_node_get(root, "a")->quoted);
    ck_assert_str_eq(fab_node_get(root, "b")->text, "one two");
    ck_assert_str_eq(fab_node_get(root, "c")->text, "\xc2\xb5\n");
    ck_assert_str_eq(fab_node_get(root, "d")->text, "it's");
    ck_assert_str_eq(fab_node_get(root, "e")->text, "p q");
    ck_assert_int_ge(fab_node_get(root, "e")->position.width, 1);
}
END_TEST

START_TEST(columns_count_characters)
{
    const fab_node *root = parse_good("\xc2\xb5\xe4\xb8\xad: x\n");
    check_position(&root->entries[0].position, 1, 1, 2);
    check_position(&root->entries[0].value->position, 1, 5, 1);
}
END_TEST

START_TEST(a_byte_order_mark_is_left_out)
{
    const fab_node *root = parse_good("\xef\xbb\xbfname: x\n");
    check_position(&root->entries[0].position, 1, 1, 4);
    ck_assert_str_eq(root->entries[0].key, "name");
}
END_TEST

START_TEST(line_ends_of_other_systems)
{
    const fab_node *root = parse_good("a: 1\r\nb: 2\rc: 3\n");
    ck_assert_int_eq(root->entries[1].position.line, 2);
    ck_assert_int_eq(root->entries[2].position.line, 3);
    ck_assert_str_eq(root->entries[0].value->text, "1");
}
END_TEST

START_TEST(aliases_share_their_node)
{
    const fab_node *root = parse_good("a: &x {k: 1}\nb: *x\nc: &x 2\nd: *x\n");
    ck_assert_ptr_eq(fab_node_get(root, "a"), fab_node_get(root, "b"));
    ck_assert_str_eq(fab_node_get(root, "d")->text, "2");
}
END_TEST

START_TEST(the_text_may_vanish)
{
    char *text = strdup("name: value # and more\n");
    const fab_node *root = parse_good(text);
    memset(text, 'x', strlen(text));
    free(text);
    const fab_position *position = &root->entries[0].value->position;
    ck_assert_int_eq(memcmp(position->source->text, "name: value", 11), 0);
    ck_assert_str_eq(root->entries[0].value->text, "value");
}
END_TEST

START_TEST(nesting_up_to_the_limit)
{
    char text[2 * FAB_TREE_DEPTH_LIMIT + 8];
    memset(text, '[', FAB_TREE_DEPTH_LIMIT);
    memset(text + FAB_TREE_DEPTH_LIMIT, ']', FAB_TREE_DEPTH_LIMIT);
    text[2 * FAB_TREE_DEPTH_LIMIT] = '\0';
    parse_good(text);
}
END_TEST

#define DEEP8  "[[[[[[[["
#define DEEP64 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8

static const struct {
    const char *text;
    int line, column;
    const char *message, *hint;
} BAD[] = {
    {"", 0, 0, "the file is empty", NULL},
    {"\xef\xbb\xbf", 0, 0, "the file is empty", NULL},
    {"# nothing\n", 0, 0, "the document is empty", NULL},
    {"---\n", 0, 0, "the document is empty", NULL},
    {"a: 1\nb: 2\na: 3\n", 3, 1, "`a` is given twice, before in line 1", NULL},
    {"a: 1\n\"a\": 3\n", 2, 1, "`a` is given twice, before in line 1", NULL},
    {"x: {b: 1, c: 2, b: 3}\n", 1, 17, "`b` is given twice, before in line 1", NULL},
    {"a: !!str 1\n", 1, 4, "tags (`!name`) are not accepted", NULL},
    {"a: !own {b: 1}\n", 1, 4, "tags (`!name`) are not accepted", NULL},
    {"a: !own [b]\n", 1, 4, "tags (`!name`) are not accepted", NULL},
    {"!own a: 1\n", 1, 1, "tags and anchors on names are not accepted", NULL},
    {"&own a: 1\n", 1, 1, "tags and anchors on names are not accepted", NULL},
    {"b: &b {x: 1}\nc:\n  <<: *b\n", 3, 3, "merge keys (`<<`) are not accepted", NULL},
    {"a: 1\n---\nb: 2\n", 2, 1, "a second document starts here; a file holds one", NULL},
    {DEEP64 "[", 1, 65, "maps and lists are nested deeper than 64", NULL},
    {"a: &a [*a]\n", 1, 8, "alias `*a` stands inside what it names", NULL},
    {"a: *b\n", 1, 4, "alias `*b` names no anchor above it", NULL},
    {"? [a, b]\n: 1\n", 1, 3, "the name of a field must be a plain word", NULL},
    {"? {a: b}\n: 1\n", 1, 3, "the name of a field must be a plain word", NULL},
    {"a: \"x\\0y\"\n", 1, 4, "the text contains a NUL character", NULL},
    {"\"x\\0y\": 1\n", 1, 1, "the text contains a NUL character", NULL},
    {"ok: 1\nbad: \xff\n", 2, 6, "not UTF-8 text: invalid byte 0xff at offset 11", NULL},
    {"\xc2\xb5: \xc0\xaf\n", 1, 4, "not UTF-8 text: invalid byte 0xc0 at offset 4", NULL},
    {"a\r\nb\rc\n\xfe", 4, 1, "not UTF-8 text: invalid byte 0xfe at offset 7", NULL},
    {"\x1f\x8b\x08", 1, 1, "control character U+001F is not allowed", NULL},
    {"a: \x1b[31m\n", 1, 4, "control character U+001B is not allowed", NULL},
    {"a: \x7f\n", 1, 4, "control character U+007F is not allowed", NULL},
    {"a: \xc2\x85\n", 1, 4, "control character U+0085 is not allowed", NULL},
    {"a: \xe2\x80\xa8\n", 1, 4, "control character U+2028 is not allowed", NULL},
    {"a: \xef\xbb\xbf\n", 1, 4, "control character U+FEFF is not allowed", NULL},
    {"a: b: c\n", 1, 5, "not valid YAML: mapping values are not allowed in this context",
     "a value that contains `: ` needs quotes; or this line is indented further than the one "
     "above"},
    {"a:\n\tb: 1\n", 2, 1, "not valid YAML: found character that cannot start any token",
     "indent with blanks, not tabs; a value that starts with @, % or ` needs quotes"},
    {"a: @x\n", 1, 4, "not valid YAML: found character that cannot start any token",
     "indent with blanks, not tabs; a value that starts with @, % or ` needs quotes"},
    {"x: 1\na: \"never\n\nb: 1\n", 2, 4, "not valid YAML: found unexpected end of stream",
     "a quote or bracket that opens here is never closed"},
    {"a: [1, 2\nb: 3\n", 2, 2,
     "not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence that starts "
     "in line 1)",
     "a list in brackets is written [a, b, c]"},
    {"a: {b: 1\nc: 3\n", 2, 2, NULL, NULL},
    {"a: 1\n b: 2\n", 2, 3, NULL, NULL},
    {"  a: 1\nb: 2\n", 2, 1, NULL, NULL},
    {"- a\nb: 1\n", 2, 1, NULL, NULL},
    {"%YAML 3.0\n---\na: 1\n", 1, 1, NULL, NULL},
    {"a: 'x' y\n", 1, 8, NULL, NULL},
};

#define COUNT_OF(array) (int)(sizeof(array) / sizeof((array)[0]))

START_TEST(refused)
{
    const fab_node *root = NULL;
    ck_assert_int_eq(parse(BAD[_i].text, strlen(BAD[_i].text), &root), FAB_E_INPUT);
    ck_assert_ptr_null(root);
    ck_assert_uint_eq(diagnostics.count, 1);
    const fab_diagnostic *first = &diagnostics.items[0];
    ck_assert_str_eq(first->position.source->name, "test.yaml");
    ck_assert_msg(first->position.line == BAD[_i].line && first->position.column == BAD[_i].column,
                  "`%s`: %s at %d:%d", BAD[_i].text, first->message, first->position.line,
                  first->position.column);
    if (BAD[_i].message) {
        ck_assert_str_eq(first->message, BAD[_i].message);
    } else {
        ck_assert_ptr_eq(strstr(first->message, "not valid YAML: "), first->message);
    }
    if (BAD[_i].hint) {
        ck_assert_str_eq(first->hint, BAD[_i].hint);
    }
}
END_TEST

START_TEST(mistakes_that_hide_nothing_are_all_found)
{
    const char *text = "a: 1\nb: !t 2\na: 3\n<<: 4\na: 5\nc: {d: 1, d: 2}\n";
    const fab_node *root = NULL;
    ck_assert_int_eq(parse(text, strlen(text), &root), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 5);
}
END_TEST

START_TEST(a_nul_character_is_refused)
{
    const fab_node *root = NULL;
    ck_assert_int_eq(parse("a: 1\nb\0c: 2\n", 12, &root), FAB_E_INPUT);
    ck_assert_str_eq(diagnostics.items[0].message, "control character U+0000 is not allowed");
    ck_assert_int_eq(diagnostics.items[0].position.line, 2);
    ck_assert_int_eq(diagnostics.items[0].position.column, 2);
}
END_TEST

/* A text of `count` repetitions with something before and behind. */
static char *repeat(const char *before, const char *part, size_t count, const char *behind)
{
    const size_t length = strlen(part);
    char *text = malloc(strlen(before) + count * length + strlen(behind) + 1);
    ck_assert_ptr_nonnull(text);
    char *at = text + strlen(strcpy(text, before));
    for (size_t i = 0; i < count; i++) {
        memcpy(at, part, length);
        at += length;
    }
    strcpy(at, behind);
    return text;
}

/* What would be slow or large if it were not stopped, with the message that stops it. */
static const struct {
    const char *before, *part;
    size_t count;
    const char *behind, *message;
} HOSTILE[] = {
    {"", "[", 200000, "", "maps and lists are nested deeper than 64"},
    {"", "{a: ", 200000, "", "maps and lists are nested deeper than 64"},
    {"", "- ", 200000, "", "maps and lists are nested deeper than 64"},
    {"", "? ", 200000, "", "the name of a field must be a plain word"},
    {"", "- a\n", 1500000, "", "the document has more than 1000000 values, aliases written out"},
    {"", "- &a b\n", 2000, "", "more than 1000 anchors"},
    {"", "aaaaaaaaaaaaaaaa", 1u << 20, "b", "the file is larger than 16 MiB"},
    {"- &a [x,x,x,x,x,x,x,x,x,x]\n- &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
     "- &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n- &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n",
     "- [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n", 100, "",
     "the document has more than 1000000 values, aliases written out"},
    {"- &b [x]\n", "- &a [*b]\n- &b [*a]\n", 40, "", "maps and lists are nested deeper than 64"},
    {"a: 1\n", "a: 1\n", 300000, "", "`a` is given twice, before in line 1"},
};

START_TEST(hostile_files_end_soon)
{
    char *text =
        repeat(HOSTILE[_i].before, HOSTILE[_i].part, HOSTILE[_i].count, HOSTILE[_i].behind);
    const fab_node *root = NULL;
    const clock_t start = clock();
    ck_assert_int_eq(parse(text, strlen(text), &root), FAB_E_INPUT);

    /* seconds of processor time; libyaml alone takes 40 for the first of these */
    ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 10.0);
    ck_assert_str_eq(diagnostics.items[0].message, HOSTILE[_i].message);
    free(text);
}
END_TEST

START_TEST(large_files_are_read)
{
    char *text = repeat("", "- {name: something, rate: 32 Tbps}\n", 100000, "");
    const fab_node *root = parse_good(text);
    ck_assert_uint_eq(root->count, 100000);
    ck_assert_int_eq(root->items[99999]->position.line, 100000);
    free(text);
}
END_TEST

START_TEST(out_of_memory_is_said)
{
    const char *text = "a: &x {b: [1, 2, {c: d}], e: f}\ng: *x\nh: \"text\"\n";
    bool has_failed = false, has_worked = false;
    for (size_t limit = 0; limit < 8000; limit += 40) {
        fab_arena *small = fab_arena_create(limit);
        fab_diagnostics list = fab_diagnostics_make(small);
        const fab_node *root = NULL;
        const fab_status status =
            fab_tree_parse("test.yaml", text, strlen(text), small, &list, &root);
        ck_assert(status == FAB_OK ? root != NULL : status == FAB_E_NOMEM);
        has_failed = has_failed || status == FAB_E_NOMEM;
        has_worked = has_worked || status == FAB_OK;
        fab_arena_destroy(small);
    }
    ck_assert(has_failed && has_worked);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("yaml");
    TCase *t = tcase_create("parse");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_document_becomes_a_tree);
    tcase_add_test(t, scalars_stay_text);
    tcase_add_test(t, blocks_and_escapes);
    tcase_add_test(t, columns_count_characters);
    tcase_add_test(t, a_byte_order_mark_is_left_out);
    tcase_add_test(t, line_ends_of_other_systems);
    tcase_add_test(t, aliases_share_their_node);
    tcase_add_test(t, the_text_may_vanish);
    tcase_add_test(t, nesting_up_to_the_limit);
    tcase_add_loop_test(t, refused, 0, COUNT_OF(BAD));
    tcase_add_test(t, mistakes_that_hide_nothing_are_all_found);
    tcase_add_test(t, a_nul_character_is_refused);
    tcase_add_loop_test(t, hostile_files_end_soon, 0, COUNT_OF(HOSTILE));
    tcase_add_test(t, large_files_are_read);
    tcase_add_test(t, out_of_memory_is_said);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
