#include "store/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new database is made in memory and written aside in one go. */

#define HEADER_BYTE        100 /* sqlite.org/fileformat2.html: magic at 0, application id at 68 */
#define APPLICATION_OFFSET 68

/* Reads the beginning of a file; how much of it there is, or -1. */
static ssize_t read_header(const char *path, unsigned char header[HEADER_BYTE])
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    }
    if (!S_ISREG(info.st_mode)) {
        header[0] = '\0';
        return 1;
    }
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return -1;
    }
    const ssize_t length_byte = read(file, header, HEADER_BYTE);
    (void)close(file);
    return length_byte;
}

fab_store_kind fab_store_look(const char *path, uint32_t application)
{
    unsigned char header[HEADER_BYTE] = {0};
    const ssize_t length_byte = read_header(path, header);
    if (length_byte < 0) {
        return FAB_STORE_UNREADABLE;
    }
    if (length_byte == 0) {
        return FAB_STORE_MISSING;
    }
    uint32_t found = 0;
    for (size_t i = 0; i < 4; i++) {
        found = found << 8 | header[APPLICATION_OFFSET + i];
    }
    const bool is_ours = length_byte == HEADER_BYTE && memcmp(header, "SQLite format 3", 16) == 0 &&
                         found == application;
    return is_ours ? FAB_STORE_OURS : FAB_STORE_FOREIGN;
}

static const char *type_of(fab_cell cell)
{
    switch (cell) {
    case FAB_CELL_REAL:
        return "REAL NOT NULL";
    case FAB_CELL_POSITIVE:
        return "REAL";
    case FAB_CELL_INTEGER:
    case FAB_CELL_SIZE:
    case FAB_CELL_INT:
        return "INTEGER NOT NULL";
    case FAB_CELL_FLAG:
    case FAB_CELL_TEXT:
        break;
    }
    return cell == FAB_CELL_FLAG ? "INTEGER NOT NULL" : "TEXT";
}

static void add_columns(sqlite3_str *sql, const fab_store_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_store_column *column = &table->columns[i];
        sqlite3_str_appendf(sql, "  \"%w\" %s", column->name, type_of(column->cell));
        if (column->cell == FAB_CELL_FLAG) {
            sqlite3_str_appendf(sql, " CHECK (\"%w\" IN (0, 1))", column->name);
        }
        sqlite3_str_appendall(sql, ",\n");
    }
}

/* CREATE TABLE of one table. */
static void add_table(sqlite3_str *sql, const fab_store_table *table)
{
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\" (\n", table->name);
    add_columns(sql, table);
    sqlite3_str_appendall(sql, "  PRIMARY KEY (");
    for (size_t i = 0; i < table->keys; i++) {
        sqlite3_str_appendf(sql, "%s\"%w\"", i == 0 ? "" : ", ", table->columns[i].name);
    }
    sqlite3_str_appendall(sql, ")");
    if (table->references != NULL) {
        sqlite3_str_appendf(sql, ",\n  %s", table->references);
    }
    sqlite3_str_appendall(sql, "\n) STRICT, WITHOUT ROWID;\n");
}

static char *make_schema(const fab_store_plan *plan)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "PRAGMA application_id = %u; PRAGMA user_version = %d;\n",
                        plan->application, plan->format_version);
    sqlite3_str_appendall(sql, "CREATE TABLE meta (\n  name TEXT NOT NULL,\n  text TEXT NOT NULL,\n"
                               "  PRIMARY KEY (name)\n) STRICT, WITHOUT ROWID;\n");
    for (size_t i = 0; i < plan->table_count; i++) {
        add_table(sql, &plan->tables[i]);
    }
    for (size_t i = 0; i < plan->fact_count; i++) {
        sqlite3_str_appendf(sql, "INSERT INTO meta VALUES (%Q, %Q);\n", plan->facts[i].name,
                            plan->facts[i].text);
    }
    return sqlite3_str_finish(sql);
}

static bool write_all(int file, const unsigned char *bytes, size_t length_byte)
{
    while (length_byte > 0) {
        const ssize_t written = write(file, bytes, length_byte);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        length_byte -= (size_t)written;
    }
    return true;
}

/* Writes a file and makes it last; false with errno. */
static bool write_file(const char *path, const unsigned char *bytes, size_t length_byte)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        return false;
    }
    bool is_written = write_all(file, bytes, length_byte) && fsync(file) == 0;
    const int reason = errno;
    is_written = close(file) == 0 && is_written;
    if (!is_written) {
        (void)unlink(path);
        errno = reason;
    }
    return is_written;
}

/* A journal of an earlier database would be played back into the new one: it goes first. */
static void remove_old(const char *path, fab_arena *arena)
{
    static const char *const ENDING[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof(ENDING) / sizeof(ENDING[0]); i++) {
        const char *name = fab_arena_printf(arena, "%s%s", path, ENDING[i]);
        if (name != NULL) {
            (void)unlink(name);
        }
    }
}

static fab_status put_in_place(const char *path, const unsigned char *bytes, size_t length_byte,
                               fab_arena *arena, const char **why_out)
{
    const char *aside = fab_arena_printf(arena, "%s.new", path);
    if (aside == NULL) {
        return FAB_E_NOMEM;
    }
    if (!write_file(aside, bytes, length_byte)) {
        *why_out = strerror(errno);
        return FAB_E_IO;
    }
    remove_old(path, arena);
    if (rename(aside, path) != 0) {
        *why_out = strerror(errno);
        (void)unlink(aside);
        return FAB_E_IO;
    }
    return FAB_OK;
}

fab_status fab_store_make(const fab_store_plan *plan, const char *path, fab_arena *arena,
                          const char **why_out)
{
    sqlite3 *memory = NULL;
    unsigned char *bytes = NULL;
    sqlite3_int64 length_byte = 0;
    char *schema = make_schema(plan);
    if (schema != NULL && sqlite3_open(":memory:", &memory) == SQLITE_OK &&
        sqlite3_exec(memory, schema, NULL, NULL, NULL) == SQLITE_OK) {
        bytes = sqlite3_serialize(memory, "main", &length_byte, 0);
    }
    const fab_status status = bytes == NULL
                                  ? FAB_E_NOMEM
                                  : put_in_place(path, bytes, (size_t)length_byte, arena, why_out);
    sqlite3_free(bytes);
    sqlite3_free(schema);
    (void)sqlite3_close(memory);
    return status;
}
