#ifndef FAB_TESTS_BAD_INPUT_H
#define FAB_TESTS_BAD_INPUT_H

#include <stddef.h>

#include "config/field.h"

/* Makes every mistake that a field table allows, one at a time, in a copy of a valid document:
 * wrong type, wrong, unknown and missing unit, out of range, unknown word, unknown and missing
 * field, a field given twice, no value; in the tables of nested records and lists too. Asserts with
 * Check that each is refused with a message in the line of the mistake that names the field or the
 * offending text, and that different mistakes in one field have different messages.
 * Returns how many mistakes were made. */
size_t bad_input_check(const fab_table *table, const char *valid_text);

/* The same for a record that stands deeper in its document: `path` names the keys from the root to
 * it, with slashes between, for example "technologies/study". Items of a list are numbers. */
size_t bad_input_check_at(const fab_table *table, const char *valid_text, const char *path);

/* Hears of every document: which mistake it has (NULL: none), and its text. */
typedef void (*bad_input_listener)(void *context, const char *mistake, const char *text);

/* The same as bad_input_check, telling a listener of every document. */
size_t bad_input_visit(const fab_table *table, const char *valid_text, bad_input_listener listener,
                       void *context);

#endif
