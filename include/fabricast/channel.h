#ifndef FAB_CHANNEL_H
#define FAB_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/value.h>

FAB_BEGIN_DECLS

/* Loss and reach of copper, where the energy of a copper link goes, and what temperature does to
 * rings. Equations, constants and their sources: docs/models-link.md#copper-channel. Every result
 * carries the least trusted provenance of what it is made of; it is unknown when an argument is
 * not above zero where it must be. No function allocates; all are thread-safe. */

/* A differential pair of a cable. */
typedef struct fab_wire {
    fab_value conductor_m; /* diameter of one conductor */
    fab_value permittivity_ratio;
    fab_value loss_tangent_ratio;
    fab_value proximity_ratio;  /* resistance over that of a straight round wire alone */
    double impedance_ohm_count; /* differential */
} fab_wire;

/* Foamed twinax of 26 AWG, 100 ohm: the cable of passive copper links. */
FAB_API fab_wire fab_wire_twinax(void);

/* The same of another gauge: 0.127 mm x 92^((36 - gauge) / 39), ASTM B258. 0 to 40. */
FAB_API fab_wire fab_wire_of_gauge(int64_t gauge);

/* A trace: loss 8.686 (a0 + a1 sqrt(f) + a2 f) dB, f in GHz (IEEE 802.3, annex 93A). */
#define FAB_TRACE_LIST(X)                                                                          \
    X(FAB_TRACE_BOARD, "board")                                                                    \
    X(FAB_TRACE_BOARD_LOW, "board of ultra-low loss")                                              \
    X(FAB_TRACE_PACKAGE, "package")

#define FAB_TRACE_ENUM(id, text) id,
typedef enum fab_trace { FAB_TRACE_LIST(FAB_TRACE_ENUM) FAB_TRACE_COUNT } fab_trace;
#undef FAB_TRACE_ENUM

FAB_API const char *fab_trace_text(fab_trace trace);

/* Fits of those traces hold up to this frequency. */
#define FAB_TRACE_LIMIT_HZ 60e9

FAB_API fab_value fab_trace_loss_db_per_m(fab_trace trace, double frequency_hz);

/* A mated pair of connectors with its vias: 1 dB at 13.28 GHz, growing with the root of frequency;
 * an assumption, 0.5 to 1.5 dB. */
FAB_API fab_value fab_connector_loss_db(double frequency_hz);

/* Most that a passive cable with both its connectors may lose at half the symbol rate of a lane:
 * 17.2, 19.75 and 16 dB at lanes of 50, 100 and 200 Gb/s (IEEE 802.3cd, 802.3ck, and what 802.3dj
 * leaves of 40 dB from die to die), between them by the logarithm of the rate. */
FAB_API fab_value fab_cable_budget_db(double lane_rate_bps);

/* Length at which a line has lost what a budget leaves after what is lost at its ends: (budget -
 * fixed) / loss per metre. Unknown when nothing is left; fixed_db then exceeds budget_db. */
FAB_API fab_value fab_line_reach_m(fab_value budget_db, fab_value fixed_db,
                                   fab_value loss_db_per_m);

/* Frequency that a lane's symbols alternate at, half the symbol rate: rate / 2 for two levels,
 * rate / 4 for four (PAM4, two bits a symbol). */
FAB_API double fab_lane_nyquist_hz(double lane_rate_bps, bool is_nrz);

/* Loss of a metre of cable at a frequency, dB of voltage: skin effect and dielectric,
 *   Rs = sqrt(pi f mu0 / sigma), R' = 2 Rs k / (pi d),
 *   loss = 8.686 (R' / (2 Z) + pi f sqrt(er) tan(delta) / c),
 * the low-loss line of transmission-line theory. Within 20 % of measured 26 AWG assemblies. */
FAB_API fab_value fab_wire_loss_db_per_m(const fab_wire *wire, double frequency_hz);

/* Joule heat of the wire per bit: what the transmitter launches and the wire does not deliver. PAM4
 * of a peak-to-peak differential swing V has levels +-V/2 and +-V/6, equally often:
 *   launched = ((V/2)^2 + (V/6)^2) / 2 / Z / rate, heat = launched (1 - 10^(-loss/10)). */
FAB_API fab_value fab_wire_heat_j_per_bit(const fab_wire *wire, double swing_v_count,
                                          double lane_rate_bps, fab_value loss_db);

/* Energy of both SerDes of a lane that must overcome this loss: 0.9 exp(0.055 loss) pJ/bit, a fit
 * to published transceivers of the 112G class from 1 to 40 dB, an estimate with -30 .. +50 %. */
FAB_API fab_value fab_serdes_energy_j_per_bit(fab_value loss_db);

/* Loss at which the SerDes of a copper lane take `energy`: the inverse of the fit, 0 when they
 * always take more. */
FAB_API fab_value fab_serdes_loss_db(fab_value energy_j_per_bit);

/* How far a resonance of a silicon ring drifts, Hz for each kelvin. */
FAB_API fab_value fab_ring_drift_hz_per_k(void);

/* Energy per bit that heaters need to hold the rings of a lane (one that modulates, one that
 * filters) against a swing of temperature: 2 x drift x swing / heater efficiency / lane rate. */
FAB_API fab_value fab_ring_tuning_j_per_bit(double swing_k, fab_value lane_rate_bps);

/* Share of a link's line rate that a block code leaves for data, read from the row's overhead:
 * "128b/130b" is 128/130. Unknown when it names none. */
FAB_API fab_value fab_link_block_code_frac(const fab_technology *technology);

FAB_END_DECLS

#endif
