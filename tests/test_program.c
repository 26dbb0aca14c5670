#include <check.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/program.h"
#include "run_all.h"

#define TEXT_LIMIT 4096

/* Writes an order as its sources draw it: F0 B0 I0 W, and F0+B1 for a pair. */
static void write_slot(char *text, fab_slot slot)
{
    const char *const word[] = {"F", "B", "I", "W", "F"};
    char one[32];
    if (slot.kind == FAB_SLOT_PAIR) {
        (void)snprintf(one, sizeof one, " F%d+B%d", slot.chunk, 1 - slot.chunk);
    } else if (slot.kind == FAB_SLOT_WEIGHT || slot.chunk == FAB_SLOT_IN_TURN) {
        (void)snprintf(one, sizeof one, " %s", word[slot.kind]);
    } else {
        (void)snprintf(one, sizeof one, " %s%d", word[slot.kind], slot.chunk);
    }
    ck_assert_uint_lt(strlen(text) + strlen(one), TEXT_LIMIT);
    strcat(text, one);
}

static void write_program(char *text, const fab_program *program)
{
    text[0] = '\0';
    for (int i = 0; i < program->phase_count; i++) {
        const fab_program_phase *phase = &program->phases[i];
        for (int64_t k = 0; k < phase->repeats; k++) {
            for (int s = 0; s < phase->slot_count; s++) {
                write_slot(text, phase->slots[s]);
            }
        }
    }
}

/* Read off the figures of the sources: arXiv 1811.06965 figure 2, 2104.04473 figures 3 and 4,
 * 2401.10241 figures 2 and 6, 2412.19437 figure 5. */
static const struct {
    fab_pipeline pipeline;
    int64_t device;
    const char *want;
} ORDER[] = {
    {{4, 3, 1, FAB_SCHEDULE_GPIPE}, 2, " F0 F0 F0 B0 B0 B0"},
    {{4, 5, 1, FAB_SCHEDULE_1F1B}, 2, " F0 F0 B0 F0 B0 F0 B0 F0 B0 B0"},
    {{4, 2, 1, FAB_SCHEDULE_1F1B}, 0, " F0 F0 B0 B0"},
    {{2, 2, 2, FAB_SCHEDULE_INTERLEAVED}, 0, " F F F F B B B B"},
    {{2, 2, 2, FAB_SCHEDULE_INTERLEAVED}, 1, " F F F B F B B B"},
    {{4, 6, 1, FAB_SCHEDULE_ZB_H1}, 0, " F0 F0 F0 F0 I0 W F0 I0 W F0 I0 W I0 W I0 W I0 W"},
    {{4, 6, 1, FAB_SCHEDULE_ZB_H1}, 3, " F0 I0 F0 I0 F0 I0 F0 I0 W F0 I0 W F0 I0 W W W W"},
    {{4, 2, 1, FAB_SCHEDULE_ZB_H1}, 2, " F0 F0 I0 I0 W W"},
    {{3, 6, 1, FAB_SCHEDULE_ZB_H2}, 0, " F0 F0 F0 F0 F0 I0 W F0 I0 W I0 W I0 W I0 W I0 W"},
    {{3, 6, 1, FAB_SCHEDULE_ZB_H2}, 1, " F0 F0 F0 I0 F0 I0 F0 I0 W F0 I0 W I0 W I0 W W W"},
    {{3, 6, 1, FAB_SCHEDULE_ZB_H2}, 2, " F0 I0 F0 I0 F0 I0 F0 I0 F0 I0 W F0 I0 W W W W W"},
    {{2, 3, 2, FAB_SCHEDULE_ZB_V}, 0, " F0 F0 F0 F1 I1 W F1 I1 W I0 W F1 I1 W I0 W I0 W"},
    {{2, 3, 2, FAB_SCHEDULE_ZB_V}, 1, " F0 F1 F0 F1 I1 W F0 I0 W F1 I1 W I0 I1 I0 W W W"},
    {{4, 8, 1, FAB_SCHEDULE_DUALPIPE}, 0, " F0 F0 F0 F1 I1 W F1 F0+B1 F1+B0 B1 F1+B0 B1 I0 W I0 W"},
    {{4, 8, 1, FAB_SCHEDULE_DUALPIPE}, 1, " F0 F1 F0 F1 F0 B1 F1+B0 F0+B1 F1+B0 B1 B0 I1 I0 W W"},
    {{1, 2, 2, FAB_SCHEDULE_DUALPIPEV}, 0, " F0 F1 F0 B1 F1+B0 B1 I0 W"},
};

START_TEST(orders)
{
    char text[TEXT_LIMIT];
    const fab_program program = fab_program_make(&ORDER[_i].pipeline, ORDER[_i].device);
    write_program(text, &program);
    ck_assert_str_eq(text, ORDER[_i].want);
}
END_TEST

/* The two halves of DualPipe run the same order, each from its own end. */
START_TEST(directions)
{
    const fab_pipeline dual = {6, 12, 1, FAB_SCHEDULE_DUALPIPE};
    for (int64_t r = 0; r < 6; r++) {
        char here[TEXT_LIMIT], there[TEXT_LIMIT];
        const fab_program program = fab_program_make(&dual, r);
        const fab_program mirrored = fab_program_make(&dual, 5 - r);
        write_program(here, &program);
        write_program(there, &mirrored);
        ck_assert_str_eq(here, there);
        ck_assert_int_eq(fab_program_direction(&dual, r, 0), r >= 3);
        ck_assert_int_eq(fab_program_direction(&dual, r, 1), r < 3);
    }
    const fab_pipeline plain = {6, 12, 2, FAB_SCHEDULE_ZB_V};
    ck_assert_int_eq(fab_program_direction(&plain, 5, 1), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("program");
    TCase *cases = tcase_create("program");
    tcase_add_loop_test(cases, orders, 0, (int)(sizeof ORDER / sizeof ORDER[0]));
    tcase_add_test(cases, directions);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
