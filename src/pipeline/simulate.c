#include <fabricast/pipeline.h>

#include <assert.h>
#include <math.h>

#include "pipeline/program.h"
#include "pipeline/shape.h"

/* Passes beyond this need more memory than any pipeline is worth. */
#define PASSES_LIMIT ((int64_t)1 << 28)

/* One pass over one part of the model; what it waits for and when it ended are found by these. */
typedef struct step {
    int64_t direction;
    int64_t part;
    int64_t microbatch;
} step;

/* Where a device stands in its order. */
typedef struct device {
    fab_program program;
    int phase;
    int64_t repeat;
    int slot;
    int64_t forward_count[2]; /* by chunk; of an interleaved device all in the first */
    int64_t backward_count[2];
    int64_t *late_parts; /* ring of the parts whose gradients of weights were put off */
    int64_t late_first, late_count;
    int64_t live_count;
} device;

typedef struct simulation {
    const fab_pipeline *pipeline;
    const fab_pipeline_times *times;
    int64_t parts;
    int64_t each; /* micro-batches that pass each part in a direction */
    int64_t late_limit;
    device *devices;
    double *forward_end_s; /* by direction, part and micro-batch; negative: not yet */
    double *backward_end_s;
    double *done_s; /* by device: when its last pass ended */
    double *busy_s;
    int64_t *peak_count;
    int64_t *pair_count;
} simulation;

/* The next pass of a kind: of an interleaved device groups of p micro-batches pass one chunk after
 * the other, forwards from the first chunk, backwards from the last. */
static step next_step(const simulation *s, int64_t index, int chunk, bool is_forward)
{
    const device *at = &s->devices[index];
    const int64_t *count = is_forward ? at->forward_count : at->backward_count;
    int64_t held = chunk, microbatch = chunk == FAB_SLOT_IN_TURN ? 0 : count[chunk];
    if (chunk == FAB_SLOT_IN_TURN) {
        const int64_t p = s->pipeline->stages, v = s->pipeline->chunks;
        const int64_t turn = count[0] % (p * v) / p;
        held = is_forward ? turn : v - 1 - turn;
        microbatch = count[0] / (p * v) * p + count[0] % p;
    }
    return (step){
        .direction = fab_program_direction(s->pipeline, index, held),
        .part = fab_pipeline_part(s->pipeline, index, held),
        .microbatch = microbatch,
    };
}

static double *end_of(const simulation *s, double *ends_s, step at)
{
    return &ends_s[(at.direction * s->parts + at.part) * s->each + at.microbatch];
}

/* When the input of a pass is there; negative when that has not run yet. */
static double ready_s(const simulation *s, step at, bool is_forward)
{
    step from = at;
    if (is_forward) {
        from.part--;
        return from.part < 0 ? 0.0 : *end_of(s, s->forward_end_s, from);
    }
    from.part++;
    /* the loss turns the last forward into the first backward */
    return from.part == s->parts ? *end_of(s, s->forward_end_s, at)
                                 : *end_of(s, s->backward_end_s, from);
}

static void book_forward(simulation *s, int64_t index, int chunk, step at)
{
    device *of = &s->devices[index];
    *end_of(s, s->forward_end_s, at) = s->done_s[index];
    of->forward_count[chunk == 1]++;
    of->live_count++;
    s->peak_count[index] =
        of->live_count > s->peak_count[index] ? of->live_count : s->peak_count[index];
}

static void book_backward(simulation *s, int64_t index, int chunk, step at, bool is_whole)
{
    device *of = &s->devices[index];
    *end_of(s, s->backward_end_s, at) = s->done_s[index];
    of->backward_count[chunk == 1]++;
    if (is_whole) {
        of->live_count--;
        return;
    }
    assert(of->late_count < s->late_limit);
    of->late_parts[(of->late_first + of->late_count++) % s->late_limit] = at.part;
}

static void work(simulation *s, int64_t index, double start_s, double length_s)
{
    s->done_s[index] = (s->done_s[index] > start_s ? s->done_s[index] : start_s) + length_s;
    s->busy_s[index] += length_s;
}

/* Runs the oldest gradients of weights that were put off. */
static void run_weight(simulation *s, int64_t index)
{
    device *at = &s->devices[index];
    if (at->late_count > 0) {
        work(s, index, 0.0, s->times->weight_s[at->late_parts[at->late_first]]);
        at->late_first = (at->late_first + 1) % s->late_limit;
        at->late_count--;
        at->live_count--;
    }
}

/* Runs a forward or backward; false when it has to wait. Those of micro-batches that are not there
 * take no time. */
static bool run_single(simulation *s, int64_t index, fab_slot slot)
{
    const bool is_forward = slot.kind == FAB_SLOT_FORWARD;
    const bool is_whole = slot.kind == FAB_SLOT_BACKWARD;
    const step at = next_step(s, index, slot.chunk, is_forward);
    if (at.microbatch >= s->each) {
        return true;
    }
    const double input_s = ready_s(s, at, is_forward);
    if (input_s < 0.0) {
        return false;
    }
    if (is_forward) {
        work(s, index, input_s, s->times->forward_s[at.part]);
        book_forward(s, index, slot.chunk, at);
        return true;
    }
    const double weight_s = is_whole ? s->times->weight_s[at.part] : 0.0;
    work(s, index, input_s, s->times->input_s[at.part] + weight_s);
    book_backward(s, index, slot.chunk, at, is_whole);
    return true;
}

