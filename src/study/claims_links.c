#include <fabricast/channel.h>
#include <fabricast/link.h>

#include <math.h>

#include "link/defaults.h"
#include "link/derive.h"
#include "study/claims_draft.h"

/* Claims about links side by side: how soon, how much, how fast a lane. */

#define BITS_PER_BYTE 8.0

/* points of a line over a logarithmic axis of distance */
#define LINE_POINTS  41
#define LINE_FROM_M  0.1
#define LINE_LIMIT_M 1000.0

/* a rate is the claimed one within this share */
#define RATE_TOLERANCE 0.05

/* The fixed latency of a link: everything but serialisation and flight. */
static fab_status latency_of(const fab_technology *link, fab_arena *arena, fab_value *out)
{
    fab_transfer transfer;
    const char *message = NULL;
    fab_transfer_options options = fab_transfer_options_default();
    options.size_byte = 0.0;
    options.distance_m = fab_known(0.0);
    options.rate_bps = fab_known(1.0); /* of no bits */
    const fab_status status = fab_transfer_send(link, &options, arena, &transfer, &message);
    *out = (fab_value){.is_known = false};
    if (status == FAB_OK) {
        *out = transfer.time_s;
    }
    return status == FAB_E_INFEASIBLE ? FAB_OK : status;
}

/* What the claim about time needs of one link. */
typedef struct flight {
    const fab_technology *link;
    const char *medium;
    fab_value metre_s;
    fab_value way_s;
    fab_value latency_s;
} flight;

static fab_status fly(const fab_technology *link, double distance_m, fab_claim_draft *draft,
                      flight *out)
{
    fab_link_summary summary;
    FAB_TRY(fab_link_summarise(link, 0.0, 0.0, &summary));
    *out = (flight){
        .link = link,
        .medium = fab_medium_text(summary.link_class.medium),
        .metre_s = summary.flight_s_per_m.value,
        .way_s = fab_scale(summary.flight_s_per_m.value, distance_m),
    };
    FAB_TRY(latency_of(link, draft->arena, &out->latency_s));
    const char *of = fab_claim_link_name(link);
    fab_draft_put_si(draft, "flight", of, out->way_s, FAB_DIM_TIME, "flight of the medium");
    fab_draft_put_si(draft, "SerDes, error correction, DSP", of, out->latency_s, FAB_DIM_TIME,
                     "parts of `fabricast transfer`");
    fab_draft_put_si(draft, "one way", of, fab_add(out->way_s, out->latency_s), FAB_DIM_TIME,
                     "sum of the two");
    return FAB_OK;
}

static fab_status fly_all(const fab_claim_links *links, double distance_m, fab_claim_draft *draft,
                          flight *out)
{
    for (size_t i = 0; i < links->count; i++) {
        FAB_TRY(fly(&links->items[i], distance_m, draft, &out[i]));
    }
    return FAB_OK;
}

static size_t soonest(const flight *flights, size_t count, bool is_latency)
{
    fab_value times[FAB_CLAIM_LINK_LIMIT];
    for (size_t i = 0; i < count; i++) {
        times[i] = is_latency ? flights[i].latency_s : flights[i].way_s;
    }
    return fab_claim_least(times, count);
}

/* One line: latency over distance as far as the link reaches. */
static void draw_flight(fab_claim_draft *draft, const flight *f, fab_claim_curve *curve)
{
    double *x = FAB_NEW(draft->arena, double, LINE_POINTS);
    double *y = FAB_NEW(draft->arena, double, LINE_POINTS);
    *curve = (fab_claim_curve){.label = fab_claim_link_name(f->link), .x_count = x, .y_count = y};
    if (x == NULL || y == NULL) {
        draft->status = FAB_E_NOMEM;
        return;
    }
    const fab_value reach_m = f->link->reach_m;
    const double to_m =
        reach_m.is_known && reach_m.value < LINE_LIMIT_M ? reach_m.value : LINE_LIMIT_M;
    if (!f->latency_s.is_known || !f->metre_s.is_known || !reach_m.is_known ||
        to_m <= LINE_FROM_M) {
        return;
    }
    curve->count = LINE_POINTS;
    for (size_t i = 0; i < LINE_POINTS; i++) {
        x[i] = LINE_FROM_M * pow(to_m / LINE_FROM_M, (double)i / (LINE_POINTS - 1));
        y[i] = 1e9 * (f->latency_s.value + x[i] * f->metre_s.value);
    }
}

