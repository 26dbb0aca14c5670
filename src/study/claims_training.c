#include <fabricast/anatomy.h>
#include <fabricast/ownership.h>

#include <inttypes.h>

#include "link/derive.h"
#include "link/recipe.h"
#include "study/claims_draft.h"
#include "workload/workload.h"

/* Claims about training: what fits in a pod, what a network without cost would gain, what links may
 * cost. */

/* a network that costs nothing, for every size that a scenario can have */
#define FREE_RATE_BPS 1e24

#define JOULE_PER_MWH 3.6e9
#define BPS_PER_GBPS  1e9

fab_status fab_claims_search(fab_claims_work *work, const fab_scenario *scenario,
                             const fab_search_result **result_out)
{
    for (size_t i = 0; i < work->searched_count; i++) {
        if (work->searched[i].scenario == scenario) {
            *result_out = &work->searched[i].result;
            return FAB_OK;
        }
    }
    fab_search_result found;
    FAB_TRY(fab_search_run(scenario, 1, work->arena, &found));
    work->evaluations += (size_t)found.counts.forecast;
    const size_t limit = sizeof work->searched / sizeof work->searched[0];
    const size_t place = work->searched_count < limit ? work->searched_count++ : limit - 1;
    work->searched[place].scenario = scenario;
    work->searched[place].result = found;
    *result_out = &work->searched[place].result;
    return FAB_OK;
}

static const char *scenario_name(const fab_scenario *scenario)
{
    return scenario->name != NULL ? scenario->name : "unnamed";
}

/* ---- parallel groups inside a pod ---- */

/* Kinds of parallel group; the sizes that a mapping gives them. */
typedef enum dimension { TENSOR, EXPERT, PIPELINE, DATA, DIMENSIONS } dimension;

static const char *const DIMENSION_TEXT[DIMENSIONS] = {
    [TENSOR] = "TP", [EXPERT] = "EP", [PIPELINE] = "PP", [DATA] = "DP"};

static const fab_group_kind DIMENSION_GROUP[DIMENSIONS] = {
    [TENSOR] = FAB_GROUP_TENSOR,
    [EXPERT] = FAB_GROUP_EXPERT,
    [PIPELINE] = FAB_GROUP_PIPELINE,
    [DATA] = FAB_GROUP_DATA,
};

/* Where the groups of one scenario lie at its best mapping. */
typedef struct layout {
    const fab_scenario *scenario;
    fab_workload workload;
    bool is_known; /* a feasible mapping exists */
    size_t inside; /* kinds with more than one rank that lie in one pod */
    const char *text;
} layout;

static void put_group(fab_claim_draft *draft, layout *l, int i)
{
    const fab_placement *group = &l->workload.groups[DIMENSION_GROUP[i]];
    const char *of = scenario_name(l->scenario);
    const bool is_used = group->ranks > 1;
    const bool is_inside = is_used && group->domains == 1;
    fab_draft_put(draft, fab_draft_text(draft, "%s ranks", DIMENSION_TEXT[i]), of,
                  fab_claim_made((double)group->ranks), "ranks", "best mapping of `search`");
    fab_draft_put(draft,
                  fab_draft_text(draft, "pods touched by one group of %s", DIMENSION_TEXT[i]), of,
                  fab_claim_made((double)group->domains), "pods", "placement, counted exactly");
    l->inside += is_inside ? 1 : 0;
    if (is_inside) {
        l->text = fab_draft_text(draft, "%s%s%s %" PRId64, l->text, *l->text ? ", " : "",
                                 DIMENSION_TEXT[i], group->ranks);
    }
}

static fab_status lay_out(fab_claims_work *work, const fab_scenario *scenario,
                          fab_claim_draft *draft, layout *out)
{
    const fab_search_result *found;
    FAB_TRY(fab_claims_search(work, scenario, &found));
    *out = (layout){.scenario = scenario, .is_known = found->row_count > 0, .text = ""};
    if (!out->is_known) {
        fab_draft_need(draft, "a mapping that fits", scenario_name(scenario));
        return FAB_OK;
    }
    fab_scenario best = *scenario;
    best.mapping = found->rows[0].mapping;
    FAB_TRY(fab_workload_place(&best, &out->workload));
    for (int i = 0; i < DIMENSIONS; i++) {
        put_group(draft, out, i);
    }
    fab_draft_put(draft, "packages of a pod, used", scenario_name(scenario),
                  fab_claim_made((double)scenario->fabric.tiers[0].used), "packages",
                  scenario->fabric.source);
    fab_draft_put(draft, "kinds of group inside a pod", scenario_name(scenario),
                  fab_claim_made((double)out->inside), "kinds", "of more than one rank");
    return FAB_OK;
}

