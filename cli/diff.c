#include "command.h"

#include <argp.h>
#include <string.h>

#include <fabricast/compare.h>
#include <fabricast/scenario.h>
#include <fabricast/study.h>

/* fabricast diff FIRST SECOND [--json] */

typedef struct fab_diff_options {
    const char *paths[2];
    bool wants_json;
} fab_diff_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_diff_options *options = state->input;
    switch (key) {
    case 'j':
        options->wants_json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            argp_error(state, "two at a time; `%s` is too many", argument);
            return 0;
        }
        options->paths[state->arg_num] = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2) {
            argp_error(state, "two scenarios, or points of studies, are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"json", 'j', NULL, 0, "Print JSON: times in s, sizes in byte, energy in J", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "FIRST SECOND",
    "Say why the second trains faster than the first, or slower: the parts of a step (s) as a "
    "waterfall from one to the other, and every setting in which they differ. Each is a scenario "
    "file, or a point of a study as STUDY.yaml:VALUE/VARIANT "
    "(studies/moe-3d-optics.yaml:Config4/optics)."
    "\vExits with 1 when one of the two does not fit in memory or its fabric cannot be built.",
    NULL,
    NULL,
    NULL};

/* Where the name of a point begins in `FILE.yaml:POINT`, or NULL. */
static const char *point_of(const char *path)
{
    const char *point = NULL;
    for (const char *at = strstr(path, ".y"); at != NULL; at = strstr(at + 1, ".y")) {
        const size_t word = strncmp(at, ".yaml:", 6) == 0  ? 6
                            : strncmp(at, ".yml:", 5) == 0 ? 5
                                                           : 0;
        point = word > 0 ? at + word : point;
    }
    return point;
}

static fab_status load(fab_session *session, const char *path, fab_compared *out)
{
    const char *point = point_of(path);
    if (point == NULL) {
        const fab_scenario *scenario = NULL;
        FAB_TRY(fab_scenario_load(session->catalog, path, session->arena, &session->diagnostics,
                                  &scenario));
        return fab_compared_make(path, scenario, session->arena, out);
    }
    const fab_study *study = NULL;
    const char *file = fab_arena_copy(session->arena, path, (size_t)(point - 1 - path));
    if (file == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_study_load(session->catalog, file, session->arena, &session->diagnostics, &study));
    FAB_TRY(fab_compared_point(study, point, session->arena, &session->diagnostics, out));
    out->label = path;
    return FAB_OK;
}

static int diff(fab_session *session, void *arguments)
{
    const fab_diff_options *options = arguments;
    fab_compared sides[2];
    for (int i = 0; i < 2; i++) {
        const fab_status status = load(session, options->paths[i], &sides[i]);
        if (status != FAB_OK) {
            return fab_session_explain(session, status, options->paths[i]);
        }
    }
    fab_comparison comparison;
    fab_status status = fab_compare(&sides[0], &sides[1], session->arena, &comparison);
    if (status == FAB_OK) {
        status = options->wants_json
                     ? fab_report_comparison_json(&comparison, session->arena, stdout)
                     : fab_report_comparison_text(&comparison, session->arena, stdout);
    }
    const int code = fab_session_explain(session, status, "the comparison");
    const bool is_feasible = sides[0].forecast.is_feasible && sides[1].forecast.is_feasible;
    return code == FAB_EXIT_DONE && !is_feasible ? FAB_EXIT_NO : code;
}

int fab_command_diff(int argc, char **argv)
{
    fab_diff_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, diff);
}
