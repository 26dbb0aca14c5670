#ifndef FAB_REPORT_PLACE_H
#define FAB_REPORT_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/scratch.h"

/* A folder that is filled aside and then put in place, so that readers see the old contents or the
 * new and a failure leaves nothing behind. */
typedef struct fab_place {
    fab_scratch *scratch;
    const char *folder;  /* where the contents go */
    const char *aside;   /* where they are made: on the same file system; NULL when there is none */
    bool is_new;         /* the folder did not exist */
    size_t parent_byte;  /* length of the longest path above it that existed, if some were made */
    const char *message; /* what failed, or NULL */
    struct fab_place_file_paths *files; /* one per file that the folder can hold */
    size_t file_count;
    const char *subfolder;       /* aside */
    const char *final_subfolder; /* in the folder */
    const char *old;             /* aside: keeps what is replaced until all is done */
} fab_place;

/* Makes the folder aside: inside the folder when it exists, else beside it; folders above it that
 * are missing are made. `names` are the files that it can hold, some of them in `subfolder`.
 * FAB_E_IO with a message when the place or one above it is a file or cannot be written. */
FAB_CHECKED fab_status fab_place_open(fab_place *place, const char *folder, const char *subfolder,
                                      const char *const *names, size_t count, fab_scratch *scratch);

/* Makes the subfolder aside. */
FAB_CHECKED fab_status fab_place_make_subfolder(fab_place *place);

/* Opens a file aside for writing; NULL with a message when that fails. */
FILE *fab_place_file(fab_place *place, const char *name);

/* Closes it; FAB_E_IO with a message when anything written to it failed. */
FAB_CHECKED fab_status fab_place_close_file(fab_place *place, FILE *file, const char *name);

/* Puts the contents in place: each file replaces the one of its name in the folder, and is taken
 * away there when it was not made aside. Whatever else the folder holds stays. On failure
 * everything is put back. */
FAB_CHECKED fab_status fab_place_finish(fab_place *place);

/* Removes what is aside, also when memory is out. Does nothing once a new folder is in place. */
void fab_place_clear(fab_place *place);

#endif
