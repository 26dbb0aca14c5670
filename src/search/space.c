#include "search/space.h"

#include <assert.h>

#include "base/numbers.h"

/* Recomputation is none, full, or what the scenario says. */
static int64_t count_recomputes(const fab_mapping *own)
{
    return own->recompute == FAB_RECOMPUTE_NONE || own->recompute == FAB_RECOMPUTE_FULL ? 2 : 3;
}

static int recompute_at(const fab_mapping *own, int64_t index)
{
    return index == 0 ? FAB_RECOMPUTE_NONE : index == 1 ? FAB_RECOMPUTE_FULL : own->recompute;
}

/* Sequences from this length on are cut over context ranks, down to parts of the second length. */
#define LONG_SEQUENCE ((int64_t)16384)
#define LEAST_PART    ((int64_t)4096)

/* The divisors of one number, rising. */
typedef struct fab_divisors {
    int64_t *items;
    size_t count;
} fab_divisors;

/* Two passes, so that the list is as long as it must be. Cost O(sqrt(number)). */
static fab_status list_divisors(int64_t number, fab_arena *arena, fab_divisors *out)
{
    assert(number >= 1);
    size_t count = 0;
    for (int64_t i = 1; i * i <= number; i++) {
        count += number % i != 0 ? 0 : i * i == number ? 1 : 2;
    }
    *out = (fab_divisors){FAB_NEW(arena, int64_t, count), count};
    if (out->items == NULL) {
        return FAB_E_NOMEM;
    }
    size_t low = 0, high = count;
    for (int64_t i = 1; i * i <= number; i++) {
        if (number % i == 0) {
            out->items[--high] = number / i;
            out->items[low++] = i;
        }
    }
    return FAB_OK;
}

/* Context sizes, rising: 1, and for a long sequence or a scenario that cuts its own the powers of
 * two that leave parts long enough, and its own. */
static fab_status list_contexts(const fab_scenario *scenario, fab_arena *arena, fab_divisors *out)
{
    const int64_t sequence = scenario->job.sequence;
    const int64_t own = scenario->mapping.cp;
    const bool is_cut = sequence >= LONG_SEQUENCE || own > 1;
    *out = (fab_divisors){FAB_NEW(arena, int64_t, 64), 0};
    if (out->items == NULL) {
        return FAB_E_NOMEM;
    }
    bool has_own = false;
    for (int64_t cp = 1; cp == 1 || (is_cut && sequence / cp >= LEAST_PART); cp *= 2) {
        if (own < cp && !has_own && own > 0) {
            out->items[out->count++] = own;
        }
        has_own = has_own || own <= cp;
        out->items[out->count++] = cp;
    }
    if (!has_own) {
        out->items[out->count++] = own;
    }
    return FAB_OK;
}

/* Powers of two up to `limit`. */
static int64_t count_powers(int64_t limit)
{
    int64_t count = 0;
    for (int64_t power = 1; power <= limit; power *= 2) {
        count++;
    }
    return count;
}

/* Values in a set; the scenario's own is one. */
static int64_t count_values(int set)
{
    int64_t count = 0;
    for (int rest = set; rest != 0; rest &= rest - 1) {
        count++;
    }
    return count > 0 ? count : 1;
}

/* The `index`-th value of a set; `own` when it is empty. */
static int64_t value_at(int set, int64_t index, int64_t own)
{
    for (int value = 0; set >> value != 0; value++) {
        if (((set >> value) & 1) != 0 && index-- == 0) {
            return value;
        }
    }
    return own;
}

/* Neighbours among the data-parallel ranks that one domain holds, as many as divide them. */
static int64_t ranks_of_domain(const fab_scenario *scenario, int64_t tp, int64_t ranks)
{
    int64_t group = scenario->fabric.tiers[0].used / tp;
    group = group > ranks ? ranks : group;
    while (group > 1 && ranks % group != 0) {
        group--;
    }
    return group > 1 ? group : 1;
}

/* What differs only in name is tried once: modes of ranks that share no sequence, schedules without
 * a pipeline, a shard group of all ranks. */
