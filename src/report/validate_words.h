#ifndef FAB_VALIDATE_WORDS_H
#define FAB_VALIDATE_WORDS_H

#include <fabricast/validate.h>

/* The word of a status in every output. */
static inline const char *fab_run_status_word(int status)
{
    static const char *const WORDS[] = {"scored", "skipped", "infeasible", "wrong", "partly"};
    return WORDS[status];
}

/* The word of a kind of table. */
static inline const char *fab_table_kind_word(int kind)
{
    static const char *const WORDS[] = {"runs", "single node", "fits or not", "collectives",
                                        "collectives by size"};
    return WORDS[kind];
}

/* The word of what a label says; NULL when it says nothing. */
static inline const char *fab_fit_outcome_word(int outcome)
{
    static const char *const WORDS[] = {NULL, "fits", "OOM"};
    return WORDS[outcome];
}

#endif
