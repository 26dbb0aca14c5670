#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/report.h>

#include "known.h"
#include "run_all.h"

/* The picture of a fabric (svg.c, svg_fabric.c): what it says, and that names stay text. */

#define ARENA_BYTE ((size_t)1 << 24)

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create(ARENA_BYTE);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_fabric example(const fab_technology *chip, const char *name)
{
    fab_tier pod = {.name = name,
                    .technology = {.name = name, .rate_bps = known(1e12), .reach_m = known(2)},
                    .rate_bps = known(1e12),
                    .latency_s = known(1e-6),
                    .domain = 64,
                    .used = 64,
                    .links_per_path = 2,
                    .packages_per_rack = 16,
                    .oversubscription_ratio = 1};
    fab_tier network = pod;
    network.domain = 4096;
    network.used = 4096;
    network.links_per_path = 6;
    network.technology.reach_m.is_known = false;
    network.chip = chip;
    return (fab_fabric){.name = name, .title = name, .tiers = {pod, network}, .tier_count = 2};
}

static const fab_technology CHIP = {
    .name = "chip",
    .role = FAB_ROLE_SWITCH,
    .rate_bps = {.value = 32e12, .is_known = true},
    .radix_count = {.value = 32, .is_known = true},
};

/* draws into memory of the arena */
static const char *draw(const fab_fabric *fabric, int64_t packages)
{
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(fabric, packages, arena, &bill), FAB_OK);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(fab_report_fabric_svg(&bill, arena, stream), FAB_OK);
    fclose(stream);
    const char *copy = fab_arena_copy(arena, text, size);
    free(text);
    return copy;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *c = strstr(text, part); c; c = strstr(c + 1, part)) {
        count++;
    }
    return count;
}

/* elements of our own only, all of them closed */
static void assert_well_formed(const char *text)
{
    static const char *const OPEN[] = {"<svg ", "<title>", "<rect ", "<line ", "<text "};
    static const char *const CLOSE[] = {"</svg>", "</title>", "</text>"};
    size_t known_tags = 0;
    for (size_t i = 0; i < sizeof(OPEN) / sizeof(OPEN[0]); i++) {
        known_tags += count_of(text, OPEN[i]);
    }
    for (size_t i = 0; i < sizeof(CLOSE) / sizeof(CLOSE[0]); i++) {
        known_tags += count_of(text, CLOSE[i]);
    }
    ck_assert_uint_eq(count_of(text, "<"), known_tags);
    ck_assert_uint_eq(count_of(text, "<text "), count_of(text, "</text>"));
    ck_assert_uint_eq(count_of(text, "<svg "), 1);
    ck_assert_uint_eq(count_of(text, "</svg>"), 1);
    ck_assert_ptr_null(strstr(text, " id="));
    ck_assert_ptr_null(strstr(text, "nan"));
    ck_assert_ptr_null(strstr(text, "inf"));
}

START_TEST(says_what_the_bill_says)
{
    const fab_fabric fabric = example(&CHIP, "pod");
    const char *text = draw(&fabric, 4096);
    assert_well_formed(text);
    /* 4,096 packages, 16 down: 256 leaves, 256 in the middle, 128 on top; 64 pods in 4 racks */
    ck_assert_uint_eq(count_of(text, ">256</text>"), 2);
    static const char *const WANT[] = {
        ">128</text>",    "top switches",        "middle switches", "leaf switches",
        "4 racks",        "switch not given",    "4,096 packages",  "256 racks",
        ">64</text>",     "reach not published", "needs 78.5 m",    "needs 2.9 m",
        "reaches only 2", "cannot be built",     "The longest link"};
    for (size_t i = 0; i < sizeof(WANT) / sizeof(WANT[0]); i++) {
        ck_assert_msg(strstr(text, WANT[i]) != NULL, "'%s' is missing in\n%s", WANT[i], text);
    }
}
END_TEST

static const struct {
    const char *name;
    const char *shown;
} HOSTILE[] = {
    {"</text><script>alert(1)</script>", "&lt;/text&gt;&lt;script&gt;"},
    {"a\" onload=\"x", "a&quot; onload=&quot;x"},
    {"it's & <b>", "it&#39;s &amp; &lt;b&gt;"},
    {"\x1b[31m\xff\xfe", "[31m"},
};

START_TEST(names_are_text)
{
    const fab_fabric fabric = example(&CHIP, HOSTILE[_i].name);
    const char *text = draw(&fabric, 4096);
    assert_well_formed(text);
    ck_assert_ptr_nonnull(strstr(text, HOSTILE[_i].shown));
    for (const char *c = text; *c; c++) {
        ck_assert((unsigned char)*c >= ' ' || *c == '\n');
    }
}
END_TEST

/* fabrics of every size, with and without switches, one tier and two, links without switches */
START_TEST(any_size)
{
    for (int64_t domain = 1; domain <= 4096; domain = domain * 3 + 1) {
        for (int shape = 0; shape < 8; shape++) {
            fab_fabric fabric = example(shape & 1 ? &CHIP : NULL, "name");
            fabric.tier_count = shape & 2 ? 1 : 2;
            fabric.tiers[0].domain = fabric.tiers[0].used = domain;
            fabric.tiers[0].chip = shape & 1 ? &CHIP : NULL;
            fabric.tiers[0].links_per_path = shape & 4 ? 1 : 2;
            assert_well_formed(draw(&fabric, 0));
            ck_assert_str_eq(draw(&fabric, 0), draw(&fabric, 0));
        }
    }
}
END_TEST

START_TEST(failures)
{
    const fab_fabric fabric = example(&CHIP, "name");
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(&fabric, 0, arena, &bill), FAB_OK);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        ck_assert_int_eq(fab_report_fabric_svg(&bill, arena, full), FAB_E_IO);
        fclose(full);
    }
    fab_arena *small = fab_arena_create(256);
    FILE *stream = tmpfile();
    if (small) {
        ck_assert_int_eq(fab_report_fabric_svg(&bill, small, stream), FAB_E_NOMEM);
        fab_arena_destroy(small);
    }
    fclose(stream);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("svg_fabric");
    TCase *cases = tcase_create("svg_fabric");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, says_what_the_bill_says);
    tcase_add_loop_test(cases, names_are_text, 0, (int)(sizeof(HOSTILE) / sizeof(HOSTILE[0])));
    tcase_add_test(cases, any_size);
    tcase_add_test(cases, failures);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
