#ifndef FAB_SIM_SKEW_H
#define FAB_SIM_SKEW_H

#include <fabricast/arena.h>
#include <fabricast/status.h>

#include <stdint.h>

/* Shares of a buffer by destination: the k-th most popular of `ranks` gets k^-zipf over the sum of
 * all. Popularity falls in steps of about the golden ratio of all ranks, so that popular ranks do
 * not stand together. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_skew_shares(int64_t ranks, double zipf_frac, fab_arena *arena,
                                       const double **share_out);

#endif
