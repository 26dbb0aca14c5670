#ifndef FAB_DESCRIBE_H
#define FAB_DESCRIBE_H

#include "config/field.h"

/* Fields in words, for what is written from the tables: schema, templates and reference. Texts live
 * in the arena; NULL when memory is out. */

/* Returns a dimension as a name: "energy_per_bit". */
const char *fab_describe_dimension(fab_dimension dimension);

/* Returns what may stand in a field: "a whole number", "a time such as 250 ns", "`bf16` or `fp8`",
 * "a list of tiers". */
const char *fab_describe_type(const fab_field *field, fab_arena *arena);

/* The same for people who read the help too: "a time" without an example, "" where the help says it
 * all. */
const char *fab_describe_briefly(const fab_field *field, fab_arena *arena);

/* Returns the limits of a number or of the length of a list: "from 1 to 1024"; "" when there are
 * none. */
const char *fab_describe_limits(const fab_field *field, fab_arena *arena);

/* Returns all of this and the help as sentences, for editors. */
const char *fab_describe_field(const fab_field *field, fab_arena *arena);

/* A default in words is no longer than this. */
#define FAB_DEFAULT_SIZE 256

/* Writes the default in a record of defaults into `buffer` (FAB_DEFAULT_SIZE bytes) as a file would
 * say it and returns it, or NULL when the field is required or nothing that a file can say stands
 * for its default. */
const char *fab_describe_default(const fab_field *field, const void *defaults, char *buffer);

#endif
