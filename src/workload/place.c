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
static void folded_groups(const fab_mapping *m, int64_t stage_packages,
                          fab_group groups[FAB_GROUP_KIND_COUNT])
{
    const int64_t set = m->etp * m->ep;
    groups[FAB_GROUP_EXPERT_TENSOR] = one_axis(m->etp, 1);
    groups[FAB_GROUP_EXPERT] = one_axis(m->ep, m->etp);
    groups[FAB_GROUP_EXPERT_DATA] = one_axis(stage_packages / set, set);
}

/* Expert ranks a tensor group apart, over context and data ranks; every tensor rank has its own
 * replica of the experts. */
static void strided_groups(const fab_mapping *m, fab_group groups[FAB_GROUP_KIND_COUNT])
{
    groups[FAB_GROUP_EXPERT_TENSOR] = one_axis(1, 1);
    groups[FAB_GROUP_EXPERT] = one_axis(m->ep, m->tp);
    groups[FAB_GROUP_EXPERT_DATA] = two_axes(
        (fab_group_axis){m->tp, 1}, (fab_group_axis){m->cp * m->dp / m->ep, m->tp * m->ep});
}

fab_status fab_workload_place(const fab_scenario *scenario, fab_workload *workload)
{
    const fab_mapping *m = &scenario->mapping;
    const int64_t packages = scenario->job.gpus;
    const int64_t stage_packages = packages / m->pp;
    fab_group groups[FAB_GROUP_KIND_COUNT];
    groups[FAB_GROUP_TENSOR] = one_axis(m->tp, 1);
    groups[FAB_GROUP_CONTEXT] = one_axis(m->cp, m->tp);
    groups[FAB_GROUP_DATA] = one_axis(m->cp * m->dp, m->tp);
    groups[FAB_GROUP_PIPELINE] = one_axis(m->pp, stage_packages);
    if (m->expert_order == FAB_EXPERTS_STRIDED && m->etp == 1) {
        strided_groups(m, groups);
    } else {
        folded_groups(m, stage_packages, groups);
    }
    for (int kind = 0; kind < FAB_GROUP_KIND_COUNT; kind++) {
        FAB_TRY(fab_group_place(&groups[kind], packages, scenario->fabric.tiers[0].used,
                                &workload->groups[kind]));
    }
    return FAB_OK;
}
