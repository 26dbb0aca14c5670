#include <assert.h>
#include <string.h>

#include "store/handle.h"

/* Rows of a store: structs to cells and back. */

static sqlite3_stmt *prepare(fab_store *store, char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sql != NULL) {
        (void)sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    }
    sqlite3_free(sql);
    return statement;
}

/* INSERT with a `?` for each column */
static sqlite3_stmt *make_put(fab_store *store, const fab_store_table *table)
{
    sqlite3_str *sql = sqlite3_str_new(store->db);
    sqlite3_str_appendf(sql, "INSERT OR REPLACE INTO \"%w\" VALUES (", table->name);
    for (size_t i = 0; i < table->count; i++) {
        sqlite3_str_appendall(sql, i == 0 ? "?" : ", ?");
    }
    sqlite3_str_appendall(sql, ")");
    return prepare(store, sqlite3_str_finish(sql));
}

/* SELECT of all columns by the key */
static sqlite3_stmt *make_get(fab_store *store, const fab_store_table *table)
{
    sqlite3_str *sql = sqlite3_str_new(store->db);
    sqlite3_str_appendall(sql, "SELECT ");
    for (size_t i = 0; i < table->count; i++) {
        sqlite3_str_appendf(sql, "%s\"%w\"", i == 0 ? "" : ", ", table->columns[i].name);
    }
    sqlite3_str_appendf(sql, " FROM \"%w\" WHERE ", table->name);
    for (size_t i = 0; i < table->keys; i++) {
        sqlite3_str_appendf(sql, "%s\"%w\" = ?", i == 0 ? "" : " AND ", table->columns[i].name);
    }
    return prepare(store, sqlite3_str_finish(sql));
}

static int bind(sqlite3_stmt *statement, int place, const fab_store_column *column, const void *row)
{
    const void *at = (const unsigned char *)row + column->offset;
    switch (column->cell) {
    case FAB_CELL_POSITIVE:
        if (*(const double *)at == 0.0) {
            return sqlite3_bind_null(statement, place);
        }
        return sqlite3_bind_double(statement, place, *(const double *)at);
    case FAB_CELL_REAL:
        return sqlite3_bind_double(statement, place, *(const double *)at);
    case FAB_CELL_INTEGER:
        return sqlite3_bind_int64(statement, place, *(const int64_t *)at);
    case FAB_CELL_SIZE:
        return sqlite3_bind_int64(statement, place, (sqlite3_int64) * (const size_t *)at);
    case FAB_CELL_INT:
        return sqlite3_bind_int(statement, place, *(const int *)at);
    case FAB_CELL_FLAG:
        return sqlite3_bind_int(statement, place, *(const bool *)at ? 1 : 0);
    case FAB_CELL_TEXT:
        break;
    }
    return sqlite3_bind_text(statement, place, *(const char *const *)at, -1, SQLITE_STATIC);
}

static int bind_columns(sqlite3_stmt *statement, const fab_store_column *columns, size_t count,
                        const void *row)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
        code = bind(statement, (int)i + 1, &columns[i], row);
    }
    return code;
}

static fab_status read_text(fab_store *store, sqlite3_stmt *statement, int place,
                            const char **text_out)
{
    const unsigned char *text = sqlite3_column_text(statement, place);
    *text_out = text == NULL ? NULL
                             : fab_arena_copy(store->arena, (const char *)text,
                                              (size_t)sqlite3_column_bytes(statement, place));
    return text == NULL || *text_out != NULL ? FAB_OK : FAB_E_NOMEM;
}

