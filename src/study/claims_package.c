#include <fabricast/escape.h>
#include <fabricast/pod.h>

#include <inttypes.h>

#include "link/derive.h"
#include "study/claims_draft.h"

/* Claims about hardware: how many packages a pod joins, how much leaves a package. */

/* ---- pods ---- */

/* What limits a pod of one kind of link. */
typedef struct pod {
    const fab_technology *link;
    fab_value radix;
    fab_value by_reach;
    fab_value packages;
    bool is_radix; /* the radix binds, */
    bool is_reach; /* ... reach and rack power bind, or both */
} pod;

static fab_pod_place place_of(const fab_claim_inputs *inputs)
{
    fab_pod_place place = fab_pod_place_default();
    place.rack_power_w = inputs->rack_power_w;
    place.package_power_w = inputs->package_power_w;
    return place;
}

static pod make_pod(const fab_technology *link, const fab_pod_place *place)
{
    pod out = {.link = link};
    fab_pod found;
    if (fab_pod_find(link, place, &found) != FAB_OK) {
        return out;
    }
    out.radix = found.radix_count;
    out.is_radix = found.binding == FAB_POD_RADIX || found.binding == FAB_POD_BOTH;
    out.is_reach = found.binding == FAB_POD_REACH || found.binding == FAB_POD_BOTH;
    if (found.by_reach_count.is_known) {
        out.by_reach = fab_claim_made(found.by_reach_count.value);
    }
    if (found.packages_count.is_known) {
        out.packages = fab_claim_made(found.packages_count.value);
    }
    return out;
}

static void make_pods(fab_claim_draft *draft, const fab_claim_links *links,
                      const fab_pod_place *place, pod *out, fab_value *sizes)
{
    for (size_t i = 0; i < links->count; i++) {
        const char *of = fab_claim_link_name(&links->items[i]);
        out[i] = make_pod(&links->items[i], place);
        sizes[i] = out[i].packages;
        fab_draft_put(draft, "packages by radix", of, out[i].radix, "packages", "");
        fab_draft_put_si(draft, "reach", of, fab_of_row(out[i].link, out[i].link->reach_m),
                         FAB_DIM_LENGTH, "");
        fab_draft_put(draft, "packages by reach and rack power", of, out[i].by_reach, "packages",
                      "racks within reach x packages of a rack");
        fab_draft_put(draft, "packages of a pod", of, out[i].packages, "packages",
                      "the lesser of the two");
    }
}

static const char *pod_text(fab_claim_draft *draft, const pod *p)
{
    return fab_draft_text(draft, "%.0f on %s (%s)", p->packages.value, fab_claim_link_name(p->link),
                          p->is_radix && p->is_reach ? "radix and reach bind"
                          : p->is_radix              ? "its radix binds"
                                                     : "its reach binds");
}

/* The most packages that one limit allows, over all links of a side. */
static const char *most_text(fab_claim_draft *draft, const pod *pods, size_t count, bool is_reach)
{
    double most = 0.0;
    for (size_t i = 0; i < count; i++) {
        const fab_value limit = is_reach ? pods[i].by_reach : pods[i].radix;
        most = limit.is_known && limit.value > most ? limit.value : most;
    }
    return fab_draft_text(draft, "%.0f", most);
}

fab_status fab_claim_pod_size(fab_claims_work *work, const fab_claim_inputs *inputs,
                              fab_claim_draft *draft)
{
    (void)work;
    pod copper[FAB_CLAIM_LINK_LIMIT], optics[FAB_CLAIM_LINK_LIMIT];
    fab_value copper_count[FAB_CLAIM_LINK_LIMIT], optics_count[FAB_CLAIM_LINK_LIMIT];
    const fab_pod_place place = place_of(inputs);
    const int64_t per_rack = fab_pod_rack_packages(&place);
    fab_draft_put(draft, "packages that a rack feeds", "", fab_claim_made((double)per_rack),
                  "packages", "rack power / package power, rounded down");
    fab_draft_put_si(draft, "power of a rack", "", inputs->rack_power_w, FAB_DIM_POWER, "");
    make_pods(draft, &inputs->copper, &place, copper, copper_count);
    make_pods(draft, &inputs->optics, &place, optics, optics_count);
    const size_t c = fab_claim_greatest(copper_count, inputs->copper.count);
    const size_t o = fab_claim_greatest(optics_count, inputs->optics.count);
    if (c == inputs->copper.count || o == inputs->optics.count || !(copper_count[c].value > 0.0)) {
        fab_draft_need(draft, "radix or reach", "one side");
        draft->sentence = "No link of one side has a published radix and reach.";
        return draft->status;
    }
    const double ratio = optics_count[o].value / copper_count[c].value;
    fab_draft_put(draft, "largest optical pod over largest copper pod", "", fab_claim_made(ratio),
                  "X", "computed");
    fab_draft_decide(draft, ratio >= inputs->at_least_ratio, ratio > 1.0);
    draft->sentence = fab_draft_text(
        draft,
        "With %" PRId64 " packages in a rack of %s the largest pod joins %s and %s: %s times as "
        "many. Reach and rack power would allow up to %s on copper and %s on optics, switches %s "
        "and %s.",
        per_rack, fab_draft_si(draft, inputs->rack_power_w.value, FAB_DIM_POWER),
        pod_text(draft, &copper[c]), pod_text(draft, &optics[o]), fab_draft_plain(draft, ratio),
        most_text(draft, copper, inputs->copper.count, true),
        most_text(draft, optics, inputs->optics.count, true),
        most_text(draft, copper, inputs->copper.count, false),
        most_text(draft, optics, inputs->optics.count, false));
    return draft->status;
}

