#ifndef FAB_DOCUMENT_H
#define FAB_DOCUMENT_H

#include "config/tree.h"

/* The steps from the text of a file to its tree; each stands in a file of its own. */

/* Checks that a source is UTF-8 without control characters other than tab and line ends. Adds an
 * error at the first character that is not, and returns false. */
bool fab_text_check(const fab_source *source, fab_diagnostics *diagnostics);

/* Makes the tree of a checked source whose text lives in the arena; otherwise as fab_tree_parse. */
FAB_CHECKED fab_status fab_yaml_build(const fab_source *source, fab_arena *arena,
                                      fab_diagnostics *diagnostics, const fab_node **root_out);

#endif
