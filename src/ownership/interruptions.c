#include <fabricast/ownership.h>

#include <assert.h>
#include <math.h>

#include <fabricast/hardware.h>

/* below this a run does not end */
#define USEFUL_LEAST 1e-6

static double link_events_per_s(const fab_scenario *scenario)
{
    if (scenario->fabric.tier_count < 1) {
        return 0.0;
    }
    fab_hardware hardware;
    fab_hardware_count(&scenario->fabric,
                       fab_fabric_installed(&scenario->fabric, scenario->job.gpus), NULL,
                       &hardware);
    return hardware.events_per_s.is_known ? hardware.events_per_s.value : 0.0;
}

/* Daly, equation 37 */
static double interval_s(double mean_s, double checkpoint_s)
{
    if (checkpoint_s >= 2.0 * mean_s) {
        return mean_s;
    }
    const double share = checkpoint_s / (2.0 * mean_s);
    return sqrt(2.0 * checkpoint_s * mean_s) * (1.0 + sqrt(share) / 3.0 + share / 9.0) -
           checkpoint_s;
}

fab_interruptions fab_interruptions_forecast(const fab_scenario *scenario, double train_s)
{
    assert(scenario && train_s >= 0.0);
    const fab_failure_assumptions *a = &scenario->assumptions.failures;
    fab_interruptions out = {.is_known = false};
    if (a->package_mtbf_s > 0.0) {
        out.package_events_per_s = (double)scenario->job.gpus / a->package_mtbf_s;
    }
    out.link_events_per_s = a->link_stops_frac * link_events_per_s(scenario);
    const double rate_per_s = out.package_events_per_s + out.link_events_per_s;
    if (!(rate_per_s > 0.0) || !(a->checkpoint_s > 0.0)) {
        return out;
    }
    out.mean_time_s = 1.0 / rate_per_s;
    out.checkpoint_every_s = interval_s(out.mean_time_s, a->checkpoint_s);

    /* Daly, equation 20: what a stretch of training takes with its stops */
    const double stretch = (out.checkpoint_every_s + a->checkpoint_s) / out.mean_time_s;
    const double wall_s = out.mean_time_s * exp(a->restart_s / out.mean_time_s) * expm1(stretch);
    out.useful_frac = out.checkpoint_every_s / wall_s;
    out.is_known = isfinite(wall_s) && out.useful_frac >= USEFUL_LEAST;
    out.useful_frac = out.is_known ? out.useful_frac : 0.0;
    out.time_to_train_s = out.is_known ? train_s / out.useful_frac : 0.0;
    return out;
}
