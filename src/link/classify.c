#include <fabricast/link.h>

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "link/recipe.h"

/* lanes up to this rate are taken for NRZ when nobody says how they are coded */
#define NRZ_LIMIT_BPS 64e9

static const char *const MEDIUM_TEXT[FAB_MEDIUM_COUNT] = {
    [FAB_MEDIUM_FIBRE] = "fibre",         [FAB_MEDIUM_TWINAX] = "twinax",
    [FAB_MEDIUM_BOARD] = "board",         [FAB_MEDIUM_PACKAGE] = "package",
    [FAB_MEDIUM_WAVEGUIDE] = "waveguide",
};

static const char *const CODE_TEXT[FAB_CODE_COUNT] = {
    [FAB_CODE_NONE] = "none",
    [FAB_CODE_LIGHT] = "light code of flits",
    [FAB_CODE_RS544] = "RS(544,514)",
};

/* words of which one is enough; lower case */
static const char *const FIBRE_WORDS[] = {"fibre", "fiber", "smf",   "mmf",      "wdm", "optic",
                                          "mrm",   "vcsel", "laser", "photonic", NULL};
static const char *const BOARD_WORDS[] = {"board", "pcb", "midplane", NULL};
static const char *const TWINAX_WORDS[] = {"twinax", "cable", "cartridge", NULL};
static const char *const PACKAGE_WORDS[] = {"package", "interposer", "bridge", "die", NULL};
static const char *const CLEAR_WORDS[] = {"nrz", "ook", NULL};
static const char *const NO_DSP_WORDS[] = {"no dsp", "without dsp", "without a dsp", NULL};
static const char *const HALF_DSP_WORDS[] = {"half-retimed", "half retimed", "tx dsp", NULL};
static const char *const DSP_WORDS[] = {"dsp", "retimed", NULL};
static const char *const ENGINE_WORDS[] = {"module", "engine", "ends of the cable", "excluded",
                                           NULL};
static const char *const HOST_WORDS[] = {"whole link", "with host serdes",     "and host serdes",
                                         "and serdes", "host serdes included", NULL};

const char *fab_medium_text(fab_medium medium)
{
    assert((int)medium >= 0 && medium < FAB_MEDIUM_COUNT);
    return MEDIUM_TEXT[medium];
}

const char *fab_link_code_text(fab_link_code code)
{
    assert((int)code >= 0 && code < FAB_CODE_COUNT);
    return CODE_TEXT[code];
}

/* whether `text` begins with `word`, which is in lower case */
static bool begins(const char *text, const char *word)
{
    for (; *word; text++, word++) {
        if (tolower((unsigned char)*text) != *word) {
            return false;
        }
    }
    return true;
}

bool fab_has_word(const char *text, const char *word)
{
    for (; text && *text; text++) {
        if (begins(text, word)) {
            return true;
        }
    }
    return false;
}

bool fab_has_any_word(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (fab_has_word(text, *words)) {
            return true;
        }
    }
    return false;
}

static void classify_medium(const fab_technology *technology, fab_link_class *out)
{
    const char *medium = technology->medium;
    if (fab_has_word(medium, "waveguide")) {
        out->medium = FAB_MEDIUM_WAVEGUIDE;
    } else if (fab_has_word(medium, "fibre") ||
               (fab_has_any_word(medium, FIBRE_WORDS) && !fab_has_word(medium, "copper"))) {
        out->medium = FAB_MEDIUM_FIBRE;
    } else if (fab_has_any_word(medium, BOARD_WORDS)) {
        out->medium = FAB_MEDIUM_BOARD;
        out->is_medium_mixed = fab_has_any_word(medium, TWINAX_WORDS);
    } else if (fab_has_any_word(medium, TWINAX_WORDS)) {
        out->medium = FAB_MEDIUM_TWINAX;
    } else if (fab_has_any_word(medium, PACKAGE_WORDS)) {
        out->medium = FAB_MEDIUM_PACKAGE;
    } else {
        out->medium = FAB_MEDIUM_BOARD;
        out->is_medium_guess = !fab_has_word(medium, "copper");
    }
}

/* what the overhead says of the error correction; FAB_CODE_COUNT when it says nothing */
static fab_link_code code_of_overhead(const char *overhead)
{
    if (fab_has_word(overhead, "rs(544")) {
        return FAB_CODE_RS544;
    }
    if (fab_has_word(overhead, "flit")) {
        return FAB_CODE_LIGHT;
    }
    const bool is_none = overhead && begins(overhead, "none");
    return is_none || fab_has_word(overhead, "no fec") ? FAB_CODE_NONE : FAB_CODE_COUNT;
}

static void classify_code(const fab_technology *technology, fab_link_class *out)
{
    const char *line = technology->line_code;
    const fab_value *lane = &technology->lane_rate_bps;
    const bool is_pam = fab_has_word(line, "pam");
    const bool is_clear = fab_has_any_word(line, CLEAR_WORDS);
    const bool is_slow = lane->is_known && lane->value <= NRZ_LIMIT_BPS;
    out->is_nrz = !is_pam && (is_clear || is_slow);
    out->code = code_of_overhead(technology->overhead);
    if (out->code != FAB_CODE_COUNT) {
        return;
    }
    out->is_code_guess = !is_pam && !is_clear;
    const bool is_flit = fab_has_word(line, "flit") || out->is_pcie;
    out->code = out->is_nrz ? FAB_CODE_NONE : is_flit ? FAB_CODE_LIGHT : FAB_CODE_RS544;
}

static int64_t count_dsp(const fab_technology *technology)
{
    const char *title = technology->title;
    if (fab_has_any_word(title, NO_DSP_WORDS)) {
        return 0;
    }
    if (fab_has_any_word(title, HALF_DSP_WORDS)) {
        return 1;
    }
    return fab_has_any_word(title, DSP_WORDS) ? 2 : 0;
}

fab_link_class fab_link_classify(const fab_technology *technology)
{
    assert(technology);
    fab_link_class out = {
        .dsp_ends = count_dsp(technology),
        .is_on_package = technology->role == FAB_ROLE_DIE_TO_DIE,
        .lacks_host = fab_has_any_word(technology->energy_scope, ENGINE_WORDS) &&
                      !fab_has_any_word(technology->energy_scope, HOST_WORDS),
        .is_pcie = fab_has_word(technology->title, "pci express") ||
                   fab_has_word(technology->title, "pcie"),
        .carries_data = technology->role != FAB_ROLE_SWITCH && technology->role != FAB_ROLE_OCS,
    };
    classify_medium(technology, &out);
    classify_code(technology, &out);
    return out;
}
