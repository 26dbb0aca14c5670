#ifndef FAB_TESTS_RUN_ROWS_H
#define FAB_TESTS_RUN_ROWS_H

#include "validate/measured_runs.h"

/* A row that says nothing. */
static inline fab_run_row empty_row(void)
{
    fab_run_row row = {.outcome = 0};
    for (int i = 0; i < FAB_RUN_COLUMN_COUNT; i++) {
        row.cells[i] = "";
    }
    return row;
}

/* A row that says nothing but what is listed. */
static inline fab_run_row software_row(const char *software, const char *year, const char *overlap)
{
    fab_run_row row = empty_row();
    row.cells[FAB_RUN_SOFTWARE] = software;
    row.cells[FAB_RUN_YEAR] = year;
    row.cells[FAB_RUN_OVERLAP] = overlap;
    return row;
}

#endif
