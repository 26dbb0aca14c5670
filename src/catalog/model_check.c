#include "catalog/model_check.h"

#include <inttypes.h>

#include "catalog/row.h"

/* beyond any machine, and far enough below 2^63 for exact sums */
#define PARAMETER_LIMIT_COUNT 1e17

typedef struct check {
    fab_diagnostics *diagnostics;
    const fab_node *node;
    const fab_model *model;
} check;

/* a count and the name of its field */
typedef struct named_count {
    const char *name;
    int64_t value;
} named_count;

static void complain(const check *c, const char *field, const char *hint, const char *message)
{
    fab_diagnose(c->diagnostics, FAB_SEVERITY_ERROR, fab_position_of(c->node, field), hint, "%s",
                 message);
}

/* fields that must be positive in one kind of model and absent in the other */
static void need(const check *c, const named_count *counts, size_t count, bool is_needed,
                 const char *why)
{
    for (size_t i = 0; i < count; i++) {
        if ((counts[i].value > 0) != is_needed) {
            fab_diagnose(
                c->diagnostics, FAB_SEVERITY_ERROR, fab_position_of(c->node, counts[i].name), why,
                is_needed ? "`%s` is missing" : "`%s` does not belong here", counts[i].name);
        }
    }
}

/* whether `part` divides `whole`, which both must be positive */
static void divides(const check *c, named_count part, named_count whole)
{
    if (part.value > 0 && whole.value % part.value != 0) {
        fab_diagnose(c->diagnostics, FAB_SEVERITY_ERROR, fab_position_of(c->node, part.name), NULL,
                     "`%s` %" PRId64 " does not divide `%s` %" PRId64, part.name, part.value,
                     whole.name, whole.value);
    }
}

static void at_most(const check *c, named_count part, named_count whole)
{
    if (part.value > whole.value) {
        fab_diagnose(c->diagnostics, FAB_SEVERITY_ERROR, fab_position_of(c->node, part.name), NULL,
                     "`%s` %" PRId64 " is more than `%s` %" PRId64, part.name, part.value,
                     whole.name, whole.value);
    }
}

static void check_attention(const check *c)
{
    const fab_model *m = c->model;
    const bool is_mla = m->attention == FAB_ATTENTION_MLA;
    const named_count latent[] = {{"kv_rank", m->kv_rank},
                                  {"qk_nope_dim", m->qk_nope_dim},
                                  {"qk_rope_dim", m->qk_rope_dim},
                                  {"v_dim", m->v_dim}};
    need(c, latent, sizeof latent / sizeof latent[0], is_mla,
         is_mla ? "`attention: mla` needs it" : "it is a field of `attention: mla`");
    if (is_mla) {
        return;
    }
    need(c, &(named_count){"q_rank", m->q_rank}, 1, false, "it is a field of `attention: mla`");
    divides(c, (named_count){"kv_heads", m->kv_heads}, (named_count){"heads", m->heads});
    if (m->head_dim == 0) {
        complain(c, "heads", "give `head_dim`", "`heads` does not divide `hidden`");
    }
}

/* a mixer without softmax needs all of its shape, and what stands beside softmax needs grouped
 * attention */
static void check_mixers(const check *c)
{
    const fab_model *m = c->model;
    const bool is_linear = m->linear_attention != FAB_LINEAR_NONE;
    const named_count shape[] = {{"linear_layers", m->linear_layers},
                                 {"linear_key_heads", m->linear_key_heads},
                                 {"linear_key_dim", m->linear_key_dim},
                                 {"linear_heads", m->linear_heads},
                                 {"linear_dim", m->linear_dim}};
    need(c, shape, sizeof shape / sizeof shape[0], is_linear,
         is_linear ? "`linear_attention` needs it" : "give `linear_attention`, or leave this out");
    at_most(c, (named_count){"linear_layers", m->linear_layers},
            (named_count){"layers", m->layers});
    const named_count window[] = {{"window", m->window}, {"window_layers", m->window_layers}};
    need(c, window, sizeof window / sizeof window[0], m->window > 0 || m->window_layers > 0,
         "a sliding window has both `window` and `window_layers`");
    at_most(c, (named_count){"window_layers", m->window_layers},
            (named_count){"layers", m->layers - m->linear_layers});
    if (m->linear_attention != FAB_LINEAR_DELTA) {
        need(c, &(named_count){"linear_taps", m->linear_taps}, 1, false,
             "it is a field of `linear_attention: delta`");
    }
    if (m->attention == FAB_ATTENTION_MLA) {
        const named_count grouped[] = {{"attention_gate", m->has_attention_gate},
                                       {"attention_sinks", m->has_attention_sinks},
                                       {"encoder_layers", m->encoder_layers}};
        need(c, grouped, sizeof grouped / sizeof grouped[0], false,
             "it is a field of `attention: gqa`");
    }
    at_most(c, (named_count){"encoder_layers", m->encoder_layers},
            (named_count){"layers", m->layers});
}

