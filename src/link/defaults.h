#ifndef FAB_LINK_DEFAULTS_H
#define FAB_LINK_DEFAULTS_H

#include <fabricast/link.h>

/* What a link is taken to cost where its row does not say: named assumptions with a range and a
 * source, by class. */

/* Flight time of a metre of the medium of a class. */
fab_value fab_default_flight_s_per_m(const fab_link_class *link_class);

/* One end's SerDes. */
fab_value fab_default_serdes_s(const fab_link_class *link_class);

/* Decoding of one hop, without the wait for the block. */
fab_value fab_default_decode_s(fab_link_code code);

/* Bits of a block that must be whole before it is decoded; 0 when there is none to wait for. */
int64_t fab_default_block_bits(fab_link_code code);

/* Lane rate by which a block is timed when the row publishes none. */
fab_value fab_default_lane_rate_bps(void);

fab_value fab_default_dsp_s(void);        /* one end */
fab_value fab_default_switch_s(void);     /* one switch */
fab_value fab_default_turnaround_s(void); /* of the receiver */

fab_value fab_default_host_energy_j_per_bit(void);   /* SerDes of both hosts together */
fab_value fab_default_switch_energy_j_per_bit(void); /* one switch, without its SerDes */

/* Payload of a packet of PCI Express, and the bytes around it. */
fab_value fab_default_packet_byte(void);
fab_value fab_default_header_byte(fab_link_code code);

#endif
