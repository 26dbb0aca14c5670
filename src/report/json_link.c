#include <fabricast/report.h>

#include "report/json_document.h"

/* a number with its provenance and what it is made of; the value is null when not published */
static void add_derived(fab_json *json, json_t *object, const char *key, const fab_derived *derived)
{
    const fab_value *value = &derived->value;
    json_t *made = fab_json_object(json, object, key);
    if (value->is_known) {
        fab_json_real(json, made, "value", value->value);
        fab_json_real(json, made, "low", value->has_range ? value->low : value->value);
        fab_json_real(json, made, "high", value->has_range ? value->high : value->value);
    } else {
        fab_json_null(json, made, "value");
    }
    fab_json_text(json, made, "formula", derived->formula);
    if (value->source) {
        fab_json_text(json, made, "source", value->source);
    }
    if (value->has_confidence) {
        fab_json_text(json, made, "confidence", fab_confidence_text(value->confidence));
    }
}

static void add_class(fab_json *json, json_t *object, const fab_link_class *link_class)
{
    json_t *made = fab_json_object(json, object, "class");
    fab_json_text(json, made, "medium", fab_medium_text(link_class->medium));
    fab_json_boolean(json, made, "medium_is_mixed", link_class->is_medium_mixed);
    fab_json_boolean(json, made, "medium_is_guess", link_class->is_medium_guess);
    fab_json_text(json, made, "error_correction", fab_link_code_text(link_class->code));
    fab_json_boolean(json, made, "line_code_is_guess", link_class->is_code_guess);
    fab_json_integer(json, made, "dsp_ends", link_class->dsp_ends);
    fab_json_boolean(json, made, "energy_lacks_host", link_class->lacks_host);
}

static void add_summary(fab_json *json, json_t *list, const fab_link_summary *s, bool is_asked)
{
    const fab_technology *t = s->technology;
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", t->name);
    fab_json_text(json, made, "title", t->title);
    fab_json_text(json, made, "medium", t->medium);
    fab_json_text(json, made, "line_code", t->line_code);
    fab_json_text(json, made, "overhead", t->overhead);
    fab_json_text(json, made, "source", t->source);
    fab_json_text(json, made, "confidence", fab_confidence_text((fab_confidence)t->confidence));
    add_class(json, made, &s->link_class);
    fab_json_value(json, made, "rate_bps", &t->rate_bps);
    fab_json_value(json, made, "lane_rate_bps", &t->lane_rate_bps);
    fab_json_value(json, made, "energy_j_per_bit", &t->energy_j_per_bit);
    fab_json_text(json, made, "energy_scope", t->energy_scope);
    fab_json_value(json, made, "latency_s", &t->latency_s);
    fab_json_value(json, made, "reach_m", &t->reach_m);
    fab_json_value(json, made, "shoreline_bps_per_m", &t->shoreline_bps_per_m);
    fab_json_value(json, made, "areal_bps_per_m2", &t->areal_bps_per_m2);
    fab_json_value(json, made, "port_lanes_count", &t->lanes_count);
    fab_json_value(json, made, "radix_count", &t->radix_count);
    add_derived(json, made, "lanes_count", &s->lanes_count);
    add_derived(json, made, "power_w", &s->power_w);
    add_derived(json, made, "flight_s_per_m", &s->flight_s_per_m);
    add_derived(json, made, "flight_at_reach_s", &s->flight_at_reach_s);
    add_derived(json, made, "serialisation_s", &s->serialisation_s);
    add_derived(json, made, "edge_m", &s->edge_m);
    if (is_asked) {
        add_derived(json, made, "lanes_at_count", &s->lanes_at_count);
        add_derived(json, made, "power_at_w", &s->power_at_w);
        add_derived(json, made, "serialisation_at_s", &s->serialisation_at_s);
    }
}

fab_status fab_report_link_json(const fab_link_summary *summaries, size_t count, double size_byte,
                                double rate_bps, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_real(&json, root, "size_byte", size_byte);
    if (rate_bps > 0.0) {
        fab_json_real(&json, root, "rate_bps", rate_bps);
    } else {
        fab_json_null(&json, root, "rate_bps");
    }
    json_t *list = fab_json_array(&json, root, "links");
    for (size_t i = 0; i < count; i++) {
        add_summary(&json, list, &summaries[i], rate_bps > 0.0);
    }
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

static void add_terms(fab_json *json, json_t *object, const fab_transfer *transfer)
{
    json_t *terms = fab_json_object(json, object, "terms");
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        json_t *made =
            fab_json_object(json, terms, fab_transfer_part_text((fab_transfer_part)part));
        add_derived(json, made, "time_s", &transfer->terms[part].time_s);
        add_derived(json, made, "energy_j", &transfer->terms[part].energy_j);
    }
}

static void add_transfer(fab_json *json, json_t *list, const fab_transfer *transfer)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", transfer->technology->name);
    fab_json_text(json, made, "title", transfer->technology->title);
    add_class(json, made, &transfer->link_class);
    fab_json_real(json, made, "distance_m", transfer->distance_m);
    fab_json_boolean(json, made, "distance_is_default", transfer->is_distance_default);
    fab_json_boolean(json, made, "reach_is_known", !transfer->is_reach_unknown);
    fab_json_value(json, made, "rate_bps", &transfer->rate_bps);
    fab_json_text(json, made, "energy_scope", transfer->technology->energy_scope);
    add_terms(json, made, transfer);
    const fab_derived time = {transfer->time_s, "sum of the terms"};
    const fab_derived energy = {transfer->energy_j, "sum of the terms"};
    add_derived(json, made, "time_s", &time);
    add_derived(json, made, "energy_j", &energy);
    json_t *credits = fab_json_object(json, made, "credits");
    add_derived(json, credits, "round_trip_s", &transfer->credits.round_trip_s);
    add_derived(json, credits, "in_flight_byte", &transfer->credits.in_flight_byte);
    add_derived(json, credits, "sustained_bps", &transfer->credits.sustained_bps);
}

fab_status fab_report_transfer_json(const fab_transfer *transfers, size_t count, fab_arena *arena,
                                    FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    if (count > 0) {
        fab_json_real(&json, root, "size_byte", transfers[0].size_byte);
        fab_json_integer(&json, root, "hops", transfers[0].hops);
        fab_json_text(&json, root, "from", transfers[0].from ? transfers[0].from->name : NULL);
        fab_json_text(&json, root, "to", transfers[0].to ? transfers[0].to->name : NULL);
    }
    json_t *list = fab_json_array(&json, root, "transfers");
    for (size_t i = 0; i < count; i++) {
        add_transfer(&json, list, &transfers[i]);
    }
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}
