#include <check.h>
#include <math.h>

#include "flow/queue.h"
#include "run_all.h"
#include "seeded.h"

/* Against sorting: what comes out comes in order of key and then of id. */

enum { IDS = 300 };

typedef struct fixture {
    fab_arena *arena;
    fab_queue queue;
    double key[IDS];
    uint64_t seed;
} fixture;

static void open_fixture(fixture *f, uint64_t seed, bool is_movable)
{
    f->seed = seed;
    f->arena = fab_arena_create((size_t)1 << 20);
    for (int i = 0; i < IDS; i++) {
        f->key[i] = (double)seeded_integer(&f->seed, 0, 60); /* many are equal */
    }
    ck_assert_int_eq(fab_queue_make(f->arena, IDS, f->key, is_movable, &f->queue), FAB_OK);
    for (uint32_t i = 0; i < IDS; i++) {
        fab_queue_append(&f->queue, i);
    }
    fab_queue_restore(&f->queue);
}

/* Pops everything; returns whether it came in order. */
static bool drains_in_order(fixture *f)
{
    double key = -1.0;
    uint32_t last = 0;
    bool is_right = true;
    for (bool is_first = true; f->queue.count > 0; is_first = false) {
        const uint32_t id = f->queue.id[0];
        is_right = is_right && (is_first || f->key[id] > key || (f->key[id] == key && id > last));
        key = f->key[id];
        last = id;
        fab_queue_pop(&f->queue);
        is_right = is_right && f->queue.id[f->queue.count] == id;
    }
    return is_right;
}

START_TEST(pops_in_order)
{
    fixture f;
    open_fixture(&f, (uint64_t)_i, _i % 2);
    ck_assert(drains_in_order(&f));
    fab_arena_destroy(f.arena);
}
END_TEST

START_TEST(moves)
{
    fixture f;
    open_fixture(&f, (uint64_t)_i, true);
    for (int i = 0; i < 200; i++) {
        const uint32_t id = (uint32_t)seeded_integer(&f.seed, 0, IDS - 1);
        f.key[id] = i % 5 ? (double)seeded_integer(&f.seed, 0, 60) : HUGE_VAL;
        fab_queue_move(&f.queue, id);
    }
    ck_assert(drains_in_order(&f));
    fab_arena_destroy(f.arena);
}
END_TEST

START_TEST(the_first_sinks)
{
    fixture f;
    open_fixture(&f, (uint64_t)_i, false);
    for (int i = 0; i < 200; i++) {
        f.key[f.queue.id[0]] += (double)seeded_integer(&f.seed, 0, 30);
        fab_queue_sink(&f.queue);
    }
    ck_assert(drains_in_order(&f));
    fab_arena_destroy(f.arena);
}
END_TEST

/* Few, many and all: one by one and in one pass. */
START_TEST(takes_up_to_a_key)
{
    fixture f;
    open_fixture(&f, (uint64_t)_i, _i % 2);
    const double last = (double)(_i % 63) - 1.0;
    uint32_t want = 0, in_place = 0;
    for (int i = 0; i < IDS; i++) {
        want += f.key[i] <= last;
    }
    ck_assert_uint_eq(fab_queue_take(&f.queue, last), want);
    ck_assert_uint_eq(f.queue.count, IDS - want);
    for (uint32_t i = f.queue.count; i < IDS; i++) {
        in_place += f.key[f.queue.id[i]] <= last;
    }
    ck_assert_uint_eq(in_place, want);
    ck_assert(f.queue.count == 0 || f.key[f.queue.id[0]] > last);
    ck_assert(drains_in_order(&f));
    fab_arena_destroy(f.arena);
}
END_TEST

START_TEST(memory_out)
{
    fab_arena *arena = fab_arena_create(100);
    fab_queue queue;
    ck_assert_int_eq(fab_queue_make(arena, 1000, NULL, true, &queue), FAB_E_NOMEM);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("queue");
    TCase *t = tcase_create("queue");
    tcase_add_loop_test(t, pops_in_order, 0, 50);
    tcase_add_loop_test(t, moves, 0, 100);
    tcase_add_loop_test(t, the_first_sinks, 0, 50);
    tcase_add_loop_test(t, takes_up_to_a_key, 0, 126);
    tcase_add_test(t, memory_out);
    suite_add_tcase(s, t);
    return run_all(s);
}
