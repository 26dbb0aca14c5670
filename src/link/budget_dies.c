#include <fabricast/light.h>

#include "link/defaults.h"
#include "link/derive.h"
#include "link/recipe.h"

/* Links between dies: wires with one conductor each, without equalisers, and their clock beside
 * them. A wire that is short for its bit is charged and discharged; a longer one ends in its own
 * impedance. */

static const fab_assumed IMPEDANCE = {50, 45, 55, FAB_CONFIDENCE_ASSUMPTION, "wires of 50 ohm"};

static const fab_assumed CIRCUITS = {
    0.18e-12, 0.11e-12, 0.36e-12, FAB_CONFIDENCE_ESTIMATE,
    "0.41 pJ/bit of a transceiver simulated in 28 nm over 2.35 mm (doi 10.1016/j.vlsi.2024.102170) "
    "less 0.05 of its wire; half of it in nodes of 3 to 7 nm (assumption); high: as in 28 nm"};

/* bumps under a die: their pads are another matter */
#define STACK_LIMIT_M 100e-6

/* half of the swing: a wire that loses more needs an equaliser */
#define LOSS_LIMIT_DB 6.0

/* conductors of the clock that goes with the data */
#define CLOCK_WIRES 2.0

static void put(fab_budget *b, fab_energy_part part, fab_value energy, const char *formula)
{
    b->parts_j_per_bit[part] = energy;
    b->part_formulas[part] = formula;
}

/* data and clock over data; a wire of the clock costs `share` of one with data */
static double with_clock(const fab_technology *t, double share)
{
    const double lanes = t->lanes_count.value;
    return t->lanes_count.is_known && lanes >= 1.0 ? 1.0 + CLOCK_WIRES * share / lanes : 1.0;
}

/* a supply of twice the swing through two resistors, half of the time */
static void put_terminated(const fab_technology *t, fab_budget *b)
{
    const fab_value drawn = fab_terminated_j_per_bit(
        b->recipe.swing_v_count, fab_assume(&IMPEDANCE), b->recipe.lane_rate_bps);
    put(b, FAB_LINK_PART_WIRES, fab_scale(drawn, with_clock(t, 1.0)),
        "swing^2 / 50 ohm / lane rate x (1 + 2 / lanes) for the clock: flight there and back is "
        "longer than a bit, so the wire is terminated");
}

/* the wires of the clock change at every bit, those of data at every other one */
static void put_charged(const fab_technology *t, fab_budget *b, fab_value flight_s)
{
    const fab_value line_f = fab_divide(flight_s, fab_assume(&IMPEDANCE));
    const fab_value held_f = fab_add(line_f, fab_scale(b->recipe.pad_ff_count, 2.0 * 1e-15));
    const fab_value charged = fab_charge_j_per_bit(held_f, b->recipe.swing_v_count);
    put(b, FAB_LINK_PART_WIRES, fab_scale(charged, with_clock(t, 2.0)),
        "(flight / 50 ohm + 2 pads) x swing^2 / 4 x (1 + 4 / lanes) for the clock: shorter than a "
        "bit, not terminated");
}

void fab_budget_dies(const fab_technology *technology, fab_budget *out)
{
    if (!technology->reach_m.is_known || out->distance_m < STACK_LIMIT_M ||
        out->electrical_db.value > LOSS_LIMIT_DB) {
        return;
    }
    const fab_value flight_s =
        fab_scale(fab_default_flight_s_per_m(&out->recipe.link_class), out->distance_m);
    put(out, FAB_LINK_PART_LINE, fab_assume(&CIRCUITS), "serialising, clocks and sampling");
    if (2.0 * flight_s.value * out->recipe.lane_rate_bps.value > 1.0) {
        put_terminated(technology, out);
    } else {
        put_charged(technology, out, flight_s);
    }
}
