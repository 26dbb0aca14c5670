#ifndef FAB_REPORT_MODEL_FACTS_H
#define FAB_REPORT_MODEL_FACTS_H

#include <fabricast/catalog.h>

/* What follows from a model's shape, beside what its row says. */
typedef struct fab_model_fact {
    const char *field;
    const char *source; /* where the formula stands */
    double value_count;
} fab_model_fact;

#define FAB_MODEL_FACT_COUNT 4

/* Fills all facts: parameters, active parameters, model FLOPs per token at the training sequence
 * length without and with multi-token-prediction modules. */
void fab_model_facts_fill(const fab_model *model, fab_model_fact facts[FAB_MODEL_FACT_COUNT]);

#endif
