#include "sim/script.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "pipeline/program.h"
#include "train/record.h"

#define NODE_LIMIT  (UINT32_MAX / 4)
#define PIECE_LIMIT 100000

enum { FIRST_ROOM = 1024 };

/* Where a device stands in its order. */
typedef struct device {
    fab_program program;
    int phase;
    int64_t repeat;
    int slot;
    int64_t count[2];  /* passes done: backward, forward */
    uint32_t last;     /* node at which its last pass ended, plus 1 */
    uint32_t exchange; /* ... its last exchange of gradients, plus 1 */
} device;

typedef struct writer {
    const fab_scenario *scenario;
    const fab_explanation *explained;
    const fab_step_options *options;
    fab_script *script;
    fab_pipeline pipeline;
    int64_t parts;
    int64_t pieces;
    uint32_t port_count;
    device *devices;
    uint32_t *end[2]; /* by direction, part and micro-batch: node at which the pass ended, plus 1 */

} writer;

/* One pass of one stage over its part of the model for one micro-batch. */
typedef struct pass {
    int64_t stage, part, microbatch;
    bool is_forward, is_last;
} pass;

static void *lengthen(fab_script *s, const void *old, size_t count, size_t room, size_t size)
{
    void *column = room < NODE_LIMIT ? fab_arena_alloc(s->arena, room, size, 8) : NULL;
    if (!column) {
        s->lacks_memory = true;
    } else if (count > 0) {
        memcpy(column, old, count * size);
    }
    return column;
}

/* Appends a node that waits for `after`; returns its number. */
static uint32_t append(fab_script *s, const fab_script_node *node, const uint32_t *after,
                       uint32_t after_count)
{
    if (!s->lacks_memory && s->count == s->room) {
        const uint32_t room = s->room == 0 ? FIRST_ROOM : 2 * s->room;
        s->nodes = lengthen(s, s->nodes, s->count, room, sizeof(*s->nodes));
        s->room = room;
    }
    if (!s->lacks_memory && s->after_count + after_count > s->after_room) {
        const uint32_t room = 2 * (s->after_room + after_count) + FIRST_ROOM;
        s->after = lengthen(s, s->after, s->after_count, room, sizeof(*s->after));
        s->after_room = room;
    }
    if (s->lacks_memory) {
        return 0;
    }
    fab_script_node *made = &s->nodes[s->count];
    *made = *node;
    made->after_begin = s->after_count;
    made->after_count = after_count;
    for (uint32_t i = 0; i < after_count; i++) {
        s->after[s->after_count++] = after[i];
    }
    return s->count++;
}

static uint32_t add_link(fab_script *s, int64_t stage, double rate_bps)
{
    if (!s->lacks_memory && s->link_count == s->link_room) {
        const uint32_t room = 2 * s->link_room + FIRST_ROOM;
        s->rate_bps = lengthen(s, s->rate_bps, s->link_count, room, sizeof(double));
        s->link_stage = lengthen(s, s->link_stage, s->link_count, room, sizeof(int64_t));
        s->link_room = room;
    }
    if (s->lacks_memory) {
        return 0;
    }
    s->rate_bps[s->link_count] = rate_bps;
    s->link_stage[s->link_count] = stage;
    return s->link_count++;
}

/* The link that holds messages of a stage to a rate below that of its port; they run in turn. */
static uint32_t find_limit(writer *w, int64_t stage, double rate_bps)
{
    const fab_script *s = w->script;
    for (uint32_t i = w->port_count; i < s->link_count; i++) {
        if (s->link_stage[i] == stage && s->rate_bps[i] == rate_bps) {
            return i;
        }
    }
    return add_link(w->script, stage, rate_bps);
}

/* Work that takes so long, after all of `after`. */
static uint32_t work(writer *w, const fab_activity *what, double time_s, const uint32_t *after,
                     uint32_t count)
{
    const fab_script_node node = {.activity = *what, .lag_s = time_s};
    return append(w->script, &node, after, count);
}

/* What is left of a stage's speed: of computation with tier -1. */
static double speed_of(const writer *w, int64_t stage, int64_t tier)
{
    double ratio = 1.0;
    for (size_t i = 0; i < w->options->slow_count; i++) {
        const fab_slow_part *slow = &w->options->slow[i];
        ratio *= slow->stage == stage && slow->tier == tier ? slow->ratio : 1.0;
    }
    return ratio;
}

