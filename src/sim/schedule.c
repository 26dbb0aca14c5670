#include "sim/schedule.h"

#include <assert.h>

#include "sim/binary_trees.h"

/* Symbols: S the vector, m the members on a tier, d a digit. */

/* Everything that posts needs. With concurrent tiers each has a chain of its own. */
typedef struct writer {
    const fab_terrain *t;
    const fab_graph *graph;
    fab_chain chains[FAB_TIER_LIMIT];
} writer;

static fab_chain *chain_of(writer *w, int64_t tier)
{
    return &w->chains[w->t->is_concurrent ? tier : 0];
}

static int64_t digit_of(const fab_terrain *t, int64_t rank, int64_t tier)
{
    return rank / t->weight[tier] % t->members[tier];
}

static int64_t with_digit(const fab_terrain *t, int64_t rank, int64_t tier, int64_t value)
{
    return rank + (value - digit_of(t, rank, tier)) * t->weight[tier];
}

/* Posts a message; the first of a node with concurrent tiers comes by way of the others. */
static void post(writer *w, int64_t tier, uint32_t from, uint32_t to, double size_byte,
                 double lag_s)
{
    const bool is_first = chain_of(w, tier)->front_count[from] == 0;
    if (is_first && w->t->is_concurrent && w->t->algorithm != FAB_ALGORITHM_FLAT_RING) {
        lag_s += w->t->other_lag_s[tier];
    }
    fab_chain_post(chain_of(w, tier), from, to, size_byte, lag_s);
}

/* Posts the message of rank to rank in every group. */
static void send(writer *w, int64_t tier, int64_t from, int64_t to, double size_byte, double lag_s)
{
    const fab_terrain *t = w->t;
    for (int64_t group = 0; group < t->stride; group++) {
        post(w, tier, (uint32_t)(group + from * t->stride), (uint32_t)(group + to * t->stride),
             size_byte, lag_s);
    }
}

static void end_step(writer *w, int64_t tier)
{
    fab_chain_step(chain_of(w, tier));
}

/* An optical switch is set anew before a step with other partners. */
static double setting_s(const writer *w, int64_t tier)
{
    return w->t->layers[tier].wiring.kind == FAB_WIRING_OCS
               ? w->t->layers[tier].wiring.reconfigure_s
               : 0.0;
}

static bool is_one_at_a_time(const writer *w, int64_t tier)
{
    return w->t->layers[tier].wiring.kind == FAB_WIRING_OCS;
}

/* Every rank to the one whose digit is `shift` further. */
static void post_shift(writer *w, int64_t tier, int64_t shift, double size_byte, double lag_s)
{
    const fab_terrain *t = w->t;
    const int64_t m = t->members[tier];
    for (int64_t rank = 0; rank < t->ranks; rank++) {
        const int64_t to = (digit_of(t, rank, tier) + shift) % m;
        send(w, tier, rank, with_digit(t, rank, tier, to), size_byte, lag_s);
    }
}

/* Every rank to all others of its tier: at once, or one after the other where it must. */
static void post_all(writer *w, int64_t tier, double size_byte)
{
    for (int64_t shift = 1; shift < w->t->members[tier]; shift++) {
        post_shift(w, tier, shift, size_byte, setting_s(w, tier));
        if (is_one_at_a_time(w, tier)) {
            end_step(w, tier);
        }
    }
    end_step(w, tier);
}

static void post_flip(writer *w, int64_t tier, int64_t bit, double size_byte)
{
    const fab_terrain *t = w->t;
    for (int64_t rank = 0; rank < t->ranks; rank++) {
        send(w, tier, rank, with_digit(t, rank, tier, digit_of(t, rank, tier) ^ bit), size_byte,
             setting_s(w, tier));
    }
    end_step(w, tier);
}

/* The turns of a ring. On a mesh there are rings over all links (Tillson, J. Combin. Theory B 29,
 * 1980: m - 1 of them but for m = 4 and 6), on a wired ring one each way. */
