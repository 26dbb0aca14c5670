#include <fabricast/report.h>

#include "report/csv.h"
#include "report/keys.h"

/* The tables of an explanation as CSV: what a block does, what is sent, what a stage holds. */

static void add_block_cells(fab_csv *csv, const fab_explained_block *block)
{
    fab_csv_text(csv, block->name);
    fab_csv_flag(csv, block->is_recomputed);
}

/* a row for each phase in which an operator takes time */
static void add_operators(fab_csv *csv, const fab_explanation *e)
{
    FAB_CSV_NAMES(csv, "block", "is_recomputed", "operator", "part", "phase", "work_flop",
                  "moved_byte", "time_s", "peak_frac", "memory_frac", "limit");
    fab_csv_end(csv);
    for (size_t b = 0; b < e->block_count; b++) {
        const fab_explained_block *block = &e->blocks[b];
        for (size_t i = 0; i < block->operator_count * FAB_PHASE_COUNT; i++) {
            const fab_explained_operator *o = &block->operators[i / FAB_PHASE_COUNT];
            const fab_phase phase = (fab_phase)(i % FAB_PHASE_COUNT);
            const fab_explained_work *work = &o->phases[phase];
            if (work->time_s <= 0.0) {
                continue;
            }
            add_block_cells(csv, block);
            fab_csv_text(csv, o->name);
            fab_csv_text(csv, fab_step_key(o->part));
            fab_csv_text(csv, fab_phase_text(phase));
            fab_csv_number(csv, work->work_flop);
            fab_csv_number(csv, work->moved_byte);
            fab_csv_number(csv, work->time_s);
            fab_csv_number(csv, work->peak_frac);
            fab_csv_number(csv, work->memory_frac);
            fab_csv_text(csv, fab_limit_text(work->limit));
            fab_csv_end(csv);
        }
    }
}

/* One message, `runs` of which take `time_s`; bytes are of one. */
static void add_cost(fab_csv *csv, const fab_explanation *e, const fab_collective_cost *cost,
                     int64_t runs, double time_s, double exposed_s)
{
    fab_csv_text(csv, fab_collective_name(cost->kind));
    fab_csv_text(csv, fab_algorithm_name(cost->algorithm));
    fab_csv_integer(csv, cost->placement.ranks);
    fab_csv_integer(csv, cost->placement.domains);
    fab_csv_integer(csv, runs);
    for (int64_t t = 0; t < 2; t++) {
        fab_csv_number(csv, t < e->forecast.tier_count ? cost->tier_sent_bit[t] / 8.0 : 0.0);
    }
    fab_csv_number(csv, time_s);
    fab_csv_number(csv, exposed_s);
    fab_csv_end(csv);
}

static void add_block_messages(fab_csv *csv, const fab_explanation *e,
                               const fab_explained_block *block)
{
    for (size_t i = 0; i < block->message_count; i++) {
        const fab_explained_message *m = &block->messages[i];
        for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
            if (m->counts[phase] > 0 && m->cost.placement.ranks > 1) {
                add_block_cells(csv, block);
                fab_csv_text(csv, m->name);
                fab_csv_text(csv, fab_message_class_text(m->message_class));
                fab_csv_text(csv, fab_phase_text((fab_phase)phase));
                add_cost(csv, e, &m->cost, m->counts[phase], m->time_s[phase], m->exposed_s[phase]);
            }
        }
    }
}

/* What blocks send, and what data-parallel ranks of each stage exchange. */
static void add_messages(fab_csv *csv, const fab_explanation *e)
{
    FAB_CSV_NAMES(csv, "where", "is_recomputed", "message", "class", "phase", "collective",
                  "algorithm", "ranks", "domains", "runs", "inner_sent_byte", "outer_sent_byte",
                  "time_s", "exposed_s");
    fab_csv_end(csv);
    for (size_t b = 0; b < e->block_count; b++) {
        add_block_messages(csv, e, &e->blocks[b]);
    }
    for (size_t s = 0; s < e->stage_count; s++) {
        for (size_t i = 0; i < e->stages[s].exchange_count; i++) {
            const fab_explained_exchange *x = &e->stages[s].exchanges[i];
            if (x->cost.placement.ranks > 1) {
                fab_csv_text(csv, fab_text_printf(csv->scratch, "stage %zu", s));
                fab_csv_flag(csv, false);
                fab_csv_text(csv, x->name);
                fab_csv_text(csv, fab_message_class_text(FAB_MESSAGE_DATA));
                fab_csv_text(csv, x->is_per_step ? "step" : "pass");
                add_cost(csv, e, &x->cost, 1, x->cost.time_s, x->exposed_s);
            }
        }
    }
}

static void add_memory(fab_csv *csv, const fab_memory_forecast *m)
{
    const double sizes_byte[] = {
        m->weights_byte, m->gradients_byte, m->optimizer_byte, m->activations_byte,
        m->logits_byte,  m->temporary_byte, m->exchange_byte,  m->fixed_byte,
        m->reserve_byte, m->total_byte,     m->capacity_byte,  m->host_byte,
    };
    for (size_t i = 0; i < sizeof(sizes_byte) / sizeof(sizes_byte[0]); i++) {
        fab_csv_number(csv, sizes_byte[i]);
    }
    fab_csv_flag(csv, m->fits);
}

static void add_stages(fab_csv *csv, const fab_explanation *e)
{
    FAB_CSV_NAMES(csv, "stage", "forward_s", "backward_s");
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        fab_csv_text(
            csv, fab_text_printf(csv->scratch, "part_%s_s", fab_step_key((fab_step_class)part)));
    }
    FAB_CSV_NAMES(csv, "data_s", "data_exposed_s", "optimizer_s", "in_flight_count", "weights_byte",
                  "gradients_byte", "optimizer_byte", "activations_byte", "logits_byte",
                  "temporary_byte", "exchange_byte", "fixed_byte", "reserve_byte", "total_byte",
                  "capacity_byte", "host_byte", "fits");
    fab_csv_end(csv);
    for (size_t i = 0; i < e->stage_count; i++) {
        const fab_explained_stage *stage = &e->stages[i];
        fab_csv_integer(csv, (int64_t)i);
        fab_csv_number(csv, stage->forward_s);
        fab_csv_number(csv, stage->backward_s);
        for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
            fab_csv_number(csv, stage->part_s[part]);
        }
        fab_csv_number(csv, stage->data_s);
        fab_csv_number(csv, stage->data_exposed_s);
        fab_csv_number(csv, stage->optimizer_s);
        fab_csv_number(csv, stage->in_flight_count);
        add_memory(csv, &stage->memory);
        fab_csv_end(csv);
    }
}

fab_status fab_report_explanation_csv(const fab_explanation *explanation,
                                      fab_explanation_table table, fab_arena *arena, FILE *stream)
{
    static void (*const WRITE[FAB_EXPLANATION_TABLE_COUNT])(fab_csv *, const fab_explanation *) = {
        [FAB_EXPLANATION_OPERATORS] = add_operators,
        [FAB_EXPLANATION_MESSAGES] = add_messages,
        [FAB_EXPLANATION_STAGES] = add_stages,
    };
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_csv csv = {.stream = stream, .scratch = &scratch};
    WRITE[table](&csv, explanation);
    const fab_status status = fflush(stream) != 0 || ferror(stream) ? FAB_E_IO : scratch.status;
    fab_arena_reset(arena, mark);
    return status;
}
