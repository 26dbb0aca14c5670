#include <fabricast/report.h>

#include "report/energy_views.h"
#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_scenario.h"
#include "report/text_table.h"

/* one forecast on its way to a stream */
typedef struct view {
    const fab_scenario *scenario;
    const fab_forecast *forecast;
    const fab_ownership *ownership;
    fab_scratch *scratch;
    FILE *stream;
} view;

static const fab_sheet_column HEADLINE_COLUMNS[] = {
    {"result", false, 0, FAB_SHEET_ALL},
    {"value", true, 0, FAB_SHEET_ALL},
    {"note", false, 52, FAB_SHEET_ALL},
};

/* what failures make of the run: a row of its own below the time without them */
static void add_interruptions(const view *v, fab_sheet *sheet)
{
    fab_scratch *s = v->scratch;
    const fab_interruptions *stops = &v->ownership->interruptions;
    if (!(stops->mean_time_s > 0.0)) {
        return; /* nothing is known to fail */
    }
    if (!stops->is_known) {
        fab_sheet_add(sheet, (const char *const[]){"with failures", "never ends",
                                                   "stops come faster than a run gets on"});
        return;
    }
    const double links = stops->link_events_per_s * stops->mean_time_s;
    fab_sheet_add(
        sheet,
        (const char *const[]){
            "with failures",
            fab_text_printf(s, "%s days",
                            fab_text_digits(s, stops->time_to_train_s / FAB_DAY_S, 4)),
            fab_text_printf(s,
                            "a stop every %s, %s %% of them by links; a checkpoint every %s; %s %% "
                            "of the time is useful",
                            fab_text_quantity(s, stops->mean_time_s, FAB_DIM_TIME),
                            fab_text_percent(s, links),
                            fab_text_quantity(s, stops->checkpoint_every_s, FAB_DIM_TIME),
                            fab_text_percent(s, stops->useful_frac))});
}

static void print_headline(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_forecast *f = v->forecast;
    const double days = v->ownership->time_to_train_s / FAB_DAY_S;
    const bool is_known = !f->lacks_link_energy;
    fab_sheet sheet = fab_sheet_make(s, HEADLINE_COLUMNS, FAB_COLUMN_COUNT(HEADLINE_COLUMNS), 8);
    fab_sheet_add(
        &sheet,
        (const char *const[]){
            "time to train", fab_text_printf(s, "%s days", fab_text_digits(s, days, 4)),
            fab_text_printf(s, "%s steps for %s tokens, goodput %s %%",
                            fab_text_count(s, v->ownership->steps),
                            fab_text_quantity(s, (double)v->scenario->job.tokens, FAB_DIM_COUNT),
                            fab_text_percent(s, v->scenario->assumptions.goodput_frac))});
    add_interruptions(v, &sheet);
    fab_sheet_add(&sheet,
                  (const char *const[]){"step", fab_text_quantity(s, f->step_s, FAB_DIM_TIME),
                                        fab_text_printf(s, "%s micro-batches per pipeline",
                                                        fab_text_count(s, f->microbatches))});
    fab_sheet_add(
        &sheet,
        (const char *const[]){
            "tokens per second", fab_text_quantity(s, f->tokens_per_s, FAB_DIM_COUNT),
            fab_text_printf(s, "%s per package", fab_text_digits(s, f->tokens_per_s_per_gpu, 4))});
    fab_sheet_add(
        &sheet, (const char *const[]){
                    "MFU", fab_text_printf(s, "%s %%", fab_text_percent(s, f->mfu_frac)),
                    fab_text_printf(s, "%s FLOP per token, of the dense peak of a package",
                                    fab_text_quantity(s, f->model_flop_per_token, FAB_DIM_COUNT))});
    fab_sheet_add(
        &sheet,
        (const char *const[]){
            "link energy",
            fab_text_printf(s, "%s%s",
                            fab_text_known(s, is_known, f->link_energy_j_per_token, FAB_DIM_ENERGY),
                            is_known ? "/token" : ""),
            fab_text_printf(
                s, "links of all packages at full rate: %s",
                fab_text_known(s, is_known, v->ownership->link_power_w, FAB_DIM_POWER))});
    fab_sheet_add(&sheet, (const char *const[]){"energy", fab_energy_value_text(s, v->ownership),
                                                fab_energy_note_text(s, f, v->ownership)});
    fab_sheet_add(
        &sheet,
        (const char *const[]){
            "feasible", f->is_feasible ? "yes" : "no",
            fab_text_printf(s, "memory %s, fabric %s", f->memory.fits ? "fits" : "does not fit",
                            f->is_buildable ? "can be built" : "cannot be built")});
    fprintf(v->stream, "\n");
    fab_text_sheet(&sheet, v->stream);
}

