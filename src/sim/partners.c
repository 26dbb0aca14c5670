#include "sim/partners.h"

#include "sim/binary_trees.h"

/* Symbols: n ranks, q of them in a domain, m domains; a rank is place i in domain j. The steps are
 * those of docs/models-network.md#algorithms. */

/* A list in the making. */
typedef struct list {
    const fab_partners *p;
    uint32_t first; /* package of rank 0 of the group */
    int64_t rank;   /* of the destination */
    fab_spread_source *out;
    size_t count;
} list;

static int64_t package_of(const fab_partners *p, uint32_t first, int64_t rank)
{
    int64_t package = first;
    for (int64_t i = 0; i < p->group.axis_count; i++) {
        package += rank % p->group.axes[i].size * p->group.axes[i].stride;
        rank /= p->group.axes[i].size;
    }
    return package;
}

static void add(list *l, int64_t rank, double size_byte)
{
    if (rank != l->rank && size_byte > 0.0) {
        const uint32_t from = (uint32_t)package_of(l->p, l->first, rank);
        l->out[l->count++] = (fab_spread_source){from, size_byte};
    }
}

/* Members of the tier, and the destination among them. */
static int64_t members_of(const fab_partners *p)
{
    return p->is_outer ? p->ranks / p->local : p->local;
}

static int64_t digit_of(const list *l)
{
    return l->p->is_outer ? l->rank / l->p->local : l->rank % l->p->local;
}

/* Another member: the rank of equal place there. */
static void add_member(list *l, int64_t digit, double size_byte)
{
    const int64_t local = l->p->local;
    add(l, l->p->is_outer ? digit * local + l->rank % local : l->rank / local * local + digit,
        size_byte);
}

static void add_others(list *l)
{
    const int64_t m = members_of(l->p);
    for (int64_t digit = 0; digit < m; digit++) {
        add_member(l, digit, 1.0 / (double)(m - 1));
    }
}

/* On a mesh there are rings over all links, on a wired ring one each way. */
static void add_ring(list *l)
{
    const int64_t m = members_of(l->p), digit = digit_of(l);
    if (l->p->wiring == FAB_WIRING_MESH) {
        add_others(l);
    } else if (l->p->wiring == FAB_WIRING_RING && m > 2) {
        add_member(l, (digit + m - 1) % m, 0.5);
        add_member(l, (digit + 1) % m, 0.5);
    } else {
        add_member(l, (digit + m - 1) % m, 1.0);
    }
}

/* Halves of a vector between those whose digits differ in a bit; of other numbers of members parts
 * are gathered from ever further. */
static void add_halving(list *l)
{
    const int64_t m = members_of(l->p), digit = digit_of(l);
    if ((m & (m - 1)) == 0) {
        for (int64_t bit = 1; bit < m; bit *= 2) {
            add_member(l, digit ^ bit, (double)bit);
        }
        return;
    }
    for (int64_t held = 1; held < m; held *= 2) {
        add_member(l, (digit + held) % m, (double)(held < m - held ? held : m - held));
    }
}

/* The whole vector each time. */
static void add_doubling(list *l)
{
    const int64_t m = members_of(l->p), digit = digit_of(l);
    for (int64_t bit = 1; bit < m; bit *= 2) {
        if ((digit ^ bit) < m) {
            add_member(l, digit ^ bit, 1.0);
        }
    }
}

/* Half a vector up and down each of two trees. */
static void add_trees(list *l)
{
    const int64_t m = members_of(l->p), digit = digit_of(l);
    for (int tree = 0; tree < 2; tree++) {
        const int64_t above = fab_tree_parent(digit, tree, m);
        if (above >= 0) {
            add_member(l, above, 0.5);
        }
        for (int64_t other = 0; other < m; other++) {
            if (fab_tree_parent(other, tree, m) == digit) {
                add_member(l, other, 0.5);
            }
        }
    }
}

/* A ring over all ranks for each place of a domain, each entering the domains elsewhere: through a
 * mesh in zigzags, which leave half a domain from where they came. */
