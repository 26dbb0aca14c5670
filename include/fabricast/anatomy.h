#ifndef FAB_ANATOMY_H
#define FAB_ANATOMY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/correction.h>
#include <fabricast/diagnostic.h>
#include <fabricast/link.h>
#include <fabricast/units.h>

FAB_BEGIN_DECLS

/* A link taken apart: of what it is built, what its channel and its light lose, how many errors are
 * left, where its energy goes, and how that compares with what is published. Equations, the value
 * and source of every part: docs/models-link.md#a-link-taken-apart. */

/* How a link is built; decides which parts it has. */
#define FAB_BUILD_LIST(X)                                                                          \
    X(FAB_BUILD_BOARD, "SerDes over a board")                                                      \
    X(FAB_BUILD_CABLE, "SerDes over a passive cable")                                              \
    X(FAB_BUILD_REDRIVEN, "cable with redrivers")                                                  \
    X(FAB_BUILD_RETIMED, "cable with retimers")                                                    \
    X(FAB_BUILD_MODULE, "pluggable optical module")                                                \
    X(FAB_BUILD_ENGINE, "optical engine beside the die")                                           \
    X(FAB_BUILD_STACK, "optics stacked with the die")                                              \
    X(FAB_BUILD_PARALLEL, "parallel link between dies")                                            \
    X(FAB_BUILD_SERDES, "SerDes alone")                                                            \
    X(FAB_BUILD_CHIP, "photonic network on a chip")                                                \
    X(FAB_BUILD_SWITCH, "packet switch")                                                           \
    X(FAB_BUILD_CIRCUIT, "optical circuit switch")

#define FAB_BUILD_ENUM(id, text) id,
typedef enum fab_build { FAB_BUILD_LIST(FAB_BUILD_ENUM) FAB_BUILD_COUNT } fab_build;
#undef FAB_BUILD_ENUM

FAB_API const char *fab_build_text(fab_build build);
FAB_API const char *fab_modulator_text(fab_modulator modulator);
FAB_API const char *fab_electronics_text(fab_electronics electronics);

/* What a channel loses, dB: of voltage for the electrical ones, of optical power for the others. */
#define FAB_LOSS_LIST(X)                                                                           \
    X(FAB_LOSS_ENDS, "packages and boards at both ends")                                           \
    X(FAB_LOSS_JOINTS, "connectors of the line")                                                   \
    X(FAB_LOSS_LINE, "line")                                                                       \
    X(FAB_LOSS_SUPPLY, "connector of the laser's fibre")                                           \
    X(FAB_LOSS_SPLIT, "splitter beyond the split itself")                                          \
    X(FAB_LOSS_IN, "into the chip")                                                                \
    X(FAB_LOSS_GUIDE, "waveguide")                                                                 \
    X(FAB_LOSS_MODULATOR, "modulator, mean")                                                       \
    X(FAB_LOSS_RINGS, "rings passed by")                                                           \
    X(FAB_LOSS_OUT, "out of the chip")                                                             \
    X(FAB_LOSS_FIBRE, "fibre")                                                                     \
    X(FAB_LOSS_CONNECTORS, "fibre connectors")                                                     \
    X(FAB_LOSS_CIRCUIT, "optical circuit switch")                                                  \
    X(FAB_LOSS_RECEIVER, "into the receiver")                                                      \
    X(FAB_LOSS_FILTER, "demultiplexer")                                                            \
    X(FAB_LOSS_CROSSTALK, "penalty: neighbouring wavelengths")                                     \
    X(FAB_LOSS_EYE, "penalty: closed eye")                                                         \
    X(FAB_LOSS_MARGIN, "margin kept")

#define FAB_LOSS_ENUM(id, text) id,
typedef enum fab_loss { FAB_LOSS_LIST(FAB_LOSS_ENUM) FAB_LOSS_COUNT } fab_loss;
#undef FAB_LOSS_ENUM

FAB_API const char *fab_loss_text(fab_loss loss);

/* Where the energy of a bit goes. */
#define FAB_LINK_PART_LIST(X)                                                                      \
    X(FAB_LINK_PART_HOST, "SerDes of both hosts")                                                  \
    X(FAB_LINK_PART_FACE, "electrical side of both modules or engines")                            \
    X(FAB_LINK_PART_LINE, "SerDes or signal processor of the line")                                \
    X(FAB_LINK_PART_DRIVER, "driver and modulator")                                                \
    X(FAB_LINK_PART_RECEIVER, "receiver's amplifier")                                              \
    X(FAB_LINK_PART_LASER, "laser")                                                                \
    X(FAB_LINK_PART_TUNING, "heaters of the rings")                                                \
    X(FAB_LINK_PART_WIRES, "wires and pads between dies")                                          \
    X(FAB_LINK_PART_SUPPLY, "voltage converters of the module")

#define FAB_LINK_PART_ENUM(id, text) id,
typedef enum fab_energy_part {
    FAB_LINK_PART_LIST(FAB_LINK_PART_ENUM) FAB_LINK_PART_COUNT
} fab_energy_part;
#undef FAB_LINK_PART_ENUM

FAB_API const char *fab_energy_part_text(fab_energy_part part);

/* Of what a link is made: what its row says, else what its class is taken to have. Unknown where
 * the build has no such part. */
