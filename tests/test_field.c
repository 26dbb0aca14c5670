#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bad_input.h"
#include "config/field.h"
#include "run_all.h"

/* A record with a field of every kind. */
typedef struct part {
    double size_byte;
    int64_t copies;
} part;

typedef struct device {
    fab_value rate_bps;
    double latency_s;
    double share_frac;
    int64_t lanes;
    int64_t groups;
    bool is_optical;
    const char *title;
    int algorithm;
    int colours;
    part memory;
    fab_records tiers;
    const fab_node *extra;
    fab_value price_usd;
} device;

static const char *const ALGORITHM[] = {"auto", "ring", "direct", NULL};
static const char *const COLOURS[] = {"none", "red", "green", "blue", NULL};

static const part PART_DEFAULT = {.size_byte = 1e9, .copies = 2};

static const fab_field PART_FIELDS[] = {
    {.name = "size",
     .kind = FAB_FIELD_QUANTITY,
     .is_required = true,
     .offset = offsetof(part, size_byte),
     .dimension = FAB_DIM_SIZE,
     .minimum = 0,
     .maximum = 1e15,
     .is_above_minimum = true,
     .help = "bytes of one copy"},
    {.name = "copies",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(part, copies),
     .minimum = 1,
     .maximum = 1e18,
     .help = "how many"},
};

static const fab_table PART_TABLE = {
    .kind = "part",
    .fields = PART_FIELDS,
    .count = FAB_TABLE_SIZE(PART_FIELDS),
    .size = sizeof(part),
    .defaults = &PART_DEFAULT,
};

static const device DEVICE_DEFAULT = {.latency_s = 1e-6, .share_frac = 0.5, .lanes = 4};

static const fab_field DEVICE_FIELDS[] = {
    {.name = "bandwidth",
     .kind = FAB_FIELD_SOURCED,
     .is_required = true,
     .offset = offsetof(device, rate_bps),
     .dimension = FAB_DIM_RATE,
     .minimum = 1e9,
     .maximum = 1e15,
     .help = "per package, one direction"},
    {.name = "latency",
     .kind = FAB_FIELD_QUANTITY,
     .offset = offsetof(device, latency_s),
     .dimension = FAB_DIM_TIME,
     .minimum = 0,
     .maximum = 1},
    {.name = "share",
     .kind = FAB_FIELD_QUANTITY,
     .offset = offsetof(device, share_frac),
     .dimension = FAB_DIM_FRACTION,
     .minimum = 0,
     .maximum = 1,
     .word = "all",
     .word_value = 1.0},
    {.name = "lanes",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(device, lanes),
     .minimum = 1,
     .maximum = 1000000,
     .word = "auto",
     .word_value = 0},
    {.name = "groups", .kind = FAB_FIELD_COUNT, .offset = offsetof(device, groups)},
    {.name = "optical", .kind = FAB_FIELD_FLAG, .offset = offsetof(device, is_optical)},
    {.name = "title",
     .kind = FAB_FIELD_TEXT,
     .is_required = true,
     .offset = offsetof(device, title)},
    {.name = "algorithm",
     .kind = FAB_FIELD_CHOICE,
     .offset = offsetof(device, algorithm),
     .choices = ALGORITHM},
    {.name = "memory",
     .kind = FAB_FIELD_RECORD,
     .offset = offsetof(device, memory),
     .table = &PART_TABLE},
    {.name = "tiers",
     .kind = FAB_FIELD_RECORDS,
     .offset = offsetof(device, tiers),
     .table = &PART_TABLE,
     .minimum = 1,
     .maximum = 2},
    {.name = "extra", .kind = FAB_FIELD_NODE, .offset = offsetof(device, extra)},
    {.name = "price",
     .kind = FAB_FIELD_SOURCED,
     .offset = offsetof(device, price_usd),
     .dimension = FAB_DIM_MONEY},
    {.name = "colours",
     .kind = FAB_FIELD_SET,
     .offset = offsetof(device, colours),
     .choices = COLOURS},
};