/* The rate that messages of this cost reach on a tier; 0 where nothing is sent. */
static double reached_bps(const fab_collective_cost *cost, int64_t tier)
{
    return cost->tier_time_s[tier] > 0.0 ? cost->tier_sent_bit[tier] / cost->tier_time_s[tier]
                                         : 0.0;
}

/* Ports have the highest rate that any message reaches. */
static void make_ports(writer *w)
{
    const fab_explanation *e = w->explained;
    double rate_bps[FAB_TIER_LIMIT] = {0.0};
    for (int64_t tier = 0; tier < w->script->tiers; tier++) {
        rate_bps[tier] = reached_bps(&e->transfer, tier);
        for (size_t b = 0; b < e->block_count; b++) {
            for (size_t i = 0; i < e->blocks[b].message_count; i++) {
                const double here = reached_bps(&e->blocks[b].messages[i].cost, tier);
                rate_bps[tier] = here > rate_bps[tier] ? here : rate_bps[tier];
            }
        }
        const fab_value *full = &w->scenario->fabric.tiers[tier].rate_bps;
        rate_bps[tier] = rate_bps[tier] > 0.0 ? rate_bps[tier] : full->value;
    }
    for (int64_t stage = 0; stage < w->pipeline.stages; stage++) {
        for (int64_t tier = 0; tier < w->script->tiers; tier++) {
            const double left_bps = rate_bps[tier] * speed_of(w, stage, tier);
            (void)add_link(w->script, stage, left_bps);
            (void)add_link(w->script, stage, left_bps);
        }
    }
    w->port_count = w->script->link_count;
}

/* A fabric of one tier is seen twice by the collectives: both are its only tier. */
static int64_t booked(const writer *w, int64_t tier)
{
    return tier < w->script->tiers ? tier : w->script->tiers - 1;
}

/* One tier's share of a message: over the port out of one stage and into another, no faster than
 * the message reaches. */
static uint32_t send_on_tier(writer *w, const fab_activity *what, const fab_collective_cost *cost,
                             int64_t tier, double times, double lag_s, int64_t to_stage,
                             const uint32_t *after, uint32_t count)
{
    fab_script *s = w->script;
    const uint32_t up = fab_script_port(s, what->stage, booked(w, tier), false);
    const double rate_bps = reached_bps(cost, tier);
    fab_script_node node = {
        .activity = *what,
        .size_byte = times * cost->tier_sent_bit[tier] / 8.0,
        .lag_s = lag_s,
        .route = {up, fab_script_port(s, to_stage, booked(w, tier), true)},
        .route_count = 2,
    };
    if (!s->lacks_memory && rate_bps < s->rate_bps[up] * (1.0 - 1e-9)) {
        node.route[node.route_count++] = find_limit(w, what->stage, rate_bps);
    }
    return append(s, &node, after, count);
}

/* Whether the tiers of a message work at the same time. */
static bool is_concurrent(const fab_collective_cost *cost)
{
    double sum_s = cost->latency_s;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum_s += cost->tier_time_s[tier];
    }
    return cost->time_s < sum_s * (1.0 - 1e-9);
}

/* A message `times` over: its latency, then its tiers one after the other or at once. Returns the
 * node at whose end it has arrived. */
static uint32_t send(writer *w, const fab_activity *what, const fab_collective_cost *cost,
                     double times, int64_t to_stage, const uint32_t *after, uint32_t count)
{
    uint32_t last[FAB_TIER_LIMIT], ends = 0;
    const bool is_parallel = is_concurrent(cost);
    double lag_s = times * cost->latency_s;
    for (int64_t tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        if (cost->tier_sent_bit[tier] <= 0.0 || times <= 0.0) {
            continue;
        }
        if (is_parallel || ends == 0) {
            last[ends] = send_on_tier(w, what, cost, tier, times, lag_s, to_stage, after, count);
            ends++;
        } else {
            last[0] = send_on_tier(w, what, cost, tier, times, 0.0, to_stage, last, 1);
        }
    }
    if (ends == 1) {
        return last[0];
    }
    return ends == 0 ? work(w, what, lag_s, after, count) : work(w, what, 0.0, last, ends);
}

