#ifndef FAB_STORE_H
#define FAB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/status.h>

/* Rows of C structs in one SQLite database. A table is described once, column by column, with the
 * place of each in its struct: the schema, writing and reading work from that. Doubles come back to
 * the bit. One writer at a time; readers may look at any moment. */

typedef enum fab_cell {
    FAB_CELL_REAL,     /* double */
    FAB_CELL_POSITIVE, /* double above 0; 0 says that there is none and is stored as NULL */
    FAB_CELL_INTEGER,  /* int64_t */
    FAB_CELL_SIZE,     /* size_t */
    FAB_CELL_INT,      /* int */
    FAB_CELL_FLAG,     /* bool, stored as 0 or 1 */
    FAB_CELL_TEXT      /* const char *; NULL is stored as NULL; read into the store's arena */
} fab_cell;

typedef struct fab_store_column {
    const char *name; /* ends in its unit */
    fab_cell cell;
    size_t offset;
} fab_store_column;

typedef struct fab_store_table {
    const char *name;
    const fab_store_column *columns;
    size_t count;
    size_t keys;            /* the first so many columns are the primary key */
    const char *references; /* what follows the columns, such as foreign keys; or NULL */
} fab_store_table;

/* What a database says about itself, in its table meta(name, text). */
typedef struct fab_store_fact {
    const char *name;
    const char *text;
    const char *other; /* what to say when the database has another text; NULL: it may differ */
} fab_store_fact;

/* Everything that makes two databases the same kind. */
typedef struct fab_store_plan {
    uint32_t application; /* PRAGMA application_id */
    int format_version;   /* PRAGMA user_version */
    const fab_store_table *tables;
    size_t table_count;
    const fab_store_fact *facts;
    size_t fact_count;
} fab_store_plan;

#define FAB_STORE_TABLE_LIMIT  16
#define FAB_STORE_COLUMN_LIMIT 192

typedef struct fab_store fab_store;

/* Opens the database at `path`, made when it is missing or empty, and begins to write. Journal:
 * WAL; where that fails (network file systems) TRUNCATE, and fab_store_note says so. is_fresh
 * replaces a database of this application, whatever it holds; nothing else is ever replaced.
 * FAB_E_INPUT: the path is something else (a folder, a file or database of another program), the
 * format is another version, or a fact differs. FAB_E_IO: it cannot be read or written, is damaged,
 * or someone else writes to it. FAB_E_NOMEM. *message_out (in the arena) says what is wrong. The
 * arena owns the handle; fab_store_close ends it. */
FAB_CHECKED fab_status fab_store_open(const fab_store_plan *plan, const char *path, bool is_fresh,
                                      fab_arena *arena, fab_store **store_out,
                                      const char **message_out);

/* Commits what was put and closes; the database is then one file without a journal unless a reader
 * is at it. FAB_E_IO when the last rows could not be written. NULL is allowed. */
FAB_CHECKED fab_status fab_store_close(fab_store *store);

/* Puts a row; one with the same key is replaced. FAB_E_IO. */
FAB_CHECKED fab_status fab_store_put(fab_store *store, const fab_store_table *table,
                                     const void *row);

/* Reads the row whose key columns `row` holds into it. FAB_E_IO, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_store_get(fab_store *store, const fab_store_table *table, void *row,
                                     bool *is_found_out);

/* Takes all rows out of a table. FAB_E_IO. */
FAB_CHECKED fab_status fab_store_clear(fab_store *store, const fab_store_table *table);

/* Sets a fact. FAB_E_IO. */
FAB_CHECKED fab_status fab_store_tell(fab_store *store, const char *name, const char *text);

/* Makes everything put so far last, also if the program is killed the next moment. FAB_E_IO. */
FAB_CHECKED fab_status fab_store_commit(fab_store *store);

/* What the user should know although nothing failed, or NULL; and why the last call failed. */
const char *fab_store_note(const fab_store *store);
const char *fab_store_message(const fab_store *store);

#endif
