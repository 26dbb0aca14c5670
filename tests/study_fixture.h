#ifndef FAB_TESTS_STUDY_FIXTURE_H
#define FAB_TESTS_STUDY_FIXTURE_H

#include "scenario_fixture.h"

#include "study/evaluate.h"

/* A small study that has one of everything, and ways to change a line of it. */

#define SMALL_STUDY                                                                                \
    "name: small\n"                                                                                \
    "title: A small study\n"                                                                       \
    "question: What is gained?\n"                                                                  \
    "base:\n"                                                                                      \
    "  name: small base\n"                                                                         \
    "  gpu: study_package\n"                                                                       \
    "  fabric: study_copper_pod\n"                                                                 \
    "  model: moe-4.7t-c4\n"                                                                       \
    "  job: {gpus: 32768, tokens: 13T, batch: 4096, sequence: 8192}\n"                             \
    "  mapping: {tp: 16, pp: 8, ep: 32, expert_order: strided}\n"                                  \
    "sweep:\n"                                                                                     \
    "  name: model\n"                                                                              \
    "  values:\n"                                                                                  \
    "    - {label: few, title: Few experts, set: {model: moe-4.7t-c2}}\n"                          \
    "    - {label: many, set: {model: moe-4.7t-c4}}\n"                                             \
    "compare:\n"                                                                                   \
    "  - {label: copper, title: Copper pods, set: {fabric: study_copper_pod}}\n"                   \
    "  - {label: optics, set: {fabric: study_optics_pod}}\n"                                       \
    "ranges:\n"                                                                                    \
    "  - name: tensor hidden\n"                                                                    \
    "    why: none to full\n"                                                                      \
    "    values:\n"                                                                                \
    "      - {label: half, set: {assumptions: {overlap: {tensor: 0.5}}}}\n"                        \
    "      - {label: full, set: {assumptions: {overlap: {tensor: 1.0}}}}\n"                        \
    "  - name: load\n"                                                                             \
    "    why: of many experts\n"                                                                   \
    "    at: many\n"                                                                               \
    "    values: [{label: uneven, set: {assumptions: {expert_load: 1.2}}}]\n"                      \
    "  - name: memory\n"                                                                           \
    "    why: a smaller package does not hold the model\n"                                         \
    "    values: [{label: small, set: {gpu: {base: study_package, memory: 90 GB}}}]\n"             \
    "  - name: order\n"                                                                            \
    "    why: another mapping\n"                                                                   \
    "    stated: false\n"                                                                          \
    "    values: [{label: folded, set: {mapping: {expert_order: folded}}}]\n"                      \
    "targets:\n"                                                                                   \
    "  - {id: T1, what: ratio, published: 2.7X, tag: P, source: paper, metric: time_ratio,\n"      \
    "     slow: copper, fast: optics, at: many}\n"                                                 \
    "  - {id: T2, what: growth, published: monotone, tag: P, source: paper, metric: gain_grows,\n" \
    "     slow: copper, fast: optics}\n"                                                           \
    "  - {id: T3, what: pod, published: 8X, tag: P, source: paper, metric: domain_rate_ratio,\n"   \
    "     slow: copper, fast: optics}\n"                                                           \
    "  - {id: T4, what: power, published: 1.5 kW, tag: P, source: paper,\n"                        \
    "     metric: link_power_difference, more: study_cpo_25d, less: study_cpo_3d,\n"               \
    "     rate: 200 Tbps}\n"                                                                       \
    "waterfall:\n"                                                                                 \
    "  target: T1\n"                                                                               \
    "  start: {label: bare, set: {assumptions: {effects: {latency: false, optimizer: false}}}}\n"  \
    "  steps:\n"                                                                                   \
    "    - {label: with latency, why: w1, set: {assumptions: {effects: {latency: true}}}}\n"       \
    "    - {label: with optimizer, set: {assumptions: {effects: {optimizer: true}}}}\n"            \
    "  beyond:\n"                                                                                  \
    "    - {label: hidden, set: {assumptions: {overlap: {expert: 1.0}}}}\n"                        \
    "remarks:\n"                                                                                   \
    "  - text: A remark.\n"

/* the text with the only `from` replaced by `to` */
static inline const char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    ck_assert_msg(at && !strstr(at + 1, from), "`%s` does not stand once in the study", from);
    const char *made =
        fab_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    ck_assert_ptr_nonnull(made);
    return made;
}

static inline fab_status read_study(const char *text, const fab_study **out)
{
    diagnostics = fab_diagnostics_make(arena);
    return fab_study_read(catalog, parse_text("study.yaml", text), "study.yaml", arena,
                          &diagnostics, out);
}

static inline const fab_study *good_study(const char *text)
{
    const fab_study *study = NULL;
    const fab_status status = read_study(text, &study);
    ck_assert_msg(status == FAB_OK, "%s\n%s", diagnostics.count ? diagnostics.items[0].message : "",
                  text);
    return study;
}

static inline const fab_study_result *good_result(const char *text)
{
    const fab_study_result *result = NULL;
    const fab_status status = fab_study_run(good_study(text), arena, &diagnostics, &result);
    ck_assert_msg(status == FAB_OK, "%s", diagnostics.count ? diagnostics.items[0].message : "");
    ck_assert_uint_eq(diagnostics.count, 0);
    return result;
}

/* time to train with the layers given, 0 when it is not feasible: the slow and plain way */
static inline double time_of_layers(const fab_study *study, const fab_study_layers *layers)
{
    fab_scenario scenario;
    fab_forecast forecast;
    fab_diagnostics unheard = fab_diagnostics_make(arena);
    if (fab_study_compose(study, layers, arena, &unheard, &scenario) != FAB_OK) {
        return 0.0;
    }
    ck_assert_int_eq(fab_train_forecast(&scenario, arena, &forecast), FAB_OK);
    return forecast.is_feasible ? fab_ownership_forecast(&scenario, &forecast).time_to_train_s
                                : 0.0;
}

#endif