fab_status fab_claim_parallelism_in_pod(fab_claims_work *work, const fab_claim_inputs *inputs,
                                        fab_claim_draft *draft)
{
    layout *layouts = FAB_NEW(draft->arena, layout, inputs->scenarios.count);
    if (layouts == NULL) {
        return FAB_E_NOMEM;
    }
    const size_t count = inputs->scenarios.count;
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        layout *l = &layouts[i];
        FAB_TRY(lay_out(work, inputs->scenarios.items[i], draft, l));
        text = fab_draft_text(draft, "%s%s%s holds %s", text, i > 0 ? "; " : "",
                              scenario_name(l->scenario), *l->text ? l->text : "no group");
    }
    const layout *first = &layouts[0], *last = &layouts[count - 1];
    if (draft->needed != NULL) {
        draft->sentence = "A scenario has no mapping that fits.";
        return draft->status;
    }
    fab_draft_decide(draft, last->inside >= 2 && last->inside > first->inside, last->inside >= 2);
    draft->sentence = fab_draft_text(
        draft,
        "At its best mapping a pod of %s. Of the kinds of group with more than one rank %zu lie "
        "inside a pod in the first and %zu in the last; the others cross pods.",
        text, first->inside, last->inside);
    return draft->status;
}

/* ---- the bound of Amdahl ---- */

/* A step as it is and on a network that costs nothing. */
typedef struct bound {
    fab_forecast forecast;
    fab_forecast free;
    double train_s;
    double ratio;
} bound;

/* Every message takes no time; computing, bubble and optimizer stay. */
static void free_network(fab_scenario *scenario)
{
    for (int64_t i = 0; i < scenario->fabric.tier_count; i++) {
        fab_tier *tier = &scenario->fabric.tiers[i];
        tier->rate_bps = fab_claim_made(FREE_RATE_BPS);
        tier->latency_s = fab_claim_made(0.0);
    }
    scenario->assumptions.effects.latency = false;
}

static fab_status find_bound(fab_claims_work *work, const fab_scenario *scenario, bound *out)
{
    fab_scenario unbound = *scenario;
    free_network(&unbound);
    FAB_TRY(fab_train_forecast(scenario, work->arena, &out->forecast));
    FAB_TRY(fab_train_forecast(&unbound, work->arena, &out->free));
    work->evaluations += 2;
    out->train_s = fab_ownership_forecast(scenario, &out->forecast).time_to_train_s;
    out->ratio = out->forecast.step_s / out->free.step_s;
    return FAB_OK;
}

static double exposed_s(const fab_forecast *forecast)
{
    double sum_s = 0.0;
    for (int i = 0; i < FAB_MESSAGE_CLASS_COUNT; i++) {
        sum_s += forecast->messages[i].exposed_s;
    }
    return sum_s;
}

static void put_bound(fab_claim_draft *draft, const fab_scenario *scenario, const bound *b)
{
    const char *of = scenario_name(scenario);
    fab_draft_put_si(draft, "step", of, fab_claim_made(b->forecast.step_s), FAB_DIM_TIME,
                     "`fabricast train`");
    fab_draft_put_si(draft, "messages in it, exposed", of, fab_claim_made(exposed_s(&b->forecast)),
                     FAB_DIM_TIME, "`fabricast train`");
    fab_draft_put_si(draft, "step on a network without cost", of, fab_claim_made(b->free.step_s),
                     FAB_DIM_TIME, "same scenario, all messages free");
    fab_draft_put(draft, "bound of the gain", of, fab_claim_made(b->ratio), "X",
                  "ratio of the two (Amdahl, AFIPS 1967)");
    fab_draft_put_si(draft, "time to train", of, fab_claim_made(b->train_s), FAB_DIM_TIME,
                     "`fabricast train`");
    fab_draft_put_si(draft, "time to train without cost", of, fab_claim_made(b->train_s / b->ratio),
                     FAB_DIM_TIME, "the same at the bound");
}

fab_status fab_claim_amdahl(fab_claims_work *work, const fab_claim_inputs *inputs,
                            fab_claim_draft *draft)
{
    const double claimed = inputs->before_s / inputs->after_s;
    const size_t count = inputs->scenarios.count;
    double least = 0.0, greatest = 0.0;
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        const fab_scenario *scenario = inputs->scenarios.items[i];
        bound b;
        FAB_TRY(find_bound(work, scenario, &b));
        put_bound(draft, scenario, &b);
        least = i == 0 || b.ratio < least ? b.ratio : least;
        greatest = b.ratio > greatest ? b.ratio : greatest;
        text = fab_draft_text(draft, "%s%s%s times for %s (%s to %s)", text, i > 0 ? ", " : "",
                              fab_draft_plain(draft, b.ratio), scenario_name(scenario),
                              fab_draft_si(draft, b.train_s, FAB_DIM_TIME),
                              fab_draft_si(draft, b.train_s / b.ratio, FAB_DIM_TIME));
    }
    fab_draft_put(draft, "gain as claimed", "", fab_claim_made(claimed), "X", "the claim");
    fab_draft_decide(draft, least >= claimed, greatest >= claimed);
    draft->sentence = fab_draft_text(
        draft,
        "A network that costs nothing would speed training up by at most %s, where the claim "
        "needs %s times. What is left is computing and its pipeline bubble, which no link "
        "shortens.",
        text, fab_draft_plain(draft, claimed));
    return draft->status;
}