static const fab_table DEVICE_TABLE = {
    .kind = "device",
    .fields = DEVICE_FIELDS,
    .count = FAB_TABLE_SIZE(DEVICE_FIELDS),
    .size = sizeof(device),
    .defaults = &DEVICE_DEFAULT,
};

static const char VALID[] = "bandwidth: 32 Tbps\n"
                            "latency: 250 ns\n"
                            "title: \"a \\\"quoted\\\" name: yes\"\n"
                            "tiers: [{size: 1 GB}, {size: 2 GB, copies: 3}]\n";

static fab_arena *arena;
static fab_diagnostics diagnostics;

static void setup(void)
{
    arena = fab_arena_create((size_t)64 << 20);
    ck_assert_ptr_nonnull(arena);
    diagnostics = fab_diagnostics_make(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const fab_node *parse(const char *text)
{
    const fab_node *root = NULL;
    const fab_status status =
        fab_tree_parse("test.yaml", text, strlen(text), arena, &diagnostics, &root);
    ck_assert_int_eq(status, FAB_OK);
    return root;
}

static device read_device(const char *text, fab_status expected)
{
    device d;
    const fab_status status = fab_record_read(&DEVICE_TABLE, parse(text), arena, &diagnostics, &d);
    ck_assert_msg(status == expected, "%s: %s", text,
                  diagnostics.count ? diagnostics.items[0].message : "no message");
    return d;
}

START_TEST(reads_every_kind)
{
    const device d = read_device("bandwidth: {value: 32 Tbps, low: 30 Tbps, source: a paper,\n"
                                 "  confidence: vendor claim}\n"
                                 "latency: 250 ns\n"
                                 "share: 25 %\n"
                                 "lanes: 2k\n"
                                 "groups: -3\n"
                                 "optical: Yes\n"
                                 "title: 'x: y'\n"
                                 "algorithm: ring\n"
                                 "colours: [green, blue]\n"
                                 "memory: {size: 2 GiB}\n"
                                 "tiers: [{size: 1 B}, {size: 2 B, copies: 5}]\n"
                                 "extra: [anything, {at: all}]\n"
                                 "price: not published\n",
                                 FAB_OK);
    ck_assert_double_eq(d.rate_bps.value, 32e12);
    ck_assert_double_eq(d.rate_bps.low, 30e12);
    ck_assert_double_eq(d.rate_bps.high, 32e12);
    ck_assert(d.rate_bps.is_known && d.rate_bps.has_range && d.rate_bps.has_confidence);
    ck_assert_int_eq(d.rate_bps.confidence, FAB_CONFIDENCE_VENDOR_CLAIM);
    ck_assert_str_eq(d.rate_bps.source, "a paper");
    ck_assert_double_eq(d.latency_s, 250e-9);
    ck_assert_double_eq(d.share_frac, 0.25);
    ck_assert_int_eq(d.lanes, 2000);
    ck_assert_int_eq(d.groups, -3);
    ck_assert(d.is_optical);
    ck_assert_str_eq(d.title, "x: y");
    ck_assert_int_eq(d.algorithm, 1);
    ck_assert_int_eq(d.colours, 2 + 4);
    ck_assert_double_eq(d.memory.size_byte, 2147483648.0);
    ck_assert_int_eq(d.memory.copies, 2);
    ck_assert_uint_eq(d.tiers.count, 2);
    const part *tiers = d.tiers.items;
    ck_assert_double_eq(tiers[1].size_byte, 2.0);
    ck_assert_int_eq(tiers[0].copies, 2);
    ck_assert_int_eq(tiers[1].copies, 5);
    ck_assert_ptr_nonnull(d.extra);
    ck_assert_uint_eq(d.extra->count, 2);
    ck_assert(!d.price_usd.is_known && d.price_usd.value == 0.0);
    ck_assert_uint_eq(diagnostics.count, 0);
}
END_TEST

/* words in a text or in a list, and how they are shown */
static const struct {
    const char *text;
    int want;
    const char *shown;
} SET[] = {
    {"none", 0, "none"},
    {"[none]", 0, "none"},
    {"[]", 0, "none"},
    {"red", 1, "red"},
    {"'blue red'", 5, "red blue"},
    {"  green\tblue ", 6, "green blue"},
    {"[blue, green, red]", 7, "red green blue"},
};

START_TEST(sets_are_read_and_shown)
{
    char text[200], buffer[64];
    snprintf(text, sizeof(text), "bandwidth: 1 Tbps\ntitle: x\ncolours: %s\n", SET[_i].text);
    const device d = read_device(text, FAB_OK);
    ck_assert_int_eq(d.colours, SET[_i].want);
    const fab_field *field = fab_table_find(&DEVICE_TABLE, "colours");
    ck_assert_str_eq(fab_field_format(field, &d, buffer, sizeof(buffer)), SET[_i].shown);
    ck_assert_str_eq(fab_field_format(field, &d, buffer, 4), SET[_i].want == 1 ? "red" : buffer);
    ck_assert_uint_lt(strlen(buffer), 4);
}
END_TEST

START_TEST(silence_takes_defaults)
{
    const device d = read_device("bandwidth: 450 GB/s\ntitle: x\n", FAB_OK);
    ck_assert_double_eq(d.rate_bps.value, 3.6e12);
    ck_assert_double_eq(d.rate_bps.low, 3.6e12);
    ck_assert(!d.rate_bps.has_range && !d.rate_bps.has_confidence);
    ck_assert_ptr_null(d.rate_bps.source);
    ck_assert_double_eq(d.latency_s, 1e-6);
    ck_assert_double_eq(d.share_frac, 0.5);
    ck_assert_int_eq(d.lanes, 4);
    /* the nested table has defaults of its own */
    ck_assert_double_eq(d.memory.size_byte, 1e9);
    ck_assert_int_eq(d.memory.copies, 2);
    ck_assert_uint_eq(d.tiers.count, 0);
    ck_assert(!d.price_usd.is_known);
}
END_TEST

START_TEST(words_stand_for_numbers)
{
    const device d =
        read_device("bandwidth: not published\ntitle: ''\nlanes: auto\nshare: all\n", FAB_OK);
    ck_assert(!d.rate_bps.is_known);
    ck_assert_int_eq(d.lanes, 0);
    ck_assert_double_eq(d.share_frac, 1.0);
    ck_assert_str_eq(d.title, "");
}
END_TEST

START_TEST(overlay_keeps_what_it_does_not_name)
{
    device d = read_device("bandwidth: {value: 32 Tbps, low: 30 Tbps, source: a}\ntitle: x\n"
                           "memory: {size: 5 B, copies: 7}\n",
                           FAB_OK);
    const fab_node *over =
        parse("latency: 5 ns\nmemory: {size: 6 B}\nbandwidth: {high: 40 Tbps}\n");
    ck_assert_int_eq(fab_record_overlay(&DEVICE_TABLE, over, arena, &diagnostics, &d), FAB_OK);
    ck_assert_double_eq(d.latency_s, 5e-9);
    ck_assert_str_eq(d.title, "x");
    ck_assert_double_eq(d.memory.size_byte, 6.0);
    ck_assert_int_eq(d.memory.copies, 7);
    ck_assert_double_eq(d.rate_bps.value, 32e12);
    ck_assert_double_eq(d.rate_bps.low, 30e12);
    ck_assert_double_eq(d.rate_bps.high, 40e12);
    ck_assert_str_eq(d.rate_bps.source, "a");

    /* a new value has neither the range nor the source of the old one */
    over = parse("bandwidth: 1 Tbps\n");
    ck_assert_int_eq(fab_record_overlay(&DEVICE_TABLE, over, arena, &diagnostics, &d), FAB_OK);
    ck_assert_double_eq(d.rate_bps.high, 1e12);
    ck_assert(!d.rate_bps.has_range);
    ck_assert_ptr_null(d.rate_bps.source);
}
END_TEST

START_TEST(overlaid_tree_reads_as_a_value_with_parts)
{
    const fab_node *tree = fab_tree_overlay(parse("bandwidth: 32 Tbps\ntitle: x\n"),
                                            parse("bandwidth: {low: 30 Tbps}\n"), arena);
    device d;
    ck_assert_ptr_nonnull(tree);
    ck_assert_int_eq(fab_record_read(&DEVICE_TABLE, tree, arena, &diagnostics, &d), FAB_OK);
    ck_assert_double_eq(d.rate_bps.value, 32e12);
    ck_assert_double_eq(d.rate_bps.low, 30e12);
}
END_TEST

static const struct {
    const char *text;
    int line, column;
    const char *message, *hint;
} MESSAGE[] = {
    {"bandwith: 1 Tbps\n", 1, 1, "unknown field `bandwith` of device", "did you mean `bandwidth`?"},
    {"bandwidth: 32\n", 1, 12,
     "missing unit in `32`: expected a bandwidth in one direction such as 32 Tbps or 450 GB/s, or "
     "the word `not published`",
     "bandwidth: per package, one direction"},
    {"bandwidth: 5 Pbps\n", 1, 12,
     "`bandwidth` is out of range: `5 Pbps` is too large, allowed is from 1 Gb/s to 1 Pb/s", NULL},
    {"bandwidth: 32 GB\n", 1, 12,
     "wrong unit in `32 GB`: `GB` is a size in bytes, expected a bandwidth in one direction such "
     "as "
     "32 Tbps or 450 GB/s, or the word `not published`",
     NULL},
    {"title: x\nlatency: 2 s\n", 2, 10,
     "`latency` is out of range: `2 s` is too large, allowed is from 0 s to 1 s", NULL},
    {"latency: {a: 1}\n", 1, 10, "`latency` must be a time such as 250 ns, not a map of fields",
     NULL},
    {"latency: \n", 1, 9, "no value for `latency`: a time such as 250 ns is due", NULL},
    {"lanes: 2.5\n", 1, 8, "`lanes` must be a whole number, not `2.5`", NULL},
    {"groups: 1e17\n", 1, 9, "`groups` must be at most 2^53, not `1e17`", NULL},
    {"lanes: few\n", 1, 8,
     "`few` is not a number: expected a plain number such as 4096 or 13T, or the word `auto`",
     NULL},
    {"optical: perhaps\n", 1, 10, "`optical` must be true or false, not `perhaps`", NULL},
    {"algorithm: rnig\n", 1, 12,
     "unknown word `rnig` for `algorithm`: expected `auto`, `ring` or `direct`",
     "did you mean `ring`?"},
    {"colours: [red, gren]\n", 1, 16,
     "unknown word `gren` for `colours`: expected `none`, `red`, `green` or `blue`",
     "did you mean `green`?"},
    {"colours: red  gren blue\n", 1, 15,
     "unknown word `gren` for `colours`: expected `none`, `red`, `green` or `blue`",
     "did you mean `green`?"},
    {"colours: ' red gren'\n", 1, 16,
     "unknown word `gren` for `colours`: expected `none`, `red`, `green` or `blue`",
     "did you mean `green`?"},
    {"colours: red none\n", 1, 14, "`none` of `colours` goes with no other word", NULL},
    {"colours: [none, red]\n", 1, 11, "`none` of `colours` goes with no other word", NULL},
    {"colours: red blue red\n", 1, 19, "`red` stands twice in `colours`", NULL},
    {"colours: [blue, blue]\n", 1, 17, "`blue` stands twice in `colours`", NULL},
    {"colours: {red: 1}\n", 1, 10,
     "`colours` must be a word or a list of words, not a map of fields", NULL},
    {"colours:\n", 1, 9, "no value for `colours`: a word or a list of words is due", NULL},
    {"colours: '  '\n", 1, 10,
     "unknown word `  ` for `colours`: expected `none`, `red`, `green` or `blue`", NULL},
    {"memory: {size: 0 B}\n", 1, 16,
     "`size` is out of range: `0 B` is too small, allowed is above 0 B and at most 1 PB",
     "size: bytes of one copy"},
    {"memory: {size: 8 Gb}\n", 1, 16,
     "`8 Gb` counts bits where bytes are due: expected a size in bytes such as 192 GiB or 1 TB",
     NULL},
    {"memory: {copies: 0, size: 1 B}\n", 1, 18,
     "`copies` is out of range: `0` is too small, allowed is at least 1", "copies: how many"},
    {"memory: {copies: 1}\n", 1, 9, "missing field `size` of part", "size: bytes of one copy"},
    {"tiers: []\n", 1, 8, "`tiers` has 0 items, allowed is 1 to 2", NULL},
    {"tiers: [{size: 1 B}, x]\n", 1, 22, "part must be a map of fields, not a single value", NULL},
    {"tiers:\n  - size: 1 B\n  - size: 1\n", 3, 11,
     "missing unit in `1`: expected a size in bytes such as 192 GiB or 1 TB", NULL},
    {"bandwidth: {value: 1 Tbps, low: 2 Tbps}\n", 1, 12,
     "the value of `bandwidth` lies outside its range from `low` to `high`", NULL},
    {"bandwidth: {low: 2 Tbps}\n", 1, 12, "missing field `value` of `bandwidth`", NULL},
    {"extra:\n", 1, 7, "no value for `extra`: a value is due", NULL},
};

START_TEST(messages)
{
    device d;
    const fab_node *node = parse(MESSAGE[_i].text);
    ck_assert_int_eq(fab_record_read(&DEVICE_TABLE, node, arena, &diagnostics, &d), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.count, 1);
    const fab_diagnostic *first = &diagnostics.items[0];
    ck_assert_str_eq(first->message, MESSAGE[_i].message);
    ck_assert_int_eq(first->position.line, MESSAGE[_i].line);
    ck_assert_int_eq(first->position.column, MESSAGE[_i].column);
    if (MESSAGE[_i].hint) {
        ck_assert_ptr_nonnull(first->hint);
        ck_assert_str_eq(first->hint, MESSAGE[_i].hint);
    }
}
END_TEST

START_TEST(all_mistakes_in_one_run)
{
    read_device("bandwith: 1 Tbps\nlatency: 3\nlanes: x\noptical: 3\nmemory: {sise: 1 B}\n",
                FAB_E_INPUT);
    /* five written ones, and two required fields that are not there, one of them nested */
    ck_assert_uint_eq(diagnostics.errors, 8);
}
END_TEST

START_TEST(a_long_text_is_cut_in_messages)
{
    char text[5000] = "algorithm: ";
    memset(text + 11, 'z', 4500);
    text[11 + 4500] = '\0';
    read_device(text, FAB_E_INPUT);
    ck_assert_uint_lt(strlen(diagnostics.items[0].message), 200);
}
END_TEST

START_TEST(a_list_that_is_wrong_throughout_ends)
{
    const size_t items = 200000;
    char *text = malloc(items * 3 + 20);
    strcpy(text, "tiers: [");
    size_t at = strlen(text);
    for (size_t i = 0; i < items; i++) {
        memcpy(text + at, "x, ", 3);
        at += 3;
    }
    strcpy(text + at, "x]");
    fab_field field = DEVICE_FIELDS[9];
    field.minimum = field.maximum = 0.0;
    const fab_table table = {"list", &field, 1, sizeof(device), NULL};
    device d;
    ck_assert_int_eq(fab_record_read(&table, parse(text), arena, &diagnostics, &d), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.count, FAB_DIAGNOSTIC_LIMIT);
    free(text);
}
END_TEST

START_TEST(every_field_is_checked)
{
    const size_t cases = bad_input_check(&DEVICE_TABLE, VALID);

    /* twelve fields and two nested tables of two; each has at least four mistakes */
    ck_assert_uint_ge(cases, 16 * 4);
}
END_TEST

START_TEST(every_field_is_checked_below_a_path)
{
    char text[1000];
    snprintf(text, sizeof(text), "other: 1\nlist:\n- {size: 1 B}\n- {size: 2 B}\n");
    ck_assert_uint_ge(bad_input_check_at(&PART_TABLE, text, "list/1"), 8);
}
END_TEST

static const struct {
    size_t field;
    const char *text;
} SHOWN[] = {
    {0, "32 Tb/s"}, {1, "250 ns"},         {2, "all"},   {3, "auto"},   {4, "123.456789M"},
    {5, "true"},    {6, "hello"},          {7, "ring"},  {8, "[part]"}, {9, "[1 of part]"},
    {10, "[map]"},  {11, "not published"}, {12, "none"},
};

START_TEST(formats_every_kind)
{
    const device d = read_device("bandwidth: 32 Tbps\nlatency: 250 ns\nshare: 100 %\nlanes: auto\n"
                                 "groups: 123_456_789\noptical: on\ntitle: hello\nalgorithm: ring\n"
                                 "tiers: [{size: 1 B}]\nextra: {}\n",
                                 FAB_OK);
    char buffer[64];
    fab_field_format(&DEVICE_FIELDS[SHOWN[_i].field], &d, buffer, sizeof(buffer));
    ck_assert_str_eq(buffer, SHOWN[_i].text);
}
END_TEST

START_TEST(out_of_memory_is_said)
{
    /* from no memory at all to enough, nothing breaks */
    bool was_short = false;
    for (size_t limit = 16; limit < 40000; limit += 97) {
        fab_arena *small = fab_arena_create(limit);
        fab_diagnostics list = fab_diagnostics_make(small);
        const fab_node *root = NULL;
        device d;
        fab_status status = fab_tree_parse("m", VALID, strlen(VALID), small, &list, &root);
        if (status == FAB_OK) {
            status = fab_record_read(&DEVICE_TABLE, root, small, &list, &d);
        }
        ck_assert(status == FAB_OK || status == FAB_E_NOMEM);
        was_short = was_short || status == FAB_E_NOMEM;
        fab_arena_destroy(small);
    }
    ck_assert(was_short);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("field");
    TCase *t = tcase_create("records");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, reads_every_kind);
    tcase_add_loop_test(t, sets_are_read_and_shown, 0, (int)FAB_TABLE_SIZE(SET));
    tcase_add_test(t, silence_takes_defaults);
    tcase_add_test(t, words_stand_for_numbers);
    tcase_add_test(t, overlay_keeps_what_it_does_not_name);
    tcase_add_test(t, overlaid_tree_reads_as_a_value_with_parts);
    tcase_add_loop_test(t, messages, 0, (int)FAB_TABLE_SIZE(MESSAGE));
    tcase_add_test(t, all_mistakes_in_one_run);
    tcase_add_test(t, a_long_text_is_cut_in_messages);
    tcase_add_test(t, a_list_that_is_wrong_throughout_ends);
    tcase_add_test(t, every_field_is_checked);
    tcase_add_test(t, every_field_is_checked_below_a_path);
    tcase_add_loop_test(t, formats_every_kind, 0, (int)FAB_TABLE_SIZE(SHOWN));
    tcase_add_test(t, out_of_memory_is_said);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
