#include "command.h"

#include <argp.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/flow.h>
#include <fabricast/report.h>
#include <fabricast/units.h>

#include "replace.h"

/* fabricast flows FILE.csv --link-rate RATE [--csv OUT.csv] [--memory SIZE] [--general] [--json] */

typedef struct fab_flows_options {
    const char *path;
    const char *rate;
    const char *memory;
    const char *table;
    bool is_general;
    bool wants_json;
} fab_flows_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_flows_options *options = state->input;
    switch (key) {
    case 'r':
        options->rate = argument;
        return 0;
    case 'm':
        options->memory = argument;
        return 0;
    case 'c':
        options->table = argument;
        return 0;
    case 'g':
        options->is_general = true;
        return 0;
    case 'j':
        options->wants_json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one file at a time; `%s` is too many", argument);
        }
        options->path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a CSV file of flows is needed");
        return 0;
    case ARGP_KEY_SUCCESS:
        if (options->rate == NULL) {
            argp_error(state, "the rate of the links is needed, such as --link-rate 50GB/s");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"link-rate", 'r', "RATE", 0, "Bandwidth of every link, such as 50GB/s or 400 Gb/s", 0},
    {"csv", 'c', "OUT", 0,
     "Write flow,finish_s,reference_s,relative_difference into the file OUT, which is replaced "
     "when "
     "all is ready",
     0},
    {"memory", 'm', "SIZE", 0, "Stop rather than take more memory than SIZE (default: 8 GiB)", 0},
    {"general", 'g', NULL, 0, "Solve every flow by itself, whatever is symmetric", 0},
    {"json", 'j', NULL, 0, "Print JSON: times in s", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "FILE.csv",
    "Run an explicit set of flows, which all start at 0 and share links max-min fairly, to their "
    "end. FILE.csv has the header flow,size_B,finish_s,links: a number, bytes, seconds to compare "
    "with (may be empty, and the column may be missing), and the numbers of the links crossed with "
    "blanks between them; # begins a comment."
    "\vTimes are in s, sizes in byte, bandwidths one direction. The last line is the largest "
    "relative difference from the finish times of the file. Exits with 2 when the file or the "
    "usage "
    "is wrong, with 3 when memory does not suffice or OUT cannot be written.",
    NULL,
    NULL,
    NULL};

#define DEFAULT_MEMORY "8 GiB"

/* Reads an option that is a quantity above 0. */
static fab_status read_option(fab_session *session, const char *option, const char *text,
                              fab_dimension dimension, double *value)
{
    const char *message = NULL;
    fab_status status = fab_quantity_parse(text, dimension, session->arena, value, &message);
    if (status == FAB_OK && !(*value > 0.0)) {
        status = FAB_E_INPUT;
        message = "it must be above 0";
    }
    if (status == FAB_E_INPUT) {
        message = message != NULL ? message : "not understood";
        const char *expected = fab_dimension_expected(dimension);
        const bool is_said = strstr(message, expected) != NULL;
        fprintf(stderr, "fabricast: --%s `%s`: %s%s%s\n", option, text, message,
                is_said ? "" : "; expected ", is_said ? "" : expected);
    }
    return status;
}

static double relative_difference(double finish_s, double reference_s)
{
    const double difference_s = fabs(finish_s - reference_s);
    return difference_s == 0.0 ? 0.0 : difference_s / (reference_s > 0.0 ? reference_s : finish_s);
}

static void compare(fab_flow_answer *answer)
{
    for (uint32_t i = 0; i < answer->file.set.flow_count; i++) {
        if (answer->file.reference_s[i] >= 0.0) {
            const double difference =
                relative_difference(answer->finish_s[i], answer->file.reference_s[i]);
            answer->largest_frac =
                difference > answer->largest_frac ? difference : answer->largest_frac;
            answer->references++;
        }
    }
}

static fab_status simulate(fab_arena *arena, double rate_bps, bool is_general,
                           fab_flow_answer *answer)
{
    const uint32_t links = answer->file.link_count, flows = answer->file.set.flow_count;
    double *rates = FAB_NEW(arena, double, links);
    double *finish_s = FAB_NEW(arena, double, flows);
    fab_flow_network *network = NULL;
    if (rates == NULL || finish_s == NULL) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < links; i++) {
        rates[i] = rate_bps;
    }
    const fab_flow_options options = {.is_general = is_general};
    FAB_TRY(fab_flow_network_create(arena, rates, links, &network));
    FAB_TRY(fab_flow_run(network, &answer->file.set, &options, finish_s, &answer->result));
    answer->finish_s = finish_s;
    compare(answer);
    return FAB_OK;
}

