#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/arena.h>

#include "base/compiler.h"
#include "run_all.h"
#include "seeded.h"

#define LIMIT ((size_t)1 << 20)

/* One assertion for many bytes: each costs Check a message. */
static bool holds(const unsigned char *at, size_t size, unsigned char byte)
{
    for (size_t i = 0; i < size; i++) {
        if (at[i] != byte) {
            return false;
        }
    }
    return true;
}

/* what was there before a reset is still there; a zeroed object after it is zeroed */
START_TEST(taken_memory_is_left_as_it_was)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    const fab_arena_mark mark = fab_arena_save(arena);
    unsigned char *first = FAB_TAKE(arena, unsigned char, 100);
    ck_assert_ptr_nonnull(first);
    memset(first, 7, 100);
    fab_arena_reset(arena, mark);
    unsigned char *again = FAB_TAKE(arena, unsigned char, 100);
    ck_assert_ptr_eq(again, first);
    fab_arena_reset(arena, mark);
    const unsigned char *zeroed = FAB_NEW(arena, unsigned char, 100);
    for (size_t i = 0; i < 100; i++) {
        ck_assert_int_eq(zeroed[i], 0);
    }
    ck_assert_ptr_null(FAB_TAKE(arena, double, (size_t)1 << 30));
    fab_arena_destroy(arena);
}
END_TEST

