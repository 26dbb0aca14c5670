#include <fabricast/required.h>

#include <assert.h>
#include <math.h>

#include "train/forecast.h"

#define SLOWEST_BPS 1.0
#define FASTEST_BPS 1e18 /* what a rate in a file may be at most */

/* Bisection ends when its ends are this close. */
#define PRECISION_RATIO 1.001

/* Hidden is exposed by less than rounding makes of the messages' own time. */
#define ROUNDING_FRAC 1e-9

#define VERDICT_TEXT(id, text) text,

const char *fab_required_text(fab_required_verdict verdict)
{
    static const char *const TEXT[] = {FAB_REQUIRED_LIST(VERDICT_TEXT)};
    return verdict < FAB_REQUIRED_VERDICT_COUNT ? TEXT[verdict] : "unknown";
}

/* One question: which rate of a tier brings what is exposed of a class down to a goal. */
typedef struct fab_question {
    fab_scenario scenario; /* a copy to change */
    fab_arena *arena;
    int64_t tier;
    int message_class; /* FAB_MESSAGE_CLASS_COUNT: all that send bits on the tier */
    bool is_hidden;    /* goal: nothing exposed; else little of the step */
    double own_step_s; /* of the scenario as it is */
    double step_s;     /* of the forecast made last */
} fab_question;

typedef struct fab_exposure {
    double total_s, exposed_s, step_s;
} fab_exposure;

static bool is_asked(const fab_question *q, const fab_forecast *forecast, int message_class)
{
    return q->message_class == FAB_MESSAGE_CLASS_COUNT
               ? forecast->messages[message_class].sent_byte[q->tier] > 0.0
               : q->message_class == message_class;
}

static fab_exposure exposure_of(const fab_question *q, const fab_forecast *forecast)
{
    fab_exposure out = {.step_s = forecast->step_s};
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        const fab_message_forecast *m = &forecast->messages[class];
        const bool counts = is_asked(q, forecast, class);
        out.total_s += counts ? m->total_s : 0.0;
        out.exposed_s += counts ? m->exposed_s : 0.0;
    }
    return out;
}

static fab_status forecast_at(fab_question *q, double rate_bps, fab_exposure *out)
{
    const fab_train_checks none = {.skips_energy = true};
    fab_forecast forecast;
    q->scenario.fabric.tiers[q->tier].rate_bps.value = rate_bps;
    FAB_TRY(fab_train_forecast_checked(&q->scenario, &none, NULL, q->arena, &forecast));
    *out = exposure_of(q, &forecast);
    q->step_s = forecast.step_s;
    return FAB_OK;
}

static fab_status is_met(fab_question *q, double rate_bps, bool *met_out)
{
    fab_exposure e;
    FAB_TRY(forecast_at(q, rate_bps, &e));
    /* what hides only because the tier slows other messages down is not what is asked */
    const bool is_slower = e.step_s > (1.0 + FAB_REQUIRED_SMALL_FRAC) * q->own_step_s;
    const double limit_s =
        q->is_hidden ? ROUNDING_FRAC * e.total_s : FAB_REQUIRED_SMALL_FRAC * e.step_s;
    *met_out = !is_slower && e.exposed_s <= limit_s;
    return FAB_OK;
}

/* Whether the goal is met at the highest rate without latency, or with the highest rate everywhere,
 * or with both. */
static fab_status is_met_without(const fab_question *asked, bool has_latency, bool is_everywhere,
                                 bool *met_out)
{
    fab_question q = *asked;
    if (!has_latency) {
        q.scenario.assumptions.effects.latency = false;
        q.scenario.assumptions.messages = FAB_MESSAGES_IDEAL;
    }
    for (int64_t i = 0; is_everywhere && i < q.scenario.fabric.tier_count; i++) {
        q.scenario.fabric.tiers[i].rate_bps.value = FASTEST_BPS;
    }
    return is_met(&q, FASTEST_BPS, met_out);
}

static fab_status find_reason(const fab_question *q, fab_required_verdict *out)
{
    bool met = false;
    FAB_TRY(is_met_without(q, false, false, &met));
    if (met) {
        *out = FAB_REQUIRED_NONE_LATENCY;
        return FAB_OK;
    }
    FAB_TRY(is_met_without(q, true, true, &met));
    if (!met) {
        FAB_TRY(is_met_without(q, false, true, &met));
    }
    *out = met ? FAB_REQUIRED_NONE_TIER : FAB_REQUIRED_NONE_COVER;
    return FAB_OK;
}

/* The goal is met at *high and not at *low, which is below it: brings them together. */
static fab_status bisect(fab_question *q, double low_bps, double *high_bps)
{
    while (*high_bps > PRECISION_RATIO * low_bps) {
        const double middle_bps = sqrt(low_bps * *high_bps);
        bool met = false;
        FAB_TRY(is_met(q, middle_bps, &met));
        *(met ? high_bps : &low_bps) = middle_bps;
    }
    return FAB_OK;
}

