#include "link/recipe.h"

#include <assert.h>
#include <stdlib.h>

#include "link/derive.h"

/* Of what a link is made: read from the fields of its row, else from its words, else taken from its
 * class. */

#define NAMES(LIST, count, name) static const char *const name[count] = {LIST(NAME_TEXT)};
#define NAME_TEXT(id, text)      [id] = text,
NAMES(FAB_BUILD_LIST, FAB_BUILD_COUNT, BUILD_TEXT)
NAMES(FAB_LOSS_LIST, FAB_LOSS_COUNT, LOSS_TEXT)
NAMES(FAB_LINK_PART_LIST, FAB_LINK_PART_COUNT, PART_TEXT)

static const char *const MODULATOR_TEXT[] = {"none",  "Mach-Zehnder", "ring", "electro-absorption",
                                             "VCSEL", "microLED"};

static const char *const ELECTRONICS_TEXT[] = {"none", "linear amplifiers", "half retimed",
                                               "retimed", "signal processor"};

const char *fab_build_text(fab_build build)
{
    assert((int)build >= 0 && build < FAB_BUILD_COUNT);
    return BUILD_TEXT[build];
}

const char *fab_loss_text(fab_loss loss)
{
    assert((int)loss >= 0 && loss < FAB_LOSS_COUNT);
    return LOSS_TEXT[loss];
}

const char *fab_energy_part_text(fab_energy_part part)
{
    assert((int)part >= 0 && part < FAB_LINK_PART_COUNT);
    return PART_TEXT[part];
}

const char *fab_modulator_text(fab_modulator modulator)
{
    assert((int)modulator >= 0 && modulator <= FAB_MODULATOR_MICROLED);
    return MODULATOR_TEXT[modulator];
}

const char *fab_electronics_text(fab_electronics electronics)
{
    assert((int)electronics >= 0 && electronics <= FAB_ELECTRONICS_DSP);
    return ELECTRONICS_TEXT[electronics];
}

fab_value fab_assume(const fab_assumed *a)
{
    return fab_number(a->value, a->low, a->high, a->confidence, a->source);
}

bool fab_build_is_optical(fab_build build)
{
    return build == FAB_BUILD_MODULE || build == FAB_BUILD_ENGINE || build == FAB_BUILD_STACK;
}

bool fab_build_is_cable(fab_build build)
{
    return build == FAB_BUILD_CABLE || build == FAB_BUILD_REDRIVEN || build == FAB_BUILD_RETIMED;
}

/* ---- words ---- */

static const char *const STACK_WORDS[] = {"3d ", "3d,", "under die", NULL};
static const char *const STACK_TITLES[] = {"3d co-packaged", "3d cpo", "3d photonic", NULL};
static const char *const MODULE_WORDS[] = {"pluggable", "lpo", "lro", "module", "dr8", "fr4", NULL};
static const char *const ENGINE_WORDS[] = {"cpo", "co-packaged", "engine", "chiplet", NULL};
static const char *const REDRIVER_WORDS[] = {"redriver", NULL};
static const char *const RETIMER_WORDS[] = {"retimer", "retimed", NULL};
static const char *const OUTSIDE_WORDS[] = {"remote laser", "els", "elsfp", NULL};
static const char *const INSIDE_WORDS[] = {"integrated laser", NULL};
static const char *const NO_LASER_WORDS[] = {"laser and host serdes not said", "laser excluded",
                                             "without laser", NULL};

static fab_build build_of_copper(const fab_technology *t, const fab_link_class *class)
{
    /* a link over board and cable is as good as its cable, but for the boards of PCI Express */
    const bool is_board = class->medium == FAB_MEDIUM_BOARD;
    if (class->is_pcie || (is_board && !class->is_medium_mixed)) {
        return FAB_BUILD_BOARD;
    }
    if (fab_has_any_word(t->medium, RETIMER_WORDS)) {
        return FAB_BUILD_RETIMED;
    }
    if (fab_has_any_word(t->medium, REDRIVER_WORDS)) {
        return FAB_BUILD_REDRIVEN;
    }
    const bool is_cable = class->medium == FAB_MEDIUM_TWINAX || class->is_medium_mixed;
    return is_cable ? FAB_BUILD_CABLE : FAB_BUILD_BOARD;
}