/* large pieces come cleared from the system, but not when they are given out again */
START_TEST(large_memory_is_zeroed_again)
{
    const size_t size = (size_t)3 << 20;
    fab_arena *arena = fab_arena_create(SIZE_MAX);
    const fab_arena_mark mark = fab_arena_save(arena);
    for (int i = 0; i < 3; i++) {
        unsigned char *part = FAB_NEW(arena, unsigned char, size / 3);
        unsigned char *whole = FAB_NEW(arena, unsigned char, size);
        ck_assert(holds(part, size / 3, 0) && holds(whole, size, 0));
        memset(part, 0xff, size / (size_t)(3 + i));
        memset(whole, 0xff, size / (size_t)(1 + i));
        fab_arena_reset(arena, mark);
    }
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(memory_is_zeroed_and_aligned)
{
    fab_arena *arena = fab_arena_create(LIMIT);
    const size_t align = (size_t)1 << (_i % 9);
    for (size_t size = 1; size < 200; size += 7) {
        unsigned char *at = fab_arena_alloc(arena, size, 3, align);
        ck_assert_ptr_nonnull(at);
        ck_assert_uint_eq((uintptr_t)at % align, 0);
        ck_assert(holds(at, 3 * size, 0));
        memset(at, 0xff, 3 * size);
    }
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(objects_do_not_overlap)
{
    enum { OBJECTS = 200 };
    struct {
        unsigned char *at;
        size_t size;
    } object[OBJECTS];
    uint64_t seed = (uint64_t)_i;
    fab_arena *arena = fab_arena_create(LIMIT);
    for (int i = 0; i < OBJECTS; i++) {
        object[i].size = (size_t)seeded_integer(&seed, 1, 900);
        object[i].at =
            fab_arena_alloc(arena, object[i].size, 1, (size_t)1 << seeded_integer(&seed, 0, 6));
        ck_assert_ptr_nonnull(object[i].at);
        memset(object[i].at, i, object[i].size);
    }
    for (int i = 0; i < OBJECTS; i++) {
        ck_assert(holds(object[i].at, object[i].size, (unsigned char)i));
    }
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(limit_is_kept)
{
    fab_arena *arena = fab_arena_create(10000);
    size_t got = 0;
    while (fab_arena_alloc(arena, 100, 1, 1)) {
        got += 100;
    }
    ck_assert_uint_le(got, 10000);
    ck_assert_uint_ge(got, 8000);
    ck_assert_ptr_null(fab_arena_alloc(arena, 10001, 1, 1));
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    fab_arena *arena = fab_arena_create(SIZE_MAX);
    ck_assert_ptr_null(fab_arena_alloc(arena, SIZE_MAX, 2, 1));
    ck_assert_ptr_null(fab_arena_alloc(arena, SIZE_MAX / 2 + 1, 2, 8));
    ck_assert_ptr_null(fab_arena_alloc(arena, SIZE_MAX, 1, 64));
    ck_assert_ptr_null(fab_arena_alloc(arena, 1, SIZE_MAX, 1));
    ck_assert_ptr_null(fab_arena_alloc(arena, 1, SIZE_MAX - 8, 4096));
    ck_assert_ptr_null(fab_arena_copy(arena, "", SIZE_MAX));
    ck_assert_ptr_nonnull(fab_arena_alloc(arena, 1, 1, 1));
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(an_empty_arena_holds_nothing)
{
    fab_arena *arena = fab_arena_create(0);
    ck_assert_ptr_null(fab_arena_alloc(arena, 1, 1, 1));
    ck_assert_ptr_null(fab_arena_copy(arena, "", 0));
    fab_arena_reset(arena, fab_arena_save(arena));
    ck_assert_uint_eq(fab_arena_peak_byte(arena), 0);
    fab_arena_destroy(arena);
    fab_arena_destroy(NULL);
}
END_TEST

START_TEST(empty_objects_have_an_address_of_their_own)
{
    fab_arena *arena = fab_arena_create(LIMIT);
    const void *a = fab_arena_alloc(arena, 0, 8, 8);
    const void *b = fab_arena_alloc(arena, 8, 0, 8);
    const void *c = fab_arena_alloc(arena, 1, 1, 1);
    ck_assert(a && b && c && a != b && b != c && a != c);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(reset_gives_the_memory_again)
{
    fab_arena *arena = fab_arena_create(LIMIT);
    ck_assert_ptr_nonnull(fab_arena_alloc(arena, 50, 1, 1));
    const fab_arena_mark mark = fab_arena_save(arena);
    const void *first = NULL;

    /* ten times more than the limit passes through the same memory */
    for (int i = 0; i < 100; i++) {
        unsigned char *at = fab_arena_alloc(arena, 100000, 1, 16);
        ck_assert_ptr_nonnull(at);
        ck_assert_int_eq(at[0] | at[99999], 0);
        memset(at, 0xaa, 100000);
        first = first ? first : at;
        ck_assert_ptr_eq(at, first);
        fab_arena_reset(arena, mark);
    }
    ck_assert_uint_ge(fab_arena_peak_byte(arena), 100050);
    ck_assert_uint_le(fab_arena_peak_byte(arena), 100200);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(what_is_older_than_the_mark_stays)
{
    uint64_t seed = (uint64_t)_i;
    fab_arena *arena = fab_arena_create(LIMIT);
    const size_t size = (size_t)seeded_integer(&seed, 1, 20000);
    unsigned char *kept = fab_arena_alloc(arena, size, 1, 1);
    memset(kept, 0x5a, size);
    const fab_arena_mark mark = fab_arena_save(arena);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 10; i++) {
            const size_t more = (size_t)seeded_integer(&seed, 0, 20000);
            unsigned char *at = fab_arena_alloc(arena, more, 1, 8);
            ck_assert_ptr_nonnull(at);
            memset(at, 0xff, more);
        }
        fab_arena_reset(arena, mark);
    }
    ck_assert(holds(kept, size, 0x5a));
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(a_mark_of_the_empty_arena_empties_it)
{
    fab_arena *arena = fab_arena_create(LIMIT);
    const fab_arena_mark mark = fab_arena_save(arena);
    for (int i = 0; i < 50; i++) {
        /* growing sizes: chunks kept from before are too small and must give way */
        ck_assert_ptr_nonnull(fab_arena_alloc(arena, (size_t)(i + 1) * 20000, 1, 1));
        fab_arena_reset(arena, mark);
    }
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(the_peak_counts_all_chunks)
{
    fab_arena *arena = fab_arena_create(LIMIT);
    const fab_arena_mark mark = fab_arena_save(arena);
    for (int i = 0; i < 100; i++) {
        ck_assert_ptr_nonnull(fab_arena_alloc(arena, 1000, 1, 1));
    }
    fab_arena_reset(arena, mark);
    ck_assert_uint_ge(fab_arena_peak_byte(arena), 100000);
    ck_assert_uint_le(fab_arena_peak_byte(arena), 110000);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(copies_and_formats)
{
    fab_arena *arena = fab_arena_create(LIMIT);
    const char *copy = fab_arena_copy(arena, "abcdef", 3);
    ck_assert_str_eq(copy, "abc");
    ck_assert_str_eq(fab_arena_copy(arena, NULL, 0), "");
    ck_assert_str_eq(fab_arena_printf(arena, "%s-%d", "x", 42), "x-42");
    ck_assert_str_eq(fab_arena_printf(arena, "%s", ""), "");
    ck_assert_uint_eq(strlen(fab_arena_printf(arena, "%5000d", 1)), 5000);
    fab_arena_destroy(arena);

    arena = fab_arena_create(100);
    ck_assert_ptr_null(fab_arena_printf(arena, "%200d", 1));
    fab_arena_destroy(arena);
}
END_TEST

#ifdef FAB_HAS_ASAN
START_TEST(freed_memory_and_gaps_are_poisoned)
{
    fab_arena *arena = fab_arena_create(LIMIT);
    char *kept = fab_arena_alloc(arena, 24, 1, 1);
    const fab_arena_mark mark = fab_arena_save(arena);
    char *freed = fab_arena_alloc(arena, 24, 1, 1);
    ck_assert(!__asan_address_is_poisoned(kept + 23) && __asan_address_is_poisoned(kept + 24));
    ck_assert(!__asan_address_is_poisoned(freed));
    fab_arena_reset(arena, mark);
    ck_assert(__asan_address_is_poisoned(freed) && __asan_address_is_poisoned(freed + 23));
    ck_assert(!__asan_address_is_poisoned(kept));
    fab_arena_destroy(arena);
}
END_TEST
#endif

static Suite *suite(void)
{
    Suite *s = suite_create("arena");
    TCase *t = tcase_create("arena");
    tcase_add_test(t, taken_memory_is_left_as_it_was);
    tcase_add_test(t, large_memory_is_zeroed_again);
    tcase_add_loop_test(t, memory_is_zeroed_and_aligned, 0, 9);
    tcase_add_loop_test(t, objects_do_not_overlap, 0, 100);
    tcase_add_test(t, limit_is_kept);
    tcase_add_test(t, sizes_that_overflow_are_refused);
    tcase_add_test(t, an_empty_arena_holds_nothing);
    tcase_add_test(t, empty_objects_have_an_address_of_their_own);
    tcase_add_test(t, reset_gives_the_memory_again);
    tcase_add_loop_test(t, what_is_older_than_the_mark_stays, 0, 100);
    tcase_add_test(t, a_mark_of_the_empty_arena_empties_it);
    tcase_add_test(t, the_peak_counts_all_chunks);
    tcase_add_test(t, copies_and_formats);
#ifdef FAB_HAS_ASAN
    tcase_add_test(t, freed_memory_and_gaps_are_poisoned);
#endif
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
