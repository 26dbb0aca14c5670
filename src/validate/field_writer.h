#ifndef FAB_FIELD_WRITER_H
#define FAB_FIELD_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/arena.h>

/* Writes fields of a scenario one after the other, "name: value" with ", " between two. Once memory
 * is out, `text` is NULL and stays so. */
typedef struct fab_field_writer {
    fab_arena *arena;
    char *text;
    size_t length_byte, capacity_byte;
} fab_field_writer;

/* Returns a writer of nothing yet, whose text lives in the arena. */
fab_field_writer fab_field_writer_make(fab_arena *arena);

/* A word, or any text that YAML takes as one value. NULL: memory was out when it was made. */
void fab_write_word(fab_field_writer *writer, const char *name, const char *word);

/* `true` or `false`. */
void fab_write_flag(fab_field_writer *writer, const char *name, bool is_set);

void fab_write_count(fab_field_writer *writer, const char *name, int64_t count);

/* A number with six digits and its unit, such as " us"; "" for a share. */
void fab_write_number(fab_field_writer *writer, const char *name, double number, const char *unit);

/* "name: {...}" of what `inner` has written. */
void fab_write_group(fab_field_writer *writer, const char *name, const fab_field_writer *inner);

/* Fields that are already written as text; none when it is empty. NULL: memory was out when it was
 * made. */
void fab_write_fields(fab_field_writer *writer, const char *fields);

#endif
