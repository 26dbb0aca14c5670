#include <fabricast/kernels.h>

#include <assert.h>
#include <stdlib.h>

/* Measured kernels by their shape. */

#include "base/numbers.h"

int fab_kernel_row_compare(const fab_kernel_row *a, const fab_kernel_row *b)
{
    assert(a && b);
    const int64_t pairs[][2] = {
        {a->is_attention, b->is_attention},
        {a->is_backward, b->is_backward},
        {a->precision, b->precision},
        {a->batch, b->batch},
        {a->m, b->m},
        {a->n, b->n},
        {a->k, b->k},
        {a->queries, b->queries},
        {a->sequence, b->sequence},
        {a->head_dim, b->head_dim},
    };
    return fab_compare_pairs(pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static int by_shape(const void *key, const void *row)
{
    return fab_kernel_row_compare(key, row);
}

const fab_kernel_row *fab_kernel_table_find(const fab_kernel_table *table,
                                            const fab_kernel_row *key)
{
    assert(table && key);
    return table->count == 0
               ? NULL
               : bsearch(key, table->rows, table->count, sizeof(table->rows[0]), by_shape);
}
