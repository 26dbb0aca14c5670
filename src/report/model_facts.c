#include "report/model_facts.h"

#include <fabricast/transformer.h>

#define PARAMETERS "docs/models-transformer.md#parameters"
#define FLOPS      "docs/models-transformer.md#flops"

void fab_model_facts_fill(const fab_model *model, fab_model_fact facts[FAB_MODEL_FACT_COUNT])
{
    const fab_model_parameters parameters = fab_model_count_parameters(model);
    const fab_model_flops plain = fab_model_count_flops(model, model->sequence, false);
    const fab_model_flops with_mtp = fab_model_count_flops(model, model->sequence, true);
    facts[0] = (fab_model_fact){"parameters_count", PARAMETERS, (double)parameters.total};
    facts[1] = (fab_model_fact){"active_parameters_count", PARAMETERS, (double)parameters.active};
    facts[2] = (fab_model_fact){"flop_per_token", FLOPS, plain.total_flop};
    facts[3] = (fab_model_fact){"mtp_flop_per_token", FLOPS, with_mtp.total_flop};
}
