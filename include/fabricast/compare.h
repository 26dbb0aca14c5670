#ifndef FAB_COMPARE_H
#define FAB_COMPARE_H

#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/ownership.h>
#include <fabricast/scenario.h>
#include <fabricast/status.h>
#include <fabricast/study.h>
#include <fabricast/train.h>

FAB_BEGIN_DECLS

/* One of the two things compared. */
typedef struct fab_compared {
    const char *label; /* for people: the file, or the point of a study */
    const fab_scenario *scenario;
    fab_forecast forecast;
    fab_ownership ownership;
} fab_compared;

/* A setting in which the two differ. */
typedef struct fab_compared_setting {
    const char *section; /* "gpu", "fabric", "mapping", "assumptions.overlap", ... */
    const char *field;
    const char *first;
    const char *second;
} fab_compared_setting;

/* What one part of the step adds on the way from the first to the second. */
typedef struct fab_compared_part {
    fab_step_class part;
    double first_s;
    double second_s;
    double change_s;    /* second - first */
    double change_frac; /* of the step of the first */
} fab_compared_part;

/* From the first to the second as a waterfall: first step + sum of the changes = second step. */
typedef struct fab_comparison {
    fab_compared first;
    fab_compared second;
    double speedup_ratio; /* time to train, first over second; above 1: the second is faster */
    fab_compared_part parts[FAB_STEP_CLASS_COUNT]; /* largest change first; equal ones in the order
                                                      of the step */
    const fab_compared_setting *settings;
    size_t setting_count;
} fab_comparison;

/* Forecasts a scenario for fab_compare. FAB_E_RANGE, FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_compared_make(const char *label, const fab_scenario *scenario,
                                                 fab_arena *arena, fab_compared *out);

/* The same for a point of a study, named VALUE/VARIANT as its tables have them ("Config4/optics").
 * FAB_E_INPUT: an unknown label, or a point that cannot be made into a scenario. */
FAB_API FAB_CHECKED fab_status fab_compared_point(const fab_study *study, const char *point,
                                                  fab_arena *arena, fab_diagnostics *diagnostics,
                                                  fab_compared *out);

/* Lists what differs and where the time goes. The arena owns the settings. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_compare(const fab_compared *first, const fab_compared *second,
                                           fab_arena *arena, fab_comparison *out);

FAB_END_DECLS

#endif
