#ifndef FAB_CLI_REPLACE_H
#define FAB_CLI_REPLACE_H

#include <stdbool.h>
#include <stdio.h>

#include <fabricast/arena.h>

/* Writes the content of a file; what fails shows in the stream. */
typedef void (*fab_file_writer)(const void *content, FILE *stream);

/* Makes or replaces the file at `path`: a new file is filled beside it and put in its place when it
 * is whole, also behind a link; a pipe or device is written to. Prints why it could not and returns
 * false. `arena` is scratch. */
bool fab_file_replace(const char *path, fab_file_writer writer, const void *content,
                      fab_arena *arena);

#endif