static fab_build build_of(const fab_technology *t, const fab_link_class *class)
{
    switch ((fab_technology_role)t->role) {
    case FAB_ROLE_SERDES:
        return FAB_BUILD_SERDES;
    case FAB_ROLE_DIE_TO_DIE:
        return class->medium == FAB_MEDIUM_WAVEGUIDE ? FAB_BUILD_STACK : FAB_BUILD_PARALLEL;
    case FAB_ROLE_SWITCH:
        return FAB_BUILD_SWITCH;
    case FAB_ROLE_OCS:
        return FAB_BUILD_CIRCUIT;
    case FAB_ROLE_ON_CHIP:
        return FAB_BUILD_CHIP;
    default:
        break;
    }
    if (class->medium != FAB_MEDIUM_FIBRE) {
        return build_of_copper(t, class);
    }
    if (fab_has_any_word(t->medium, STACK_WORDS) || fab_has_any_word(t->title, STACK_TITLES)) {
        return FAB_BUILD_STACK;
    }
    const bool is_engine =
        fab_has_any_word(t->title, ENGINE_WORDS) || fab_has_any_word(t->medium, ENGINE_WORDS);
    const bool is_module = fab_has_any_word(t->title, MODULE_WORDS);
    return is_module && !is_engine ? FAB_BUILD_MODULE : FAB_BUILD_ENGINE;
}

static fab_modulator modulator_of(const fab_technology *t, fab_build build)
{
    if (t->modulator != FAB_MODULATOR_UNSTATED) {
        return (fab_modulator)t->modulator;
    }
    static const char *const RING[] = {"mrm", "ring", "dwdm", NULL};
    static const char *const LED[] = {"microled", NULL};
    if (fab_has_any_word(t->medium, LED)) {
        return FAB_MODULATOR_MICROLED;
    }
    if (fab_has_word(t->medium, "vcsel")) {
        return FAB_MODULATOR_VCSEL;
    }
    if (fab_has_word(t->medium, "eam")) {
        return FAB_MODULATOR_EAM;
    }
    if (fab_has_word(t->medium, "mzm")) {
        return FAB_MODULATOR_MZM;
    }
    if (fab_has_any_word(t->medium, RING) || fab_has_word(t->title, "coupe") ||
        build == FAB_BUILD_CHIP || build == FAB_BUILD_STACK) {
        return FAB_MODULATOR_RING;
    }
    return FAB_MODULATOR_MZM;
}

static fab_electronics electronics_of(const fab_technology *t, const fab_recipe *recipe)
{
    if (t->electronics != FAB_ELECTRONICS_UNSTATED) {
        return (fab_electronics)t->electronics;
    }
    switch (recipe->build) {
    case FAB_BUILD_MODULE:
        return recipe->link_class.dsp_ends == 2   ? FAB_ELECTRONICS_DSP
               : recipe->link_class.dsp_ends == 1 ? FAB_ELECTRONICS_HALF
                                                  : FAB_ELECTRONICS_LINEAR;
    case FAB_BUILD_ENGINE:
    case FAB_BUILD_RETIMED:
        return FAB_ELECTRONICS_RETIMED;
    case FAB_BUILD_STACK:
    case FAB_BUILD_REDRIVEN:
        return FAB_ELECTRONICS_LINEAR;
    default:
        return FAB_ELECTRONICS_UNSTATED;
    }
}

