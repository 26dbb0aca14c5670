#ifndef FAB_REPORT_FOLDER_H
#define FAB_REPORT_FOLDER_H

#include "report/figures.h"
#include "report/place.h"
#include "report/scratch.h"

/* What the folders of both kinds of study share. */

#define FAB_FOLDER_NAME_LIMIT 128

/* Lists every file that a study of either kind can leave in a folder, so that a run replaces what a
 * run of the other kind wrote; returns how many. */
size_t fab_folder_names(fab_scratch *scratch, const char *names[FAB_FOLDER_NAME_LIMIT]);

/* Writes scripts and data of the figures into the place and draws them; *message_out says what
 * failed. */
FAB_CHECKED fab_status fab_folder_figures(fab_place *place, const fab_figure *figures, size_t count,
                                          const char **message_out);

/* Why a file could not be opened: the message of the place tells which one. */
fab_status fab_folder_no_file(const fab_place *place);

/* A failure's message, which outlives the scratch: `message` if there is one, else that of the
 * place; NULL for FAB_OK. */
const char *fab_folder_message(const fab_place *place, const char *message, fab_status status);

#endif