/* Phases of a block's messages in one direction. */
static double message_s(const fab_explained_message *m, const pass *p, bool is_exposed)
{
    const double *time_s = is_exposed ? m->exposed_s : m->time_s;
    return p->is_forward
               ? time_s[FAB_PHASE_FORWARD]
               : time_s[FAB_PHASE_AGAIN] + time_s[FAB_PHASE_BACKWARD] + time_s[FAB_PHASE_WEIGHT];
}

/* Sends the hidden or the exposed share of all messages of the block, one after the other. */
static uint32_t send_messages(writer *w, const fab_explained_block *block, const pass *p,
                              double times, bool is_exposed, uint32_t before)
{
    for (size_t i = 0; i < block->message_count; i++) {
        const fab_explained_message *m = &block->messages[i];
        const double exposed_s = message_s(m, p, true);
        const double share_s = is_exposed ? exposed_s : message_s(m, p, false) - exposed_s;
        const fab_activity what = {.name = m->name,
                                   .stream = FAB_STREAM_LAYER,
                                   .part = fab_step_of_message(m->message_class),
                                   .stage = p->stage,
                                   .microbatch = p->microbatch,
                                   .is_backward = !p->is_forward};
        if (share_s > 1e-9 * message_s(m, p, false) && m->cost.time_s > 0.0) {
            before =
                send(w, &what, &m->cost, times * share_s / m->cost.time_s, p->stage, &before, 1);
        }
    }
    return before;
}

/* Computation without what is exposed of messages. */
static double compute_s(const fab_explained_block *block, const pass *p)
{
    double time_s = p->is_forward ? block->forward_s : block->backward_s;
    for (size_t i = 0; i < block->message_count; i++) {
        time_s -= message_s(&block->messages[i], p, true);
    }
    return time_s > 0.0 ? time_s : 0.0;
}

/* A run of equal blocks: computation beside the messages that may hide, then the others. */
static uint32_t run_blocks(writer *w, const fab_explained_block *block, const pass *p, double times,
                           uint32_t before)
{
    const fab_activity what = {.name = block->name,
                               .stream = FAB_STREAM_COMPUTE,
                               .part = FAB_STEP_GEMM,
                               .stage = p->stage,
                               .microbatch = p->microbatch,
                               .is_backward = !p->is_forward};
    const double time_s = times * compute_s(block, p) / speed_of(w, p->stage, -1);
    uint32_t both[2] = {work(w, &what, time_s, &before, 1), before};
    both[1] = send_messages(w, block, p, times, false, before);
    const fab_activity join = {.stream = FAB_STREAM_LAYER, .stage = p->stage};
    const uint32_t joined = both[1] == before ? both[0] : work(w, &join, 0.0, both, 2);
    return send_messages(w, block, p, times, true, joined);
}

/* What the stage's pass takes beyond its blocks and transfers: exchanges of ZeRO 2 and 3. */
static double rest_s(const writer *w, const pass *p)
{
    const fab_explained_stage *stage = &w->explained->stages[p->stage];
    double time_s = p->is_forward ? stage->forward_s : stage->backward_s;
    for (size_t i = 0; i < w->explained->block_count; i++) {
        const fab_explained_block *block = &w->explained->blocks[i];
        time_s -=
            (double)stage->block_counts[i] * (p->is_forward ? block->forward_s : block->backward_s);
    }
    time_s -= stage->messages[FAB_MESSAGE_PIPELINE].exposed_s / 2.0;
    const double whole_s = p->is_forward ? stage->forward_s : stage->backward_s;
    return time_s > 1e-9 * whole_s ? time_s : 0.0;
}

/* The stage that the pass sends to, or itself. */
static int64_t next_stage(const writer *w, const pass *p)
{
    const int64_t part = p->is_forward ? p->part + 1 : p->part - 1;
    return part < 0 || part >= w->parts ? p->stage : part % w->pipeline.stages;
}

/* Activations or gradients on their way: what hides does so behind the pass that makes them. */
static uint32_t transfer(writer *w, const pass *p, double frac, uint32_t before)
{
    const int64_t to = next_stage(w, p);
    const double times = (double)w->explained->transfers / (double)w->pipeline.chunks * frac;
    const fab_activity what = {.name = p->is_forward ? "activations" : "gradients of activations",
                               .stream = FAB_STREAM_PIPELINE,
                               .part = FAB_STEP_PIPELINE,
                               .stage = p->stage,
                               .microbatch = p->microbatch,
                               .is_backward = !p->is_forward};
    return to == p->stage || times <= 0.0
               ? before
               : send(w, &what, &w->explained->transfer, times, to, &before, 1);
}

