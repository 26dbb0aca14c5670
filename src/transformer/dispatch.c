#include <fabricast/transformer.h>

#include <assert.h>
#include <math.h>

/* probability that k experts drawn without replacement from `experts` all miss `members` of them:
 * C(experts - members, k) / C(experts, k), as a product that needs no factorials */
static double miss_probability(double experts, double members, int64_t k)
{
    double probability = 1.0;
    for (int64_t i = 0; i < k; i++) {
        const double left = experts - members - (double)i;
        if (left <= 0.0) {
            return 0.0;
        }
        probability *= left / (experts - (double)i);
    }
    return probability;
}

/* expected groups hit, all of the same size */
static double equal_groups(double experts, double groups, int64_t k)
{
    return groups * (1.0 - miss_probability(experts, experts / groups, k));
}

/* router groups of a model: `chosen` of `all` may hold the experts of a token */
typedef struct routing {
    int64_t all;
    int64_t chosen;
    double members; /* experts of one router group */
} routing;

static routing model_routing(const fab_model *model)
{
    const bool is_limited = model->router_groups > 0 && model->groups_per_token > 0 &&
                            model->groups_per_token < model->router_groups;
    const int64_t all = is_limited ? model->router_groups : 1;
    const int64_t chosen = is_limited ? model->groups_per_token : 1;
    return (routing){all, chosen, (double)model->experts / (double)all};
}

/* probability that a token misses `held` whole router groups: over how many of them are chosen
 * (hypergeometric), times that of missing those chosen */
static double miss_whole_groups(const routing *route, int64_t held, int64_t k)
{
    const double eligible = route->members * (double)route->chosen;
    const int64_t most = held < route->chosen ? held : route->chosen;
    double probability = 0.0;
    for (int64_t hit = 0; hit <= most; hit++) {
        /* C(held, hit) C(all - held, chosen - hit) / C(all, chosen): hit ordered draws from the
         * held groups, the others from the rest, times the orders */
        double ways = 1.0;
        for (int64_t i = 0; i < route->chosen; i++) {
            const int64_t from = i < hit ? held - i : route->all - held - (i - hit);
            ways *= (double)(from > 0 ? from : 0) / (double)(route->all - i);
            ways *= i < hit ? (double)(route->chosen - i) / (double)(hit - i) : 1.0;
        }
        probability += ways * miss_probability(eligible, route->members * (double)hit, k);
    }
    return probability;
}

/* fewer groups than the router has: each holds some router groups; where their number is not whole,
 * the two whole numbers beside it in proportion */
static double joined_groups(const routing *route, int64_t groups, int64_t k)
{
    const int64_t held = route->all / groups;
    const double more_frac = (double)(route->all % groups) / (double)groups;
    double miss = (1.0 - more_frac) * miss_whole_groups(route, held, k);
    if (more_frac > 0.0) {
        miss += more_frac * miss_whole_groups(route, held + 1, k);
    }
    return (double)groups * (1.0 - miss);
}

double fab_model_distinct_groups_count(const fab_model *model, int64_t groups)
{
    assert(model && groups >= 1);
    if (model->experts <= 0) {
        return 0.0;
    }
    const routing route = model_routing(model);
    const int64_t k = model->experts_per_token;
    double count = 0.0;
    if (groups >= route.all) {
        /* the chosen router groups are themselves cut into equal groups */
        const double cut = (double)route.chosen * (double)groups / (double)route.all;
        count = equal_groups(route.members * (double)route.chosen, cut, k);
    } else {
        count = joined_groups(&route, groups, k);
    }

    /* groups of less than one expert would count an expert more than once */
    const double most = (double)(k < groups ? k : groups);
    assert(isfinite(count));
    return count < most ? count : most;
}
