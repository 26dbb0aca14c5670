#include <fabricast/units.h>

#define UNIT(id, unit, expected, example)     [id] = unit,
#define EXPECTED(id, unit, expected, example) [id] = expected,
#define EXAMPLE(id, unit, expected, example)  [id] = example,

static const char *const UNITS[] = {FAB_DIMENSION_LIST(UNIT)};
static const char *const EXPECTATIONS[] = {FAB_DIMENSION_LIST(EXPECTED)};
static const char *const EXAMPLES[] = {FAB_DIMENSION_LIST(EXAMPLE)};

static const char *pick(const char *const *texts, fab_dimension dimension)
{
    const size_t index = (size_t)dimension;
    return index < (size_t)FAB_DIM_TOTAL ? texts[index] : "unknown dimension";
}

const char *fab_dimension_unit(fab_dimension dimension)
{
    return pick(UNITS, dimension);
}

const char *fab_dimension_expected(fab_dimension dimension)
{
    return pick(EXPECTATIONS, dimension);
}

const char *fab_dimension_example(fab_dimension dimension)
{
    return pick(EXAMPLES, dimension);
}