static fab_correction_kind correction_of(const fab_technology *t, const fab_link_class *class)
{
    if (t->correction > 0) {
        return (fab_correction_kind)(t->correction - 1);
    }
    if (fab_has_word(t->overhead, "hamming")) {
        return FAB_CORRECTION_INNER;
    }
    switch (class->code) {
    case FAB_CODE_RS544:
        return FAB_CORRECTION_KP4;
    case FAB_CODE_LIGHT:
        return FAB_CORRECTION_LIGHT;
    default:
        return FAB_CORRECTION_NONE;
    }
}

/* the thinnest wire that the medium names ("26-30 AWG": 30); 26 when it names none */
static fab_value gauge_of(const fab_technology *t)
{
    static const char SOURCE[] = "thinnest wire that the medium names";
    if (t->wire_gauge_count.is_known) {
        return fab_of_row(t, t->wire_gauge_count);
    }
    long found = 0;
    for (const char *c = t->medium; c && *c;) {
        char *end = NULL;
        const long number = *c >= '0' && *c <= '9' ? strtol(c, &end, 10) : 0;
        found = number > found && number <= 40 ? number : found;
        c = end ? end : c + 1;
    }
    if (fab_has_word(t->medium, "awg") && found > 0) {
        return fab_number((double)found, (double)found, (double)found, FAB_CONFIDENCE_SECONDARY,
                          SOURCE);
    }
    return fab_number(26.0, 26.0, 26.0, FAB_CONFIDENCE_ASSUMPTION, "no gauge named: 26 AWG");
}

/* ---- what a class has ---- */

static const fab_assumed LASER_MODULE = {
    0.15, 0.10, 0.20, FAB_CONFIDENCE_ASSUMPTION,
    "laser inside a module, not cooled, at 55 C; high: a die at 70 C of "
    "https://github.com/achoenix/optical_io (docs/cpo_laser.md)"};

static const fab_assumed LASER_OUTSIDE = {
    0.125, 0.042, 0.20, FAB_CONFIDENCE_SECONDARY,
    "external modules: 12.5 % at 25 dBm and 12.3 % at 16 x 20 dBm, cooled ones 4.2 to 6.7 %; "
    "https://github.com/achoenix/optical_io (docs/cpo_laser.md)"};

static const fab_assumed FIBRE_PITCH = {127e-6, 127e-6, 250e-6, FAB_CONFIDENCE_PAPER,
                                        "arrays of fibres 127 um apart, arXiv 2503.00121; high: "
                                        "250 um of ribbons"};

static const fab_assumed SUPPLY = {0.88, 0.85, 0.92, FAB_CONFIDENCE_ASSUMPTION,
                                   "voltage converters from 3.3 V inside a module"};

/* one node later at the same loss */
static const fab_assumed NODE = {0.9, 0.8, 1.0, FAB_CONFIDENCE_ESTIMATE,
                                 "SerDes of 200G lanes take 0.8 to 1.0 of that of 100G lanes"};

static const fab_assumed FOUR_LANES = {
    4, 2, 4, FAB_CONFIDENCE_ASSUMPTION,
    "one laser feeds four lanes, as 144 lasers feed 576 lanes of a Quantum-X switch"};

static const fab_assumed TWO_LANES = {2, 1, 4, FAB_CONFIDENCE_ASSUMPTION,
                                      "one laser feeds two lanes of a module"};

static const fab_assumed ONE_LANE = {1, 1, 1, FAB_CONFIDENCE_ASSUMPTION,
                                     "a wavelength of its own for each lane"};

static const fab_assumed PAIR = {0.5, 0.5, 1.0, FAB_CONFIDENCE_ASSUMPTION,
                                 "a pair of fibres, one lane each way; high: both ways in one"};

static const fab_assumed LANE_NRZ = {32e9, 10e9, 64e9, FAB_CONFIDENCE_ASSUMPTION,
                                     "lane rate not published: the class of 32G"};

static const fab_assumed LANE_PAM4 = {106.25e9, 53.125e9, 212.5e9, FAB_CONFIDENCE_ASSUMPTION,
                                      "lane rate not published: the class of 100G"};