/* what fails shows in the stream */
static fab_status write_table(const void *content, fab_arena *arena, FILE *stream)
{
    (void)arena;
    const fab_flow_answer *answer = content;
    fprintf(stream, "flow,finish_s,reference_s,relative_difference\n");
    for (uint32_t i = 0; i < answer->file.set.flow_count; i++) {
        const double finish_s = answer->finish_s[i], reference_s = answer->file.reference_s[i];
        fprintf(stream, "%" PRIu64 ",%.17g,", answer->file.flow_id[i], finish_s);
        if (reference_s >= 0.0) {
            fprintf(stream, "%.17g,%.17g\n", reference_s,
                    relative_difference(finish_s, reference_s));
        } else {
            fprintf(stream, ",\n");
        }
    }
    return FAB_OK;
}

static void print_text(const fab_flow_answer *answer)
{
    const fab_flow_result *result = &answer->result;
    printf("flows         %" PRIu32 "\n", answer->file.set.flow_count);
    printf("links         %" PRIu32 "\n", answer->file.link_count);
    printf("flow classes  %" PRIu32 "\n", result->class_count);
    printf("link classes  %" PRIu32 "\n", result->link_classes);
    printf("events        %" PRIu32 "\n", result->events);
    printf("makespan      %.17g s\n\n", result->makespan_s);
    if (answer->references > 0) {
        printf(
            "Largest relative difference |finish_s - reference_s| / reference_s over the %" PRIu32
            " flows for which the file has a finish time:\n%.6g\n",
            answer->references, answer->largest_frac);
    } else {
        printf(
            "The file has no finish times to compare with; largest relative difference:\nnone\n");
    }
}

static int fail(fab_session *session, const fab_flows_options *options, fab_status status)
{
    if (status == FAB_E_NOMEM) {
        fprintf(stderr,
                "fabricast: %s: these flows need more memory than the limit of %s; --memory sets "
                "it\n",
                options->path, options->memory);
        return FAB_EXIT_MACHINE;
    }
    return fab_session_explain(session, status, options->path);
}

static int answer_with(fab_session *session, fab_arena *arena, const fab_flows_options *options,
                       double rate_bps)
{
    fab_flow_answer answer = {0};
    fab_status status =
        fab_flow_file_load(options->path, arena, &session->diagnostics, &answer.file);
    if (status == FAB_OK) {
        status = simulate(arena, rate_bps, options->is_general, &answer);
    }
    if (status != FAB_OK) {
        return fail(session, options, status);
    }
    if (options->table != NULL) {
        status = fab_file_replace(session, options->table, write_table, &answer);
    }
    if (status != FAB_OK) {
        return fab_session_explain(session, status, options->path);
    }
    if (options->wants_json) {
        const fab_run_meter meter = fab_session_meter(session, answer.file.set.flow_count);
        status = fab_report_flows_json(&answer, &meter, session->arena, stdout);
    } else {
        print_text(&answer);
    }
    return fab_session_explain(session, status, options->path);
}

static int run(fab_session *session, void *arguments)
{
    const fab_flows_options *options = arguments;
    double rate_bps = 0.0, memory_byte = 0.0;
    fab_status status = read_option(session, "link-rate", options->rate, FAB_DIM_RATE, &rate_bps);
    if (status == FAB_OK) {
        status = read_option(session, "memory", options->memory, FAB_DIM_SIZE, &memory_byte);
    }
    if (status != FAB_OK) {
        return status == FAB_E_INPUT ? FAB_EXIT_USER
                                     : fab_session_explain(session, status, options->path);
    }
    const size_t limit = memory_byte < 0x1p62 ? (size_t)memory_byte : (size_t)1 << 62;
    fab_arena *arena = fab_arena_create(limit);
    if (arena == NULL) {
        return fail(session, options, FAB_E_NOMEM);
    }
    const int code = answer_with(session, arena, options, rate_bps);
    fab_arena_destroy(arena);
    return code;
}

int fab_command_flows(int argc, char **argv)
{
    fab_flows_options options = {.memory = DEFAULT_MEMORY};
    return fab_session_main(&ARGP, argc, argv, &options, run);
}
