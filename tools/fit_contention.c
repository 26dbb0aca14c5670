#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/scenario.h>
#include <fabricast/timeline.h>

/* fit_contention SCENARIO.yaml...: fits overlap.contention to simulated steps.
 *
 * Each scenario is taken as it is, with half and a quarter of each tier's rate, and all of these
 * with half of the batch where that goes. A case is one of these; its error is the size of the
 * closed form over the simulation, less 1. The share with the least mean error over all cases in
 * which data-parallel messages meet others is printed with the errors without it and with it, by
 * scenario, and as the errors of each scenario with the share that the others alone give. */

/* rates of a tier, as shares of its own */
enum { RATIOS = 3 };
static const double RATIO[RATIOS] = {1.0, 0.5, 0.25};

#define SCENARIO_LIMIT 32
#define CASE_LIMIT     (SCENARIO_LIMIT * 2 * FAB_TIER_LIMIT * RATIOS)
#define GRID           40

typedef struct fit_case {
    int scenario;
    double closed_s[GRID + 1]; /* at shares 0, 1/GRID .. 1 */
    double simulated_s;
} fit_case;

typedef struct fit {
    const char *names[SCENARIO_LIMIT];
    int scenario_count;
    fit_case cases[CASE_LIMIT];
    int case_count;
} fit;

static double error(const fit_case *c, int at)
{
    return fabs(c->closed_s[at] / c->simulated_s - 1.0);
}

/* Mean error of the cases of a scenario; of all but one when `is_other`; of all with -1. */
static double mean_error(const fit *f, int scenario, bool is_other, int at, int *count_out)
{
    double sum = 0.0;
    int count = 0;
    for (int i = 0; i < f->case_count; i++) {
        const bool is_its = scenario < 0 || (f->cases[i].scenario == scenario) != is_other;
        sum += is_its ? error(&f->cases[i], at) : 0.0;
        count += is_its ? 1 : 0;
    }
    *count_out = count;
    return count > 0 ? sum / count : 0.0;
}

static int best_share(const fit *f, int scenario)
{
    int best = 0, count;
    for (int at = 1; at <= GRID; at++) {
        if (mean_error(f, scenario, true, at, &count) <
            mean_error(f, scenario, true, best, &count)) {
            best = at;
        }
    }
    return best;
}

/* Forecasts at every share and one simulation; false: the scenario gives none. */
static bool run_case(fab_scenario s, int scenario, fit_case *out)
{
    fab_arena *arena = fab_arena_create((size_t)4 << 30);
    fab_step_simulation step;
    const char *reason = NULL;
    bool is_good = arena != NULL;
    *out = (fit_case){.scenario = scenario};
    for (int at = 0; at <= GRID && is_good; at++) {
        fab_forecast forecast;
        s.assumptions.overlap.contention_frac = (double)at / GRID;
        is_good = fab_train_forecast(&s, arena, &forecast) == FAB_OK;
        out->closed_s[at] = forecast.step_s;
    }
    const fab_step_options options = {.slow = NULL};
    s.assumptions.overlap.contention_frac = 0.0;
    is_good = is_good && fab_step_simulate(&s, &options, arena, &step, &reason) == FAB_OK;
    out->simulated_s = is_good ? step.simulated_s : 0.0;
    fab_arena_destroy(arena);
    return is_good;
}

static void add_case(fit *f, const fab_scenario *s, int scenario)
{
    fit_case *c = &f->cases[f->case_count];
    const bool is_good = run_case(*s, scenario, c);
    /* where nothing meets there is nothing to fit */
    f->case_count += is_good && c->closed_s[GRID] > c->closed_s[0] * 1.001 ? 1 : 0;
}

static void add_cases(fit *f, const fab_scenario *given, int scenario)
{
    for (int half = 0; half < 2; half++) {
        fab_scenario s = *given;
        const int64_t whole = s.mapping.dp * s.mapping.microbatch * s.mapping.pp;
        if (half == 1 && (s.job.batch / 2) % whole != 0) {
            continue;
        }
        s.job.batch /= half + 1;
        for (int64_t tier = 0; tier < s.fabric.tier_count; tier++) {
            for (int i = tier == 0 ? 0 : 1; i < RATIOS; i++) {
                fab_scenario slow = s;
                slow.fabric.tiers[tier].rate_bps.value *= RATIO[i];
                add_case(f, &slow, scenario);
            }
        }
    }
}

static void print_row(const fit *f, int scenario, int best)
{
    int count;
    const double before = mean_error(f, scenario, false, 0, &count);
    const double after = mean_error(f, scenario, false, best, &count);
    const int others = scenario < 0 ? best : best_share(f, scenario);
    const double left = mean_error(f, scenario, false, others, &count);
    printf("%-24s %5d %7.2f %% %7.2f %% %7.2f %% (%.3f)\n",
           scenario < 0 ? "all" : f->names[scenario], count, 100.0 * before, 100.0 * after,
           100.0 * left, (double)others / GRID);
}

int main(int argc, char **argv)
{
    fit *f = calloc(1, sizeof(*f));
    fab_arena *arena = fab_arena_create((size_t)1 << 30);
    if (!f || !arena || argc < 2 || argc > SCENARIO_LIMIT + 1) {
        fprintf(stderr, "usage: fit_contention SCENARIO.yaml...\n");
        return 2;
    }
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_catalog *catalog = NULL;
    if (fab_catalog_load(arena, &diagnostics, &catalog) != FAB_OK) {
        return 3;
    }
    for (int i = 1; i < argc; i++) {
        const fab_scenario *scenario = NULL;
        const char *slash = strrchr(argv[i], '/');
        if (fab_scenario_load(catalog, argv[i], arena, &diagnostics, &scenario) != FAB_OK) {
            fprintf(stderr, "fit_contention: %s is no scenario\n", argv[i]);
            return 2;
        }
        f->names[f->scenario_count] = slash ? slash + 1 : argv[i];
        add_cases(f, scenario, f->scenario_count++);
    }
    const int best = best_share(f, -1);
    printf("contention: %.3f\n\n", (double)best / GRID);
    printf("%-24s %5s %9s %9s %9s\n", "mean error", "cases", "at 0", "fitted", "by others");
    for (int i = 0; i < f->scenario_count; i++) {
        print_row(f, i, best);
    }
    print_row(f, -1, best);
    fab_arena_destroy(arena);
    free(f);
    return 0;
}
