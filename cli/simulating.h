#ifndef FAB_SIMULATING_H
#define FAB_SIMULATING_H

#include <argp.h>

#include <fabricast/simulate.h>

#include "command.h"

/* Options of a simulation, as a child of a command's parser: --simulate and what goes with it; of
 * FAB_LINKS_ARGP what says on which links, and its limits. */

#define FAB_SIMULATING_LIMIT 64

#define FAB_SIMULATING_MEMORY_BYTE ((size_t)8 << 30) /* unless told otherwise; --help says it */

typedef struct fab_simulating_words {
    bool is_asked;
    const char *wirings[FAB_SIMULATING_LIMIT];
    size_t wiring_count;
    const char *cables;
    const char *faults[FAB_SIMULATING_LIMIT];
    size_t fault_count;
    const char *routing;
    const char *skew;
    const char *traffic;
    const char *memory;
    const char *time;
    bool is_general;
    bool is_calibrated;
} fab_simulating_words;

/* When a simulation is ended; `end_s` infinite: never. */
typedef struct fab_simulating_limit {
    double end_s; /* of fab_session_clock_s */
    size_t memory_byte;
} fab_simulating_limit;

/* Their input is a fab_simulating_words. The first holds the second. */
extern const struct argp FAB_SIMULATING_ARGP;
extern const struct argp FAB_LINKS_ARGP;

/* Whether any option but --simulate was given. */
bool fab_simulating_has_others(const fab_simulating_words *words);

/* Reads the words; mistakes become diagnostics. `packages` are those of the job, `tiers` those of
 * the fabric. The options ask *limit_out, which must outlive them, for the time that is left.
 * FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_simulating_read(fab_session *session, const fab_simulating_words *words,
                                           int64_t packages, size_t tiers,
                                           fab_simulation_options *out,
                                           fab_simulating_limit *limit_out);

/* Reads --traffic and what buffer an even all-to-all of as many bytes has; mistakes become
 * diagnostics. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_simulating_read_traffic(fab_session *session,
                                                   const fab_simulating_words *words, int64_t ranks,
                                                   const double **traffic_byte_out,
                                                   double *buffer_byte_out);

#endif
