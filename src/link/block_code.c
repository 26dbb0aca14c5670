#include <fabricast/channel.h>

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>

#include "link/derive.h"

/* more bits than any block code has */
#define BLOCK_LIMIT 100000

/* reads "128b/130b" at `text`; false when something else stands there */
static bool read_code(const char *text, double *share_out)
{
    char *end;
    const long data = strtol(text, &end, 10);
    if (end[0] != 'b' || end[1] != '/' || !isdigit((unsigned char)end[2])) {
        return false;
    }
    const long line = strtol(end + 2, &end, 10);
    if (end[0] != 'b' || data < 1 || line < data || line > BLOCK_LIMIT) {
        return false;
    }
    *share_out = (double)data / (double)line;
    return true;
}

fab_value fab_link_block_code_frac(const fab_technology *technology)
{
    assert(technology);
    const char *text = technology->overhead;
    bool is_inside = false; /* of a number */
    for (; text && *text; text++) {
        const bool is_digit = isdigit((unsigned char)*text) != 0;
        double share;
        if (is_digit && !is_inside && read_code(text, &share)) {
            return fab_of_row(technology, fab_known(share));
        }
        is_inside = is_digit;
    }
    return (fab_value){.is_known = false};
}