static uint32_t run_all_blocks(writer *w, const pass *p, uint32_t before)
{
    const fab_explained_stage *stage = &w->explained->stages[p->stage];
    const double chunks = (double)w->pipeline.chunks;
    for (size_t i = 0; i < w->explained->block_count; i++) {
        const size_t index = p->is_forward ? i : w->explained->block_count - 1 - i;
        const int64_t count = stage->block_counts[index];
        const int64_t pieces = count < w->pieces ? count : w->pieces;
        for (int64_t piece = 0; piece < pieces; piece++) {
            before = run_blocks(w, &w->explained->blocks[index], p,
                                (double)count / chunks / (double)pieces, before);
        }
    }
    return before;
}

static double exposed_transfer_frac(const writer *w, const pass *p)
{
    const fab_message_forecast *m = &w->explained->stages[p->stage].messages[FAB_MESSAGE_PIPELINE];
    return m->total_s > 0.0 ? m->exposed_s / m->total_s : 0.0;
}

/* Writes a pass that begins after `begin`; returns its end. */
static uint32_t run_pass(writer *w, const pass *p, uint32_t begin)
{
    const double exposed = exposed_transfer_frac(w, p);
    const double left_s = rest_s(w, p) / (double)w->pipeline.chunks;
    uint32_t both[2] = {run_all_blocks(w, p, begin), begin};
    both[1] = transfer(w, p, 1.0 - exposed, begin);
    const fab_activity join = {.name = "exchange of shards",
                               .stream = FAB_STREAM_DATA,
                               .part = FAB_STEP_DATA,
                               .stage = p->stage,
                               .microbatch = p->microbatch,
                               .is_backward = !p->is_forward};
    const uint32_t joined = work(w, &join, left_s, both, 2);
    return transfer(w, p, exposed, joined);
}

/* Once per step: the exchange of gradients and parameters as it divides among the tiers. */
static uint32_t exchange(writer *w, int64_t stage, double time_s, const uint32_t *after,
                         uint32_t count)
{
    const fab_message_forecast *data = &w->explained->forecast.messages[FAB_MESSAGE_DATA];
    const fab_activity what = {.name = "gradients and parameters",
                               .stream = FAB_STREAM_DATA,
                               .part = FAB_STEP_DATA,
                               .stage = stage,
                               .microbatch = -1,
                               .is_backward = true};
    double sum_s = 0.0;
    fab_collective_cost cost = {.time_s = time_s};
    for (int64_t tier = 0; tier < w->script->tiers && !w->script->lacks_memory; tier++) {
        const uint32_t up = fab_script_port(w->script, stage, tier, false);
        cost.tier_time_s[tier] = 8.0 * data->sent_byte[tier] / w->script->rate_bps[up];
        sum_s += cost.tier_time_s[tier];
    }
    if (!(sum_s > 0.0)) {
        return work(w, &what, time_s, after, count);
    }
    for (int64_t tier = 0; tier < w->script->tiers && !w->script->lacks_memory; tier++) {
        const uint32_t up = fab_script_port(w->script, stage, tier, false);
        cost.tier_time_s[tier] *= time_s / sum_s;
        cost.tier_sent_bit[tier] = cost.tier_time_s[tier] * w->script->rate_bps[up];
    }
    return send(w, &what, &cost, 1.0, stage, after, count);
}

/* When a chunk begins its last backward, its part of what hides of the exchange begins too, after
 * that of the chunks before. */
static void exchange_chunk(writer *w, int64_t stage, uint32_t begin)
{
    const fab_explained_stage *e = &w->explained->stages[stage];
    device *d = &w->devices[stage];
    const double hidden_s = (e->data_s - e->data_exposed_s) / (double)w->pipeline.chunks;
    const uint32_t after[2] = {begin, d->exchange - 1};
    if (hidden_s > 1e-9 * e->data_s) {
        d->exchange = 1 + exchange(w, stage, hidden_s, after, d->exchange > 0 ? 2 : 1);
    }
}

