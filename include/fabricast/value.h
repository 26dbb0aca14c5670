#ifndef FAB_VALUE_H
#define FAB_VALUE_H

#include <stdbool.h>

#include <fabricast/base.h>

FAB_BEGIN_DECLS

/* How far a number can be trusted, from best to least. */
#define FAB_CONFIDENCE_LIST(X)                                                                     \
    X(FAB_CONFIDENCE_DATASHEET, "datasheet")                                                       \
    X(FAB_CONFIDENCE_PAPER, "paper")                                                               \
    X(FAB_CONFIDENCE_VENDOR_CLAIM, "vendor claim")                                                 \
    X(FAB_CONFIDENCE_SECONDARY, "secondary")                                                       \
    X(FAB_CONFIDENCE_ESTIMATE, "estimate")                                                         \
    X(FAB_CONFIDENCE_ASSUMPTION, "assumption")

#define FAB_CONFIDENCE_ENUM(id, text) id,
typedef enum fab_confidence {
    FAB_CONFIDENCE_LIST(FAB_CONFIDENCE_ENUM) FAB_CONFIDENCE_TOTAL
} fab_confidence;
#undef FAB_CONFIDENCE_ENUM

/* Returns the static name of a confidence; never NULL. */
FAB_API const char *fab_confidence_text(fab_confidence confidence);

/* A number with its provenance. All three numbers are in the SI unit of the member that holds them
 * (the member's name ends in that unit, so these need none); low == high == value when no range is
 * known. When `is_known` is false the number is not published and must not be used. */
typedef struct fab_value {
    double value;
    double low;
    double high;
    bool is_known;
    bool has_range;
    fab_confidence confidence;
    bool has_confidence;
    const char *source; /* NULL: the source of the row it stands in */
} fab_value;

FAB_END_DECLS

#endif
