#include <fabricast/train.h>

#include <assert.h>
#include <math.h>
#include <string.h>

#include "train/energy.h"
#include "train/forecast.h"
#include "train/parts.h"
#include "train/record.h"
#include "train/stage.h"

/* Rates of hardware beyond all measure would make steps from which nothing can be worked out. */
#define SHORTEST_STEP_S 1e-30
#define LONGEST_STEP_S  1e30

#define MESSAGE_TEXT(id, text) text,
#define STEP_TEXT(id, text)    text,
#define ENERGY_TEXT(id, text)  text,

const char *fab_message_class_text(fab_message_class message_class)
{
    static const char *const TEXT[] = {FAB_MESSAGE_LIST(MESSAGE_TEXT)};
    return message_class < FAB_MESSAGE_CLASS_COUNT ? TEXT[message_class] : "unknown";
}

const char *fab_step_class_text(fab_step_class step_class)
{
    static const char *const TEXT[] = {FAB_STEP_LIST(STEP_TEXT)};
    return step_class < FAB_STEP_CLASS_COUNT ? TEXT[step_class] : "unknown";
}

const char *fab_energy_class_text(fab_energy_class energy_class)
{
    static const char *const TEXT[] = {FAB_ENERGY_LIST(ENERGY_TEXT)};
    return energy_class < FAB_ENERGY_CLASS_COUNT ? TEXT[energy_class] : "unknown";
}

/* What the loop over stages keeps. */
typedef struct fab_step {
    double *forward_s;  /* of one micro-batch, by stage */
    double *backward_s; /* the same */
    bool has_parts;     /* the schedule runs the parts of the model one by one */
    fab_parts parts;
    fab_stage_time slowest;       /* of the stage that takes longest */
    double slowest_s;             /* its passes of a micro-batch, less what pairs hide */
    double pair_hidden_s;         /* of its expert messages in a step, in pairs of passes */
    double slowest_tokens_layers; /* tokens x layers of a micro-batch in that stage */
    fab_data_exchange data;       /* of the stage where most of it is exposed */
    double optimizer_s;
    fab_stage_time sum;         /* messages of a micro-batch, all stages together */
    fab_data_exchange data_sum; /* all stages together */
    fab_step_work work;
    int64_t slowest_stage, data_stage, optimizer_stage; /* those that decide */
    fab_recorder *recorder;                             /* NULL: nobody asks */
} fab_step;

static void add_traffic(fab_message_forecast *sum, const fab_message_forecast *part)
{
    sum->link_energy_j += part->link_energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum->sent_byte[tier] += part->sent_byte[tier];
    }
}

/* What a package sends on average is a matter of all stages, not of the slowest. */
static void add_stage(fab_step *step, const fab_stage_time *time, const fab_data_exchange *data)
{
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        add_traffic(&step->sum.messages[class], &time->messages[class]);
    }
    add_traffic(&step->data_sum.message, &data->message);
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        step->sum.tier_s[tier] += time->tier_s[tier];
        step->data_sum.tier_s[tier] += data->tier_s[tier];
    }
    step->data_sum.shared_s += data->shared_s;
}

/* Stages that hold the same take the same time and have the same to update. */
static bool holds_same(const fab_stage *a, const fab_stage *b)
{
    return memcmp(a->layers, b->layers, sizeof(a->layers)) == 0 &&
           memcmp(a->offloaded, b->offloaded, sizeof(a->offloaded)) == 0 &&
           a->has_embedding == b->has_embedding && a->has_head == b->has_head &&
           a->mtp_modules == b->mtp_modules;
}

/* A stage, and what all stages that hold the same have in common. */
typedef struct fab_walked {
    fab_stage stage;
    fab_stage_time time;
    fab_stage_exchanges exchanges;
    double optimizer_byte;
    double optimizer_s;
} fab_walked;

static fab_status measure_stage(const fab_scenario *scenario, fab_train_memo *memo,
                                const fab_stage *stage, fab_recorder *recorder, fab_walked *out)
{
    const fab_workload *workload = &memo->workload;
    out->stage = *stage;
    out->time = fab_stage_measure(scenario, workload, stage, &memo->times, recorder);
    fab_stage_offload_passes(scenario, workload, stage, &out->time);
    FAB_TRY(fab_stage_exchange_passes(scenario, workload, stage, &out->time));
    FAB_TRY(fab_stage_price_exchanges(scenario, workload, stage, &out->exchanges));
    out->optimizer_byte = fab_stage_optimizer_byte(scenario, workload, stage);
    out->optimizer_s = fab_gpu_pass_s(&workload->speed, out->optimizer_byte);
    return FAB_OK;
}

