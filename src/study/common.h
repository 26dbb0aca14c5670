#ifndef FAB_STUDY_COMMON_H
#define FAB_STUDY_COMMON_H

#include <fabricast/catalog.h>

#include "config/field.h"
#include "config/tree.h"

/* What files of all three kinds of study have in common. */

typedef struct fab_study_remark {
    const char *text;
} fab_study_remark;

/* An item of `remarks`. */
extern const fab_table FAB_REMARK_TABLE;

/* The texts of a list of fab_study_remark; NULL when memory is out. */
const char *const *fab_study_remarks(fab_records remarks, fab_arena *arena);

/* The name of the study's file without its folder; NULL when memory is out. */
const char *fab_study_file_name(const char *path, fab_arena *arena);

/* Whether `node`, the value of `field`, is a list of 1 to `limit` items; else a mistake is told. */
bool fab_study_is_list(const fab_node *node, const char *field, size_t limit,
                       fab_diagnostics *diagnostics);

/* A mistake is told where `node` gives `not published` as the value of `field`, which is no data of
 * others but a choice of the file; left out it may have a default. */
void fab_study_check_chosen(const fab_node *node, const char *field, fab_diagnostics *diagnostics);

/* What a technology is wanted for. */
typedef enum fab_study_use {
    FAB_USE_ANY,
    FAB_USE_LINK,  /* between packages */
    FAB_USE_SWITCH /* of packets or circuits */
} fab_study_use;

/* Reads a technology, named or spelled out. Mistakes are told, and counted in the diagnostics
 * alone, so that reading goes on. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_study_technology(const fab_catalog *catalog, const fab_node *node,
                                            fab_study_use use, fab_arena *arena,
                                            fab_diagnostics *diagnostics, fab_technology *out);

#endif
