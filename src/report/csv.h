#ifndef FAB_REPORT_CSV_H
#define FAB_REPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <fabricast/study.h>

#include "report/scratch.h"
#include "report/sheet.h"

/* Writes RFC 4180: cells with commas, quotes or line ends in quotes, rows ended by CR LF. A text
 * that a spreadsheet would run (it begins with = + - @, tab or a line end) gets an apostrophe in
 * front. Failures of the stream are left to whoever closes it. */
typedef struct fab_csv {
    FILE *stream;
    fab_scratch *scratch;
    bool is_inside; /* of a row */
} fab_csv;

void fab_csv_text(fab_csv *csv, const char *text);
void fab_csv_number(fab_csv *csv, double number_count);
void fab_csv_integer(fab_csv *csv, int64_t number);
void fab_csv_end(fab_csv *csv);

/* A number that is not known is an empty cell. */
void fab_csv_known(fab_csv *csv, bool is_known, double number_count);

/* "true" or "false". */
void fab_csv_flag(fab_csv *csv, bool flag);

/* Names of columns side by side; the row goes on. */
void fab_csv_names(fab_csv *csv, const char *const *names, size_t count);
#define FAB_CSV_NAMES(csv, ...)                                                                    \
    fab_csv_names(csv, (const char *const[]){__VA_ARGS__},                                         \
                  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* The data of a figure, all columns but those of the page only; texts as labels for gnuplot, broken
 * at the width of their column. */
void fab_csv_sheet(fab_csv *csv, const fab_sheet *sheet);

/* The tables of a study; that of mappings has a row "study" for each point and, when one was
 * searched and found, a row "best". */
void fab_csv_points(fab_csv *csv, const fab_study_result *result);
void fab_csv_mappings(fab_csv *csv, const fab_study_result *result);
void fab_csv_targets(fab_csv *csv, const fab_study_result *result);
void fab_csv_waterfall(fab_csv *csv, const fab_study_result *result);
void fab_csv_sensitivity(fab_csv *csv, const fab_study_result *result);

#endif