/* Runs a forward and a backward together: both inputs there, both outputs at the end. */
static bool run_pair(simulation *s, int64_t index, fab_slot slot)
{
    const int other = 1 - slot.chunk;
    const step forward = next_step(s, index, slot.chunk, true);
    const step backward = next_step(s, index, other, false);
    const double forward_input_s = ready_s(s, forward, true);
    const double backward_input_s = ready_s(s, backward, false);
    if (forward_input_s < 0.0 || backward_input_s < 0.0) {
        return false;
    }
    work(s, index, forward_input_s > backward_input_s ? forward_input_s : backward_input_s,
         s->times->pair_s[forward.part]);
    book_forward(s, index, slot.chunk, forward);
    book_backward(s, index, other, backward, true);
    s->pair_count[2 * index + slot.chunk]++;
    return true;
}

static bool run_slot(simulation *s, int64_t index, fab_slot slot)
{
    if (slot.kind == FAB_SLOT_WEIGHT) {
        run_weight(s, index);
        return true;
    }
    return slot.kind == FAB_SLOT_PAIR ? run_pair(s, index, slot) : run_single(s, index, slot);
}

static bool is_done(const device *at)
{
    return at->phase == at->program.phase_count;
}

/* Goes through the order of one device until a pass has to wait; true when any ran. */
static bool advance(simulation *s, int64_t index)
{
    device *at = &s->devices[index];
    bool has_run = false;
    while (!is_done(at)) {
        const fab_program_phase *phase = &at->program.phases[at->phase];
        if (!run_slot(s, index, phase->slots[at->slot])) {
            return has_run;
        }
        has_run = true;
        if (++at->slot == phase->slot_count) {
            at->slot = 0;
            if (++at->repeat == phase->repeats) {
                at->repeat = 0;
                at->phase++;
            }
        }
    }
    return has_run;
}

static fab_status lay_out(simulation *s, fab_arena *arena)
{
    const fab_pipeline *p = s->pipeline;
    const int64_t directions = fab_pipeline_copy_count(p);
    s->parts = fab_pipeline_part_count(p);
    s->each = fab_pipeline_passes(p);
    s->late_limit = 2 * p->stages + 2;
    const size_t passes = (size_t)(directions * s->parts * s->each);
    const size_t count = (size_t)p->stages;
    s->devices = FAB_NEW(arena, device, count);
    s->forward_end_s = FAB_NEW(arena, double, passes);
    s->backward_end_s = FAB_NEW(arena, double, passes);
    s->done_s = FAB_NEW(arena, double, count);
    s->busy_s = FAB_NEW(arena, double, count);
    s->peak_count = FAB_NEW(arena, int64_t, count);
    s->pair_count = FAB_NEW(arena, int64_t, 2 * count);
    int64_t *late = FAB_NEW(arena, int64_t, count * (size_t)s->late_limit);
    if (!s->devices || !s->forward_end_s || !s->backward_end_s || !s->done_s || !s->busy_s ||
        !s->peak_count || !s->pair_count || !late) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < passes; i++) {
        s->forward_end_s[i] = s->backward_end_s[i] = -1.0;
    }
    for (int64_t i = 0; i < p->stages; i++) {
        s->devices[i].program = fab_program_make(p, i);
        s->devices[i].late_parts = late + i * s->late_limit;
    }
    return FAB_OK;
}

/* Sweeps over the devices until all are through; each sweep lets at least one go on. */
static void run(simulation *s)
{
    bool has_run = true;
    while (has_run) {
        has_run = false;
        for (int64_t i = 0; i < s->pipeline->stages; i++) {
            has_run = advance(s, i) || has_run;
        }
    }
    for (int64_t i = 0; i < s->pipeline->stages; i++) {
        assert(is_done(&s->devices[i]) && s->devices[i].live_count == 0);
    }
}

static bool are_countable(const fab_pipeline *p)
{
    return p->stages <= PASSES_LIMIT / p->chunks &&
           p->microbatches <= PASSES_LIMIT / (p->stages * p->chunks) &&
           p->stages <= PASSES_LIMIT >> 14;
}

fab_status fab_pipeline_simulate(const fab_pipeline *pipeline, const fab_pipeline_times *times,
                                 fab_arena *arena, fab_pipeline_run *out)
{
    assert(pipeline && times && arena && out);
    if (fab_pipeline_check(pipeline) != FAB_PIPELINE_GOOD || !are_countable(pipeline) ||
        !fab_pipeline_are_times(pipeline, times)) {
        return FAB_E_RANGE;
    }
    simulation s = {.pipeline = pipeline, .times = times};
    FAB_TRY(lay_out(&s, arena));
    run(&s);
    double makespan_s = 0.0;
    for (int64_t i = 0; i < pipeline->stages; i++) {
        makespan_s = s.done_s[i] > makespan_s ? s.done_s[i] : makespan_s;
    }
    if (!isfinite(makespan_s)) {
        return FAB_E_RANGE;
    }
    *out = (fab_pipeline_run){makespan_s, s.busy_s, s.peak_count, s.pair_count};
    return FAB_OK;
}
