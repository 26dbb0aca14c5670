#include "workload/workload.h"

#include <assert.h>

/* Lays the groups of a mapping on the domains of the inner tier. */

/* An axis of one rank adds nothing; leaving it out keeps the axes of a lattice nested. */
static void add_axis(fab_group *group, int64_t size, int64_t stride)
{
    if (size > 1) {
        assert(group->axis_count < FAB_GROUP_AXIS_LIMIT);
        group->axes[group->axis_count++] = (fab_group_axis){size, stride};
    }
}

static fab_group one_axis(int64_t size, int64_t stride)
{
    fab_group group = fab_group_make(1, 1);
    group.axis_count = 0;
    add_axis(&group, size, stride);
    if (group.axis_count == 0) {
        group = fab_group_make(1, 1);
    }
    return group;
}

static fab_group two_axes(fab_group_axis inner, fab_group_axis outer)
{
    fab_group group = {.axis_count = 0};
    add_axis(&group, inner.size, inner.stride);
    add_axis(&group, outer.size, outer.stride);
    return group.axis_count > 0 ? group : fab_group_make(1, 1);
}

/* Expert ranks beside each other: expert-tensor fastest, then expert, then replicas. */
static void folded_groups(const fab_scenario *scenario, fab_group groups[FAB_GROUP_KIND_COUNT])
{
    const fab_mapping *m = &scenario->mapping;
    const int64_t copies = fab_scenario_shard_groups(scenario);
    const int64_t set = m->etp * m->ep;
    const int64_t replicas = scenario->job.gpus / m->pp / set;
    groups[FAB_GROUP_EXPERT_TENSOR] = one_axis(m->etp, 1);
    groups[FAB_GROUP_EXPERT] = one_axis(m->ep, m->etp);
    groups[FAB_GROUP_EXPERT_DATA] = one_axis(replicas / copies, set);
    groups[FAB_GROUP_EXPERT_REPLICA] = one_axis(copies, set * replicas / copies);
}

/* Expert ranks a tensor group apart, over context and data ranks; every tensor rank has its own
 * replica of the experts. */
static void strided_groups(const fab_scenario *scenario, fab_group groups[FAB_GROUP_KIND_COUNT])
{
    const fab_mapping *m = &scenario->mapping;
    const int64_t copies = fab_scenario_shard_groups(scenario);
    const int64_t sets = m->cp * m->dp / m->ep / copies;
    groups[FAB_GROUP_EXPERT_TENSOR] = one_axis(1, 1);
    groups[FAB_GROUP_EXPERT] = one_axis(m->ep, m->tp);
    groups[FAB_GROUP_EXPERT_DATA] =
        two_axes((fab_group_axis){m->tp, 1}, (fab_group_axis){sets, m->tp * m->ep});
    groups[FAB_GROUP_EXPERT_REPLICA] = one_axis(copies, m->tp * m->ep * sets);
}

static void dense_groups(const fab_scenario *scenario, fab_group groups[FAB_GROUP_KIND_COUNT])
{
    const fab_mapping *m = &scenario->mapping;
    const int64_t copies = fab_scenario_shard_groups(scenario);
    const int64_t dealing = fab_scenario_dealing_ranks(scenario);
    const int64_t shards = m->cp * m->dp / copies;
    groups[FAB_GROUP_TENSOR] = one_axis(m->tp, 1);
    groups[FAB_GROUP_CONTEXT] = one_axis(m->cp, m->tp);
    groups[FAB_GROUP_CONTEXT_INNER] = one_axis(dealing, m->tp);
    groups[FAB_GROUP_CONTEXT_OUTER] = one_axis(fab_scenario_ring_ranks(scenario), m->tp * dealing);
    groups[FAB_GROUP_DATA] = one_axis(shards, m->tp);
    groups[FAB_GROUP_REPLICA] = one_axis(copies, m->tp * shards);
    groups[FAB_GROUP_PIPELINE] = one_axis(m->pp, scenario->job.gpus / m->pp);
}

/* Most mappings have groups of one rank, which lie anywhere. */
static fab_status place(const fab_scenario *scenario, const fab_group *group, fab_placement *out)
{
    const int64_t used = scenario->fabric.tiers[0].used;
    if (used > 0 && group->axis_count == 1 && group->axes[0].size == 1) {
        *out = (fab_placement){1, 1, 1, 1, true};
        return FAB_OK;
    }
    return fab_group_place(group, scenario->job.gpus, used, out);
}

void fab_workload_groups(const fab_scenario *scenario, fab_group groups[FAB_GROUP_KIND_COUNT])
{
    const fab_mapping *m = &scenario->mapping;
    dense_groups(scenario, groups);
    if (m->expert_order == FAB_EXPERTS_STRIDED && m->etp == 1) {
        strided_groups(scenario, groups);
    } else {
        folded_groups(scenario, groups);
    }
}

fab_status fab_workload_place(const fab_scenario *scenario, fab_workload *workload)
{
    fab_group groups[FAB_GROUP_KIND_COUNT];
    fab_workload_groups(scenario, groups);
    for (int kind = 0; kind < FAB_GROUP_KIND_COUNT; kind++) {
        FAB_TRY(place(scenario, &groups[kind], &workload->groups[kind]));
    }
    return FAB_OK;
}

fab_status fab_workload_estimate(const fab_workload *workload, fab_collective_kind kind,
                                 const fab_placement *place, double payload_bit,
                                 fab_collective_cost *out)
{
    FAB_TRY(fab_collective_estimate(&workload->network, kind, place, payload_bit, out));
    out->group = (int)(place - workload->groups);
    return FAB_OK;
}

fab_status fab_workload_time(const fab_workload *workload, fab_collective_kind kind,
                             const fab_placement *place, const double tier_bit[FAB_TIER_LIMIT],
                             fab_collective_cost *out)
{
    FAB_TRY(fab_collective_time(&workload->network, kind, place, tier_bit, out));
    out->group = (int)(place - workload->groups);
    return FAB_OK;
}