static void pass_ring(writer *w, int64_t tier, double part_byte)
{
    const int64_t m = w->t->members[tier];
    const int kind = w->t->layers[tier].wiring.kind;
    for (int64_t turn = 1; turn < m; turn++) {
        const double lag_s = turn == 1 ? setting_s(w, tier) : 0.0;
        if (kind == FAB_WIRING_MESH) {
            for (int64_t shift = 1; shift < m; shift++) {
                post_shift(w, tier, shift, part_byte / (double)(m - 1), lag_s);
            }
        } else if (kind == FAB_WIRING_RING && m > 2) {
            post_shift(w, tier, 1, part_byte / 2.0, lag_s);
            post_shift(w, tier, m - 1, part_byte / 2.0, lag_s);
        } else {
            post_shift(w, tier, 1, part_byte, lag_s);
        }
        end_step(w, tier);
    }
}

static bool is_power_of_two(int64_t count)
{
    return (count & (count - 1)) == 0;
}

/* Halves of the vector, the largest first; or gathered from the smallest on. */
static void pass_halving(writer *w, int64_t tier, double vector_byte, bool is_gather)
{
    const int64_t m = w->t->members[tier];
    const double part_byte = vector_byte / (double)m;
    if (is_power_of_two(m)) {
        for (int64_t bit = 1; bit < m; bit *= 2) {
            const int64_t here = is_gather ? bit : m / 2 / bit;
            post_flip(w, tier, here, part_byte * (double)here);
        }
        return;
    }
    assert(is_gather);
    for (int64_t held = 1; held < m; held *= 2) {
        const int64_t blocks = held < m - held ? held : m - held;
        post_shift(w, tier, m - held, part_byte * (double)blocks, setting_s(w, tier));
        end_step(w, tier);
    }
}

/* The switch that a package of the tier hangs on. */
static uint32_t hub_of(const writer *w, int64_t tier, uint32_t package)
{
    const fab_graph *graph = w->graph;
    for (uint32_t i = graph->out_begin[package]; i < graph->out_begin[package + 1]; i++) {
        const uint32_t link = graph->out_link[i];
        if (graph->layer[link] == tier && graph->to[link] >= graph->package_count) {
            return graph->to[link];
        }
    }
    return package;
}

/* Sums in the switch and copies from it: every package sends its vector up and gets its part, and
 * sends the sum of its part up and gets them all. Pipelined, so that both directions are in use all
 * the time; two steps, each half on the way up and half on the way down. */
static void pass_through_switch(writer *w, int64_t tier, double vector_byte)
{
    const fab_terrain *t = w->t;
    const double each_byte = vector_byte * (1.0 + 1.0 / (double)t->members[tier]);
    const double lag_s = 1.5 * t->layers[tier].latency_s;
    for (int64_t package = 0; package < t->ranks * t->stride; package++) {
        const uint32_t hub = hub_of(w, tier, (uint32_t)package);
        post(w, tier, (uint32_t)package, hub, each_byte, lag_s);
        post(w, tier, hub, (uint32_t)package, each_byte, lag_s);
    }
    end_step(w, tier);
}

/* One pass over a tier: sums scattered, or parts gathered. */
static void pass(writer *w, int64_t tier, bool is_gather)
{
    const fab_terrain *t = w->t;
    const int64_t m = t->members[tier];
    const double vector_byte = t->size_byte / (double)t->weight[tier];
    if (m == 1) {
        return;
    }
    if (t->algorithm == FAB_ALGORITHM_IN_NETWORK && t->can_reduce[tier]) {
        /* both passes are one */
        if (!is_gather) {
            pass_through_switch(w, tier, vector_byte);
        }
    } else if (t->algorithm == FAB_ALGORITHM_RING) {
        pass_ring(w, tier, vector_byte / (double)m);
    } else if (t->algorithm == FAB_ALGORITHM_HALVING) {
        pass_halving(w, tier, vector_byte, is_gather);
    } else {
        post_all(w, tier, vector_byte / (double)m);
    }
}

static void scatter_sums(writer *w)
{
    for (int64_t tier = 0; tier < w->t->tiers; tier++) {
        pass(w, tier, false);
    }
}

static void gather_parts(writer *w)
{
    for (int64_t tier = w->t->tiers - 1; tier >= 0; tier--) {
        pass(w, tier, true);
    }
}

static void double_whole(writer *w)
{
    for (int64_t tier = 0; tier < w->t->tiers; tier++) {
        for (int64_t bit = 1; bit < w->t->members[tier]; bit *= 2) {
            post_flip(w, tier, bit, w->t->size_byte);
        }
    }
}

