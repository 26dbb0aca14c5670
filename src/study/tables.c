#include "study/file.h"

/* Field tables of the study file. */

#define TEXT(field, type, member, required, about)                                                 \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_TEXT, .is_required = required,                            \
        .offset = offsetof(type, member), .help = about                                            \
    }

#define NODE(field, type, member, what, required, about)                                           \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_NODE, .is_required = required,                            \
        .offset = offsetof(type, member), .definition = what, .help = about                        \
    }

/* the name of a row of the catalog */
#define ROW(field, member, what, about)                                                            \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_TEXT, .offset = offsetof(fab_study_goal, member),         \
        .definition = what, .help = about                                                          \
    }

#define RECORDS(field, type, member, described, least, most, required, about)                      \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_RECORDS, .is_required = required,                         \
        .offset = offsetof(type, member), .table = &(described), .minimum = least,                 \
        .maximum = most, .help = about                                                             \
    }

#define TABLE(id, word, array, type)                                                               \
    static const fab_table id = {                                                                  \
        .kind = word, .fields = array, .count = FAB_TABLE_SIZE(array), .size = sizeof(type)}

static const fab_field SETTING_FIELDS[] = {
    TEXT("label", fab_study_setting, label, true, "how tables call it"),
    TEXT("title", fab_study_setting, title, false, "for people; the label when not given"),
    TEXT("why", fab_study_setting, why, false, "where it comes from"),
    NODE("set", fab_study_setting, set, "scenario_part", false,
         "piece of a scenario laid over the base"),
};
TABLE(SETTING_TABLE, "setting", SETTING_FIELDS, fab_study_setting);

static const fab_field RANGE_FIELDS[] = {
    TEXT("name", fab_study_range, name, true, "the assumption that is varied"),
    TEXT("why", fab_study_range, why, true, "where its range comes from"),
    TEXT("at", fab_study_range, at, false, "only sweep value to which it applies"),
    {.name = "stated",
     .kind = FAB_FIELD_FLAG,
     .offset = offsetof(fab_study_range, is_stated),
     .help = "counts for the range of the targets; otherwise only shown"},
    RECORDS("values", fab_study_range, values, SETTING_TABLE, 1, 16, true,
            "alternatives to the study's own settings"),
};
static const fab_study_range RANGE_DEFAULT = {.is_stated = true};
static const fab_table RANGE_TABLE = {.kind = "range",
                                      .fields = RANGE_FIELDS,
                                      .count = FAB_TABLE_SIZE(RANGE_FIELDS),
                                      .size = sizeof(fab_study_range),
                                      .defaults = &RANGE_DEFAULT};

static const char *const METRIC[] = {
    "time_ratio",        "gain_grows", "domain_rate_ratio", "link_power_difference", "reach",
    "domain_link_power", NULL};

static const char *const TAG[] = {"P", "S", "L", "C", "I", NULL};

static const fab_field GOAL_FIELDS[] = {
    TEXT("id", fab_study_goal, id, true, "short name"),
    TEXT("what", fab_study_goal, what, true, "what was published"),
    TEXT("published", fab_study_goal, published, true, "as printed, for example 2.7X or 1.5 kW"),
    {.name = "tag",
     .kind = FAB_FIELD_TEXT,
     .is_required = true,
     .offset = offsetof(fab_study_goal, tag),
     .choices = TAG,
     .help = "how it is known: P public text, S secondary source, L later material, C computed, "
             "I inferred"},
    TEXT("source", fab_study_goal, source, true, "where it was published"),
    {.name = "metric",
     .kind = FAB_FIELD_CHOICE,
     .is_required = true,
     .offset = offsetof(fab_study_goal, metric),
     .choices = METRIC,
     .help = "what is compared"},
    TEXT("slow", fab_study_goal, slow, false, "variant in the numerator of a time ratio"),
    TEXT("fast", fab_study_goal, fast, false, "variant in its denominator"),
    TEXT("at", fab_study_goal, at, false, "sweep value"),
    ROW("more", more, "technology_name", "technology that needs more power"),
    ROW("less", less, "technology_name", "technology that needs less"),
    {.name = "rate",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_RATE,
     .offset = offsetof(fab_study_goal, rate_bps),
     .minimum = 0.0,
     .maximum = 1e18,
     .is_above_minimum = true,
     .help = "bandwidth at which link power is compared"},
    ROW("technology", technology, "technology_name",
        "technology whose reach is meant, or of which a domain's links are made"),
    {.name = "lane_rate",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_RATE,
     .offset = offsetof(fab_study_goal, lane_rate_bps),
     .minimum = 0.0,
     .maximum = 1e15,
     .is_above_minimum = true,
     .help = "rate of a lane at which its reach is meant"},
    ROW("fabric", fabric, "fabric_name", "fabric whose inner domain is meant"),
};
TABLE(GOAL_TABLE, "target", GOAL_FIELDS, fab_study_goal);

