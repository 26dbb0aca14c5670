#ifndef FAB_BINARY_TREES_H
#define FAB_BINARY_TREES_H

#include <stdint.h>

/* Smallest d with 2^d >= members. */
int64_t fab_tree_depth(int64_t members);

/* The member above another in the first (0) or second (1) of two binary trees over 0 .. members - 1
 * whose leaves are inside in the other; -1 of the root. In-order trees, in which odd places are
 * leaves: NCCL, src/graph/trees.cc. */
int64_t fab_tree_parent(int64_t member, int tree, int64_t members);

#endif
