#include "store/store.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/handle.h"
#include "store/new_file.h"

/* Opening, journal and transactions of a database; rows.c reads and writes its rows. */

#define BUSY_MILLISECONDS 2000

const char *fab_store_note(const fab_store *store)
{
    return store->note[0] != '\0' ? store->note : NULL;
}

const char *fab_store_message(const fab_store *store)
{
    return store->message[0] != '\0' ? store->message : NULL;
}

static void say(fab_store *store, const char *format, ...) FAB_PRINTF(2, 3);

static void say(fab_store *store, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(store->message, sizeof(store->message), format, arguments);
    va_end(arguments);
}

/* What a failure of SQLite means to the user. */
fab_status fab_store_fail(fab_store *store, int code)
{
    const char *detail = store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return FAB_E_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        say(store, "%s: another program is writing to it; wait until it is done", store->path);
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        say(store, "%s is damaged (%s); --fresh starts anew without it", store->path, detail);
        break;
    default:
        say(store, "cannot write %s: %s", store->path, detail);
        break;
    }
    return FAB_E_IO;
}

static fab_status run_sql(fab_store *store, const char *sql)
{
    const int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? FAB_OK : fab_store_fail(store, code);
}

/* The first cell of the first row as a text in the arena; "" when there is none. */
static fab_status ask(fab_store *store, const char *sql, const char *argument,
                      const char **answer_out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && argument != NULL) {
        code = sqlite3_bind_text(statement, 1, argument, -1, SQLITE_STATIC);
    }
    code = code == SQLITE_OK ? sqlite3_step(statement) : code;
    fab_status status = FAB_OK;
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        status = fab_store_fail(store, code);
    } else {
        const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
        const char *found = text != NULL ? (const char *)text : "";
        *answer_out = fab_arena_copy(store->arena, found, strlen(found));
        status = *answer_out != NULL ? FAB_OK : FAB_E_NOMEM;
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static fab_status check_version(fab_store *store, const fab_store_plan *plan)
{
    const char *version = NULL;
    char wanted[16];
    (void)snprintf(wanted, sizeof(wanted), "%d", plan->format_version);
    FAB_TRY(ask(store, "PRAGMA user_version", NULL, &version));
    if (strcmp(version, wanted) == 0) {
        return FAB_OK;
    }
    say(store,
        "%s has format %s, this version of fabricast writes format %s; --fresh starts anew without "
        "it",
        store->path, version, wanted);
    return FAB_E_INPUT;
}

/* The facts that must be the same; damaged pages are found here and not in the middle of a run. */
static fab_status check_contents(fab_store *store, const fab_store_plan *plan)
{
    const char *answer = NULL;
    FAB_TRY(check_version(store, plan));
    FAB_TRY(ask(store, "PRAGMA quick_check(1)", NULL, &answer));
    if (strcmp(answer, "ok") != 0) {
        return fab_store_fail(store, SQLITE_CORRUPT);
    }
    for (size_t i = 0; i < plan->fact_count; i++) {
        const fab_store_fact *fact = &plan->facts[i];
        if (fact->other == NULL) {
            continue;
        }
        FAB_TRY(ask(store, "SELECT text FROM meta WHERE name = ?", fact->name, &answer));
        if (strcmp(answer, fact->text) != 0) {
            say(store, "%s %s; --fresh starts anew without it", store->path, fact->other);
            return FAB_E_INPUT;
        }
    }
    return FAB_OK;
}

static fab_status connect(fab_store *store)
{
    const int code =
        sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        return fab_store_fail(store, code);
    }
    /* what a strange schema holds is never run */
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    (void)sqlite3_busy_timeout(store->db, BUSY_MILLISECONDS);
    return FAB_OK;
}

static void disconnect(fab_store *store)
{
    (void)sqlite3_close(store->db);
    store->db = NULL;
}

static fab_status begin(fab_store *store)
{
    return run_sql(store, "BEGIN IMMEDIATE");
}

/* A write-ahead log needs memory shared through a file beside the database: where that fails there
 * is another way. A database that is locked or damaged is no reason for it. */
static fab_status begin_with_log(fab_store *store, bool *is_possible_out)
{
    const char *mode = "wal";
    fab_status status = ask(store, "PRAGMA journal_mode = WAL", NULL, &mode);
    *is_possible_out = strcmp(mode, "wal") == 0;
    if (status == FAB_OK && *is_possible_out) {
        status = run_sql(store, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
        status = status == FAB_OK ? begin(store) : status;
    }
    const int code = sqlite3_errcode(store->db) & 0xff;
    if (status != FAB_OK && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
                             code == SQLITE_PROTOCOL || code == SQLITE_READONLY)) {
        *is_possible_out = false;
    }
    return status;
}