static void add_flat_ring(list *l)
{
    const fab_partners *p = l->p;
    const int64_t n = p->ranks, q = p->local;
    if (!p->is_outer) {
        add_ring(l);
        return;
    }
    const int64_t away = p->wiring == FAB_WIRING_MESH && q % 2 == 0 ? q / 2 : q > 1 ? q - 1 : 0;
    const int64_t place = (l->rank % q + away) % q;
    add(l, (l->rank / q * q + n - q) % n + place, 1.0);
}

/* Blocks of which the distance has the bit. */
static void add_bruck(list *l)
{
    const int64_t m = members_of(l->p), digit = digit_of(l);
    for (int64_t bit = 1; bit < m; bit *= 2) {
        int64_t blocks = 0;
        for (int64_t block = 1; block < m; block++) {
            blocks += (block & bit) != 0 ? 1 : 0;
        }
        add_member(l, (digit + m - bit) % m, (double)blocks);
    }
}

/* All ranks of other domains. */
static void add_far(list *l)
{
    const int64_t q = l->p->local, domain = l->rank / q;
    for (int64_t rank = 0; rank < l->p->ranks; rank++) {
        add(l, rank, rank / q == domain ? 0.0 : 1.0);
    }
}

static void add_all_to_all(list *l)
{
    if (l->p->algorithm == FAB_ALGORITHM_BRUCK) {
        add_bruck(l);
    } else if (l->p->is_outer && !l->p->is_by_place && l->p->algorithm != FAB_ALGORITHM_FORWARD) {
        add_far(l);
    } else {
        add_others(l);
    }
}

/* Parts passed on around the group: each comes from the rank before. */
static void add_neighbour(list *l)
{
    const int64_t before = (l->rank + l->p->ranks - 1) % l->p->ranks;
    const bool is_here = before / l->p->local == l->rank / l->p->local;
    add(l, before, is_here != l->p->is_outer ? 1.0 : 0.0);
}

static void add_gathering(list *l)
{
    switch (l->p->algorithm) {
    case FAB_ALGORITHM_RING:
        add_ring(l);
        return;
    case FAB_ALGORITHM_HALVING:
        add_halving(l);
        return;
    case FAB_ALGORITHM_DOUBLING:
        add_doubling(l);
        return;
    case FAB_ALGORITHM_TREE:
        add_trees(l);
        return;
    case FAB_ALGORITHM_FLAT_RING:
        add_flat_ring(l);
        return;
    default:
        /* a sum in the switch takes the vector up and down once, as messages to all others do */
        add_others(l);
    }
}

/* The group of a package, and its rank there. */
static list find_group(const fab_partners *p, uint32_t to, fab_spread_source *out)
{
    list l = {.p = p, .first = to, .out = out};
    int64_t before = 1;
    for (int64_t i = 0; i < p->group.axis_count; i++) {
        const fab_group_axis axis = p->group.axes[i];
        const int64_t digit = to / axis.stride % axis.size;
        l.first -= (uint32_t)(digit * axis.stride);
        l.rank += digit * before;
        before *= axis.size;
    }
    return l;
}

int64_t fab_partners_settings(const fab_partners *p, fab_arena *arena)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_spread_source *sources = FAB_NEW(arena, fab_spread_source, (size_t)fab_partners_limit(p));
    const uint32_t first = (uint32_t)(p->to_stage * p->stage_packages);
    const int64_t count = sources ? (int64_t)fab_partners_list(p, first, sources) : 0;
    fab_arena_reset(arena, mark);
    return p->kind == FAB_ALL_REDUCE ? 2 * count : count;
}

size_t fab_partners_list(const fab_partners *p, uint32_t to, fab_spread_source *out)
{
    if (p->stage != p->to_stage) {
        const int64_t from = to + (p->stage - p->to_stage) * p->stage_packages;
        *out = (fab_spread_source){(uint32_t)from, 1.0};
        return 1;
    }
    list l = find_group(p, to, out);
    if (p->kind == FAB_ALL_TO_ALL) {
        add_all_to_all(&l);
    } else if (p->kind == FAB_SEND) {
        add_neighbour(&l);
    } else {
        add_gathering(&l);
    }
    return l.count;
}
