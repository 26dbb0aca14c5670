#include "report/link_lines.h"

#include <assert.h>

#include <fabricast/light.h>

#define SECTION_TEXT(id, text) [id] = text,
static const char *const SECTION[FAB_LINK_SECTION_COUNT] = {FAB_LINK_SECTION_LIST(SECTION_TEXT)};

const char *fab_link_section_text(fab_link_section section)
{
    assert((int)section >= 0 && section < FAB_LINK_SECTION_COUNT);
    return SECTION[section];
}

/* The list in the making. */
typedef struct listing {
    fab_scratch *scratch;
    fab_link_line *lines;
    size_t count;
    fab_link_section section;
} listing;

static void put(listing *list, fab_link_line line)
{
    assert(list->count < FAB_LINK_LINES_LIMIT);
    line.section = list->section;
    list->lines[list->count++] = line;
}

static void put_words(listing *list, const char *what, const char *words, const char *how)
{
    put(list, (fab_link_line){.what = what, .words = words, .how = how});
}

static void put_value(listing *list, const char *what, fab_value value, const char *unit,
                      const char *how)
{
    if (value.is_known) {
        put(list, (fab_link_line){.what = what, .value = value, .unit = unit, .how = how});
    }
}

/* a sum or difference of lines above */
static void put_made(listing *list, const char *what, fab_value value, const char *unit,
                     const char *how)
{
    if (value.is_known) {
        put(list, (fab_link_line){
                      .what = what, .value = value, .unit = unit, .how = how, .is_made = true});
    }
}

/* a number that follows from others alone */
static void put_number(listing *list, const char *what, double number_count, const char *unit,
                       const char *how)
{
    put_value(
        list, what,
        (fab_value){
            .value = number_count, .low = number_count, .high = number_count, .is_known = true},
        unit, how);
}

/* ---- sections ---- */

static void add_parts(listing *list, const fab_technology *t, const fab_budget *b)
{
    const fab_recipe *r = &b->recipe;
    const bool is_link = r->link_class.carries_data;
    list->section = FAB_LINK_PARTS;
    put_words(list, "build", fab_build_text(r->build), "role, medium and title of the row");
    if (r->build == FAB_BUILD_CIRCUIT) {
        return;
    }
    put_words(list, "levels", r->is_nrz ? "two" : "four (PAM4)", "line code of the row");
    put_words(list, "error correction", fab_correction_get(r->correction)->name,
              fab_correction_get(r->correction)->source);
    if (r->electronics != FAB_ELECTRONICS_UNSTATED) {
        put_words(list, "electronics", fab_electronics_text(r->electronics),
                  t->electronics ? "of the row" : "title of the row, else its class");
    }
    if (r->modulator != FAB_MODULATOR_UNSTATED) {
        put_words(list, "modulator", fab_modulator_text(r->modulator),
                  t->modulator ? "of the row" : "medium of the row, else its class");
        put_words(list, "laser", r->has_laser_outside ? "outside, over a fibre" : "inside",
                  "medium of the row, else its class");
    }
    put_value(list, "lane rate", r->lane_rate_bps, "bit/s", "one direction");
    put_value(list, "wire gauge", r->wire_gauge_count, "AWG", "of the cable");
    put_value(list, "laser's efficiency", r->laser_frac, "", "light in fibre / electricity");
    put_value(list, "lanes of a laser", r->lasers_lanes_count, "lanes", "that share its light");
    put_value(list, "lanes of a fibre", r->fibre_lanes_count, "lanes", "one direction, per fibre");
    put_value(list, "pitch of the fibres", r->fibre_pitch_m, "m", "at the edge");
    put_value(list, "swing of a wire", r->swing_v_count, "V", "between its levels");
    put_value(list, "pad of a wire", r->pad_ff_count, "fF", "at each end");
    put_value(list, "share of the SerDes fit", r->node_ratio, "", "lanes of 200G, one node later");
    put_value(list, "converters' efficiency", r->supply_frac, "", "inside the module");
    put_number(list, is_link ? "distance" : "distance, unused", b->distance_m, "m",
               "asked for, else the reach of the row, else 1 m");
}

