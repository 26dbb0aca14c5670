#include <fabricast/report.h>

#include <inttypes.h>
#include <string.h>

#include "report/scratch.h"
#include "report/sheet.h"
#include "report/text_scenario.h"
#include "report/text_table.h"

/* what every table here needs */
typedef struct view {
    const fab_scenario *scenario;
    const fab_explanation *explanation;
    fab_scratch *scratch;
    FILE *stream;
} view;

/* no digit behind the point of what has six before it */
static const char *tenths_text(fab_scratch *s, double amount_count)
{
    return fab_text_fixed(s, amount_count, amount_count < 99999.95 ? 1 : 0);
}

static const char *micro_text(fab_scratch *s, double time_s)
{
    return time_s > 0.0 ? tenths_text(s, time_s * 1e6) : "";
}

static const char *milli_text(fab_scratch *s, double time_s)
{
    return fab_text_fixed(s, time_s * 1e3, 3);
}

static const char *scaled_text(fab_scratch *s, double amount_count, double unit_count)
{
    return amount_count > 0.0 ? tenths_text(s, amount_count / unit_count) : "";
}

/* an operator over all its phases */
typedef struct summary {
    double work_flop, moved_byte, time_s, peak_s, memory_s;
    double limit_s[FAB_LIMIT_COUNT];
} summary;

static summary sum_phases(const fab_explained_operator *operator)
{
    summary all = {0};
    for (int i = 0; i < FAB_PHASE_COUNT; i++) {
        const fab_explained_work *work = &operator->phases[i];
        if (work->time_s > 0.0) {
            all.work_flop += work->work_flop;
            all.moved_byte += work->moved_byte;
            all.time_s += work->time_s;
            all.peak_s += work->peak_frac * work->time_s;
            all.memory_s += work->memory_frac * work->time_s;
            all.limit_s[work->limit] += work->time_s;
        }
    }
    return all;
}

/* what limits it for the longest time */
static fab_limit main_limit(const summary *all)
{
    fab_limit found = FAB_LIMIT_NONE;
    for (int i = 0; i < FAB_LIMIT_COUNT; i++) {
        found = all->limit_s[i] > all->limit_s[found] ? (fab_limit)i : found;
    }
    return found;
}

/* what sets its time, and whether any of its passes stands in a table */
static const char *limit_text(fab_scratch *s, const summary *all)
{
    const fab_limit main = main_limit(all);
    return main != FAB_LIMIT_TABLE && all->limit_s[FAB_LIMIT_TABLE] > 0.0
               ? fab_text_printf(s, "%s, %s", fab_limit_text(main), fab_limit_text(FAB_LIMIT_TABLE))
               : fab_limit_text(main);
}

#define WORD_WIDTH 10 /* no text is narrower: most words fit */

/* as wide as its widest cell */
static size_t column_width(const fab_sheet *sheet, size_t column)
{
    size_t width = strlen(sheet->columns[column].head);
    for (size_t row = 0; row < sheet->row_count; row++) {
        const size_t cell = strlen(fab_sheet_cell(sheet, row, column));
        width = cell > width ? cell : width;
    }
    const size_t wrap = sheet->columns[column].wrap;
    return wrap > 0 && wrap < width ? wrap : width;
}

/* Breaks the texts of a column where lines were wider than a terminal; numbers stay whole. */
static void narrow(const fab_sheet *sheet, fab_sheet_column *columns, size_t column)
{
    size_t width = 0;
    for (size_t i = 0; i < sheet->column_count; i++) {
        width += columns[i].place != FAB_SHEET_PAGE ? column_width(sheet, i) + 1 : 0;
    }
    if (width > FAB_TEXT_WIDTH + 1) {
        const size_t spare = width - FAB_TEXT_WIDTH - 1, had = column_width(sheet, column);
        columns[column].wrap = had > spare + WORD_WIDTH ? had - spare : WORD_WIDTH;
    }
}

#define OPERATOR_COLUMNS 9

