#ifndef FAB_LIGHT_H
#define FAB_LIGHT_H

#include <stdbool.h>

#include <fabricast/base.h>
#include <fabricast/value.h>

FAB_BEGIN_DECLS

/* Light on its way: penalties and losses of modulators, rings and neighbours, and the laser's
 * energy. Decibels are of optical power, 10 log10, unless a name says otherwise; a dB of optical
 * power is 2 dB of the receiver's current. Equations and sources: docs/models-link.md#light. No
 * function allocates; all are thread-safe. A result that does not exist (an eye that is closed) is
 * infinite and never leaves the budget, which then says so. */

FAB_API double fab_db_of_ratio_db(double ratio);
FAB_API double fab_ratio_of_db_ratio(double level_db);

/* Power over 1 mW, and back. */
FAB_API double fab_dbm_of_w_db(double power_w);
FAB_API double fab_w_of_dbm_w(double level_db);

/* Extinction ratio r (power of a one over that of a zero, in dB) to
 *   power penalty against an infinite one, 10 log10((r + 1) / (r - 1)),
 *   loss of the mean below the one of two levels, 10 log10(2 r / (r + 1)),
 *   outer modulation amplitude over mean power, 10 log10(2 (r - 1) / (r + 1)). */
FAB_API double fab_extinction_penalty_db(double extinction_db);
FAB_API double fab_extinction_mean_db(double extinction_db);
FAB_API double fab_extinction_amplitude_db(double extinction_db);

/* What four levels cost against two at equal symbol rate and noise, a third of the eye: optical
 * 10 log10 3 = 4.77 dB, electrical 20 log10 3 = 9.54 dB. */
FAB_API double fab_levels_penalty_db(bool is_optical);

/* Mach-Zehnder modulator at quadrature, swing over half-wave voltage v:
 *   T = sin^2(pi / 4 (1 + v)), extinction = (1 + sin(pi v / 2)) / (1 - sin(pi v / 2)).
 * The loss of the mean is 3.01 dB whatever the swing. */
FAB_API double fab_mzm_transmission_frac(double swing_ratio);
FAB_API double fab_mzm_extinction_db(double swing_ratio);

/* Ring beside one guide at a detuning d in half-widths (2 df / FWHM), its loaded over intrinsic
 * quality Q / Qi: T = (d^2 + x^2) / (d^2 + 1), x = 2 Q / Qi - 1. */
FAB_API double fab_ring_through_frac(double detuning_ratio, double quality_ratio);

/* A filter ring that cuts a lane's spectrum, x = pi x FWHM / symbol rate:
 *   -10 log10(1 - (1 - e^-x) / x). */
FAB_API double fab_ring_cut_penalty_db(double width_hz, double symbol_hz);

/* Neighbours through a Lorentzian filter, X = 2 / (1 + (2 df / FWHM)^2) + 2 / (1 + (4 df /
 * FWHM)^2): -10 log10(1 - X q (r + 1) / (r - 1) / 2), infinite when the eye is closed. `q_ratio` is
 * the Q that the link needs, `neighbours` are 0 (none), 1 (of one side) or 2. */
FAB_API double fab_crosstalk_penalty_db(double spacing_hz, double width_hz, double extinction_db,
                                        double q_ratio, int neighbours);

/* Electrical energy of the laser per bit: power in the fibre / (lanes x efficiency x lane rate).
 * Unknown when a number is not above zero. */
FAB_API fab_value fab_laser_j_per_bit(fab_value fibre_w, double lanes_count,
                                      fab_value efficiency_frac, fab_value lane_rate_bps);

/* Charging a capacitance C, of a modulator or a wire, by a swing V, random data: C V^2 / 4. */
FAB_API fab_value fab_charge_j_per_bit(fab_value capacitance_f_count, fab_value swing_v_count);

/* Terminated line of impedance Z: Vrms^2 / (Z x rate). Unknown when Z or the rate is zero. */
FAB_API fab_value fab_terminated_j_per_bit(fab_value rms_v_count, fab_value impedance_ohm_count,
                                           fab_value lane_rate_bps);

/* Energy per bit at a use of the link from 0 to 1: what moves with the data, and what burns always
 * (laser, heaters) spread over fewer bits: dynamic + static / use. Unknown at a use of 0. */
FAB_API fab_value fab_energy_at_use_j_per_bit(fab_value dynamic_j_per_bit,
                                              fab_value static_j_per_bit, double use_frac);

FAB_END_DECLS

#endif
