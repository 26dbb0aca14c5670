#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/measured.h>

#include "collective/protocol.h"

/* fit_collectives [--check | --leave-out] [SETS] FILE.csv...: fits the channels of
 * data/messaging.yaml to measured collectives and prints them as YAML, with the rows that each
 * channel served in a comment.
 *
 * Every constant of a channel moves alone, up and down by a factor that shrinks from 1.5 to 1.005,
 * and is kept when the cost falls, until no constant moves at the smallest step: a pattern search
 * from the values of the catalog, the same on every machine. The cost of a row is a pseudo-Huber
 * function of log(model / measured) with a knee of 10 %, so that first calls and other outliers
 * count little; rows below 1 MB count half. Sets are fitted in the order of the catalog. SETS is a
 * comma-separated list of names; left out, all. Constants that are 0, not published or have a
 * source of their own stay.
 *
 * --check prints only how far the constants move, and exits with 1 when the cost of a set falls by
 * more than 2 %: then the catalog is not the fit of these rows.
 * --leave-out fits each set without one of its sources in turn and prints the median error on the
 * rows of that source. */

#define WAY_LIMIT  FAB_ALGORITHM_COUNT
#define FIRST_STEP 1.5
#define LAST_STEP  1.005
#define KNEE       0.1
#define LARGE_BYTE 1e6
#define SWEEPS     200

typedef struct fit_row {
    const fab_measured_collective *row;
    fab_load loads[WAY_LIMIT];
    int ways;
    fab_wire wires[FAB_TIER_LIMIT];
    int64_t tiers;
} fit_row;

typedef struct fit {
    fit_row *rows;
    size_t count;
    const char *left_out; /* a source whose rows do not count; NULL: none */
    fab_messaging *sets;
    size_t set_count;
} fit;

/* the copy that may change */
static fab_messaging *own_set(const fit *f, const fab_messaging *set)
{
    for (size_t i = 0; set && i < f->set_count; i++) {
        if (strcmp(f->sets[i].name, set->name) == 0) {
            return &f->sets[i];
        }
    }
    return NULL;
}

static bool prepare(const fit *f, const fab_catalog *catalog, const fab_measured_collective *row,
                    fit_row *out)
{
    const fab_fabric *fabric = fab_catalog_fabric(catalog, row->on);
    fab_spans spans;
    if (!fabric || fab_spans_place(fabric, row->ranks, 1, &spans) != FAB_OK) {
        fprintf(stderr, "line %d: no fabric `%s` that holds it\n", row->line, row->on);
        return false;
    }
    bool can_reduce[FAB_TIER_LIMIT] = {false};
    *out = (fit_row){.row = row, .tiers = fabric->tier_count};
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        out->wires[i] = fab_wire_of(fabric, i, &spans.tiers[i]);
        out->wires[i].messaging = own_set(f, out->wires[i].messaging);
        can_reduce[i] = fabric->tiers[i].has_reduction;
    }
    for (int a = FAB_ALGORITHM_AUTO + 1; a < FAB_ALGORITHM_COUNT; a++) {
        const fab_load load = fab_load_make(row->kind, a, &spans, can_reduce, 8.0 * row->size_byte);
        if (!load.reason && (row->algorithm == FAB_ALGORITHM_AUTO || row->algorithm == a)) {
            out->loads[out->ways++] = load;
        }
    }
    return true;
}

static double model_s(const fit_row *r)
{
    double best_s = (double)INFINITY;
    for (int i = 0; i < r->ways; i++) {
        fab_collective_cost cost;
        const char *protocols[FAB_TIER_LIMIT];
        if (fab_load_calibrate(&r->loads[i], r->wires, r->tiers, r->row->kind, FAB_TIERS_CONCURRENT,
                               &cost, protocols) &&
            cost.time_s < best_s) {
            best_s = cost.time_s;
        }
    }
    return best_s;
}

static bool uses(const fit_row *r, const fab_messaging *set)
{
    for (int64_t i = 0; i < r->tiers; i++) {
        const bool is_spanned = r->ways > 0 && r->loads[0].tiers[i].sent_bit > 0.0;
        if (is_spanned && r->wires[i].messaging == set) {
            return true;
        }
    }
    return false;
}

static double cost(const fit *f, const fab_messaging *set)
{
    double sum = 0.0;
    for (size_t i = 0; i < f->count; i++) {
        const fit_row *r = &f->rows[i];
        const bool is_out = f->left_out && strcmp(f->left_out, r->row->source) == 0;
        if (!is_out && uses(r, set)) {
            const double x = log(model_s(r) / r->row->time_s) / KNEE;
            const double weight = r->row->size_byte >= LARGE_BYTE ? 1.0 : 0.5;
            sum += weight * (sqrt(1.0 + x * x) - 1.0);
        }
    }
    return sum;
}