static void draw_flights(fab_claim_draft *draft, const flight *copper, size_t coppers,
                         const flight *optics, size_t optical)
{
    const fab_claim_figure figure = {
        .title = "Latency of a link over its length",
        .caption = "One way through one link without switch and serialisation, as far as each "
                   "reaches. Lines that start high are error correction and signal processing; "
                   "distance tells only beyond some metres.",
        .x_title = "distance, m",
        .y_title = "one way, ns",
        .is_x_log = true,
        .is_y_log = true,
        .curve_count = coppers + optical,
    };
    fab_claim_curve *curves = fab_draft_figure(draft, &figure, coppers + optical);
    for (size_t i = 0; curves != NULL && i < coppers + optical; i++) {
        draw_flight(draft, i < coppers ? &copper[i] : &optics[i - coppers], &curves[i]);
    }
}

static const char *lighter_text(fab_claim_draft *draft, const flight *copper, const flight *optics)
{
    const double saved_s = copper->latency_s.value - optics->latency_s.value;
    return fab_draft_text(draft,
                          "Most of a link's latency is SerDes and error correction: %s in %s, %s "
                          "in %s, %s%s for optics",
                          fab_draft_si(draft, copper->latency_s.value, FAB_DIM_TIME),
                          fab_claim_link_name(copper->link),
                          fab_draft_si(draft, optics->latency_s.value, FAB_DIM_TIME),
                          fab_claim_link_name(optics->link),
                          fab_draft_si(draft, fabs(saved_s), FAB_DIM_TIME),
                          saved_s >= 0.0 ? " less" : " more");
}

fab_status fab_claim_propagation(fab_claims_work *work, const fab_claim_inputs *inputs,
                                 fab_claim_draft *draft)
{
    (void)work;
    flight copper[FAB_CLAIM_LINK_LIMIT], optics[FAB_CLAIM_LINK_LIMIT];
    FAB_TRY(fly_all(&inputs->copper, inputs->distance_m, draft, copper));
    FAB_TRY(fly_all(&inputs->optics, inputs->distance_m, draft, optics));
    const size_t c = soonest(copper, inputs->copper.count, false);
    const size_t o = soonest(optics, inputs->optics.count, false);
    const size_t quiet_c = soonest(copper, inputs->copper.count, true);
    const size_t quiet_o = soonest(optics, inputs->optics.count, true);
    if (c == inputs->copper.count || o == inputs->optics.count || quiet_c == inputs->copper.count ||
        quiet_o == inputs->optics.count) {
        fab_draft_need(draft, "flight or latency", "the links");
        draft->sentence = "No link of one side has a known flight time and latency.";
        return draft->status;
    }
    const fab_value switch_s = fab_default_switch_s();
    const double share = optics[o].way_s.value / copper[c].way_s.value;
    const double claimed = inputs->after_s / inputs->before_s;
    const double switch_m = switch_s.value / optics[o].metre_s.value;
    fab_draft_put(draft, "flight, optics over copper", "", fab_claim_made(share), "X", "computed");
    fab_draft_put(draft, "the same as claimed", "", fab_claim_made(claimed), "X", "the claim");
    fab_draft_put_si(draft, "one switch", "", switch_s, FAB_DIM_TIME, "assumption");
    fab_draft_put_si(draft, "fibre that takes as long as a switch", "", fab_claim_made(switch_m),
                     FAB_DIM_LENGTH, "computed");
    draw_flights(draft, copper, inputs->copper.count, optics, inputs->optics.count);
    fab_draft_decide(draft, share <= claimed, share < 1.0);
    draft->sentence = fab_draft_text(
        draft,
        "Over %s light needs %s in %s and a signal %s in %s: %s times as long, where the claim "
        "has %s. %s. A switch on the way costs %s, as much as %s of fibre, so optics "
        "gain where their reach saves a switch or their error correction is lighter.",
        fab_draft_si(draft, inputs->distance_m, FAB_DIM_LENGTH),
        fab_draft_si(draft, optics[o].way_s.value, FAB_DIM_TIME), optics[o].medium,
        fab_draft_si(draft, copper[c].way_s.value, FAB_DIM_TIME), copper[c].medium,
        fab_draft_plain(draft, share), fab_draft_plain(draft, claimed),
        lighter_text(draft, &copper[quiet_c], &optics[quiet_o]),
        fab_draft_si(draft, switch_s.value, FAB_DIM_TIME),
        fab_draft_si(draft, switch_m, FAB_DIM_LENGTH));
    return draft->status;
}

/* ---- bandwidth ---- */