static void set_axes(const fab_scenario *scenario, fab_space_block *block)
{
    const int64_t ranks = scenario->job.gpus / block->tp / block->pp;
    block->axes = scenario->search;
    block->domain_ranks = ranks_of_domain(scenario, block->tp, ranks);
    if (block->cp == 1) {
        block->axes.cp_modes = 0;
    }
    if (block->pp == 1 && block->axes.schedules != 0) {
        block->axes.schedules = 1 << FAB_SCHEDULE_AUTO;
    }
    if (block->axes.shard_groups != 0 && block->domain_ranks == ranks) {
        block->axes.shard_groups = FAB_SHARD_ALL;
    }
    block->variants = count_values(block->axes.schedules) * count_values(block->axes.zeros) *
                      count_values(block->axes.cp_modes) * count_values(block->axes.shard_groups);
}

/* What differs only in name is counted once: interleaving without a pipeline, the order of experts
 * that are not spread or whose tensor group is one package, experts split over one package. */
static fab_space_block make_block(const fab_scenario *scenario, int64_t tp, int64_t cp, int64_t pp,
                                  int64_t ep)
{
    const int64_t replicas = scenario->job.gpus / tp / pp / cp;
    const fab_model *model = &scenario->model;
    const bool has_choice = model->experts > 0 && tp > 1;
    fab_space_block block = {
        .tp = tp,
        .cp = cp,
        .pp = pp,
        .ep = ep,
        .microbatches = count_powers(scenario->job.batch / replicas),
        .interleaves = pp > 1 ? model->layers / pp : 1,
        .orders = has_choice && ep > 1 ? 2 : 1,
        .splits = has_choice ? 2 : 1,
    };
    set_axes(scenario, &block);
    block.candidates = block.microbatches * block.interleaves * block.variants *
                       count_recomputes(&scenario->mapping) * (block.orders + block.splits - 1);
    return block;
}

/* Blocks on their way; without a list they are only counted. */
typedef struct fab_space_list {
    fab_space_block *items;
    size_t count;
    int64_t candidates;
} fab_space_list;

static fab_status add_block(fab_space_list *list, const fab_space_block *block)
{
    if (block->candidates == 0) {
        return FAB_OK;
    }
    if (block->candidates > FAB_SEARCH_CANDIDATE_LIMIT - list->candidates) {
        return FAB_E_RANGE;
    }
    list->candidates += block->candidates;
    if (list->items != NULL) {
        list->items[list->count] = *block;
    }
    list->count++;
    return FAB_OK;
}

static fab_status add_blocks(const fab_scenario *scenario, int64_t tp, int64_t cp, int64_t pp,
                             const fab_divisors *ep, fab_space_list *list)
{
    for (size_t i = 0; i < ep->count; i++) {
        if (scenario->job.gpus / pp % ep->items[i] == 0) {
            const fab_space_block block = make_block(scenario, tp, cp, pp, ep->items[i]);
            FAB_TRY(add_block(list, &block));
        }
    }
    return FAB_OK;
}

/* Values of each axis. */
typedef struct fab_space_axes {
    fab_divisors tp, cp, pp, ep;
} fab_space_axes;

static fab_status walk_stages(const fab_scenario *scenario, const fab_space_axes *axes, int64_t tp,
                              int64_t cp, fab_space_list *list)
{
    const int64_t packages = scenario->job.gpus / tp;
    for (size_t i = 0; i < axes->pp.count && axes->pp.items[i] <= scenario->model.layers; i++) {
        const int64_t pp = axes->pp.items[i];
        if (packages % pp == 0 && packages / pp % cp == 0) {
            FAB_TRY(add_blocks(scenario, tp, cp, pp, &axes->ep, list));
        }
    }
    return FAB_OK;
}

static fab_status walk_blocks(const fab_scenario *scenario, const fab_space_axes *axes,
                              fab_space_list *list)
{
    for (size_t i = 0; i < axes->tp.count; i++) {
        for (size_t j = 0; j < axes->cp.count; j++) {
            FAB_TRY(walk_stages(scenario, axes, axes->tp.items[i], axes->cp.items[j], list));
        }
    }
    return FAB_OK;
}

