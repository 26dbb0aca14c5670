#ifndef FAB_REPORT_TEXT_TABLE_H
#define FAB_REPORT_TEXT_TABLE_H

#include <stdio.h>

#include "report/scratch.h"
#include "report/sheet.h"

/* Columns that a terminal is taken to have; the same everywhere, so that output is the same. */
#define FAB_TEXT_WIDTH 100

/* Prints a sheet with libsmartcols: never cut, no colours. Marked rows begin with '*'. Failures of
 * memory stay in the scratch, those of the stream in the stream. */
void fab_text_sheet(const fab_sheet *sheet, FILE *stream);

/* Prints a blank line and a heading. */
void fab_text_heading(FILE *stream, const char *text);

/* Prints a paragraph broken at FAB_TEXT_WIDTH, `indent` before every line but the first. */
void fab_text_paragraph(fab_scratch *scratch, FILE *stream, const char *text, const char *indent);

/* Prints the remarks of a study under a heading; nothing when there are none. */
void fab_text_remarks(fab_scratch *scratch, FILE *stream, const char *const *remarks, size_t count);

/* Flushes; FAB_E_IO when anything written to the stream failed, else the scratch's status. */
FAB_CHECKED fab_status fab_text_finish(const fab_scratch *scratch, FILE *stream);

#endif