/* layers with experts come at equal distances, and the last layer is one of them */
static void check_moe_every(const check *c)
{
    const fab_model *m = c->model;
    if (m->moe_every <= 1) {
        return;
    }
    divides(c, (named_count){"moe_every", m->moe_every}, (named_count){"layers", m->layers});
    if (m->dense_layers != m->layers - m->layers / m->moe_every) {
        complain(c, "dense_layers", "leave `dense_layers` out, or `moe_every`",
                 "`dense_layers` is not what `moe_every` leaves");
    }
}

static void check_dense_block(const check *c)
{
    const fab_model *m = c->model;
    at_most(c, (named_count){"dense_layers", m->dense_layers}, (named_count){"layers", m->layers});
    need(c, &(named_count){"dense_width", m->dense_width}, 1, m->dense_layers > 0,
         m->dense_layers > 0 ? "layers with a dense block need its width"
                             : "no layer has a dense block");
}

static void check_no_experts(const check *c)
{
    const fab_model *m = c->model;
    const char *why = "the model has no experts: give `experts`, or leave this out";
    const named_count fields[] = {
        {"experts_per_token", m->experts_per_token}, {"expert_width", m->expert_width},
        {"shared_width", m->shared_width},           {"router_groups", m->router_groups},
        {"groups_per_token", m->groups_per_token},   {"expert_bias", m->has_expert_bias},
        {"shared_gate", m->has_shared_gate},         {"moe_every", m->moe_every > 1},
        {"clamped_experts", m->has_clamped_experts}};
    need(c, fields, sizeof fields / sizeof fields[0], false, why);
    if (m->dense_layers < m->layers) {
        complain(c, "dense_layers", "leave it out, or give `experts`",
                 "without experts every layer is dense");
    }
}

static void check_router_groups(const check *c)
{
    const fab_model *m = c->model;
    const named_count groups = {"router_groups", m->router_groups};
    const named_count chosen = {"groups_per_token", m->groups_per_token};
    need(c, &chosen, 1, groups.value > 0,
         groups.value > 0 ? "`router_groups` needs it" : "give `router_groups`, or leave this out");
    if (groups.value == 0) {
        return;
    }
    divides(c, groups, (named_count){"experts", m->experts});
    at_most(c, chosen, groups);
    if (m->experts / groups.value * chosen.value < m->experts_per_token) {
        complain(c, "groups_per_token", "allow more groups, or fewer experts per token",
                 "the groups of a token hold fewer experts than it visits");
    }
}

static void check_experts(const check *c)
{
    const fab_model *m = c->model;
    const named_count fields[] = {{"experts_per_token", m->experts_per_token},
                                  {"expert_width", m->expert_width}};
    need(c, fields, sizeof fields / sizeof fields[0], true, "a model with `experts` needs it");
    at_most(c, (named_count){"experts_per_token", m->experts_per_token},
            (named_count){"experts", m->experts});
    if (m->dense_layers == m->layers) {
        complain(c, "dense_layers", "leave one layer for the experts, or `experts: 0`",
                 "every layer is dense, so no layer has experts");
    }
    if (m->has_shared_gate) {
        need(c, &(named_count){"shared_width", m->shared_width}, 1, true, "`shared_gate` needs it");
    }
    check_moe_every(c);
    check_router_groups(c);
}

/* an upper bound in floating point, so that exact counts elsewhere cannot overflow */
static void check_total(const check *c)
{
    const fab_model *m = c->model;
    const double hidden = (double)m->hidden;
    const double head = (double)(m->head_dim + m->qk_nope_dim + m->qk_rope_dim + m->v_dim);
    const double attention = 4 * hidden * (double)m->heads * head +
                             (double)(m->q_rank + m->kv_rank) * (hidden + (double)m->heads * head);
    const double width = (double)m->dense_width + (double)m->shared_width +
                         (double)m->experts * (double)(m->expert_width + 1);
    const double mixer =
        (3 * hidden + 1024) * ((double)m->linear_key_heads * (double)m->linear_key_dim * 2 +
                               (double)m->linear_heads * ((double)m->linear_dim + 2));
    const double layer = 3 * attention + mixer + 3 * hidden * width;
    const double words = 2 * hidden * (double)(m->vocabulary + m->learned_positions);
    const double extra = (double)m->extra_parameters;
    if (layer * (double)(m->layers + m->mtp_layers) + words + extra > PARAMETER_LIMIT_COUNT) {
        complain(c, "layers", "check `layers`, `hidden` and the widths",
                 "the model would have more than 1e17 parameters");
    }
}

fab_status fab_model_check(fab_diagnostics *diagnostics, const fab_node *node,
                           const fab_model *model)
{
    const check c = {diagnostics, node, model};
    const size_t errors = diagnostics->errors;
    check_attention(&c);
    check_mixers(&c);
    check_dense_block(&c);
    if (model->experts > 0) {
        check_experts(&c);
    } else {
        check_no_experts(&c);
    }
    check_total(&c);
    return diagnostics->errors == errors ? FAB_OK : FAB_E_INPUT;
}
