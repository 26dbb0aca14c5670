#include "contract_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 4, CELL_SIZE = 512, LINE_SIZE = 2048 };

/* where the reader is */
typedef struct reader {
    contract_page *page;
    char section[64];
    enum { OUTSIDE, MEMBERS, UNITS, OTHER } table;
    int line;
} reader;

static void complain(reader *r, const char *what, const char *text)
{
    printf("docs/output.md:%d: %s: %s\n", r->line, what, text);
    r->page->mistakes++;
}

static void take(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

/* splits `| a | b |`; true when it is a row of a table */
static bool split(char *line, char cells[CELLS][CELL_SIZE])
{
    if (line[0] != '|') {
        return false;
    }
    memset(cells, 0, CELLS * sizeof(cells[0]));
    const char *from = line + 1;
    for (int i = 0; i < CELLS && *from; i++) {
        const size_t length = strcspn(from, "|");
        const char *begin = from + strspn(from, " ");
        const char *end = from + length;
        while (end > begin && strchr(" \n", end[-1])) {
            end--;
        }
        const size_t size = begin < end ? (size_t)(end - begin) : 0;
        snprintf(cells[i], CELL_SIZE, "%.*s", (int)size, begin);
        from += length + (from[length] == '|');
    }
    return true;
}

/* cuts `ending` off; whether it was there */
static bool cut(char *text, const char *ending)
{
    const size_t length = strlen(text), size = strlen(ending);
    if (length < size || strcmp(text + length - size, ending) != 0) {
        return false;
    }
    text[length - size] = '\0';
    return true;
}

static void read_type(reader *r, char *cell, contract_row *row)
{
    static const char *const WORDS[CONTRACT_TYPE_COUNT] = {"text", "number", "integer", "boolean",
                                                           "object"};
    row->can_be_missing = cut(cell, " or left out");
    row->is_always_null = cut(cell, " always null") || cut(cell, " always empty");
    row->can_be_null = row->is_always_null || cut(cell, " or null") || cut(cell, " or empty");
    if (cell[0] == '[') {
        row->type = CONTRACT_OBJECT;
        snprintf(row->part, sizeof(row->part), "%.*s", (int)strcspn(cell + 1, "]"), cell + 1);
        return;
    }
    for (int i = 0; i < CONTRACT_TYPE_COUNT; i++) {
        if (strcmp(cell, WORDS[i]) == 0) {
            row->type = (contract_type)i;
            return;
        }
    }
    complain(r, "unknown type", cell);
}

static void add_row(reader *r, const contract_row *like, const char *path)
{
    contract_page *page = r->page;
    if (page->row_count == CONTRACT_ROW_LIMIT) {
        complain(r, "too many rows", path);
        return;
    }
    if (contract_row_find(page, r->section, path)) {
        complain(r, "stands twice", path);
        return;
    }
    contract_row *row = &page->rows[page->row_count++];
    *row = *like;
    take(row->path, sizeof(row->path), path);
}

/* `a.{b,c}` is `a.b` and `a.c` */
static void expand(reader *r, const contract_row *like, const char *path)
{
    const char *open = strchr(path, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    if (!close) {
        add_row(r, like, path);
        return;
    }
    for (const char *word = open + 1; word < close;) {
        const size_t length = strcspn(word, ",}");
        char whole[256];
        snprintf(whole, sizeof(whole), "%.*s%.*s%s", (int)(open - path), path, (int)length, word,
                 close + 1);
        expand(r, like, whole);
        word += length + 1;
    }
}

static void read_member(reader *r, char cells[CELLS][CELL_SIZE])
{
    contract_row row = {.line = r->line};
    take(row.section, sizeof(row.section), r->section);
    take(row.unit, sizeof(row.unit), cells[2]);
    read_type(r, cells[1], &row);
    const bool is_measure = row.type == CONTRACT_NUMBER || row.type == CONTRACT_INTEGER;
    if (is_measure != (row.unit[0] != '\0')) {
        complain(r, "a number has a unit, nothing else has one", cells[0]);
    }
    if (!cells[3][0] && !row.part[0]) {
        complain(r, "without a meaning", cells[0]);
    }
    const size_t length = strlen(cells[0]);
    if (length < 3 || cells[0][0] != '`' || cells[0][length - 1] != '`') {
        complain(r, "not a `name`", cells[0]);
        return;
    }
    cells[0][length - 1] = '\0';
    expand(r, &row, cells[0] + 1);
}

static void read_unit(reader *r, char cells[CELLS][CELL_SIZE])
{
    contract_page *page = r->page;
    const size_t length = strlen(cells[0]);
    if (length < 4 || page->unit_count == CONTRACT_UNIT_LIMIT) {
        complain(r, "not a `suffix`, or too many", cells[0]);
        return;
    }
    contract_unit *unit = &page->units[page->unit_count++];
    snprintf(unit->suffix, sizeof(unit->suffix), "%.*s", (int)length - 2, cells[0] + 1);
    take(unit->unit, sizeof(unit->unit), cells[1]);
}

static void read_line(reader *r, char *line)
{
    char cells[CELLS][CELL_SIZE];
    if (line[0] == '#') {
        const char *words = line + strspn(line, "# ");
        snprintf(r->section, sizeof(r->section), "%.*s", (int)strcspn(words, "\n"), words);
        cut(r->section, "`");
        memmove(r->section, r->section + (r->section[0] == '`'), strlen(r->section));
    }
    static const char VERSION[] = "`format_version` is ";
    const char *version = strstr(line, VERSION);
    if (version && r->page->version == 0) {
        r->page->version = atoi(version + sizeof(VERSION) - 1);
    }
    if (!split(line, cells)) {
        r->table = OUTSIDE;
    } else if (r->table == OUTSIDE) {
        const bool is_members = strcmp(cells[0], "member") == 0 || strcmp(cells[0], "column") == 0;
        r->table = is_members ? MEMBERS : strcmp(cells[0], "suffix") == 0 ? UNITS : OTHER;
    } else if (strncmp(cells[0], "---", 3) == 0) {
        return;
    } else if (r->table == MEMBERS) {
        read_member(r, cells);
    } else if (r->table == UNITS) {
        read_unit(r, cells);
    }
}

bool contract_page_read(const char *path, contract_page *page)
{
    memset(page, 0, sizeof(*page));
    FILE *stream = fopen(path, "r");
    if (!stream) {
        return false;
    }
    reader r = {.page = page};
    char line[LINE_SIZE];
    while (fgets(line, sizeof(line), stream)) {
        r.line++;
        read_line(&r, line);
    }
    fclose(stream);
    return true;
}

contract_unit *contract_unit_of(contract_page *page, const char *name)
{
    contract_unit *longest = NULL;
    char whole[128];
    const int printed = snprintf(whole, sizeof(whole), "_%s", name);
    const size_t length = printed < (int)sizeof(whole) ? (size_t)printed : sizeof(whole) - 1;
    for (size_t i = 0; i < page->unit_count; i++) {
        contract_unit *unit = &page->units[i];
        const size_t size = strlen(unit->suffix);
        if (length >= size && strcmp(whole + length - size, unit->suffix) == 0 &&
            (!longest || size > strlen(longest->suffix))) {
            longest = unit;
        }
    }
    return longest;
}

contract_row *contract_row_find(contract_page *page, const char *section, const char *path)
{
    for (size_t i = 0; i < page->row_count; i++) {
        contract_row *row = &page->rows[i];
        if (strcmp(row->section, section) == 0 && strcmp(row->path, path) == 0) {
            return row;
        }
    }
    return NULL;
}
