#include "study/claims_draft.h"

#include <assert.h>

#define VERDICT_TEXT(id, text) [id] = text,
static const char *const VERDICT[FAB_VERDICT_COUNT] = {FAB_VERDICT_LIST(VERDICT_TEXT)};

const char *fab_claim_verdict_text(fab_verdict verdict)
{
    assert((int)verdict >= 0 && verdict < FAB_VERDICT_COUNT);
    return VERDICT[verdict];
}

/* What is missing beats any verdict. */
static fab_status answer(fab_claims_work *work, const fab_claim_question *question,
                         fab_claim_answer *out)
{
    fab_claim_draft draft = {.arena = work->arena, .verdict = FAB_VERDICT_UNDECIDED};
    FAB_TRY(question->kind->answer(work, &question->inputs, &draft));
    FAB_TRY(draft.status);
    assert(draft.sentence != NULL);
    *out = (fab_claim_answer){
        .id = question->id,
        .claim = question->claim,
        .kind = question->kind->table->kind,
        .verdict = draft.needed != NULL ? FAB_VERDICT_UNDECIDED : draft.verdict,
        .rule = question->kind->rule,
        .sentence = draft.sentence,
        .needed = draft.needed,
        .numbers = draft.numbers,
        .number_count = draft.count,
        .figure = draft.figure,
    };
    return FAB_OK;
}

fab_status fab_claims_run(const fab_claims *claims, fab_arena *arena,
                          const fab_claims_result **result_out)
{
    assert(claims && arena && result_out);
    const size_t count = claims->file.claims.count;
    const fab_claim_question *questions = claims->file.claims.items;
    fab_claims_result *result = FAB_NEW(arena, fab_claims_result, 1);
    fab_claim_answer *answers = FAB_NEW(arena, fab_claim_answer, count);
    if (result == NULL || answers == NULL) {
        return FAB_E_NOMEM;
    }
    fab_claims_work work = {.claims = claims, .arena = arena};
    *result = (fab_claims_result){
        .file_name = claims->file_name,
        .name = claims->file.name,
        .title = claims->file.title,
        .question = claims->file.question,
        .answers = answers,
        .answer_count = count,
        .remarks = fab_study_remarks(claims->file.remarks, arena),
        .remark_count = claims->file.remarks.count,
    };
    if (result->remarks == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        FAB_TRY(answer(&work, &questions[i], &answers[i]));
        result->verdict_counts[answers[i].verdict]++;
    }
    result->evaluations = work.evaluations;
    *result_out = result;
    return FAB_OK;
}
