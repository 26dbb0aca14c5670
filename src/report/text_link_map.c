#include <fabricast/report.h>

#include "report/sheet.h"
#include "report/text_table.h"

/* distances that a terminal shows: every so many-th of the map's */
#define STRIDE ((FAB_MAP_POINTS - 1) / 6)
#define SHOWN  7

#define PJ_PER_J 1e12

typedef const char *(*cell)(fab_scratch *scratch, const fab_link_curve *curve, size_t point);

static const char *energy_cell(fab_scratch *scratch, const fab_link_curve *curve, size_t point)
{
    const double energy = curve->energy_j_per_bit[point];
    return energy > 0.0 ? fab_text_fixed(scratch, energy * PJ_PER_J, 2) : "-";
}

static const char *lane_cell(fab_scratch *scratch, const fab_link_curve *curve, size_t point)
{
    const double lane = curve->lane_bps[point];
    return lane > 0.0 ? fab_text_fixed(scratch, lane * 1e-9, 0) : "-";
}

static const char *reach_text(fab_scratch *scratch, const fab_link_curve *curve)
{
    if (!curve->is_reach_known) {
        return "-";
    }
    return fab_text_printf(scratch, "%s%s",
                           fab_text_quantity(scratch, curve->reach_m, FAB_DIM_LENGTH),
                           curve->is_reach_derived ? " (d)" : "");
}

static const char *shoreline_text(fab_scratch *scratch, const fab_link_curve *curve)
{
    const fab_value *density = &curve->shoreline_bps_per_m;
    return density->is_known ? fab_text_quantity(scratch, density->value, FAB_DIM_RATE_DENSITY)
                             : "-";
}

static void write_table(fab_scratch *scratch, const fab_link_map *map, const char *head,
                        const char *(*last)(fab_scratch *, const fab_link_curve *), cell cell_text,
                        FILE *stream)
{
    fab_sheet_column columns[SHOWN + 2] = {{"name", false, 0, FAB_SHEET_ALL}};
    for (size_t i = 0; i < SHOWN; i++) {
        const char *text = fab_text_quantity(scratch, map->distances_m[i * STRIDE], FAB_DIM_LENGTH);
        columns[i + 1] = (fab_sheet_column){text, true, 0, FAB_SHEET_ALL};
    }
    columns[SHOWN + 1] = (fab_sheet_column){head, true, 0, FAB_SHEET_ALL};
    fab_sheet sheet = fab_sheet_make(scratch, columns, SHOWN + 2, map->count);
    for (size_t i = 0; i < map->count; i++) {
        const fab_link_curve *curve = &map->curves[i];
        if (curve->count == 0) {
            continue;
        }
        const char *cells[SHOWN + 2] = {fab_text_clean(scratch, curve->technology->name)};
        for (size_t k = 0; k < SHOWN; k++) {
            cells[k + 1] = cell_text(scratch, curve, k * STRIDE);
        }
        cells[SHOWN + 1] = last(scratch, curve);
        fab_sheet_add(&sheet, cells);
    }
    fab_text_sheet(&sheet, stream);
}

static void write_stretches(fab_scratch *scratch, const fab_link_map *map, FILE *stream)
{
    static const fab_sheet_column COLUMNS[] = {{"from", true, 0, FAB_SHEET_ALL},
                                               {"to", true, 0, FAB_SHEET_ALL},
                                               {"least energy", false, 0, FAB_SHEET_ALL}};
    fab_text_heading(stream, "Where one overtakes another");
    fab_sheet sheet =
        fab_sheet_make(scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), map->stretch_count);
    for (size_t i = 0; i < map->stretch_count; i++) {
        const fab_link_stretch *s = &map->stretches[i];
        fab_sheet_add(&sheet,
                      (const char *const[]){fab_text_quantity(scratch, s->from_m, FAB_DIM_LENGTH),
                                            fab_text_quantity(scratch, s->to_m, FAB_DIM_LENGTH),
                                            fab_text_clean(scratch, s->curve->technology->name)});
    }
    fab_text_sheet(&sheet, stream);
    if (map->stretch_count == 0) {
        fprintf(stream, "None reaches so far.\n");
    }
}

fab_status fab_report_link_map_text(const fab_link_map *map, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fprintf(stream, "Energy of a bit over the whole link with its hosts, derived, pJ/bit\n");
    write_table(&scratch, map, "reach", reach_text, energy_cell, stream);
    fab_text_heading(stream, "Fastest lane whose budget closes, Gb/s, one direction");
    write_table(&scratch, map, "shoreline", shoreline_text, lane_cell, stream);
    write_stretches(&scratch, map, stream);
    fprintf(stream, "\n");
    fab_text_paragraph(
        &scratch, stream,
        "-: beyond its reach, or not known. Reach as published, (d) where the budget "
        "is used up. Lanes of copper are solved from its loss; those of optics are "
        "the row's. Shoreline as published, else derived.",
        "");
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
