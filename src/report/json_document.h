#ifndef FAB_REPORT_JSON_DOCUMENT_H
#define FAB_REPORT_JSON_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include <fabricast/report.h>

#include "report/scratch.h"

/* A JSON document in the making. Objects keep the order in which members are added. A failure of
 * memory stays in the scratch; members of an object that could not be made are dropped with it. */
typedef struct fab_json {
    fab_scratch *scratch;
} fab_json;

/* Makes an object or array and adds it to its parent; an object of an array has no key. Owned by
 * the parent; NULL when memory is out, which every function here takes. */
json_t *fab_json_object(fab_json *json, json_t *parent, const char *key);
json_t *fab_json_array(fab_json *json, json_t *parent, const char *key);

/* Add one member. A NULL text becomes null; a real must be finite. */
void fab_json_text(fab_json *json, json_t *object, const char *key, const char *text);
void fab_json_real(fab_json *json, json_t *object, const char *key, double number_count);
void fab_json_integer(fab_json *json, json_t *object, const char *key, int64_t number);
void fab_json_boolean(fab_json *json, json_t *object, const char *key, bool is_true);
void fab_json_null(fab_json *json, json_t *object, const char *key);

/* A real, or null when it is not known. */
void fab_json_known(fab_json *json, json_t *object, const char *key, bool is_known,
                    double number_count);

/* {"value", "low", "high", "source", "confidence"}, or null when not published. */
void fab_json_value(fab_json *json, json_t *object, const char *key, const fab_value *value);

/* A list of texts. */
void fab_json_texts(fab_json *json, json_t *object, const char *key, const char *const *texts,
                    size_t count);

/* Parts that several documents share; each adds members to `object`. */
void fab_json_forecast(fab_json *json, json_t *object, const fab_forecast *forecast);
void fab_json_ownership(fab_json *json, json_t *object, const fab_ownership *ownership);
void fab_json_scenario(fab_json *json, json_t *object, const fab_scenario *scenario);
void fab_json_settings(fab_json *json, json_t *object, const fab_scenario *scenario);
void fab_json_run(fab_json *json, json_t *object, const fab_run_meter *meter);

/* Members "part_s" and "memory". */
void fab_json_parts(fab_json *json, json_t *object, const double part_s[FAB_STEP_CLASS_COUNT]);
void fab_json_memory(fab_json *json, json_t *object, const fab_memory_forecast *memory);

/* Copies to and from the host, into `object`. */
void fab_json_offload(fab_json *json, json_t *object, const fab_offload_forecast *offload);

/* What `train --explain` and `train --required` add. */
void fab_json_explanation(fab_json *json, json_t *object, const fab_explanation *explanation);
void fab_json_required(fab_json *json, json_t *object, const fab_requirements *required);

/* Members "mapping" and "mappings" (what a search counted). */
void fab_json_mapping(fab_json *json, json_t *object, const fab_mapping *mapping);
void fab_json_counts(fab_json *json, json_t *object, const fab_search_counts *counts);

/* Members "mapping", "groups" and "best" (null without a search) of a point of a study. */
void fab_json_point_mappings(fab_json *json, json_t *object, const fab_study_point *point);

/* Fills the document of a study into `root`. */
void fab_json_study(fab_json *json, json_t *root, const fab_study_result *result,
                    const fab_run_meter *meter);

/* Makes an empty document with its format version. */
json_t *fab_json_root(fab_json *json);

/* Writes the document, flushes and releases it. */
FAB_CHECKED fab_status fab_json_finish(fab_json *json, json_t *root, FILE *stream);

#endif
