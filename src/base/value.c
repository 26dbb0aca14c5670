#include <fabricast/value.h>

#include <stddef.h>

#define FAB_CONFIDENCE_TEXT(id, text) [id] = text,
static const char *const TEXT[] = {FAB_CONFIDENCE_LIST(FAB_CONFIDENCE_TEXT)};

const char *fab_confidence_text(fab_confidence confidence)
{
    const size_t index = (size_t)confidence;
    return index < (size_t)FAB_CONFIDENCE_TOTAL ? TEXT[index] : "unknown confidence";
}
