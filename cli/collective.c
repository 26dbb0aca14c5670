#include "arguments.h"

#include <argp.h>
#include <string.h>

#include <fabricast/collective.h>
#include <fabricast/units.h>

#include "simulating.h"

/* fabricast collective KIND --size S --ranks N --on FABRIC [--stride K] [--algorithm A]
 * [--tiers MODE] [--simulate ...] [--json] */

#define RANK_LIMIT 1000000000

typedef struct fab_collective_words {
    const char *kind;
    const char *size;
    const char *ranks;
    const char *on;
    const char *stride;
    const char *algorithm;
    const char *tiers;
    const char *measured;
    const char *model;
    bool wants_json;
    fab_simulating_words simulating;
} fab_collective_words;

static bool is_to_experts(const fab_collective_words *words)
{
    return words->kind != NULL &&
           (strcmp(words->kind, "dispatch") == 0 || strcmp(words->kind, "combine") == 0);
}

/* every kind by every algorithm */
static bool is_each(const fab_collective_words *words)
{
    return words->kind != NULL && strcmp(words->kind, "each") == 0;
}

static void check_needed(const fab_collective_words *words, struct argp_state *state)
{
    if (is_each(words) && (!words->simulating.is_asked || words->algorithm != NULL ||
                           words->wants_json || words->simulating.traffic != NULL)) {
        argp_error(state, "each needs --simulate and takes no --algorithm, --traffic or --json");
    }
    if (is_to_experts(words) != (words->model != NULL)) {
        argp_error(state, words->model != NULL ? "--model is for dispatch and combine"
                                               : "--model is needed: the model with the experts");
    }
    if (is_to_experts(words) && !words->simulating.is_asked) {
        argp_error(state, "dispatch and combine need --simulate");
    }
    if (words->measured != NULL) {
        if (words->kind != NULL || words->size != NULL || words->ranks != NULL ||
            words->on != NULL || words->stride != NULL || words->algorithm != NULL ||
            words->tiers != NULL || fab_simulating_has_others(&words->simulating)) {
            argp_error(state, "--measured takes no kind and no option but --simulate and --json");
        }
    } else if (words->kind == NULL) {
        argp_error(state, "a kind is needed: all-gather, reduce-scatter, all-reduce, all-to-all, "
                          "send, broadcast, reduce, dispatch, combine or each");
    } else if (words->size == NULL && words->simulating.traffic == NULL) {
        argp_error(state, "--size is needed");
    } else if (words->size != NULL && words->simulating.traffic != NULL) {
        argp_error(state, "--size and --traffic exclude each other");
    } else if (words->on == NULL) {
        argp_error(state, "--on is needed: the fabric");
    } else if (words->ranks == NULL && strcmp(words->kind, "send") != 0) {
        argp_error(state, "--ranks is needed");
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_collective_words *words = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &words->simulating;
        return 0;
    case 's':
        words->size = argument;
        return 0;
    case 'n':
        words->ranks = argument;
        return 0;
    case 'o':
        words->on = argument;
        return 0;
    case 'M':
        words->model = argument;
        return 0;
    case 'k':
        words->stride = argument;
        return 0;
    case 'a':
        words->algorithm = argument;
        return 0;
    case 't':
        words->tiers = argument;
        return 0;
    case 'm':
        words->measured = argument;
        return 0;
    case 'j':
        words->wants_json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (words->kind != NULL) {
            argp_error(state, "`%s` is too many; one kind at a time", argument);
        }
        words->kind = argument;
        return 0;
    case ARGP_KEY_END:
        check_needed(words, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"size", 's', "SIZE", 0,
     "Full (gathered, unscattered) tensor of all-gather, reduce-scatter and all-reduce; local send "
     "buffer of all-to-all; message of send; whole vector of broadcast and reduce (1 GiB)",
     0},
    {"ranks", 'n', "N", 0, "Ranks of a group; a send has 2", 0},
    {"on", 'o', "FABRIC", 0, "Name in the catalog, or a YAML file (fabric: {...} or its fields)",
     0},
    {"stride", 'k', "K", 0, "Packages from one rank to the next (default 1)", 0},
    {"model", 'M', "NAME", 0,
     "Of dispatch and combine: a model of the catalog, whose routing says how many copies of a "
     "token go where; --size is then what the tokens of a rank hold",
     0},
    {"algorithm", 'a', "NAME", 0,
     "auto, ring, direct, halving, doubling, tree, in-network, flat-ring, bruck or forward "
     "(default "
     "auto: the fastest that applies)",
     0},
    {"tiers", 't', "sequential|concurrent", 0,
     "How the tiers share the work: one after the other, or pipelined so that the slowest bounds "
     "(default concurrent on a fabric that names its messaging, else sequential)",
     0},
    {"measured", 'm', "FILE.csv", 0,
     "Instead: compare the calibrated times, or with --simulate those of the messages, with the "
     "measured ones of a file such as validation/collectives.csv",
     0},
    {"json", 'j', NULL, 0, "Print JSON: s, byte, byte/s, J", 0},
    {0},
};

static const struct argp_child CHILDREN[] = {
    {&FAB_SIMULATING_ARGP, 0, "Simulation:", 1},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "KIND\n--measured=FILE.csv",
    "Time one collective on a fabric by every algorithm that applies: all-gather, reduce-scatter, "
    "all-reduce, all-to-all, send, broadcast or reduce. Times in s, bandwidths one direction; bus "
    "bandwidth in byte/s "
    "as nccl-tests define it. With --simulate also `dispatch` and `combine` of tokens to experts, "
    "and "
    "`each` of all kinds by every algorithm that applies."
    "\vAll groups of the job work at once: N ranks K apart make a job of N x K packages. Exits "
    "with "
    "1 when the fabric does not hold them or the algorithm asked for does not apply.",
    CHILDREN,
    NULL,
    NULL};

/* the place of a word in a list, or 0 and a diagnostic */
static int read_word(fab_session *session, const char *what, const char *word,
                     const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, names[i]) == 0) {
            return (int)i;
        }
    }
    const char *hint = fab_nearest_name(word, names, count);
    const char *all = "";
    for (size_t i = 0; i < count && all != NULL; i++) {
        all = fab_arena_printf(session->arena, "%s %s", all, names[i]);
    }
    hint = hint != NULL ? fab_arena_printf(session->arena, "did you mean `%s`?", hint)
                        : fab_arena_printf(session->arena, "There are:%s", all != NULL ? all : "");
    fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, hint, "unknown %s `%s`",
                 what, word);
    return 0;
}

