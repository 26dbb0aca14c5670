#include "report/energy_views.h"

#include "report/keys.h"

void fab_json_energy(fab_json *json, json_t *object, const fab_energy_forecast *energy)
{
    const struct {
        const char *key;
        double number_count;
    } member[] = {
        {"static_power_w", energy->static_power_w},
        {"gemm_energy_j_per_flop", energy->gemm_energy_j_per_flop},
        {"bf16_energy_j_per_flop", energy->bf16_energy_j_per_flop},
        {"memory_energy_j_per_bit", energy->memory_energy_j_per_bit},
        {"hardware_flop", energy->hardware_flop},
        {"memory_byte", energy->memory_byte},
        {"package_j", energy->package_j},
        {"total_j", energy->total_j},
        {"package_power_w", energy->package_power_w},
        {"busiest_power_w", energy->busiest_power_w},
        {"rack_power_w", energy->rack_power_w},
        {"facility_power_w", energy->facility_power_w},
        {"total_energy_j_per_token", energy->total_energy_j_per_token},
    };
    json_t *made = fab_json_object(json, object, "energy");
    fab_json_boolean(json, made, "is_known", energy->is_known);
    fab_json_boolean(json, made, "is_assumed", energy->is_assumed);
    json_t *parts = fab_json_object(json, made, "part_j");
    for (int part = 0; part < FAB_ENERGY_CLASS_COUNT; part++) {
        fab_json_known(json, parts, fab_energy_key((fab_energy_class)part), energy->is_known,
                       energy->part_j[part]);
    }
    for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++) {
        fab_json_known(json, made, member[i].key, energy->is_known, member[i].number_count);
    }
    fab_json_known(json, made, "power_limit_ratio", energy->is_known && energy->has_power_limit,
                   energy->power_limit_ratio);
}
