#include "rows.h"

#include <inttypes.h>
#include <stdio.h>

/* How time and events per second grow with the ports: a CSV table for scripts/flow-scaling. Time is
 * of the processor, so that other work on the machine matters little. */

/* flows that a host of the random set sends */
enum { FLOWS_PER_HOST = 16, LEAF = 16 };

static void make_even(shape *s, uint32_t ports)
{
    shape_star(s, ports, 1e6, RATE_BPS);
}

/* To the k-th port goes a k-th of what goes to the first. */
static void make_skewed(shape *s, uint32_t ports)
{
    shape_begin(s, 2 * ports, RATE_BPS);
    for (uint32_t i = 0; i < ports * ports; i++) {
        if (i / ports != i % ports) {
            shape_star_flow(s, ports, i / ports, i % ports, 1e6 / (1.0 + (double)(i % ports)));
        }
    }
}

static void make_random(shape *s, uint32_t ports)
{
    const tree_shape tree = {LEAF, ports / LEAF, LEAF};
    uint64_t seed = ports;
    shape_begin(s, shape_tree_links(&tree), RATE_BPS);
    while (s->set.flow_count < FLOWS_PER_HOST * ports) {
        const uint32_t from = (uint32_t)((row_random(&seed) >> 33) % ports);
        const uint32_t to = (uint32_t)((row_random(&seed) >> 33) % ports);
        if (from != to) {
            shape_tree_flow(s, &tree, from, to,
                            1e6 + (double)((row_random(&seed) >> 33) % 1000000));
        }
    }
}

static const struct {
    const char *what;
    void (*make)(shape *s, uint32_t ports);
    bool is_general;
    uint32_t most; /* ports */
} SERIES[] = {
    {"all-to-all in classes", make_even, false, 2048},
    {"all-to-all message by message", make_even, true, 4096},
    {"skewed all-to-all message by message", make_skewed, true, 1024},
    {"random flows on a fat tree", make_random, true, 2048},
};

int main(void)
{
    printf("what,ports,flows,events,time_s\n");
    for (size_t i = 0; i < sizeof(SERIES) / sizeof(SERIES[0]); i++) {
        for (uint32_t ports = 64; ports <= SERIES[i].most; ports *= 2) {
            const row r = {.is_general = SERIES[i].is_general};
            shape s;
            fab_flow_result result;
            SERIES[i].make(&s, ports);
            double *finish_s = shape_grow(NULL, (uint64_t)s.set.flow_count + 1, sizeof(double));
            const double time_s = best_of_runs(&r, &s, CLOCK_PROCESS_CPUTIME_ID, finish_s, &result);
            if (time_s < 0.0) {
                return 3;
            }
            printf("%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%.6g\n", SERIES[i].what, ports,
                   s.set.flow_count, result.events, time_s);
            (void)fflush(stdout);
            free(finish_s);
            shape_end(&s);
        }
    }
    return 0;
}