static fab_collective_request read_request(fab_session *session, const fab_collective_words *words)
{
    static const char *const MODES[] = {"sequential", "concurrent"};
    const char *algorithms[FAB_ALGORITHM_COUNT];
    for (int i = 0; i < FAB_ALGORITHM_COUNT; i++) {
        algorithms[i] = fab_algorithm_name(i);
    }
    const char *kinds[FAB_COLLECTIVE_KIND_COUNT];
    for (int i = 0; i < FAB_COLLECTIVE_KIND_COUNT; i++) {
        kinds[i] = fab_collective_name((fab_collective_kind)i);
    }
    fab_collective_request request = {.ranks = 2, .stride = 1};
    if (is_each(words)) {
        request.kind = FAB_ALL_REDUCE;
    } else if (is_to_experts(words)) {
        request.kind = FAB_ALL_TO_ALL;
        request.algorithm = FAB_ALGORITHM_DIRECT;
    } else {
        request.kind = (fab_collective_kind)read_word(session, "collective", words->kind, kinds,
                                                      FAB_COLLECTIVE_KIND_COUNT);
    }
    if (words->size != NULL) {
        fab_argument_quantity(session, "--size", words->size, FAB_DIM_SIZE, &request.size_byte);
    }
    if (words->ranks != NULL) {
        fab_argument_count(session, "--ranks", words->ranks, 1, RANK_LIMIT, &request.ranks);
    }
    if (words->stride != NULL) {
        fab_argument_count(session, "--stride", words->stride, 1, RANK_LIMIT, &request.stride);
    }
    if (words->algorithm != NULL) {
        request.algorithm =
            read_word(session, "algorithm", words->algorithm, algorithms, FAB_ALGORITHM_COUNT);
    }
    if (words->tiers != NULL) {
        request.tier_mode = read_word(session, "tier mode", words->tiers, MODES, 2);
    }
    return request;
}

/* libraries pipeline: where one is named, tiers work at the same time unless asked otherwise */
static int default_mode(const fab_fabric *fabric)
{
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        if (fabric->tiers[i].messaging) {
            return FAB_TIERS_CONCURRENT;
        }
    }
    return FAB_TIERS_SEQUENTIAL;
}

/* errors of the calibrated model on a file of measurements */
static int compare(fab_session *session, const fab_collective_words *words)
{
    const fab_measured_collective *rows = NULL;
    const fab_measured_result *results = NULL;
    const fab_measured_group *groups = NULL;
    size_t count = 0;
    size_t compared = 0;
    size_t made = 0;
    size_t lost = 0;
    const char *reason = NULL;
    fab_status status =
        fab_measured_load(words->measured, session->arena, &session->diagnostics, &rows, &count);
    if (status == FAB_E_INPUT) {
        return fab_argument_explain(session);
    }
    if (status == FAB_OK) {
        status = words->simulating.is_asked
                     ? fab_measured_simulate(session->catalog, rows, count, session->arena,
                                             &results, &compared, &lost, &reason)
                     : fab_measured_compare(session->catalog, rows, count, session->arena, &results,
                                            &compared, &reason);
    }
    if (reason != NULL) {
        fprintf(stderr, "fabricast: collective: %s: %s\n", words->measured, reason);
        return FAB_EXIT_USER;
    }
    if (status == FAB_OK) {
        status = fab_measured_summarise(results, compared, session->arena, &groups, &made);
    }
    if (status == FAB_OK) {
        const fab_measured_way way = {words->simulating.is_asked, lost};
        status = words->wants_json
                     ? fab_report_measured_json(groups, made, &way, session->arena, stdout)
                     : fab_report_measured_text(groups, made, &way, session->arena, stdout);
    }
    return fab_session_explain(session, status, "collective");
}

