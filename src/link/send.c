#include "link/transfer_parts.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>

#include "base/vprintf.h"
#include "link/derive.h"

#define DEFAULT_SIZE_BYTE  1024.0
#define DEFAULT_DISTANCE_M 0.3
#define FORMULA_DIGITS     6
#define QUANTITY_SIZE      64

#define PART_TEXT(id, text) [id] = (text),
static const char *const PART_NAMES[FAB_TERM_COUNT] = {FAB_TRANSFER_LIST(PART_TEXT)};
#undef PART_TEXT

const char *fab_transfer_part_text(fab_transfer_part part)
{
    assert((int)part >= 0 && part < FAB_TERM_COUNT);
    return PART_NAMES[part];
}

fab_transfer_options fab_transfer_options_default(void)
{
    return (fab_transfer_options){.size_byte = DEFAULT_SIZE_BYTE, .hops = 1, .interleave = 1};
}

const char *fab_parts_printf(fab_parts *parts, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = fab_arena_vprintf(parts->arena, format, arguments);
    va_end(arguments);
    if (!text) {
        parts->status = FAB_E_NOMEM;
        return "";
    }
    return text;
}

const char *fab_parts_quantity(fab_parts *parts, fab_value value, fab_dimension dimension)
{
    if (!value.is_known) {
        return "not published";
    }
    char buffer[QUANTITY_SIZE];
    return fab_parts_printf(
        parts, "%s",
        fab_quantity_format(buffer, sizeof(buffer), value.value, dimension, FORMULA_DIGITS));
}

static bool is_sound(const fab_value *value)
{
    return !value->is_known ||
           (isfinite(value->value) && value->value >= 0.0 && isfinite(value->low) &&
            value->low >= 0.0 && isfinite(value->high) && value->high >= value->low);
}

static bool are_sound(const fab_transfer_options *o)
{
    const fab_value *const values[] = {
        &o->distance_m,
        &o->rate_bps,
        &o->energy_j_per_bit,
        &o->serdes_s,
        &o->fec_s,
        &o->host_energy_j_per_bit,
        &o->dsp_s,
        &o->switch_s,
        &o->switch_energy_j_per_bit,
        &o->buffer_byte,
        &o->turnaround_s,
        &o->packet_byte,
        &o->header_byte,
        &o->from_s,
        &o->to_s,
        &o->from_energy_j_per_bit,
        &o->to_energy_j_per_bit,
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (!is_sound(values[i])) {
            return false;
        }
    }
    return isfinite(o->size_byte) && o->size_byte >= 0.0 && o->hops >= 1 &&
           o->hops <= FAB_HOP_LIMIT && o->interleave >= 1 &&
           o->interleave <= FAB_INTERLEAVE_LIMIT &&
           !(o->rate_bps.is_known && o->rate_bps.value <= 0.0) &&
           !(o->packet_byte.is_known && o->packet_byte.value < 1.0);
}

/* how far each hop goes; without a wish, no farther than the link reaches */
static void choose_distance(fab_parts *parts)
{
    const fab_value *reach = &parts->technology->reach_m;
    const fab_value *asked = &parts->options->distance_m;
    fab_transfer *out = parts->out;
    out->is_reach_unknown = !reach->is_known;
    out->is_distance_default = !asked->is_known;
    if (asked->is_known) {
        out->distance_m = asked->value;
    } else {
        out->distance_m = reach->is_known && reach->value < DEFAULT_DISTANCE_M ? reach->value
                                                                               : DEFAULT_DISTANCE_M;
    }
}

/* why this technology cannot carry the message, or NULL */
static const char *find_obstacle(fab_parts *parts)
{
    const fab_technology *technology = parts->technology;
    if (!parts->out->link_class.carries_data) {
        return fab_parts_printf(
            parts, "%s is %s: it joins links and is none itself", technology->name,
            technology->role == FAB_ROLE_SWITCH ? "a switch" : "an optical circuit switch");
    }
    if (technology->role == FAB_ROLE_SERDES) {
        return fab_parts_printf(parts, "%s is a SerDes: one end of a link and none itself",
                                technology->name);
    }
    const fab_value *reach = &technology->reach_m;
    const double distance_m = parts->out->distance_m;
    if (!reach->is_known || distance_m <= reach->value) {
        return NULL;
    }
    const fab_value beyond = fab_known(distance_m - reach->value);
    return fab_parts_printf(parts, "%s reaches %s: %s is %s too far", technology->name,
                            fab_parts_quantity(parts, *reach, FAB_DIM_LENGTH),
                            fab_parts_quantity(parts, fab_known(distance_m), FAB_DIM_LENGTH),
                            fab_parts_quantity(parts, beyond, FAB_DIM_LENGTH));
}

static void fill_totals(fab_transfer *out)
{
    out->time_s = fab_known(0.0);
    out->energy_j = fab_known(0.0);
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        out->time_s = fab_add(out->time_s, out->terms[part].time_s.value);
        out->energy_j = fab_add(out->energy_j, out->terms[part].energy_j.value);
    }
}

fab_status fab_transfer_send(const fab_technology *technology, const fab_transfer_options *options,
                             fab_arena *arena, fab_transfer *out, const char **message_out)
{
    assert(technology && options && arena && out && message_out);
    *message_out = NULL;
    if (!are_sound(options)) {
        return FAB_E_RANGE;
    }
    *out = (fab_transfer){
        .technology = technology,
        .link_class = fab_link_classify(technology),
        .size_byte = options->size_byte,
        .hops = options->hops,
        .from = options->from,
        .to = options->to,
        .rate_bps = fab_choose(options->rate_bps, fab_of_row(technology, technology->rate_bps)),
    };
    fab_parts parts = {
        .technology = technology,
        .options = options,
        .arena = arena,
        .out = out,
        .rate_bps = out->rate_bps,
    };
    choose_distance(&parts);
    *message_out = find_obstacle(&parts);
    if (*message_out) {
        return parts.status == FAB_OK ? FAB_E_INFEASIBLE : parts.status;
    }
    fab_parts_time(&parts);
    fab_parts_energy(&parts);
    fab_parts_credits(&parts);
    fill_totals(out);
    return parts.status;
}
