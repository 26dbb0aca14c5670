#include "rows.h"

#include <math.h>

/* the best of some runs, as long as they are short: others disturb them */
#define RUNS     20
#define ENOUGH_S 0.5

#define MIB 1048576.0

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
        const uint64_t drawn = row_random(&seed);
        const uint32_t from = (uint32_t)(drawn >> 55), to = (uint32_t)(drawn >> 46) & 511;
        if (from != to) {
            shape_tree_flow(s, &tree, from, to, 0.5 * MIB + (double)(drawn >> 43 & 0xfffff));
        }
    }
}

const row ROWS[] = {
    {"star-512", "512-port all-to-all, grouped", make_star_512, false, 0.01, 30e6, 512, true, 2000},
    {"star-512-general", "512-port all-to-all, general", make_star_512, true, 0, 30e6, 0, true, 0},
    {"tree-512", "512-host fat-tree, general", make_tree_512, true, 0, 0, 512, true, 0},
    {"random-tree", "10,000 random flows, fat-tree", make_random_tree, true, 0, 0, 512, false, 20},
    {"torus-16x16", "16x16 torus, general", make_torus_16_16, true, 0, 0, 256, true, 50},
    {"torus-8x8x8", "8x8x8 torus, general", make_torus_8_8_8, true, 8, 0, 512, true, 0},
    {"torus-8x8x8-split", "8x8x8 torus, ties split, grouped", make_torus_8_8_8_split, false, 0, 0,
     0, true, 0},
    {"star-4096-class", "4,096-port all-to-all, by class", make_star_4096_class, false, 0.01, 0, 0,
     true, 0},
    {"star-4096-general", "4,096-port all-to-all, general", make_star_4096, true, 1, 1.2e9, 0, true,
     0},
};

const int ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]);

static double now_s(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double best_of_runs(const row *r, const shape *s, clockid_t clock, double *finish_s,
                    fab_flow_result *result)
{
    fab_arena *arena = fab_arena_create(SIZE_MAX);
    fab_flow_network *network = NULL;
    const fab_flow_options options = {.is_general = r->is_general};
    double best_s = HUGE_VAL, spent_s = 0.0;
    bool is_right =
        arena && fab_flow_network_create(arena, s->rate_bps, s->link_count, &network) == FAB_OK;
    for (int i = 0; i < RUNS && is_right && spent_s < ENOUGH_S; i++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        const double begin_s = now_s(clock);
        is_right = fab_flow_run(network, &s->set, &options, finish_s, result) == FAB_OK;
        const double elapsed_s = now_s(clock) - begin_s;
        best_s = elapsed_s < best_s ? elapsed_s : best_s;
        spent_s += elapsed_s;
        fab_arena_reset(arena, mark);
    }
    fab_arena_destroy(arena);
    return is_right ? best_s : -1.0;
}