static void add_losses(listing *list, const fab_budget *b, int from, int to)
{
    for (int i = from; i < to; i++) {
        put_value(list, fab_loss_text((fab_loss)i), b->losses_db[i], "dB", b->formulas[i]);
    }
}

static void add_channel(listing *list, const fab_budget *b)
{
    list->section = FAB_LINK_CHANNEL;
    if (!b->electrical_db.is_known) {
        return;
    }
    put_number(list, "frequency", b->nyquist_hz * 1e-9, "GHz", "half the symbol rate");
    add_losses(list, b, 0, FAB_LOSS_SUPPLY);
    put_made(list, "all together", b->electrical_db, "dB", "sum");
    put_value(list, "line and connectors may lose", b->allowed_db, "dB", "budget");
    put_made(list, "left", b->spare_db, "dB", "budget - line - connectors");
    put_made(list, "reach", b->reach_m, "m", "(budget - connectors) / loss per metre");
}

static void add_light(listing *list, const fab_budget *b)
{
    list->section = FAB_LINK_LIGHT;
    if (!b->optical_db.is_known) {
        return;
    }
    const bool is_link = b->launch_db.is_known;
    put_value(list, "receiver needs, outer amplitude", b->sensitivity_db, "dBm",
              "eyes x 2 Q x noise / 0.7 A/W");
    if (is_link) {
        put_number(list, "extinction ratio", b->recipe.extinction_db, "dB",
                   "assumed: 4 dB of rings in PAM4, 5 of Mach-Zehnder, 6 of two levels");
        put_number(list, "amplitude over mean",
                   fab_extinction_amplitude_db(b->recipe.extinction_db), "dB",
                   "10 log10(2 (r - 1) / (r + 1))");
    }
    add_losses(list, b, FAB_LOSS_SUPPLY, FAB_LOSS_COUNT);
    put_made(list, "losses and penalties", b->optical_db, "dB", "sum");
    put_made(list, "a lane needs of its laser", b->launch_db, "dBm",
             "need - amplitude over mean + losses");
    put_value(list, "power of the laser", b->recipe.laser_w, "W", "one wavelength in its fibre");
    if (b->recipe.laser_w.is_known) {
        put_made(list, "left", b->spare_db, "dB", "power / lanes - need");
        put_made(list, "reach", b->reach_m, "m", b->reach_formula);
    }
}

static void add_errors(listing *list, const fab_budget *b)
{
    const fab_correction *code = fab_correction_get(b->recipe.correction);
    list->section = FAB_LINK_ERRORS;
    if (b->recipe.build == FAB_BUILD_CIRCUIT) {
        return;
    }
    put_number(list, "wrong bits before correction", b->before_frac, "", code->source);
    if (code->published_frac > 0.0) {
        put_number(list, "that others quote", code->published_frac, "",
                   fab_text_printf(
                       list->scratch, "of the standard; ours is %s %% off it",
                       fab_text_signed(list->scratch,
                                       100.0 * (b->before_frac / code->published_frac - 1.0), 0)));
        const double outer = fab_correction_get(FAB_CORRECTION_KP4)->threshold_frac;
        put_number(list, "by hard decision", fab_inner_input_frac(false, outer), "",
                   "from which the inner code leaves 2.2e-4");
    }
    put_number(list, "Q that this takes", b->q_ratio, "", "of each eye");
    put_number(list, "wrong bits after", b->after.ber_frac, "",
               code->symbols > 0 ? "random errors" : "nothing corrects");
    if (code->overhead_frac > 0.0) {
        put_number(list, "overhead of the code", code->overhead_frac, "",
                   "line rate / data rate - 1");
    }
    if (b->recipe.correction == FAB_CORRECTION_LIGHT) {
        const double lost = fab_flit_error_frac(b->before_frac);
        const double rate = 16.0 * b->recipe.lane_rate_bps.value;
        put_number(list, "flits sent again", lost, "", "two wrong bytes in one of three codes");
        put_number(list, "rate that retries leave",
                   fab_retry_find(lost, 2048.0, 100e-9, rate).goodput_frac, "",
                   "go back n, 100 ns there and back, 16 lanes");
    }
}

