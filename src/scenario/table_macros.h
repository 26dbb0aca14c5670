#ifndef FAB_SCENARIO_TABLE_MACROS_H
#define FAB_SCENARIO_TABLE_MACROS_H

#include "scenario/read.h"

/* Fields of the scenario's tables. The help is the reference; the source says where a default comes
 * from. */

#define LARGE 1e18

/* of a rate or of time; less would leave nothing to forecast */
#define LEAST_SHARE 1e-6

#define COUNT(field, member, required, lowest, text)                                               \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_COUNT, .is_required = required, .offset = member,         \
        .minimum = lowest, .maximum = LARGE, .help = text                                          \
    }

#define CHOICE(field, member, words, text, from)                                                   \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_CHOICE, .offset = member, .choices = words, .help = text, \
        .source = from                                                                             \
    }

#define SHARE(field, member, text, from)                                                           \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_QUANTITY, .dimension = FAB_DIM_FRACTION,                  \
        .offset = member, .minimum = 0.0, .maximum = 1.0, .help = text, .source = from             \
    }

#define EFFICIENCY(field, member, text, from)                                                      \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_QUANTITY, .dimension = FAB_DIM_FRACTION,                  \
        .offset = member, .minimum = LEAST_SHARE, .maximum = 1.0, .help = text, .source = from     \
    }

#define FLAG(field, member, text)                                                                  \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_FLAG, .offset = member, .help = text                      \
    }

#define RECORD(field, member, described, required, text)                                           \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_RECORD, .offset = member, .table = &(described),          \
        .is_required = required, .help = text                                                      \
    }

#endif