/* After the last backward: what hid behind it, the rest of the exchange, and the optimizer. */
static void close_stage(writer *w, int64_t stage, uint32_t end)
{
    const fab_explained_stage *e = &w->explained->stages[stage];
    const uint32_t both[2] = {end, w->devices[stage].exchange - 1};
    const fab_activity join = {.stream = FAB_STREAM_DATA, .stage = stage, .microbatch = -1};
    uint32_t last = work(w, &join, 0.0, both, w->devices[stage].exchange > 0 ? 2 : 1);
    if (e->data_exposed_s > 0.0) {
        last = exchange(w, stage, e->data_exposed_s, &last, 1);
    }
    const fab_activity what = {.name = "optimizer",
                               .stream = FAB_STREAM_COMPUTE,
                               .part = FAB_STEP_OPTIMIZER,
                               .stage = stage,
                               .microbatch = -1,
                               .is_backward = true};
    (void)work(w, &what, e->optimizer_s / speed_of(w, stage, -1), &last, 1);
}

/* The next slot of a device, NULL when it is done. */
static const fab_slot *peek(device *d)
{
    while (d->phase < d->program.phase_count) {
        const fab_program_phase *phase = &d->program.phases[d->phase];
        if (d->repeat < phase->repeats && phase->slot_count > 0) {
            return &phase->slots[d->slot];
        }
        d->phase++;
        d->repeat = 0;
        d->slot = 0;
    }
    return NULL;
}

static void advance(device *d)
{
    d->slot++;
    if (d->slot == d->program.phases[d->phase].slot_count) {
        d->slot = 0;
        d->repeat++;
    }
}

/* Groups of p micro-batches pass one chunk after the other, forwards from the first, backwards from
 * the last (Narayanan et al., arXiv 2104.04473). */
static pass pass_of(const writer *w, int64_t stage, const fab_slot *slot)
{
    const int64_t p = w->pipeline.stages, v = w->pipeline.chunks;
    const bool is_forward = slot->kind == FAB_SLOT_FORWARD;
    const int64_t done = w->devices[stage].count[is_forward];
    const int64_t turn = done % (p * v) / p;
    const int64_t chunk = v == 1 ? 0 : is_forward ? turn : v - 1 - turn;
    return (pass){
        .stage = stage,
        .part = fab_pipeline_part(&w->pipeline, stage, chunk),
        .microbatch = v == 1 ? done : done / (p * v) * p + done % p,
        .is_forward = is_forward,
        .is_last = !is_forward && done + 1 == w->pipeline.microbatches * v,
    };
}

static uint32_t *end_of(const writer *w, bool is_forward, int64_t part, int64_t microbatch)
{
    return &w->end[is_forward][part * w->pipeline.microbatches + microbatch];
}

/* The pass that gives this one its input: its end plus 1, 0 when it is not written yet. A first
 * forward waits for nothing, a last backward for its forward. */
static bool find_input(const writer *w, const pass *p, uint32_t *input_out)
{
    const bool is_first = p->is_forward ? p->part == 0 : p->part == w->parts - 1;
    *input_out = 0;
    if (is_first && p->is_forward) {
        return true;
    }
    const int64_t from = is_first ? p->part : p->is_forward ? p->part - 1 : p->part + 1;
    *input_out = *end_of(w, is_first || p->is_forward, from, p->microbatch);
    return *input_out != 0;
}

/* Writes the next pass of a device; false when it must wait for another's or is done. */
static bool write_next(writer *w, int64_t stage)
{
    device *d = &w->devices[stage];
    const fab_slot *slot = peek(d);
    uint32_t input = 0, after[2], count = 0;
    if (!slot || w->script->lacks_memory) {
        return false;
    }
    const pass p = pass_of(w, stage, slot);
    if (!find_input(w, &p, &input)) {
        return false;
    }
    if (input > 0) {
        after[count++] = input - 1;
    }
    if (d->last > 0) {
        after[count++] = d->last - 1;
    }
    const fab_activity gate = {.stream = FAB_STREAM_COMPUTE, .stage = stage};
    const uint32_t begin = work(w, &gate, 0.0, after, count);
    if (!p.is_forward && p.microbatch + 1 == w->pipeline.microbatches) {
        exchange_chunk(w, stage, begin);
    }
    const uint32_t end = run_pass(w, &p, begin);
    *end_of(w, p.is_forward, p.part, p.microbatch) = end + 1;
    d->last = end + 1;
    d->count[p.is_forward]++;
    advance(d);
    if (p.is_last) {
        close_stage(w, stage, end);
    }
    return true;
}