static fab_status begin_with_journal(fab_store *store)
{
    FAB_TRY(run_sql(store, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; "
                           "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON"));
    (void)snprintf(store->note, sizeof(store->note),
                   "%s: no write-ahead log is possible here (a network file system?); a rollback "
                   "journal is used, and nobody can read until the run ends",
                   store->path);
    return begin(store);
}

static fab_status begin_writing(fab_store *store, const fab_store_plan *plan)
{
    bool is_possible = true;
    FAB_TRY(connect(store));
    fab_status status = begin_with_log(store, &is_possible);
    if (!is_possible) {
        disconnect(store);
        store->message[0] = '\0';
        FAB_TRY(connect(store));
        status = begin_with_journal(store);
    }
    FAB_TRY(status);
    return check_contents(store, plan);
}

/* A fresh start must not pull the file from under someone who writes to it. */
static fab_status check_idle(fab_store *store)
{
    fab_status status = connect(store);
    if (status == FAB_OK) {
        (void)begin(store);
        const int code = sqlite3_errcode(store->db) & 0xff;
        status = code == SQLITE_BUSY ? fab_store_fail(store, SQLITE_BUSY) : FAB_OK;
    }
    disconnect(store);
    if (status == FAB_OK) {
        store->message[0] = '\0';
    }
    return status;
}

static fab_status make(fab_store *store, const fab_store_plan *plan)
{
    const char *why = NULL;
    const fab_status status = fab_store_make(plan, store->path, store->arena, &why);
    if (status == FAB_E_IO) {
        say(store, "cannot write %s: %s", store->path, why);
    }
    return status;
}

static fab_status open_any(fab_store *store, const fab_store_plan *plan, bool is_fresh)
{
    switch (fab_store_look(store->path, plan->application)) {
    case FAB_STORE_MISSING:
        FAB_TRY(make(store, plan));
        break;
    case FAB_STORE_OURS:
        if (is_fresh) {
            FAB_TRY(check_idle(store));
            FAB_TRY(make(store, plan));
        }
        break;
    case FAB_STORE_FOREIGN:
        say(store,
            "%s is no database of fabricast; it stays as it is. Choose another folder or move it "
            "away",
            store->path);
        return FAB_E_INPUT;
    case FAB_STORE_UNREADABLE:
        say(store, "cannot read %s", store->path);
        return FAB_E_IO;
    }
    return begin_writing(store, plan);
}

fab_status fab_store_open(const fab_store_plan *plan, const char *path, bool is_fresh,
                          fab_arena *arena, fab_store **store_out, const char **message_out)
{
    assert(plan && path && arena && store_out && message_out);
    assert(plan->table_count <= FAB_STORE_TABLE_LIMIT);
    *message_out = NULL;
    fab_store *store = FAB_NEW(arena, fab_store, 1);
    if (store == NULL) {
        return FAB_E_NOMEM;
    }
    store->arena = arena;
    store->tables = plan->tables;
    store->table_count = plan->table_count;
    store->path = fab_arena_copy(arena, path, strlen(path));
    const fab_status status = store->path != NULL ? open_any(store, plan, is_fresh) : FAB_E_NOMEM;
    if (status != FAB_OK) {
        disconnect(store);
        *message_out = fab_store_message(store);
        return status;
    }
    *store_out = store;
    return FAB_OK;
}

fab_status fab_store_commit(fab_store *store)
{
    if (!store->is_changed) {
        return FAB_OK;
    }
    FAB_TRY(run_sql(store, "COMMIT"));
    store->is_changed = false;
    return begin(store);
}

fab_status fab_store_close(fab_store *store)
{
    if (store == NULL || store->db == NULL) {
        return FAB_OK;
    }
    fab_store_forget(store);
    /* SQLite has ended the transaction itself when a disk was full: the message about it stays */
    const bool is_open = sqlite3_get_autocommit(store->db) == 0;
    const fab_status status = is_open ? run_sql(store, "COMMIT") : FAB_E_IO;
    if (status != FAB_OK) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    (void)sqlite3_busy_timeout(store->db, 0);
    (void)sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    disconnect(store);
    return status;
}