typedef struct fab_recipe {
    fab_link_class link_class;
    fab_build build;
    fab_modulator modulator;     /* FAB_MODULATOR_UNSTATED: no light */
    fab_electronics electronics; /* of a module, engine or cable end */
    fab_correction_kind correction;
    bool is_nrz;
    bool has_laser_outside;  /* the laser comes through a fibre of its own */
    bool counts_host;        /* the published energy counts the hosts' SerDes, */
    bool counts_laser;       /* ... and the laser */
    fab_value lane_rate_bps; /* of the row, else of its class */
    fab_value laser_frac;    /* wall-plug efficiency of the laser with its module */
    fab_value laser_w;       /* in the fibre, one wavelength; unknown: solved from the budget */
    fab_value lasers_lanes_count; /* lanes that a laser feeds */
    fab_value fibre_pitch_m;
    fab_value fibre_lanes_count; /* lanes of one direction for each fibre */
    fab_value wire_gauge_count;  /* AWG */
    fab_value budget_db;         /* that a passive line may lose */
    fab_value supply_frac;       /* of a module's converters */
    fab_value swing_v_count;     /* V between the levels of a wire between dies */
    fab_value pad_ff_count;      /* fF at each end of it */
    fab_value node_ratio;        /* of the fit of SerDes: 200G lanes are built one node later */
    double extinction_db;
} fab_recipe;

FAB_API fab_recipe fab_link_recipe(const fab_technology *technology);

/* A link of a recipe over a distance: everything that follows. Unknown: the build has no such part,
 * or what it needs is not known. */
typedef struct fab_budget {
    fab_recipe recipe;
    double distance_m;
    double symbol_hz;
    double nyquist_hz;
    fab_value losses_db[FAB_LOSS_COUNT];
    const char *formulas[FAB_LOSS_COUNT]; /* how they are made; static */
    fab_value electrical_db;              /* sum of the electrical ones */
    fab_value optical_db;                 /* sum of the others, penalties and margin too */
    fab_value allowed_db;                 /* most that the line and its connectors may lose */
    fab_value spare_db; /* what is left: of the line's budget, or of the laser's power; negative:
                           the budget does not close by that */
    fab_value reach_m;  /* where nothing is left */
    const char *reach_formula; /* static, of light */
    double q_ratio;            /* that the code needs, of each eye */
    double before_frac;        /* wrong bits before correction, at the code's threshold */
    fab_corrected after;       /* ... and after it */
    fab_value sensitivity_db;  /* dBm of outer amplitude */
    fab_value launch_db;       /* dBm of mean power that a lane needs of the laser, in its fibre */
    fab_value parts_j_per_bit[FAB_LINK_PART_COUNT];
    const char *part_formulas[FAB_LINK_PART_COUNT];
    fab_value energy_j_per_bit;  /* all parts */
    fab_value scope_j_per_bit;   /* those that the published energy counts */
    fab_value dynamic_j_per_bit; /* those that move with the data */
    fab_value static_j_per_bit;  /* laser and heaters */
    fab_value wire_j_per_bit;    /* Joule heat of the line, within the SerDes' energy */
    fab_value shoreline_bps_per_m;
    const char *shoreline_formula;
    bool is_built;          /* its lanes are no faster than any that is built */
    bool is_rate_guess;     /* no lane rate is published: that of the class */
    bool is_out_of_fit;     /* a fit is used beyond the rates or losses it was made for */
    const char *out_of_fit; /* which, with its range; NULL */
} fab_budget;

/* Works out a budget. `distance_m` unknown: the row's reach, else 1 m. FAB_E_RANGE when a distance
 * is negative or not finite. No allocation. */
FAB_API FAB_CHECKED fab_status fab_link_budget(const fab_technology *technology,
                                               fab_value distance_m, fab_budget *out);

/* Symbols faster than this are not built: 112 GBd of the 224G class (OIF CEI-224G) and a tenth. */
#define FAB_SYMBOL_LIMIT_HZ 125e9

/* Returns in one sentence what keeps the link from being built, in the arena: by how many dB its
 * budget is short and how far it would reach, or that its lane is too fast for its levels; NULL
 * when nothing does, or when memory is out. */
FAB_API const char *fab_budget_obstacle(const fab_technology *technology, const fab_budget *budget,
                                        fab_arena *arena);

/* A number that is published beside the one that is derived. */
typedef enum fab_mark {
    FAB_MARK_NEITHER,
    FAB_MARK_PUBLISHED,
    FAB_MARK_DERIVED,
    FAB_MARK_BOTH
} fab_mark;

FAB_API const char *fab_mark_text(fab_mark mark);

#define FAB_PAIRS_COUNT 3

typedef struct fab_pair {
    const char *what;
    fab_dimension dimension;
    fab_derived published;
    fab_derived derived;
    fab_mark mark;
    bool is_measure;    /* both are known, the published one is no estimate or assumption, and no
                           fit of ours goes through it */
    double error_ratio; /* derived / published - 1 where both are known */
} fab_pair;

/* Energy in the row's scope, reach, shoreline. */
FAB_API void fab_budget_compare(const fab_technology *technology, const fab_budget *budget,
                                fab_pair pairs[FAB_PAIRS_COUNT]);

/* Puts derived numbers in place of the published ones in every tier whose technology says `numbers:
 * derived`: the energy of the whole link with its hosts, and reach and shoreline where a budget
 * gives them. Diagnoses at `position` and returns FAB_E_INPUT when an energy cannot be derived, or
 * when a budget does not close (infeasible, by how many dB). The texts lie in the arena. */
FAB_API FAB_CHECKED fab_status fab_link_settle(fab_position position, fab_arena *arena,
                                               fab_diagnostics *diagnostics, fab_fabric *fabric);

/* How far derived energies lie from published ones: the median of |error| over the pairs that are a
 * measure of the model. 0 of 0 when there are none. */
typedef struct fab_error_spread {
    size_t count;
    double median_ratio;
} fab_error_spread;

FAB_API fab_error_spread fab_budget_spread(const fab_technology *const *technologies,
                                           const fab_budget *budgets, size_t count);

FAB_END_DECLS

#endif
