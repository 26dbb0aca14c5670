#ifndef FAB_STUDY_CLAIMS_FILE_H
#define FAB_STUDY_CLAIMS_FILE_H

#include <fabricast/claims.h>
#include <fabricast/search.h>

#include "config/field.h"
#include "config/tree.h"
#include "study/file.h"

/* A file of claims as read. */

#define FAB_CLAIM_LINK_LIMIT     6
#define FAB_CLAIM_SCENARIO_LIMIT 6

typedef struct fab_claim_links {
    fab_technology items[FAB_CLAIM_LINK_LIMIT];
    size_t count;
} fab_claim_links;

typedef struct fab_claim_scenarios {
    const fab_scenario *items[FAB_CLAIM_SCENARIO_LIMIT];
    size_t count;
} fab_claim_scenarios;

/* One way to build a package, of which bandwidth must escape. */
typedef struct fab_claim_case {
    const char *label;
    const fab_node *link_node;
    fab_technology link; /* whose energy per bit counts */
    double width_m, height_m;
    fab_value area_bps_per_m2;
    fab_value edge_bps_per_m;
    fab_value fibres_count;
    fab_value fibre_rate_bps;
    fab_value power_w;
} fab_claim_case;

/* What a check is asked with; each kind has some of it. */
typedef struct fab_claim_inputs {
    const char *kind;
    const fab_node *copper_node, *optics_node, *scenarios_node;
    fab_claim_links copper, optics;
    fab_claim_scenarios scenarios;
    double before_s, after_s;     /* as claimed */
    double before_bps, after_bps; /* as claimed */
    double distance_m;
    double size_byte;
    double rate_bps;
    double lane_rate_bps;
    double swing_v_count;
    double swing_k;
    double at_least_ratio;
    int64_t packages_per_rack;
    fab_value fixed_loss_db;
    fab_value rack_power_w;
    fab_value package_power_w;
    fab_value granularity_s;
    fab_value mwh_price_usd;
    fab_value overhead_ratio;
    fab_value life_s;
    fab_value package_price_usd;
    fab_records cases; /* of fab_claim_case */
} fab_claim_inputs;

struct fab_claim_draft;
struct fab_claims_work;

/* A kind of check: how it is written and how it is answered. */
typedef struct fab_claim_kind {
    const fab_table *table; /* of fab_claim_inputs; its kind is the word in files */
    const char *rule;
    fab_status (*answer)(struct fab_claims_work *work, const fab_claim_inputs *inputs,
                         struct fab_claim_draft *draft);
} fab_claim_kind;

/* All kinds, in the order of the documentation. */
extern const fab_claim_kind FAB_CLAIM_KINDS[];
extern const size_t FAB_CLAIM_KIND_COUNT;

typedef struct fab_claim_question {
    const char *id;
    const char *claim;
    const fab_node *check;
    const fab_claim_kind *kind;
    fab_claim_inputs inputs;
} fab_claim_question;

typedef struct fab_claims_file {
    const char *name, *title, *question;
    fab_records claims;  /* of fab_claim_question */
    fab_records remarks; /* of fab_study_remark */
} fab_claims_file;

extern const fab_table FAB_CLAIMS_TABLE;

struct fab_claims {
    const fab_catalog *catalog;
    const char *path;
    const char *file_name;
    const fab_node *root;
    fab_claims_file file;
};

/* Makes claims from the tree of their file; `path` is what scenarios are beside. FAB_E_INPUT,
 * FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_claims_read(const fab_catalog *catalog, const fab_node *root,
                                       const char *path, fab_arena *arena,
                                       fab_diagnostics *diagnostics, const fab_claims **claims_out);

#endif
