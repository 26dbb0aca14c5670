#ifndef FAB_CLI_REPLACE_H
#define FAB_CLI_REPLACE_H

#include <stdio.h>

#include "command.h"

/* Writes the content of a file: FAB_E_IO where the stream fails, FAB_E_NOMEM. `arena` is scratch.
 */
typedef fab_status (*fab_file_writer)(const void *content, fab_arena *arena, FILE *stream);

/* Makes or replaces the file at `path`: a new file is filled beside it and put in its place when it
 * is whole, also behind a link; a pipe or device is written to. FAB_E_IO, FAB_E_NOMEM: why has been
 * printed, and the session knows it. */
FAB_CHECKED fab_status fab_file_replace(fab_session *session, const char *path,
                                        fab_file_writer writer, const void *content);

#endif
