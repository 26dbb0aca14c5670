#include <fabricast/report.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_table.h"

static const double BIT_PER_BYTE = 8.0;

#define LINE_LIMIT   (2 * FAB_TIER_LIMIT + 12)
#define COLUMN_LIMIT (FAB_ALGORITHM_COUNT + 1)

/* what one line says of one way */
typedef const char *(*fab_way_text)(fab_scratch *scratch, const fab_collective_answer *answer,
                                    const fab_collective_way *way, int64_t tier);

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

static const char *sent(fab_scratch *scratch, const fab_collective_answer *answer,
                        const fab_collective_way *way, int64_t tier)
{
    (void)answer;
    return fab_text_quantity(scratch, way->cost.tier_sent_bit[tier] / BIT_PER_BYTE, FAB_DIM_SIZE);
}

static const char *wire(fab_scratch *scratch, const fab_collective_answer *answer,
                        const fab_collective_way *way, int64_t tier)
{
    (void)answer;
    return time_text(scratch, way->cost.tier_time_s[tier]);
}

static const char *latency(fab_scratch *scratch, const fab_collective_answer *answer,
                           const fab_collective_way *way, int64_t tier)
{
    (void)answer, (void)tier;
    return time_text(scratch, way->cost.latency_s);
}

static const char *total(fab_scratch *scratch, const fab_collective_answer *answer,
                         const fab_collective_way *way, int64_t tier)
{
    (void)answer, (void)tier;
    return time_text(scratch, way->cost.time_s);
}

static const char *algorithm_rate(fab_scratch *scratch, const fab_collective_answer *answer,
                                  const fab_collective_way *way, int64_t tier)
{
    (void)answer, (void)tier;
    return rate_text(scratch, way->algorithm_byte_per_s);
}

static const char *bus_rate(fab_scratch *scratch, const fab_collective_answer *answer,
                            const fab_collective_way *way, int64_t tier)
{
    (void)answer, (void)tier;
    return rate_text(scratch, way->bus_byte_per_s);
}

static const char *energy(fab_scratch *scratch, const fab_collective_answer *answer,
                          const fab_collective_way *way, int64_t tier)
{
    (void)tier;
    return answer->is_energy_known ? fab_text_quantity(scratch, way->cost.energy_j, FAB_DIM_ENERGY)
                                   : "not published";
}

static const char *calibrated_total(fab_scratch *scratch, const fab_collective_answer *answer,
                                    const fab_collective_way *way, int64_t tier)
{
    (void)answer, (void)tier;
    return way->is_calibrated ? time_text(scratch, way->calibrated.time_s) : "-";
}

static const char *calibrated_rate(fab_scratch *scratch, const fab_collective_answer *answer,
                                   const fab_collective_way *way, int64_t tier)
{
    (void)answer, (void)tier;
    return way->is_calibrated ? rate_text(scratch, way->calibrated_bus_byte_per_s) : "-";
}

static const char *protocol(fab_scratch *scratch, const fab_collective_answer *answer,
                            const fab_collective_way *way, int64_t tier)
{
    (void)answer;
    const char *name = way->is_calibrated ? way->protocols[tier] : NULL;
    return name ? fab_text_clean(scratch, name) : "-";
}

/* one line: a column for each algorithm that applies */
static void add_line(fab_sheet *sheet, const fab_collective_answer *answer, const char *field,
                     fab_way_text text, int64_t tier)
{
    const char *cells[COLUMN_LIMIT] = {field};
    int count = 1;
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        if (!answer->ways[i].reason) {
            cells[count++] = text(sheet->scratch, answer, &answer->ways[i], tier);
        }
    }
    fab_sheet_add(sheet, cells);
}

static void add_tier_lines(fab_sheet *sheet, const fab_collective_answer *answer, const char *what,
                           fab_way_text text)
{
    for (int64_t i = 0; i < answer->fabric->tier_count; i++) {
        const char *name = tier_name(sheet->scratch, &answer->fabric->tiers[i]);
        add_line(sheet, answer, fab_text_printf(sheet->scratch, "%s, %s", what, name), text, i);
    }
}

static bool has_calibration(const fab_collective_answer *answer)
{
    for (int i = 0; i < FAB_ALGORITHM_COUNT; i++) {
        if (answer->ways[i].is_calibrated) {
            return true;
        }
    }
    return false;
}

static void write_ways(fab_scratch *scratch, const fab_collective_answer *answer, FILE *stream)
{
    fab_sheet_column columns[COLUMN_LIMIT] = {{"", false, 0, FAB_SHEET_ALL}};
    size_t count = 1;
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        if (!answer->ways[i].reason) {
            columns[count++] = (fab_sheet_column){fab_algorithm_name(i), true, 0, FAB_SHEET_ALL};
        }
    }
    fab_sheet sheet = fab_sheet_make(scratch, columns, count, LINE_LIMIT);
    add_tier_lines(&sheet, answer, "sent by one rank", sent);
    add_tier_lines(&sheet, answer, "wire time", wire);
    add_line(&sheet, answer, "latency", latency, 0);
    add_line(&sheet, answer, "total time", total, 0);
    add_line(&sheet, answer, "algorithm bandwidth", algorithm_rate, 0);
    add_line(&sheet, answer, "bus bandwidth", bus_rate, 0);
    add_line(&sheet, answer, "link energy of one rank", energy, 0);
    if (has_calibration(answer)) {
        add_tier_lines(&sheet, answer, "protocol", protocol);
        add_line(&sheet, answer, "calibrated time", calibrated_total, 0);
        add_line(&sheet, answer, "calibrated bus bandwidth", calibrated_rate, 0);
    }
    fab_text_sheet(&sheet, stream);
}

/* the calibrated time of the chosen way beside its ideal one */
static void write_calibration(fab_scratch *scratch, const fab_collective_answer *answer,
                              FILE *stream)
{
    const fab_collective_way *way = &answer->ways[answer->chosen];
    if (!way->is_calibrated) {
        return;
    }
    const double more = 100.0 * (way->calibrated.time_s / way->cost.time_s - 1.0);
    fab_text_paragraph(
        scratch, stream,
        fab_text_printf(scratch,
                        "Calibrated on measurements: %s by %s, where the ideal takes %s: %s %%. "
                        "`fabricast catalog messaging` shows the constants.",
                        time_text(scratch, way->calibrated.time_s),
                        fab_algorithm_name(answer->chosen), time_text(scratch, way->cost.time_s),
                        fab_text_signed(scratch, more, 0)),
        "");
}

static void write_notes(fab_scratch *scratch, const fab_collective_answer *answer, FILE *stream)
{
    const fab_collective_request *request = &answer->request;
    const fab_collective_way *way = &answer->ways[answer->chosen];
    const bool is_by_calibration = way->is_calibrated && request->algorithm == FAB_ALGORITHM_AUTO;
    const bool is_concurrent =
        request->tier_mode == FAB_TIERS_CONCURRENT || answer->chosen == FAB_ALGORITHM_FLAT_RING;
    fprintf(stream, "\n");
    fab_text_paragraph(
        scratch, stream,
        fab_text_printf(
            scratch, "%s %s%s: %s; tiers are %s.",
            request->algorithm == FAB_ALGORITHM_AUTO ? "auto takes" : "asked for",
            fab_algorithm_name(answer->chosen), is_by_calibration ? ", by its calibrated time" : "",
            time_text(scratch, way->cost.time_s), is_concurrent ? "concurrent" : "sequential"),
        "");
    write_calibration(scratch, answer, stream);
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
