#ifndef FAB_FIELD_H
#define FAB_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <fabricast/diagnostic.h>
#include <fabricast/status.h>
#include <fabricast/units.h>
#include <fabricast/value.h>

#include "config/tree.h"

/* A field table says how one kind of record is written in a file: the names, types, units and
 * ranges of its fields and where each goes in the C struct. Reading, checking, listing and the
 * tests of bad input all work from the table, so that a field is described once. */

typedef enum fab_field_kind {
    FAB_FIELD_QUANTITY, /* double at offset, SI unit of `dimension`, minimum <= x <= maximum */
    FAB_FIELD_SOURCED,  /* fab_value at offset: a quantity, or {value, low, high, source,
                           confidence}, or the words `not published` */
    FAB_FIELD_COUNT,    /* int64_t at offset: whole number, minimum <= x <= maximum */
    FAB_FIELD_FLAG,     /* bool at offset: true or false (also yes/no, on/off) */
    FAB_FIELD_TEXT,     /* const char * at offset; at most FAB_TEXT_LIMIT_BYTE; when `choices` are
                           given, one of them */
    FAB_FIELD_CHOICE,   /* int at offset: index of the word in `choices` */
    FAB_FIELD_SET,     /* int at offset: some of the words after the first, word i as bit i - 1; the
                          first word says none of them. A list, or a text with blanks between */
    FAB_FIELD_RECORD,  /* struct at offset, described by `table` */
    FAB_FIELD_RECORDS, /* fab_records at offset: a list of structs described by `table` */
    FAB_FIELD_NODE     /* const fab_node * at offset: left to the caller to interpret; with limits
                          a list of such */
} fab_field_kind;

/* A list of records read from a file; `items` points at `count` structs of the field's table. */
typedef struct fab_records {
    void *items;
    size_t count;
} fab_records;

typedef struct fab_table fab_table;

typedef struct fab_field {
    const char *name; /* as written in the file */
    fab_field_kind kind;
    bool is_required;
    size_t offset;
    fab_dimension dimension;    /* QUANTITY and SOURCED */
    double minimum, maximum;    /* QUANTITY, SOURCED, COUNT, in SI units; both 0: no limits.
                                   RECORDS and NODE: how many items */
    bool is_above_minimum;      /* the minimum itself is not allowed */
    const char *word;           /* a word that may stand instead of a number or name, */
    double word_value;          /* ... and the value stored for it; NULL when there is none */
    const char *const *choices; /* CHOICE, SET and TEXT: words, ended by NULL */
    const fab_table *table;     /* RECORD and RECORDS */
    const char *definition;     /* NODE and TEXT: what stands there, for the schema: "gpu" */
    const char *help;           /* one line for tables, templates and the reference */
    const char *source;         /* where the default comes from; NULL when there is none */
} fab_field;

struct fab_table {
    const char *kind; /* what the record is called in messages: "technology", "job" */
    const fab_field *fields;
    size_t count;
    size_t size;          /* of the C struct */
    const void *defaults; /* struct with the default of every field that is not required, or NULL
                             for all zero */
};

/* A text in a file is no longer than this. */
#define FAB_TEXT_LIMIT_BYTE 4096

/* Whole numbers up to here are exact in a double. */
#define FAB_WHOLE_LIMIT 9007199254740992.0

/* A maximum from here on says that there is none. */
#define FAB_NO_MAXIMUM 1e18

/* Stands instead of a number that is SOURCED. */
#define FAB_NOT_PUBLISHED "not published"

/* The words of fab_confidence, ended by NULL. */
extern const char *const FAB_CONFIDENCE_WORDS[];

/* Makes the entry of a table; the struct type and member give the offset. The type of the member is
 * not checked by the compiler: the tests read every field of every table. */
#define FAB_TABLE_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Fills `record` (table->size bytes) from a map node: first the defaults, then what the file says.
 * Every mistake is added to the diagnostics with its position and the reading goes on: unknown
 * field (with the nearest name), wrong kind of node, not a number, missing or wrong unit, out of
 * range, unknown word, missing required field. Names and texts live in the arena.
 * FAB_E_INPUT when there was a mistake, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_record_read(const fab_table *table, const fab_node *node,
                                       fab_arena *arena, fab_diagnostics *diagnostics,
                                       void *record);

/* The same without setting the defaults first: what `record` holds stays where the file is silent,
 * and required fields may be missing. For records that overlay a named one. */
FAB_CHECKED fab_status fab_record_overlay(const fab_table *table, const fab_node *node,
                                          fab_arena *arena, fab_diagnostics *diagnostics,
                                          void *record);

/* Fills `record` (table->size bytes) with the defaults: zero where there is none. */
void fab_record_default(const fab_table *table, void *record);

/* True when the numbers of a field have limits. */
bool fab_field_has_limits(const fab_field *field);

/* Describes the limits in the units that people write: "above 0 s and at most 1 s". With `is_open`
 * a maximum that says that there is none is left out: "at least 1". In the arena; NULL when memory
 * is out. */
const char *fab_field_limits(const fab_field *field, bool is_open, fab_arena *arena);

/* Writes the value of one field of a record as a user would read it ("4.3 pJ/bit", "true", a word,
 * "not published"; records and nodes give their kind in brackets). Returns `buffer`. */
char *fab_field_format(const fab_field *field, const void *record, char *buffer, size_t size);

/* Returns the field of the table with this name, or NULL. */
const fab_field *fab_table_find(const fab_table *table, const char *name);

#endif
