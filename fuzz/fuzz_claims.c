#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "study/claims_file.h"

/* Reads any text as a file of claims and answers what is valid. Texts that name scenarios are left
 * out, so that no other file plays a part. */

typedef struct state {
    fab_arena *arena;
    const fab_catalog *catalog;
    fab_arena_mark mark;
} state;

static state load(void)
{
    state s = {.arena = fab_arena_create((size_t)256 << 20)};
    fab_diagnostics diagnostics = fab_diagnostics_make(s.arena);
    if (!s.arena || fab_catalog_load(s.arena, &diagnostics, &s.catalog) != FAB_OK) {
        abort();
    }
    s.mark = fab_arena_save(s.arena);
    return s;
}

/* whether any claim names scenarios */
static bool names_files(const fab_node *root)
{
    const fab_node *claims = fab_node_get(root, "claims");
    for (size_t i = 0; claims && claims->kind == FAB_NODE_LIST && i < claims->count; i++) {
        if (fab_node_get(fab_node_get(claims->items[i], "check"), "scenarios")) {
            return true;
        }
    }
    return false;
}

static void check_answer(const fab_claim_answer *answer)
{
    assert(answer->sentence && *answer->sentence && answer->rule);
    assert((answer->needed != NULL) == (answer->verdict == FAB_VERDICT_UNDECIDED));
    assert(!strstr(answer->sentence, "nan") && !strstr(answer->sentence, "inf "));
    for (size_t i = 0; i < answer->number_count; i++) {
        const fab_claim_number *number = &answer->numbers[i];
        assert(number->name && number->of && number->unit && number->source);
        if (number->value.is_known) {
            assert(isfinite(number->value.value) && isfinite(number->value.low) &&
                   isfinite(number->value.high));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static state s;
    if (!s.catalog) {
        s = load();
    }
    fab_diagnostics diagnostics = fab_diagnostics_make(s.arena);
    const fab_node *root = NULL;
    const fab_claims *claims = NULL;
    fab_status status =
        fab_tree_parse("fuzz.yaml", (const char *)data, size, s.arena, &diagnostics, &root);
    if (status == FAB_OK && !names_files(root)) {
        status = fab_claims_read(s.catalog, root, "fuzz.yaml", s.arena, &diagnostics, &claims);
        assert(status == FAB_E_NOMEM || (status == FAB_OK) == (diagnostics.errors == 0));
        const fab_claims_result *result = NULL;
        if (status == FAB_OK && fab_claims_run(claims, s.arena, &result) == FAB_OK) {
            for (size_t i = 0; i < result->answer_count; i++) {
                check_answer(&result->answers[i]);
            }
        }
    }
    fab_arena_reset(s.arena, s.mark);
    return 0;
}
