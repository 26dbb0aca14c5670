#ifndef FAB_EMBEDDED_H
#define FAB_EMBEDDED_H

#include <stddef.h>

/* A data file that the build put into the library. */
typedef struct fab_embedded_file {
    const char *name; /* path from the root of the project: "data/gpus.yaml" */
    const char *text;
    size_t length_byte;
} fab_embedded_file;

/* Those of the modules that have any. */
extern const fab_embedded_file fab_catalog_files[];
extern const size_t fab_catalog_file_count;
extern const fab_embedded_file fab_validate_files[];
extern const size_t fab_validate_file_count;

#endif
