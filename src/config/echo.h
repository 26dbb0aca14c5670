#ifndef FAB_ECHO_H
#define FAB_ECHO_H

#include <stdbool.h>
#include <stddef.h>

#include "config/field.h"
#include "config/tree.h"

/* Writes trees and records back as text: JSON, which is YAML too, on one line. The same record
 * gives the same text, and reading the text gives the same record: numbers carry every digit and
 * their SI unit. Written in two passes, the first of which only counts. */
typedef struct fab_echo {
    char *text; /* NULL while counting */
    size_t length_byte;
    bool needs_comma;
} fab_echo;

/* Opens and closes a map or list: '{' and '}', '[' and ']'. */
void fab_echo_open(fab_echo *echo, char bracket);
void fab_echo_close(fab_echo *echo, char bracket);

/* Key of a map, a text in quotes, a whole number. */
void fab_echo_key(fab_echo *echo, const char *key);
void fab_echo_text(fab_echo *echo, const char *text);
void fab_echo_integer(fab_echo *echo, long long number);

/* A tree; scalars become texts in quotes. NULL is written as null. */
void fab_echo_node(fab_echo *echo, const fab_node *node);

/* The fields of a record without the brackets around them, in the order of the table. What a file
 * may leave out and the record does not say is left out; fields of kind NODE and RECORDS are the
 * caller's. */
void fab_echo_fields(fab_echo *echo, const fab_table *table, const void *record);

/* Runs `write` twice, for the length and for the text, which the arena owns. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_echo_make(void (*write)(fab_echo *echo, const void *what),
                                     const void *what, fab_arena *arena, const char **text_out);

/* FNV-1a of a text, 64 bit, as 16 hexadecimal digits (Fowler, Noll, Vo; draft-eastlake-fnv). Tells
 * texts apart; no protection against someone who wants two to be the same. */
typedef struct fab_digest {
    char text[17];
} fab_digest;

fab_digest fab_text_digest(const char *text);

#endif