static void put_rates(fab_claim_draft *draft, const fab_claim_links *links, fab_value *rates)
{
    for (size_t i = 0; i < links->count; i++) {
        const fab_technology *link = &links->items[i];
        const char *of = fab_claim_link_name(link);
        rates[i] = fab_of_row(link, link->rate_bps);
        fab_draft_put_si(draft, "per package, one direction", of, rates[i], FAB_DIM_RATE, "");
        fab_draft_put_si(draft, "the same in bytes", of, fab_scale(rates[i], 1.0 / BITS_PER_BYTE),
                         FAB_DIM_MEMORY_RATE, "rate / 8");
        fab_draft_put_si(draft, "per edge, one direction", of,
                         fab_of_row(link, link->shoreline_bps_per_m), FAB_DIM_RATE_DENSITY, "");
    }
}

static void draw_rates(fab_claim_draft *draft, const fab_claim_inputs *inputs,
                       const fab_value *copper, const fab_value *optics)
{
    const size_t count = inputs->copper.count + inputs->optics.count;
    const fab_claim_figure figure = {
        .title = "Bandwidth of a package, one direction",
        .caption = "Published or announced, both directions of a headline halved.",
        .y_title = "Tb/s, one direction",
        .is_bars = true,
        .is_y_log = true,
        .curve_count = 1,
    };
    fab_claim_curve *curve = fab_draft_figure(draft, &figure, 1);
    double *y = FAB_NEW(draft->arena, double, count);
    const char **names = FAB_NEW(draft->arena, const char *, count);
    if (curve == NULL || y == NULL || names == NULL) {
        draft->status = FAB_E_NOMEM;
        return;
    }
    *curve = (fab_claim_curve){.label = "per package", .y_count = y, .names = names};
    for (size_t i = 0; i < count; i++) {
        const size_t j = i < inputs->copper.count ? i : i - inputs->copper.count;
        const fab_value rate = i < inputs->copper.count ? copper[j] : optics[j];
        if (rate.is_known) {
            y[curve->count] = rate.value * 1e-12;
            names[curve->count++] = fab_claim_link_name(
                i < inputs->copper.count ? &inputs->copper.items[j] : &inputs->optics.items[j]);
        }
    }
}

fab_status fab_claim_bandwidth(fab_claims_work *work, const fab_claim_inputs *inputs,
                               fab_claim_draft *draft)
{
    (void)work;
    fab_value copper[FAB_CLAIM_LINK_LIMIT], optics[FAB_CLAIM_LINK_LIMIT];
    put_rates(draft, &inputs->copper, copper);
    put_rates(draft, &inputs->optics, optics);
    const size_t c = fab_claim_greatest(copper, inputs->copper.count);
    const size_t o = fab_claim_greatest(optics, inputs->optics.count);
    if (c == inputs->copper.count || o == inputs->optics.count) {
        fab_draft_need(draft, "rate per package", "one side");
        draft->sentence = "No link of one side has a published rate per package.";
        return draft->status;
    }
    const double ratio = optics[o].value / copper[c].value;
    const double claimed = inputs->after_bps / inputs->before_bps;
    const double ahead = copper[c].value / inputs->before_bps;
    fab_draft_put(draft, "fastest optics over fastest copper", "", fab_claim_made(ratio), "X",
                  "computed");
    fab_draft_put(draft, "the same as claimed", "", fab_claim_made(claimed), "X", "the claim");
    fab_draft_put(draft, "fastest copper over the claim's copper", "", fab_claim_made(ahead), "X",
                  "computed");
    draw_rates(draft, inputs, copper, optics);
    fab_draft_decide(draft, ratio >= claimed, ratio > 1.0);
    draft->sentence = fab_draft_text(
        draft,
        "In one direction a package carries %s on %s and %s on %s: %s times as much, where the "
        "claim has %s. Copper carries %s times the %s that the claim starts from and %s times the "
        "%s "
        "that it arrives at; a fair unit is the package or the millimetre of its edge, one "
        "direction.",
        fab_draft_si(draft, copper[c].value, FAB_DIM_RATE),
        fab_claim_link_name(&inputs->copper.items[c]),
        fab_draft_si(draft, optics[o].value, FAB_DIM_RATE),
        fab_claim_link_name(&inputs->optics.items[o]), fab_draft_plain(draft, ratio),
        fab_draft_plain(draft, claimed), fab_draft_plain(draft, ahead),
        fab_draft_si(draft, inputs->before_bps / BITS_PER_BYTE, FAB_DIM_MEMORY_RATE),
        fab_draft_plain(draft, copper[c].value / inputs->after_bps),
        fab_draft_si(draft, inputs->after_bps / BITS_PER_BYTE, FAB_DIM_MEMORY_RATE));
    return draft->status;
}

/* ---- lane rate ---- */