/* products are measured by the peak of their precision, all others by the memory bandwidth */
static void add_operator(const view *v, const fab_explained_operator *operator, fab_sheet * sheet)
{
    fab_scratch *s = v->scratch;
    const summary all = sum_phases(operator);
    const bool is_product = operator->part != FAB_STEP_MEMORY;
    const double frac =
        all.time_s > 0.0 ? (is_product ? all.peak_s : all.memory_s) / all.time_s : 0.0;
    const char *rate = fab_text_printf(s, "%s %s", fab_text_percent(s, frac),
                                       is_product ? "of peak" : "of memory");
    fab_sheet_add(sheet, (const char *const[OPERATOR_COLUMNS]){
                             operator->name,
                             scaled_text(s, all.work_flop, 1e9),
                             scaled_text(s, all.moved_byte, 1e6),
                             micro_text(s, operator->phases[FAB_PHASE_FORWARD].time_s),
                             micro_text(s, operator->phases[FAB_PHASE_AGAIN].time_s),
                             micro_text(s, operator->phases[FAB_PHASE_BACKWARD].time_s),
                             micro_text(s, operator->phases[FAB_PHASE_WEIGHT].time_s),
                             all.time_s > 0.0 ? rate : "left out",
                             limit_text(s, &all),
                         });
}

static void add_operator_total(const view *v, const fab_explained_block *block, fab_sheet *sheet)
{
    fab_scratch *s = v->scratch;
    double work_flop = 0.0, moved_byte = 0.0, phase_s[FAB_PHASE_COUNT] = {0};
    for (size_t i = 0; i < block->operator_count; i++) {
        const summary all = sum_phases(&block->operators[i]);
        work_flop += all.work_flop;
        moved_byte += all.moved_byte;
        for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
            phase_s[phase] += block->operators[i].phases[phase].time_s;
        }
    }
    fab_sheet_add(sheet, (const char *const[OPERATOR_COLUMNS]){
                             "all operators",
                             scaled_text(s, work_flop, 1e9),
                             scaled_text(s, moved_byte, 1e6),
                             micro_text(s, phase_s[FAB_PHASE_FORWARD]),
                             micro_text(s, phase_s[FAB_PHASE_AGAIN]),
                             micro_text(s, phase_s[FAB_PHASE_BACKWARD]),
                             micro_text(s, phase_s[FAB_PHASE_WEIGHT]),
                         });
}

static void print_operators(const view *v, const fab_explained_block *block)
{
    fab_sheet_column columns[OPERATOR_COLUMNS] = {
        {"operator", false, 0, FAB_SHEET_ALL},
        {"GFLOP", true, 0, FAB_SHEET_ALL},
        {"MB", true, 0, FAB_SHEET_ALL},
        {"forward", true, 0, FAB_SHEET_ALL},
        {"again", true, 0, block->is_recomputed ? FAB_SHEET_ALL : FAB_SHEET_PAGE},
        {"backward", true, 0, FAB_SHEET_ALL},
        {"weights", true, 0, FAB_SHEET_ALL},
        {"reaches, %", true, 0, FAB_SHEET_ALL},
        {"limit", false, 0, FAB_SHEET_ALL},
    };
    fab_sheet sheet =
        fab_sheet_make(v->scratch, columns, OPERATOR_COLUMNS, block->operator_count + 1);
    for (size_t i = 0; i < block->operator_count; i++) {
        add_operator(v, &block->operators[i], &sheet);
    }
    add_operator_total(v, block, &sheet);
    narrow(&sheet, columns, 0);
    fprintf(v->stream, "\n");
    fab_text_sheet(&sheet, v->stream);
}

static double sum_of(const double values[FAB_PHASE_COUNT])
{
    double total = 0.0;
    for (int i = 0; i < FAB_PHASE_COUNT; i++) {
        total += values[i];
    }
    return total;
}

static int64_t runs_of(const fab_explained_message *message)
{
    int64_t runs = 0;
    for (int i = 0; i < FAB_PHASE_COUNT; i++) {
        runs += message->counts[i];
    }
    return runs;
}

/* "all-gather, ring" */
static const char *how_text(fab_scratch *s, const fab_collective_cost *cost)
{
    const char *kind = fab_collective_name(cost->kind);
    return cost->kind == FAB_SEND
               ? kind
               : fab_text_printf(s, "%s, %s", kind, fab_algorithm_name(cost->algorithm));
}

