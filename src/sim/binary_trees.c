#include "sim/binary_trees.h"

int64_t fab_tree_depth(int64_t members)
{
    int64_t depth = 0;
    while (((int64_t)1 << depth) < members) {
        depth++;
    }
    return depth;
}

/* Above a place in the first tree; -1 of its root. */
static int64_t parent_of(int64_t place, int64_t m)
{
    int64_t bit = 1;
    if (place == 0) {
        return -1;
    }
    while ((place & bit) == 0) {
        bit *= 2;
    }
    const int64_t above = (place ^ bit) | (bit * 2);
    return above < m ? above : place ^ bit;
}

int64_t fab_tree_parent(int64_t member, int tree, int64_t m)
{
    if (tree == 0) {
        return parent_of(member, m);
    }
    /* the second is the first turned around, or moved on by one for an odd number */
    const int64_t above = parent_of(m % 2 == 0 ? m - 1 - member : (member + m - 1) % m, m);
    return above < 0 ? -1 : m % 2 == 0 ? m - 1 - above : (above + 1) % m;
}
