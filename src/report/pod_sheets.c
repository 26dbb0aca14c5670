#include "report/pod_sheets.h"

#include <assert.h>

static const fab_sheet_column COLUMNS[] = {
    {"system", false, 0, FAB_SHEET_ALL},      {"what", false, 0, FAB_SHEET_ALL},
    {"published", true, 0, FAB_SHEET_ALL},    {"derived", true, 0, FAB_SHEET_ALL},
    {"low .. high", false, 0, FAB_SHEET_ALL}, {"error", true, 0, FAB_SHEET_ALL},
    {"binds", false, 17, FAB_SHEET_ALL},
};

fab_dimension fab_pod_fact_dimension(fab_study_fact_kind kind)
{
    static const fab_dimension OF[FAB_STUDY_FACT_COUNT] = {
        [FAB_STUDY_FACT_PACKAGES] = FAB_DIM_COUNT, [FAB_STUDY_FACT_RATE] = FAB_DIM_RATE,
        [FAB_STUDY_FACT_POD_RATE] = FAB_DIM_RATE,  [FAB_STUDY_FACT_ENERGY] = FAB_DIM_ENERGY_PER_BIT,
        [FAB_STUDY_FACT_LATENCY] = FAB_DIM_TIME,   [FAB_STUDY_FACT_TRAIN] = FAB_DIM_TIME,
    };
    assert((int)kind >= 0 && kind < FAB_STUDY_FACT_COUNT);
    return OF[kind];
}

static const char *number_text(fab_scratch *s, double number_count, fab_study_fact_kind kind)
{
    if (kind == FAB_STUDY_FACT_TRAIN) {
        return fab_text_printf(s, "%s d", fab_text_digits(s, number_count / FAB_DAY_S, 3));
    }
    return fab_text_quantity(s, number_count, fab_pod_fact_dimension(kind));
}

static const char *value_text(fab_scratch *s, const fab_value *value, fab_study_fact_kind kind)
{
    return value->is_known ? number_text(s, value->value, kind) : "not known";
}

static const char *range_text(fab_scratch *s, const fab_value *value, fab_study_fact_kind kind)
{
    return value->is_known && value->has_range
               ? fab_text_printf(s, "%s .. %s", number_text(s, value->low, kind),
                                 number_text(s, value->high, kind))
               : "";
}

static const char *error_text(fab_scratch *s, const fab_study_fact *fact)
{
    if (!fact->published_count.is_known || !fact->derived_count.is_known ||
        !(fact->published_count.value > 0.0)) {
        return "";
    }
    const double percent = 100.0 * (fact->derived_count.value / fact->published_count.value - 1.0);
    return fab_text_printf(s, "%s%s %%", percent > 0.0 ? "+" : "", fab_text_fixed(s, percent, 0));
}

fab_sheet fab_sheet_pods(fab_scratch *scratch, const fab_study_result *result)
{
    fab_sheet sheet = fab_sheet_make(scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS),
                                     result->pod_count * FAB_STUDY_FACT_COUNT);
    for (size_t i = 0; i < result->pod_count; i++) {
        const fab_study_pod *pod = &result->pods[i];
        for (int k = 0; k < FAB_STUDY_FACT_COUNT; k++) {
            const fab_study_fact *fact = &pod->facts[k];
            const fab_study_fact_kind kind = (fab_study_fact_kind)k;
            fab_sheet_add(&sheet,
                          (const char *const[]){k == 0 ? result->variants[pod->variant].name : "",
                                                fab_study_fact_text(kind),
                                                value_text(scratch, &fact->published_count, kind),
                                                value_text(scratch, &fact->derived_count, kind),
                                                range_text(scratch, &fact->derived_count, kind),
                                                error_text(scratch, fact), fact->why});
        }
    }
    return sheet;
}

static const char *ratio_text(fab_scratch *s, const fab_value *over, const fab_value *under)
{
    return over->is_known && under->is_known && under->value > 0.0
               ? fab_text_printf(s, "%sX", fab_text_digits(s, over->value / under->value, 3))
               : "not known";
}

const char *fab_pods_text(fab_scratch *scratch, const fab_study_result *result)
{
    if (result->pod_count < 2) {
        return "";
    }
    const fab_study_pod *first = &result->pods[0];
    const fab_study_pod *last = &result->pods[result->pod_count - 1];
    const fab_study_fact *rate = &first->facts[FAB_STUDY_FACT_POD_RATE];
    const fab_study_fact *rates = &last->facts[FAB_STUDY_FACT_POD_RATE];
    const fab_study_fact *slow = &first->facts[FAB_STUDY_FACT_TRAIN];
    const fab_study_fact *fast = &last->facts[FAB_STUDY_FACT_TRAIN];
    return fab_text_printf(
        scratch,
        "%s over %s: bandwidth of a pod %s as published and %s as derived; time to train at %s %s "
        "shorter with the published hardware and %s with the derived (%s and %s packages of a pod "
        "used).",
        fab_text_clean(scratch, result->variants[last->variant].name),
        fab_text_clean(scratch, result->variants[first->variant].name),
        ratio_text(scratch, &rates->published_count, &rate->published_count),
        ratio_text(scratch, &rates->derived_count, &rate->derived_count),
        fab_text_clean(scratch, result->sweep_labels[result->sweep_count - 1]),
        ratio_text(scratch, &slow->published_count, &fast->published_count),
        ratio_text(scratch, &slow->derived_count, &fast->derived_count),
        fab_text_count(scratch, first->used), fab_text_count(scratch, last->used));
}
