#ifndef FAB_REPORT_FIGURES_H
#define FAB_REPORT_FIGURES_H

#include <stddef.h>

#include <fabricast/study.h>

#include "report/scratch.h"
#include "report/sheet.h"

#define FAB_FIGURE_LIMIT       7
#define FAB_CLAIM_FIGURE_LIMIT 6 /* of a study of claims */

/* A figure: a gnuplot script that draws NAME.svg and NAME.png from NAME.csv beside it. */
typedef struct fab_figure {
    const char *name;    /* of its files, our own word */
    const char *title;   /* of the page */
    const char *caption; /* sentences made from its numbers: the alternative to seeing it */
    const char *script;
    fab_sheet data;
} fab_figure;

/* Makes the figures that the study has numbers for, in the order of the page; returns how many. */
size_t fab_figures_make(fab_scratch *scratch, const fab_study_result *result,
                        fab_figure figures[FAB_FIGURE_LIMIT]);

/* The name of the figure `number` (from 0) of a study of claims, below FAB_CLAIM_FIGURE_LIMIT. */
const char *fab_figure_claim_name(size_t number);

/* Names of all files that a folder can hold under figures/ for a study of either kind, whether
 * drawn or not. */
const char *const *fab_figures_names(size_t *count_out);

/* Runs gnuplot once over the scripts of the figures in `folder`, where data and scripts are already
 * written, and checks that every picture is whole. FAB_E_TOOL when gnuplot is missing or fails,
 * FAB_E_IO when a picture is cut short; *message_out says more. */
FAB_CHECKED fab_status fab_figures_draw(fab_scratch *scratch, const char *folder,
                                        const fab_figure *figures, size_t count,
                                        const char **message_out);

/* Each makes one figure. */
void fab_figure_time(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure);
void fab_figure_parts(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure);
void fab_figure_ratio(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure);
void fab_figure_best(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure);
void fab_figure_waterfall(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure);
void fab_figure_tornado(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure);
void fab_figure_power(fab_scratch *scratch, const fab_study_result *result, fab_figure *figure);

#endif
