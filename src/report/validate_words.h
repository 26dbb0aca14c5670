#ifndef FAB_VALIDATE_WORDS_H
#define FAB_VALIDATE_WORDS_H

#include <fabricast/validate.h>

/* The word of a status in every output. */
static inline const char *fab_run_status_word(int status)
{
    static const char *const WORDS[] = {"scored", "skipped", "infeasible", "wrong"};
    return WORDS[status];
}

#endif
