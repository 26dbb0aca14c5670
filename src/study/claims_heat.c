#include <fabricast/channel.h>
#include <fabricast/link.h>

#include <assert.h>

#include "link/defaults.h"
#include "link/derive.h"
#include "study/claims_draft.h"

/* Claims about heat: of the wire, and of all links of a package. */

#define LINE_POINTS 31

#define HZ_TO_GHZ 1e-9

/* share of the link's energy from which the wire's heat would be the cause */
#define MAIN_SHARE 0.5

/* Energy of a bit over a link with the SerDes of both hosts, where the row leaves them out. */
static fab_value whole_energy(const fab_technology *link)
{
    const fab_value row = fab_of_row(link, link->energy_j_per_bit);
    const fab_link_class link_class = fab_link_classify(link);
    return link_class.lacks_host && row.is_known ? fab_add(row, fab_default_host_energy_j_per_bit())
                                                 : row;
}

/* Source of an energy with what it counts. */
static const char *scope_text(fab_claim_draft *draft, const fab_technology *link)
{
    return fab_draft_text(draft, "scope: %s%s",
                          link->energy_scope != NULL ? link->energy_scope : "not said",
                          fab_link_classify(link).lacks_host ? ", hosts' SerDes added" : "");
}

static void put_energies(fab_claim_draft *draft, const fab_claim_links *links, fab_value *energies)
{
    for (size_t i = 0; i < links->count; i++) {
        const fab_technology *link = &links->items[i];
        const char *of = fab_claim_link_name(link);
        energies[i] = whole_energy(link);
        fab_draft_put_si(draft, "energy per bit, whole link", of, energies[i],
                         FAB_DIM_ENERGY_PER_BIT, scope_text(draft, link));
    }
}

/* ---- heat of the wire ---- */

/* The copper lane that the claim is about. */
typedef struct channel {
    fab_wire wire;
    double nyquist_hz;
    fab_value metre_db_per_m;
    fab_value cable_db;
    fab_value whole_db;
    fab_value heat_j_per_bit;
    fab_value serdes_j_per_bit;
} channel;

static channel make_channel(const fab_claim_inputs *inputs)
{
    channel out = {.wire = fab_wire_twinax()};
    out.nyquist_hz = fab_lane_nyquist_hz(inputs->lane_rate_bps, false);
    out.metre_db_per_m = fab_wire_loss_db_per_m(&out.wire, out.nyquist_hz);
    out.cable_db = fab_scale(out.metre_db_per_m, inputs->distance_m);
    out.whole_db = fab_add(out.cable_db, inputs->fixed_loss_db);
    out.heat_j_per_bit = fab_wire_heat_j_per_bit(&out.wire, inputs->swing_v_count,
                                                 inputs->lane_rate_bps, out.cable_db);
    out.serdes_j_per_bit = fab_serdes_energy_j_per_bit(out.whole_db);
    return out;
}

static void put_channel(fab_claim_draft *draft, const channel *c)
{
    static const char OF[] = "copper lane";
    fab_draft_put(draft, "frequency of the symbols", OF, fab_claim_made(c->nyquist_hz * HZ_TO_GHZ),
                  "GHz", "half the symbol rate, PAM4");
    fab_draft_put(draft, "loss of the cable", OF, c->cable_db, "dB", "");
    fab_draft_put(draft, "loss with both ends", OF, c->whole_db, "dB",
                  "with packages, boards and connectors");
    fab_draft_put_si(draft, "heat of the wire", OF, c->heat_j_per_bit, FAB_DIM_ENERGY_PER_BIT, "");
    fab_draft_put_si(draft, "SerDes at that loss", OF, c->serdes_j_per_bit, FAB_DIM_ENERGY_PER_BIT,
                     "");
}

/* Distance at which a copper lane's SerDes take as much as an optical link. */
static fab_value crossing(const fab_claim_inputs *inputs, const channel *c, fab_value optics)
{
    const fab_value loss_db = fab_serdes_loss_db(optics);
    if (!loss_db.is_known || loss_db.value <= inputs->fixed_loss_db.value) {
        return (fab_value){.is_known = false};
    }
    const double left_db = loss_db.value - inputs->fixed_loss_db.value;
    return fab_claim_made(left_db / c->metre_db_per_m.value);
}