/* Keeps the stage that takes longest in the passes of a step. */
static void keep_slowest(const fab_scenario *scenario, const fab_walked *at, int64_t index,
                         double tokens, int64_t passes, fab_step *step)
{
    const double hidden_s =
        step->has_parts ? fab_parts_close_device(scenario, &step->parts, index, &at->time) : 0.0;
    const double busy_s = at->time.forward_s + at->time.backward_s - hidden_s / (double)passes;
    if (index == 0 || busy_s > step->slowest_s) {
        step->slowest_s = busy_s;
        step->pair_hidden_s = hidden_s;
        step->slowest = at->time;
        step->slowest_stage = index;
        step->slowest_tokens_layers = tokens * (double)fab_stage_layers(&at->stage);
    }
}

static fab_status walk_stages(const fab_scenario *scenario, const fab_train_checks *checks,
                              fab_train_memo *memo, fab_step *step, fab_forecast *out)
{
    const fab_workload *workload = &memo->workload;
    fab_walked at = {.stage = {.mtp_modules = -1}};
    for (int64_t index = 0; index < scenario->mapping.pp; index++) {
        const fab_stage stage = fab_stage_make(scenario, index);
        if (!holds_same(&stage, &at.stage)) {
            FAB_TRY(measure_stage(scenario, memo, &stage, step->recorder, &at));
        }
        step->forward_s[index] = at.time.forward_s;
        step->backward_s[index] = at.time.backward_s;
        keep_slowest(scenario, &at, index, workload->tokens_count, out->passes, step);
        fab_data_exchange data;
        FAB_TRY(fab_stage_data_exchange(scenario, workload, &stage, &at.time, &at.exchanges, index,
                                        &data));
        if (index == 0 || data.message.exposed_s > step->data.message.exposed_s) {
            step->data = data;
            step->data_stage = index;
        }
        add_stage(step, &at.time, &data);
        if (!checks->skips_energy) {
            fab_energy_add_stage(scenario, &stage, at.optimizer_byte, &step->work);
        }
        if (at.optimizer_s > step->optimizer_s) {
            step->optimizer_s = at.optimizer_s;
            step->optimizer_stage = index;
        }
        const fab_memory_forecast memory = fab_stage_memory(scenario, workload, &stage, index);
        if (index == 0 || memory.total_byte > out->memory.total_byte) {
            out->memory = memory;
        }
        fab_record_stage(step->recorder, index, &at.time, &data, at.optimizer_s, &memory);
    }
    fab_record_step(step->recorder, step->slowest_stage, step->data_stage, step->optimizer_stage);
    return FAB_OK;
}

/* Adds `repeats` times what the slowest stage waits and what all stages together send. */
static void fill_message(const fab_scenario *scenario, double repeats,
                         const fab_message_forecast *slowest, const fab_message_forecast *sum,
                         fab_message_forecast *message)
{
    const double share = 1.0 / (double)scenario->mapping.pp;
    message->total_s += repeats * slowest->total_s;
    message->exposed_s += repeats * slowest->exposed_s;
    message->link_energy_j += repeats * share * sum->link_energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        /* a fabric of one tier is seen twice by the collectives */
        const int booked = scenario->fabric.tier_count == 1 ? 0 : tier;
        message->sent_byte[booked] += repeats * share * sum->sent_byte[tier];
    }
}

/* Takes off what pairs hide; what rounding leaves is nothing. */
static void hide_in_pairs(const fab_step *step, double *exposed_s)
{
    *exposed_s = *exposed_s > step->pair_hidden_s ? *exposed_s - step->pair_hidden_s : 0.0;
}

/* What data-parallel messages add to the step: what a stage exposes, and what they and messages of
 * layers lose to each other on the way of the first and last micro-batch through all stages. */
static double data_exposed_s(const fab_scenario *scenario, const fab_step *step)
{
    const fab_message_forecast *message = &step->data.message;
    const double exposed_s = message->exposed_s + scenario->assumptions.overlap.contention_frac *
                                                      step->data_sum.shared_s;
    return exposed_s < message->total_s ? exposed_s : message->total_s;
}

/* Times of the slowest stage; bytes and energy of a package, mean over the stages. */
static void fill_messages(const fab_scenario *scenario, const fab_step *step, fab_forecast *out)
{
    const double passes = (double)out->passes;
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        const fab_message_forecast *slowest = &step->slowest.messages[class];
        const fab_message_forecast *sum = &step->sum.messages[class];
        fill_message(scenario, passes, slowest, sum, &out->messages[class]);
    }
    for (int pass = 0; pass < 2; pass++) {
        out->offload.total_s += passes * step->slowest.offload[pass].total_s;
        out->offload.exposed_s += passes * step->slowest.offload[pass].exposed_s;
        out->offload.moved_byte += passes * step->slowest.offload[pass].moved_byte;
    }
    hide_in_pairs(step, &out->messages[FAB_MESSAGE_EXPERT].exposed_s);
    fill_message(scenario, 1.0, &step->data.message, &step->data_sum.message,
                 &out->messages[FAB_MESSAGE_DATA]);
    out->messages[FAB_MESSAGE_DATA].exposed_s +=
        data_exposed_s(scenario, step) - step->data.message.exposed_s;
}

