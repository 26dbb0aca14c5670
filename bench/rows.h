#ifndef FAB_BENCH_ROWS_H
#define FAB_BENCH_ROWS_H

#include <time.h>

#include "flow_shapes.h"

/* Flow sets that are measured. */
typedef struct row {
    const char *name;
    const char *what;
    void (*make)(shape *s);
    bool is_general;
    double limit_s; /* 0: none */
    double limit_byte;
    uint32_t hosts;       /* of rows that SimGrid is run on; 0: it is not */
    bool is_all_to_all;   /* flows in the order of both ends; else their first links tell */
    double times_simgrid; /* as many times SimGrid's speed as promised */
} row;

extern const row ROWS[];
extern const int ROW_COUNT;

/* Links of these rows. */
#define RATE_BPS 400e9

/* Knuth's generator of MMIX; its high bits are good. */
static inline uint64_t row_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed;
}

/* The fastest of a few runs, as long as they are short, in s of a clock; negative: it failed. */
double best_of_runs(const row *r, const shape *s, clockid_t clock, double *finish_s,
                    fab_flow_result *result);

#endif
