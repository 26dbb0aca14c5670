#include <fabricast/report.h>

#include "report/claims_sheets.h"
#include "report/text_table.h"

static void print_answer(const fab_claim_answer *answer, fab_scratch *s, FILE *stream)
{
    const fab_sheet sheet = fab_sheet_numbers(s, answer);
    fab_text_heading(stream, fab_text_printf(s, "%s: %s", fab_text_clean(s, answer->id),
                                             fab_claim_verdict_text(answer->verdict)));
    fab_text_paragraph(s, stream, fab_text_printf(s, "Claim: %s", answer->claim), "  ");
    fab_text_paragraph(s, stream, answer->sentence, "");
    if (answer->needed) {
        fab_text_paragraph(s, stream, fab_text_printf(s, "Needed: %s", answer->needed), "  ");
    }
    fab_text_sheet(&sheet, stream);
    fab_text_paragraph(s, stream, fab_text_printf(s, "Rule: %s.", answer->rule), "  ");
}

fab_status fab_report_claims_text(const fab_claims_result *result, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fprintf(stream, "%s\n", fab_text_clean(&scratch, result->title));
    fab_text_paragraph(&scratch, stream, result->question, "");
    fab_text_heading(stream, "Claims and verdicts");
    const fab_sheet sheet = fab_sheet_verdicts(&scratch, result);
    fab_text_sheet(&sheet, stream);
    for (size_t i = 0; i < result->answer_count; i++) {
        print_answer(&result->answers[i], &scratch, stream);
    }
    fab_text_remarks(&scratch, stream, result->remarks, result->remark_count);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