#define NAME_WIDTH           18 /* so that a line has FAB_TEXT_WIDTH */
#define MESSAGE_COLUMN_LIMIT (8 + FAB_TIER_LIMIT)

static size_t message_columns(const view *v, const char *runs,
                              fab_sheet_column columns[MESSAGE_COLUMN_LIMIT])
{
    const fab_forecast *f = &v->explanation->forecast;
    size_t count = 0;
    columns[count++] = (fab_sheet_column){"message", false, NAME_WIDTH, FAB_SHEET_ALL};
    columns[count++] = (fab_sheet_column){"collective", false, 0, FAB_SHEET_ALL};
    columns[count++] = (fab_sheet_column){"ranks", true, 0, FAB_SHEET_ALL};
    columns[count++] = (fab_sheet_column){"near", true, 0, FAB_SHEET_ALL};
    columns[count++] = (fab_sheet_column){runs, true, 0, FAB_SHEET_ALL};
    for (int64_t t = 0; t < f->tier_count && t < FAB_NETWORK_TIER_COUNT; t++) {
        const char *name = fab_text_short(v->scratch, f->tiers[t].name, 10);
        columns[count++] =
            (fab_sheet_column){fab_text_printf(v->scratch, "%s, MB", name), true, 0, FAB_SHEET_ALL};
    }
    columns[count++] = (fab_sheet_column){"time", true, 0, FAB_SHEET_ALL};
    columns[count++] = (fab_sheet_column){"exposed", true, 0, FAB_SHEET_ALL};
    return count;
}

/* `runs` of one collective, over all of which time is exposed */
static void add_runs(const view *v, const char *name, const char *how_often, double runs_count,
                     const fab_collective_cost *cost, double exposed_s, fab_sheet *sheet)
{
    fab_scratch *s = v->scratch;
    const char *cells[MESSAGE_COLUMN_LIMIT] = {
        name,
        how_text(s, cost),
        fab_text_count(s, cost->placement.ranks),
        fab_text_count(s, cost->placement.local_max),
        how_often,
    };
    size_t count = 5;
    const int64_t tiers = v->explanation->forecast.tier_count;
    for (int64_t t = 0; t < tiers && t < FAB_NETWORK_TIER_COUNT; t++) {
        cells[count++] = scaled_text(s, runs_count * cost->tier_sent_bit[t] / 8.0, 1e6);
    }
    cells[count++] = micro_text(s, runs_count * cost->time_s);
    cells[count++] = tenths_text(s, 1e6 * exposed_s);
    fab_sheet_add(sheet, cells);
}

static void add_message(const view *v, const fab_explained_message *message, fab_sheet *sheet)
{
    const int64_t runs = runs_of(message);
    add_runs(v, message->name, fab_text_count(v->scratch, runs), (double)runs, &message->cost,
             sum_of(message->exposed_s), sheet);
}

/* messages among one rank alone take no time and are left out */
static bool is_sent(const fab_explained_message *message)
{
    return message->cost.placement.ranks > 1;
}

/* the collective first, whose algorithm goes to a second line */
static void narrow_messages(const fab_sheet *sheet, fab_sheet_column *columns)
{
    narrow(sheet, columns, 1);
    narrow(sheet, columns, 0);
}

static void print_messages(const view *v, const fab_explained_block *block)
{
    fab_sheet_column columns[MESSAGE_COLUMN_LIMIT];
    const size_t count = message_columns(v, "runs", columns);
    fab_sheet sheet = fab_sheet_make(v->scratch, columns, count, block->message_count + 1);
    for (size_t i = 0; i < block->message_count; i++) {
        if (is_sent(&block->messages[i])) {
            add_message(v, &block->messages[i], &sheet);
        }
    }
    if (sheet.row_count > 0) {
        narrow_messages(&sheet, columns);
        fprintf(v->stream, "\n");
        fab_text_sheet(&sheet, v->stream);
    }
}

