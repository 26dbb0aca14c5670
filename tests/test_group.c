#include <check.h>

#include "flow/group.h"
#include "flow_fixture.h"
#include "run_all.h"

/* The quotient: classes of known cases, the same times as without it, and when it is refused. */

static bool group(const shape *s, uint32_t *flow_classes, uint32_t *link_classes)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_quotient quotient = {0};
    bool is_found = false;
    ck_assert_int_eq(
        fab_flow_group(arena, s->rate_bps, s->link_count, &s->set, &quotient, &is_found), FAB_OK);
    *flow_classes = quotient.set.flow_count;
    *link_classes = quotient.link_count;
    fab_arena_destroy(arena);
    return is_found;
}

START_TEST(star_is_one_class)
{
    uint32_t flows, links;
    shape s;
    shape_star(&s, 16, 1e6, 1e9);
    ck_assert(group(&s, &flows, &links));
    ck_assert_uint_eq(flows, 1);
    ck_assert_uint_eq(links, 1); /* up and down look the same */
    shape_end(&s);
}
END_TEST

START_TEST(fat_tree_is_two_classes)
{
    uint32_t flows, links;
    shape s;
    shape_tree(&s, &(tree_shape){4, 8, 4}, 1e6, 1e9);
    ck_assert(group(&s, &flows, &links));
    ck_assert_uint_eq(flows, 2);
    ck_assert_uint_eq(links, 2);
    shape_end(&s);
}
END_TEST

START_TEST(a_slower_link_breaks_only_what_it_touches)
{
    uint32_t flows, links;
    shape s;
    shape_star(&s, 16, 1e6, 1e9);
    s.rate_bps[3] = 5e8;
    ck_assert(group(&s, &flows, &links));
    /* the slow link; its fifteen neighbours down, its own port down; the others up */
    ck_assert_uint_eq(links, 4);
    ck_assert_uint_eq(flows, 3); /* from host 3, to host 3, the rest */
    shape_end(&s);
}
END_TEST

START_TEST(no_symmetry_is_refused)
{
    uint32_t flows, links;
    uint64_t seed = 7;
    shape s;
    shape_star(&s, 8, 1e6, 1e9);
    for (uint32_t f = 0; f < s.set.flow_count; f++) {
        s.size_byte[f] = seeded_between(&seed, 1.0, 2.0);
    }
    ck_assert(!group(&s, &flows, &links));
    shape_end(&s);
}
END_TEST

/* A copy of a random case beside itself, with links and flows in another order, is symmetric. */
static void make_copies(shape *s, uint64_t *seed, int with)
{
    shape one;
    random_shape(&one, seed, with);
    const uint32_t copies = 4, links = one.link_count;
    shape_begin(s, copies * links, 1.0);
    for (uint32_t l = 0; l < s->link_count; l++) {
        s->rate_bps[l] = one.rate_bps[l / copies];
    }
    for (uint32_t f = 0; f < copies * one.set.flow_count; f++) {
        const uint32_t from = f / copies;
        shape_flow(s, one.size_byte[from]);
        for (uint32_t i = one.route_begin[from]; i < one.route_begin[from + 1]; i++) {
            shape_cross(s, one.route_link[i] * copies + f % copies);
        }
    }
    const uint64_t flows = (uint64_t)s->set.flow_count + 1;
    s->start_s = one.start_s ? shape_grow(NULL, flows, sizeof(double)) : NULL;
    s->weight_ratio = one.weight_ratio ? shape_grow(NULL, flows, sizeof(double)) : NULL;
    s->cap_bps = one.cap_bps ? shape_grow(NULL, flows, sizeof(double)) : NULL;
    for (uint32_t f = 0; f < s->set.flow_count; f++) {
        if (s->start_s) {
            s->start_s[f] = one.start_s[f / copies];
        }
        if (s->weight_ratio) {
            s->weight_ratio[f] = one.weight_ratio[f / copies];
        }
        if (s->cap_bps) {
            s->cap_bps[f] = one.cap_bps[f / copies];
        }
    }
    s->set.start_s = s->start_s;
    s->set.weight_ratio = s->weight_ratio;
    s->set.cap_bps = s->cap_bps;
    shape_end(&one);
}

START_TEST(copies_have_the_times_of_the_general_path)
{
    uint64_t seed = (uint64_t)_i;
    for (int with = 0; with < 32; with++) {
        shape s;
        fab_flow_result grouped, general;
        make_copies(&s, &seed, with & ~WITH_LOADS);
        double *grouped_s = fixture_times(&s), *general_s = fixture_times(&s);
        ck_assert(run_certified(&s, false, grouped_s, &grouped));
        ck_assert(run_certified(&s, true, general_s, &general));
        ck_assert_uint_le(grouped.class_count, s.set.flow_count / 4);
        ck_assert_double_le(largest_difference(grouped_s, general_s, s.set.flow_count), 1e-12);
        ck_assert_double_le(fabs(grouped.makespan_s - general.makespan_s),
                            1e-12 * general.makespan_s);
        free(grouped_s);
        free(general_s);
        shape_end(&s);
    }
}
END_TEST

START_TEST(random_cases_have_the_times_of_the_general_path)
{
    uint64_t seed = (uint64_t)_i + 5000;
    for (int with = 0; with < 32; with++) {
        shape s;
        fab_flow_result grouped, general;
        random_shape(&s, &seed, with);
        double *grouped_s = fixture_times(&s), *general_s = fixture_times(&s);
        ck_assert(run_certified(&s, false, grouped_s, &grouped));
        ck_assert_int_eq(run_shape(&s, true, general_s, &general), FAB_OK);
        ck_assert_double_le(largest_difference(grouped_s, general_s, s.set.flow_count), 1e-12);
        free(grouped_s);
        free(general_s);
        shape_end(&s);
    }
}
END_TEST

START_TEST(memory_out)
{
    shape s;
    shape_star(&s, 16, 1e6, 1e9);
    int failures = 0;
    for (size_t limit = 256; limit < 65536; limit += 512) {
        fab_arena *arena = fab_arena_create(limit);
        fab_flow_quotient quotient;
        bool is_found = false;
        const fab_status status =
            fab_flow_group(arena, s.rate_bps, s.link_count, &s.set, &quotient, &is_found);
        ck_assert(status == FAB_E_NOMEM ? !is_found : status == FAB_OK && is_found);
        failures += status == FAB_E_NOMEM;
        fab_arena_destroy(arena);
    }
    ck_assert_int_gt(failures, 10);
    ck_assert_int_lt(failures, 127);
    shape_end(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("group");
    TCase *t = tcase_create("group");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, star_is_one_class);
    tcase_add_test(t, fat_tree_is_two_classes);
    tcase_add_test(t, a_slower_link_breaks_only_what_it_touches);
    tcase_add_test(t, no_symmetry_is_refused);
    tcase_add_loop_test(t, copies_have_the_times_of_the_general_path, 0, 60);
    tcase_add_loop_test(t, random_cases_have_the_times_of_the_general_path, 0, 60);
    tcase_add_test(t, memory_out);
    suite_add_tcase(s, t);
    return run_all(s);
}
