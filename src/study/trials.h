#ifndef FAB_STUDY_TRIALS_H
#define FAB_STUDY_TRIALS_H

#include "study/keep.h"

/* The points of a study under one choice of its ranges: times that targets are made of. */

/* The choice of each range: 0 is the study's own setting, i the i-th alternative. */
typedef struct fab_choice {
    size_t digits[64];
} fab_choice;

/* What the trials of every choice have in common. A choice has variants x values of them, by
 * variant, then value. */
typedef struct fab_trials {
    const fab_study *study;
    fab_study_store *keep;
    const char *kind;
    size_t variants, values;
    size_t *evaluations; /* grows with every trial that is needed, wherever it comes from */
} fab_trials;

fab_trials fab_trials_of(const fab_study *study, fab_study_store *keep, const char *kind,
                         size_t *evaluations);

/* Whether the choice changes one sweep value alone: the sweep is then uneven. */
bool fab_choice_is_partial(const fab_study *study, const fab_choice *choice);

/* Sets the keys of a choice's trials and takes what the store has of those that a target needs. */
FAB_CHECKED fab_status fab_trials_take(const fab_trials *trials, const fab_choice *choice,
                                       size_t number, fab_trial *trial);

/* Works out what is missing. Touches nothing but the arena and the trials: blocks of them may be
 * filled at the same time. `diagnostics` may be NULL; what they say of a scenario that cannot be
 * made lives in the arena. */
FAB_CHECKED fab_status fab_trials_fill(const fab_trials *trials, const fab_choice *choice,
                                       fab_arena *arena, fab_diagnostics *diagnostics,
                                       fab_trial *trial);

/* Keeps what was missing. `arena` is scratch. */
FAB_CHECKED fab_status fab_trials_keep(const fab_trials *trials, const fab_choice *choice,
                                       fab_arena *arena, const fab_trial *trial);

#endif
