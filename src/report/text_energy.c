#include "report/energy_views.h"

#include "report/sheet.h"
#include "report/text_table.h"

#define JOULE_PER_WH      3600.0
#define JOULE_PER_KWH     3.6e6
#define TOKENS_OF_A_PRICE 1e6

/* "21.3 GWh": energies of runs are read in watt-hours */
static const char *watt_hours(fab_scratch *s, double energy_j)
{
    return fab_text_printf(s, "%sh", fab_text_quantity(s, energy_j / JOULE_PER_WH, FAB_DIM_POWER));
}

const char *fab_energy_value_text(fab_scratch *s, const fab_ownership *ownership)
{
    return ownership->has_energy ? watt_hours(s, ownership->energy_j) : "not published";
}

const char *fab_energy_note_text(fab_scratch *s, const fab_forecast *forecast,
                                 const fab_ownership *ownership)
{
    if (!ownership->has_energy) {
        return "the package's power is needed";
    }
    return fab_text_printf(
        s, "%s/token, %s kWh per million tokens; facility %s",
        fab_text_quantity(s, ownership->energy_j_per_token, FAB_DIM_ENERGY),
        fab_text_digits(s, TOKENS_OF_A_PRICE * ownership->energy_j_per_token / JOULE_PER_KWH, 3),
        fab_text_quantity(s, forecast->energy.facility_power_w, FAB_DIM_POWER));
}

static const char *limit_text(fab_scratch *s, const fab_scenario *scenario,
                              const fab_energy_forecast *energy)
{
    if (!energy->has_power_limit) {
        return "";
    }
    const char *limit = fab_text_quantity(s, scenario->gpu.power_w.value, FAB_DIM_POWER);
    const bool is_over = energy->power_limit_ratio > 1.0 + 1e-9;
    return fab_text_printf(s, " of %s%s", limit,
                           is_over ? " (more than it may: its clock would fall, see the effect "
                                     "power_limit)"
                                   : "");
}

const char *fab_energy_power_text(fab_scratch *s, const fab_scenario *scenario,
                                  const fab_forecast *forecast)
{
    const fab_energy_forecast *energy = &forecast->energy;
    if (!energy->is_known) {
        return fab_text_printf(
            s,
            "Not known: gpu %s publishes neither its power nor its energies. Give, for example, "
            "gpu: {base: %s, power: 700 W}.",
            scenario->gpu.name, scenario->gpu.name);
    }
    return fab_text_printf(
        s,
        "A package draws %s on average and %s in its busiest operator%s. A full rack of %s "
        "packages draws %s, the facility %s at a PUE of %s.",
        fab_text_quantity(s, energy->package_power_w, FAB_DIM_POWER),
        fab_text_quantity(s, energy->busiest_power_w, FAB_DIM_POWER),
        limit_text(s, scenario, energy),
        fab_text_count(s, scenario->fabric.tiers[0].packages_per_rack),
        fab_text_quantity(s, energy->rack_power_w, FAB_DIM_POWER),
        fab_text_quantity(s, energy->facility_power_w, FAB_DIM_POWER),
        fab_text_digits(s, scenario->assumptions.power.pue_ratio, 3));
}

const char *fab_energy_basis_text(fab_scratch *s, const fab_forecast *forecast)
{
    const fab_energy_forecast *energy = &forecast->energy;
    if (!energy->is_known) {
        return "";
    }
    return fab_text_printf(
        s, "%s: static power %s, products %s (BF16 %s), memory %s.",
        energy->is_assumed ? "Assumed where its row is silent" : "As its row says",
        fab_text_quantity(s, energy->static_power_w, FAB_DIM_POWER),
        fab_text_quantity(s, energy->gemm_energy_j_per_flop, FAB_DIM_ENERGY_PER_FLOP),
        fab_text_quantity(s, energy->bf16_energy_j_per_flop, FAB_DIM_ENERGY_PER_FLOP),
        fab_text_quantity(s, energy->memory_energy_j_per_bit, FAB_DIM_ENERGY_PER_BIT));
}

static const fab_sheet_column COLUMNS[] = {
    {"energy", false, 0, FAB_SHEET_ALL},
    {"per package", true, 0, FAB_SHEET_ALL},
    {"share, %", true, 0, FAB_SHEET_ALL},
    {"mean power", true, 0, FAB_SHEET_ALL},
};

static void add_row(fab_sheet *sheet, const fab_forecast *forecast, const char *what,
                    double energy_j)
{
    fab_scratch *s = sheet->scratch;
    fab_sheet_add(sheet, (const char *const[]){
                             what,
                             fab_text_quantity(s, energy_j, FAB_DIM_ENERGY),
                             fab_text_percent(s, energy_j / forecast->energy.total_j),
                             fab_text_quantity(s, energy_j / forecast->step_s, FAB_DIM_POWER),
                         });
}

/* products below 16 bits are those of the job's format */
static const char *part_text(const fab_scenario *scenario, fab_energy_class part)
{
    return part == FAB_ENERGY_GEMM_FP8 && scenario->job.precision == FAB_PRECISION_NVFP4
               ? "matrix products, NVFP4"
               : fab_energy_class_text(part);
}

static void print_table(fab_scratch *s, const fab_scenario *scenario, const fab_forecast *forecast,
                        FILE *stream)
{
    const fab_energy_forecast *energy = &forecast->energy;
    fab_sheet sheet =
        fab_sheet_make(s, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), FAB_ENERGY_CLASS_COUNT + 2);
    for (int part = 0; part < FAB_ENERGY_CLASS_COUNT; part++) {
        add_row(&sheet, forecast, part_text(scenario, (fab_energy_class)part),
                energy->part_j[part]);
    }
    add_row(&sheet, forecast, "all", energy->total_j);
    add_row(&sheet, forecast, "of which the package", energy->package_j);
    fab_text_sheet(&sheet, stream);
}

void fab_text_energy(fab_scratch *s, const fab_scenario *scenario, const fab_forecast *forecast,
                     FILE *stream)
{
    fab_text_heading(stream, "Energy of a step, mean over the packages");
    if (forecast->energy.is_known) {
        print_table(s, scenario, forecast, stream);
    }
    fab_text_paragraph(s, stream, fab_energy_power_text(s, scenario, forecast), "");
    if (forecast->energy.is_known) {
        fab_text_paragraph(s, stream, fab_energy_basis_text(s, forecast), "");
    }
}
