#ifndef FAB_FILE_KINDS_H
#define FAB_FILE_KINDS_H

#include <fabricast/schema.h>

#include "config/field.h"

/* What the writers must know about one kind of file. */
typedef struct fab_file_form {
    const char *name;
    const char *about;
    const fab_table *table;   /* of the whole file; NULL: rows of every kind */
    fab_catalog_kind catalog; /* of a description; FAB_CATALOG_KIND_COUNT for other files */
    const char *starter;      /* YAML of the fields that are live in a template, or the row */
} fab_file_form;

/* Returns the form; never NULL. */
const fab_file_form *fab_file_form_get(fab_file_kind kind);

#endif
