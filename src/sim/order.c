#include "sim/writer.h"

#include <assert.h>
#include <inttypes.h>

#include "pipeline/program.h"

/* Each device goes through the order of its schedule; a pass is written when those that it waits
 * for are. */

#define PIECE_LIMIT 100000

/* Where a device stands in its order. */
typedef struct device {
    fab_program program;
    int phase;
    int64_t repeat;
    int slot;
    int64_t done[2][2];    /* passes: backward or forward, by chunk; in turn all in the first */
    int64_t *graded;       /* by part held: passes that made gradients of weights */
    fab_script_pass *late; /* ring of those whose gradients of weights were put off */
    int64_t late_first, late_count;
    fab_node_after last; /* of its last pass */
    bool is_closed;
} device;

typedef struct order {
    fab_script_writer w;
    device *devices;
    int64_t late_limit;
    fab_node_after *end[2]; /* backward or forward; by direction, part and micro-batch */
} order;

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

/* The next pass of a kind. In turn, groups of p micro-batches pass one chunk after the other,
 * forwards from the first, backwards from the last (Narayanan et al., arXiv 2104.04473). */
static fab_script_pass next_pass(const order *o, int64_t stage, int chunk, fab_pass_kind kind)
{
    const fab_pipeline *pipeline = &o->w.pipeline;
    const bool is_forward = kind == FAB_PASS_FORWARD;
    const device *d = &o->devices[stage];
    int64_t held = chunk, microbatch = d->done[is_forward][chunk == 1];
    if (chunk == FAB_SLOT_IN_TURN) {
        const int64_t p = pipeline->stages, v = pipeline->chunks, done = microbatch;
        const int64_t turn = done % (p * v) / p;
        held = is_forward ? turn : v - 1 - turn;
        microbatch = done / (p * v) * p + done % p;
    }
    const bool makes_weights = kind == FAB_PASS_BACKWARD;
    return (fab_script_pass){
        .kind = kind,
        .stage = stage,
        .held = held,
        .part = fab_pipeline_part(pipeline, stage, held),
        .direction = fab_program_direction(pipeline, stage, held),
        .microbatch = microbatch,
        .gathers = is_forward && microbatch == 0,
        .reduces = makes_weights && d->graded[held] + 1 == o->w.each,
    };
}

static fab_node_after *end_of(const order *o, bool is_forward, const fab_script_pass *p,
                              int64_t part)
{
    return &o->end[is_forward][(p->direction * o->w.parts + part) * o->w.each + p->microbatch];
}

/* The pass that gives this one its input, 0 for none; false when it is not written yet. A first
 * forward waits for nothing, a last backward for its forward. */
static bool find_input(const order *o, const fab_script_pass *p, fab_node_after *input_out)
{
    const bool is_forward = fab_pass_is_forward(p);
    const bool is_first = is_forward ? p->part == 0 : p->part == o->w.parts - 1;
    *input_out = 0;
    if (is_first && is_forward) {
        return true;
    }
    const int64_t from = is_first ? p->part : is_forward ? p->part - 1 : p->part + 1;
    *input_out = *end_of(o, is_first || is_forward, p, from);
    return *input_out != 0;
}

/* The node at which a pass begins: after the device's pass before and its inputs. */
static uint32_t begin_pass(order *o, int64_t stage, const fab_node_after *inputs, int count)
{
    const fab_activity gate = {.stream = FAB_STREAM_COMPUTE, .stage = stage};
    const fab_node_after last = o->devices[stage].last;
    uint32_t after[3], after_count = 0;
    if (last > 0) {
        after[after_count++] = last - 1;
    }
    for (int i = 0; i < count; i++) {
        if (inputs[i] > 0) {
            after[after_count++] = inputs[i] - 1;
        }
    }
    return fab_script_work(&o->w, &gate, 0.0, after, after_count);
}

