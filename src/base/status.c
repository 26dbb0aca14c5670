#include <fabricast/status.h>

#include <stddef.h>

#define FAB_STATUS_TEXT(id, text) [id] = text,
static const char *const TEXT[] = {FAB_STATUS_LIST(FAB_STATUS_TEXT)};

const char *fab_status_text(fab_status s)
{
    const size_t index = (size_t)s;
    return index < (size_t)FAB_STATUS_COUNT ? TEXT[index] : "unknown status";
}