/* Two trees with half the vector each, up and down. */
static void pass_trees(writer *w, int64_t tier)
{
    const fab_terrain *t = w->t;
    const int64_t m = t->members[tier];
    const double half_byte = t->size_byte / (double)t->weight[tier] / 2.0;
    const double latency_s = t->layers[tier].latency_s;
    const double lag_s = (2.0 * (double)fab_tree_depth(m) - 1.0) * latency_s;
    for (int64_t rank = 0; rank < t->ranks; rank++) {
        for (int tree = 0; tree < 2; tree++) {
            const int64_t above = fab_tree_parent(digit_of(t, rank, tier), tree, m);
            if (above < 0) {
                continue;
            }
            const int64_t parent = with_digit(t, rank, tier, above);
            send(w, tier, rank, parent, half_byte, lag_s);
            send(w, tier, parent, rank, half_byte, lag_s);
        }
    }
    end_step(w, tier);
}

/* Binomial trees between ranks whose digits inside are 0: each step doubles who has the vector, the
 * outermost tier first. A reduce is the same backwards. */
static void post_binomial(writer *w, int64_t tier, int64_t bit, bool is_reduce)
{
    const fab_terrain *t = w->t;
    for (int64_t rank = 0; rank < t->ranks; rank += t->weight[tier]) {
        const int64_t digit = digit_of(t, rank, tier);
        if (digit < bit && digit + bit < t->members[tier]) {
            const int64_t to = with_digit(t, rank, tier, digit + bit);
            send(w, tier, is_reduce ? to : rank, is_reduce ? rank : to, t->size_byte,
                 setting_s(w, tier));
        }
    }
    end_step(w, tier);
}

static void pass_binomial(writer *w, bool is_reduce)
{
    const fab_terrain *t = w->t;
    for (int64_t i = 0; i < t->tiers; i++) {
        const int64_t tier = is_reduce ? i : t->tiers - 1 - i;
        const int64_t top = (int64_t)1 << fab_tree_depth(t->members[tier]);
        for (int64_t bit = 1; bit < t->members[tier]; bit *= 2) {
            post_binomial(w, tier, is_reduce ? top / 2 / bit : bit, is_reduce);
        }
    }
}

/* The root of a tier's part scatters it over the tier: by halves, or to all at once. Who holds it
 * has digit 0 here and outside. */
static void post_scatter(writer *w, int64_t tier, int64_t span, bool is_gather)
{
    const fab_terrain *t = w->t;
    const int64_t m = t->members[tier];
    const double part_byte = t->size_byte / (double)t->weight[tier + 1];
    for (int64_t rank = 0; rank < t->weight[tier]; rank++) {
        for (int64_t digit = 0; digit + span < m; digit += 2 * span) {
            const int64_t blocks = m - digit - span < span ? m - digit - span : span;
            const int64_t from = with_digit(t, rank, tier, digit);
            const int64_t to = with_digit(t, rank, tier, digit + span);
            send(w, tier, is_gather ? to : from, is_gather ? from : to, part_byte * (double)blocks,
                 setting_s(w, tier));
        }
    }
    end_step(w, tier);
}

static void post_direct_scatter(writer *w, int64_t tier, bool is_gather)
{
    const fab_terrain *t = w->t;
    const double part_byte = t->size_byte / (double)t->weight[tier + 1];
    for (int64_t digit = 1; digit < t->members[tier]; digit++) {
        for (int64_t rank = 0; rank < t->weight[tier]; rank++) {
            const int64_t to = with_digit(t, rank, tier, digit);
            send(w, tier, is_gather ? to : rank, is_gather ? rank : to, part_byte,
                 setting_s(w, tier));
        }
        if (is_one_at_a_time(w, tier)) {
            end_step(w, tier);
        }
    }
    end_step(w, tier);
}

static void scatter_from_root(writer *w, int64_t tier, bool is_gather)
{
    const int64_t depth = fab_tree_depth(w->t->members[tier]);
    if (w->t->algorithm == FAB_ALGORITHM_DIRECT) {
        post_direct_scatter(w, tier, is_gather);
        return;
    }
    for (int64_t i = 0; i < depth; i++) {
        post_scatter(w, tier, (int64_t)1 << (is_gather ? i : depth - 1 - i), is_gather);
    }
}

/* A broadcast scatters from the root and gathers; a reduce scatters sums and gathers at the root.
 */