static void book(order *o, const fab_script_pass *p, bool is_in_turn, uint32_t end)
{
    device *d = &o->devices[p->stage];
    const bool is_forward = fab_pass_is_forward(p);
    d->last = end + 1;
    *end_of(o, is_forward, p, p->part) = end + 1;
    d->done[is_forward][!is_in_turn && p->held == 1]++;
    if (p->kind == FAB_PASS_BACKWARD) {
        d->graded[p->held]++;
    } else if (p->kind == FAB_PASS_INPUT) {
        assert(d->late_count < o->late_limit);
        d->late[(d->late_first + d->late_count++) % o->late_limit] = *p;
    }
}

/* Gradients of weights that were put off longest. */
static void write_weight(order *o, int64_t stage)
{
    device *d = &o->devices[stage];
    if (d->late_count == 0) {
        return;
    }
    fab_script_pass p = d->late[d->late_first];
    d->late_first = (d->late_first + 1) % o->late_limit;
    d->late_count--;
    p.kind = FAB_PASS_WEIGHT;
    p.reduces = ++d->graded[p.held] == o->w.each;
    d->last = 1 + fab_script_pass_write(&o->w, &p, begin_pass(o, stage, NULL, 0));
}

static bool write_pair(order *o, int64_t stage, const fab_slot *slot)
{
    const fab_script_pass forward = next_pass(o, stage, slot->chunk, FAB_PASS_FORWARD);
    const fab_script_pass backward = next_pass(o, stage, 1 - slot->chunk, FAB_PASS_BACKWARD);
    fab_node_after inputs[2];
    if (!find_input(o, &forward, &inputs[0]) || !find_input(o, &backward, &inputs[1])) {
        return false;
    }
    const uint32_t begin = begin_pass(o, stage, inputs, 2);
    const uint32_t end = fab_script_pair_write(&o->w, &forward, &backward, begin);
    book(o, &forward, false, end);
    book(o, &backward, false, end);
    return true;
}

/* Writes a forward or backward; one of a micro-batch that is not there is left out. */
static bool write_single(order *o, int64_t stage, const fab_slot *slot)
{
    static const fab_pass_kind KIND[] = {[FAB_SLOT_FORWARD] = FAB_PASS_FORWARD,
                                         [FAB_SLOT_BACKWARD] = FAB_PASS_BACKWARD,
                                         [FAB_SLOT_INPUT] = FAB_PASS_INPUT};
    const fab_script_pass p = next_pass(o, stage, slot->chunk, KIND[slot->kind]);
    fab_node_after input = 0;
    if (p.microbatch >= o->w.each) {
        return true;
    }
    if (!find_input(o, &p, &input)) {
        return false;
    }
    const uint32_t end = fab_script_pass_write(&o->w, &p, begin_pass(o, stage, &input, 1));
    book(o, &p, slot->chunk == FAB_SLOT_IN_TURN, end);
    return true;
}

/* Writes the next pass of a device; false when it must wait for another's or is done. */
static bool write_next(order *o, int64_t stage)
{
    device *d = &o->devices[stage];
    const fab_slot *slot = peek(d);
    bool is_written = true;
    if (o->w.script->lacks_memory || d->is_closed) {
        return false;
    }
    if (!slot) {
        fab_script_close(&o->w, stage, d->last - 1);
        d->is_closed = true;
        return false;
    }
    if (slot->kind == FAB_SLOT_WEIGHT) {
        write_weight(o, stage);
    } else if (slot->kind == FAB_SLOT_PAIR) {
        is_written = write_pair(o, stage, slot);
    } else {
        is_written = write_single(o, stage, slot);
    }
    if (is_written) {
        advance(d);
    }
    return is_written;
}

static void write_passes(order *o)
{
    bool is_moving = true;
    while (is_moving) {
        is_moving = false;
        for (int64_t stage = 0; stage < o->w.pipeline.stages; stage++) {
            while (write_next(o, stage)) {
                is_moving = true;
            }
        }
    }
}

