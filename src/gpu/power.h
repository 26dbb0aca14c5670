#ifndef FAB_GPU_POWER_H
#define FAB_GPU_POWER_H

#include <stdbool.h>

#include <fabricast/catalog.h>

#include "gpu/operator.h"

/* What a package draws: a static power all the time, and an energy for each FLOP of a product and
 * each bit of memory traffic (Choi, Bedard, Fowler, Vuduc 2013, A roofline model of energy). Vector
 * arithmetic is not counted: what it costs is in the energy of the bits that it works on. */
typedef struct fab_gpu_energy {
    bool is_known;   /* the numbers below mean something */
    bool is_assumed; /* some of them follow from the rule, not from the GPU's description */
    double static_w;
    double gemm_j_per_flop; /* in the job's precision */
    double bf16_j_per_flop; /* the output head, the router, the attention core */
    double memory_j_per_bit;
} fab_gpu_energy;

/* What holds where a description is silent. */
typedef struct fab_gpu_energy_rule {
    double static_frac;    /* of the package's power */
    double full_rate_frac; /* of the dense peak: products at this rate draw all the power */
    double memory_j_per_bit;
} fab_gpu_energy_rule;

/* Returns the energies of a package: what its description says, else by the rule
 *
 *     static = static_frac x power,  energy of a FLOP = (power - static) / (full_rate_frac x peak)
 *
 * so that products at full_rate_frac of their dense peak draw the package's power, memory apart.
 * Unknown when neither the description nor its power says them. */
fab_gpu_energy fab_gpu_energy_of(const fab_gpu *gpu, fab_precision precision,
                                 const fab_gpu_energy_rule *rule);

/* Energy of the products of an operator, J; none for operators that only move bytes. */
double fab_gpu_product_j(const fab_gpu_energy *energy, fab_operator_kind kind, double flop);

/* Energy of reading and writing so many bytes in memory, J. */
double fab_gpu_traffic_j(const fab_gpu_energy *energy, double byte);

/* Both energies of an operator, J: what it draws beyond the static power. */
double fab_gpu_operator_j(const fab_gpu_energy *energy, fab_operator_kind kind,
                          fab_operator_work work);

#endif