static const fab_sheet_column PART_COLUMNS[] = {
    {"part of the step", false, 0, FAB_SHEET_ALL},
    {"time, s", true, 0, FAB_SHEET_ALL},
    {"share, %", true, 0, FAB_SHEET_ALL},
};

static void print_parts(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_forecast *f = v->forecast;
    fab_sheet sheet =
        fab_sheet_make(s, PART_COLUMNS, FAB_COLUMN_COUNT(PART_COLUMNS), FAB_STEP_CLASS_COUNT + 1);
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        fab_sheet_add(&sheet, (const char *const[]){
                                  fab_step_class_text((fab_step_class)i),
                                  fab_text_fixed(s, f->part_s[i], 4),
                                  fab_text_percent(s, f->part_s[i] / f->step_s),
                              });
    }
    fab_sheet_add(&sheet, (const char *const[]){"step", fab_text_fixed(s, f->step_s, 4), "100.0"});
    fab_text_heading(v->stream, "Where the time of a step goes");
    fab_text_sheet(&sheet, v->stream);
}

static void print_messages(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_forecast *f = v->forecast;
    fab_sheet_column columns[4 + FAB_TIER_LIMIT] = {
        {"messages", false, 0, FAB_SHEET_ALL},
        {"total, s", true, 0, FAB_SHEET_ALL},
        {"exposed, s", true, 0, FAB_SHEET_ALL},
    };
    size_t count = 3;
    for (int64_t t = 0; t < f->tier_count; t++) {
        const char *name = fab_text_short(s, f->tiers[t].name, 14);
        columns[count++] =
            (fab_sheet_column){fab_text_printf(s, "%s, per package", name), true, 0, FAB_SHEET_ALL};
    }
    columns[count++] = (fab_sheet_column){"energy, per package", true, 0, FAB_SHEET_ALL};
    fab_sheet sheet = fab_sheet_make(s, columns, count, FAB_MESSAGE_CLASS_COUNT);
    for (int i = 0; i < FAB_MESSAGE_CLASS_COUNT; i++) {
        const fab_message_forecast *m = &f->messages[i];
        const char *cells[4 + FAB_TIER_LIMIT] = {
            fab_message_class_text((fab_message_class)i),
            fab_text_fixed(s, m->total_s, 4),
            fab_text_fixed(s, m->exposed_s, 4),
        };
        for (int64_t t = 0; t < f->tier_count; t++) {
            cells[3 + t] = fab_text_quantity(s, m->sent_byte[t], FAB_DIM_SIZE);
        }
        cells[count - 1] =
            fab_text_known(s, !f->lacks_link_energy, m->link_energy_j, FAB_DIM_ENERGY);
        fab_sheet_add(&sheet, cells);
    }
    fab_text_heading(
        v->stream,
        "Messages of a step: seconds of the slowest stage, bytes and energy of a package");
    fab_text_sheet(&sheet, v->stream);
}

static const fab_sheet_column MEMORY_COLUMNS[] = {
    {"memory", false, 0, FAB_SHEET_ALL},
    {"GB/package", true, 0, FAB_SHEET_ALL},
    {"of capacity, %", true, 0, FAB_SHEET_ALL},
};

static void print_memory(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_memory_forecast *m = &v->forecast->memory;
    const struct {
        const char *name;
        double size_byte;
    } row[] = {
        {"weights", m->weights_byte},       {"gradients", m->gradients_byte},
        {"optimizer", m->optimizer_byte},   {"activations", m->activations_byte},
        {"logits", m->logits_byte},         {"temporary", m->temporary_byte},
        {"exchange", m->exchange_byte},     {"fixed", m->fixed_byte},
        {"fragmentation", m->reserve_byte}, {"total", m->total_byte},
        {"capacity", m->capacity_byte},
    };
    const size_t rows = sizeof row / sizeof row[0];
    fab_sheet sheet = fab_sheet_make(s, MEMORY_COLUMNS, FAB_COLUMN_COUNT(MEMORY_COLUMNS), rows);
    for (size_t i = 0; i < rows; i++) {
        fab_sheet_add(&sheet, (const char *const[]){
                                  row[i].name,
                                  fab_text_fixed(s, row[i].size_byte / 1e9, 1),
                                  fab_text_percent(s, row[i].size_byte / m->capacity_byte),
                              });
    }
    fab_text_heading(
        v->stream, fab_text_printf(s, "Memory of a package of stage %s, the fullest: %s",
                                   fab_text_count(s, m->stage), m->fits ? "fits" : "does not fit"));
    fab_text_sheet(&sheet, v->stream);
    if (m->host_byte > 0.0) {
        const fab_offload_forecast *copied = &v->forecast->offload;
        const char *text = fab_text_printf(
            s,
            "Beside that %s of activations in the host's memory; copying %s in a step takes %s s, "
            "of which %s s are exposed.",
            fab_text_quantity(s, m->host_byte, FAB_DIM_SIZE),
            fab_text_quantity(s, copied->moved_byte, FAB_DIM_SIZE),
            fab_text_fixed(s, copied->total_s, 4), fab_text_fixed(s, copied->exposed_s, 4));
        fab_text_paragraph(s, v->stream, text, "");
    }
}

