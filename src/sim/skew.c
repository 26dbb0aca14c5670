#include "sim/skew.h"

#include <math.h>

#include "base/numbers.h"

static const double GOLDEN_FRAC = 0.6180339887498949;

fab_status fab_skew_shares(int64_t ranks, double zipf_frac, fab_arena *arena,
                           const double **share_out)
{
    double *share = FAB_NEW(arena, double, (size_t)ranks);
    double sum = 0.0;
    int64_t step = (int64_t)(GOLDEN_FRAC * (double)ranks) + 1;
    if (!share) {
        return FAB_E_NOMEM;
    }
    while (fab_common_divisor(step, ranks) != 1) {
        step++;
    }
    for (int64_t k = 0; k < ranks; k++) {
        const double part = pow((double)k + 1.0, -zipf_frac);
        share[k * step % ranks] = part;
        sum += part;
    }
    for (int64_t rank = 0; rank < ranks; rank++) {
        share[rank] /= sum;
    }
    *share_out = share;
    return FAB_OK;
}
