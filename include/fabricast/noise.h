#ifndef FAB_NOISE_H
#define FAB_NOISE_H

#include <stdbool.h>

#include <fabricast/base.h>
#include <fabricast/status.h>
#include <fabricast/value.h>

FAB_BEGIN_DECLS

/* From noise to errors: Q, error rates before correction, the noise and the sensitivity of an
 * optical receiver. Equations and sources: docs/models-link.md#errors. No function allocates; all
 * are thread-safe. */

/* Share of wrong bits at a Q: half the distance between two levels over the noise at one of them.
 *   two levels: erfc(Q / sqrt 2) / 2; four levels, Gray coded: 3/4 of that (six of the eight ways
 *   out of a level lead over a threshold, one bit of two is then wrong).
 * 0.5 (0.375) at Q = 0 and below. */
FAB_API double fab_noise_ber_frac(double q_ratio, bool is_nrz);

/* The Q that a share of wrong bits needs: the inverse, by bisection to 1e-12. 0 for shares from 0.5
 * (0.375) up, 40 for shares of 0 and below. */
FAB_API double fab_noise_q_ratio(double ber_frac, bool is_nrz);

/* An optical receiver; members without a unit of their own in `fabricast` end in _count: A/W, A,
 * ohm, 1/Hz (relative intensity noise, linear). */
typedef struct fab_receiver {
    double responsivity_count;
    double dark_count;
    double bandwidth_hz;
    double load_ohm_count;
    double noise_figure_ratio; /* of the amplifier, linear */
    double rin_count;
    double temperature_k;
} fab_receiver;

/* Noise of the photocurrent at a received power, A:
 *   sigma^2 = 2 q (R P + I_d) B + 4 k T B F / R_L + RIN (R P)^2 B
 * (shot, thermal and intensity noise; Agrawal, Fiber-Optic Communication Systems, chapter 4). */
FAB_API double fab_receiver_noise_count(const fab_receiver *receiver, double power_w);

/* Q between two received powers: (I1 - I0) / (s1 + s0). 0 when `high_w` is not above `low_w`. */
FAB_API double fab_receiver_q_ratio(const fab_receiver *receiver, double high_w, double low_w);

/* Up to this symbol rate the fit of the receiver was made. */
#define FAB_SENSITIVITY_LIMIT_HZ 100e9

/* Least optical modulation amplitude (outer, dBm) that a receiver needs for a Q per eye:
 *   noise = 0.0035 B^2 + 0.0655 B + 0.842 uA, B = 0.75 x symbol rate in GHz,
 *   OMA = eyes x 2 Q (noise + 1 uA of dark current) / 0.7 A/W, eyes 1 for two levels, 3 for four.
 * A fit to germanium detectors with transimpedance amplifiers (PhoenixSim of Columbia University,
 * https://github.com/ShijiaYan/PhoenixSim); -1.5 .. +1.5 dB. Unknown when a number is not above
 * zero. */
FAB_API fab_value fab_sensitivity_oma_db(double lane_rate_bps, bool is_nrz, double q_ratio);

FAB_END_DECLS

#endif
