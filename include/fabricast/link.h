#ifndef FAB_LINK_H
#define FAB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/status.h>
#include <fabricast/value.h>

FAB_BEGIN_DECLS

/* A link technology at first depth: what its row says and what follows from it. Equations, class
 * defaults and their sources are in docs/models-link.md. */

/* What the bits fly through; decides the flight time of a metre. */
typedef enum fab_medium {
    FAB_MEDIUM_FIBRE,
    FAB_MEDIUM_TWINAX,
    FAB_MEDIUM_BOARD,
    FAB_MEDIUM_PACKAGE,
    FAB_MEDIUM_WAVEGUIDE, /* on chip */
    FAB_MEDIUM_COUNT
} fab_medium;

/* Which error correction a link ends in. */
typedef enum fab_link_code {
    FAB_CODE_NONE,  /* NRZ as received */
    FAB_CODE_LIGHT, /* the light code of PCI Express flits, with retry */
    FAB_CODE_RS544, /* RS(544,514) of PAM4 links */
    FAB_CODE_COUNT
} fab_link_code;

/* Into which class a row falls, read from its words (medium, line code, overhead, title, energy
 * scope). */
typedef struct fab_link_class {
    fab_medium medium;
    bool is_medium_mixed; /* board and cable in one link: the range spans both */
    bool is_medium_guess; /* no word of the medium is known: board is taken */
    fab_link_code code;
    bool is_nrz;        /* two levels; else PAM4 */
    bool is_code_guess; /* neither line code nor overhead is published: judged by the lane rate */
    int64_t dsp_ends;   /* ends that have a signal processor of their own: 0, 1 or 2 */
    bool is_on_package; /* parallel link between dies of a package */
    bool lacks_host;    /* the row's energy leaves out the SerDes of the hosts */
    bool is_pcie;       /* packets of PCI Express */
    bool carries_data;  /* false: a switch or an optical circuit switch, not a link */
} fab_link_class;

FAB_API fab_link_class fab_link_classify(const fab_technology *technology);

/* Static words for people: "fibre", "RS(544,514)". */
FAB_API const char *fab_medium_text(fab_medium medium);
FAB_API const char *fab_link_code_text(fab_link_code code);

/* A number, and from what it is made; is_known false when something it needs is not published.
 * `formula` is static or in the arena given, never NULL. */
typedef struct fab_derived {
    fab_value value; /* SI, in the unit of the member that holds it */
    const char *formula;
} fab_derived;

/* One technology. What the row publishes is read from `technology` itself. */
typedef struct fab_link_summary {
    const fab_technology *technology;
    fab_link_class link_class;
    fab_derived lanes_count;        /* lanes for the rate, rounded up */
    fab_derived power_w;            /* at the row's rate, its energy scope */
    fab_derived power_at_w;         /* at the rate asked for */
    fab_derived lanes_at_count;     /* lanes for the rate asked for */
    fab_derived flight_s_per_m;     /* flight time of a metre of the medium */
    fab_derived flight_at_reach_s;  /* flight time over the longest link */
    fab_derived serialisation_s;    /* of the size, at the row's rate */
    fab_derived serialisation_at_s; /* of the size, at the rate asked for */
    fab_derived edge_m;             /* package edge for the rate, by the shoreline density */
} fab_link_summary;

/* Fills a summary for messages of `size_byte` and, when `rate_bps` is above zero, for that rate
 * too. FAB_E_RANGE when a number is negative or not finite. No allocation. */
FAB_API FAB_CHECKED fab_status fab_link_summarise(const fab_technology *technology,
                                                  double size_byte, double rate_bps,
                                                  fab_link_summary *out);

/* Reach of a copper technology at another lane rate, m, for the same loss budget: the row's reach x
 * lane rate / lane rate asked for, where a metre's loss grows with frequency; the other end of the
 * range, reach x the root of that, is where it grows with the root of frequency (skin effect). The
 * loss of a line is a sqrt(f) + b f: IEEE 802.3, annex 93A. Unknown for other media, and without a
 * published reach and lane rate. No allocation. docs/models-link.md#reach-at-another-lane-rate. */
FAB_API fab_derived fab_link_reach_at(const fab_technology *technology, double lane_rate_bps);

/* Where the time and energy of a message go. */
#define FAB_TRANSFER_LIST(X)                                                                       \
    X(FAB_TERM_SERIALISATION, "serialisation")                                                     \
    X(FAB_TERM_SERDES, "serdes")                                                                   \
    X(FAB_TERM_FEC, "fec")                                                                         \
    X(FAB_TERM_DSP, "dsp")                                                                         \
    X(FAB_TERM_LINK, "link")                                                                       \
    X(FAB_TERM_PROPAGATION, "propagation")                                                         \
    X(FAB_TERM_SWITCH, "switch")                                                                   \
    X(FAB_TERM_HEADERS, "headers")                                                                 \
    X(FAB_TERM_FROM, "from")                                                                       \
    X(FAB_TERM_TO, "to")

