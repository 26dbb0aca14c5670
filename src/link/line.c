#include <fabricast/channel.h>

#include <assert.h>
#include <math.h>

#include "link/derive.h"

/* Traces, connectors, budgets, and how far a line goes. */

static const double DB_PER_NEPER = 8.685889638065; /* 20 / ln 10 */
static const double MM_PER_M = 1e3;

#define TRACE_TEXT(id, text) [id] = text,
static const char *const TEXT[FAB_TRACE_COUNT] = {FAB_TRACE_LIST(TRACE_TEXT)};

/* a0, a1, a2 per mm, f in GHz; `spread` is the share by which boards of a class differ */
typedef struct trace_loss {
    double flat, root, line, spread;
    fab_confidence confidence;
    const char *source;
} trace_loss;

static const trace_loss TRACES[FAB_TRACE_COUNT] = {
    [FAB_TRACE_BOARD] = {0.0, 4.114e-4, 2.547e-4, 0.2, FAB_CONFIDENCE_PAPER,
                         "board of IEEE 802.3bj, table 92-12; "
                         "https://github.com/capn-freako/PyChOpMarg"},
    [FAB_TRACE_BOARD_LOW] = {0.0, 3.82e-4, 9.59e-5, 0.2, FAB_CONFIDENCE_PAPER,
                             "board of IEEE P802.3dj, of ultra-low loss; "
                             "https://github.com/capn-freako/PyChOpMarg"},
    [FAB_TRACE_PACKAGE] = {5e-4, 8.9e-4, 2e-4, 0.2, FAB_CONFIDENCE_PAPER,
                           "package of IEEE P802.3dj, traces of 31 to 34 mm; "
                           "https://github.com/capn-freako/PyChOpMarg"},
};

const char *fab_trace_text(fab_trace trace)
{
    assert((int)trace >= 0 && trace < FAB_TRACE_COUNT);
    return TEXT[trace];
}

fab_value fab_trace_loss_db_per_m(fab_trace trace, double frequency_hz)
{
    assert((int)trace >= 0 && trace < FAB_TRACE_COUNT);
    if (!(frequency_hz > 0.0) || !isfinite(frequency_hz)) {
        return (fab_value){.is_known = false};
    }
    const double ghz = frequency_hz * 1e-9;
    const double loss =
        MM_PER_M * DB_PER_NEPER *
        (TRACES[trace].flat + TRACES[trace].root * sqrt(ghz) + TRACES[trace].line * ghz);
    return fab_number(loss, (1.0 - TRACES[trace].spread) * loss,
                      (1.0 + TRACES[trace].spread) * loss, TRACES[trace].confidence,
                      TRACES[trace].source);
}

fab_value fab_connector_loss_db(double frequency_hz)
{
    if (!(frequency_hz > 0.0) || !isfinite(frequency_hz)) {
        return (fab_value){.is_known = false};
    }
    const double root = sqrt(frequency_hz / 13.28e9);
    return fab_number(root, 0.5 * root, 1.5 * root, FAB_CONFIDENCE_ASSUMPTION,
                      "1 dB of a mated pair at 13.28 GHz, growing with the root of frequency");
}

/* what a passive cable assembly may lose */
static const struct {
    double lane_bps, budget_db;
} BUDGET[] = {{53.125e9, 17.2}, {106.25e9, 19.75}, {212.5e9, 16.0}};

#define BUDGETS (sizeof BUDGET / sizeof BUDGET[0])

fab_value fab_cable_budget_db(double lane_rate_bps)
{
    if (!(lane_rate_bps > 0.0) || !isfinite(lane_rate_bps)) {
        return (fab_value){.is_known = false};
    }
    size_t i = 0;
    while (i < BUDGETS && lane_rate_bps > BUDGET[i].lane_bps) {
        i++;
    }
    double budget = i < BUDGETS ? BUDGET[i].budget_db : BUDGET[BUDGETS - 1].budget_db;
    if (i > 0 && i < BUDGETS) {
        const double share = log(lane_rate_bps / BUDGET[i - 1].lane_bps) /
                             log(BUDGET[i].lane_bps / BUDGET[i - 1].lane_bps);
        budget = BUDGET[i - 1].budget_db + share * (budget - BUDGET[i - 1].budget_db);
    }
    return fab_number(budget, budget - 2.0, budget + 2.0, FAB_CONFIDENCE_SECONDARY,
                      "cable assemblies: 17.2 dB of IEEE 802.3cd, 19.75 of 802.3ck, 16 of the 40 "
                      "dB of P802.3dj; as quoted by others");
}

fab_value fab_line_reach_m(fab_value budget_db, fab_value fixed_db, fab_value loss_db_per_m)
{
    fab_value left = fab_add(budget_db, fixed_db);
    left.value = budget_db.value - fixed_db.value;
    left.low = budget_db.low - fixed_db.high;
    left.high = budget_db.high - fixed_db.low;
    if (!left.is_known || !(left.value > 0.0)) {
        return (fab_value){.is_known = false};
    }
    left.low = left.low > 0.0 ? left.low : 0.0;
    return fab_divide(left, loss_db_per_m);
}
