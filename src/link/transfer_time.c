#include "link/transfer_parts.h"

#include <math.h>

#include "link/defaults.h"
#include "link/derive.h"

#define BITS_PER_BYTE 8.0
#define ENDS          2

static void set(fab_parts *parts, fab_transfer_part part, fab_value value, const char *formula)
{
    parts->out->terms[part].time_s = (fab_derived){.value = value, .formula = formula};
}

/* a part of the latency of a hop: counted for all hops, and for the round trip of one */
static void set_latency(fab_parts *parts, fab_transfer_part part, fab_value hop_s,
                        const char *formula)
{
    parts->latency_s = fab_add(parts->latency_s, hop_s);
    set(parts, part, fab_scale(hop_s, (double)parts->options->hops), formula);
}

static void fill_serialisation(fab_parts *parts)
{
    const double size_bit = parts->options->size_byte * BITS_PER_BYTE;
    const char *formula = fab_parts_printf(
        parts, "%.0f bit / %s", size_bit, fab_parts_quantity(parts, parts->rate_bps, FAB_DIM_RATE));
    set(parts, FAB_TERM_SERIALISATION, fab_divide(fab_known(size_bit), parts->rate_bps), formula);
}

static fab_value count_packets(double size_byte, fab_value packet_byte)
{
    const fab_value packets = fab_divide(fab_known(size_byte), packet_byte);
    fab_value out = packets;
    out.value = ceil(packets.value);
    out.low = ceil(packets.low);
    out.high = ceil(packets.high);
    return out;
}

fab_value fab_parts_header_bits(fab_parts *parts, const char **formula_out)
{
    const fab_transfer_options *options = parts->options;
    const fab_link_class *link_class = &parts->out->link_class;
    if (!link_class->is_pcie && !options->header_byte.is_known) {
        *formula_out = "no packets known";
        return fab_known(0.0);
    }
    const fab_value packet = fab_choose(options->packet_byte, fab_default_packet_byte());
    const fab_value header =
        fab_choose(options->header_byte, fab_default_header_byte(link_class->code));
    const fab_value packets = count_packets(options->size_byte, packet);
    *formula_out = fab_parts_printf(parts, "%.0f packets x %s", packets.value,
                                    fab_parts_quantity(parts, header, FAB_DIM_SIZE));
    return fab_scale(fab_multiply(packets, header), BITS_PER_BYTE);
}

static void fill_headers(fab_parts *parts)
{
    const char *formula;
    const fab_value bits = fab_parts_header_bits(parts, &formula);
    if (bits.value > 0.0) {
        formula = fab_parts_printf(parts, "%s / %s", formula,
                                   fab_parts_quantity(parts, parts->rate_bps, FAB_DIM_RATE));
        set(parts, FAB_TERM_HEADERS, fab_divide(bits, parts->rate_bps), formula);
    } else {
        set(parts, FAB_TERM_HEADERS, fab_known(0.0), formula);
    }
}

/* one end: what was said on its own, else what stands there, else the link's own end */
static void fill_end(fab_parts *parts, fab_transfer_part part, const fab_transfer_end *end,
                     fab_value asked_s)
{
    if (!end && !asked_s.is_known) {
        set(parts, part, fab_known(0.0), "the link's own end");
        return;
    }
    const fab_value access_s = end ? fab_choose(asked_s, end->access_s) : asked_s;
    set(parts, part, access_s,
        fab_parts_printf(parts, "%s: %s", end ? end->name : "end", end ? end->what : "as given"));
}

static void fill_serdes(fab_parts *parts)
{
    const fab_value end_s =
        fab_choose(parts->options->serdes_s, fab_default_serdes_s(&parts->out->link_class));
    const char *formula = fab_parts_printf(parts, "%s x %d ends x hops",
                                           fab_parts_quantity(parts, end_s, FAB_DIM_TIME), ENDS);
    set_latency(parts, FAB_TERM_SERDES, fab_scale(end_s, ENDS), formula);
}

/* the whole block must have arrived, then it is decoded */
static fab_value fec_of_class(fab_parts *parts, const char **formula_out)
{
    const fab_link_code code = parts->out->link_class.code;
    const fab_value decode_s = fab_default_decode_s(code);
    const int64_t block_bits = fab_default_block_bits(code);
    if (block_bits == 0) {
        *formula_out = code == FAB_CODE_NONE
                           ? "no error correction"
                           : fab_parts_printf(parts, "decode %s x hops",
                                              fab_parts_quantity(parts, decode_s, FAB_DIM_TIME));
        return decode_s;
    }
    const fab_value lane_bps =
        fab_choose(fab_of_row(parts->technology, parts->technology->lane_rate_bps),
                   fab_default_lane_rate_bps());
    const fab_value bits = fab_known((double)(block_bits * parts->options->interleave));
    *formula_out = fab_parts_printf(parts, "(%d bit x %d / %s + decode %s) x hops", (int)block_bits,
                                    (int)parts->options->interleave,
                                    fab_parts_quantity(parts, lane_bps, FAB_DIM_RATE),
                                    fab_parts_quantity(parts, decode_s, FAB_DIM_TIME));
    return fab_add(fab_divide(bits, lane_bps), decode_s);
}

