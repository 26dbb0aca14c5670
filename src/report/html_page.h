#ifndef FAB_REPORT_HTML_PAGE_H
#define FAB_REPORT_HTML_PAGE_H

#include <stdio.h>

#include <fabricast/report.h>

#include "report/figures.h"
#include "report/scratch.h"
#include "report/sheet.h"

/* A page on its way to a stream. Failures of the stream stay in the stream. */
typedef struct fab_page {
    FILE *stream;
    fab_scratch *scratch;
} fab_page;

/* Writes markup of our own as it is. */
void fab_page_raw(fab_page *page, const char *markup);

/* Writes text, escaped for contents and quoted attributes; NULL writes nothing. */
void fab_page_text(fab_page *page, const char *text);

/* Writes <element class="classes">text</element>; classes may be NULL. */
void fab_page_element(fab_page *page, const char *element, const char *classes, const char *text);

/* Writes the head of a section, and its end. */
void fab_page_begin_section(fab_page *page, const char *id, const char *title);
void fab_page_end_section(fab_page *page);

/* Writes a table in a box that scrolls sideways on a narrow screen; `label` names the box. */
void fab_page_sheet(fab_page *page, const fab_sheet *sheet, const char *label);

/* Writes a figure: the picture of the file FOLDER/figures/NAME.svg inline with its ids made unique
 * by `number`, caption, and its data in a table. FAB_E_IO when the picture cannot be read. */
FAB_CHECKED fab_status fab_page_figure(fab_page *page, const fab_figure *figure, size_t number,
                                       const char *folder);

/* Writes the style sheet's text. */
void fab_page_style(fab_page *page);

/* Writes the beginning of a page up to its question; the header is left open. */
void fab_page_top(fab_page *page, const char *title, const char *question);

/* Writes a section of the remarks of a study; nothing when there are none. */
void fab_page_remarks(fab_page *page, const char *const *remarks, size_t count);

/* Writes how to make the page again from the file; `beside` is markup on the files beside it. */
void fab_page_reproduce(fab_page *page, const char *file_name, const char *beside);

/* Writes the end of a page; `note` is markup. */
void fab_page_bottom(fab_page *page, const char *note);

/* Writes the sections of a study. */
void fab_page_answer(fab_page *page, const fab_study_result *result);
void fab_page_targets(fab_page *page, const fab_study_result *result);
void fab_page_fabric(fab_page *page, const fab_scenario *scenario);
void fab_page_systems(fab_page *page, const fab_study_result *result);
void fab_page_simulated(fab_page *page, const fab_study_result *result);
void fab_page_assumptions(fab_page *page, const fab_study_result *result);
void fab_page_sources(fab_page *page, const fab_study_result *result);

/* Writes the whole page. `folder` holds the figures that are drawn, none when count is 0. */
FAB_CHECKED fab_status fab_page_study(fab_page *page, const fab_study_result *result,
                                      const fab_figure *figures, size_t count, const char *folder);

#endif
