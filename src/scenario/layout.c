#include "scenario/layout.h"

#include <string.h>

/* One part of the text: how many layers, and for how many chunks in a row. */
typedef struct fab_layout_part {
    int64_t layers;
    int64_t repeats;
} fab_layout_part;

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t') {
        at++;
    }
    return at;
}

/* Reads a whole number from `least` to `limit`; NULL when there is none. */
static const char *read_number(const char *at, int64_t least, int64_t limit, int64_t *out)
{
    int64_t number = 0;
    const char *first = at;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (*at - '0');
        if (number > limit) {
            return NULL;
        }
    }
    *out = number;
    return at == first || number < least ? NULL : at;
}

static const char *read_part(const char *at, int64_t limit, fab_layout_part *out)
{
    at = read_number(at, 0, limit, &out->layers);
    out->repeats = 1;
    if (at != NULL && *at == '*') {
        at = read_number(at + 1, 1, limit, &out->repeats);
    }
    const bool has_end = at != NULL && (*at == '\0' || *at == ' ' || *at == '\t');
    return has_end ? at : NULL;
}

/* A chunk without layers holds the embedding or the head: it is the first or the last, alone. */
static bool has_place(const fab_layout_part *part, bool is_first, const char *after)
{
    const bool is_last = *skip_blanks(after) == '\0';
    return part->layers > 0 || (part->repeats == 1 && (is_first || is_last));
}

bool fab_layout_is_even(const char *text)
{
    return text == NULL || strcmp(text, "even") == 0;
}

bool fab_layout_read(const char *text, int64_t limit, int64_t *layers, fab_layout_size *out)
{
    *out = (fab_layout_size){0};
    const char *at = skip_blanks(text);
    while (*at != '\0') {
        fab_layout_part part;
        at = read_part(at, limit, &part);
        if (at == NULL || !has_place(&part, out->chunks == 0, at) ||
            part.layers * part.repeats > limit - out->layers) {
            return false;
        }
        for (int64_t i = 0; i < part.repeats && layers != NULL; i++) {
            layers[out->chunks + i] = part.layers;
        }
        out->chunks += part.repeats;
        out->layers += part.layers * part.repeats;
        at = skip_blanks(at);
    }
    return out->layers > 0;
}
