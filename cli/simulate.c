#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/timeline.h>
#include <fabricast/train.h>
#include <fabricast/units.h>

#include "arguments.h"
#include "replace.h"
#include "simulating.h"

/* fabricast simulate SCENARIO.yaml [--trace FILE] [--svg FILE] [--slow STAGE[:TIER]=RATIO ...]
 * [--memory SIZE] [--json] */

typedef struct fab_simulate_words {
    const char *path;
    const char *trace;
    const char *svg;
    fab_simulating_words links;
    const char *slow[FAB_SLOW_PART_LIMIT];
    size_t slow_count;
    bool wants_json;
} fab_simulate_words;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_simulate_words *words = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &words->links;
        return 0;
    case 't':
        words->trace = argument;
        return 0;
    case 'v':
        words->svg = argument;
        return 0;
    case 's':
        if (words->slow_count == FAB_SLOW_PART_LIMIT) {
            argp_error(state, "--slow: at most %d of them", FAB_SLOW_PART_LIMIT);
        } else {
            words->slow[words->slow_count++] = argument;
        }
        return 0;
    case 'j':
        words->wants_json = true;
        return 0;
    default:
        return fab_argument_scenario(key, argument, state, &words->path);
    }
}

static const struct argp_option OPTIONS[] = {
    {"trace", 't', "FILE.json", 0,
     "Write the timeline in the format of Chrome's trace viewer, which ui.perfetto.dev opens", 0},
    {"svg", 'v', "FILE.svg", 0, "Write a picture of the timeline and of the use of links", 0},
    {"slow", 's', "STAGE[:TIER]=RATIO", 0,
     "Computation of a stage (from 1), or its links of a tier (from 1), at this ratio of their "
     "speed: a straggler, a degraded link (may be repeated)",
     0},
    {"json", 'j', NULL, 0, "Print JSON: times in s", 0},
    {0},
};

static const struct argp_child CHILDREN[] = {
    {&FAB_LINKS_ARGP, 0, "Links:", 1},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "SCENARIO.yaml",
    "Simulate one training step event by event: computation and messages of every pipeline stage "
    "as "
    "streams, all messages sharing the links of a package. Prints the step time (s) beside the "
    "forecast of `train`, by class, and the use of the links."
    "\vExits with 1 when the model does not fit in memory, the fabric cannot be built or a limit "
    "ends it, with 3 when a file cannot be written.",
    CHILDREN,
    NULL,
    NULL};

/* a whole number from 1 on that ends at `end` */
static bool read_index(const char *text, const char *end, int64_t *index_out)
{
    char *stop = NULL;
    const long long number = strtoll(text, &stop, 10);
    *index_out = (int64_t)number - 1;
    return *text >= '0' && *text <= '9' && stop == end && number >= 1;
}

static bool read_slow(const char *word, fab_slow_part *out)
{
    const char *equals = strchr(word, '=');
    const char *colon = strchr(word, ':');
    char *stop = NULL;
    *out = (fab_slow_part){.tier = -1};
    if (equals == NULL || (colon != NULL && colon > equals)) {
        return false;
    }
    out->ratio = strtod(equals + 1, &stop);
    return read_index(word, colon != NULL ? colon : equals, &out->stage) &&
           (colon == NULL || read_index(colon + 1, equals, &out->tier)) && stop != equals + 1 &&
           *stop == '\0' && out->ratio > 0.0 && out->ratio <= 1.0;
}

static fab_status read_options(fab_session *session, const fab_simulate_words *words,
                               const fab_scenario *scenario, fab_slow_part *slow,
                               fab_step_options *out, fab_simulating_limit *limit)
{
    fab_simulation_options links;
    *out = (fab_step_options){.slow = slow, .slow_count = words->slow_count};
    for (size_t i = 0; i < words->slow_count; i++) {
        if (!read_slow(words->slow[i], &slow[i])) {
            fab_diagnose(
                &session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                "STAGE=RATIO or STAGE:TIER=RATIO, numbers from 1 and a ratio above 0 and up "
                "to 1, such as 3=0.8 or 3:2=0.5",
                "--slow `%s` is not understood", words->slow[i]);
        }
    }
    if (words->trace != NULL && words->svg != NULL && strcmp(words->trace, words->svg) == 0) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                     "give each a file of its own", "--trace and --svg both write `%s`",
                     words->svg);
    }
    FAB_TRY(fab_simulating_read(session, &words->links, scenario->job.gpus,
                                (size_t)scenario->fabric.tier_count, &links, limit));
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        out->wirings[tier] = links.wirings[tier];
    }
    out->graph = links.graph;
    out->faults = links.faults;
    out->fault_count = links.fault_count;
    out->routing = links.routing;
    out->is_general = links.is_general;
    out->goes_on = links.goes_on;
    out->context = links.context;
    return FAB_OK;
}