/* how much of the step it is: the slowest stage sets the pace */
static const char *share_text(const view *v, size_t index)
{
    fab_scratch *s = v->scratch;
    const fab_explanation *e = v->explanation;
    const int64_t count = e->stages[e->slowest_stage].block_counts[index];
    const char *stage = fab_text_count(s, e->slowest_stage);
    if (count == 0) {
        return fab_text_printf(s, "none in stage %s, the slowest", stage);
    }
    const fab_explained_block *block = &e->blocks[index];
    const double step_s =
        (double)(count * e->forecast.passes) * (block->forward_s + block->backward_s);
    return fab_text_printf(s, "%s in stage %s: %s s of the step", fab_text_count(s, count), stage,
                           fab_text_fixed(s, step_s, 4));
}

/* how long its passes take, and what of it no operator or message shows */
static const char *passes_text(fab_scratch *s, const fab_explained_block *block)
{
    const double waits_s = block->part_s[FAB_STEP_HOST];
    const double beside_s = block->part_s[FAB_STEP_BESIDE];
    const char *waits =
        waits_s > 0.0 ? fab_text_printf(s, " (%s ms for the host)", milli_text(s, waits_s)) : "";
    const char *beside =
        beside_s > 0.0 ? fab_text_printf(s, " (%s ms slowed by messages)", milli_text(s, beside_s))
                       : "";
    return fab_text_printf(s, "forward %s ms, backward %s ms%s%s", milli_text(s, block->forward_s),
                           milli_text(s, block->backward_s), waits, beside);
}

static void print_block(const view *v, size_t index)
{
    fab_scratch *s = v->scratch;
    const fab_explained_block *block = &v->explanation->blocks[index];
    fprintf(v->stream, "\n");
    fab_text_paragraph(s, v->stream,
                       fab_text_printf(s, "%s%s: %s, keeps %s; %s", block->name,
                                       block->is_recomputed ? ", recomputed" : "",
                                       passes_text(s, block),
                                       fab_text_quantity(s, block->saved_byte, FAB_DIM_SIZE),
                                       share_text(v, index)),
                       "  ");
    print_operators(v, block);
    print_messages(v, block);
}

/* "3 x dense layer, embedding" */
static const char *holds_text(const view *v, const fab_explained_stage *stage)
{
    fab_scratch *s = v->scratch;
    const char *text = "";
    for (size_t i = 0; i < v->explanation->block_count; i++) {
        const int64_t count = stage->block_counts[i];
        const char *name = v->explanation->blocks[i].name;
        if (count > 0) {
            text = fab_text_printf(
                s, "%s%s%s%s", text, *text ? ", " : "",
                count > 1 ? fab_text_printf(s, "%s x ", fab_text_count(s, count)) : "", name);
        }
    }
    return text;
}

static const fab_sheet_column STAGE_COLUMNS[] = {
    {"stage", true, 0, FAB_SHEET_ALL},     {"holds", false, 40, FAB_SHEET_ALL},
    {"forward", true, 0, FAB_SHEET_ALL},   {"backward", true, 0, FAB_SHEET_ALL},
    {"data", true, 0, FAB_SHEET_ALL},      {"exposed", true, 0, FAB_SHEET_ALL},
    {"optimizer", true, 0, FAB_SHEET_ALL},
};

static void print_stages(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_explanation *e = v->explanation;
    fab_sheet sheet =
        fab_sheet_make(s, STAGE_COLUMNS, FAB_COLUMN_COUNT(STAGE_COLUMNS), e->stage_count);
    for (size_t i = 0; i < e->stage_count; i++) {
        const fab_explained_stage *stage = &e->stages[i];
        fab_sheet_add(&sheet, (const char *const[]){
                                  fab_text_count(s, (int64_t)i),
                                  holds_text(v, stage),
                                  milli_text(s, stage->forward_s),
                                  milli_text(s, stage->backward_s),
                                  milli_text(s, stage->data_s),
                                  milli_text(s, stage->data_exposed_s),
                                  milli_text(s, stage->optimizer_s),
                              });
    }
    fab_text_heading(
        v->stream,
        "Stages, ms: a micro-batch with what is exposed of its messages; once per step the "
        "exchange\nof gradients and parameters and the optimizer");
    fab_text_sheet(&sheet, v->stream);
}