static void draw_copper(fab_claim_draft *draft, const fab_claim_inputs *inputs, const channel *c,
                        double to_m, fab_claim_curve *curve)
{
    double *x = FAB_NEW(draft->arena, double, LINE_POINTS);
    double *y = FAB_NEW(draft->arena, double, LINE_POINTS);
    if (x == NULL || y == NULL) {
        draft->status = FAB_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < LINE_POINTS; i++) {
        x[i] = to_m * (double)i / (LINE_POINTS - 1);
        const fab_value loss_db =
            fab_add(fab_scale(c->metre_db_per_m, x[i]), inputs->fixed_loss_db);
        y[i] = 1e12 * fab_serdes_energy_j_per_bit(loss_db).value;
    }
    *curve = (fab_claim_curve){"SerDes of the copper lane", x, y, NULL, LINE_POINTS};
}

/* An optical link takes the same at every distance that it reaches. */
static void draw_optics(fab_claim_draft *draft, const fab_technology *link, fab_value energy,
                        double to_m, fab_claim_curve *curve)
{
    double *x = FAB_NEW(draft->arena, double, 2);
    double *y = FAB_NEW(draft->arena, double, 2);
    if (x == NULL || y == NULL) {
        draft->status = FAB_E_NOMEM;
        return;
    }
    x[1] = to_m;
    y[0] = y[1] = 1e12 * energy.value;
    *curve = (fab_claim_curve){fab_claim_link_name(link), x, y, NULL, energy.is_known ? 2 : 0};
}

static void draw_channel(fab_claim_draft *draft, const fab_claim_inputs *inputs, const channel *c,
                         const fab_value *optics)
{
    const double to_m = 2.0 * inputs->distance_m;
    const size_t count = inputs->optics.count + 1;
    const fab_claim_figure figure = {
        .title = "Energy per bit over distance",
        .caption = "The copper lane pays for equalisation, which grows with the loss of the cable; "
                   "an optical link takes the same at every distance.",
        .x_title = "distance, m",
        .y_title = "pJ/bit",
        .curve_count = count,
    };
    fab_claim_curve *curves = fab_draft_figure(draft, &figure, count);
    if (curves == NULL) {
        return;
    }
    draw_copper(draft, inputs, c, to_m, &curves[0]);
    for (size_t i = 1; i < count; i++) {
        draw_optics(draft, &inputs->optics.items[i - 1], optics[i - 1], to_m, &curves[i]);
    }
}

static void put_reaches(fab_claim_draft *draft, const fab_claim_links *links, fab_value *reaches)
{
    for (size_t i = 0; i < links->count; i++) {
        reaches[i] = fab_of_row(&links->items[i], links->items[i].reach_m);
        fab_draft_put_si(draft, "reach", fab_claim_link_name(&links->items[i]), reaches[i],
                         FAB_DIM_LENGTH, "");
    }
}

static const char *crossing_text(fab_claim_draft *draft, fab_value crossing_m, const char *optics)
{
    return crossing_m.is_known
               ? fab_draft_text(draft, "beyond %s it takes more than %s",
                                fab_draft_si(draft, crossing_m.value, FAB_DIM_LENGTH), optics)
               : fab_draft_text(draft, "it takes more than %s at any length", optics);
}

