#include <fabricast/flow.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/source.h"
#include "flow/names.h"

/* Flows from a CSV file: comments, a header, and one row per flow. Two passes over the text: the
 * first counts what the columns must hold, the second fills them. */

#define LEAST 1e-60
#define MOST  1e60

enum { FIELDS = 4, SHOWN = 40 };

/* A part of the text. */
typedef struct span {
    const char *at;
    const char *end;
} span;

typedef struct reader {
    fab_arena *arena;
    fab_diagnostics *diagnostics;
    fab_source *source;
    const char *line; /* where the present line begins */
    int number;
    int field_count; /* of a row; 3 when there are no references; 0 before the header */
    fab_names flows;
    fab_names links;
    uint64_t *flow_id;
    double *size_byte;
    double *reference_s;
    uint32_t *begin;
    uint32_t *link;
    uint32_t flow_count;
    uint32_t entry_count;
} reader;

static int characters(const char *at, const char *end)
{
    int count = 0;
    for (; at < end; at++) {
        count += ((unsigned char)*at & 0xc0) != 0x80;
    }
    return count;
}

/* Reports a part of the present line; `wanted` becomes the hint. */
static void complain(reader *r, span part, const char *problem, const char *wanted)
{
    const int width = characters(part.at, part.end);
    const ptrdiff_t length = part.end - part.at;
    const fab_position position = {
        .source = r->source,
        .line = r->number,
        .column = characters(r->line, part.at) + 1,
        .width = width > 0 ? width : 1,
    };
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, wanted, "`%.*s%s` %s",
                 length < SHOWN ? (int)length : SHOWN, part.at, length < SHOWN ? "" : "...",
                 problem);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static span trim(span part)
{
    while (part.at < part.end && is_blank(*part.at)) {
        part.at++;
    }
    while (part.at < part.end && is_blank(part.end[-1])) {
        part.end--;
    }
    return part;
}

static bool read_id(span part, uint64_t *id_out)
{
    uint64_t id = 0;
    for (const char *at = part.at; at < part.end; at++) {
        const uint64_t digit = (uint64_t)(unsigned char)*at - '0';
        if (digit > 9 || id > (UINT64_MAX - digit) / 10) {
            return false;
        }
        id = 10 * id + digit;
    }
    *id_out = id;
    return part.at < part.end;
}

/* A decimal number of at least 0; the text behind `part` ends with a comma, a line end or NUL. */
static bool read_amount(span part, double *value_out)
{
    for (const char *at = part.at; at < part.end; at++) {
        if (!strchr("0123456789.eE+-", *at) || *at == '\0') {
            return false;
        }
    }
    char *end = NULL;
    *value_out = part.at < part.end ? strtod(part.at, &end) : -1.0;
    return end == part.end && (*value_out == 0.0 || (*value_out >= LEAST && *value_out <= MOST));
}

static bool is_text(span part, const char *text)
{
    const size_t length = strlen(text);
    return (size_t)(part.end - part.at) == length && memcmp(part.at, text, length) == 0;
}

static fab_status read_header(reader *r, span line)
{
    r->field_count = is_text(line, "flow,size_B,links") ? FIELDS - 1 : FIELDS;
    if (r->field_count == FIELDS && !is_text(line, "flow,size_B,finish_s,links")) {
        complain(r, line, "is not the header",
                 "the first line without # is `flow,size_B,finish_s,links` or `flow,size_B,links`");
        return FAB_E_INPUT;
    }
    return FAB_OK;
}

static fab_status read_flow_id(reader *r, span part)
{
    uint64_t id = 0;
    uint32_t number = 0;
    if (!read_id(part, &id)) {
        complain(r, part, "is no number of a flow", "a whole number from 0 to 2^64 - 1");
        return FAB_OK;
    }
    const uint32_t before = r->flows.count;
    FAB_TRY(fab_names_find(&r->flows, id, &number));
    if (r->flows.count == before) {
        complain(r, part, "comes twice", "each flow has one row");
    }
    r->flow_id[r->flow_count] = id;
    return FAB_OK;
}

static fab_status read_links(reader *r, span part)
{
    while (part.at < part.end) {
        span word = {part.at, part.at};
        uint64_t id = 0;
        while (word.end < part.end && !is_blank(*word.end)) {
            word.end++;
        }
        if (read_id(word, &id)) {
            FAB_TRY(fab_names_find(&r->links, id, &r->link[r->entry_count]));
            r->entry_count++;
        } else {
            complain(r, word, "is no number of a link",
                     "whole numbers from 0 to 2^64 - 1 with blanks between them");
        }
        part = trim((span){word.end, part.end});
    }
    return FAB_OK;
}

