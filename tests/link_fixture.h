#ifndef FAB_TESTS_LINK_FIXTURE_H
#define FAB_TESTS_LINK_FIXTURE_H

#include <check.h>

#include <fabricast/link.h>

#include "known.h"

/* Technologies spelled out, so that the numbers of these tests do not move with the catalog. */

/* PCI Express 5.0 x16: 16 lanes of 32 GT/s with 128b/130b are 504 Gb/s of data */
static inline fab_technology link_pcie5(void)
{
    return (fab_technology){
        .name = "pcie5",
        .title = "PCI Express 5.0 x16",
        .role = FAB_ROLE_LINK,
        .medium = "printed circuit board copper",
        .line_code = "NRZ",
        .rate_bps = known(504e9),
        .lane_rate_bps = known(32e9),
        .energy_j_per_bit = known(5.5e-12),
        .energy_scope = "PHY",
        .reach_m = known(0.4),
        .source = "a source",
        .confidence = FAB_CONFIDENCE_DATASHEET,
    };
}

/* co-packaged optics of 1 Tb/s: 10 lanes of 106.25 Gb/s PAM4 */
static inline fab_technology link_optics(void)
{
    return (fab_technology){
        .name = "optics",
        .title = "Co-packaged optics",
        .role = FAB_ROLE_LINK,
        .medium = "single-mode fibre",
        .line_code = "PAM4",
        .rate_bps = known(1e12),
        .lane_rate_bps = known(106.25e9),
        .energy_j_per_bit = known(4.3e-12),
        .energy_scope = "PIC, EIC, laser and SerDes",
        .reach_m = known(1000.0),
        .source = "a source",
        .confidence = FAB_CONFIDENCE_PAPER,
    };
}

/* the same rate through a module with a signal processor at both ends */
static inline fab_technology link_module(void)
{
    fab_technology t = link_optics();
    t.name = "module";
    t.title = "1T DR8 pluggable module with DSP";
    t.energy_j_per_bit = known(18.75e-12);
    t.energy_scope = "one full module; host SerDes excluded";
    return t;
}

#endif