static fab_status read_cell(fab_store *store, sqlite3_stmt *statement, int place,
                            const fab_store_column *column, void *row)
{
    void *at = (unsigned char *)row + column->offset;
    switch (column->cell) {
    case FAB_CELL_REAL:
    case FAB_CELL_POSITIVE:
        *(double *)at = sqlite3_column_double(statement, place);
        break;
    case FAB_CELL_INTEGER:
        *(int64_t *)at = sqlite3_column_int64(statement, place);
        break;
    case FAB_CELL_SIZE:
        *(size_t *)at = (size_t)sqlite3_column_int64(statement, place);
        break;
    case FAB_CELL_INT:
        *(int *)at = sqlite3_column_int(statement, place);
        break;
    case FAB_CELL_FLAG:
        *(bool *)at = sqlite3_column_int(statement, place) != 0;
        break;
    case FAB_CELL_TEXT:
        return read_text(store, statement, place, at);
    }
    return FAB_OK;
}

static size_t index_of(const fab_store *store, const fab_store_table *table)
{
    const size_t index = (size_t)(table - store->tables);
    assert(index < store->table_count && table->count <= FAB_STORE_COLUMN_LIMIT);
    return index;
}

fab_status fab_store_put(fab_store *store, const fab_store_table *table, const void *row)
{
    sqlite3_stmt **put = &store->puts[index_of(store, table)];
    if (*put == NULL) {
        *put = make_put(store, table);
    }
    int code = *put != NULL ? bind_columns(*put, table->columns, table->count, row) : SQLITE_ERROR;
    code = code == SQLITE_OK ? sqlite3_step(*put) : code;
    const fab_status status = code == SQLITE_DONE ? FAB_OK : fab_store_fail(store, code);
    (void)sqlite3_reset(*put);
    store->is_changed = true;
    return status;
}

fab_status fab_store_get(fab_store *store, const fab_store_table *table, void *row,
                         bool *is_found_out)
{
    *is_found_out = false;
    sqlite3_stmt **get = &store->gets[index_of(store, table)];
    if (*get == NULL) {
        *get = make_get(store, table);
    }
    int code = *get != NULL ? bind_columns(*get, table->columns, table->keys, row) : SQLITE_ERROR;
    code = code == SQLITE_OK ? sqlite3_step(*get) : code;
    fab_status status =
        code == SQLITE_ROW || code == SQLITE_DONE ? FAB_OK : fab_store_fail(store, code);
    for (size_t i = table->keys; code == SQLITE_ROW && status == FAB_OK && i < table->count; i++) {
        status = read_cell(store, *get, (int)i, &table->columns[i], row);
    }
    (void)sqlite3_reset(*get);
    *is_found_out = code == SQLITE_ROW && status == FAB_OK;
    return status;
}

/* Runs one statement with up to two texts. */
static fab_status run_once(fab_store *store, char *sql, const char *first, const char *second)
{
    sqlite3_stmt *statement = prepare(store, sql);
    int code = statement != NULL ? SQLITE_OK : SQLITE_ERROR;
    if (code == SQLITE_OK && first != NULL) {
        (void)sqlite3_bind_text(statement, 1, first, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(statement, 2, second, -1, SQLITE_STATIC);
    }
    code = code == SQLITE_OK ? sqlite3_step(statement) : code;
    const fab_status status = code == SQLITE_DONE ? FAB_OK : fab_store_fail(store, code);
    (void)sqlite3_finalize(statement);
    store->is_changed = true;
    return status;
}

fab_status fab_store_clear(fab_store *store, const fab_store_table *table)
{
    return run_once(store, sqlite3_mprintf("DELETE FROM \"%w\"", table->name), NULL, NULL);
}

fab_status fab_store_tell(fab_store *store, const char *name, const char *text)
{
    return run_once(store, sqlite3_mprintf("INSERT OR REPLACE INTO meta VALUES (?, ?)"), name,
                    text);
}

void fab_store_forget(fab_store *store)
{
    for (size_t i = 0; i < FAB_STORE_TABLE_LIMIT; i++) {
        (void)sqlite3_finalize(store->puts[i]);
        (void)sqlite3_finalize(store->gets[i]);
        store->puts[i] = NULL;
        store->gets[i] = NULL;
    }
}
