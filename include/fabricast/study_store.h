#ifndef FAB_STUDY_STORE_H
#define FAB_STUDY_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/diagnostic.h>
#include <fabricast/status.h>
#include <fabricast/study.h>

FAB_BEGIN_DECLS

/* A study's results in an SQLite database that grows while they are worked out: what it holds is
 * taken from there when the study is run again, also after the program was killed. One store per
 * study; one writer per database. docs/study.md describes the tables. */
typedef struct fab_study_store fab_study_store;

/* Opens the database at `path` for this study; made when missing. is_fresh replaces one that
 * fabricast wrote, keeping nothing. FAB_E_INPUT: the path holds something else, or results of
 * another study, model version or format. FAB_E_IO: it cannot be read or written, is damaged, or
 * another program writes to it. FAB_E_NOMEM. *message_out says what is wrong. The arena owns the
 * handle and the message. */
FAB_API FAB_CHECKED fab_status fab_study_store_open(const fab_study *study, const char *path,
                                                    bool is_fresh, fab_arena *arena,
                                                    fab_study_store **store_out,
                                                    const char **message_out);

/* Makes everything last and closes. FAB_E_IO when that fails. NULL is allowed. */
FAB_API FAB_CHECKED fab_status fab_study_store_close(fab_study_store *store);

/* Scenarios worked out, and taken from the database instead, since it was opened. */
FAB_API size_t fab_study_store_evaluated(const fab_study_store *store);
FAB_API size_t fab_study_store_taken(const fab_study_store *store);

/* What the user should know although nothing failed, or NULL; and why a call that gave FAB_E_IO
 * failed, or NULL. */
FAB_API const char *fab_study_store_note(const fab_study_store *store);
FAB_API const char *fab_study_store_message(const fab_study_store *store);

/* Asked between batches of scenarios, always from the thread that runs the study. */
typedef bool (*fab_study_wants_stop)(void *context);

/* Like fab_study_run, with the same result to the byte; takes what the store holds and adds what it
 * does not. Commits after each batch (some hundred milliseconds at most). `wants_stop` may be NULL.
 * FAB_E_STOPPED when it said so: everything finished is in the store. FAB_E_IO as well. */
FAB_API FAB_CHECKED fab_status fab_study_run_stored(const fab_study *study, fab_study_store *store,
                                                    fab_study_wants_stop wants_stop, void *context,
                                                    fab_arena *arena, fab_diagnostics *diagnostics,
                                                    const fab_study_result **result_out);

FAB_END_DECLS

#endif
