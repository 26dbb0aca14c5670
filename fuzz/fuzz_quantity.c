#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <fabricast/units.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is finite, and what is printed of it reads back as the same number. */
static void check_value(double value, fab_dimension dimension, fab_arena *arena)
{
    char text[128];
    double again = 0.0;
    const char *message = NULL;
    assert(isfinite(value));
    fab_quantity_format(text, sizeof(text), value, dimension, 17);
    const fab_status status = fab_quantity_parse(text, dimension, arena, &again, &message);

    /* the numbers at the very ends may round over them */
    const double size = fabs(value);
    if (size > 1e300 || (size > 0.0 && size < 1e-300)) {
        return;
    }
    assert(status == FAB_OK);
    assert(fabs(again - value) <= 1e-15 * size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fab_arena *arena = fab_arena_create((size_t)16 << 20);
    char *text = fab_arena_copy(arena, (const char *)data, size);
    for (int i = 0; text && i < (int)FAB_DIM_TOTAL; i++) {
        double value = 0.0;
        const char *message = NULL;
        const fab_status status =
            fab_quantity_parse(text, (fab_dimension)i, arena, &value, &message);
        if (status == FAB_OK) {
            check_value(value, (fab_dimension)i, arena);
        } else {
            assert(status == FAB_E_INPUT && message && strlen(message) < 600);
        }
    }
    fab_arena_destroy(arena);
    return 0;
}
