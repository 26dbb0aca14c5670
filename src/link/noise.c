#include <fabricast/noise.h>

#include <assert.h>
#include <math.h>

#include "link/derive.h"

static const double CHARGE_C = 1.602176634e-19; /* SI, exact */
static const double BOLTZMANN = 1.380649e-23;   /* J/K, SI, exact */

#define Q_LIMIT 40.0

/* of four levels three quarters, docs/models-link.md#errors */
static double share_of(bool is_nrz)
{
    return is_nrz ? 1.0 : 0.75;
}

double fab_noise_ber_frac(double q_ratio, bool is_nrz)
{
    const double q = q_ratio > 0.0 ? q_ratio : 0.0;
    return share_of(is_nrz) * 0.5 * erfc(q / sqrt(2.0));
}

double fab_noise_q_ratio(double ber_frac, bool is_nrz)
{
    if (!(ber_frac > 0.0)) {
        return Q_LIMIT;
    }
    double low = 0.0;
    double high = Q_LIMIT;
    if (ber_frac >= fab_noise_ber_frac(low, is_nrz)) {
        return low;
    }
    while (high - low > 1e-12) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high) {
            break;
        }
        if (fab_noise_ber_frac(middle, is_nrz) > ber_frac) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

double fab_receiver_noise_count(const fab_receiver *receiver, double power_w)
{
    assert(receiver && receiver->load_ohm_count > 0.0);
    const double current = receiver->responsivity_count * power_w;
    const double band = receiver->bandwidth_hz;
    const double shot = 2.0 * CHARGE_C * (current + receiver->dark_count) * band;
    const double thermal = 4.0 * BOLTZMANN * receiver->temperature_k * band *
                           receiver->noise_figure_ratio / receiver->load_ohm_count;
    const double intensity = receiver->rin_count * current * current * band;
    return sqrt(shot + thermal + intensity);
}

double fab_receiver_q_ratio(const fab_receiver *receiver, double high_w, double low_w)
{
    const double noise =
        fab_receiver_noise_count(receiver, high_w) + fab_receiver_noise_count(receiver, low_w);
    if (!(high_w > low_w) || !(noise > 0.0)) {
        return 0.0;
    }
    return receiver->responsivity_count * (high_w - low_w) / noise;
}

fab_value fab_sensitivity_oma_db(double lane_rate_bps, bool is_nrz, double q_ratio)
{
    if (!(lane_rate_bps > 0.0) || !(q_ratio > 0.0) || !isfinite(lane_rate_bps * q_ratio)) {
        return (fab_value){.is_known = false};
    }
    const double symbol_ghz = lane_rate_bps / (is_nrz ? 1e9 : 2e9);
    const double band_ghz = 0.75 * symbol_ghz;
    const double noise_ua = (0.0035 * band_ghz + 0.0655) * band_ghz + 0.842;
    const double eyes = is_nrz ? 1.0 : 3.0;
    const double oma_mw = eyes * 2.0 * q_ratio * (noise_ua + 1.0) / 0.7 * 1e-3;
    const double oma_db = 10.0 * log10(oma_mw);
    return fab_number(oma_db, oma_db - 1.5, oma_db + 1.5, FAB_CONFIDENCE_ESTIMATE,
                      "fit to germanium detectors with transimpedance amplifiers, "
                      "https://github.com/ShijiaYan/PhoenixSim (physical models)");
}