/* ---- cost ---- */

/* Modules stand at both ends of a link, a cable is one piece. */
static double pieces(const fab_technology *link)
{
    return fab_build_is_cable(fab_link_recipe(link).build) ? 1.0 : 2.0;
}

static void put_prices(fab_claim_draft *draft, const fab_claim_links *links, fab_value *prices)
{
    for (size_t i = 0; i < links->count; i++) {
        const fab_technology *link = &links->items[i];
        const char *of = fab_claim_link_name(link);
        const fab_value price = fab_of_row(link, link->cost_usd_per_bps);
        prices[i] = fab_scale(price, pieces(link));
        fab_draft_put_si(draft, "price per rate", of, price, FAB_DIM_PRICE_PER_RATE, "");
        fab_draft_put_si(draft, "price of a link per rate", of, prices[i], FAB_DIM_PRICE_PER_RATE,
                         "a cable, or the modules at both ends");
    }
}

/* What the energy that one bit/s of optics saves over its life costs: energy x life x overhead x
 * price of energy. Negative when it saves none. */
static fab_value energy_credit(const fab_claim_inputs *inputs, const fab_technology *copper,
                               const fab_technology *optics)
{
    const double saved = copper->energy_j_per_bit.value - optics->energy_j_per_bit.value;
    const fab_value price =
        fab_multiply(fab_multiply(inputs->life_s, inputs->overhead_ratio), inputs->mwh_price_usd);
    fab_value out = fab_scale(price, saved / JOULE_PER_MWH);
    if (out.low > out.high) {
        const double low = out.high;
        out.high = out.low;
        out.low = low;
        out.has_range = true;
    }
    return out;
}

/* Speed-up of the last scenario over the first: each at its own best mapping, and as its file has
 * it; 0 when nothing fits. */
typedef struct gains {
    double best, own;
} gains;

static fab_status find_gains(fab_claims_work *work, const fab_claim_inputs *inputs,
                             fab_claim_draft *draft, gains *out)
{
    const fab_search_result *slow, *fast;
    const fab_scenario *first = inputs->scenarios.items[0];
    const fab_scenario *last = inputs->scenarios.items[inputs->scenarios.count - 1];
    *out = (gains){0.0, 0.0};
    FAB_TRY(fab_claims_search(work, first, &slow));
    FAB_TRY(fab_claims_search(work, last, &fast));
    if (slow->row_count == 0 || fast->row_count == 0) {
        fab_draft_need(draft, "a mapping that fits", "the scenarios");
        return FAB_OK;
    }
    out->best = slow->rows[0].ownership.time_to_train_s / fast->rows[0].ownership.time_to_train_s;
    out->own = slow->own.ownership.time_to_train_s / fast->own.ownership.time_to_train_s;
    fab_draft_put(draft, "gain, best mappings", scenario_name(last), fab_claim_made(out->best), "X",
                  "times to train of the first and the last scenario, `fabricast search`");
    fab_draft_put(draft, "gain, mappings of the files", scenario_name(last),
                  fab_claim_made(out->own), "X", "the same, `fabricast train`");
    return FAB_OK;
}

static bool is_priced(const fab_value *prices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (prices[i].is_known) {
            return true;
        }
    }
    return false;
}

/* Whether each, and whether any, optical link costs more than copper, of those with a price. */
static void decide_prices(fab_claim_draft *draft, const fab_value *copper, size_t coppers,
                          const fab_value *optics, size_t optical)
{
    bool is_all = true, is_some = false;
    for (size_t i = 0; i < coppers; i++) {
        for (size_t j = 0; j < optical; j++) {
            if (!optics[j].is_known || !copper[i].is_known) {
                continue;
            }
            const bool is_more = optics[j].value > copper[i].value;
            is_all = is_all && is_more;
            is_some = is_some || is_more;
        }
    }
    fab_draft_decide(draft, is_all, is_some);
}