static fab_status solve(fab_question *q, fab_required_rate *out)
{
    bool met = false;
    double high_bps = FASTEST_BPS;
    *out = (fab_required_rate){.verdict = FAB_REQUIRED_FOUND};
    FAB_TRY(is_met(q, high_bps, &met));
    if (!met) {
        return find_reason(q, &out->verdict);
    }
    FAB_TRY(is_met(q, SLOWEST_BPS, &met));
    if (met) {
        high_bps = SLOWEST_BPS;
    } else {
        FAB_TRY(bisect(q, SLOWEST_BPS, &high_bps));
    }
    FAB_TRY(is_met(q, high_bps, &met));
    assert(met);
    out->rate_bps = high_bps;
    out->step_s = q->step_s;
    return FAB_OK;
}

/* Lets all of the messages asked for run beside computation. */
static void overlap_fully(fab_question *q, const fab_forecast *forecast)
{
    fab_overlap *overlap = &q->scenario.assumptions.overlap;
    double *const share_frac[FAB_MESSAGE_CLASS_COUNT] = {
        [FAB_MESSAGE_TENSOR] = &overlap->tensor_frac,
        [FAB_MESSAGE_CONTEXT] = &overlap->context_frac,
        [FAB_MESSAGE_EXPERT] = &overlap->expert_frac,
        [FAB_MESSAGE_PIPELINE] = &overlap->pipeline_frac,
        [FAB_MESSAGE_DATA] = &overlap->data_frac,
    };
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        if (is_asked(q, forecast, class)) {
            *share_frac[class] = 1.0;
        }
    }
}

/* Where the scenario's overlap leaves some of them exposed at any rate, hardware alone is asked. */
static fab_status solve_hidden(fab_question *q, const fab_forecast *forecast,
                               fab_required_rate *out)
{
    q->is_hidden = true;
    FAB_TRY(solve(q, out));
    if (out->verdict != FAB_REQUIRED_FOUND) {
        overlap_fully(q, forecast);
        FAB_TRY(solve(q, out));
        if (out->verdict == FAB_REQUIRED_FOUND) {
            out->verdict = FAB_REQUIRED_OVERLAP;
        }
    }
    return FAB_OK;
}

static fab_status fill_row(const fab_scenario *scenario, const fab_forecast *forecast,
                           fab_arena *arena, int64_t tier, int message_class, fab_required_row *row)
{
    fab_question question = {.scenario = *scenario,
                             .arena = arena,
                             .tier = tier,
                             .message_class = message_class,
                             .own_step_s = forecast->step_s};
    const fab_exposure now = exposure_of(&question, forecast);
    const fab_tier *described = &scenario->fabric.tiers[tier];
    *row = (fab_required_row){
        .tier = described->name,
        .tier_index = tier,
        .message_class = message_class,
        .rate_bps = described->rate_bps.value,
        .total_s = now.total_s,
        .exposed_s = now.exposed_s,
    };
    FAB_TRY(solve(&question, &row->small));
    question.scenario = *scenario;
    return solve_hidden(&question, forecast, &row->hidden);
}

/* The classes that send bits on a tier, then all of them when there are several. */
static fab_status fill_tier(const fab_scenario *scenario, const fab_forecast *forecast,
                            fab_arena *arena, int64_t tier, fab_required_row *rows, size_t *count)
{
    const size_t before = *count;
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        if (forecast->messages[class].sent_byte[tier] > 0.0) {
            FAB_TRY(fill_row(scenario, forecast, arena, tier, class, &rows[*count]));
            ++*count;
        }
    }
    if (*count > before + 1) {
        FAB_TRY(fill_row(scenario, forecast, arena, tier, FAB_MESSAGE_CLASS_COUNT, &rows[*count]));
        ++*count;
    }
    return FAB_OK;
}

fab_status fab_train_require(const fab_scenario *scenario, fab_arena *arena, fab_requirements *out)
{
    assert(scenario && arena && out);
    *out = (fab_requirements){0};
    const fab_train_checks none = {.skips_energy = true};
    fab_forecast forecast;
    FAB_TRY(fab_train_forecast_checked(scenario, &none, NULL, arena, &forecast));
    fab_required_row *rows =
        FAB_NEW(arena, fab_required_row, FAB_TIER_LIMIT * (FAB_MESSAGE_CLASS_COUNT + 1));
    if (rows == NULL) {
        return FAB_E_NOMEM;
    }
    for (int64_t tier = 0; tier < scenario->fabric.tier_count; tier++) {
        FAB_TRY(fill_tier(scenario, &forecast, arena, tier, rows, &out->row_count));
    }
    out->step_s = forecast.step_s;
    out->rows = rows;
    return FAB_OK;
}
