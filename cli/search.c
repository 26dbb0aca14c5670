#include "arguments.h"
#include "command.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#include <fabricast/scenario.h>
#include <fabricast/search.h>

/* fabricast search SCENARIO.yaml [--top N] [--json] */

#define DEFAULT_TOP 10

typedef struct fab_search_options {
    const char *path;
    size_t top;
    bool wants_json;
} fab_search_options;

static size_t read_top(struct argp_state *state, const char *argument)
{
    char *end = NULL;
    errno = 0;
    const long top = strtol(argument, &end, 10);
    if (end == argument || *end != '\0' || errno != 0 || top < 1 ||
        top > (long)FAB_SEARCH_TOP_LIMIT) {
        argp_error(state, "--top `%s` is no whole number from 1 to %zu", argument,
                   FAB_SEARCH_TOP_LIMIT);
        return DEFAULT_TOP;
    }
    return (size_t)top;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_search_options *options = state->input;
    switch (key) {
    case 't':
        options->top = read_top(state, argument);
        return 0;
    case 'j':
        options->wants_json = true;
        return 0;
    default:
        return fab_argument_scenario(key, argument, state, &options->path);
    }
}

static const struct argp_option OPTIONS[] = {
    {"top", 't', "N", 0, "Show the N fastest mappings, 1 to 1000 (default 10)", 0},
    {"json", 'j', NULL, 0, "Print JSON: times in s, sizes in byte", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "SCENARIO.yaml",
    "Find the fastest mapping of a training job by trying all: tensor, context, pipeline, "
    "expert and expert-tensor sizes, micro-batch, interleave, order of experts, recomputation. The "
    "table says step time and its exposed messages (s), time to train (days), MFU (%) and memory "
    "of "
    "the fullest package (GB), beside the scenario's own mapping."
    "\vExits with 1 when no mapping fits in memory or the fabric cannot be built.",
    NULL,
    NULL,
    NULL};

static fab_status find(fab_session *session, const fab_search_options *options, bool *is_found)
{
    const fab_scenario *scenario = NULL;
    fab_search_result result;
    FAB_TRY(fab_scenario_load(session->catalog, options->path, session->arena,
                              &session->diagnostics, &scenario));
    FAB_TRY(fab_search_run(scenario, options->top, session->arena, &result));
    *is_found = result.row_count > 0;
    if (options->wants_json) {
        const fab_run_meter meter = fab_session_meter(session, (double)result.counts.forecast);
        return fab_report_search_json(&result, &meter, session->arena, stdout);
    }
    return fab_report_search_text(&result, session->arena, stdout);
}

static int search(fab_session *session, void *arguments)
{
    const fab_search_options *options = arguments;
    bool is_found = false;
    const fab_status status = find(session, options, &is_found);
    const int code = fab_session_explain(session, status, options->path);
    return code == FAB_EXIT_DONE && !is_found ? FAB_EXIT_NO : code;
}

int fab_command_search(int argc, char **argv)
{
    fab_search_options options = {.top = DEFAULT_TOP};
    return fab_session_main(&ARGP, argc, argv, &options, search);
}