#define FAB_TRANSFER_ENUM(id, text) id,
typedef enum fab_transfer_part {
    FAB_TRANSFER_LIST(FAB_TRANSFER_ENUM) FAB_TERM_COUNT
} fab_transfer_part;
#undef FAB_TRANSFER_ENUM

FAB_API const char *fab_transfer_part_text(fab_transfer_part part);

/* What stands at an end of the link: the time that its memory takes to give up or take in the
 * message, and the energy of a bit read or written there. Unknown where nothing is published. The
 * texts and sources are static; docs/models-link.md#ends. */
typedef struct fab_transfer_end {
    const char *name; /* "gpu" */
    const char *what;
    fab_value access_s;
    fab_value energy_j_per_bit;
} fab_transfer_end;

/* The ends known by name: how many, and the one at `index`. */
FAB_API size_t fab_transfer_end_count(void);
FAB_API fab_transfer_end fab_transfer_end_at(size_t index);

#define FAB_HOP_LIMIT        1000000
#define FAB_INTERLEAVE_LIMIT 1024

/* What to send, and what to take instead of the row and its class: an unknown fab_value leaves
 * the row or the class default. */
typedef struct fab_transfer_options {
    double size_byte;
    fab_value distance_m; /* of each hop; unknown: 0.3 m, or the reach where that is shorter */
    int64_t hops;         /* links one after the other, a switch between two */
    fab_value rate_bps;
    fab_value energy_j_per_bit;        /* of the link */
    fab_value host_energy_j_per_bit;   /* of both hosts' SerDes, where the row leaves them out */
    fab_value switch_energy_j_per_bit; /* of one switch, without its SerDes */
    fab_value serdes_s;                /* one end */
    fab_value fec_s;                   /* one hop, block and decoding */
    fab_value dsp_s;                   /* one end that has one */
    fab_value switch_s;                /* one switch */
    fab_value turnaround_s;            /* of the receiver, before it returns a credit */
    int64_t interleave;                /* code words interleaved on a lane */
    fab_value buffer_byte;             /* of the receiver, for the rate it sustains */
    fab_value packet_byte;             /* payload of a packet */
    fab_value header_byte;             /* around the payload of a packet, on the link */
    const fab_transfer_end *from;      /* NULL: the message starts at the link's own end */
    const fab_transfer_end *to;
    fab_value from_s, to_s; /* instead of the end's access */
    fab_value from_energy_j_per_bit;
    fab_value to_energy_j_per_bit;
} fab_transfer_options;

/* One hop, 1 KiB, nothing overridden, no buffer. */
FAB_API fab_transfer_options fab_transfer_options_default(void);

/* One part, over all hops. A part that a link does not have is zero and known; so is one that the
 * row counts in its number for the whole link, which is_..._in_link tells apart. */
typedef struct fab_transfer_term {
    fab_derived time_s;
    fab_derived energy_j;
    bool is_time_in_link;
    bool is_energy_in_link;
} fab_transfer_term;

/* Flow control with credits over one hop. */
typedef struct fab_credits {
    fab_derived round_trip_s;   /* 2 (propagation + SerDes, FEC and DSP of a hop) + turn-around */
    fab_derived in_flight_byte; /* rate x round trip */
    fab_derived sustained_bps;  /* min(rate, buffer / round trip); unknown without a buffer */
} fab_credits;

typedef struct fab_transfer {
    const fab_technology *technology;
    fab_link_class link_class;
    double size_byte;
    double distance_m;        /* of each hop */
    bool is_distance_default; /* nobody asked for it */
    bool is_reach_unknown;    /* the row publishes no reach, so nothing was checked */
    int64_t hops;
    const fab_transfer_end *from, *to; /* NULL: the link's own end */
    fab_value rate_bps;
    fab_transfer_term terms[FAB_TERM_COUNT];
    fab_value time_s; /* sum of the parts; low and high are the sums of their ends */
    fab_value energy_j;
    fab_credits credits;
} fab_transfer;

/* Sends one message: serialisation of it and of its packets' headers once (switches forward while
 * they receive), the accesses at both ends when they are given, and for each hop SerDes at both
 * ends, error correction, signal processors and propagation; a switch between two hops. A latency
 * that the row publishes replaces SerDes, error correction and signal processors unless one of them
 * is overridden; one that is itself an estimate does not, as it is made of the same parts.
 *
 * FAB_E_RANGE when a number is negative or not finite, a rate given is zero, a packet below 1 byte,
 * or hops or interleave are not from 1 to their limit; FAB_E_INFEASIBLE when the technology carries
 * no link or the distance is beyond its reach; *message_out (in the arena) then says why in one
 * sentence, else it is NULL. FAB_E_NOMEM. Texts live in the arena. */
FAB_API FAB_CHECKED fab_status fab_transfer_send(const fab_technology *technology,
                                                 const fab_transfer_options *options,
                                                 fab_arena *arena, fab_transfer *out,
                                                 const char **message_out);

FAB_END_DECLS

#endif
