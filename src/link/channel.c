#include <fabricast/channel.h>

#include <assert.h>
#include <math.h>

#include "link/derive.h"

static const double PI = 3.14159265358979323846;
static const double LIGHT_M_PER_S = 299792458.0;   /* SI, exact */
static const double MU0 = 1.25663706212e-6;        /* H/m, CODATA 2018 */
static const double COPPER_S_PER_M = 5.8e7;        /* annealed copper at 20 C, IEC 60028 */
static const double DB_PER_NEPER = 8.685889638065; /* 20 / ln 10 */

/* the fit of SerDes energy over loss, and how far published points lie from it */
#define SERDES_J_PER_BIT 0.9e-12
#define SERDES_PER_DB    0.055
#define SERDES_LOW       0.7
#define SERDES_HIGH      1.5

/* rings of a lane: one modulates, one filters */
#define RINGS 2.0

static fab_value unknown(void)
{
    return (fab_value){.is_known = false};
}

fab_wire fab_wire_twinax(void)
{
    return fab_wire_of_gauge(26);
}

fab_wire fab_wire_of_gauge(int64_t gauge)
{
    assert(gauge >= 0 && gauge <= 40);
    static const char WIRE[] =
        "estimate for foamed twinax, checked against 26 AWG assemblies: 5.2 to 6.4 dB/m at 26.56 "
        "GHz measured with connectors";
    const double diameter_m = 0.127e-3 * pow(92.0, (36.0 - (double)gauge) / 39.0);
    return (fab_wire){
        .conductor_m = fab_number(diameter_m, diameter_m, diameter_m, FAB_CONFIDENCE_DATASHEET,
                                  "gauge by the definition of ASTM B258"),
        .permittivity_ratio = fab_number(1.7, 1.7, 1.7, FAB_CONFIDENCE_ESTIMATE, WIRE),
        .loss_tangent_ratio = fab_number(3e-4, 3e-4, 3e-4, FAB_CONFIDENCE_ESTIMATE, WIRE),
        .proximity_ratio = fab_number(1.35, 1.35, 1.35, FAB_CONFIDENCE_ESTIMATE, WIRE),
        .impedance_ohm_count = 100.0,
    };
}

double fab_lane_nyquist_hz(double lane_rate_bps, bool is_nrz)
{
    return lane_rate_bps / (is_nrz ? 2.0 : 4.0);
}

fab_value fab_wire_loss_db_per_m(const fab_wire *wire, double frequency_hz)
{
    assert(wire);
    const double diameter_m = wire->conductor_m.value;
    if (!(frequency_hz > 0.0) || !(diameter_m > 0.0) || !(wire->impedance_ohm_count > 0.0)) {
        return unknown();
    }
    const double surface_ohm = sqrt(PI * frequency_hz * MU0 / COPPER_S_PER_M);
    const double resistance = 2.0 * surface_ohm * wire->proximity_ratio.value / (PI * diameter_m);
    const double conductor = resistance / (2.0 * wire->impedance_ohm_count);
    const double dielectric = PI * frequency_hz * sqrt(wire->permittivity_ratio.value) *
                              wire->loss_tangent_ratio.value / LIGHT_M_PER_S;
    const double loss = DB_PER_NEPER * (conductor + dielectric);
    return fab_number(
        loss, 0.8 * loss, 1.2 * loss, FAB_CONFIDENCE_ESTIMATE,
        "skin effect and dielectric of foamed twinax, within 20 % of 26 AWG assemblies");
}

fab_value fab_wire_heat_j_per_bit(const fab_wire *wire, double swing_v_count, double lane_rate_bps,
                                  fab_value loss_db)
{
    assert(wire);
    if (!(swing_v_count > 0.0) || !(lane_rate_bps > 0.0) || !loss_db.is_known) {
        return unknown();
    }
    const double outer = swing_v_count / 2.0;
    const double inner = swing_v_count / 6.0;
    const double launched_w = (outer * outer + inner * inner) / 2.0 / wire->impedance_ohm_count;
    const double bit_j = launched_w / lane_rate_bps;
    return fab_number(bit_j * (1.0 - pow(10.0, -loss_db.value / 10.0)),
                      bit_j * (1.0 - pow(10.0, -loss_db.low / 10.0)),
                      bit_j * (1.0 - pow(10.0, -loss_db.high / 10.0)), FAB_CONFIDENCE_ESTIMATE,
                      "PAM4 levels of the swing into the pair's impedance, the part that is lost");
}

static double serdes_j_per_bit(double loss_db)
{
    return SERDES_J_PER_BIT * exp(SERDES_PER_DB * loss_db);
}

fab_value fab_serdes_energy_j_per_bit(fab_value loss_db)
{
    if (!loss_db.is_known || loss_db.value > 200.0 || loss_db.high > 200.0) {
        return unknown();
    }
    return fab_number(
        serdes_j_per_bit(loss_db.value), SERDES_LOW * serdes_j_per_bit(loss_db.low),
        SERDES_HIGH * serdes_j_per_bit(loss_db.high), FAB_CONFIDENCE_ESTIMATE,
        "0.9 exp(0.055 dB) pJ/bit: fit to published 112G transceivers, 1.1 pJ/bit at 1 "
        "to 12 dB (doi 10.1109/LSSC.2025.3526877) to 6 to 10 at long reach");
}

static double loss_of(double energy_j_per_bit)
{
    const double loss_db = log(energy_j_per_bit / SERDES_J_PER_BIT) / SERDES_PER_DB;
    return loss_db > 0.0 ? loss_db : 0.0;
}

fab_value fab_serdes_loss_db(fab_value energy_j_per_bit)
{
    if (!energy_j_per_bit.is_known || !(energy_j_per_bit.value > 0.0) ||
        !(energy_j_per_bit.low > 0.0)) {
        return unknown();
    }
    return fab_number(loss_of(energy_j_per_bit.value), loss_of(energy_j_per_bit.low / SERDES_HIGH),
                      loss_of(energy_j_per_bit.high / SERDES_LOW), FAB_CONFIDENCE_ESTIMATE,
                      "inverse of 0.9 exp(0.055 dB) pJ/bit");
}

fab_value fab_ring_drift_hz_per_k(void)
{
    return fab_number(10e9, 10e9, 14e9, FAB_CONFIDENCE_PAPER,
                      "DSENT (Sun et al., NOCS 2012); high: 80 pm/K at 1310 nm");
}

fab_value fab_ring_tuning_j_per_bit(double swing_k, fab_value lane_rate_bps)
{
    if (!(swing_k >= 0.0) || !lane_rate_bps.is_known || !(lane_rate_bps.value > 0.0)) {
        return unknown();
    }
    /* Hz of drift that a watt undoes; a good heater's energy is the low end */
    const fab_value heater_w_per_hz =
        fab_number(1.0 / 0.3e15, 1.0 / 1e15, 1.0 / 0.1e15, FAB_CONFIDENCE_ESTIMATE,
                   "heaters of 0.1 to 0.5 GHz/uW (5 to 30 mW per free spectral range); low: the 1 "
                   "GHz/uW of DSENT (Sun et al., NOCS 2012)");
    const fab_value shift_hz = fab_scale(fab_ring_drift_hz_per_k(), swing_k);
    return fab_divide(fab_scale(fab_multiply(shift_hz, heater_w_per_hz), RINGS), lane_rate_bps);
}
