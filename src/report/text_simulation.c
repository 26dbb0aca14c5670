#include <fabricast/report.h>

#include <inttypes.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_table.h"

#define LINE_LIMIT (FAB_TIER_LIMIT + 12)

static const char *count_text(fab_scratch *scratch, uint64_t count)
{
    return fab_text_count(scratch, (int64_t)count);
}

static void add(fab_sheet *sheet, const char *what, const char *value)
{
    const char *cells[] = {what, value};
    fab_sheet_add(sheet, cells);
}

static const char *percent(fab_scratch *scratch, double frac)
{
    return fab_text_printf(scratch, "%.1f %%", 100.0 * frac);
}

static void write_times(fab_scratch *scratch, const fab_collective_answer *answer,
                        const fab_simulation *s, FILE *stream)
{
    static const fab_sheet_column COLUMNS[] = {{"", false, 0, FAB_SHEET_ALL},
                                               {"value", true, 0, FAB_SHEET_ALL}};
    fab_sheet sheet = fab_sheet_make(scratch, COLUMNS, 2, LINE_LIMIT);
    add(&sheet, "closed form", fab_text_quantity(scratch, s->closed_form_s, FAB_DIM_TIME));
    add(&sheet, s->is_complete ? "simulated" : "simulated until the limit",
        fab_text_quantity(scratch, s->simulated_s, FAB_DIM_TIME));
    if (s->is_complete) {
        add(&sheet, "difference",
            fab_text_printf(scratch, "%s %%",
                            fab_text_signed(scratch, 100.0 * s->difference_frac, 2)));
    }
    add(&sheet, "fullest link alone", fab_text_quantity(scratch, s->bound_s, FAB_DIM_TIME));
    add(&sheet, "messages", count_text(scratch, s->flows));
    add(&sheet, "flow classes solved", count_text(scratch, s->classes));
    add(&sheet, "times at which messages end", count_text(scratch, s->events));
    add(&sheet, s->is_symmetric ? "classes of links" : "links", count_text(scratch, s->links));
    for (int64_t i = 0; i < s->layer_count; i++) {
        add(&sheet,
            fab_text_printf(scratch, "links of %s in use",
                            fab_text_clean(scratch, answer->fabric->tiers[i].name)),
            percent(scratch, s->layer_busy_frac[i]));
    }
    fab_text_sheet(&sheet, stream);
}

static void write_links(fab_scratch *scratch, const fab_collective_answer *answer,
                        const fab_simulation *s, FILE *stream)
{
    static const fab_sheet_column COLUMNS[] = {{"fullest links", false, 0, FAB_SHEET_ALL},
                                               {"tier", false, 0, FAB_SHEET_ALL},
                                               {"carried", true, 0, FAB_SHEET_ALL},
                                               {"in use", true, 0, FAB_SHEET_ALL}};
    fab_sheet sheet = fab_sheet_make(scratch, COLUMNS, 4, FAB_HOT_LINK_LIMIT);
    for (size_t i = 0; i < s->hot_link_count; i++) {
        const fab_link_load *load = &s->hot_links[i];
        const char *from = fab_text_clean(scratch, load->from);
        const char *cells[] = {
            load->to ? fab_text_printf(scratch, "%s to %s", from, fab_text_clean(scratch, load->to))
                     : fab_text_printf(scratch, "%s, of each package", from),
            fab_text_clean(scratch, answer->fabric->tiers[load->layer].name),
            fab_text_quantity(scratch, load->carried_byte, FAB_DIM_SIZE),
            percent(scratch, load->busy_frac),
        };
        fab_sheet_add(&sheet, cells);
    }
    fab_text_sheet(&sheet, stream);
}

fab_status fab_report_simulation_text(const fab_collective_answer *answer,
                                      const fab_simulation *simulation, fab_arena *arena,
                                      FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    const fab_collective_request *request = &answer->request;
    const char *head = fab_text_printf(
        &scratch, "%s by %s of %s (%s) over %s rank%s on %s, simulated", simulation->kind,
        fab_algorithm_name(simulation->algorithm),
        fab_text_quantity(&scratch, request->size_byte, FAB_DIM_SIZE),
        fab_collective_payload_name(request->kind), fab_text_count(&scratch, request->ranks),
        request->ranks == 1 ? "" : "s", fab_text_clean(&scratch, answer->fabric->name));
    fab_text_paragraph(&scratch, stream, head, "  ");
    fprintf(stream, "\n");
    write_times(&scratch, answer, simulation, stream);
    if (simulation->hot_link_count > 0) {
        fprintf(stream, "\n");
        write_links(&scratch, answer, simulation, stream);
    }
    fprintf(stream, "\n");
    fab_text_paragraph(&scratch, stream,
                       fab_text_printf(&scratch,
                                       "Closed form and simulation: %s. docs/models-flow.md.",
                                       fab_text_clean(&scratch, simulation->cause)),
                       "");
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}

fab_status fab_report_simulations_text(const fab_simulation *simulations, size_t count,
                                       fab_arena *arena, FILE *stream)
{
    static const fab_sheet_column COLUMNS[] = {
        {"collective", false, 0, FAB_SHEET_ALL}, {"algorithm", false, 0, FAB_SHEET_ALL},
        {"closed form", true, 0, FAB_SHEET_ALL}, {"simulated", true, 0, FAB_SHEET_ALL},
        {"difference", true, 0, FAB_SHEET_ALL},  {"cause", false, 40, FAB_SHEET_ALL}};
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_sheet sheet = fab_sheet_make(&scratch, COLUMNS, 6, count);
    for (size_t i = 0; i < count; i++) {
        const fab_simulation *s = &simulations[i];
        const char *cells[] = {
            s->kind,
            fab_algorithm_name(s->algorithm),
            fab_text_quantity(&scratch, s->closed_form_s, FAB_DIM_TIME),
            fab_text_quantity(&scratch, s->simulated_s, FAB_DIM_TIME),
            s->is_complete
                ? fab_text_printf(&scratch, "%s %%",
                                  fab_text_signed(&scratch, 100.0 * s->difference_frac, 2))
                : "-",
            fab_text_clean(&scratch, s->cause)};
        fab_sheet_add(&sheet, cells);
    }
    fab_text_sheet(&sheet, stream);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
