#include "report/json_document.h"

#include <fabricast/claims.h>

static void add_number(fab_json *json, json_t *numbers, const fab_claim_number *number)
{
    json_t *made = fab_json_object(json, numbers, NULL);
    const fab_value *value = &number->value;
    fab_json_text(json, made, "name", number->name);
    fab_json_text(json, made, "of", number->of);
    if (value->is_known) {
        fab_json_real(json, made, "value", value->value);
        fab_json_real(json, made, "low", value->low);
        fab_json_real(json, made, "high", value->high);
    } else {
        fab_json_null(json, made, "value");
        fab_json_null(json, made, "low");
        fab_json_null(json, made, "high");
    }
    fab_json_text(json, made, "unit", number->unit);
    fab_json_text(json, made, "source", number->source);
    fab_json_text(json, made, "confidence",
                  value->has_confidence ? fab_confidence_text(value->confidence) : NULL);
}

static void add_answer(fab_json *json, json_t *claims, const fab_claim_answer *answer)
{
    json_t *made = fab_json_object(json, claims, NULL);
    fab_json_text(json, made, "id", answer->id);
    fab_json_text(json, made, "claim", answer->claim);
    fab_json_text(json, made, "kind", answer->kind);
    fab_json_text(json, made, "verdict", fab_claim_verdict_text(answer->verdict));
    fab_json_text(json, made, "sentence", answer->sentence);
    fab_json_text(json, made, "rule", answer->rule);
    fab_json_text(json, made, "needed", answer->needed);
    json_t *numbers = fab_json_array(json, made, "numbers");
    for (size_t i = 0; i < answer->number_count; i++) {
        add_number(json, numbers, &answer->numbers[i]);
    }
}

fab_status fab_report_claims_json(const fab_claims_result *result, const fab_run_meter *meter,
                                  fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    json_t *study = fab_json_object(&json, root, "study");
    fab_json_text(&json, study, "name", result->name);
    fab_json_text(&json, study, "title", result->title);
    fab_json_text(&json, study, "question", result->question);
    fab_json_integer(&json, study, "evaluations", (int64_t)result->evaluations);
    json_t *claims = fab_json_array(&json, root, "claims");
    for (size_t i = 0; i < result->answer_count; i++) {
        add_answer(&json, claims, &result->answers[i]);
    }
    fab_json_texts(&json, root, "remarks", result->remarks, result->remark_count);
    fab_json_run(&json, root, meter);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}
