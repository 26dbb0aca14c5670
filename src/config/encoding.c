#include "config/document.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

/* A walk over a text that knows its line and column; lines end at LF, CR LF or CR. */
typedef struct place {
    size_t at;
    int line;
    int column;
} place;

/* Goes over a character of `step` bytes. */
static void advance(place *p, const fab_source *source, size_t step)
{
    const char c = source->text[p->at];
    const bool is_pair = c == '\r' && p->at + 1 < source->length_byte && //
                         source->text[p->at + 1] == '\n';
    p->at += step;
    if (c == '\n' || (c == '\r' && !is_pair)) {
        p->line++;
        p->column = 1;
    } else {
        p->column++;
    }
}

static bool is_allowed(uint32_t code)
{
    if (code < 0x20) {
        return code == '\t' || code == '\n' || code == '\r';
    }
    /* these end a line for some programs and not for others, so that positions would differ */
    if (code == 0x85 || code == 0x2028 || code == 0x2029) {
        return false;
    }
    return !(code >= 0x7f && code < 0xa0) && code != 0xfeff && code != 0xfffe && code != 0xffff;
}

static void diagnose_byte(const fab_source *source, const place *p, fab_diagnostics *diagnostics)
{
    const fab_position position = {source, p->line, p->column, 1};
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, position,
                 "save the file as UTF-8 text; a binary or compressed file cannot be read",
                 "not UTF-8 text: invalid byte 0x%02x at offset %zu",
                 (unsigned char)source->text[p->at], p->at);
}

static void diagnose_character(const fab_source *source, const place *p, uint32_t code,
                               fab_diagnostics *diagnostics)
{
    const fab_position position = {source, p->line, p->column, 1};
    const char *hint = code == 0 ? "a NUL character shows that this is no text file" : NULL;
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, position, hint,
                 "control character U+%04" PRIX32 " is not allowed", code);
}

bool fab_text_check(const fab_source *source, fab_diagnostics *diagnostics)
{
    place p = {.at = 0, .line = 1, .column = 1};
    while (p.at < source->length_byte) {
        uint32_t code = 0;
        const size_t step = fab_utf8_decode(source->text + p.at, source->length_byte - p.at, &code);
        if (step == 0) {
            diagnose_byte(source, &p, diagnostics);
            return false;
        }
        if (!is_allowed(code)) {
            diagnose_character(source, &p, code, diagnostics);
            return false;
        }
        advance(&p, source, step);
    }
    return true;
}