/* What is known when the messages do not fit in the memory that they may take. */
static int tell_memory(const fab_simulation *simulation, const fab_simulating_limit *limit)
{
    char memory[64], time[64];
    fprintf(
        stderr,
        "fabricast: collective: the messages need more than %s (--max-memory); in closed form "
        "they take %s\n",
        fab_quantity_format(memory, sizeof(memory), (double)limit->memory_byte, FAB_DIM_SIZE, 4),
        fab_quantity_format(time, sizeof(time), simulation->closed_form_s, FAB_DIM_TIME, 4));
    return FAB_EXIT_NO;
}

/* a model with experts, or NULL and a diagnostic */
static const fab_model *read_model(fab_session *session, const char *name)
{
    const fab_model *model = fab_catalog_model(session->catalog, name);
    if (model == NULL) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                     "`fabricast catalog model` lists them", "unknown model `%s`", name);
    } else if (model->experts == 0) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL,
                     "model `%s` has no experts", name);
    }
    return model != NULL && model->experts > 0 ? model : NULL;
}

/* Simulates in an arena of its own, whose limit is the limit of memory. */
static int simulate(fab_session *session, const fab_collective_words *words,
                    const fab_collective_answer *answer, const double *traffic_byte)
{
    const fab_collective_request *request = &answer->request;
    fab_simulation_options options;
    fab_simulation simulation = {.is_complete = true};
    const char *reason = NULL;
    fab_simulating_limit limit;
    fab_status status =
        fab_simulating_read(session, &words->simulating, request->ranks * request->stride,
                            (size_t)answer->fabric->tier_count, &options, &limit);
    if (status != FAB_OK) {
        return fab_session_explain(session, status, "collective");
    }
    options.traffic_byte = traffic_byte;
    fab_token_routing routing = {.is_combine = strcmp(words->kind, "combine") == 0};
    routing.model = words->model != NULL ? read_model(session, words->model) : NULL;
    options.experts = routing.model != NULL ? &routing : NULL;
    const int code = fab_argument_explain(session);
    if (code != FAB_EXIT_DONE) {
        return code;
    }
    fab_arena *arena = fab_arena_create(limit.memory_byte);
    if (arena == NULL) {
        return fab_session_explain(session, FAB_E_NOMEM, "collective");
    }
    session->start_s = fab_session_clock_s();
    status = fab_collective_simulate(answer, &options, arena, &simulation, &reason);
    if (reason != NULL) {
        fprintf(stderr, "fabricast: collective: %s\n", reason);
        fab_arena_destroy(arena);
        return status == FAB_E_INFEASIBLE ? FAB_EXIT_NO : FAB_EXIT_USER;
    }
    if (status == FAB_E_NOMEM) {
        fab_arena_destroy(arena);
        return tell_memory(&simulation, &limit);
    }
    if (status == FAB_OK) {
        const fab_run_meter meter = fab_session_meter(session, 1.0);
        status =
            words->wants_json
                ? fab_report_simulation_json(answer, &simulation, &meter, session->arena, stdout)
                : fab_report_simulation_text(answer, &simulation, session->arena, stdout);
    }
    fab_arena_destroy(arena);
    const int told = fab_session_explain(session, status, "collective");
    return told == FAB_EXIT_DONE && !simulation.is_complete ? FAB_EXIT_NO : told;
}

/* Traffic from a file says what an even buffer would be; popular ranks go by direct messages. */
static fab_status read_traffic(fab_session *session, const fab_collective_words *words,
                               fab_collective_request *request, const double **traffic_byte_out)
{
    if (words->simulating.traffic != NULL && session->diagnostics.errors == 0) {
        FAB_TRY(fab_simulating_read_traffic(session, &words->simulating, request->ranks,
                                            traffic_byte_out, &request->size_byte));
    }
    const bool is_uneven = words->simulating.traffic != NULL || words->simulating.skew != NULL;
    if (is_uneven && words->algorithm == NULL && request->kind == FAB_ALL_TO_ALL) {
        request->algorithm = FAB_ALGORITHM_DIRECT;
    }
    return FAB_OK;
}

