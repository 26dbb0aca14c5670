#ifndef FAB_COLLECTIVE_THROUGH_H
#define FAB_COLLECTIVE_THROUGH_H

#include <fabricast/collective.h>

/* Times of training's collectives through the channels of its two tiers. Each function changes the
 * times of `cost` alone, which comes in with volumes and energy of the closed form. */

/* Whether a tier that carries bits names a messaging layer. */
bool fab_network_has_channels(const fab_collective_network *network,
                              const double tier_bit[FAB_TIER_LIMIT]);

/* The fastest algorithm for a payload. */
void fab_network_time_payload(const fab_collective_network *network, fab_collective_kind kind,
                              const fab_placement *placement, double payload_bit,
                              fab_collective_cost *cost);

/* Volumes that no algorithm gives: one step on each tier. */
void fab_network_time_bits(const fab_collective_network *network, fab_collective_kind kind,
                           const fab_placement *placement, fab_collective_cost *cost);

#endif