/* moves one constant while the cost falls; returns whether it moved */
static bool move(const fit *f, const fab_messaging *set, fab_value *value, double step, double most,
                 double *best)
{
    bool moved = false;
    for (int side = 0; side < 2; side++) {
        const double factor = side == 0 ? step : 1.0 / step;
        for (int i = 0; i < 8; i++) {
            const double old = value->value;
            value->value = old * factor;
            const double now = value->value <= most ? cost(f, set) : (double)INFINITY;
            if (!(now < *best * (1.0 - 1e-7))) {
                value->value = old;
                break;
            }
            *best = now;
            moved = true;
        }
    }
    return moved;
}

static bool sweep(const fit *f, fab_messaging *set, double step, double *best)
{
    bool moved = false;
    for (int64_t i = 0; i < set->channel_count; i++) {
        fab_channel *c = &set->channels[i];
        fab_value *values[] = {&c->base_s, &c->hop_s, &c->efficiency_ratio, &c->fill_s,
                               &c->own_byte_per_s};
        for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
            if (values[k]->is_known && values[k]->value > 0.0 && !values[k]->source) {
                moved = move(f, set, values[k], step, k == 2 ? 1.0 : 1e18, best) || moved;
            }
        }
    }
    return moved;
}

/* returns by how much the cost fell, as a share */
static double fit_set(const fit *f, fab_messaging *set)
{
    double best = cost(f, set);
    double step = FIRST_STEP;
    const double first = best;
    for (int i = 0; i < SWEEPS && step >= LAST_STEP; i++) {
        if (!sweep(f, set, step, &best)) {
            step = sqrt(step);
        }
    }
    fprintf(stderr, "%-16s cost %.3f -> %.3f\n", set->name, first, best);
    return first > 0.0 ? 1.0 - best / first : 0.0;
}

/* rows whose best time comes to depend on the channel: it is slower without it */
static int served(const fit *f, const fab_messaging *set, fab_channel *channel)
{
    int rows = 0;
    const int algorithm = channel->algorithm;
    for (size_t i = 0; i < f->count; i++) {
        if (uses(&f->rows[i], set)) {
            const double with_s = model_s(&f->rows[i]);
            channel->algorithm = FAB_ALGORITHM_AUTO;
            rows += model_s(&f->rows[i]) > with_s ? 1 : 0;
            channel->algorithm = algorithm;
        }
    }
    return rows;
}

static void print_set(const fit *f, fab_messaging *set)
{
    static const char *const KINDS[] = {"collectives", "all-gather", "reduce-scatter", "all-reduce",
                                        "all-to-all",  "send",       "broadcast",      "reduce"};
    printf("\n  %s:\n    channels:\n", set->name);
    for (int64_t i = 0; i < set->channel_count; i++) {
        fab_channel *c = &set->channels[i];
        printf("      # %d rows\n", served(f, set, c));
        printf("      - {algorithm: %s, kind: %s, protocol: %s, base: %.6g us, hop: %.6g us, "
               "efficiency: %.6g, fill: %.6g us",
               fab_algorithm_name(c->algorithm), KINDS[c->kind], c->protocol, 1e6 * c->base_s.value,
               1e6 * c->hop_s.value, c->efficiency_ratio.value, 1e6 * c->fill_s.value);
        if (c->own_byte_per_s.is_known) {
            printf(", own_rate: %.6g GB/s", 1e-9 * c->own_byte_per_s.value);
        }
        printf("}\n");
    }
}

/* reads the files one after the other into the fit */
static bool load(fit *f, const fab_catalog *catalog, char **paths, int count, fab_arena *arena,
                 fab_diagnostics *diagnostics)
{
    size_t capacity = 0;
    for (int i = 0; i < count; i++) {
        const fab_measured_collective *rows;
        size_t n;
        if (fab_measured_load(paths[i], arena, diagnostics, &rows, &n) != FAB_OK) {
            fab_diagnostics_write(diagnostics, stderr);
            return false;
        }
        fit_row *grown = FAB_NEW(arena, fit_row, capacity + n);
        if (!grown) {
            return false;
        }
        if (f->count > 0) {
            memcpy(grown, f->rows, f->count * sizeof(*grown));
        }
        f->rows = grown;
        capacity += n;
        for (size_t k = 0; k < n; k++) {
            if (rows[k].on && prepare(f, catalog, &rows[k], &f->rows[f->count])) {
                f->count++;
            }
        }
    }
    return true;
}