fab_status fab_claim_wire_heat(fab_claims_work *work, const fab_claim_inputs *inputs,
                               fab_claim_draft *draft)
{
    (void)work;
    const channel c = make_channel(inputs);
    fab_value copper[FAB_CLAIM_LINK_LIMIT], optics[FAB_CLAIM_LINK_LIMIT];
    fab_value copper_m[FAB_CLAIM_LINK_LIMIT], optics_m[FAB_CLAIM_LINK_LIMIT];
    put_channel(draft, &c);
    put_energies(draft, &inputs->copper, copper);
    put_energies(draft, &inputs->optics, optics);
    put_reaches(draft, &inputs->copper, copper_m);
    put_reaches(draft, &inputs->optics, optics_m);
    const size_t nc = inputs->copper.count, no = inputs->optics.count;
    const size_t low_c = fab_claim_least(copper, nc), low_o = fab_claim_least(optics, no);
    const size_t far_c = fab_claim_greatest(copper_m, nc), far_o = fab_claim_greatest(optics_m, no);
    if (low_c == nc || low_o == no || far_c == nc || far_o == no || !c.serdes_j_per_bit.is_known) {
        fab_draft_need(draft, "energy per bit or reach", "one side");
        draft->sentence = "No link of one side has a published energy per bit and reach.";
        return draft->status;
    }
    const double share = c.heat_j_per_bit.value / copper[low_c].value;
    const fab_value meet_m = crossing(inputs, &c, optics[low_o]);
    fab_draft_put_si(draft, "heat of the wire in the copper link's energy", "",
                     fab_claim_made(share), FAB_DIM_FRACTION, "computed");
    fab_draft_put_si(draft, "length at which optics take less", "", meet_m, FAB_DIM_LENGTH,
                     "loss at which the SerDes take the energy of the optical link, less the loss "
                     "of both ends, over the loss of a metre");
    draw_channel(draft, inputs, &c, optics);
    const bool is_better =
        optics[low_o].value < copper[low_c].value || optics_m[far_o].value > copper_m[far_c].value;
    fab_draft_decide(draft, share >= MAIN_SHARE, is_better);
    draft->sentence = fab_draft_text(
        draft,
        "A bit at %s over %s of cable leaves %s as heat in the wire, %s of the %s that %s takes. "
        "Loss (%s dB in the cable at %s GHz, skin effect and dielectric) costs equalisation: "
        "%s in the SerDes, and %s. What optics remove is the limit on length: %s "
        "against %s.",
        fab_draft_si(draft, inputs->lane_rate_bps, FAB_DIM_RATE),
        fab_draft_si(draft, inputs->distance_m, FAB_DIM_LENGTH),
        fab_draft_si(draft, c.heat_j_per_bit.value, FAB_DIM_ENERGY_PER_BIT),
        fab_draft_text(draft, "%s %%", fab_draft_plain(draft, 100.0 * share)),
        fab_draft_si(draft, copper[low_c].value, FAB_DIM_ENERGY_PER_BIT),
        fab_claim_link_name(&inputs->copper.items[low_c]), fab_draft_plain(draft, c.cable_db.value),
        fab_draft_plain(draft, c.nyquist_hz * HZ_TO_GHZ),
        fab_draft_si(draft, c.serdes_j_per_bit.value, FAB_DIM_ENERGY_PER_BIT),
        crossing_text(draft, meet_m, fab_claim_link_name(&inputs->optics.items[low_o])),
        fab_draft_si(draft, optics_m[far_o].value, FAB_DIM_LENGTH),
        fab_draft_si(draft, copper_m[far_c].value, FAB_DIM_LENGTH));
    return draft->status;
}

/* ---- heat of the links ---- */

/* Energy per bit to power: of a package, of a rack, with a switch on the way. */
static void put_powers(fab_claim_draft *draft, const fab_claim_inputs *inputs,
                       const fab_claim_links *links, const fab_value *energies, fab_value *powers)
{
    const fab_value rate = fab_known(inputs->rate_bps);
    const fab_value switch_w = fab_multiply(rate, fab_default_switch_energy_j_per_bit());
    for (size_t i = 0; i < links->count; i++) {
        const char *of = fab_claim_link_name(&links->items[i]);
        powers[i] = fab_multiply(rate, energies[i]);
        fab_draft_put_si(draft, "links of a package", of, powers[i], FAB_DIM_POWER,
                         "rate x energy");
        fab_draft_put_si(draft, "the same with a switch", of, fab_add(powers[i], switch_w),
                         FAB_DIM_POWER, "with the energy of one switch");
        fab_draft_put_si(draft, "links of a rack", of,
                         fab_scale(powers[i], (double)inputs->packages_per_rack), FAB_DIM_POWER,
                         "packages of a rack x links of a package");
    }
}