fab_status fab_space_make(const fab_scenario *scenario, fab_arena *arena,
                          const fab_space_block **blocks_out, size_t *count_out)
{
    assert(scenario && arena && blocks_out && count_out);
    const int64_t gpus = scenario->job.gpus;
    const int64_t experts = scenario->model.experts;
    fab_space_axes axes;
    FAB_TRY(list_divisors(fab_common_divisor(gpus, scenario->model.heads), arena, &axes.tp));
    FAB_TRY(list_contexts(scenario, arena, &axes.cp));
    FAB_TRY(list_divisors(gpus, arena, &axes.pp));
    FAB_TRY(list_divisors(experts > 0 ? fab_common_divisor(gpus, experts) : 1, arena, &axes.ep));
    fab_space_list counted = {0};
    FAB_TRY(walk_blocks(scenario, &axes, &counted));
    fab_space_list list = {.items = FAB_NEW(arena, fab_space_block, counted.count)};
    if (list.items == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(walk_blocks(scenario, &axes, &list));
    *blocks_out = list.items;
    *count_out = list.count;
    return FAB_OK;
}

/* Takes the values of one combination; the last axis changes first. */
static void take_variant(const fab_space_block *block, const fab_mapping *own, int64_t index,
                         fab_mapping *mapping)
{
    const fab_search_axes *axes = &block->axes;
    const int64_t shards = count_values(axes->shard_groups);
    const int64_t modes = count_values(axes->cp_modes);
    const int64_t zeros = count_values(axes->zeros);
    /* a smaller group sorts behind `all`, which is 0 */
    const int64_t shard = value_at(axes->shard_groups, index % shards, -1);
    mapping->shard_group = shard < 0 ? own->shard_group : shard == 0 ? 0 : block->domain_ranks;
    index /= shards;
    mapping->cp_mode = (int)value_at(axes->cp_modes, index % modes, own->cp_mode);
    index /= modes;
    mapping->zero = value_at(axes->zeros, index % zeros, own->zero);
    mapping->schedule = (int)value_at(axes->schedules, index / zeros, own->schedule);
    const bool is_own = block->cp == own->cp && mapping->cp_mode == own->cp_mode;
    mapping->cp_inner = is_own ? own->cp_inner : 0;
}

fab_mapping fab_space_mapping(const fab_space_block *block, const fab_mapping *own, int64_t index)
{
    assert(block && own && index >= 0 && index < block->candidates);
    const int64_t recomputes = count_recomputes(own);
    const int64_t whole =
        block->microbatches * block->interleaves * recomputes * block->orders * block->variants;
    const bool is_split = index >= whole;
    const int64_t orders = is_split ? 1 : block->orders;
    int64_t rest = is_split ? index - whole : index;
    fab_mapping mapping = *own;
    mapping.tp = block->tp;
    mapping.cp = block->cp;
    mapping.layout = "even";
    mapping.pp = block->pp;
    mapping.dp = 0;
    mapping.ep = block->ep;
    mapping.etp = is_split ? block->tp : 1;
    mapping.interleave = 1 + rest % block->interleaves;
    rest /= block->interleaves;
    take_variant(block, own, rest % block->variants, &mapping);
    rest /= block->variants;
    mapping.recompute = recompute_at(own, rest % recomputes);
    mapping.recompute_layers = mapping.recompute == own->recompute ? own->recompute_layers : 0;
    rest /= recomputes;
    mapping.expert_order = (int)(rest % orders);
    mapping.microbatch = (int64_t)1 << (rest / orders);
    return mapping;
}

int fab_space_compare(const fab_mapping *a, const fab_mapping *b)
{
    const int64_t pairs[][2] = {
        {a->tp, b->tp},
        {a->cp, b->cp},
        {a->pp, b->pp},
        {a->ep, b->ep},
        {a->etp, b->etp},
        {a->microbatch, b->microbatch},
        {a->expert_order, b->expert_order},
        {a->recompute, b->recompute},
        {a->schedule, b->schedule},
        {a->zero, b->zero},
        {a->cp_mode, b->cp_mode},
        {a->shard_group, b->shard_group},
        {a->interleave, b->interleave},
    };
    return fab_compare_pairs(pairs, sizeof(pairs) / sizeof(pairs[0]));
}
