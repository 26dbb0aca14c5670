#ifndef FAB_RESULTS_H
#define FAB_RESULTS_H

#include <fabricast/study_store.h>

#include "command.h"
#include "interrupt.h"

/* The folder of a study's results and the database in it, which is there from the first result on.
 */
typedef struct fab_results {
    fab_study_store *store;
    const char *path;   /* of results.db */
    const char *folder; /* without slashes at its end */
    size_t parent_byte; /* length of the longest path that had to be made; 0: none */
    bool is_new;        /* results.db was not there */
    fab_interrupt interrupt;
} fab_results;

/* Makes the folder with those above it and opens results.db in it. Says on standard error what is
 * wrong; the folders made are then gone again. From here to the end of fab_results_run Ctrl-C is
 * heeded between batches only. FAB_E_INPUT, FAB_E_IO, FAB_E_NOMEM. */
fab_status fab_results_open(fab_session *session, const fab_study *study, const char *folder,
                            bool is_fresh, fab_results *out);

/* Runs the study with what is there and closes the database. After Ctrl-C it says what is kept, and
 * the signal ends the program. */
fab_status fab_results_run(fab_session *session, const fab_study *study, fab_results *results,
                           const fab_study_result **result_out);

#endif
