#include "base/numbers.h"

#include <assert.h>
#include <stdlib.h>

int64_t fab_divide_up(int64_t count, int64_t by)
{
    assert(count >= 0 && by > 0);
    return count == 0 ? 0 : (count - 1) / by + 1;
}

int64_t fab_common_divisor(int64_t a, int64_t b)
{
    assert(a >= 0 && b >= 0);
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double fab_median(double *numbers, size_t count)
{
    if (count == 0) {
        return 0.0;
    }
    qsort(numbers, count, sizeof(numbers[0]), by_size);
    return 0.5 * (numbers[(count - 1) / 2] + numbers[count / 2]);
}

double fab_percentile(const double *sorted, size_t count, size_t percent)
{
    assert(percent >= 1 && percent <= 100);
    return count == 0 ? 0.0 : sorted[(count * percent - 1) / 100];
}
