#include "study/claims_draft.h"

/* Field tables of a file of claims, one for each kind of check. */

#define SETTINGS fab_claim_inputs

#define TEXT(type, field, member, required, about)                                                 \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_TEXT, .is_required = required,                            \
        .offset = offsetof(type, member), .help = about                                            \
    }

#define NODE(type, field, member, what, about)                                                     \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_NODE, .is_required = true,                                \
        .offset = offsetof(type, member), .definition = what, .help = about                        \
    }

#define NODES(field, member, what, most, about)                                                    \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_NODE, .is_required = true,                                \
        .offset = offsetof(SETTINGS, member), .definition = what, .minimum = 1.0, .maximum = most, \
        .help = about                                                                              \
    }

#define RECORDS(type, field, member, described, least, most, required, about)                      \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_RECORDS, .is_required = required,                         \
        .offset = offsetof(type, member), .table = &(described), .minimum = least,                 \
        .maximum = most, .help = about                                                             \
    }

/* above zero, a number of the claim itself */
#define QUANTITY(type, field, member, unit, most, about)                                           \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_QUANTITY, .is_required = true,                            \
        .offset = offsetof(type, member), .dimension = unit, .minimum = 0.0, .maximum = most,      \
        .is_above_minimum = true, .help = about                                                    \
    }

/* above zero, an assumption with its source */
#define SOURCED(type, field, member, required, unit, most, about)                                  \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_SOURCED, .is_required = required,                         \
        .offset = offsetof(type, member), .dimension = unit, .minimum = 0.0, .maximum = most,      \
        .is_above_minimum = true, .help = about                                                    \
    }

#define COPPER NODES("copper", copper_node, "technology", FAB_CLAIM_LINK_LIMIT, "electrical links")
#define OPTICS NODES("optics", optics_node, "technology", FAB_CLAIM_LINK_LIMIT, "optical links")
#define SCENARIOS                                                                                  \
    NODES("scenarios", scenarios_node, "scenario_path", FAB_CLAIM_SCENARIO_LIMIT,                  \
          "paths of scenario files beside this one")
#define BEFORE_S                                                                                   \
    QUANTITY(SETTINGS, "before", before_s, FAB_DIM_TIME, 1e12, "time that the claim starts from")
#define AFTER_S                                                                                    \
    QUANTITY(SETTINGS, "after", after_s, FAB_DIM_TIME, 1e12, "time that the claim arrives at")
#define BEFORE_BPS                                                                                 \
    QUANTITY(SETTINGS, "before", before_bps, FAB_DIM_RATE, 1e18,                                   \
             "bandwidth that the claim gives to copper")
#define AFTER_BPS                                                                                  \
    QUANTITY(SETTINGS, "after", after_bps, FAB_DIM_RATE, 1e18,                                     \
             "bandwidth that the claim gives to optics")
#define DISTANCE                                                                                   \
    QUANTITY(SETTINGS, "distance", distance_m, FAB_DIM_LENGTH, 1e6, "length of the link")
#define SIZE QUANTITY(SETTINGS, "size", size_byte, FAB_DIM_SIZE, 1e15, "message")
#define RATE                                                                                       \
    QUANTITY(SETTINGS, "rate", rate_bps, FAB_DIM_RATE, 1e18,                                       \
             "bandwidth of a package, one direction")
#define SWING                                                                                      \
    QUANTITY(SETTINGS, "temperature_swing_k", swing_k, FAB_DIM_COUNT, 200.0,                       \
             "kelvin that a package's temperature moves")

