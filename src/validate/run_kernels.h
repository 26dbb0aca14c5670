#ifndef FAB_RUN_KERNELS_H
#define FAB_RUN_KERNELS_H

#include "validate/measured_runs.h"

/* Which kernels a run takes, but those of experts, and how its host issues them. Texts are words of
 * the scenario's assumptions. docs/validation.md has the rules. */
typedef struct fab_run_kernels {
    const char *attention;
    const char *elementwise;
    const char *loss; /* `gathered`: tensor ranks have the logits of all the vocabulary */
    bool has_fused_loss;
    bool has_fused_latents; /* MLA's rotary part is one kernel */
    bool has_dropout;
    bool launch_waits;
    double launch_s; /* host time of an operator or message */
} fab_run_kernels;

fab_run_kernels fab_run_kernels_of(const fab_run_row *row);

#endif
