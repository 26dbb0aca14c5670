#include "base/cut.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#define SHOWN_LIMIT 60

fab_cut fab_cut_text(const char *text)
{
    /* enough to see a character that begins within the limit as a whole */
    const size_t length = strnlen(text, SHOWN_LIMIT + 4);
    if (length <= SHOWN_LIMIT) {
        return (fab_cut){(int)length, text, ""};
    }
    size_t at = 0;
    for (;;) {
        uint32_t code;
        const size_t step = fab_utf8_decode(text + at, length - at, &code);
        const size_t next = at + (step > 0 ? step : 1);
        if (next > SHOWN_LIMIT) {
            return (fab_cut){(int)at, text, "..."};
        }
        at = next;
    }
}
