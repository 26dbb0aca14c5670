#include "base/numbers.h"

#include <assert.h>
#include <math.h>
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

int fab_compare_pairs(const int64_t (*pairs)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs[i][0] != pairs[i][1]) {
            return pairs[i][0] < pairs[i][1] ? -1 : 1;
        }
    }
    return 0;
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

/* Means of the largest of one to five: 0, 1 / sqrt(pi), 3 / (2 sqrt(pi)), and two by integration.
 */
static const double LARGEST_OF_FEW[] = {0.0, 0.0, 0.56419, 0.84628, 1.02938, 1.16296};
#define FEW_COUNT     (sizeof(LARGEST_OF_FEW) / sizeof(LARGEST_OF_FEW[0]))
#define LARGEST_SHARE 0.5264

/* Quantile of a tail of probability at most 1/2: Abramowitz and Stegun, formula 26.2.23. */
static double normal_tail_quantile(double tail_frac)
{
    const double t = sqrt(-2.0 * log(tail_frac));
    return t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                   (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

double fab_largest_of_normals(double count)
{
    assert(count >= 1.0);
    if (count < (double)FEW_COUNT) {
        return LARGEST_OF_FEW[(size_t)count];
    }
    return normal_tail_quantile(-expm1(log(LARGEST_SHARE) / count));
}
