#ifndef FAB_LINK_TRANSFER_PARTS_H
#define FAB_LINK_TRANSFER_PARTS_H

#include <fabricast/arena.h>
#include <fabricast/link.h>
#include <fabricast/units.h>

/* A transfer in the making: formulas live in the arena; the first failure stays in `status`. */
typedef struct fab_parts {
    const fab_technology *technology;
    const fab_transfer_options *options;
    fab_arena *arena;
    fab_transfer *out;
    fab_value rate_bps;
    fab_value flight_s;  /* propagation over one hop */
    fab_value latency_s; /* one way through one hop without propagation */
    fab_status status;
} fab_parts;

/* Like sprintf into the arena; never NULL. */
const char *fab_parts_printf(fab_parts *parts, const char *format, ...) FAB_PRINTF(2, 3);

/* A quantity as text for a formula; "not published" when it is not known. */
const char *fab_parts_quantity(fab_parts *parts, fab_value value, fab_dimension dimension);

/* Bits of the packets' headers around the message; known and 0 where no packet format is known. The
 * formula is set. */
fab_value fab_parts_header_bits(fab_parts *parts, const char **formula_out);

/* Fills the terms of time, then those of energy, then the credits of one hop. */
void fab_parts_time(fab_parts *parts);
void fab_parts_energy(fab_parts *parts);
void fab_parts_credits(fab_parts *parts);

#endif
