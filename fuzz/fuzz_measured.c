#include <assert.h>
#include <math.h>
#include <stdint.h>

#include <fabricast/measured.h>

/* Reads any text as measured collectives. What is comparable afterwards is a positive finite time
 * of a positive finite size, and the statistics of such rows end. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void summarise(const fab_measured_collective *rows, size_t count, fab_arena *arena)
{
    fab_measured_result *results = FAB_NEW(arena, fab_measured_result, count);
    size_t made = 0;
    for (size_t i = 0; results && i < count; i++) {
        if (rows[i].on) {
            assert(isfinite(rows[i].time_s) && rows[i].time_s > 0.0);
            assert(isfinite(rows[i].size_byte) && rows[i].size_byte > 0.0 && rows[i].ranks >= 2);
            results[made++] = (fab_measured_result){.row = &rows[i], .error_frac = 0.5};
        }
    }
    const fab_measured_group *groups = NULL;
    size_t group_count = 0;
    if (results && made < 1000 &&
        fab_measured_summarise(results, made, arena, &groups, &group_count) == FAB_OK) {
        assert(groups[group_count - 1].count == made);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fab_arena *arena = fab_arena_create((size_t)64 << 20);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_measured_collective *rows = NULL;
    size_t count = 0;
    if (fab_measured_parse("fuzz.csv", (const char *)data, size, arena, &diagnostics, &rows,
                           &count) == FAB_OK) {
        summarise(rows, count, arena);
    }
    fab_arena_destroy(arena);
    return 0;
}