/* Time of all passes of a step. Without the bubble every stage takes as long as the slowest. */
static fab_status find_makespan(const fab_scenario *scenario, const fab_step *step, double busy_s,
                                fab_arena *arena, double *out)
{
    const fab_pipeline pipeline = fab_scenario_pipeline(scenario);
    *out = busy_s;
    if (!scenario->assumptions.effects.pipeline_bubble) {
        return FAB_OK;
    }
    if (step->has_parts) {
        const fab_pipeline_times times = fab_parts_times(&step->parts);
        return fab_pipeline_span(&pipeline, &times, arena, out);
    }
    return fab_pipeline_makespan(&pipeline, step->forward_s, step->backward_s, out);
}

/* Adds the parts up to the step; the bubble is what the pipeline adds to the slowest stage. */
static fab_status close_step(const fab_scenario *scenario, const fab_step *step, fab_arena *arena,
                             fab_forecast *out)
{
    const double passes = (double)out->passes;
    const double busy_s =
        passes * (step->slowest.forward_s + step->slowest.backward_s) - step->pair_hidden_s;
    double makespan_s;
    FAB_TRY(find_makespan(scenario, step, busy_s, arena, &makespan_s));
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        out->part_s[part] = passes * step->slowest.part_s[part];
    }
    hide_in_pairs(step, &out->part_s[FAB_STEP_EXPERT]);
    out->pair_hidden_s = step->pair_hidden_s;
    out->part_s[FAB_STEP_BUBBLE] = makespan_s > busy_s ? makespan_s - busy_s : 0.0;
    out->part_s[FAB_STEP_DATA] += data_exposed_s(scenario, step);
    out->part_s[FAB_STEP_BESIDE] += step->data.beside_s;
    out->part_s[FAB_STEP_OPTIMIZER] = step->optimizer_s;
    out->step_s = 0.0;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        out->step_s += out->part_s[part];
    }
    out->layer_token_s = busy_s / passes / step->slowest_tokens_layers;
    return FAB_OK;
}

static double wire_s(const fab_scenario *scenario, const fab_step *step, int64_t tier,
                     double passes)
{
    const double sum_s = passes * step->sum.tier_s[tier] + step->data_sum.tier_s[tier];
    return sum_s / (double)scenario->mapping.pp;
}

static void fill_tiers(const fab_scenario *scenario, const fab_workload *workload,
                       const fab_step *step, fab_forecast *out)
{
    const double passes = (double)out->passes;
    out->tier_count = scenario->fabric.tier_count;
    for (int64_t tier = 0; tier < out->tier_count; tier++) {
        const fab_tier *described = &scenario->fabric.tiers[tier];
        const fab_collective_tier *seen = &workload->network.tiers[tier];
        fab_tier_forecast *t = &out->tiers[tier];
        *t = (fab_tier_forecast){.name = described->name,
                                 .technology = described->technology.name,
                                 .lacks_energy = !described->technology.energy_j_per_bit.is_known,
                                 .energy_j_per_bit = seen->energy_j_per_bit};
        t->full_rate_power_w = t->lacks_energy ? 0.0 : fab_tier_power_w(described);
        out->lacks_link_energy |= t->lacks_energy;
        for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
            t->sent_byte += out->messages[class].sent_byte[tier];
        }
        const double own_link_j = 8.0 * t->sent_byte * seen->energy_j_per_bit;
        double busy_s = wire_s(scenario, step, tier, passes);
        if (out->tier_count == 1) {
            busy_s += wire_s(scenario, step, 1, passes);
        }
        t->energy_j = (double)seen->links_per_path * own_link_j;
        t->mean_power_w = own_link_j / out->step_s;
        t->busy_frac = busy_s < out->step_s ? busy_s / out->step_s : 1.0;
    }
}

static void fill_rates(const fab_scenario *scenario, fab_forecast *out)
{
    const double packages = (double)scenario->job.gpus;
    const double tokens = (double)fab_scenario_tokens_per_step(scenario);
    const double peak_flops =
        fab_precision_peak_flops(&scenario->gpu, scenario->job.precision)->value;
    out->model_flop_per_token =
        fab_model_count_flops(&scenario->model, scenario->job.sequence, true).total_flop;
    out->tokens_per_s = tokens / out->step_s;
    out->tokens_per_s_per_gpu = out->tokens_per_s / packages;
    out->mfu_frac = out->model_flop_per_token * out->tokens_per_s_per_gpu / peak_flops;
    double energy_j = 0.0;
    for (int64_t tier = 0; tier < out->tier_count; tier++) {
        energy_j += out->tiers[tier].energy_j;
    }
    out->link_energy_j_per_token = packages * energy_j / tokens;
}

