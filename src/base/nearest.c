#include <fabricast/diagnostic.h>

#include <string.h>

#define LENGTH_LIMIT 64

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance of two words of at most LENGTH_LIMIT bytes: insertions, deletions, replacements and
 * swaps of neighbours each cost one, and no part is edited twice. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t row[3][LENGTH_LIMIT + 1];
    size_t *before = row[0], *above = row[1], *here = row[2];

    for (size_t j = 0; j <= b_length; j++) {
        above[j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        here[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
            here[j] = smaller(replaced, 1 + smaller(above[j], here[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                here[j] = smaller(here[j], before[j - 2] + 1);
            }
        }
        size_t *oldest = before;
        before = above;
        above = here;
        here = oldest;
    }
    return above[b_length];
}

const char *fab_nearest_name(const char *word, const char *const *names, size_t count)
{
    const size_t length = strnlen(word, LENGTH_LIMIT + 1);
    if (length > LENGTH_LIMIT) {
        return NULL;
    }
    const char *nearest = NULL;
    size_t best = length / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        const size_t other = strnlen(names[i], LENGTH_LIMIT + 1);

        /* the difference in length is a lower bound of the distance */
        const size_t gap = other > length ? other - length : length - other;
        if (other > LENGTH_LIMIT || gap >= best) {
            continue;
        }
        const size_t edits = distance(word, length, names[i], other);
        if (edits < best) {
            best = edits;
            nearest = names[i];
        }
    }
    return nearest;
}