/* those of the stage that decides: in the passes the slowest, else where most is exposed */
static void print_exchanges(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_explanation *e = v->explanation;
    const bool is_once = e->stages[e->data_stage].data_s > 0.0;
    const int64_t index = is_once ? e->data_stage : e->slowest_stage;
    const fab_explained_stage *stage = &e->stages[index];
    fab_sheet_column columns[MESSAGE_COLUMN_LIMIT];
    const size_t count = message_columns(v, "per", columns);
    fab_sheet sheet = fab_sheet_make(s, columns, count, FAB_EXPLAINED_EXCHANGE_LIMIT);
    for (size_t i = 0; i < stage->exchange_count; i++) {
        const fab_explained_exchange *x = &stage->exchanges[i];
        if (x->cost.placement.ranks > 1) {
            add_runs(v, x->name, x->is_per_step ? "step" : "pass", 1.0, &x->cost, x->exposed_s,
                     &sheet);
        }
    }
    if (sheet.row_count > 0) {
        narrow_messages(&sheet, columns);
        fab_text_heading(v->stream,
                         fab_text_printf(s, "Gradients and parameters of a package of stage %s",
                                         fab_text_count(s, index)));
        fab_text_sheet(&sheet, v->stream);
    }
}

static const fab_sheet_column MEMORY_COLUMNS[] = {
    {"stage", true, 0, FAB_SHEET_ALL},     {"weights", true, 0, FAB_SHEET_ALL},
    {"gradients", true, 0, FAB_SHEET_ALL}, {"optimizer", true, 0, FAB_SHEET_ALL},
    {"flight", true, 0, FAB_SHEET_ALL},    {"activations", true, 0, FAB_SHEET_ALL},
    {"logits", true, 0, FAB_SHEET_ALL},    {"temp", true, 0, FAB_SHEET_ALL},
    {"buffers", true, 0, FAB_SHEET_ALL},   {"fixed", true, 0, FAB_SHEET_ALL},
    {"reserve", true, 0, FAB_SHEET_ALL},   {"total", true, 0, FAB_SHEET_ALL},
    {"fits", false, 0, FAB_SHEET_ALL},
};

static void print_memory(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_explanation *e = v->explanation;
    fab_sheet sheet =
        fab_sheet_make(s, MEMORY_COLUMNS, FAB_COLUMN_COUNT(MEMORY_COLUMNS), e->stage_count);
    for (size_t i = 0; i < e->stage_count; i++) {
        const fab_memory_forecast *m = &e->stages[i].memory;
        fab_sheet_add(&sheet, (const char *const[]){
                                  fab_text_count(s, (int64_t)i),
                                  fab_text_fixed(s, m->weights_byte / 1e9, 2),
                                  fab_text_fixed(s, m->gradients_byte / 1e9, 2),
                                  fab_text_fixed(s, m->optimizer_byte / 1e9, 2),
                                  fab_text_fixed(s, e->stages[i].in_flight_count, 2),
                                  fab_text_fixed(s, m->activations_byte / 1e9, 2),
                                  fab_text_fixed(s, m->logits_byte / 1e9, 2),
                                  fab_text_fixed(s, m->temporary_byte / 1e9, 2),
                                  fab_text_fixed(s, m->exchange_byte / 1e9, 2),
                                  fab_text_fixed(s, m->fixed_byte / 1e9, 2),
                                  fab_text_fixed(s, m->reserve_byte / 1e9, 2),
                                  fab_text_fixed(s, m->total_byte / 1e9, 2),
                                  m->fits ? "yes" : "no",
                              });
    }
    fab_text_heading(
        v->stream,
        fab_text_printf(s, "Memory of a package, GB of %s; micro-batches in flight",
                        fab_text_quantity(s, e->forecast.memory.capacity_byte, FAB_DIM_SIZE)));
    fab_text_sheet(&sheet, v->stream);
}

static const fab_sheet_column STEP_COLUMNS[] = {
    {"of the step", false, 0, FAB_SHEET_ALL},
    {"time, s", true, 0, FAB_SHEET_ALL},
    {"how", false, 60, FAB_SHEET_ALL},
};