#define TABLE(id, word, ...)                                                                       \
    static const char *const id##_WORDS[] = {word, NULL};                                          \
    static const fab_field id##_FIELDS[] = {{.name = "kind",                                       \
                                             .kind = FAB_FIELD_TEXT,                               \
                                             .is_required = true,                                  \
                                             .offset = offsetof(SETTINGS, kind),                   \
                                             .choices = id##_WORDS,                                \
                                             .help = "what is computed"},                          \
                                            __VA_ARGS__};                                          \
    static const fab_table id = {.kind = word,                                                     \
                                 .fields = id##_FIELDS,                                            \
                                 .count = FAB_TABLE_SIZE(id##_FIELDS),                             \
                                 .size = sizeof(SETTINGS)}

TABLE(PROPAGATION, "propagation", COPPER, OPTICS, BEFORE_S, AFTER_S, DISTANCE);
TABLE(BANDWIDTH, "bandwidth", COPPER, OPTICS, BEFORE_BPS, AFTER_BPS);
TABLE(LANE_RATE, "lane_rate", COPPER, OPTICS, BEFORE_BPS, AFTER_BPS);
TABLE(WIRE_HEAT, "wire_heat", COPPER, OPTICS, DISTANCE,
      QUANTITY(SETTINGS, "lane_rate", lane_rate_bps, FAB_DIM_RATE, 1e13, "rate of a copper lane"),
      QUANTITY(SETTINGS, "swing_v", swing_v_count, FAB_DIM_COUNT, 10.0,
               "peak-to-peak differential swing of the transmitter, volt"),
      SOURCED(SETTINGS, "fixed_loss_db", fixed_loss_db, true, FAB_DIM_COUNT, 100.0,
              "loss of packages, boards and connectors at both ends, dB"));
TABLE(LINK_HEAT, "link_heat", COPPER, OPTICS, RATE,
      {.name = "packages_per_rack",
       .kind = FAB_FIELD_COUNT,
       .is_required = true,
       .offset = offsetof(SETTINGS, packages_per_rack),
       .minimum = 1.0,
       .maximum = 1e6,
       .help = "packages in a rack"},
      SWING);
TABLE(TRANSFER, "transfer", COPPER, OPTICS, SIZE, DISTANCE, BEFORE_BPS, AFTER_BPS);
TABLE(SLEEP_TOY, "sleep_toy", OPTICS, SIZE, RATE, BEFORE_S, AFTER_S,
      SOURCED(SETTINGS, "granularity", granularity_s, true, FAB_DIM_TIME, 1.0,
              "time by which a sleep is late at best"));
TABLE(POD_SIZE, "pod_size", COPPER, OPTICS,
      QUANTITY(SETTINGS, "at_least", at_least_ratio, FAB_DIM_COUNT, 1e6,
               "how many times larger is `many more`"),
      SOURCED(SETTINGS, "rack_power", rack_power_w, true, FAB_DIM_POWER, 1e9,
              "power that a rack can take"),
      SOURCED(SETTINGS, "package_power", package_power_w, true, FAB_DIM_POWER, 1e6,
              "share of a rack's power that a package needs"));

static const fab_field CASE_FIELDS[] = {
    TEXT(fab_claim_case, "label", label, true, "how tables call it"),
    NODE(fab_claim_case, "link", link_node, "technology", "link whose energy per bit counts"),
    QUANTITY(fab_claim_case, "width", width_m, FAB_DIM_LENGTH, 1.0, "of the package"),
    QUANTITY(fab_claim_case, "height", height_m, FAB_DIM_LENGTH, 1.0, "of the package"),
    SOURCED(fab_claim_case, "area_density", area_bps_per_m2, false, FAB_DIM_AREA_DENSITY, 1e24,
            "bandwidth of a square millimetre of transceivers; left out: area does not bind"),
    SOURCED(fab_claim_case, "edge_density", edge_bps_per_m, false, FAB_DIM_RATE_DENSITY, 1e18,
            "bandwidth of a millimetre of edge; left out: the edge does not bind"),
    SOURCED(fab_claim_case, "fibres", fibres_count, false, FAB_DIM_COUNT, 1e6,
            "fibres attached; left out: fibres do not bind"),
    SOURCED(fab_claim_case, "fibre_rate", fibre_rate_bps, false, FAB_DIM_RATE, 1e15,
            "bandwidth of a fibre, one direction"),
    SOURCED(fab_claim_case, "power", power_w, true, FAB_DIM_POWER, 1e6,
            "power that the links of a package may take"),
};
static const fab_table CASE_TABLE = {.kind = "case",
                                     .fields = CASE_FIELDS,
                                     .count = FAB_TABLE_SIZE(CASE_FIELDS),
                                     .size = sizeof(fab_claim_case)};

TABLE(ESCAPE_LIMIT, "escape_limit",
      RECORDS(SETTINGS, "cases", cases, CASE_TABLE, 2, 6, true,
              "ways to build a package, the flat one first, the stacked one last"));
TABLE(COST, "cost", COPPER, OPTICS, SCENARIOS,
      SOURCED(SETTINGS, "electricity_per_mwh", mwh_price_usd, true, FAB_DIM_MONEY, 1e5,
              "price of a megawatt hour"),
      SOURCED(SETTINGS, "power_overhead", overhead_ratio, true, FAB_DIM_COUNT, 10.0,
              "power of the building over that of its machines (PUE)"),
      SOURCED(SETTINGS, "life", life_s, true, FAB_DIM_TIME, 1e10, "time that the links are used"),
      SOURCED(SETTINGS, "package_price", package_price_usd, true, FAB_DIM_MONEY, 1e9,
              "price of a package with its share of the system"));
TABLE(PARALLELISM_IN_POD, "parallelism_in_pod", SCENARIOS);
TABLE(AMDAHL, "amdahl", SCENARIOS, BEFORE_S, AFTER_S);

const fab_claim_kind FAB_CLAIM_KINDS[] = {
    {&PROPAGATION,
     "confirmed when light takes at most the claimed share of the time of a signal in copper over "
     "the same distance; partly when it is faster at all",
     fab_claim_propagation},
    {&BANDWIDTH,
     "confirmed when the fastest optical package carries the claimed multiple of the fastest "
     "copper one; partly when it carries more",
     fab_claim_bandwidth},
    {&LANE_RATE,
     "confirmed when both lanes carry the claimed rates within 5 %; partly when one does",
     fab_claim_lane_rate},
    {&WIRE_HEAT,
     "confirmed when the wire's heat is at least half of the copper link's energy; partly when it "
     "is not but an optical link needs less energy or reaches farther",
     fab_claim_wire_heat},
    {&TRANSFER,
     "confirmed when the message gains at least nine tenths of the claimed ratio of rates; partly "
     "when it is faster",
     fab_claim_transfer},
    {&POD_SIZE,
     "confirmed when the largest optical pod has the asked multiple of the largest copper pod; "
     "partly when it is larger",
     fab_claim_pod_size},
    {&ESCAPE_LIMIT,
     "confirmed when the last case lets most bandwidth out and its area is what binds; partly when "
     "it lets most out but something else binds",
     fab_claim_escape_limit},
    {&COST,
     "confirmed when each optical link with a public price costs more than each such copper link, "
     "a cable or the modules at both ends; partly when some do; not decided while one side has no "
     "price",
     fab_claim_cost},
    {&SLEEP_TOY,
     "confirmed when the granularity of a sleep is below the shorter sleep asked for; partly when "
     "it is below the longer one",
     fab_claim_sleep_toy},
    {&PARALLELISM_IN_POD,
     "confirmed when the pod of the last scenario holds two or more kinds of parallel group and "
     "more than that of the first; partly when it holds two or more",
     fab_claim_parallelism_in_pod},
    {&AMDAHL,
     "confirmed when a network without cost would speed up every scenario by the claimed ratio; "
     "partly when it would one of them",
     fab_claim_amdahl},
    {&LINK_HEAT,
     "confirmed when every optical link needs less power than every copper one at the same rate; "
     "partly when one optical link needs less than one of copper",
     fab_claim_link_heat},
};

const size_t FAB_CLAIM_KIND_COUNT = FAB_TABLE_SIZE(FAB_CLAIM_KINDS);

static const fab_field QUESTION_FIELDS[] = {
    TEXT(fab_claim_question, "id", id, true, "short name"),
    TEXT(fab_claim_question, "claim", claim, true, "what is said"),
    NODE(fab_claim_question, "check", check, "check", "a map: the kind of check and its fields"),
};
static const fab_table QUESTION_TABLE = {.kind = "claim",
                                         .fields = QUESTION_FIELDS,
                                         .count = FAB_TABLE_SIZE(QUESTION_FIELDS),
                                         .size = sizeof(fab_claim_question)};

static const fab_field FILE_FIELDS[] = {
    TEXT(fab_claims_file, "name", name, true, "what to call the study"),
    TEXT(fab_claims_file, "title", title, true, "title of the report"),
    TEXT(fab_claims_file, "question", question, true, "what it answers"),
    RECORDS(fab_claims_file, "claims", claims, QUESTION_TABLE, 1, 64, true, "claims to check"),
    RECORDS(fab_claims_file, "remarks", remarks, FAB_REMARK_TABLE, 0, 32, false,
            "sentences for the reader of the report"),
};

const fab_table FAB_CLAIMS_TABLE = {.kind = "study of claims",
                                    .fields = FILE_FIELDS,
                                    .count = FAB_TABLE_SIZE(FILE_FIELDS),
                                    .size = sizeof(fab_claims_file)};
