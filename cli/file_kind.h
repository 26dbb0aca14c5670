#ifndef FAB_FILE_KIND_H
#define FAB_FILE_KIND_H

#include <stdbool.h>

#include <fabricast/schema.h>

/* Finds the kind of file that a word names; with `is_template` only those that have one. Prints the
 * nearest name and the list when there is none, and returns false. */
bool fab_file_kind_find(const char *word, bool is_template, fab_file_kind *kind_out);

/* The names of the kinds, with commas between; static text. */
const char *fab_file_kind_words(bool is_template);

#endif
