#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_table.h"

static const double BIT_PER_BYTE = 8.0;

static const fab_sheet_column COLUMNS[] = {
    {"", false, 0, FAB_SHEET_ALL},
    {"ring", true, 0, FAB_SHEET_ALL},
    {"direct", true, 0, FAB_SHEET_ALL},
};

#define LINE_LIMIT (2 * FAB_TIER_LIMIT + 8)

static const char *tier_name(fab_scratch *scratch, const fab_tier *tier)
{
    return fab_text_clean(scratch, tier->name);
}

static void write_head(fab_scratch *scratch, const fab_collective_answer *answer, FILE *stream)
{
    const fab_collective_request *request = &answer->request;
    const fab_placement *placement = &answer->placement;
    const char *head = fab_text_printf(
        scratch, "%s of %s (%s) over %s rank%s on %s", fab_collective_name(request->kind),
        fab_text_quantity(scratch, request->size_byte, FAB_DIM_SIZE),
        fab_collective_payload_name(request->kind), fab_text_count(scratch, request->ranks),
        request->ranks == 1 ? "" : "s", fab_text_clean(scratch, answer->fabric->name));
    fab_text_paragraph(scratch, stream, head, "  ");
    const char *local = fab_text_count(scratch, placement->local_max);
    if (!placement->is_even) {
        local = fab_text_printf(scratch, "%s to %s (uneven: times are an upper bound)",
                                fab_text_count(scratch, placement->local_min), local);
    }
    const char *text = fab_text_printf(
        scratch, "placement: stride %s, %s domain%s of tier %s, ranks in a domain: %s",
        fab_text_count(scratch, request->stride), fab_text_count(scratch, placement->domains),
        placement->domains == 1 ? "" : "s", tier_name(scratch, &answer->fabric->tiers[0]), local);
    fab_text_paragraph(scratch, stream, text, "  ");
}

static const char *time_text(fab_scratch *scratch, double time_s)
{
    return fab_text_quantity(scratch, time_s, FAB_DIM_TIME);
}

static const char *rate_text(fab_scratch *scratch, double rate_byte_per_s)
{
    return rate_byte_per_s > 0.0 ? fab_text_quantity(scratch, rate_byte_per_s, FAB_DIM_MEMORY_RATE)
                                 : "-";
}

static void add_pair(fab_sheet *sheet, const char *field, const char *ring, const char *direct)
{
    fab_sheet_add(sheet, (const char *const[]){field, ring, direct});
}

static void add_tiers(fab_sheet *sheet, const fab_collective_answer *answer)
{
    fab_scratch *scratch = sheet->scratch;
    const fab_collective_cost *ring = &answer->ring.cost;
    const fab_collective_cost *direct = &answer->direct.cost;
    for (int64_t i = 0; i < answer->fabric->tier_count; i++) {
        const char *name = tier_name(scratch, &answer->fabric->tiers[i]);
        add_pair(sheet, fab_text_printf(scratch, "sent by one rank, %s", name),
                 fab_text_quantity(scratch, ring->tier_sent_bit[i] / BIT_PER_BYTE, FAB_DIM_SIZE),
                 fab_text_quantity(scratch, direct->tier_sent_bit[i] / BIT_PER_BYTE, FAB_DIM_SIZE));
    }
    for (int64_t i = 0; i < answer->fabric->tier_count; i++) {
        const char *name = tier_name(scratch, &answer->fabric->tiers[i]);
        add_pair(sheet, fab_text_printf(scratch, "wire time, %s", name),
                 time_text(scratch, ring->tier_time_s[i]),
                 time_text(scratch, direct->tier_time_s[i]));
    }
}

static const char *energy_text(fab_scratch *scratch, const fab_collective_answer *answer,
                               const fab_collective_way *way)
{
    return answer->is_energy_known ? fab_text_quantity(scratch, way->cost.energy_j, FAB_DIM_ENERGY)
                                   : "not published";
}

static void write_ways(fab_scratch *scratch, const fab_collective_answer *answer, FILE *stream)
{
    const fab_collective_way *ring = &answer->ring;
    const fab_collective_way *direct = &answer->direct;
    fab_sheet sheet = fab_sheet_make(scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), LINE_LIMIT);
    add_tiers(&sheet, answer);
    add_pair(&sheet, "latency", time_text(scratch, ring->cost.latency_s),
             time_text(scratch, direct->cost.latency_s));
    add_pair(&sheet, "total time", time_text(scratch, ring->cost.time_s),
             time_text(scratch, direct->cost.time_s));
    add_pair(&sheet, "algorithm bandwidth", rate_text(scratch, ring->algorithm_byte_per_s),
             rate_text(scratch, direct->algorithm_byte_per_s));
    add_pair(&sheet, "bus bandwidth", rate_text(scratch, ring->bus_byte_per_s),
             rate_text(scratch, direct->bus_byte_per_s));
    add_pair(&sheet, "link energy of one rank", energy_text(scratch, answer, ring),
             energy_text(scratch, answer, direct));
    fab_text_sheet(&sheet, stream);
}

static void write_notes(fab_scratch *scratch, const fab_collective_answer *answer, FILE *stream)
{
    const fab_collective_request *request = &answer->request;
    const bool is_ring = answer->chosen == FAB_ALGORITHM_RING;
    const fab_collective_way *way = is_ring ? &answer->ring : &answer->direct;
    fprintf(stream, "\n");
    fab_text_paragraph(
        scratch, stream,
        fab_text_printf(scratch, "%s %s: %s; tiers are %s.",
                        request->algorithm == FAB_ALGORITHM_AUTO ? "auto takes" : "asked for",
                        is_ring ? "ring" : "direct", time_text(scratch, way->cost.time_s),
                        request->tier_mode == FAB_TIERS_CONCURRENT ? "concurrent" : "sequential"),
        "");
    const char *text = fab_text_printf(
        scratch,
        "Bus bandwidth is size / time x %s, the factor of nccl-tests (doc/PERFORMANCE.md). Rates "
        "are those of the fabric, one direction and at full efficiency; docs/models-network.md.",
        fab_text_digits(scratch, fab_collective_bus_ratio(request->kind, request->ranks), 4));
    fab_text_paragraph(scratch, stream, text, "");
}

fab_status fab_report_collective_text(const fab_collective_answer *answer, fab_arena *arena,
                                      FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    write_head(&scratch, answer, stream);
    fprintf(stream, "\n");
    write_ways(&scratch, answer, stream);
    write_notes(&scratch, answer, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
