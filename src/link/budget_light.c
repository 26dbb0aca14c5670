#include <math.h>

#include <fabricast/light.h>
#include <fabricast/noise.h>

#include "link/derive.h"
#include "link/recipe.h"

/* The light of a link, from the laser's fibre to the receiver. The power that the laser must give
 * is solved from what the receiver needs. */

static const fab_assumed SUPPLY_JOINT = {1.0, 0.5, 1.5, FAB_CONFIDENCE_ESTIMATE,
                                         "connector of polarisation-keeping fibre"};
static const fab_assumed SPLIT = {0.5, 0.2, 1.0, FAB_CONFIDENCE_ESTIMATE,
                                  "excess of a splitter; 1 dB in DSENT (Sun et al., NOCS 2012)"};
static const fab_assumed COUPLER = {2.0, 1.0, 2.8, FAB_CONFIDENCE_PAPER,
                                    "vertical 2 dB, lateral 1 dB in PhoenixSim "
                                    "(https://github.com/lebiednik/PhoenixSim, optical_realistic); "
                                    "high: gratings measured at 2.77 to 2.83 dB"};
static const fab_assumed GUIDE = {1.0, 0.5, 1.5, FAB_CONFIDENCE_PAPER,
                                  "1 cm at 1 dB/cm, DSENT (Sun et al., NOCS 2012); 0.5 to 1.5 in "
                                  "PhoenixSim"};
static const fab_assumed RING = {4.0, 3.0, 5.0, FAB_CONFIDENCE_ESTIMATE,
                                 "ring between its levels, mean"};
static const fab_assumed INTERFEROMETER = {5.0, 4.0, 6.0, FAB_CONFIDENCE_ESTIMATE,
                                           "3 dB at quadrature and 1 to 3 of its arms"};
static const fab_assumed ABSORBER = {5.0, 4.0, 6.0, FAB_CONFIDENCE_ESTIMATE,
                                     "electro-absorption between its levels, mean"};
static const fab_assumed CONNECTOR = {0.35, 0.3, 0.5, FAB_CONFIDENCE_SECONDARY,
                                      "a mated pair of single-mode connectors, IEEE 802.3, clause "
                                      "124, as quoted by others"};
static const fab_assumed FIBRE = {0.4e-3, 0.35e-3, 0.5e-3, FAB_CONFIDENCE_SECONDARY,
                                  "0.4 dB/km near 1310 nm, IEEE 802.3, as quoted by others"};
static const fab_assumed FILTER = {1.0, 0.5, 1.5, FAB_CONFIDENCE_PAPER,
                                   "a ring that drops its wavelength, DSENT (Sun et al., NOCS "
                                   "2012)"};
static const fab_assumed CIRCUIT = {2.0, 1.0, 3.0, FAB_CONFIDENCE_SECONDARY,
                                    "below 2 dB (arXiv 2208.10041), 1.4 in the median and 3 at "
                                    "most of another (UC Berkeley EECS-2024-213), as quoted by "
                                    "others"};
static const fab_assumed EYE_PAM4 = {2.0, 1.4, 3.4, FAB_CONFIDENCE_ESTIMATE,
                                     "closed eye of transmitter and dispersion; at most 3.4 dB in "
                                     "the data sheet of a DR8 module, "
                                     "https://www.trixontech.com/800g-osfp-dr8.html"};
static const fab_assumed EYE_NRZ = {1.0, 0.5, 2.0, FAB_CONFIDENCE_ASSUMPTION,
                                    "closed eye of two levels"};
static const fab_assumed MARGIN = {1.5, 1.0, 2.0, FAB_CONFIDENCE_ASSUMPTION,
                                   "1 to 2 dB kept for age and temperature"};

/* connectors between the engines: at each end and in two panels */
#define CONNECTORS 4.0

/* through loss of a ring that is passed, DSENT; wavelengths 200 GHz apart */
#define RING_PASSED_DB 0.01
#define SPACING_HZ     200e9
#define WIDTH_HZ       40e9

static void put(fab_budget *b, fab_loss loss, fab_value value_db, const char *formula)
{
    b->losses_db[loss] = value_db;
    b->formulas[loss] = formula;
}

static bool is_direct(fab_modulator modulator)
{
    return modulator == FAB_MODULATOR_VCSEL || modulator == FAB_MODULATOR_MICROLED;
}

/* lanes whose rings stand in one guide, each way */
static double multiplexed(const fab_budget *b)
{
    const double lanes = 2.0 * b->recipe.fibre_lanes_count.value;
    return b->recipe.modulator == FAB_MODULATOR_RING && lanes > 1.0 ? lanes : 1.0;
}

/* light that never leaves the guides of its package */
static bool is_guided(const fab_budget *b)
{
    return b->recipe.link_class.medium == FAB_MEDIUM_WAVEGUIDE;
}

