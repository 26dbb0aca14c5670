#include "report/claims_sheets.h"

static const char *const BADGE[FAB_VERDICT_COUNT] = {
    [FAB_VERDICT_CONFIRMED] = "verdict badge agrees",
    [FAB_VERDICT_PARTLY] = "verdict badge within",
    [FAB_VERDICT_REFUTED] = "verdict badge differs",
    [FAB_VERDICT_UNDECIDED] = "verdict badge undecided",
};

static void write_badge(fab_page *page, fab_verdict verdict)
{
    fab_page_element(page, "span", BADGE[verdict], fab_claim_verdict_text(verdict));
}

/* "12 claims: 1 confirmed, 5 partly, ..." */
static const char *tally_text(fab_scratch *s, const fab_claims_result *result)
{
    const char *text = fab_text_printf(s, "%zu claims", result->answer_count);
    for (int i = 0; i < FAB_VERDICT_COUNT; i++) {
        text = fab_text_printf(s, "%s%s %zu %s", text, i == 0 ? ":" : ",",
                               result->verdict_counts[i], fab_claim_verdict_text((fab_verdict)i));
    }
    return fab_text_printf(s,
                           "%s. Every number comes from the catalog, a stated assumption or a "
                           "formula of the model, and names its source.",
                           text);
}

/* the list of claims: verdict and a link to the answer */
static void write_summary(fab_page *page, const fab_claims_result *result)
{
    fab_page_begin_section(page, "answer", "The answer");
    fab_page_element(page, "p", "lead", tally_text(page->scratch, result));
    fab_page_raw(page, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"claims "
                       "and verdicts\"><table>\n<thead><tr><th scope=\"col\">claim</th>"
                       "<th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < result->answer_count; i++) {
        fprintf(page->stream, "<tr><td><a href=\"#claim%zu\">", i + 1);
        fab_page_text(page, result->answers[i].claim);
        fab_page_raw(page, "</a></td><td class=\"s\">");
        write_badge(page, result->answers[i].verdict);
        fab_page_raw(page, "</td></tr>\n");
    }
    fab_page_raw(page, "</tbody></table></div>\n");
    fab_page_end_section(page);
}

static void write_sources(fab_page *page, const fab_claim_answer *answer)
{
    const fab_sheet sources = fab_sheet_number_sources(page->scratch, answer);
    fab_page_raw(page, "<details><summary>Where these numbers come from</summary>\n");
    fab_page_sheet(page, &sources, "sources");
    fab_page_raw(page, "</details>\n");
}

static fab_status write_answer(fab_page *page, const fab_claim_answer *answer, size_t number,
                               const fab_figure *figure, size_t figure_number, const char *folder)
{
    fab_scratch *s = page->scratch;
    const fab_sheet sheet = fab_sheet_numbers(s, answer);
    fab_page_begin_section(page, fab_text_printf(s, "claim%zu", number),
                           fab_text_printf(s, "\xe2\x80\x9c%s\xe2\x80\x9d", answer->claim));
    fab_page_raw(page, "<p>");
    write_badge(page, answer->verdict);
    fab_page_raw(page, "</p>\n");
    fab_page_element(page, "p", "lead", answer->sentence);
    if (answer->needed) {
        fab_page_element(page, "p", NULL,
                         fab_text_printf(s, "To decide it one would need: %s.", answer->needed));
    }
    fab_page_sheet(page, &sheet, answer->id);
    if (figure) {
        FAB_TRY(fab_page_figure(page, figure, figure_number, folder));
    }
    fab_page_element(page, "p", "note",
                     fab_text_printf(s, "Rule (%s): %s.", answer->kind, answer->rule));
    write_sources(page, answer);
    fab_page_end_section(page);
    return FAB_OK;
}

/* figures stand with the answers that draw them, in the same order */
static fab_status write_answers(fab_page *page, const fab_claims_result *result,
                                const fab_figure *figures, size_t count, const char *folder)
{
    size_t used = 0;
    for (size_t i = 0; i < result->answer_count; i++) {
        const fab_claim_answer *answer = &result->answers[i];
        const bool is_drawn =
            used < count && answer->figure && answer->figure->title == figures[used].title;
        FAB_TRY(
            write_answer(page, answer, i + 1, is_drawn ? &figures[used] : NULL, used + 1, folder));
        used += is_drawn ? 1 : 0;
    }
    return FAB_OK;
}

fab_status fab_page_claims(fab_page *page, const fab_claims_result *result,
                           const fab_figure *figures, size_t count, const char *folder)
{
    fab_page_top(page, result->title, result->question);
    fab_page_raw(page, "</header>\n<main>\n");
    write_summary(page, result);
    FAB_TRY(write_answers(page, result, figures, count, folder));
    fab_page_remarks(page, result->remarks, result->remark_count);
    fab_page_reproduce(page, result->file_name,
                       "<code>claims.csv</code> every number with its source.");
    fab_page_bottom(page, "A package counts as one GPU; bandwidths are one direction.");
    return page->scratch->status;
}
