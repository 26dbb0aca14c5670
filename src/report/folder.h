#ifndef FAB_REPORT_FOLDER_H
#define FAB_REPORT_FOLDER_H

#include "report/figures.h"
#include "report/place.h"
#include "report/scratch.h"

/* What the folders of all kinds of study share. */

/* Opens a place for every file that a study of any kind can leave in a folder, so that a run
 * replaces what a run of another kind wrote. As fab_place_open. */
FAB_CHECKED fab_status fab_folder_open(fab_place *place, const char *folder, fab_scratch *scratch);

/* Writes the content of a file; FAB_E_IO shows in the stream too. */
typedef fab_status (*fab_folder_writer)(const void *content, fab_scratch *scratch, FILE *file);

/* Writes one file of the place. FAB_E_IO, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_folder_file(fab_place *place, const char *name, fab_folder_writer writer,
                                       const void *content);

/* The same of report.html; *message_out says so where the pictures for it cannot be read. */
FAB_CHECKED fab_status fab_folder_page(fab_place *place, fab_folder_writer writer,
                                       const void *content, const char **message_out);

/* Writes scripts and data of the figures into the place and draws them; *message_out says what
 * failed. */
FAB_CHECKED fab_status fab_folder_figures(fab_place *place, const fab_figure *figures, size_t count,
                                          const char **message_out);

/* A failure's message, which outlives the scratch: `message` if there is one, else that of the
 * place; NULL for FAB_OK. */
const char *fab_folder_message(const fab_place *place, const char *message, fab_status status);

#endif