static void scatter_and_gather(writer *w, bool is_reduce)
{
    const int64_t tiers = w->t->tiers;
    if (is_reduce) {
        scatter_sums(w);
        for (int64_t i = tiers - 1; i >= 0; i--) {
            scatter_from_root(w, i, true);
        }
        return;
    }
    for (int64_t i = 0; i < tiers; i++) {
        scatter_from_root(w, i, false);
    }
    gather_parts(w);
}

/* Once over all links of the used tiers: switches copy or add up. */
static void multicast(writer *w, bool is_reduce)
{
    const fab_terrain *t = w->t;
    for (int64_t tier = 0; tier < t->tiers; tier++) {
        const double half_s = t->layers[tier].latency_s / 2.0;
        if (t->members[tier] == 1) {
            continue;
        }
        for (int64_t rank = 0; rank < t->ranks; rank++) {
            const bool is_root = digit_of(t, rank, tier) == 0;
            for (int64_t group = 0; group < t->stride; group++) {
                const uint32_t package = (uint32_t)(group + rank * t->stride);
                const uint32_t hub = hub_of(w, tier, package);
                const bool is_up = is_root != is_reduce;
                post(w, tier, is_up ? package : hub, is_up ? hub : package, t->size_byte, half_s);
            }
        }
        end_step(w, tier);
    }
}

/* The package of the i-th turn of ring k in a domain of q: from place k + 1 on; on a mesh in the
 * zigzag 0, 1, -1, 2, -2 ... whose q turned copies use each link of it once each way for even q
 * (Walecki, in Alspach, Bulletin of the ICA 52, 2008). */
static int64_t turn_of(const writer *w, int64_t ring, int64_t i, int64_t q)
{
    const bool is_mesh = w->t->layers[0].wiring.kind == FAB_WIRING_MESH && q % 2 == 0;
    const int64_t away = !is_mesh ? i + 1 : i % 2 == 1 ? (i + 1) / 2 : q - i / 2;
    return (ring + away) % q;
}

/* As many rings as an inner domain has ranks; each leaves the domains at another place. A rooted
 * one is a chain, alone where there is one tier. */
static void flat_rings(writer *w, double turn_byte, bool is_chain)
{
    const fab_terrain *t = w->t;
    const int64_t q = t->members[0] == t->ranks ? 1 : t->members[0];
    double latency_s = 0.0;
    for (int64_t tier = 0; tier < t->tiers; tier++) {
        latency_s += (double)t->crossings[tier] * t->layers[tier].latency_s;
    }
    for (int64_t ring = 0; ring < q; ring++) {
        for (int64_t at = 0; at + (is_chain ? 1 : 0) < t->ranks; at++) {
            const int64_t next = (at + 1) % t->ranks;
            const int64_t from = at / q * q + turn_of(w, ring, at % q, q);
            const int64_t to = next / q * q + turn_of(w, ring, next % q, q);
            int64_t tier = 0;
            while (from / t->weight[tier + 1] != to / t->weight[tier + 1]) {
                tier++;
            }
            const double passes = t->kind == FAB_ALL_REDUCE ? 2.0 : 1.0;
            send(w, 0, from, to, turn_byte / (double)q,
                 passes * latency_s - t->layers[tier].latency_s + t->fill_s[tier]);
        }
    }
    end_step(w, 0);
}

static void flat_ring(writer *w)
{
    const fab_terrain *t = w->t;
    const double n = (double)t->ranks;
    const bool is_rooted = t->kind == FAB_BROADCAST || t->kind == FAB_REDUCE;
    const double passes = t->kind == FAB_ALL_REDUCE ? 2.0 : 1.0;
    flat_rings(w, is_rooted ? t->size_byte : passes * t->size_byte * (n - 1.0) / n, is_rooted);
}

/* What one rank sends another in an all-to-all. */
static double size_of(const fab_terrain *t, const double *share, int64_t from, int64_t to)
{
    if (t->traffic_byte) {
        return t->traffic_byte[from * t->ranks + to];
    }
    return t->size_byte * (share ? share[to] : 1.0 / (double)t->ranks);
}

/* Every rank to those whose digit is `shift` further, whatever their digits inside. */
static void post_across(writer *w, int64_t tier, int64_t shift, const double *share)
{
    const fab_terrain *t = w->t;
    for (int64_t rank = 0; rank < t->ranks; rank++) {
        const int64_t digit = (digit_of(t, rank, tier) + shift) % t->members[tier];
        const int64_t first = with_digit(t, rank, tier, digit) / t->weight[tier] * t->weight[tier];
        for (int64_t to = first; to < first + t->weight[tier]; to++) {
            const double size_byte = size_of(t, share, rank, to);
            if (size_byte > 0.0 || !t->traffic_byte) {
                send(w, tier, rank, to, size_byte, setting_s(w, tier));
            }
        }
    }
}