/* Data rate of a link of several lanes: lanes x lane rate x share of the block code. */
static fab_value data_rate(const fab_technology *link)
{
    const fab_value code = fab_link_block_code_frac(link);
    const fab_value line =
        fab_multiply(fab_of_row(link, link->lanes_count), fab_of_row(link, link->lane_rate_bps));
    return code.is_known ? fab_multiply(line, code) : fab_of_row(link, link->rate_bps);
}

static bool is_near(fab_value rate, double claimed_bps)
{
    return rate.is_known && fabs(rate.value - claimed_bps) <= RATE_TOLERANCE * claimed_bps;
}

static void put_lane(fab_claim_draft *draft, const fab_technology *link, fab_value data_bps)
{
    const char *of = fab_claim_link_name(link);
    const fab_value lanes = fab_of_row(link, link->lanes_count);
    fab_draft_put_si(draft, "lane, on the line", of, fab_of_row(link, link->lane_rate_bps),
                     FAB_DIM_RATE, "");
    fab_draft_put(draft, "lanes", of, lanes, "lanes", "");
    fab_draft_put_si(draft, "share left by the block code", of, fab_link_block_code_frac(link),
                     FAB_DIM_FRACTION, "block code that the row names");
    fab_draft_put_si(draft, "data of all lanes, one direction", of, data_bps, FAB_DIM_RATE,
                     "lanes x lane rate x block code, or the rate of the row");
    fab_draft_put_si(draft, "the same in bytes", of, fab_scale(data_bps, 1.0 / BITS_PER_BYTE),
                     FAB_DIM_MEMORY_RATE, "data / 8");
    fab_draft_put_si(draft, "the same, both directions", of,
                     fab_scale(data_bps, 2.0 / BITS_PER_BYTE), FAB_DIM_MEMORY_RATE, "2 x data / 8");
}

fab_status fab_claim_lane_rate(fab_claims_work *work, const fab_claim_inputs *inputs,
                               fab_claim_draft *draft)
{
    (void)work;
    const fab_technology *copper = &inputs->copper.items[0];
    const fab_technology *optics = &inputs->optics.items[0];
    const fab_value copper_bps = data_rate(copper);
    const fab_value lanes = fab_of_row(copper, copper->lanes_count);
    put_lane(draft, copper, copper_bps);
    put_lane(draft, optics, data_rate(optics));
    const fab_value copper_lane = fab_of_row(copper, copper->lane_rate_bps);
    const fab_value optics_lane = fab_of_row(optics, optics->lane_rate_bps);
    if (!copper_lane.is_known || !optics_lane.is_known || !copper_bps.is_known || !lanes.is_known) {
        fab_draft_need(draft, "lane rate, lanes and rate", "both links");
        draft->sentence = "The lane rate or the number of lanes of one link is not published.";
        return draft->status;
    }
    const double both = 2.0 * copper_bps.value / BITS_PER_BYTE;
    const double lanes_needed = ceil(inputs->after_bps / optics_lane.value);
    fab_draft_put_si(draft, "lane as claimed", fab_claim_link_name(copper),
                     fab_claim_made(inputs->before_bps), FAB_DIM_RATE, "the claim");
    fab_draft_put_si(draft, "lane as claimed", fab_claim_link_name(optics),
                     fab_claim_made(inputs->after_bps), FAB_DIM_RATE, "the claim");
    fab_draft_put(draft, "optical lanes for the claimed rate", "", fab_claim_made(lanes_needed),
                  "lanes", "claimed rate / lane rate, rounded up");
    const bool is_copper = is_near(copper_lane, inputs->before_bps);
    const bool is_optics = is_near(optics_lane, inputs->after_bps);
    fab_draft_decide(draft, is_copper && is_optics, is_copper || is_optics);
    draft->sentence = fab_draft_text(
        draft,
        "A lane of %s carries %s on the line, not %s; its %s lanes carry %s of data in one "
        "direction, %s in both. A lane of %s carries %s, so %s take %s lanes: the claim "
        "compares one lane with a bundle.",
        fab_claim_link_name(copper), fab_draft_si(draft, copper_lane.value, FAB_DIM_RATE),
        fab_draft_si(draft, inputs->before_bps, FAB_DIM_RATE), fab_draft_plain(draft, lanes.value),
        fab_draft_si(draft, copper_bps.value / BITS_PER_BYTE, FAB_DIM_MEMORY_RATE),
        fab_draft_si(draft, both, FAB_DIM_MEMORY_RATE), fab_claim_link_name(optics),
        fab_draft_si(draft, optics_lane.value, FAB_DIM_RATE),
        fab_draft_si(draft, inputs->after_bps, FAB_DIM_RATE), fab_draft_plain(draft, lanes_needed));
    return draft->status;
}
