#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sqlite3.h>

#include "contract_page.h"

/* Compares outputs of the program with the page that describes them.
 *   contract PAGE LIST
 * Each line of LIST is `json SECTION|FILE`, `csv SECTION|FILE` or `db SECTION|FILE`: an output, and
 * the section of the page that describes it; a database has one for each table, `SECTION: TABLE`.
 * Every member must stand there with its type and unit, and everything that
 * stands there must occur: also null, empty or left out where it says so. */

enum { DEPTH_LIMIT = 32, COLUMN_LIMIT = 100, CELL_SIZE = 4096 };

typedef struct comparison {
    contract_page page;
    const char *file;
    const char *names[DEPTH_LIMIT];     /* from the root to here; "" for items of lists */
    const json_t *objects[DEPTH_LIMIT]; /* beside them */
    size_t depth;
    int mistakes;
} comparison;

static void complain(comparison *c, const char *what, const char *section, const char *path)
{
    printf("%s: %s: %s in `%s`\n", c->file, what, path, section);
    c->mistakes++;
}

static bool type_fits(contract_type type, const json_t *value)
{
    switch (type) {
    case CONTRACT_TEXT:
        return json_is_string(value);
    case CONTRACT_NUMBER:
        return json_is_real(value);
    case CONTRACT_INTEGER:
        return json_is_integer(value);
    case CONTRACT_BOOLEAN:
        return json_is_boolean(value);
    case CONTRACT_OBJECT:
    case CONTRACT_TYPE_COUNT:
        break;
    }
    return json_is_object(value);
}

/* whether the unit stands where the page says: in the name, in the name of an object around, or in
 * a member `unit` */
static bool unit_is_told(comparison *c, const contract_row *row)
{
    if (strcmp(row->unit, "`unit`") == 0) {
        for (size_t i = c->depth; i-- > 0;) {
            if (c->objects[i] && json_is_string(json_object_get(c->objects[i], "unit"))) {
                return true;
            }
        }
        return false;
    }
    if (strcmp(row->unit, "of the name") == 0) {
        contract_unit *unit = NULL;
        for (size_t i = c->depth; i-- > 0 && !unit;) {
            unit = contract_unit_of(&c->page, c->names[i]);
        }
        if (unit) {
            unit->is_seen = true;
        }
        return unit != NULL;
    }
    if (row->type == CONTRACT_INTEGER && strcmp(row->unit, "count") == 0) {
        return true;
    }
    contract_unit *unit = contract_unit_of(&c->page, c->names[c->depth - 1]);
    if (unit) {
        unit->is_seen = true;
    }
    return unit && strcmp(unit->unit, row->unit) == 0;
}

static void visit_object(comparison *c, const json_t *object, const char *section,
                         const char *prefix);

static void visit_value(comparison *c, contract_row *row, const json_t *value)
{
    if (json_is_null(value)) {
        row->null_is_seen = true;
        if (!row->can_be_null) {
            complain(c, "is null", row->section, row->path);
        }
        return;
    }
    row->is_seen = true;
    if (!type_fits(row->type, value)) {
        complain(c, "has another type", row->section, row->path);
        return;
    }
    const bool is_measure = row->type == CONTRACT_NUMBER || row->type == CONTRACT_INTEGER;
    if (is_measure && !unit_is_told(c, row)) {
        complain(c, "does not tell its unit", row->section, row->path);
    }
    if (row->type == CONTRACT_OBJECT) {
        visit_object(c, value, row->part[0] ? row->part : row->section,
                     row->part[0] ? "" : row->path);
    }
}

static void join(char path[static 128], const char *prefix, const char *name, const char *ending)
{
    snprintf(path, 128, "%s%s%s%s", prefix, *prefix ? "." : "", name, ending);
}

static void enter(comparison *c, const char *name, const json_t *object)
{
    if (c->depth == DEPTH_LIMIT) {
        printf("%s: too deep\n", c->file);
        exit(1);
    }
    c->names[c->depth] = name;
    c->objects[c->depth++] = object;
}

/* a member, or the items of one that is a list */
static void visit_member(comparison *c, const json_t *object, const char *section,
                         const char *prefix, const char *name)
{
    const json_t *value = json_object_get(object, name);
    const char *ending = json_is_array(value) ? "[]" : "";
    char path[128];
    join(path, prefix, name, ending);
    contract_row *row = contract_row_find(&c->page, section, path);
    if (!row) {
        char any[128];
        join(any, prefix, "*", ending);
        row = contract_row_find(&c->page, section, any);
    }
    if (!row) {
        complain(c, "is not described", section, path);
        return;
    }
    enter(c, name, object);
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            visit_value(c, row, json_array_get(value, i));
        }
    } else {
        visit_value(c, row, value);
    }
    c->depth--;
}

/* the name of a row that is a member of the object at `prefix`, else NULL */
static const char *member_name(const contract_row *row, const char *prefix, char name[static 96])
{
    const size_t length = strlen(prefix);
    if (strncmp(row->path, prefix, length) != 0 || (length && row->path[length] != '.')) {
        return NULL;
    }
    snprintf(name, 96, "%s", row->path + length + (length ? 1 : 0));
    char *list = strstr(name, "[]");
    if (list && !list[2]) {
        *list = '\0';
    }
    return strpbrk(name, ".[*") ? NULL : name;
}