static void fill_fec(fab_parts *parts)
{
    const fab_value asked_s = parts->options->fec_s;
    const char *formula;
    fab_value hop_s;
    if (asked_s.is_known) {
        hop_s = asked_s;
        formula =
            fab_parts_printf(parts, "%s x hops", fab_parts_quantity(parts, asked_s, FAB_DIM_TIME));
    } else {
        hop_s = fec_of_class(parts, &formula);
    }
    set_latency(parts, FAB_TERM_FEC, hop_s, formula);
}

static void fill_dsp(fab_parts *parts)
{
    const int64_t ends = parts->out->link_class.dsp_ends;
    if (ends == 0) {
        set_latency(parts, FAB_TERM_DSP, fab_known(0.0), "no signal processor");
        return;
    }
    const fab_value end_s = fab_choose(parts->options->dsp_s, fab_default_dsp_s());
    const char *formula = fab_parts_printf(parts, "%s x %d end%s x hops",
                                           fab_parts_quantity(parts, end_s, FAB_DIM_TIME),
                                           (int)ends, ends == 1 ? "" : "s");
    set_latency(parts, FAB_TERM_DSP, fab_scale(end_s, (double)ends), formula);
}

/* what is inside the published latency of the link is not counted again */
static void fill_published(fab_parts *parts, fab_value latency_s)
{
    static const fab_transfer_part INSIDE[] = {FAB_TERM_SERDES, FAB_TERM_FEC, FAB_TERM_DSP};
    for (size_t i = 0; i < sizeof(INSIDE) / sizeof(INSIDE[0]); i++) {
        set_latency(parts, INSIDE[i], fab_known(0.0), "inside the published latency of the link");
        parts->out->terms[INSIDE[i]].is_time_in_link = true;
    }
    const char *formula = fab_parts_printf(parts, "published %s x hops",
                                           fab_parts_quantity(parts, latency_s, FAB_DIM_TIME));
    set_latency(parts, FAB_TERM_LINK, latency_s, formula);
}

/* whether somebody measured or states the latency of the link as a whole */
static bool is_published(fab_value latency_s)
{
    return latency_s.is_known && latency_s.confidence < FAB_CONFIDENCE_ESTIMATE;
}

static void fill_latency(fab_parts *parts)
{
    const fab_transfer_options *options = parts->options;
    const fab_value published_s = fab_of_row(parts->technology, parts->technology->latency_s);
    parts->latency_s = fab_known(0.0);
    if (is_published(published_s) && !options->serdes_s.is_known && !options->fec_s.is_known &&
        !options->dsp_s.is_known) {
        fill_published(parts, published_s);
        return;
    }
    fill_serdes(parts);
    fill_fec(parts);
    fill_dsp(parts);
    set_latency(parts, FAB_TERM_LINK, fab_known(0.0), "SerDes, FEC and DSP stand for it");
}

static void fill_propagation(fab_parts *parts)
{
    const fab_value metre_s = fab_default_flight_s_per_m(&parts->out->link_class);
    const fab_value hop_m = fab_known(parts->out->distance_m);
    parts->flight_s = fab_multiply(hop_m, metre_s);
    const char *formula = fab_parts_printf(parts, "%s x %s/m x hops",
                                           fab_parts_quantity(parts, hop_m, FAB_DIM_LENGTH),
                                           fab_parts_quantity(parts, metre_s, FAB_DIM_TIME));
    set(parts, FAB_TERM_PROPAGATION, fab_scale(parts->flight_s, (double)parts->options->hops),
        formula);
}

static void fill_switch(fab_parts *parts)
{
    const int64_t switches = parts->options->hops - 1;
    if (switches == 0) {
        set(parts, FAB_TERM_SWITCH, fab_known(0.0), "no switch");
        return;
    }
    const fab_value one_s = fab_choose(parts->options->switch_s, fab_default_switch_s());
    const char *formula =
        fab_parts_printf(parts, "%s x (hops - 1)", fab_parts_quantity(parts, one_s, FAB_DIM_TIME));
    set(parts, FAB_TERM_SWITCH, fab_scale(one_s, (double)switches), formula);
}

void fab_parts_time(fab_parts *parts)
{
    fill_serialisation(parts);
    fill_latency(parts);
    fill_propagation(parts);
    fill_switch(parts);
    fill_headers(parts);
    fill_end(parts, FAB_TERM_FROM, parts->options->from, parts->options->from_s);
    fill_end(parts, FAB_TERM_TO, parts->options->to, parts->options->to_s);
}
