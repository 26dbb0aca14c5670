#include "catalog/kinds.h"

#include <assert.h>

#include "catalog/resolve.h"

static const fab_kind KINDS[FAB_CATALOG_KIND_COUNT] = {
    [FAB_CATALOG_KERNELS] = {"kernels", "kernels", &FAB_KERNELS_TABLE, sizeof(fab_kernels),
                             fab_kernels_read},
    [FAB_CATALOG_TECHNOLOGY] = {"technology", "technologies", &FAB_TECHNOLOGY_TABLE,
                                sizeof(fab_technology), fab_technology_read},
    [FAB_CATALOG_GPU] = {"gpu", "gpus", &FAB_GPU_TABLE, sizeof(fab_gpu), fab_gpu_read},
    [FAB_CATALOG_MODEL] = {"model", "models", &FAB_MODEL_TABLE, sizeof(fab_model), fab_model_read},
    [FAB_CATALOG_MESSAGING] = {"messaging", "messagings", &FAB_MESSAGING_TABLE,
                               sizeof(fab_messaging), fab_messaging_read},
    [FAB_CATALOG_FABRIC] = {"fabric", "fabrics", &FAB_FABRIC_TABLE, sizeof(fab_fabric),
                            fab_fabric_read},
};

const fab_kind *fab_kind_get(fab_catalog_kind kind)
{
    assert((int)kind >= 0 && kind < FAB_CATALOG_KIND_COUNT);
    return &KINDS[kind];
}

const char *fab_catalog_kind_name(fab_catalog_kind kind)
{
    return fab_kind_get(kind)->name;
}