static const fab_assumed SWING = {0.4, 0.35, 0.6, FAB_CONFIDENCE_ASSUMPTION,
                                  "wires between dies swing by about 0.4 V"};

static const fab_assumed PAD = {250, 125, 400, FAB_CONFIDENCE_ASSUMPTION,
                                "pad, bump and protection of one end"};

static fab_value choose(const fab_technology *t, fab_value given, const fab_assumed *otherwise)
{
    return given.is_known ? fab_of_row(t, given) : fab_assume(otherwise);
}

static const fab_assumed *lanes_of_laser(const fab_recipe *recipe)
{
    /* wavelengths of a multiplex and lasers that are modulated themselves are not shared */
    const bool is_own = recipe->modulator == FAB_MODULATOR_VCSEL ||
                        recipe->modulator == FAB_MODULATOR_MICROLED ||
                        recipe->fibre_lanes_count.value > 0.5;
    return is_own ? &ONE_LANE : recipe->build == FAB_BUILD_MODULE ? &TWO_LANES : &FOUR_LANES;
}

static void fill_light(const fab_technology *t, fab_recipe *out)
{
    out->modulator = modulator_of(t, out->build);
    out->has_laser_outside =
        fab_has_any_word(t->medium, OUTSIDE_WORDS) ||
        (out->build != FAB_BUILD_MODULE && out->modulator != FAB_MODULATOR_VCSEL &&
         out->modulator != FAB_MODULATOR_MICROLED && !fab_has_any_word(t->medium, INSIDE_WORDS));
    out->laser_frac =
        choose(t, t->laser_frac, out->has_laser_outside ? &LASER_OUTSIDE : &LASER_MODULE);
    out->laser_w = fab_of_row(t, t->laser_w);
    out->fibre_pitch_m = choose(t, t->fibre_pitch_m, &FIBRE_PITCH);
    out->fibre_lanes_count = choose(t, t->fibre_lanes_count, &PAIR);
    out->lasers_lanes_count = choose(t, t->lasers_lanes_count, lanes_of_laser(out));
    /* at least 3.5 dB by IEEE 802.3 for PAM4; two levels open further */
    out->extinction_db = out->is_nrz ? 6.0 : out->modulator == FAB_MODULATOR_MZM ? 5.0 : 4.0;
}

fab_recipe fab_link_recipe(const fab_technology *technology)
{
    assert(technology);
    const fab_technology *t = technology;
    fab_recipe out = {.link_class = fab_link_classify(t)};
    out.build = build_of(t, &out.link_class);
    out.is_nrz = out.link_class.is_nrz;
    out.correction = correction_of(t, &out.link_class);
    out.electronics = electronics_of(t, &out);
    out.lane_rate_bps = choose(t, t->lane_rate_bps, out.is_nrz ? &LANE_NRZ : &LANE_PAM4);
    if (out.lane_rate_bps.value > 150e9) {
        out.node_ratio = fab_assume(&NODE);
    }
    out.counts_laser = !fab_has_any_word(t->energy_scope, NO_LASER_WORDS);
    out.counts_host = !out.link_class.lacks_host && out.counts_laser &&
                      !fab_has_word(t->energy_scope, "optical link");
    if (fab_build_is_optical(out.build) || out.build == FAB_BUILD_CHIP) {
        fill_light(t, &out);
    } else if (out.build == FAB_BUILD_PARALLEL) {
        out.swing_v_count = choose(t, t->swing_v_count, &SWING);
        out.pad_ff_count = choose(t, t->pad_ff_count, &PAD);
    } else {
        out.wire_gauge_count = gauge_of(t);
    }
    out.budget_db = fab_of_row(t, t->loss_budget_db);
    if (out.build == FAB_BUILD_MODULE || out.build == FAB_BUILD_RETIMED ||
        out.build == FAB_BUILD_REDRIVEN) {
        out.supply_frac = choose(t, t->supply_frac, &SUPPLY);
    }
    return out;
}
