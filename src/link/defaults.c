#include "link/defaults.h"

#include <assert.h>

typedef struct assumption {
    double value, low, high;
    fab_confidence confidence;
    const char *source;
} assumption;

static fab_value make(const assumption *a)
{
    return (fab_value){
        .value = a->value,
        .low = a->low,
        .high = a->high,
        .is_known = true,
        .has_range = a->low < a->high,
        .confidence = a->confidence,
        .has_confidence = true,
        .source = a->source,
    };
}

static const assumption FLIGHT[FAB_MEDIUM_COUNT] = {
    [FAB_MEDIUM_FIBRE] = {4.9e-9, 4.9e-9, 4.9e-9, FAB_CONFIDENCE_DATASHEET,
                          "group index 1.4682 of single-mode fibre over c"},
    [FAB_MEDIUM_TWINAX] = {4.35e-9, 4.35e-9, 4.98e-9, FAB_CONFIDENCE_ESTIMATE,
                           "foam twinax, sqrt(1.7) over c; high: unshielded pair at 0.67 c"},
    [FAB_MEDIUM_BOARD] = {6.19e-9, 6.19e-9, 6.19e-9, FAB_CONFIDENCE_PAPER,
                          "board trace of the channel operating margin model of IEEE 802.3"},
    [FAB_MEDIUM_PACKAGE] = {6.14e-9, 6.14e-9, 6.14e-9, FAB_CONFIDENCE_PAPER,
                            "package trace of the channel operating margin model of IEEE 802.3"},
    [FAB_MEDIUM_WAVEGUIDE] = {14e-9, 13e-9, 15e-9, FAB_CONFIDENCE_ESTIMATE,
                              "group index about 4.2 of a silicon waveguide over c"},
};

/* board and cable in one link: no slower than board, no faster than cable */
static const assumption BOARD_AND_CABLE = {6.19e-9, 4.35e-9, 6.19e-9, FAB_CONFIDENCE_ASSUMPTION,
                                           "board for all of it; low: twinax for all of it"};

static const assumption UNKNOWN_MEDIUM = {6.19e-9, 4.35e-9, 6.19e-9, FAB_CONFIDENCE_ASSUMPTION,
                                          "medium not known: the slowest between packages"};

static const assumption SERDES_PACKAGE = {1e-9, 0.5e-9, 2e-9, FAB_CONFIDENCE_SECONDARY,
                                          "UCIe: about 2 ns for both ends"};

static const assumption SERDES_NRZ = {
    5e-9, 2.5e-9, 15e-9, FAB_CONFIDENCE_SECONDARY,
    "NRZ SerDes up to 40 Gb/s under 5 ns; high: NRZ optical hops of 20 to 30 ns in all"};

static const assumption SERDES_PAM4 = {
    20e-9, 10e-9, 40e-9, FAB_CONFIDENCE_SECONDARY,
    "PAM4 SerDes of 112G; high: PAM4 hops of up to 200 ns less 120 ns of RS(544,514)"};

static const assumption DECODE_NONE = {0, 0, 0, FAB_CONFIDENCE_ASSUMPTION,
                                       "NRZ links run without error correction"};

static const assumption DECODE_LIGHT = {
    2e-9, 1e-9, 10e-9, FAB_CONFIDENCE_ESTIMATE,
    "PCI Express 6 flits: light code adds about 2 ns; retries not counted"};

static const assumption DECODE_RS544 = {45e-9, 30e-9, 60e-9, FAB_CONFIDENCE_ESTIMATE,
                                        "decoding RS(544,514) takes 30 to 60 ns"};

static const assumption LANE_RATE = {106.25e9, 53.125e9, 212.5e9, FAB_CONFIDENCE_ASSUMPTION,
                                     "lane rate not published: the 100G class"};

static const assumption DSP = {10e-9, 5e-9, 20e-9, FAB_CONFIDENCE_SECONDARY,
                               "PAM4 signal processor of a module, about 10 ns per end"};

static const assumption SWITCH = {250e-9, 115e-9, 800e-9, FAB_CONFIDENCE_VENDOR_CLAIM,
                                  "Tomahawk Ultra; low: PCI Express 5 switch; high: Tomahawk 6"};

static const assumption TURNAROUND = {
    50e-9, 10e-9, 200e-9, FAB_CONFIDENCE_ASSUMPTION,
    "no published figure: time to free a buffer and send a credit"};

static const assumption HOST_ENERGY = {
    3e-12, 1.1e-12, 6.5e-12, FAB_CONFIDENCE_ESTIMATE,
    "0.9 exp(0.055 dB) pJ/bit at 22 dB from chip to module; low: 4 dB, high: 36 dB"};

static const assumption SWITCH_ENERGY = {
    6e-12, 4.9e-12, 7.3e-12, FAB_CONFIDENCE_ESTIMATE,
    "500 W of a 51.2 Tb/s switch less the 25 to 50 % of its SerDes"};

static const assumption PACKET = {256, 128, 512, FAB_CONFIDENCE_ASSUMPTION,
                                  "largest payload that hosts usually set for PCI Express"};

static const assumption HEADER = {
    24, 20, 28, FAB_CONFIDENCE_SECONDARY,
    "PCI Express from 3.0: token with sequence number 4, header 16, LCRC 4 byte; low: 32-bit "
    "addresses; high: with ECRC (5 to 7 words, Intel AN 708)"};

static const assumption HEADER_FLIT = {
    16, 12, 20, FAB_CONFIDENCE_SECONDARY,
    "PCI Express flits: header alone, the rest is in the flit; low: 32-bit addresses; high: ECRC"};

fab_value fab_default_flight_s_per_m(const fab_link_class *link_class)
{
    assert((int)link_class->medium >= 0 && link_class->medium < FAB_MEDIUM_COUNT);
    if (link_class->is_medium_guess) {
        return make(&UNKNOWN_MEDIUM);
    }
    return make(link_class->is_medium_mixed ? &BOARD_AND_CABLE : &FLIGHT[link_class->medium]);
}

fab_value fab_default_serdes_s(const fab_link_class *link_class)
{
    if (link_class->is_on_package) {
        return make(&SERDES_PACKAGE);
    }
    return make(link_class->is_nrz ? &SERDES_NRZ : &SERDES_PAM4);
}

fab_value fab_default_decode_s(fab_link_code code)
{
    switch (code) {
    case FAB_CODE_LIGHT:
        return make(&DECODE_LIGHT);
    case FAB_CODE_RS544:
        return make(&DECODE_RS544);
    default:
        return make(&DECODE_NONE);
    }
}

int64_t fab_default_block_bits(fab_link_code code)
{
    /* 544 symbols of 10 bits */
    return code == FAB_CODE_RS544 ? 5440 : 0;
}

fab_value fab_default_lane_rate_bps(void)
{
    return make(&LANE_RATE);
}

fab_value fab_default_dsp_s(void)
{
    return make(&DSP);
}

fab_value fab_default_switch_s(void)
{
    return make(&SWITCH);
}

fab_value fab_default_turnaround_s(void)
{
    return make(&TURNAROUND);
}

fab_value fab_default_host_energy_j_per_bit(void)
{
    return make(&HOST_ENERGY);
}

fab_value fab_default_switch_energy_j_per_bit(void)
{
    return make(&SWITCH_ENERGY);
}

fab_value fab_default_packet_byte(void)
{
    return make(&PACKET);
}

fab_value fab_default_header_byte(fab_link_code code)
{
    return make(code == FAB_CODE_LIGHT ? &HEADER_FLIT : &HEADER);
}
