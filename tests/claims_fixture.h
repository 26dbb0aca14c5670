#ifndef FAB_TESTS_CLAIMS_FIXTURE_H
#define FAB_TESTS_CLAIMS_FIXTURE_H

#include "scenario_fixture.h"

#include "study/claims_file.h"

/* Claims spelled out as the map of their check, and the answer to one. */

#define CLAIMS_HEAD                                                                                \
    "name: small\n"                                                                                \
    "title: A small study\n"                                                                       \
    "question: Is it so?\n"                                                                        \
    "claims:\n"

/* a file with one claim; `check` is a flow map */
static inline const char *one_claim(const char *check)
{
    const char *text =
        fab_arena_printf(arena, CLAIMS_HEAD "  - id: c\n    claim: said\n    check: %s\n", check);
    ck_assert_ptr_nonnull(text);
    return text;
}

static inline fab_status read_claims(const char *text, const fab_claims **out)
{
    diagnostics = fab_diagnostics_make(arena);
    return fab_claims_read(catalog, parse_text("claims.yaml", text),
                           FAB_SOURCE_DIR "/studies/claims.yaml", arena, &diagnostics, out);
}

static inline const fab_claims_result *result_of(const char *text)
{
    const fab_claims *claims = NULL;
    const fab_claims_result *result = NULL;
    fab_status status = read_claims(text, &claims);
    ck_assert_msg(status == FAB_OK, "%s\n%s", diagnostics.count ? diagnostics.items[0].message : "",
                  text);
    status = fab_claims_run(claims, arena, &result);
    ck_assert_int_eq(status, FAB_OK);
    return result;
}

static inline const fab_claim_answer *answer_of(const char *check)
{
    return &result_of(one_claim(check))->answers[0];
}

/* the number of that name of that thing */
static inline const fab_claim_number *number_of(const fab_claim_answer *answer, const char *name,
                                                const char *of)
{
    for (size_t i = 0; i < answer->number_count; i++) {
        const fab_claim_number *number = &answer->numbers[i];
        if (strcmp(number->name, name) == 0 && strcmp(number->of, of) == 0) {
            return number;
        }
    }
    ck_abort_msg("no number `%s` of `%s`", name, of);
    return NULL;
}

static inline double value_of(const fab_claim_answer *answer, const char *name, const char *of)
{
    const fab_claim_number *number = number_of(answer, name, of);
    ck_assert_msg(number->value.is_known, "`%s` of `%s` is not known", name, of);
    return number->value.value;
}

/* relative to the value wanted */
static inline void want(const fab_claim_answer *answer, const char *name, const char *of,
                        double want, double tolerance)
{
    const double got = value_of(answer, name, of);
    ck_assert_msg(got >= want * (1.0 - tolerance) && got <= want * (1.0 + tolerance),
                  "`%s` of `%s` is %.9g, not %.9g", name, of, got, want);
}

static inline void want_verdict(const fab_claim_answer *answer, fab_verdict verdict)
{
    ck_assert_msg(answer->verdict == verdict, "%s: %s", fab_claim_verdict_text(answer->verdict),
                  answer->sentence);
}

static inline void want_words(const fab_claim_answer *answer, const char *words)
{
    ck_assert_msg(strstr(answer->sentence, words) != NULL, "`%s` lacks `%s`", answer->sentence,
                  words);
}

#endif
