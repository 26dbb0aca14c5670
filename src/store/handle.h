#ifndef FAB_STORE_HANDLE_H
#define FAB_STORE_HANDLE_H

#include <sqlite3.h>

#include "store/store.h"

/* a path may be cut off in a message; it is named first */
#define FAB_STORE_MESSAGE_BYTE 2048

/* An open database. A transaction is always open, so that there is one writer. */
struct fab_store {
    sqlite3 *db;
    const char *path;
    fab_arena *arena;
    const fab_store_table *tables;
    size_t table_count;
    sqlite3_stmt *puts[FAB_STORE_TABLE_LIMIT]; /* made when first needed */
    sqlite3_stmt *gets[FAB_STORE_TABLE_LIMIT];
    bool is_changed;                   /* since the last commit */
    char note[FAB_STORE_MESSAGE_BYTE]; /* "": none */
    char message[FAB_STORE_MESSAGE_BYTE];
};

/* Keeps the message for a result code of SQLite; FAB_E_IO or FAB_E_NOMEM. */
fab_status fab_store_fail(fab_store *store, int code);

/* Ends all statements. */
void fab_store_forget(fab_store *store);

#endif
