#include "report/csv.h"

#include "report/keys.h"
#include "report/search_words.h"

static void mappings_head(fab_csv *csv)
{
    FAB_CSV_NAMES(csv, "variant", "sweep_value", "kind", "tp", "cp", "pp", "dp", "ep", "etp",
                  "microbatch", "interleave", "expert_order", "recompute", "step_s", "exposed_s",
                  "time_to_train_s", "mfu_frac", "memory_total_byte", "is_feasible");
    for (int i = 0; i < FAB_STUDY_GROUP_COUNT; i++) {
        const char *name = fab_group_key((fab_study_group)i);
        fab_csv_text(csv, fab_text_printf(csv->scratch, "%s_ranks", name));
        fab_csv_text(csv, fab_text_printf(csv->scratch, "%s_domains", name));
    }
    fab_csv_end(csv);
}

static double exposed_s(const fab_forecast *forecast)
{
    double sum_s = 0.0;
    for (int i = 0; i < FAB_MESSAGE_CLASS_COUNT; i++) {
        sum_s += forecast->messages[i].exposed_s;
    }
    return sum_s;
}

static void mapping_row(fab_csv *csv, const fab_study_result *result, const fab_study_point *point,
                        bool is_best)
{
    char recompute[FAB_RECOMPUTE_SIZE];
    const fab_study_best *best = point->best;
    const fab_mapping *m = is_best ? &best->mapping : &point->scenario->mapping;
    const fab_forecast *forecast = is_best ? &best->forecast : &point->forecast;
    const fab_ownership *ownership = is_best ? &best->ownership : &point->ownership;
    const fab_placement *groups = is_best ? best->groups : point->groups;
    fab_csv_text(csv, result->variants[point->variant].name);
    fab_csv_text(csv, result->sweep_labels[point->value]);
    fab_csv_text(csv, is_best ? "best" : "study");
    const int64_t sizes[] = {m->tp, m->cp,  m->pp,         m->dp,
                             m->ep, m->etp, m->microbatch, m->interleave};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        fab_csv_integer(csv, sizes[i]);
    }
    fab_csv_text(csv, fab_order_word(m));
    fab_csv_text(csv, fab_recompute_word(m, recompute));
    fab_csv_number(csv, forecast->step_s);
    fab_csv_number(csv, exposed_s(forecast));
    fab_csv_number(csv, ownership->time_to_train_s);
    fab_csv_number(csv, forecast->mfu_frac);
    fab_csv_number(csv, forecast->memory.total_byte);
    fab_csv_flag(csv, forecast->is_feasible);
    for (int i = 0; i < FAB_STUDY_GROUP_COUNT; i++) {
        fab_csv_integer(csv, groups[i].ranks);
        fab_csv_integer(csv, groups[i].domains);
    }
    fab_csv_end(csv);
}

void fab_csv_mappings(fab_csv *csv, const fab_study_result *result)
{
    mappings_head(csv);
    for (size_t i = 0; i < result->point_count; i++) {
        const fab_study_point *point = &result->points[i];
        mapping_row(csv, result, point, false);
        if (point->best != NULL && point->best->is_found) {
            mapping_row(csv, result, point, true);
        }
    }
}