/* Whether all messages of all collectives have arrived. */
static bool are_complete(const fab_simulation *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!list[i].is_complete) {
            return false;
        }
    }
    return true;
}

/* Simulates what of all kinds and algorithms applies, one after the other; returns an exit code. */
static int simulate_all(fab_session *session, const fab_fabric *fabric,
                        fab_collective_request request, const fab_simulation_options *options,
                        fab_arena *arena, fab_simulation *list, size_t *count_out)
{
    for (int i = 0; i < FAB_COLLECTIVE_KIND_COUNT * FAB_ALGORITHM_COUNT; i++) {
        fab_collective_answer answer;
        const char *reason = NULL;
        request.kind = (fab_collective_kind)(i / FAB_ALGORITHM_COUNT);
        request.algorithm = i % FAB_ALGORITHM_COUNT;
        if (request.algorithm == FAB_ALGORITHM_AUTO) {
            continue;
        }
        fab_simulation *next = &list[*count_out];
        fab_status status = fab_collective_lay(fabric, &request, session->arena, &answer, &reason);
        if (status == FAB_OK) {
            status = fab_collective_simulate(&answer, options, arena, next, &reason);
            if (status == FAB_E_NOMEM) {
                return tell_memory(next, options->context);
            }
        }
        if (status == FAB_OK) {
            ++*count_out;
        } else if (reason == NULL) {
            return fab_session_explain(session, status, "collective");
        }
    }
    return FAB_EXIT_DONE;
}

static int report_each(fab_session *session, const fab_simulation *list, size_t count)
{
    if (count == 0) {
        fprintf(stderr, "fabricast: collective: no collective of these ranks is simulated on this "
                        "fabric\n");
        return FAB_EXIT_NO;
    }
    const int told = fab_session_explain(
        session, fab_report_simulations_text(list, count, session->arena, stdout), "collective");
    return told == FAB_EXIT_DONE && !are_complete(list, count) ? FAB_EXIT_NO : told;
}

static int show_each(fab_session *session, const fab_collective_words *words,
                     const fab_fabric *fabric, const fab_collective_request *request)
{
    fab_simulation list[FAB_COLLECTIVE_KIND_COUNT * FAB_ALGORITHM_COUNT];
    fab_simulation_options options;
    fab_simulating_limit limit;
    size_t count = 0;
    const fab_status status =
        fab_simulating_read(session, &words->simulating, request->ranks * request->stride,
                            (size_t)fabric->tier_count, &options, &limit);
    int code = status == FAB_OK ? fab_argument_explain(session)
                                : fab_session_explain(session, status, "collective");
    if (code != FAB_EXIT_DONE) {
        return code;
    }
    fab_arena *arena = fab_arena_create(limit.memory_byte);
    if (arena == NULL) {
        return fab_session_explain(session, FAB_E_NOMEM, "collective");
    }
    code = simulate_all(session, fabric, *request, &options, arena, list, &count);
    if (code == FAB_EXIT_DONE) {
        code = report_each(session, list, count);
    }
    fab_arena_destroy(arena);
    return code;
}

static int show(fab_session *session, void *arguments)
{
    const fab_collective_words *words = arguments;
    if (words->measured != NULL) {
        return compare(session, words);
    }
    fab_collective_request request = read_request(session, words);
    const double *traffic_byte = NULL;
    fab_fabric fabric;
    fab_status status = read_traffic(session, words, &request, &traffic_byte);
    if (status == FAB_OK) {
        status = fab_argument_fabric(session, words->on, &fabric);
    }
    if (status == FAB_E_NOMEM) {
        return fab_session_explain(session, status, "collective");
    }
    const int code = fab_argument_explain(session);
    if (code != FAB_EXIT_DONE) {
        return code;
    }
    request.tier_mode = words->tiers ? request.tier_mode : default_mode(&fabric);
    if (is_each(words)) {
        return show_each(session, words, &fabric, &request);
    }
    fab_collective_answer answer;
    const char *reason = NULL;
    status = fab_collective_lay(&fabric, &request, session->arena, &answer, &reason);
    if (reason != NULL) {
        fprintf(stderr, "fabricast: collective: %s\n", reason);
        return status == FAB_E_INFEASIBLE ? FAB_EXIT_NO : FAB_EXIT_USER;
    }
    if (status == FAB_OK && words->simulating.is_asked) {
        return simulate(session, words, &answer, traffic_byte);
    }
    if (status == FAB_OK) {
        status = words->wants_json ? fab_report_collective_json(&answer, session->arena, stdout)
                                   : fab_report_collective_text(&answer, session->arena, stdout);
    }
    return fab_session_explain(session, status, "collective");
}

int fab_command_collective(int argc, char **argv)
{
    fab_collective_words words = {0};
    return fab_session_main(&ARGP, argc, argv, &words, show);
}