/* where a transfer's time went: the parts of the slowest stage hold what is exposed of it */
static const char *transfer_text(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_explanation *e = v->explanation;
    const fab_explained_stage *slowest = &e->stages[e->slowest_stage];
    if (slowest->transfers == 0) {
        return "";
    }
    const fab_message_forecast *sent = &slowest->messages[FAB_MESSAGE_PIPELINE];
    return fab_text_printf(s, "; of %s x 2 transfers of %s each %s are exposed",
                           fab_text_count(s, slowest->transfers),
                           fab_text_quantity(s, e->transfer.time_s, FAB_DIM_TIME),
                           fab_text_quantity(s, sent->exposed_s, FAB_DIM_TIME));
}

static void add_step(fab_sheet *sheet, const char *name, double time_s, const char *how)
{
    fab_sheet_add(sheet,
                  (const char *const[]){name, fab_text_fixed(sheet->scratch, time_s, 4), how});
}

static void print_step(const view *v)
{
    fab_scratch *s = v->scratch;
    const fab_explanation *e = v->explanation;
    const fab_forecast *f = &e->forecast;
    const fab_explained_stage *slowest = &e->stages[e->slowest_stage];
    const double pass_s = slowest->forward_s + slowest->backward_s;
    fab_sheet sheet = fab_sheet_make(s, STEP_COLUMNS, FAB_COLUMN_COUNT(STEP_COLUMNS), 7);
    add_step(&sheet, "slowest stage at work", (double)f->passes * pass_s,
             fab_text_printf(s, "stage %s: %s micro-batches of %s ms%s",
                             fab_text_count(s, e->slowest_stage), fab_text_count(s, f->passes),
                             milli_text(s, pass_s), transfer_text(v)));
    if (f->pair_hidden_s > 0.0) {
        add_step(&sheet, "hidden in pairs", -f->pair_hidden_s,
                 "expert messages of a forward beside a backward");
    }
    add_step(&sheet, "pipeline bubble", f->part_s[FAB_STEP_BUBBLE],
             "what filling and draining the stages adds to that");
    add_step(&sheet, "data-parallel exchange", e->stages[e->data_stage].data_exposed_s,
             fab_text_printf(s, "stage %s: exposed of %s ms", fab_text_count(s, e->data_stage),
                             milli_text(s, e->stages[e->data_stage].data_s)));
    if (e->stages[e->data_stage].data_beside_s > 0.0) {
        add_step(&sheet, "slowed by it", e->stages[e->data_stage].data_beside_s,
                 "computation beside what of it hides");
    }
    add_step(&sheet, "optimizer", f->part_s[FAB_STEP_OPTIMIZER],
             fab_text_printf(s, "stage %s", fab_text_count(s, e->optimizer_stage)));
    add_step(&sheet, "step", f->step_s, "");
    fab_text_heading(v->stream, "How the step comes about");
    fab_text_sheet(&sheet, v->stream);
}

/* What all expert ranks wait for, where loads are uneven. */
static void print_load(const view *v)
{
    const fab_expert_load *load = &v->explanation->expert_load;
    if (load->rank_ratio > 1.0) {
        fprintf(v->stream,
                "\nTokens over the mean: %.4g of the busiest of %" PRId64
                " expert ranks, %.4g of the busiest expert\n",
                load->rank_ratio, v->scenario->mapping.ep, load->expert_ratio);
    }
}

fab_status fab_report_explanation_text(const fab_scenario *scenario,
                                       const fab_explanation *explanation, fab_arena *arena,
                                       FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    const view v = {scenario, explanation, &scratch, stream};
    fab_text_scenario(&scratch, scenario, stream);
    fprintf(stream, "\n");
    fab_text_paragraph(
        &scratch, stream,
        "Per block, one micro-batch on one package, times in us. `GFLOP` and `MB` (of memory "
        "traffic) are of all passes; `again` is the forward pass repeated, `backward` the "
        "gradients of inputs, `weights` those of weights. `near` are the ranks in one domain of "
        "the "
        "inner tier, `runs` and MB sent those of all passes. What is exposed of the messages of "
        "a class in a pass is shared out by their time.",
        "");
    print_load(&v);
    for (size_t i = 0; i < explanation->block_count; i++) {
        print_block(&v, i);
    }
    print_stages(&v);
    print_exchanges(&v);
    print_memory(&v);
    print_step(&v);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