static void judge(const fab_train_checks *checks, fab_forecast *out)
{
    out->checks = checks->items;
    out->check_count = checks->count;
    out->is_buildable = true;
    for (size_t i = 0; i < checks->count; i++) {
        if (checks->items[i].is_known && !checks->items[i].is_met) {
            out->is_buildable = false;
        }
    }
    out->is_feasible = out->is_buildable && out->memory.fits;
}

fab_status fab_train_check(const fab_scenario *scenario, fab_arena *arena, fab_train_checks *out)
{
    assert(scenario && arena && out);
    *out = (fab_train_checks){.count = 0};
    return fab_fabric_check_all(&scenario->fabric, scenario->job.gpus, arena, &out->items,
                                &out->count);
}

static fab_status fill_memo(const fab_scenario *scenario, fab_train_memo *memo)
{
    if (memo->is_filled) {
        return FAB_OK;
    }
    FAB_TRY(fab_workload_build(scenario, &memo->workload));
    memset(memo->times.is_known, 0, sizeof(memo->times.is_known));
    memo->is_filled = true;
    return FAB_OK;
}

static fab_status forecast(const fab_scenario *scenario, const fab_train_checks *checks,
                           fab_train_memo *memo, fab_recorder *recorder, fab_arena *arena,
                           fab_forecast *out)
{
    const fab_pipeline pipeline = fab_scenario_pipeline(scenario);
    *out = (fab_forecast){.microbatches = pipeline.microbatches,
                          .passes = fab_pipeline_passes(&pipeline)};
    const size_t stages = (size_t)scenario->mapping.pp;
    fab_step step = {.forward_s = FAB_NEW(arena, double, stages),
                     .backward_s = FAB_NEW(arena, double, stages),
                     .has_parts = pipeline.schedule != FAB_SCHEDULE_AUTO,
                     .recorder = recorder};
    if (step.forward_s == NULL || step.backward_s == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fill_memo(scenario, memo));
    const fab_workload *workload = &memo->workload;
    if (step.has_parts) {
        FAB_TRY(fab_parts_measure(scenario, workload, &memo->times, arena, &step.parts));
    }
    FAB_TRY(walk_stages(scenario, checks, memo, &step, out));
    fill_messages(scenario, &step, out);
    FAB_TRY(close_step(scenario, &step, arena, out));
    if (!(out->step_s > SHORTEST_STEP_S && out->step_s < LONGEST_STEP_S)) {
        return FAB_E_RANGE;
    }
    fill_tiers(scenario, workload, &step, out);
    fill_rates(scenario, out);
    if (!checks->skips_energy) {
        FAB_TRY(fab_energy_fill(scenario, workload, &step.work, arena, out));
    }
    assert(isfinite(out->mfu_frac) && isfinite(out->memory.total_byte));
    judge(checks, out);
    return FAB_OK;
}

fab_status fab_train_forecast_recorded(const fab_scenario *scenario, const fab_train_checks *checks,
                                       fab_recorder *recorder, fab_arena *arena, fab_forecast *out)
{
    assert(scenario && checks && arena && out);
    fab_train_memo *memo = FAB_TAKE(arena, fab_train_memo, 1);
    if (memo == NULL) {
        return FAB_E_NOMEM;
    }
    memo->is_filled = false;
    return forecast(scenario, checks, memo, recorder, arena, out);
}

fab_status fab_train_forecast_checked(const fab_scenario *scenario, const fab_train_checks *checks,
                                      fab_train_memo *memo, fab_arena *arena, fab_forecast *out)
{
    /* the forecast points at the scenario and the checks, at nothing that is made here */
    const fab_arena_mark mark = fab_arena_save(arena);
    const fab_status status = memo != NULL
                                  ? forecast(scenario, checks, memo, NULL, arena, out)
                                  : fab_train_forecast_recorded(scenario, checks, NULL, arena, out);
    fab_arena_reset(arena, mark);
    return status;
}

fab_status fab_train_forecast(const fab_scenario *scenario, fab_arena *arena, fab_forecast *out)
{
    assert(scenario && arena && out);
    fab_train_checks checks;
    FAB_TRY(fab_train_check(scenario, arena, &checks));
    return fab_train_forecast_checked(scenario, &checks, NULL, arena, out);
}
