#include <assert.h>
#include <math.h>
#include <stdint.h>

#include <fabricast/diagnostic.h>
#include <fabricast/flow.h>

/* Reads any text as a file of flows. What can be read is run with and without grouping, and both
 * must end and agree. */

#define LINK_RATE_BPS 8e9

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static fab_status run(const fab_flow_file *file, bool is_general, fab_arena *arena,
                      double *finish_s)
{
    double *rates = FAB_NEW(arena, double, file->link_count);
    fab_flow_network *network = NULL;
    fab_flow_result result;
    if (rates == NULL) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < file->link_count; i++) {
        rates[i] = LINK_RATE_BPS;
    }
    const fab_flow_options options = {.is_general = is_general};
    FAB_TRY(fab_flow_network_create(arena, rates, file->link_count, &network));
    return fab_flow_run(network, &file->set, &options, finish_s, &result);
}

static void check_agreement(const fab_flow_file *file, fab_arena *arena)
{
    const uint32_t flows = file->set.flow_count;
    double *grouped_s = FAB_NEW(arena, double, flows);
    double *general_s = FAB_NEW(arena, double, flows);
    if (grouped_s == NULL || general_s == NULL) {
        return;
    }
    if (run(file, false, arena, grouped_s) == FAB_OK &&
        run(file, true, arena, general_s) == FAB_OK) {
        for (uint32_t i = 0; i < flows; i++) {
            assert(isfinite(grouped_s[i]) && grouped_s[i] >= 0.0);
            assert(fabs(grouped_s[i] - general_s[i]) <= 1e-9 * general_s[i]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fab_arena *arena = fab_arena_create((size_t)64 << 20);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    fab_flow_file file;
    if (fab_flow_file_parse("fuzz.csv", (const char *)data, size, arena, &diagnostics, &file) ==
        FAB_OK) {
        check_agreement(&file, arena);
    }
    fab_arena_destroy(arena);
    return 0;
}
