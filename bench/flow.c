#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "flow_shapes.h"

/* Time and memory of the simulation of flows, each beside what was promised. Called without
 * arguments it prints a table; exit code 1 says that a limit was missed. Every row runs in a
 * process of its own (`bench_flow ROW`), so that its peak memory is its own; short ones take the
 * best of a few runs. */

typedef struct row {
    const char *name;
    const char *what;
    void (*make)(shape *s);
    bool is_general;
    double limit_s; /* 0: none */
    double limit_byte;
} row;

/* the best of a few runs, as long as they are short */
#define RUNS     5
#define ENOUGH_S 0.5

#define RATE_BPS 400e9
#define MIB      1048576.0

static void make_star_512(shape *s)
{
    shape_star(s, 512, 64 * MIB, RATE_BPS);
}

static void make_star_4096(shape *s)
{
    shape_star(s, 4096, 64 * MIB, RATE_BPS);
}

/* The same as one class: 4,095 flows over each of 4,096 equal links up and down. */
static void make_star_4096_class(shape *s)
{
    shape_begin(s, 2, RATE_BPS);
    shape_flow(s, 64 * MIB);
    shape_cross(s, 0);
    shape_cross(s, 1);
    s->load_ratio = shape_grow(NULL, 2, sizeof(double));
    s->load_ratio[0] = s->load_ratio[1] = 4095.0;
    s->set.load_ratio = s->load_ratio;
}

static void make_tree_512(shape *s)
{
    shape_tree(s, &(tree_shape){16, 32, 16}, MIB, RATE_BPS);
}

static void make_torus_16_16(shape *s)
{
    shape_torus(s, &(torus_shape){{16, 16, 1}, SHAPE_TIE_SIMGRID}, MIB, RATE_BPS);
}

static void make_torus_8_8_8(shape *s)
{
    shape_torus(s, &(torus_shape){{8, 8, 8}, SHAPE_TIE_SIMGRID}, MIB, RATE_BPS);
}

static void make_torus_8_8_8_split(shape *s)
{
    shape_torus(s, &(torus_shape){{8, 8, 8}, SHAPE_TIE_SPLIT}, MIB, RATE_BPS);
}

/* 10,000 flows between random hosts of a fat-tree. */
static void make_random_tree(shape *s)
{
    const tree_shape tree = {16, 32, 16};
    uint64_t seed = 1;
    shape_begin(s, shape_tree_links(&tree), RATE_BPS);
    while (s->set.flow_count < 10000) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const uint32_t from = (uint32_t)(seed >> 55), to = (uint32_t)(seed >> 46) & 511;
        if (from != to) {
            shape_tree_flow(s, &tree, from, to, 0.5 * MIB + (double)(seed >> 43 & 0xfffff));
        }
    }
}

static const row ROWS[] = {
    {"star-512", "512-port all-to-all, grouped", make_star_512, false, 0.01, 30e6},
    {"star-512-general", "512-port all-to-all, general", make_star_512, true, 0, 30e6},
    {"tree-512", "512-host fat-tree, general", make_tree_512, true, 0, 0},
    {"random-tree", "10,000 random flows, fat-tree", make_random_tree, true, 0, 0},
    {"torus-16x16", "16x16 torus, general", make_torus_16_16, true, 0, 0},
    {"torus-8x8x8", "8x8x8 torus, general", make_torus_8_8_8, true, 8, 0},
    {"torus-8x8x8-split", "8x8x8 torus, ties split, grouped", make_torus_8_8_8_split, false, 0, 0},
    {"star-4096-class", "4,096-port all-to-all, by class", make_star_4096_class, false, 0.01, 0},
    {"star-4096-general", "4,096-port all-to-all, general", make_star_4096, true, 1, 1.2e9},
};

enum { ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const char *verdict(double value, double limit)
{
    return limit == 0.0 ? "-" : value <= limit ? "ok" : "missed";
}

static int print_row(const row *r, const shape *s, const fab_flow_result *result, double elapsed_s)
{
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    const double peak_byte = 1024.0 * (double)usage.ru_maxrss;
    printf("%-33s %9" PRIu32 " %8" PRIu32 " %7" PRIu32 " %9.4f %5.2f %-6s %7.1f %6.0f %s\n",
           r->what, s->set.flow_count, result->class_count, result->events, elapsed_s, r->limit_s,
           verdict(elapsed_s, r->limit_s), 1e-6 * peak_byte, 1e-6 * r->limit_byte,
           verdict(peak_byte, r->limit_byte));
    return (r->limit_s > 0.0 && elapsed_s > r->limit_s) ||
           (r->limit_byte > 0.0 && peak_byte > r->limit_byte);
}

static int run(const row *r)
{
    shape s;
    r->make(&s);
    double *finish_s = shape_grow(NULL, (uint64_t)s.set.flow_count + 1, sizeof(double));
    fab_arena *arena = fab_arena_create(SIZE_MAX);
    fab_flow_network *network = NULL;
    fab_flow_result result;
    const fab_flow_options options = {.is_general = r->is_general};
    double best_s = HUGE_VAL, spent_s = 0.0;
    bool is_right =
        arena && fab_flow_network_create(arena, s.rate_bps, s.link_count, &network) == FAB_OK;
    for (int i = 0; i < RUNS && is_right && spent_s < ENOUGH_S; i++) {
        const double begin_s = now_s();
        is_right = fab_flow_run(network, &s.set, &options, finish_s, &result) == FAB_OK;
        const double elapsed_s = now_s() - begin_s;
        best_s = elapsed_s < best_s ? elapsed_s : best_s;
        spent_s += elapsed_s;
    }
    const int code = is_right ? print_row(r, &s, &result, best_s) : 3;
    fab_arena_destroy(arena);
    free(finish_s);
    shape_end(&s);
    return code;
}

static int run_all(const char *program)
{
    char command[4096];
    int missed = 0;
    printf("%-33s %9s %8s %7s %9s %5s %-6s %7s %6s\n", "", "flows", "classes", "events", "time s",
           "limit", "", "peak MB", "limit");
    for (int i = 0; i < ROW_COUNT; i++) {
        (void)fflush(stdout);
        (void)snprintf(command, sizeof(command), "'%s' %s", program, ROWS[i].name);
        missed |= system(command) != 0;
    }
    return missed;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        return run_all(argv[0]);
    }
    for (int i = 0; i < ROW_COUNT; i++) {
        if (strcmp(argv[1], ROWS[i].name) == 0) {
            return run(&ROWS[i]);
        }
    }
    fprintf(stderr, "bench_flow: no row `%s`\n", argv[1]);
    return 2;
}
