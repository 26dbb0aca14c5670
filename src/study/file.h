#ifndef FAB_STUDY_FILE_H
#define FAB_STUDY_FILE_H

#include <fabricast/study.h>

#include "config/field.h"
#include "config/tree.h"
#include "scenario/read.h"
#include "study/common.h"

/* A study file as read, before anything is evaluated. Every `set` is a piece of a scenario file
 * that is laid over the base. */

typedef struct fab_study_setting {
    const char *label; /* how tables call it */
    const char *title; /* for people; the label when not given */
    const char *why;
    const fab_node *set;
} fab_study_setting;

typedef struct fab_study_range {
    const char *name;
    const char *why;
    const char *at;     /* sweep value to which it applies; NULL: all */
    bool is_stated;     /* counts for the range of a target */
    fab_records values; /* of fab_study_setting: alternatives to the study's own */
} fab_study_range;

typedef enum fab_study_metric {
    FAB_METRIC_TIME_RATIO,        /* time to train of `slow` over `fast` */
    FAB_METRIC_GAIN_GROWS,        /* least growth of that ratio from one sweep value to the next */
    FAB_METRIC_DOMAIN_RATE_RATIO, /* inner domain's aggregate bandwidth, `fast` over `slow` */
    FAB_METRIC_LINK_POWER_DIFFERENCE, /* at `rate`, technology `more` over technology `less` */
    FAB_METRIC_REACH,                 /* of a copper technology at `lane_rate` */
    FAB_METRIC_DOMAIN_LINK_POWER /* of one inner domain of `fabric`, its links of `technology` */
} fab_study_metric;

typedef struct fab_study_goal {
    const char *id, *what, *published, *tag, *source;
    int metric;              /* fab_study_metric */
    const char *slow, *fast; /* variants */
    const char *at;          /* sweep value */
    const char *more, *less; /* technologies */
    double rate_bps;
    const char *technology, *fabric;
    double lane_rate_bps;
} fab_study_goal;

typedef struct fab_study_waterfall {
    const char *target; /* id of a time ratio */
    fab_study_setting start;
    fab_records steps;  /* of fab_study_setting; the last arrives at the study's own settings */
    fab_records beyond; /* of fab_study_setting */
} fab_study_waterfall;

typedef struct fab_study_sweep {
    const char *name;
    fab_records values; /* of fab_study_setting */
} fab_study_sweep;

/* A system whose pod is derived too; what is not given is as fab_pod_place_default has it. */
typedef struct fab_study_pod_setting {
    const char *system; /* label of a compared system */
    const fab_node *link_node, *chip_node;
    fab_technology link, chip; /* chip without a name: none */
    fab_value rack_power_w, package_power_w, edge_m, link_power_w;
} fab_study_pod_setting;

typedef struct fab_study_file {
    const char *name, *title, *question;
    const fab_node *base;
    fab_study_sweep sweep;
    fab_records compare; /* of fab_study_setting */
    fab_records ranges;  /* of fab_study_range */
    fab_records targets; /* of fab_study_goal */
    fab_study_waterfall waterfall;
    fab_records remarks; /* of fab_study_remark */
    fab_records pods;    /* of fab_study_pod_setting */
    bool best_mapping;   /* each point also with its own best mapping */
    bool simulate;       /* each point's step also event by event */
} fab_study_file;

extern const fab_table FAB_STUDY_TABLE;

struct fab_study {
    const fab_catalog *catalog;
    const char *file_name;
    fab_study_file file;
    const fab_node *root; /* for positions */
    const fab_node *base; /* the base scenario's tree */
};

/* Makes a study from the tree of its file; `path` is what a base named by a path is beside. What
 * fab_study_load does once the file is read. FAB_E_INPUT, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_study_read(const fab_catalog *catalog, const fab_node *root,
                                      const char *path, fab_arena *arena,
                                      fab_diagnostics *diagnostics, const fab_study **study_out);

/* Typed views of the lists. */
const fab_study_setting *fab_study_variants(const fab_study *study, size_t *count_out);
const fab_study_setting *fab_study_sweep_values(const fab_study *study, size_t *count_out);
const fab_study_range *fab_study_ranges(const fab_study *study, size_t *count_out);
const fab_study_goal *fab_study_goals(const fab_study *study, size_t *count_out);

/* Resolves the links and switches of `pods` and checks their systems. FAB_E_INPUT with
 * diagnostics, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_study_pods_read(fab_study *study, fab_arena *arena,
                                           fab_diagnostics *diagnostics);

/* Index of the setting with this label, or `count`. */
size_t fab_study_find(const fab_study_setting *settings, size_t count, const char *label);

/* Pieces of a scenario laid one over the other; NULL pieces are skipped. */
#define FAB_STUDY_LAYER_LIMIT 64

typedef struct fab_study_layers {
    const fab_node *sets[FAB_STUDY_LAYER_LIMIT];
    size_t count;
} fab_study_layers;

void fab_study_layer_add(fab_study_layers *layers, const fab_node *set);

/* Makes a scenario of the base and the layers. FAB_E_INPUT with diagnostics, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_study_compose(const fab_study *study, const fab_study_layers *layers,
                                         fab_arena *arena, fab_diagnostics *diagnostics,
                                         fab_scenario *out);

#endif