/* What temperature asks of rings, for the optical links that name their lane rate. */
static void put_rings(fab_claim_draft *draft, const fab_claim_inputs *inputs)
{
    const fab_value drift = fab_ring_drift_hz_per_k();
    fab_draft_put(draft, "drift of a ring over the swing", "",
                  fab_scale(drift, inputs->swing_k * HZ_TO_GHZ), "GHz", "drift x swing");
    for (size_t i = 0; i < inputs->optics.count; i++) {
        const fab_technology *link = &inputs->optics.items[i];
        const fab_value lane = fab_of_row(link, link->lane_rate_bps);
        fab_draft_put_si(draft, "heating rings, if it has them", fab_claim_link_name(link),
                         fab_ring_tuning_j_per_bit(inputs->swing_k, lane), FAB_DIM_ENERGY_PER_BIT,
                         "two rings a lane held against the swing");
    }
}

/* Optical links that need less power than the least of copper. */
static size_t count_cooler(const fab_value *powers, size_t count, double limit_w)
{
    size_t cooler = 0;
    for (size_t i = 0; i < count; i++) {
        cooler += powers[i].is_known && powers[i].value < limit_w ? 1 : 0;
    }
    return cooler;
}

fab_status fab_claim_link_heat(fab_claims_work *work, const fab_claim_inputs *inputs,
                               fab_claim_draft *draft)
{
    (void)work;
    fab_value copper[FAB_CLAIM_LINK_LIMIT], optics[FAB_CLAIM_LINK_LIMIT];
    fab_value copper_w[FAB_CLAIM_LINK_LIMIT], optics_w[FAB_CLAIM_LINK_LIMIT];
    put_energies(draft, &inputs->copper, copper);
    put_energies(draft, &inputs->optics, optics);
    put_powers(draft, inputs, &inputs->copper, copper, copper_w);
    put_powers(draft, inputs, &inputs->optics, optics, optics_w);
    put_rings(draft, inputs);
    const size_t nc = inputs->copper.count, no = inputs->optics.count;
    const size_t c = fab_claim_least(copper_w, nc), o = fab_claim_least(optics_w, no);
    const size_t hot_c = fab_claim_greatest(copper_w, nc), hot_o = fab_claim_greatest(optics_w, no);
    if (c == nc || o == no) {
        fab_draft_need(draft, "energy per bit", "one side");
        draft->sentence = "No link of one side has a published energy per bit.";
        return draft->status;
    }
    const size_t cooler = count_cooler(optics_w, no, copper_w[c].value);
    const double saved_w = copper_w[c].value - optics_w[o].value;
    fab_draft_put_si(draft, "least of copper less least of optics, per package", "",
                     fab_claim_made(saved_w), FAB_DIM_POWER, "computed");
    fab_draft_decide(draft, optics_w[hot_o].value < copper_w[c].value,
                     optics_w[o].value < copper_w[hot_c].value);
    draft->sentence = fab_draft_text(
        draft,
        "At %s a package's links take %s on %s, and from %s (%s) to %s (%s) on optics, lasers "
        "included where the row counts them: %zu of %zu optical links take less than copper. "
        "Optics add what copper has not: over %s K a ring drifts by %s GHz and must be held.",
        fab_draft_si(draft, inputs->rate_bps, FAB_DIM_RATE),
        fab_draft_si(draft, copper_w[c].value, FAB_DIM_POWER),
        fab_claim_link_name(&inputs->copper.items[c]),
        fab_draft_si(draft, optics_w[o].value, FAB_DIM_POWER),
        fab_claim_link_name(&inputs->optics.items[o]),
        fab_draft_si(draft, optics_w[hot_o].value, FAB_DIM_POWER),
        fab_claim_link_name(&inputs->optics.items[hot_o]), cooler, no,
        fab_draft_plain(draft, inputs->swing_k),
        fab_draft_plain(draft, HZ_TO_GHZ * inputs->swing_k * fab_ring_drift_hz_per_k().value));
    return draft->status;
}