static void want_members(comparison *c, const json_t *object, const char *section,
                         const char *prefix)
{
    size_t count = 0;
    for (size_t i = 0; i < c->page.row_count; i++) {
        contract_row *row = &c->page.rows[i];
        if (strcmp(row->section, section) != 0) {
            continue;
        }
        count++;
        char name[96];
        if (!member_name(row, prefix, name) || json_object_get(object, name)) {
            continue;
        }
        row->lack_is_seen = true;
        if (!row->can_be_missing) {
            complain(c, "is left out", section, row->path);
        }
    }
    if (count == 0) {
        complain(c, "no such section", section, prefix);
    }
}

static void visit_object(comparison *c, const json_t *object, const char *section,
                         const char *prefix)
{
    want_members(c, object, section, prefix);
    for (void *at = json_object_iter((json_t *)object); at;
         at = json_object_iter_next((json_t *)object, at)) {
        visit_member(c, object, section, prefix, json_object_iter_key(at));
    }
}

static void check_json(comparison *c, const char *section)
{
    json_error_t error;
    json_t *root = json_load_file(c->file, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        complain(c, error.text, section, "the document");
        return;
    }
    void *first = json_object_iter(root);
    if (!first || strcmp(json_object_iter_key(first), "format_version") != 0 ||
        json_integer_value(json_object_iter_value(first)) != c->page.version) {
        complain(c, "not the first member, or another version", section, "format_version");
    }
    visit_object(c, root, section, "");
    json_decref(root);
}

/* Reads a cell. Returns what ended it: ',', '\n' or EOF. Cells end as RFC 4180 says. */
static int read_cell(FILE *stream, char cell[static CELL_SIZE], bool *ends_well)
{
    size_t size = 0;
    int c = getc(stream);
    const bool is_quoted = c == '"';
    bool is_inside = is_quoted;
    c = is_quoted ? getc(stream) : c;
    for (; c != EOF && (is_inside || (c != ',' && c != '\n')); c = getc(stream)) {
        if (is_inside && c == '"') {
            c = getc(stream);
            if (c != '"') {
                is_inside = false;
                ungetc(c, stream);
                continue;
            }
        }
        if (size + 1 < CELL_SIZE) {
            cell[size++] = (char)c;
        }
    }
    *ends_well = true;
    if (c == '\n') {
        *ends_well = size > 0 && cell[size - 1] == '\r';
        size -= *ends_well ? 1 : 0;
    }
    cell[size] = '\0';
    return c;
}

static bool is_number(const char *cell, contract_type type)
{
    char *end;
    errno = 0;
    if (type == CONTRACT_INTEGER) {
        (void)strtoll(cell, &end, 10);
    } else {
        (void)strtod(cell, &end);
    }
    return *cell && !*end && errno == 0 && !strpbrk(cell, "xXnN ");
}

static void check_cell(comparison *c, contract_row *row, const char *cell)
{
    if (!*cell) {
        row->null_is_seen = true;
        if (!row->can_be_null) {
            complain(c, "is empty", row->section, row->path);
        }
        return;
    }
    row->is_seen = true;
    bool fits = true;
    if (row->type == CONTRACT_BOOLEAN) {
        fits = strcmp(cell, "true") == 0 || strcmp(cell, "false") == 0;
    } else if (row->type != CONTRACT_TEXT) {
        fits = is_number(cell, row->type);
    }
    if (!fits) {
        complain(c, "has another type", row->section, row->path);
    }
}

/* the unit is in the name, or the table has a column `unit` */
static void check_column(comparison *c, const contract_row *row)
{
    if (row->type != CONTRACT_NUMBER && row->type != CONTRACT_INTEGER) {
        return;
    }
    if (strcmp(row->unit, "`unit`") == 0) {
        if (!contract_row_find(&c->page, row->section, "unit")) {
            complain(c, "no column `unit` beside it", row->section, row->path);
        }
        return;
    }
    if (strcmp(row->unit, "`target.unit`") == 0) {
        if (!contract_row_find(&c->page, "results.db: target", "unit")) {
            complain(c, "no column `unit` in the table target", row->section, row->path);
        }
        return;
    }
    enter(c, row->path, NULL);
    if (!unit_is_told(c, row)) {
        complain(c, "does not tell its unit", row->section, row->path);
    }
    c->depth--;
}

static size_t count_rows(const comparison *c, const char *section)
{
    size_t count = 0;
    for (size_t i = 0; i < c->page.row_count; i++) {
        count += strcmp(c->page.rows[i].section, section) == 0;
    }
    return count;
}