/* ---- escape ---- */

static fab_escape escape_of(const fab_claim_case *one)
{
    const fab_escape_package package = {
        .area_m2 = fab_known(one->width_m * one->height_m),
        .area_bps_per_m2 = one->area_bps_per_m2,
        .edge_m = fab_known(2.0 * (one->width_m + one->height_m)),
        .edge_bps_per_m = one->edge_bps_per_m,
        .fibres_count = one->fibres_count,
        .fibre_rate_bps = one->fibre_rate_bps,
        .power_w = one->power_w,
        .energy_j_per_bit = fab_of_row(&one->link, one->link.energy_j_per_bit),
    };
    return fab_escape_find(&package);
}

static void put_case(fab_claim_draft *draft, const fab_claim_case *one, const fab_escape *escape)
{
    for (int part = 0; part < FAB_ESCAPE_PART_COUNT; part++) {
        const char *word = fab_escape_part_text((fab_escape_part)part);
        const fab_value limit = escape->limits_bps[part];
        if (limit.is_known) {
            fab_draft_put_si(draft, fab_draft_text(draft, "limit of %s", word), one->label, limit,
                             FAB_DIM_RATE, "");
        }
    }
    fab_draft_put_si(draft, "escapes", one->label, escape->rate_bps, FAB_DIM_RATE,
                     "least of the limits");
}

static void draw_cases(fab_claim_draft *draft, const fab_claim_case *cases,
                       const fab_escape *escapes, size_t count)
{
    const fab_claim_figure figure = {
        .title = "What lets bandwidth out of a package",
        .caption = "Each limit alone, one direction; the lowest bar of a case is what binds.",
        .y_title = "Tb/s, one direction",
        .is_bars = true,
        .is_y_log = true,
        .curve_count = FAB_ESCAPE_PART_COUNT,
    };
    fab_claim_curve *curves = fab_draft_figure(draft, &figure, FAB_ESCAPE_PART_COUNT);
    for (int part = 0; curves != NULL && part < FAB_ESCAPE_PART_COUNT; part++) {
        double *y = FAB_NEW(draft->arena, double, count);
        const char **names = FAB_NEW(draft->arena, const char *, count);
        if (y == NULL || names == NULL) {
            draft->status = FAB_E_NOMEM;
            return;
        }
        for (size_t i = 0; i < count; i++) {
            y[i] = escapes[i].limits_bps[part].value * 1e-12;
            names[i] = cases[i].label;
        }
        curves[part] =
            (fab_claim_curve){fab_escape_part_text((fab_escape_part)part), NULL, y, names, count};
    }
}

static const char *cases_text(fab_claim_draft *draft, const fab_claim_case *cases,
                              const fab_escape *escapes, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        text = fab_draft_text(draft, "%s%s%s with %s (%s binds)", text, i > 0 ? ", " : "",
                              fab_draft_si(draft, escapes[i].rate_bps.value, FAB_DIM_RATE),
                              cases[i].label, fab_escape_part_text(escapes[i].binding));
    }
    return text;
}

#define CASE_LIMIT 6

fab_status fab_claim_escape_limit(fab_claims_work *work, const fab_claim_inputs *inputs,
                                  fab_claim_draft *draft)
{
    (void)work;
    const size_t count = inputs->cases.count;
    const fab_claim_case *cases = inputs->cases.items;
    fab_escape escapes[CASE_LIMIT];
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        const fab_claim_case *one = &cases[i];
        escapes[i] = escape_of(one);
        put_case(draft, one, &escapes[i]);
        if (!escapes[i].limits_bps[FAB_ESCAPE_POWER].is_known) {
            fab_draft_need(draft, "energy per bit", fab_claim_link_name(&one->link));
        }
        best = escapes[i].rate_bps.value > escapes[best].rate_bps.value ? i : best;
    }
    const size_t last = count - 1;
    if (draft->needed != NULL) {
        draft->sentence = "Without the energy per bit the limit of power is not known.";
        return draft->status;
    }
    const double ratio = escapes[last].rate_bps.value / escapes[0].rate_bps.value;
    const fab_value area = escapes[last].limits_bps[FAB_ESCAPE_AREA];
    fab_draft_put(draft, "last case over the first", "", fab_claim_made(ratio), "X", "computed");
    draw_cases(draft, cases, escapes, count);
    fab_draft_decide(draft, best == last && escapes[last].binding == FAB_ESCAPE_AREA, best == last);
    draft->sentence = fab_draft_text(
        draft,
        "In one direction escape %s. Stacking gains %s times over the "
        "first; the area that it opens would carry %s, but bandwidth is the least of area, edge, "
        "fibres and power.",
        cases_text(draft, cases, escapes, count), fab_draft_plain(draft, ratio),
        area.is_known ? fab_draft_si(draft, area.value, FAB_DIM_RATE) : "an unknown rate");
    return draft->status;
}
