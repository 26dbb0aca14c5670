#ifndef FAB_REPORT_LINK_LINES_H
#define FAB_REPORT_LINK_LINES_H

#include <fabricast/anatomy.h>

#include "report/scratch.h"

/* A link taken apart as lines: one list for the terminal and for programs. */

#define FAB_LINK_SECTION_LIST(X)                                                                   \
    X(FAB_LINK_PARTS, "made of")                                                                   \
    X(FAB_LINK_CHANNEL, "electrical channel")                                                      \
    X(FAB_LINK_LIGHT, "light")                                                                     \
    X(FAB_LINK_ERRORS, "errors")                                                                   \
    X(FAB_LINK_ENERGY, "energy")                                                                   \
    X(FAB_LINK_TIME, "time")                                                                       \
    X(FAB_LINK_EDGE, "package edge")

#define FAB_LINK_SECTION_ENUM(id, text) id,
typedef enum fab_link_section {
    FAB_LINK_SECTION_LIST(FAB_LINK_SECTION_ENUM) FAB_LINK_SECTION_COUNT
} fab_link_section;
#undef FAB_LINK_SECTION_ENUM

const char *fab_link_section_text(fab_link_section section);

/* One line: words, or a number in `unit` (an SI unit, dB, dBm or none). */
typedef struct fab_link_line {
    fab_link_section section;
    const char *what;
    const char *words; /* NULL: a number */
    fab_value value;
    const char *unit;
    const char *how;
    bool is_made; /* of the lines above it: their sources are its own */
} fab_link_line;

#define FAB_LINK_LINES_LIMIT 80

/* Fills `lines` (of FAB_LINK_LINES_LIMIT) and returns how many there are. */
size_t fab_link_lines(fab_scratch *scratch, const fab_technology *technology,
                      const fab_budget *budget, fab_link_line *lines);

#endif