static void write_passes(writer *w)
{
    bool is_moving = true;
    while (is_moving) {
        is_moving = false;
        for (int64_t stage = 0; stage < w->pipeline.stages; stage++) {
            while (write_next(w, stage)) {
                is_moving = true;
            }
        }
    }
}

static fab_status refuse(const char **reason_out, const char *reason)
{
    *reason_out = reason;
    return reason ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
}

static fab_status check(const writer *w, fab_arena *arena, const char **reason_out)
{
    const fab_schedule schedule = fab_pipeline_schedule(&w->pipeline);
    if (schedule != FAB_SCHEDULE_GPIPE && schedule != FAB_SCHEDULE_1F1B &&
        schedule != FAB_SCHEDULE_INTERLEAVED) {
        return refuse(reason_out,
                      fab_arena_printf(arena,
                                       "the schedule %s is not simulated; gpipe, 1f1b and "
                                       "interleaved are",
                                       fab_schedule_text(schedule)));
    }
    if (fab_pipeline_check(&w->pipeline) != FAB_PIPELINE_GOOD) {
        return refuse(reason_out, "the schedule does not go with these counts of stages, chunks "
                                  "and micro-batches");
    }
    for (size_t i = 0; i < w->options->slow_count; i++) {
        const fab_slow_part *slow = &w->options->slow[i];
        if (slow->stage < 0 || slow->stage >= w->pipeline.stages || slow->tier < -1 ||
            slow->tier >= w->script->tiers || !(slow->ratio > 0.0 && slow->ratio <= 1.0)) {
            *reason_out = fab_arena_printf(
                arena,
                "slow part %zu names a stage or tier that is not there, or a ratio outside of 0 to "
                "1; there are %" PRId64 " stages and %" PRId64 " tiers",
                i + 1, w->pipeline.stages, w->script->tiers);
            return FAB_E_RANGE;
        }
    }
    return FAB_OK;
}

/* As many pieces as blocks, unless the whole step would have too many. */
static int64_t choose_pieces(const writer *w)
{
    int64_t most = 1, all = 0;
    for (size_t s = 0; s < w->explained->stage_count; s++) {
        for (size_t i = 0; i < w->explained->block_count; i++) {
            const int64_t count = w->explained->stages[s].block_counts[i];
            most = count > most ? count : most;
            all += count;
        }
    }
    all *= 2 * w->pipeline.microbatches;
    return w->options->pieces > 0 ? w->options->pieces : all > PIECE_LIMIT ? 1 : most;
}

static fab_status make_devices(writer *w, fab_arena *arena)
{
    const int64_t stages = w->pipeline.stages;
    const size_t passes = (size_t)(w->parts * w->pipeline.microbatches);
    w->devices = FAB_NEW(arena, device, (size_t)stages);
    w->end[0] = FAB_NEW(arena, uint32_t, passes);
    w->end[1] = FAB_NEW(arena, uint32_t, passes);
    if (!w->devices || !w->end[0] || !w->end[1]) {
        return FAB_E_NOMEM;
    }
    for (int64_t stage = 0; stage < stages; stage++) {
        w->devices[stage].program = fab_program_make(&w->pipeline, stage);
    }
    return FAB_OK;
}

fab_status fab_script_write(const fab_scenario *scenario, const fab_explanation *explained,
                            const fab_step_options *options, fab_arena *arena, fab_script *out,
                            const char **reason_out)
{
    *out = (fab_script){.arena = arena, .tiers = scenario->fabric.tier_count};
    writer w = {.scenario = scenario, .explained = explained, .options = options, .script = out};
    w.pipeline = fab_scenario_pipeline(scenario);
    FAB_TRY(check(&w, arena, reason_out));
    w.parts = fab_pipeline_part_count(&w.pipeline);
    w.pieces = choose_pieces(&w);
    FAB_TRY(make_devices(&w, arena));
    make_ports(&w);
    write_passes(&w);
    return out->lacks_memory ? FAB_E_NOMEM : FAB_OK;
}