static const fab_sheet_column TIER_COLUMNS[] = {
    {"tier", false, 16, FAB_SHEET_ALL},      {"technology", false, 24, FAB_SHEET_ALL},
    {"link", true, 0, FAB_SHEET_ALL},        {"sent", true, 0, FAB_SHEET_ALL},
    {"energy/step", true, 0, FAB_SHEET_ALL}, {"mean power", true, 0, FAB_SHEET_ALL},
    {"full rate", true, 0, FAB_SHEET_ALL},   {"busy, %", true, 0, FAB_SHEET_ALL},
};

static void print_tiers(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_forecast *f = v->forecast;
    fab_sheet sheet =
        fab_sheet_make(s, TIER_COLUMNS, FAB_COLUMN_COUNT(TIER_COLUMNS), (size_t)f->tier_count);
    for (int64_t i = 0; i < f->tier_count; i++) {
        const fab_tier_forecast *t = &f->tiers[i];
        const bool is_known = !t->lacks_energy;
        fab_sheet_add(&sheet,
                      (const char *const[]){
                          t->name,
                          t->technology,
                          fab_text_known(s, is_known, t->energy_j_per_bit, FAB_DIM_ENERGY_PER_BIT),
                          fab_text_quantity(s, t->sent_byte, FAB_DIM_SIZE),
                          fab_text_known(s, is_known, t->energy_j, FAB_DIM_ENERGY),
                          fab_text_known(s, is_known, t->mean_power_w, FAB_DIM_POWER),
                          fab_text_known(s, is_known, t->full_rate_power_w, FAB_DIM_POWER),
                          fab_text_percent(s, t->busy_frac),
                      });
    }
    fab_text_heading(v->stream, "Links of a package, by tier");
    fab_text_sheet(&sheet, v->stream);
    fab_text_paragraph(v->scratch, v->stream,
                       "Energy per step is of all links on the path of what a package sends; power "
                       "is of its own link.",
                       "");
}

static const fab_sheet_column CHECK_COLUMNS[] = {
    {"tier", false, 16, FAB_SHEET_ALL},
    {"check", false, 0, FAB_SHEET_ALL},
    {"verdict", false, 0, FAB_SHEET_ALL},
    {"reason", false, 58, FAB_SHEET_ALL},
};

static void print_checks(const view *v)
{
    const fab_forecast *f = v->forecast;
    fab_sheet sheet =
        fab_sheet_make(v->scratch, CHECK_COLUMNS, FAB_COLUMN_COUNT(CHECK_COLUMNS), f->check_count);
    for (size_t i = 0; i < f->check_count; i++) {
        const fab_fabric_check *c = &f->checks[i];
        const char *verdict = !c->is_known ? "unknown" : c->is_met ? "met" : "not met";
        fab_sheet_add(&sheet, (const char *const[]){c->tier, c->what, verdict, c->reason});
    }
    fab_text_heading(v->stream, "Can the fabric be built");
    fab_text_sheet(&sheet, v->stream);
}

/* What lies beyond the measured runs. */
static void print_coverage(const view *v)
{
    fab_coverage coverage;
    const fab_status status = fab_validate_coverage(v->scenario, v->scratch->arena, &coverage);
    if (status != FAB_OK) {
        v->scratch->status = status;
        return;
    }
    if (coverage.warning_count > 0) {
        fab_text_heading(v->stream, "Beyond what was measured");
    }
    for (size_t i = 0; i < coverage.warning_count; i++) {
        fab_text_paragraph(v->scratch, v->stream, coverage.warnings[i], "");
    }
}

fab_status fab_report_forecast_text(const fab_scenario *scenario, const fab_forecast *forecast,
                                    const fab_ownership *ownership, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    const view v = {scenario, forecast, ownership, &scratch, stream};
    fab_text_scenario(&scratch, scenario, stream);
    print_headline(&v);
    print_parts(&v);
    print_messages(&v);
    print_memory(&v);
    print_tiers(&v);
    fab_text_energy(&scratch, scenario, forecast, stream);
    print_checks(&v);
    print_coverage(&v);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
