#ifndef FAB_STORE_NEW_FILE_H
#define FAB_STORE_NEW_FILE_H

#include "store/store.h"

/* What stands at the path of a database before anyone opens it. */
typedef enum fab_store_kind {
    FAB_STORE_MISSING, /* nothing, or an empty file */
    FAB_STORE_OURS,    /* the header names the application */
    FAB_STORE_FOREIGN, /* anything else */
    FAB_STORE_UNREADABLE
} fab_store_kind;

fab_store_kind fab_store_look(const char *path, uint32_t application);

/* Makes an empty database of the plan aside and moves it to `path`, so that there is never half a
 * one; takes away what stood there and journals that an earlier one left. FAB_E_IO with *why_out,
 * FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_store_make(const fab_store_plan *plan, const char *path,
                                      fab_arena *arena, const char **why_out);

#endif
