#include <assert.h>
#include <string.h>

#include "base/cut.h"
#include "catalog/resolve.h"
#include "config/source.h"
#include "study/claims_file.h"

/* Reads a file of claims and checks that what it names exists. */

#define KIND_LIMIT 32

/* What reading the claims needs besides them. */
typedef struct reader {
    const fab_claims *claims;
    fab_arena *arena;
    fab_diagnostics *diagnostics;
} reader;

static void complain(const reader *r, const fab_node *node, const char *hint, const char *message)
{
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, node->position, hint, "%s", message);
}

/* Links are named or spelled out, as in every other file. */
static fab_status read_links(const reader *r, const fab_node *node, const char *field,
                             fab_claim_links *out)
{
    if (node == NULL || !fab_study_is_list(node, field, FAB_CLAIM_LINK_LIMIT, r->diagnostics)) {
        return FAB_OK;
    }
    out->count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        FAB_TRY(fab_study_technology(r->claims->catalog, node->items[i], FAB_USE_ANY, r->arena,
                                     r->diagnostics, &out->items[i]));
    }
    return FAB_OK;
}

static fab_status read_scenario(const reader *r, const fab_node *node, const fab_scenario **out)
{
    if (node->kind != FAB_NODE_SCALAR) {
        complain(r, node, NULL, "a scenario is the path of a file");
        return FAB_OK;
    }
    const char *path = fab_path_beside(r->claims->path, node->text, r->arena);
    if (path == NULL) {
        return FAB_E_NOMEM;
    }
    const size_t errors = r->diagnostics->errors;
    const fab_status status =
        fab_scenario_load(r->claims->catalog, path, r->arena, r->diagnostics, out);
    if (r->diagnostics->errors > errors) {
        const fab_cut shown = fab_cut_text(node->text);
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, node->position,
                     "a scenario is looked for beside the study file",
                     "the scenario `" FAB_CUT_FORMAT "` cannot be used", FAB_CUT(shown));
    }
    return status == FAB_E_INPUT ? FAB_OK : status;
}

static fab_status read_scenarios(const reader *r, const fab_node *node, fab_claim_scenarios *out)
{
    if (node == NULL ||
        !fab_study_is_list(node, "scenarios", FAB_CLAIM_SCENARIO_LIMIT, r->diagnostics)) {
        return FAB_OK;
    }
    out->count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        FAB_TRY(read_scenario(r, node->items[i], &out->items[i]));
    }
    return FAB_OK;
}

/* An assumption without a source is none that a reader can weigh. */
static void check_sources(const reader *r, const fab_table *table, const fab_node *node,
                          const void *record)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        const fab_node *written = fab_node_get(node, field->name);
        if (field->kind != FAB_FIELD_SOURCED || written == NULL) {
            continue;
        }
        const fab_value *value =
            (const fab_value *)(const void *)((const char *)record + field->offset);
        if (value->is_known && value->source == NULL) {
            fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, written->position,
                         "write {value, source, confidence}, with low and high where known",
                         "`%s` needs a source", field->name);
        }
        fab_study_check_chosen(node, field->name, r->diagnostics);
    }
}

static fab_status read_cases(const reader *r, const fab_node *node, const fab_table *table,
                             fab_records *cases)
{
    fab_claim_case *items = cases->items;
    for (size_t i = 0; i < cases->count; i++) {
        if (items[i].link_node == NULL) {
            continue;
        }
        FAB_TRY(fab_study_technology(r->claims->catalog, items[i].link_node, FAB_USE_ANY, r->arena,
                                     r->diagnostics, &items[i].link));
        check_sources(r, table, node->items[i], &items[i]);
    }
    return FAB_OK;
}

static const fab_claim_kind *find_kind(const char *word)
{
    for (size_t i = 0; i < FAB_CLAIM_KIND_COUNT; i++) {
        if (strcmp(FAB_CLAIM_KINDS[i].table->kind, word) == 0) {
            return &FAB_CLAIM_KINDS[i];
        }
    }
    return NULL;
}

