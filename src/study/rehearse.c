#include "study/evaluate.h"

#include <string.h>

/* Makes every scenario of a study once before anything is evaluated, so that all mistakes of its
 * pieces are told in one run, each of them once however many scenarios it stands in. */

typedef struct fab_rehearsal {
    const fab_study *study;
    fab_arena *arena;
    fab_diagnostics *told;
} fab_rehearsal;

static bool is_same(const fab_diagnostic *a, const fab_diagnostic *b)
{
    return a->position.source == b->position.source && a->position.line == b->position.line &&
           a->position.column == b->position.column && strcmp(a->message, b->message) == 0;
}

static bool is_told(const fab_rehearsal *r, const fab_diagnostic *diagnostic)
{
    for (size_t i = 0; i < r->told->count; i++) {
        if (is_same(&r->told->items[i], diagnostic)) {
            return true;
        }
    }
    return false;
}

static fab_status rehearse(fab_rehearsal *r, const fab_study_layers *layers)
{
    fab_scenario scenario;
    const fab_arena_mark mark = fab_arena_save(r->arena);
    fab_diagnostics heard = fab_diagnostics_make(r->arena);
    const fab_status status = fab_study_compose(r->study, layers, r->arena, &heard, &scenario);
    for (size_t i = 0; i < heard.count; i++) {
        const fab_diagnostic *diagnostic = &heard.items[i];
        if (!is_told(r, diagnostic)) {
            fab_diagnose(r->told, diagnostic->severity, diagnostic->position, diagnostic->hint,
                         "%s", diagnostic->message);
        }
    }
    if (heard.count == 0) {
        fab_arena_reset(r->arena, mark);
    }
    return status == FAB_E_NOMEM ? status : FAB_OK;
}

/* The points of the first `variants` systems, with one more piece each at one sweep value, or at
 * all when `at` is NULL. */
static fab_status rehearse_points(fab_rehearsal *r, size_t variants, const fab_node *set,
                                  const char *at)
{
    size_t values;
    const fab_study_setting *sweep = fab_study_sweep_values(r->study, &values);
    for (size_t variant = 0; variant < variants; variant++) {
        for (size_t value = 0; value < values; value++) {
            if (at != NULL && strcmp(at, sweep[value].label) != 0) {
                continue;
            }
            fab_study_layers layers = fab_study_point_layers(r->study, variant, value);
            fab_study_layer_add(&layers, set);
            FAB_TRY(rehearse(r, &layers));
        }
    }
    return FAB_OK;
}

static fab_status rehearse_ranges(fab_rehearsal *r)
{
    size_t count;
    const fab_study_range *ranges = fab_study_ranges(r->study, &count);
    for (size_t i = 0; i < count; i++) {
        const fab_study_setting *settings = ranges[i].values.items;
        for (size_t j = 0; j < ranges[i].values.count; j++) {
            FAB_TRY(rehearse_points(r, 1, settings[j].set, ranges[i].at));
        }
    }
    return FAB_OK;
}

/* Rows add up; the fabrics of the systems play no part in whether they are right. */
static fab_status rehearse_waterfall(fab_rehearsal *r)
{
    const fab_study_waterfall *waterfall = &r->study->file.waterfall;
    const fab_records lists[] = {waterfall->steps, waterfall->beyond};
    size_t count;
    const fab_study_goal *goals = fab_study_goals(r->study, &count);
    for (size_t goal = 0; waterfall->target != NULL && goal < count; goal++) {
        if (strcmp(goals[goal].id, waterfall->target) != 0) {
            continue;
        }
        size_t variants, values;
        const fab_study_setting *variant = fab_study_variants(r->study, &variants);
        const fab_study_setting *value = fab_study_sweep_values(r->study, &values);
        const size_t slow = fab_study_find(variant, variants, goals[goal].slow);
        const size_t at = fab_study_find(value, values, goals[goal].at);

        /* a label that is none has been told; the rows can be tried on another point */
        fab_study_layers layers =
            fab_study_point_layers(r->study, slow < variants ? slow : 0, at < values ? at : 0);
        fab_study_layer_add(&layers, waterfall->start.set);
        FAB_TRY(rehearse(r, &layers));
        for (size_t list = 0; list < 2; list++) {
            const fab_study_setting *rows = lists[list].items;
            for (size_t row = 0; row < lists[list].count; row++) {
                fab_study_layer_add(&layers, rows[row].set);
                FAB_TRY(rehearse(r, &layers));
            }
        }
    }
    return FAB_OK;
}

fab_status fab_study_rehearse(const fab_study *study, fab_arena *arena,
                              fab_diagnostics *diagnostics)
{
    const size_t errors = diagnostics->errors;
    fab_rehearsal rehearsal = {.study = study, .arena = arena, .told = diagnostics};
    size_t variants;
    (void)fab_study_variants(study, &variants);
    FAB_TRY(rehearse_points(&rehearsal, variants, NULL, NULL));
    FAB_TRY(rehearse_ranges(&rehearsal));
    FAB_TRY(rehearse_waterfall(&rehearsal));
    return diagnostics->errors == errors ? FAB_OK : FAB_E_INPUT;
}
