#ifndef FAB_LAYOUT_H
#define FAB_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* The text of mapping.layout: layers of each chunk in the order of the model, parted by blanks;
 * `4*14` is 14 chunks of 4 layers, as Megatron-Core writes repeats in its layouts. `even` deals
 * them alike. The first and the last chunk may be 0: embedding or head alone. */

/* What a layout adds up to. */
typedef struct fab_layout_size {
    int64_t chunks;
    int64_t layers;
} fab_layout_size;

/* True for `even` and where nothing is said. */
bool fab_layout_is_even(const char *text);

/* Reads a layout; false when it is none or has more than `limit` (<= 2^30) layers.
 * `layers` takes one number a chunk, and must have room for them; NULL only counts. */
bool fab_layout_read(const char *text, int64_t limit, int64_t *layers, fab_layout_size *out);

#endif