/* Prices that are published, as "1.56 USD/Gbps for plug_800g_dr8". */
static const char *prices_text(fab_claim_draft *draft, const fab_claim_links *links,
                               const fab_value *prices, const char *text)
{
    for (size_t i = 0; i < links->count; i++) {
        if (prices[i].is_known) {
            text = fab_draft_text(draft, "%s%s%s for %s", text, *text ? ", " : "",
                                  fab_draft_si(draft, prices[i].value, FAB_DIM_PRICE_PER_RATE),
                                  fab_claim_link_name(&links->items[i]));
        }
    }
    return text;
}

/* Those that nobody prices in public. */
static const char *unpriced_text(fab_claim_draft *draft, const fab_claim_links *links,
                                 const fab_value *prices, const char *text)
{
    for (size_t i = 0; i < links->count; i++) {
        if (!prices[i].is_known) {
            text = fab_draft_text(draft, "%s%s%s", text, *text ? ", " : "",
                                  fab_claim_link_name(&links->items[i]));
        }
    }
    return text;
}

/* What a bit/s of optics may cost more when a package finishes `gain` times as soon. */
static fab_value time_credit(const fab_claim_inputs *inputs, double gain)
{
    const fab_scenario *last = inputs->scenarios.items[inputs->scenarios.count - 1];
    return fab_scale(inputs->package_price_usd,
                     (gain - 1.0) / last->fabric.tiers[0].rate_bps.value);
}

static const char *per_gbps(fab_claim_draft *draft, fab_value usd_per_bps)
{
    return fab_draft_si(draft, usd_per_bps.value * BPS_PER_GBPS, FAB_DIM_MONEY);
}

/* Break-even prices of the first optical link beside the first copper one. */
static void price_optics(fab_claim_draft *draft, const fab_claim_inputs *inputs, const gains *gain,
                         const char *prices, const char *unpriced)
{
    const fab_technology *from = &inputs->copper.items[0], *to = &inputs->optics.items[0];
    const char *of = fab_claim_link_name(to);
    const fab_value energy = energy_credit(inputs, from, to);
    const fab_value best = time_credit(inputs, gain->best);
    const fab_value own = time_credit(inputs, gain->own);
    static const char TIME[] = "price of a package x (gain - 1) / its rate";
    fab_draft_put_si(draft, "break-even by energy", of, energy, FAB_DIM_PRICE_PER_RATE,
                     "energy saved x life x power overhead x price of energy");
    fab_draft_put_si(draft, "break-even by time, best mappings", of, best, FAB_DIM_PRICE_PER_RATE,
                     TIME);
    fab_draft_put_si(draft, "break-even by time, mappings of the files", of, own,
                     FAB_DIM_PRICE_PER_RATE, TIME);
    draft->sentence = fab_draft_text(
        draft,
        "Published prices of links: %s; none of %s. Beside %s, %s may cost %s more per Gb/s for "
        "the energy that it "
        "saves, and for the time that it saves %s more per Gb/s at best mappings (%s times as "
        "fast) and %s at the mappings of the files (%s times), at %s a package.",
        *prices ? prices : "none", *unpriced ? unpriced : "no other", fab_claim_link_name(from), of,
        per_gbps(draft, energy), per_gbps(draft, best), fab_draft_plain(draft, gain->best),
        per_gbps(draft, own), fab_draft_plain(draft, gain->own),
        fab_draft_si(draft, inputs->package_price_usd.value, FAB_DIM_MONEY));
}

fab_status fab_claim_cost(fab_claims_work *work, const fab_claim_inputs *inputs,
                          fab_claim_draft *draft)
{
    fab_value copper[FAB_CLAIM_LINK_LIMIT], optics[FAB_CLAIM_LINK_LIMIT];
    gains gain;
    put_prices(draft, &inputs->copper, copper);
    put_prices(draft, &inputs->optics, optics);
    FAB_TRY(find_gains(work, inputs, draft, &gain));
    if (!inputs->copper.items[0].energy_j_per_bit.is_known ||
        !inputs->optics.items[0].energy_j_per_bit.is_known || gain.best == 0.0) {
        fab_draft_need(draft, "energy per bit", "the first link of each side");
        draft->sentence = "Neither prices nor what optics may cost can be said.";
        return draft->status;
    }
    price_optics(draft, inputs, &gain,
                 prices_text(draft, &inputs->optics, optics,
                             prices_text(draft, &inputs->copper, copper, "")),
                 unpriced_text(draft, &inputs->optics, optics,
                               unpriced_text(draft, &inputs->copper, copper, "")));
    if (!is_priced(copper, inputs->copper.count) || !is_priced(optics, inputs->optics.count)) {
        fab_draft_need(draft, "a published price per Gb/s", "one side");
    } else if (draft->needed == NULL) {
        decide_prices(draft, copper, inputs->copper.count, optics, inputs->optics.count);
    }
    return draft->status;
}