static fab_status check(const fab_script_writer *w, fab_arena *arena, const char **reason_out)
{
    if (fab_pipeline_check(&w->pipeline) != FAB_PIPELINE_GOOD) {
        *reason_out = "the schedule does not go with these counts of stages, chunks and "
                      "micro-batches";
        return FAB_E_INFEASIBLE;
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
static int64_t choose_pieces(const fab_script_writer *w)
{
    int64_t most = 1, all = 0;
    for (size_t s = 0; s < w->explained->part_count; s++) {
        const fab_explained_part *part = &w->explained->parts[s];
        for (size_t i = 0; i < part->run_count; i++) {
            most = part->runs[i].count > most ? part->runs[i].count : most;
            all += part->runs[i].count;
        }
    }
    all *= 2 * w->pipeline.microbatches;
    return w->options->pieces > 0 ? w->options->pieces : all > PIECE_LIMIT ? 1 : most;
}

static fab_status make_devices(order *o, fab_arena *arena)
{
    const fab_script_writer *w = &o->w;
    const size_t stages = (size_t)w->pipeline.stages, held = (size_t)w->held;
    const int64_t directions = fab_pipeline_copy_count(&w->pipeline);
    const size_t passes = (size_t)(directions * w->parts * w->each);
    int64_t *device_of = FAB_NEW(arena, int64_t, (size_t)(directions * w->parts));
    int64_t *graded = FAB_NEW(arena, int64_t, stages * held);
    o->late_limit = 2 * w->pipeline.stages + 2;
    fab_script_pass *late = FAB_NEW(arena, fab_script_pass, stages * (size_t)o->late_limit);
    o->devices = FAB_NEW(arena, device, stages);
    o->end[0] = FAB_NEW(arena, fab_node_after, passes);
    o->end[1] = FAB_NEW(arena, fab_node_after, passes);
    if (!o->devices || !o->end[0] || !o->end[1] || !device_of || !graded || !late) {
        return FAB_E_NOMEM;
    }
    for (int64_t stage = 0; stage < w->pipeline.stages; stage++) {
        o->devices[stage].program = fab_program_make(&w->pipeline, stage);
        o->devices[stage].graded = graded + stage * w->held;
        o->devices[stage].late = late + stage * o->late_limit;
        for (int64_t chunk = 0; chunk < w->held; chunk++) {
            const int64_t way = fab_program_direction(&w->pipeline, stage, chunk);
            device_of[way * w->parts + fab_pipeline_part(&w->pipeline, stage, chunk)] = stage;
        }
    }
    o->w.device_of = device_of;
    return FAB_OK;
}

fab_status fab_script_write(const fab_scenario *scenario, const fab_explanation *explained,
                            const fab_step_options *options, const fab_ground *ground,
                            fab_arena *arena, fab_script *out, const char **reason_out)
{
    *out = (fab_script){.arena = arena,
                        .tiers = scenario->fabric.tier_count,
                        .ground = ground,
                        .ways = {.arena = arena}};
    order o = {.w = {.scenario = scenario,
                     .explained = explained,
                     .options = options,
                     .script = out,
                     .pipeline = fab_scenario_pipeline(scenario)}};
    FAB_TRY(check(&o.w, arena, reason_out));
    o.w.parts = fab_pipeline_part_count(&o.w.pipeline);
    o.w.held = fab_pipeline_held_count(&o.w.pipeline);
    o.w.each = fab_pipeline_passes(&o.w.pipeline);
    o.w.pieces = choose_pieces(&o.w);
    fab_workload_groups(scenario, o.w.groups);
    FAB_TRY(fab_script_make_exchanges(&o.w));
    FAB_TRY(make_devices(&o, arena));
    fab_script_make_ports(&o.w);
    write_passes(&o);
    if (o.w.refusal) {
        *reason_out = o.w.refusal;
        return FAB_E_INFEASIBLE;
    }
    return out->lacks_memory ? FAB_E_NOMEM : FAB_OK;
}
