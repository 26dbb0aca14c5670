#include <fabricast/light.h>

#include <math.h>

#include "link/derive.h"

static const double PI = 3.14159265358979323846;

double fab_db_of_ratio_db(double ratio)
{
    return ratio > 0.0 ? 10.0 * log10(ratio) : -HUGE_VAL;
}

double fab_ratio_of_db_ratio(double level_db)
{
    return pow(10.0, level_db / 10.0);
}

double fab_dbm_of_w_db(double power_w)
{
    return fab_db_of_ratio_db(power_w * 1e3);
}

double fab_w_of_dbm_w(double level_db)
{
    return 1e-3 * fab_ratio_of_db_ratio(level_db);
}

/* (r + 1) / (r - 1); infinite without extinction */
static double opening(double extinction_db)
{
    const double r = fab_ratio_of_db_ratio(extinction_db);
    return r > 1.0 ? (r + 1.0) / (r - 1.0) : HUGE_VAL;
}

double fab_extinction_penalty_db(double extinction_db)
{
    return fab_db_of_ratio_db(opening(extinction_db));
}

double fab_extinction_mean_db(double extinction_db)
{
    const double r = fab_ratio_of_db_ratio(extinction_db);
    return fab_db_of_ratio_db(2.0 * r / (r + 1.0));
}

double fab_extinction_amplitude_db(double extinction_db)
{
    return fab_db_of_ratio_db(2.0 / opening(extinction_db));
}

double fab_levels_penalty_db(bool is_optical)
{
    return (is_optical ? 10.0 : 20.0) * log10(3.0);
}

double fab_mzm_transmission_frac(double swing_ratio)
{
    const double field = sin(PI / 4.0 * (1.0 + swing_ratio));
    return field * field;
}

double fab_mzm_extinction_db(double swing_ratio)
{
    const double depth = sin(PI / 2.0 * swing_ratio);
    return depth < 1.0 ? fab_db_of_ratio_db((1.0 + depth) / (1.0 - depth)) : HUGE_VAL;
}

double fab_ring_through_frac(double detuning_ratio, double quality_ratio)
{
    const double x = 2.0 * quality_ratio - 1.0;
    const double d = detuning_ratio * detuning_ratio;
    return (d + x * x) / (d + 1.0);
}

double fab_ring_cut_penalty_db(double width_hz, double symbol_hz)
{
    if (!(width_hz > 0.0) || !(symbol_hz > 0.0)) {
        return HUGE_VAL;
    }
    const double x = PI * width_hz / symbol_hz;
    return -fab_db_of_ratio_db(1.0 - (1.0 - exp(-x)) / x);
}

static double lorentz(double detuning_ratio)
{
    return 1.0 / (1.0 + detuning_ratio * detuning_ratio);
}

double fab_crosstalk_penalty_db(double spacing_hz, double width_hz, double extinction_db,
                                double q_ratio, int neighbours)
{
    if (neighbours <= 0) {
        return 0.0;
    }
    if (!(spacing_hz > 0.0) || !(width_hz > 0.0)) {
        return HUGE_VAL;
    }
    const double step = 2.0 * spacing_hz / width_hz;
    const double sides = neighbours > 1 ? 2.0 : 1.0;
    const double leak = sides * (lorentz(step) + lorentz(2.0 * step));
    const double left = 1.0 - 0.5 * leak * q_ratio * opening(extinction_db);
    return left > 0.0 ? -fab_db_of_ratio_db(left) : HUGE_VAL;
}

fab_value fab_laser_j_per_bit(fab_value fibre_w, double lanes_count, fab_value efficiency_frac,
                              fab_value lane_rate_bps)
{
    if (!(lanes_count > 0.0) || !(fibre_w.value > 0.0)) {
        return (fab_value){.is_known = false};
    }
    const fab_value drawn = fab_divide(fibre_w, efficiency_frac);
    return fab_scale(fab_divide(drawn, lane_rate_bps), 1.0 / lanes_count);
}

fab_value fab_charge_j_per_bit(fab_value capacitance_f_count, fab_value swing_v_count)
{
    const fab_value square = fab_multiply(swing_v_count, swing_v_count);
    return fab_scale(fab_multiply(capacitance_f_count, square), 0.25);
}

fab_value fab_terminated_j_per_bit(fab_value rms_v_count, fab_value impedance_ohm_count,
                                   fab_value lane_rate_bps)
{
    const fab_value square = fab_multiply(rms_v_count, rms_v_count);
    return fab_divide(fab_divide(square, impedance_ohm_count), lane_rate_bps);
}

fab_value fab_energy_at_use_j_per_bit(fab_value dynamic_j_per_bit, fab_value static_j_per_bit,
                                      double use_frac)
{
    if (!(use_frac > 0.0) || use_frac > 1.0) {
        return (fab_value){.is_known = false};
    }
    return fab_add(dynamic_j_per_bit, fab_scale(static_j_per_bit, 1.0 / use_frac));
}