static void exchange_flat(writer *w, const double *share)
{
    const bool is_ring = w->t->algorithm == FAB_ALGORITHM_RING;
    for (int64_t tier = 0; tier < w->t->tiers; tier++) {
        for (int64_t shift = 1; shift < w->t->members[tier]; shift++) {
            post_across(w, tier, shift, share);
            if (is_ring || is_one_at_a_time(w, tier)) {
                end_step(w, tier);
            }
        }
        end_step(w, tier);
    }
}

/* Blocks j of m whose distance has the bit. */
static int64_t blocks_with(int64_t bit, int64_t m)
{
    int64_t blocks = 0;
    for (int64_t block = 1; block < m; block++) {
        blocks += (block & bit) != 0 ? 1 : 0;
    }
    return blocks;
}

static void exchange_by_tier(writer *w)
{
    const fab_terrain *t = w->t;
    for (int64_t tier = 0; tier < t->tiers; tier++) {
        const int64_t m = t->members[tier];
        const double block_byte = t->size_byte / (double)m;
        if (t->algorithm == FAB_ALGORITHM_FORWARD) {
            post_all(w, tier, block_byte);
            continue;
        }
        for (int64_t bit = 1; bit < m; bit *= 2) {
            post_shift(w, tier, bit, block_byte * (double)blocks_with(bit, m), setting_s(w, tier));
            end_step(w, tier);
        }
    }
}

static void all_to_all(writer *w, const double *share)
{
    if (w->t->algorithm == FAB_ALGORITHM_BRUCK || w->t->algorithm == FAB_ALGORITHM_FORWARD) {
        exchange_by_tier(w);
    } else {
        exchange_flat(w, share);
    }
}

static void rooted(writer *w)
{
    const bool is_reduce = w->t->kind == FAB_REDUCE;
    switch (w->t->algorithm) {
    case FAB_ALGORITHM_TREE:
        pass_binomial(w, is_reduce);
        return;
    case FAB_ALGORITHM_IN_NETWORK:
        multicast(w, is_reduce);
        return;
    case FAB_ALGORITHM_FLAT_RING:
        flat_ring(w);
        return;
    default:
        scatter_and_gather(w, is_reduce);
    }
}

static void gathering(writer *w)
{
    const fab_terrain *t = w->t;
    if (t->algorithm == FAB_ALGORITHM_FLAT_RING) {
        flat_ring(w);
        return;
    }
    if (t->algorithm == FAB_ALGORITHM_DOUBLING) {
        double_whole(w);
        return;
    }
    if (t->algorithm == FAB_ALGORITHM_TREE) {
        for (int64_t tier = 0; tier < t->tiers; tier++) {
            if (t->members[tier] > 1) {
                pass_trees(w, tier);
            }
        }
        return;
    }
    if (t->kind != FAB_ALL_GATHER) {
        scatter_sums(w);
    }
    if (t->kind != FAB_REDUCE_SCATTER) {
        gather_parts(w);
    }
}

fab_status fab_schedule_post(const fab_terrain *terrain, const fab_graph *graph,
                             const double *share, fab_posting *posting)
{
    writer w = {.t = terrain, .graph = graph};
    for (int64_t i = 0; i < (terrain->is_concurrent ? terrain->tiers : 1); i++) {
        FAB_TRY(fab_chain_make(posting, graph->node_count, &w.chains[i]));
    }
    switch (terrain->kind) {
    case FAB_SEND:
        for (int64_t tier = 0; tier < terrain->tiers; tier++) {
            if (terrain->members[tier] > 1) {
                send(&w, 0, 0, 1, terrain->size_byte, setting_s(&w, tier));
            }
        }
        break;
    case FAB_ALL_TO_ALL:
        all_to_all(&w, share);
        break;
    case FAB_BROADCAST:
    case FAB_REDUCE:
        rooted(&w);
        break;
    default:
        gathering(&w);
        break;
    }
    return posting->lacks_memory ? FAB_E_NOMEM : FAB_OK;
}