static void check_csv(comparison *c, const char *section)
{
    FILE *stream = fopen(c->file, "r");
    if (!stream) {
        complain(c, "no such file", section, c->file);
        return;
    }
    contract_row *columns[COLUMN_LIMIT] = {0};
    size_t count = 0, at = 0;
    char cell[CELL_SIZE];
    bool is_head = true, ends_well;
    for (int end = 0; end != EOF;) {
        end = read_cell(stream, cell, &ends_well);
        if (end == EOF && at == 0 && !*cell) {
            break;
        }
        if (!ends_well && strcmp(section, "flows.csv") != 0) {
            complain(c, "a row does not end in CR LF", section, cell);
        }
        if (is_head && at < COLUMN_LIMIT) {
            columns[at] = contract_row_find(&c->page, section, cell);
            if (columns[at]) {
                check_column(c, columns[at]);
            } else {
                complain(c, "is not described", section, cell);
            }
            count = at + 1;
        } else if (!is_head && at < count && columns[at]) {
            check_cell(c, columns[at], cell);
        }
        at++;
        if (end != ',') {
            if (at != count) {
                complain(c, "a row with another number of cells", section, cell);
            }
            is_head = false;
            at = 0;
        }
    }
    fclose(stream);
    if (count_rows(c, section) != count) {
        complain(c, "the page has more columns", section, "the header");
    }
}

static long long ask(sqlite3 *db, const char *format, const char *column, const char *table)
{
    sqlite3_stmt *statement = NULL;
    char *sql = sqlite3_mprintf(format, column, table);
    long long answer = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        answer = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    sqlite3_free(sql);
    return answer;
}

static void check_db_column(comparison *c, sqlite3 *db, const char *table, contract_row *row,
                            const char *type)
{
    static const char *const TYPES[CONTRACT_TYPE_COUNT] = {"TEXT", "REAL", "INTEGER", "INTEGER",
                                                           "no"};
    if (strcmp(type, TYPES[row->type]) != 0 ||
        (row->type == CONTRACT_BOOLEAN &&
         ask(db, "SELECT count(*) FROM \"%w\" WHERE \"%w\" NOT IN (0, 1)", table, row->path) !=
             0)) {
        complain(c, "has another type", row->section, row->path);
    }
    check_column(c, row);
    if (ask(db, "SELECT count(\"%w\") FROM \"%w\"", row->path, table) > 0) {
        row->is_seen = true;
    }
    if (ask(db, "SELECT count(*) - count(\"%w\") FROM \"%w\"", row->path, table) > 0) {
        row->null_is_seen = true;
        if (!row->can_be_null) {
            complain(c, "is null", row->section, row->path);
        }
    }
}

static void check_db(comparison *c, const char *section)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *columns = NULL;
    char whole[64] = "";
    size_t count = 0;
    if (sqlite3_open_v2(c->file, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "SELECT t.name, c.name, c.type FROM sqlite_master t, "
                           "pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name",
                           -1, &columns, NULL) != SQLITE_OK) {
        complain(c, sqlite3_errmsg(db), section, "the database");
    }
    while (columns && sqlite3_step(columns) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(columns, 0);
        const char *name = (const char *)sqlite3_column_text(columns, 1);
        snprintf(whole, sizeof(whole), "%s: %s", section, table);
        contract_row *row = contract_row_find(&c->page, whole, name);
        if (row) {
            check_db_column(c, db, table, row, (const char *)sqlite3_column_text(columns, 2));
        } else {
            complain(c, "is not described", whole, name);
        }
        count++;
    }
    (void)sqlite3_finalize(columns);
    (void)sqlite3_close(db);
    if (count == 0) {
        complain(c, "no tables", section, "the database");
    }
}

static void check_line(comparison *c, char *line)
{
    char *section = strchr(line, ' ');
    char *file = section ? strchr(section, '|') : NULL;
    if (!file) {
        complain(c, "no line of a list", line, "");
        return;
    }
    *section++ = '\0';
    *file++ = '\0';
    c->file = file;
    if (strcmp(line, "json") == 0) {
        check_json(c, section);
    } else if (strcmp(line, "db") == 0) {
        check_db(c, section);
    } else {
        check_csv(c, section);
    }
}

/* what the page says and no output has */
static void check_rest(comparison *c)
{
    c->file = "docs/output.md";
    for (size_t i = 0; i < c->page.row_count; i++) {
        const contract_row *row = &c->page.rows[i];
        if (row->is_seen == row->is_always_null) {
            complain(c, row->is_seen ? "is not always null" : "is in no output", row->section,
                     row->path);
        }
        if (row->can_be_null && !row->null_is_seen) {
            complain(c, "is never null", row->section, row->path);
        }
        if (row->can_be_missing && !row->lack_is_seen) {
            complain(c, "is never left out", row->section, row->path);
        }
    }
    for (size_t i = 0; i < c->page.unit_count; i++) {
        if (!c->page.units[i].is_seen) {
            complain(c, "is in no output", "units", c->page.units[i].suffix);
        }
    }
}

int main(int argc, char **argv)
{
    static comparison c;
    FILE *list = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (!list || !contract_page_read(argv[1], &c.page)) {
        puts("usage: contract PAGE LIST");
        return 1;
    }
    char line[1024];
    while (fgets(line, sizeof(line), list)) {
        line[strcspn(line, "\n")] = '\0';
        check_line(&c, line);
    }
    fclose(list);
    check_rest(&c);
    return c.mistakes + c.page.mistakes == 0 ? 0 : 1;
}
