#ifndef FAB_DIAGNOSTIC_H
#define FAB_DIAGNOSTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>

FAB_BEGIN_DECLS

/* A text that diagnostics point into. `text` need not end with NUL. */
typedef struct fab_source {
    const char *name; /* file name as the user gave it, or a name such as "<catalog>" */
    const char *text;
    size_t length_byte;
} fab_source;

/* A place in a source. Lines and columns count from 1; a column counts UTF-8 characters. A zero
 * line means the whole file; a NULL source means no file (for example a command-line option). */
typedef struct fab_position {
    const fab_source *source;
    int line;
    int column;
    int width; /* characters to underline, at least 1 */
} fab_position;

/* INFEASIBLE: nothing is written wrongly, but what is asked for cannot be answered as it stands: a
 * number that is needed is not published, or a technology is no link. */
typedef enum fab_severity {
    FAB_SEVERITY_ERROR,
    FAB_SEVERITY_WARNING,
    FAB_SEVERITY_INFEASIBLE
} fab_severity;

typedef struct fab_diagnostic {
    fab_severity severity;
    fab_position position;
    const char *message; /* what is wrong, with the offending text */
    const char *hint;    /* what was expected or the nearest valid name; may be NULL */
} fab_diagnostic;

/* A growing list of diagnostics; messages live in the arena. At most `FAB_DIAGNOSTIC_LIMIT` are
 * kept, the rest are counted. */
#define FAB_DIAGNOSTIC_LIMIT 100

typedef struct fab_diagnostics {
    fab_arena *arena;
    fab_diagnostic *items;
    size_t count;
    size_t capacity;
    size_t errors;     /* all errors seen, infeasible ones too, also those beyond the limit */
    size_t infeasible; /* those of the errors that are no mistakes of the file */
    size_t warnings;   /* all warnings seen */
} fab_diagnostics;

/* Returns an empty list whose memory comes from `arena`. */
FAB_API fab_diagnostics fab_diagnostics_make(fab_arena *arena);

/* Adds one diagnostic. `hint` may be NULL; it is copied. When the arena is full the error is still
 * counted. */
FAB_API void fab_diagnose(fab_diagnostics *list, fab_severity severity, fab_position position,
                          const char *hint, const char *format, ...) FAB_PRINTF(5, 6);

/* Writes every diagnostic as `file:line:column: error: message`, the source line, a caret line and
 * the hint. Control characters of the source are shown escaped, so a hostile file cannot drive the
 * terminal. Returns false when the stream failed. */
FAB_API bool fab_diagnostics_write(const fab_diagnostics *list, FILE *stream);

/* Returns the name nearest to `word` by edit distance (Damerau-Levenshtein, adjacent swaps count
 * one), or NULL when none is within a third of its length. Ties go to the first. Cost
 * O(count * length^2); words longer than 64 characters give NULL. */
FAB_API const char *fab_nearest_name(const char *word, const char *const *names, size_t count);

FAB_END_DECLS

#endif