static const fab_field WATERFALL_FIELDS[] = {
    TEXT("target", fab_study_waterfall, target, true, "id of the time ratio that it walks"),
    {.name = "start",
     .kind = FAB_FIELD_RECORD,
     .is_required = true,
     .offset = offsetof(fab_study_waterfall, start),
     .table = &SETTING_TABLE,
     .help = "the first row"},
    RECORDS("steps", fab_study_waterfall, steps, SETTING_TABLE, 1, 24, true,
            "settings added one by one; the last row is the study's own"),
    RECORDS("beyond", fab_study_waterfall, beyond, SETTING_TABLE, 0, 24, false,
            "settings added after that"),
};
TABLE(WATERFALL_TABLE, "waterfall", WATERFALL_FIELDS, fab_study_waterfall);

static const fab_field SWEEP_FIELDS[] = {
    TEXT("name", fab_study_sweep, name, true, "what is swept"),
    RECORDS("values", fab_study_sweep, values, SETTING_TABLE, 1, 64, true, "its values in order"),
};
TABLE(SWEEP_TABLE, "sweep", SWEEP_FIELDS, fab_study_sweep);

#define POD_VALUE(field, member, unit, most, about)                                                \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_SOURCED,                                                  \
        .offset = offsetof(fab_study_pod_setting, member), .dimension = unit, .minimum = 0.0,      \
        .maximum = most, .is_above_minimum = true, .help = about                                   \
    }

static const fab_field POD_FIELDS[] = {
    TEXT("system", fab_study_pod_setting, system, true, "label of a compared system"),
    NODE("link", fab_study_pod_setting, link_node, "technology", true,
         "technology that its pod is derived from"),
    NODE("switch", fab_study_pod_setting, chip_node, "technology", false,
         "switch whose ports join the packages"),
    POD_VALUE("rack_power", rack_power_w, FAB_DIM_POWER, 1e9, "power that a rack can take"),
    POD_VALUE("package_power", package_power_w, FAB_DIM_POWER, 1e6,
              "share of a rack's power that a package needs"),
    POD_VALUE("edge", edge_m, FAB_DIM_LENGTH, 10.0,
              "edge of a package that links may leave through"),
    POD_VALUE("link_power", link_power_w, FAB_DIM_POWER, 1e6, "power of a package for its links"),
};
TABLE(POD_TABLE, "pod", POD_FIELDS, fab_study_pod_setting);

static const fab_field STUDY_FIELDS[] = {
    TEXT("name", fab_study_file, name, true, "what to call the study"),
    TEXT("title", fab_study_file, title, true, "title of the report"),
    TEXT("question", fab_study_file, question, true, "what it answers"),
    NODE("base", fab_study_file, base, "study_base", true,
         "a scenario, or the path of one beside this file"),
    {.name = "sweep",
     .kind = FAB_FIELD_RECORD,
     .is_required = true,
     .offset = offsetof(fab_study_file, sweep),
     .table = &SWEEP_TABLE,
     .help = "what changes along the horizontal axis"},
    RECORDS("compare", fab_study_file, compare, SETTING_TABLE, 1, 16, true,
            "the systems side by side"),
    RECORDS("ranges", fab_study_file, ranges, RANGE_TABLE, 0, 32, false,
            "assumptions to vary, alone and together"),
    RECORDS("targets", fab_study_file, targets, GOAL_TABLE, 0, 64, false,
            "published results to compare with"),
    {.name = "waterfall",
     .kind = FAB_FIELD_RECORD,
     .offset = offsetof(fab_study_file, waterfall),
     .table = &WATERFALL_TABLE,
     .help = "one target walked from a simple model to the study's own"},
    {.name = "best_mapping",
     .kind = FAB_FIELD_FLAG,
     .offset = offsetof(fab_study_file, best_mapping),
     .help = "search each point's best mapping too, beside its own"},
    RECORDS("pods", fab_study_file, pods, POD_TABLE, 0, 16, false,
            "compared systems whose pods are derived from their links, beside what is published"),
    {.name = "simulate",
     .kind = FAB_FIELD_FLAG,
     .offset = offsetof(fab_study_file, simulate),
     .help = "simulate each point's step too, beside the closed form"},
    RECORDS("remarks", fab_study_file, remarks, FAB_REMARK_TABLE, 0, 32, false,
            "sentences for the reader of the report"),
};

const fab_table FAB_STUDY_TABLE = {.kind = "study",
                                   .fields = STUDY_FIELDS,
                                   .count = FAB_TABLE_SIZE(STUDY_FIELDS),
                                   .size = sizeof(fab_study_file)};