/* Names the nearest kind, or all of them. */
static void complain_kind(const reader *r, const fab_node *node)
{
    const char *words[KIND_LIMIT] = {NULL};
    const char *all = "";
    assert(FAB_CLAIM_KIND_COUNT <= KIND_LIMIT);
    for (size_t i = 0; i < FAB_CLAIM_KIND_COUNT; i++) {
        words[i] = FAB_CLAIM_KINDS[i].table->kind;
        all = fab_arena_printf(r->arena, "%s%s%s", all ? all : "", i > 0 ? ", " : "", words[i]);
    }
    const char *nearest = fab_nearest_name(node->text, words, FAB_CLAIM_KIND_COUNT);
    const fab_cut shown = fab_cut_text(node->text);
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, node->position,
                 nearest ? fab_arena_printf(r->arena, "did you mean `%s`?", nearest)
                         : fab_arena_printf(r->arena, "one of %s", all ? all : ""),
                 "unknown kind of check `" FAB_CUT_FORMAT "`", FAB_CUT(shown));
}

/* The kind decides which table reads the rest. */
static fab_status read_check(const reader *r, fab_claim_question *question)
{
    const fab_node *node = question->check;
    const fab_node *kind = fab_node_get(node, "kind");
    if (node->kind != FAB_NODE_MAP || kind == NULL || kind->kind != FAB_NODE_SCALAR) {
        complain(r, kind != NULL ? kind : node, "check: {kind: propagation, ...}",
                 "a check is a map with a word for `kind`");
        return FAB_OK;
    }
    question->kind = find_kind(kind->text);
    if (question->kind == NULL) {
        complain_kind(r, kind);
        return FAB_OK;
    }
    fab_claim_inputs *inputs = &question->inputs;
    const fab_status status =
        fab_record_read(question->kind->table, node, r->arena, r->diagnostics, inputs);
    if (status != FAB_OK && status != FAB_E_INPUT) {
        return status;
    }
    check_sources(r, question->kind->table, node, inputs);
    FAB_TRY(read_links(r, inputs->copper_node, "copper", &inputs->copper));
    FAB_TRY(read_links(r, inputs->optics_node, "optics", &inputs->optics));
    FAB_TRY(read_scenarios(r, inputs->scenarios_node, &inputs->scenarios));
    const fab_field *cases = fab_table_find(question->kind->table, "cases");
    return cases == NULL ? FAB_OK
                         : read_cases(r, fab_node_get(node, "cases"), cases->table, &inputs->cases);
}

static void check_ids(const reader *r, const fab_claim_question *questions, size_t count)
{
    const fab_node *list = fab_node_get(r->claims->root, "claims");
    for (size_t i = 0; i < count; i++) {
        for (size_t before = 0; before < i; before++) {
            if (questions[before].id != NULL && questions[i].id != NULL &&
                strcmp(questions[before].id, questions[i].id) == 0) {
                fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR,
                             fab_node_get(list->items[i], "id")->position, NULL,
                             "id `%s` stands twice in `claims`", questions[i].id);
                break;
            }
        }
    }
}

static fab_status read_questions(const reader *r, fab_claims *claims)
{
    fab_claim_question *questions = claims->file.claims.items;
    for (size_t i = 0; i < claims->file.claims.count; i++) {
        if (questions[i].check != NULL) {
            FAB_TRY(read_check(r, &questions[i]));
        }
    }
    check_ids(r, questions, claims->file.claims.count);
    return FAB_OK;
}

fab_status fab_claims_read(const fab_catalog *catalog, const fab_node *root, const char *path,
                           fab_arena *arena, fab_diagnostics *diagnostics,
                           const fab_claims **claims_out)
{
    assert(catalog && root && path && arena && diagnostics && claims_out);
    fab_claims *claims = FAB_NEW(arena, fab_claims, 1);
    if (claims == NULL) {
        return FAB_E_NOMEM;
    }
    claims->catalog = catalog;
    claims->root = root;
    claims->path = fab_arena_printf(arena, "%s", path);
    claims->file_name = fab_study_file_name(path, arena);
    if (claims->path == NULL || claims->file_name == NULL) {
        return FAB_E_NOMEM;
    }
    /* after a mistake the reading goes on, so that all are told at once */
    const size_t errors = diagnostics->errors;
    const fab_status status =
        fab_record_read(&FAB_CLAIMS_TABLE, root, arena, diagnostics, &claims->file);
    if (status != FAB_OK && status != FAB_E_INPUT) {
        return status;
    }
    const reader r = {claims, arena, diagnostics};
    FAB_TRY(read_questions(&r, claims));
    if (diagnostics->errors > errors) {
        return FAB_E_INPUT;
    }
    *claims_out = claims;
    return FAB_OK;
}
