#ifndef FAB_TABLE_MACROS_H
#define FAB_TABLE_MACROS_H

#include <stddef.h>

#include "config/field.h"

/* Short forms for the entries of the description tables. A table's file defines FAB_STRUCT, the
 * struct that the members belong to. */

#define FAB_ENTRY_TEXT(key, member, text)                                                          \
    {                                                                                              \
        .name = (key), .kind = FAB_FIELD_TEXT, .offset = offsetof(FAB_STRUCT, member),             \
        .help = (text)                                                                             \
    }

/* low <= x <= high, a whole number */
#define FAB_ENTRY_COUNT(key, member, required, low, high, text)                                    \
    {                                                                                              \
        .name = (key), .kind = FAB_FIELD_COUNT, .is_required = (required),                         \
        .offset = offsetof(FAB_STRUCT, member), .minimum = (low), .maximum = (high),               \
        .help = (text)                                                                             \
    }

/* low < x <= high, with provenance */
#define FAB_ENTRY_SOURCED(key, member, required, unit, low, high, text)                            \
    {                                                                                              \
        .name = (key), .kind = FAB_FIELD_SOURCED, .is_required = (required),                       \
        .offset = offsetof(FAB_STRUCT, member), .dimension = (unit), .minimum = (low),             \
        .maximum = (high), .is_above_minimum = true, .help = (text)                                \
    }

#define FAB_ENTRY_FLAG(key, member, text)                                                          \
    {                                                                                              \
        .name = (key), .kind = FAB_FIELD_FLAG, .offset = offsetof(FAB_STRUCT, member),             \
        .help = (text)                                                                             \
    }

#define FAB_ENTRY_CHOICE(key, member, words, text)                                                 \
    {                                                                                              \
        .name = (key), .kind = FAB_FIELD_CHOICE, .offset = offsetof(FAB_STRUCT, member),           \
        .choices = (words), .help = (text)                                                         \
    }

#define FAB_ENTRIES_NAME                                                                           \
    FAB_ENTRY_TEXT("name", name,                                                                   \
                   "key by which files call it; a built-in row has that of its map"),              \
        FAB_ENTRY_TEXT("title", title, "name for people")

#define FAB_ENTRIES_PROVENANCE                                                                     \
    FAB_ENTRY_TEXT("source", source,                                                               \
                   "where every value comes from that has no source of its own"),                  \
        FAB_ENTRY_CHOICE("confidence", confidence, FAB_CONFIDENCE_WORDS,                           \
                         "how far such values can be trusted"),                                    \
        FAB_ENTRY_TEXT("notes", notes, "what a reader should know")

#endif
