#include <fabricast/diagnostic.h>

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vprintf.h"

/* A shown source line is cut to this many characters around the place that it is about. */
#define SHOWN_BEFORE 60
#define SHOWN_TOTAL  100

static const char *const SEVERITY[] = {"error", "warning", "infeasible"};

fab_diagnostics fab_diagnostics_make(fab_arena *arena)
{
    return (fab_diagnostics){.arena = arena};
}

/* Makes room for one more; false when the list or the arena is full. */
static bool grow(fab_diagnostics *list)
{
    if (list->count < list->capacity) {
        return true;
    }
    if (list->count >= FAB_DIAGNOSTIC_LIMIT) {
        return false;
    }
    size_t capacity = list->capacity ? 2 * list->capacity : 8;
    capacity = capacity < FAB_DIAGNOSTIC_LIMIT ? capacity : FAB_DIAGNOSTIC_LIMIT;
    fab_diagnostic *items = FAB_NEW(list->arena, fab_diagnostic, capacity);
    if (!items) {
        return false;
    }
    if (list->count > 0) {
        memcpy(items, list->items, list->count * sizeof(*items));
    }
    list->items = items;
    list->capacity = capacity;
    return true;
}

void fab_diagnose(fab_diagnostics *list, fab_severity severity, fab_position position,
                  const char *hint, const char *format, ...)
{
    assert(list && format);

    if (severity != FAB_SEVERITY_WARNING) {
        list->errors++;
        list->infeasible += severity == FAB_SEVERITY_INFEASIBLE;
    } else {
        list->warnings++;
    }
    if (!grow(list)) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const char *message = fab_arena_vprintf(list->arena, format, arguments);
    va_end(arguments);
    if (!message) {
        return;
    }
    list->items[list->count++] = (fab_diagnostic){
        .severity = severity,
        .position = position,
        .message = message,
        .hint = hint ? fab_arena_copy(list->arena, hint, strlen(hint)) : NULL,
    };
}

/* One character of a text that may hold anything: its bytes and what is shown for it. */
typedef struct glyph {
    size_t byte;
    char shown[16];
    size_t columns;
} glyph;

static glyph read_glyph(const char *text, size_t length)
{
    glyph g = {.columns = 1};
    uint32_t code = 0;
    g.byte = fab_utf8_decode(text, length, &code);
    if (g.byte == 0) {
        g.byte = 1;
        g.columns = (size_t)snprintf(g.shown, sizeof(g.shown), "\\x%02x", (unsigned char)*text);
    } else if (code == '\t') {
        g.shown[0] = ' ';
    } else if (fab_utf8_is_control(code)) {
        g.columns = (size_t)snprintf(g.shown, sizeof(g.shown), "\\u{%" PRIx32 "}", code);
    } else {
        memcpy(g.shown, text, g.byte);
    }
    return g;
}

static void write_escaped(const char *text, FILE *stream)
{
    const size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        const glyph g = read_glyph(text + at, length - at);
        fputs(g.shown, stream);
        at += g.byte;
    }
}

/* A line ends at LF, CR LF or CR, as in YAML. Returns the length of the line at `text`. */
static size_t line_length(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && text[at] != '\n' && text[at] != '\r') {
        at++;
    }
    return at;
}

/* Finds line number `line`; false when the source is shorter. */
static bool find_line(const fab_source *source, int line, const char **start, size_t *length)
{
    const char *at = source->text;
    size_t left = source->length_byte;
    for (int number = 1; at; number++) {
        *start = at;
        *length = line_length(at, left);
        if (number == line) {
            return true;
        }
        if (*length == left) {
            return false;
        }
        const bool is_pair = left - *length >= 2 && at[*length] == '\r' && at[*length + 1] == '\n';
        const size_t step = *length + (is_pair ? 2 : 1);
        at += step;
        left -= step;
    }
    return false;
}

/* What part of a line is shown, in characters, and where its mark begins and ends in columns. */
typedef struct window {
    size_t first, last;
    size_t mark, mark_end;
} window;

static window place_window(const fab_position *position)
{
    const size_t column = position->column > 0 ? (size_t)position->column - 1 : 0;
    const size_t first = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
    return (window){.first = first, .last = first + SHOWN_TOTAL};
}

/* Writes the shown part of a line and works out the columns to underline. */
static void write_line(const char *text, size_t length, const fab_position *position, window *w,
                       FILE *stream)
{
    const size_t begin = position->column > 0 ? (size_t)position->column - 1 : 0;
    const size_t end = begin + (position->width > 0 ? (size_t)position->width : 1);
    size_t character = 0, columns = 0, at = 0;
    bool is_marked = false;

    if (w->first > 0) {
        fputs("...", stream);
        columns = 3;
    }
    for (; at < length && character < w->last; character++) {
        const glyph g = read_glyph(text + at, length - at);
        at += g.byte;
        if (character < w->first) {
            continue;
        }
        if (character == begin) {
            w->mark = columns;
            is_marked = true;
        }
        fputs(g.shown, stream);
        columns += g.columns;
        if (character < end) {
            w->mark_end = columns;
        }
    }
    if (at < length) {
        fputs("...", stream);
    }

    /* a place behind the end of the line still gets its caret */
    if (!is_marked) {
        w->mark = columns;
        w->mark_end = columns + 1;
    }
}

static void write_excerpt(const fab_position *position, FILE *stream)
{
    const char *text = NULL;
    size_t length = 0;
    if (position->line < 1 || !find_line(position->source, position->line, &text, &length)) {
        return;
    }
    window w = place_window(position);
    fprintf(stream, "%5d | ", position->line);
    write_line(text, length, position, &w, stream);
    fputs("\n      | ", stream);
    for (size_t i = 0; i < w.mark; i++) {
        fputc(' ', stream);
    }
    fputc('^', stream);
    for (size_t i = w.mark + 1; i < w.mark_end; i++) {
        fputc('~', stream);
    }
    fputc('\n', stream);
}

static void write_one(const fab_diagnostic *item, FILE *stream)
{
    const fab_position *position = &item->position;
    if (position->source) {
        write_escaped(position->source->name, stream);
        if (position->line > 0) {
            fprintf(stream, ":%d:%d", position->line, position->column);
        }
        fputs(": ", stream);
    }
    fprintf(stream, "%s: ", SEVERITY[item->severity]);
    write_escaped(item->message, stream);
    fputc('\n', stream);
    if (position->source) {
        write_excerpt(position, stream);
    }
    if (item->hint) {
        fputs("      = ", stream);
        write_escaped(item->hint, stream);
        fputc('\n', stream);
    }
}

bool fab_diagnostics_write(const fab_diagnostics *list, FILE *stream)
{
    for (size_t i = 0; i < list->count; i++) {
        write_one(&list->items[i], stream);
    }
    const size_t hidden = list->errors + list->warnings - list->count;
    if (hidden > 0) {
        fprintf(stream, "... and %zu more\n", hidden);
    }
    return ferror(stream) == 0;
}