static bool is_asked(const char *list, const char *name)
{
    const char *at = list ? strstr(list, name) : NULL;
    const char end = at ? at[strlen(name)] : '\0';
    return !list || (at && (end == '\0' || end == ',') && (at == list || at[-1] == ','));
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* median error on the rows of the source that was left out, of 1 MB and more */
static void print_left_out(const fit *f, const fab_messaging *set, double *errors)
{
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++) {
        const fit_row *r = &f->rows[i];
        if (uses(r, set) && strcmp(f->left_out, r->row->source) == 0 &&
            r->row->size_byte >= LARGE_BYTE) {
            errors[count++] = fabs(model_s(r) / r->row->time_s - 1.0);
        }
    }
    qsort(errors, count, sizeof(*errors), by_value);
    if (count > 0) {
        const double median = 0.5 * (errors[(count - 1) / 2] + errors[count / 2]);
        printf("%-16s %4zu rows of 1 MB and more, median %5.1f %%, without %s\n", set->name, count,
               100.0 * median, f->left_out);
    }
}

/* whether the set has rows of another source before or besides this one */
static bool is_first_of_several(const fit *f, const fab_messaging *set, size_t at)
{
    bool has_other = false;
    for (size_t i = 0; i < f->count; i++) {
        const bool is_same = strcmp(f->rows[i].row->source, f->rows[at].row->source) == 0;
        if (uses(&f->rows[i], set)) {
            if (is_same && i < at) {
                return false;
            }
            has_other = has_other || !is_same;
        }
    }
    return has_other && uses(&f->rows[at], set);
}

static void leave_out(fit *f, fab_messaging *set, double *errors)
{
    const fab_messaging old = *set;
    for (size_t i = 0; i < f->count; i++) {
        if (is_first_of_several(f, set, i)) {
            f->left_out = f->rows[i].row->source;
            fit_set(f, set);
            print_left_out(f, set, errors);
            *set = old;
            f->left_out = NULL;
        }
    }
}

typedef enum fit_mode { MODE_PRINT, MODE_CHECK, MODE_LEAVE_OUT } fit_mode;

#define CHECK_SHARE 0.02

static bool do_set(fit *f, fab_messaging *set, fit_mode mode, double *errors)
{
    if (mode == MODE_LEAVE_OUT) {
        leave_out(f, set, errors);
        return true;
    }
    const double fall = fit_set(f, set);
    if (mode == MODE_PRINT) {
        print_set(f, set);
    } else if (fall > CHECK_SHARE) {
        fprintf(stderr, "%s is not the fit of these rows\n", set->name);
        return false;
    }
    return true;
}

static int run(fab_arena *arena, fit_mode mode, const char *sets, char **paths, int count)
{
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_catalog *catalog;
    if (fab_catalog_load(arena, &diagnostics, &catalog) != FAB_OK) {
        return 3;
    }
    fit f = {.set_count = fab_catalog_count(catalog, FAB_CATALOG_MESSAGING)};
    f.sets = FAB_NEW(arena, fab_messaging, f.set_count);
    for (size_t i = 0; f.sets && i < f.set_count; i++) {
        f.sets[i] = *fab_catalog_messaging(catalog,
                                           fab_catalog_row_name(catalog, FAB_CATALOG_MESSAGING, i));
    }
    if (!f.sets || !load(&f, catalog, paths, count, arena, &diagnostics)) {
        return 2;
    }
    double *errors = FAB_NEW(arena, double, f.count);
    bool is_met = errors != NULL;
    for (size_t i = 0; errors && i < f.set_count; i++) {
        if (is_asked(sets, f.sets[i].name)) {
            is_met = do_set(&f, &f.sets[i], mode, errors) && is_met;
        }
    }
    return is_met ? 0 : 1;
}

int main(int argc, char **argv)
{
    int first = 1;
    fit_mode mode = MODE_PRINT;
    if (argc > first && strcmp(argv[first], "--check") == 0) {
        mode = MODE_CHECK;
        first++;
    } else if (argc > first && strcmp(argv[first], "--leave-out") == 0) {
        mode = MODE_LEAVE_OUT;
        first++;
    }
    const char *sets = argc > first && strstr(argv[first], ".csv") == NULL ? argv[first++] : NULL;
    if (argc <= first) {
        fprintf(stderr, "usage: fit_collectives [--check|--leave-out] [SET,SET...] FILE.csv...\n");
        return 2;
    }
    fab_arena *arena = fab_arena_create((size_t)1 << 28);
    const int code = arena ? run(arena, mode, sets, argv + first, argc - first) : 3;
    fab_arena_destroy(arena);
    return code;
}