static void add_energy(listing *list, const fab_budget *b)
{
    list->section = FAB_LINK_ENERGY;
    if (!b->energy_j_per_bit.is_known) {
        return;
    }
    for (int i = 0; i < FAB_LINK_PART_COUNT; i++) {
        put_value(list, fab_energy_part_text((fab_energy_part)i), b->parts_j_per_bit[i], "J/bit",
                  b->part_formulas[i]);
    }
    put_made(list, "all together", b->energy_j_per_bit, "J/bit", "sum");
    put_made(list, "that its row counts", b->scope_j_per_bit, "J/bit",
             "parts that the energy scope of the row names");
    const fab_value half =
        fab_energy_at_use_j_per_bit(b->dynamic_j_per_bit, b->static_j_per_bit, 0.5);
    const fab_value tenth =
        fab_energy_at_use_j_per_bit(b->dynamic_j_per_bit, b->static_j_per_bit, 0.1);
    if (b->static_j_per_bit.value > 0.0) {
        put_made(list, "burning always", b->static_j_per_bit, "J/bit",
                 "laser and heaters, at full use");
        put_made(list, "at half of its rate", half, "J/bit", "moving + burning / 0.5");
        put_made(list, "at a tenth of its rate", tenth, "J/bit", "moving + burning / 0.1");
    }
    put_value(list, "of it heat in the wire", b->wire_j_per_bit, "J/bit",
              "1 V of swing in 100 ohm: what the cable does not deliver");
}

static void add_time(listing *list, const fab_technology *t, const fab_budget *b)
{
    const fab_correction *code = fab_correction_get(b->recipe.correction);
    list->section = FAB_LINK_TIME;
    fab_link_summary summary;
    if (fab_link_summarise(t, 0.0, 0.0, &summary) == FAB_OK) {
        put_value(list, "flight of a metre", summary.flight_s_per_m.value, "s", "of the medium");
    }
    if (code->symbols > 0) {
        put_number(list, "wait for a block",
                   fab_correction_block_s(b->recipe.correction, 1, b->recipe.lane_rate_bps.value),
                   "s", "bits of a block / lane rate");
    }
    if (code->decode_s > 0.0) {
        put_value(list, "decoding",
                  (fab_value){.value = code->decode_s,
                              .low = code->decode_low_s,
                              .high = code->decode_high_s,
                              .is_known = true,
                              .has_range = true,
                              .confidence = FAB_CONFIDENCE_ESTIMATE,
                              .has_confidence = true,
                              .source = code->source},
                  "s", "estimate");
    }
}

static void add_edge(listing *list, const fab_technology *t, const fab_budget *b)
{
    list->section = FAB_LINK_EDGE;
    put_made(list, "shoreline density", b->shoreline_bps_per_m, "bit/s/m", b->shoreline_formula);
    put_value(list, "published shoreline", t->shoreline_bps_per_m, "bit/s/m", "of the row");
    put_value(list, "published areal density", t->areal_bps_per_m2, "bit/s/m^2", "of the row");
}

size_t fab_link_lines(fab_scratch *scratch, const fab_technology *technology,
                      const fab_budget *budget, fab_link_line *lines)
{
    listing list = {.scratch = scratch, .lines = lines};
    add_parts(&list, technology, budget);
    add_channel(&list, budget);
    add_light(&list, budget);
    add_errors(&list, budget);
    add_energy(&list, budget);
    add_time(&list, technology, budget);
    add_edge(&list, technology, budget);
    return list.count;
}