static fab_status write_trace(const void *content, fab_arena *arena, FILE *stream)
{
    return fab_report_step_trace(content, arena, stream);
}

static fab_status write_svg(const void *content, fab_arena *arena, FILE *stream)
{
    return fab_report_step_svg(content, arena, stream);
}

static fab_status write_files(fab_session *session, const fab_simulate_words *words,
                              const fab_step_simulation *step)
{
    if (words->trace != NULL) {
        FAB_TRY(fab_file_replace(session, words->trace, write_trace, step));
    }
    return words->svg == NULL ? FAB_OK : fab_file_replace(session, words->svg, write_svg, step);
}

/* What is known when the step does not fit in the memory that it may take. */
static int tell_memory(double closed_form_s, size_t memory_byte)
{
    char memory[64], time[64];
    fprintf(stderr,
            "fabricast: simulate: the step needs more than %s (--max-memory); in closed form it "
            "takes %s\n",
            fab_quantity_format(memory, sizeof(memory), (double)memory_byte, FAB_DIM_SIZE, 4),
            fab_quantity_format(time, sizeof(time), closed_form_s, FAB_DIM_TIME, 4));
    return FAB_EXIT_NO;
}

static int print(fab_session *session, const fab_simulate_words *words,
                 const fab_scenario *scenario, const fab_step_simulation *step)
{
    fab_status status = write_files(session, words, step);
    if (status == FAB_OK) {
        const fab_run_meter meter = fab_session_meter(session, 1.0);
        status = words->wants_json
                     ? fab_report_step_json(scenario, step, &meter, session->arena, stdout)
                     : fab_report_step_text(scenario, step, session->arena, stdout);
    }
    return fab_session_explain(session, status, words->path);
}

/* Simulates what does not fit too, and says so. */
static int simulate_scenario(fab_session *session, const fab_simulate_words *words,
                             const fab_scenario *scenario, const fab_step_options *options,
                             size_t memory_byte)
{
    fab_forecast forecast;
    fab_step_simulation step;
    const char *reason = NULL;
    fab_status status = fab_train_forecast(scenario, session->arena, &forecast);
    fab_arena *arena = status == FAB_OK ? fab_arena_create(memory_byte) : NULL;
    if (arena == NULL) {
        return fab_session_explain(session, status == FAB_OK ? FAB_E_NOMEM : status, words->path);
    }
    fab_session_tell_obstacle(session, words->path, &forecast);
    status = fab_step_simulate(scenario, options, arena, &step, &reason);
    int code = FAB_EXIT_NO;
    if (reason != NULL) {
        fprintf(stderr, "fabricast: simulate: %s: %s\n", words->path, reason);
        code = status == FAB_E_INFEASIBLE ? FAB_EXIT_NO : FAB_EXIT_USER;
    } else if (status == FAB_E_NOMEM) {
        code = tell_memory(forecast.step_s, memory_byte);
    } else if (status != FAB_OK) {
        code = fab_session_explain(session, status, words->path);
    } else {
        code = print(session, words, scenario, &step);
    }
    fab_arena_destroy(arena);
    return code == FAB_EXIT_DONE && !forecast.is_feasible ? FAB_EXIT_NO : code;
}

static int simulate(fab_session *session, void *arguments)
{
    const fab_simulate_words *words = arguments;
    const fab_scenario *scenario = NULL;
    fab_slow_part slow[FAB_SLOW_PART_LIMIT];
    fab_simulating_limit limit;
    fab_step_options options;
    fab_status status = fab_scenario_load(session->catalog, words->path, session->arena,
                                          &session->diagnostics, &scenario);
    if (status == FAB_OK) {
        status = read_options(session, words, scenario, slow, &options, &limit);
    }
    if (status != FAB_OK) {
        return fab_session_explain(session, status, words->path);
    }
    const int code = fab_argument_explain(session);
    return code == FAB_EXIT_DONE
               ? simulate_scenario(session, words, scenario, &options, limit.memory_byte)
               : code;
}

int fab_command_simulate(int argc, char **argv)
{
    fab_simulate_words words = {0};
    return fab_session_main(&ARGP, argc, argv, &words, simulate);
}