/* Splits a row at its commas; false when there are too few or too many. */
static bool split(reader *r, span line, span *fields)
{
    int count = 0;
    span field = {line.at, line.at};
    for (; field.end <= line.end; field.end++) {
        if (field.end < line.end && *field.end != ',') {
            continue;
        }
        if (count < FIELDS) {
            fields[count] = trim(field);
        }
        count++;
        field.at = field.end + 1;
    }
    if (count != r->field_count) {
        complain(r, line, count < r->field_count ? "has too few fields" : "has too many fields",
                 r->field_count == FIELDS ? "flow,size_B,finish_s,links" : "flow,size_B,links");
    }
    return count == r->field_count;
}

static fab_status read_row(reader *r, span line)
{
    span field[FIELDS];
    if (!split(r, line, field)) {
        return FAB_OK;
    }
    const bool has_reference = r->field_count == FIELDS;
    const span reference = has_reference ? field[2] : (span){line.at, line.at};
    FAB_TRY(read_flow_id(r, field[0]));
    if (!read_amount(field[1], &r->size_byte[r->flow_count])) {
        complain(r, field[1], "is no size", "a number of bytes: 0, or from 1e-60 to 1e60");
    }
    r->reference_s[r->flow_count] = -1.0;
    if (reference.at < reference.end && !read_amount(reference, &r->reference_s[r->flow_count])) {
        complain(r, reference, "is no time", "seconds: empty, 0, or from 1e-60 to 1e60");
    }
    FAB_TRY(read_links(r, field[r->field_count - 1]));
    r->flow_count++;
    r->begin[r->flow_count] = r->entry_count;
    return FAB_OK;
}

static fab_status read_lines(reader *r)
{
    const char *const end = r->source->text + r->source->length_byte;
    for (const char *at = r->source->text; at < end; r->number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *next = stop ? stop + 1 : end;
        stop = stop ? stop : end;
        stop -= stop > at && stop[-1] == '\r';
        const span line = trim((span){at, stop});
        r->line = at;
        if (line.at < line.end && *line.at != '#') {
            FAB_TRY(r->field_count > 0 ? read_row(r, line) : read_header(r, line));
        }
        at = next;
    }
    return FAB_OK;
}

/* Makes columns that hold every row and every link the text can have. */
static fab_status make_columns(reader *r)
{
    uint64_t rows = 1, words = 0;
    for (size_t i = 0; i < r->source->length_byte; i++) {
        rows += r->source->text[i] == '\n';
        words += is_blank(r->source->text[i]);
    }
    if (rows + words >= UINT32_MAX) {
        return fab_source_error(r->source, "the file has more flows or links than can be counted",
                                r->diagnostics);
    }
    r->flow_id = FAB_NEW(r->arena, uint64_t, rows);
    r->size_byte = FAB_NEW(r->arena, double, rows);
    r->reference_s = FAB_NEW(r->arena, double, rows);
    r->begin = FAB_NEW(r->arena, uint32_t, rows + 1);
    r->link = FAB_NEW(r->arena, uint32_t, rows + words);
    if (!r->flow_id || !r->size_byte || !r->reference_s || !r->begin || !r->link) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_names_make(r->arena, &r->flows));
    return fab_names_make(r->arena, &r->links);
}

static fab_status parse(reader *r, fab_flow_file *file)
{
    const size_t errors = r->diagnostics->errors;
    FAB_TRY(make_columns(r));
    FAB_TRY(read_lines(r));
    if (r->diagnostics->errors > errors) {
        return FAB_E_INPUT;
    }
    if (r->flow_count == 0) {
        return fab_source_error(r->source,
                                r->field_count > 0 ? "the file has no flows" : "the file is empty",
                                r->diagnostics);
    }
    *file = (fab_flow_file){
        .set = {.flow_count = r->flow_count,
                .size_byte = r->size_byte,
                .route_begin = r->begin,
                .route_link = r->link},
        .flow_id = r->flow_id,
        .reference_s = r->reference_s,
        .link_count = r->links.count,
    };
    return FAB_OK;
}

fab_status fab_flow_file_parse(const char *name, const char *text, size_t length_byte,
                               fab_arena *arena, fab_diagnostics *diagnostics,
                               fab_flow_file *file_out)
{
    assert(name && text && arena && diagnostics && file_out);
    reader r = {.arena = arena, .diagnostics = diagnostics, .number = 1};
    FAB_TRY(fab_source_copy(name, text, length_byte, FAB_FLOW_FILE_LIMIT_BYTE, arena, diagnostics,
                            &r.source));
    return parse(&r, file_out);
}

fab_status fab_flow_file_load(const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                              fab_flow_file *file_out)
{
    assert(path && arena && diagnostics && file_out);
    reader r = {.arena = arena, .diagnostics = diagnostics, .number = 1};
    FAB_TRY(fab_source_load(path, FAB_FLOW_FILE_LIMIT_BYTE, arena, diagnostics, &r.source));
    return parse(&r, file_out);
}
