#include <check.h>
#include <stdlib.h>

#include "run_all.h"
#include "sim_fixture.h"

/* Collectives as ASTRA-sim's analytical backends time them, in closed form and simulated: rows of
 * tests/golden/astra_sim.csv. They also count, in each step, 1 ns at the endpoints, whole ns, and
 * for sums two reads and a write of the chunk in a memory of 1,000,000 GB/s. */

#define GOLDEN FAB_SOURCE_DIR "/tests/golden/astra_sim.csv"

#define STEP_S           2e-9
#define MEMORY_S_PER_BIT (3.0 / 8e15)

#define GIB 1073741824.0

enum { DIMENSIONS = 3 };

typedef struct row {
    char backend[16], topology[40], collective[32], algorithm[32];
    char sizes[16], links_gibps[32], links_ns[32]; /* by dimension, the innermost first */
    double size_byte, predicted_ns;
    int64_t ranks;
} row;

static bool read_row(const char *line, row *r)
{
    return sscanf(line, "%15[^,],%39[^,],%15[^,],%31[^,],%31[^,],%31[^,],%31[^,],%lf,%lf",
                  r->backend, r->topology, r->sizes, r->links_gibps, r->links_ns, r->collective,
                  r->algorithm, &r->size_byte, &r->predicted_ns) == 9;
}

/* Numbers with a mark between them; returns how many. */
static int64_t read_numbers(const char *text, char between, double number[DIMENSIONS])
{
    int64_t count = 0;
    char *end = NULL;
    for (const char *at = text; count < DIMENSIONS; at = end + 1) {
        number[count++] = strtod(at, &end);
        if (*end != between) {
            break;
        }
    }
    return count;
}

/* Names of dimensions stand behind each other: "RingxFullyConnectedxSwitch". */
static bool is_named(const char **topology, const char *name)
{
    const size_t length = strlen(name);
    if (strncmp(*topology, name, length) != 0) {
        return false;
    }
    *topology += length + ((*topology)[length] == 'x');
    return true;
}

/* A mesh where messages go to all at once; else one message at a time leaves a rank, over a port
 * with the rate and latency of one link, or of two through a switch. */
static fab_fabric make_fabric(row *r, const fab_wiring *ring, fab_simulation_options *options)
{
    static const char *const NAME[DIMENSIONS] = {"inner", "middle", "outer"};
    const bool is_direct = strcmp(r->algorithm, "direct") == 0;
    const char *topology = r->topology;
    double size[DIMENSIONS], gibps[DIMENSIONS], ns[DIMENSIONS];
    fab_fabric fabric = {.name = "row", .tier_count = read_numbers(r->sizes, 'x', size)};
    ck_assert_int_eq(read_numbers(r->links_gibps, '/', gibps), fabric.tier_count);
    ck_assert_int_eq(read_numbers(r->links_ns, '/', ns), fabric.tier_count);
    r->ranks = 1;
    for (int64_t i = 0; i < fabric.tier_count; i++) {
        const bool is_ring = is_named(&topology, "Ring");
        const bool is_full = !is_ring && is_named(&topology, "FullyConnected");
        const bool is_switch = !is_ring && !is_full && is_named(&topology, "Switch");
        const bool is_mesh = is_full && is_direct;
        const double links = is_mesh ? size[i] - 1.0 : 1.0;
        ck_assert(is_ring || is_full || is_switch);
        r->ranks *= (int64_t)size[i];
        fabric.tiers[i] = sim_tier(NAME[i], r->ranks, 8.0 * GIB * gibps[i] * links,
                                   1e-9 * ns[i] * (is_switch ? 2.0 : 1.0));
        fabric.tiers[i].is_mesh = is_mesh;
        options->wirings[i] = is_ring ? ring : NULL;
    }
    return fabric;
}

static fab_collective_request make_request(const row *r)
{
    const bool is_ring = strcmp(r->algorithm, "ring") == 0;
    const bool is_direct = strcmp(r->algorithm, "direct") == 0;
    const bool is_gather = strcmp(r->collective, "all_gather") == 0;
    fab_collective_request request =
        sim_request(is_gather                                  ? FAB_ALL_GATHER
                    : strcmp(r->collective, "all_to_all") == 0 ? FAB_ALL_TO_ALL
                                                               : FAB_ALL_REDUCE,
                    r->ranks,
                    is_ring     ? FAB_ALGORITHM_RING
                    : is_direct ? FAB_ALGORITHM_DIRECT
                                : FAB_ALGORITHM_HALVING,
                    0);
    request.size_byte = r->size_byte * (is_gather ? (double)r->ranks : 1.0);
    return request;
}

/* What a row may take longer: its steps, and what a rank sums up in all of them. */
static double allowance_s(const row *r, const fab_collective_request *request)
{
    const bool sums = request->kind == FAB_ALL_REDUCE;
    double steps = sums ? 2.0 : 1.0;
    if (request->algorithm == FAB_ALGORITHM_RING) {
        steps *= (double)(r->ranks - 1);
    } else if (request->algorithm == FAB_ALGORITHM_HALVING) {
        steps *= ceil(log2((double)r->ranks));
    }
    return steps * STEP_S + (sums ? 8.0 * r->size_byte * MEMORY_S_PER_BIT : 0.0);
}

static void agree(const row *r, const char *what, double time_s, double more_s)
{
    const double want_s = 1e-9 * r->predicted_ns;
    ck_assert_msg(time_s <= want_s + 1e-9 && time_s >= want_s - more_s,
                  "%s %s %s %s %s: %s %.9g s, want %.9g s", r->backend, r->topology, r->sizes,
                  r->collective, r->algorithm, what, time_s, want_s);
}

static void compare(row *r)
{
    const fab_wiring ring = {.kind = FAB_WIRING_RING, .planes = 1, .spines = 1};
    fab_simulation_options options = {.routing = FAB_ROUTING_SPRAY};
    const fab_fabric fabric = make_fabric(r, &ring, &options);
    const fab_collective_request request = make_request(r);
    const double more_s = allowance_s(r, &request);
    const char *reason = NULL;
    fab_simulation out;
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &out, &reason), FAB_OK);
    agree(r, "in closed form", out.closed_form_s, more_s);
    agree(r, "simulated", out.simulated_s, more_s);
    fab_arena_destroy(arena);
}

START_TEST(times_of_astra_sim)
{
    FILE *stream = fopen(GOLDEN, "r");
    char line[256];
    int rows = 0;
    row r;
    ck_assert_ptr_nonnull(stream);
    while (fgets(line, sizeof(line), stream)) {
        if (read_row(line, &r)) {
            compare(&r);
            rows++;
        }
    }
    fclose(stream);
    ck_assert_int_eq(rows, 247);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("astra_sim");
    TCase *t = tcase_create("astra_sim");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, times_of_astra_sim);
    suite_add_tcase(s, t);
    return run_all(s);
}
