#ifndef FAB_REFERENCE_H
#define FAB_REFERENCE_H

#include <stdio.h>

#include "config/field.h"

/* Writes a table as Markdown: a heading of `level`, a line per field with what may stand there, its
 * limits, default, help and the source of the default; then the tables of its records, one level
 * deeper. FAB_E_NOMEM; FAB_E_IO is left to the caller. */
FAB_CHECKED fab_status fab_reference_table(const fab_table *table, const char *heading, int level,
                                           fab_arena *arena, FILE *stream);

#endif