static void put_chip(fab_budget *b)
{
    const fab_recipe *r = &b->recipe;
    if (r->has_laser_outside) {
        put(b, FAB_LOSS_SUPPLY, fab_assume(&SUPPLY_JOINT), "one connector");
    }
    if (r->lasers_lanes_count.value > 1.0) {
        put(b, FAB_LOSS_SPLIT, fab_assume(&SPLIT), "one tree, the split itself not counted");
    }
    put(b, FAB_LOSS_IN, fab_assume(&COUPLER), "one coupler");
    put(b, FAB_LOSS_GUIDE,
        fab_scale(fab_assume(&GUIDE), is_guided(b) ? 100.0 * b->distance_m : 1.0),
        is_guided(b) ? "length x 1 dB/cm" : "1 cm");
    put(b, FAB_LOSS_MODULATOR,
        fab_assume(r->modulator == FAB_MODULATOR_RING  ? &RING
                   : r->modulator == FAB_MODULATOR_EAM ? &ABSORBER
                                                       : &INTERFEROMETER),
        "mean over the levels");
    const double passed = 2.0 * (multiplexed(b) - 1.0);
    if (passed > 0.0) {
        put(b, FAB_LOSS_RINGS, fab_known(RING_PASSED_DB * passed),
            "0.01 dB (DSENT) x the other rings of transmitter and receiver");
    }
}

static void put_way(fab_budget *b)
{
    if (is_guided(b)) {
        put(b, FAB_LOSS_FILTER, fab_assume(&FILTER), "one filter");
        return;
    }
    put(b, FAB_LOSS_OUT, fab_assume(&COUPLER), "one coupler");
    put(b, FAB_LOSS_FIBRE, fab_scale(fab_assume(&FIBRE), b->distance_m), "length x 0.4 dB/km");
    put(b, FAB_LOSS_CONNECTORS, fab_scale(fab_assume(&CONNECTOR), CONNECTORS),
        "4 connectors of 0.35 dB");
    put(b, FAB_LOSS_RECEIVER, fab_assume(&COUPLER), "one coupler");
    if (b->recipe.fibre_lanes_count.value > 0.5) {
        put(b, FAB_LOSS_FILTER, fab_assume(&FILTER), "one filter");
    }
}

static void put_penalties(fab_budget *b)
{
    if (multiplexed(b) > 1.0) {
        /* the filter is at least as wide as the spectrum */
        const double width = b->symbol_hz > WIDTH_HZ ? b->symbol_hz : WIDTH_HZ;
        const double db =
            fab_crosstalk_penalty_db(SPACING_HZ, width, b->recipe.extinction_db, b->q_ratio, 2);
        if (isfinite(db)) {
            put(b, FAB_LOSS_CROSSTALK, fab_known(db),
                "two neighbours 200 GHz away through a filter of 40 GHz or the symbol rate");
        } else {
            fab_budget_warn(b, "neighbouring wavelengths 200 GHz away close the eye");
        }
    }
    put(b, FAB_LOSS_EYE, fab_assume(b->recipe.is_nrz ? &EYE_NRZ : &EYE_PAM4), "by modulation");
    put(b, FAB_LOSS_MARGIN, fab_assume(&MARGIN), "kept");
}

/* distance at which the fibre, or the guide, has used up what is spare */
static void put_reach(fab_budget *b)
{
    if (!b->recipe.laser_w.is_known) {
        return;
    }
    const bool guided = is_guided(b);
    const fab_value metre = guided ? fab_scale(fab_assume(&GUIDE), 100.0) : fab_assume(&FIBRE);
    const fab_value left =
        fab_add(b->spare_db, b->losses_db[guided ? FAB_LOSS_GUIDE : FAB_LOSS_FIBRE]);
    if (left.is_known && left.value > 0.0) {
        fab_value positive = left;
        positive.low = left.low > 0.0 ? left.low : 0.0;
        b->reach_m = fab_divide(positive, metre);
        b->reach_formula = guided ? "(left + waveguide) / 1 dB/cm" : "(left + fibre) / 0.4 dB/km";
    }
}

void fab_budget_light(const fab_technology *technology, fab_budget *out)
{
    (void)technology;
    if (out->recipe.build == FAB_BUILD_CIRCUIT) {
        put(out, FAB_LOSS_CIRCUIT, fab_assume(&CIRCUIT), "its mirrors and couplers, one pass");
        out->optical_db = out->losses_db[FAB_LOSS_CIRCUIT];
    }
    if (!fab_build_is_optical(out->recipe.build)) {
        return;
    }
    if (!is_direct(out->recipe.modulator)) {
        put_chip(out);
    }
    put_way(out);
    put_penalties(out);
    out->optical_db = fab_known(0.0);
    for (int i = FAB_LOSS_SUPPLY; i < FAB_LOSS_COUNT; i++) {
        if (out->losses_db[i].is_known) {
            out->optical_db = fab_add_apart(out->optical_db, out->losses_db[i]);
        }
    }
    if (out->symbol_hz > FAB_SENSITIVITY_LIMIT_HZ) {
        fab_budget_warn(out, "the receiver's sensitivity is fitted up to 100 GBd");
    }
    out->sensitivity_db =
        fab_sensitivity_oma_db(out->recipe.lane_rate_bps.value, out->recipe.is_nrz, out->q_ratio);
    /* outer amplitude to mean power, then back along the way */
    const fab_value mean = fab_subtract(
        out->sensitivity_db, fab_known(fab_extinction_amplitude_db(out->recipe.extinction_db)));
    out->launch_db = fab_add_apart(mean, out->optical_db);
    if (out->recipe.laser_w.is_known) {
        const double lane_w = out->recipe.laser_w.value / out->recipe.lasers_lanes_count.value;
        out->spare_db = fab_subtract(fab_known(fab_dbm_of_w_db(lane_w)), out->launch_db);
        put_reach(out);
    }
}
