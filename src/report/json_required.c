#include "report/json_document.h"

static void add_rate(fab_json *json, json_t *object, const char *key, const fab_required_rate *rate)
{
    const bool is_found = rate->rate_bps > 0.0;
    json_t *made = fab_json_object(json, object, key);
    fab_json_text(json, made, "verdict", fab_required_text(rate->verdict));
    fab_json_known(json, made, "rate_bps", is_found, rate->rate_bps);
    fab_json_known(json, made, "step_s", is_found, rate->step_s);
}

void fab_json_required(fab_json *json, json_t *object, const fab_requirements *required)
{
    fab_json_real(json, object, "small_frac", FAB_REQUIRED_SMALL_FRAC);
    json_t *rows = fab_json_array(json, object, "rows");
    for (size_t i = 0; i < required->row_count; i++) {
        const fab_required_row *row = &required->rows[i];
        json_t *made = fab_json_object(json, rows, NULL);
        fab_json_text(json, made, "tier", row->tier);
        fab_json_text(json, made, "class",
                      row->message_class < FAB_MESSAGE_CLASS_COUNT
                          ? fab_message_class_text((fab_message_class)row->message_class)
                          : NULL);
        fab_json_real(json, made, "rate_bps", row->rate_bps);
        fab_json_real(json, made, "total_s", row->total_s);
        fab_json_real(json, made, "exposed_s", row->exposed_s);
        add_rate(json, made, "hidden", &row->hidden);
        add_rate(json, made, "small", &row->small);
    }
}
