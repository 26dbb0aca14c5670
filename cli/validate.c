#include "command.h"

#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/validate.h>

#include "replace.h"

/* fabricast validate [FILE.csv] [--source KEY] [--csv OUT] [--max-median SHARE] [--json] */

typedef struct fab_validate_options {
    const char *path; /* NULL: the table built in */
    const char *source_key;
    const char *table;
    double most_median_frac; /* NAN: no bar */
    bool wants_json;
} fab_validate_options;

static double read_share(struct argp_state *state, const char *argument)
{
    char *end = NULL;
    const double share = strtod(argument, &end);
    if (end == argument || *end != '\0' || !(share > 0.0 && share < 100.0)) {
        argp_error(state, "--max-median `%s` is no share such as 0.08", argument);
        return (double)NAN;
    }
    return share;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_validate_options *options = state->input;
    switch (key) {
    case 's':
        options->source_key = argument;
        return 0;
    case 'c':
        options->table = argument;
        return 0;
    case 'm':
        options->most_median_frac = read_share(state, argument);
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
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"source", 's', "KEY", 0, "Only the rows of one source_key", 0},
    {"csv", 'c', "OUT", 0, "Write a line per row into OUT, which is replaced when all is ready", 0},
    {"max-median", 'm', "SHARE", 0,
     "Exit with 1 when the median error of all rows is above SHARE (0.08)", 0},
    {"json", 'j', NULL, 0, "Print JSON: times in s, sizes in byte", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "[FILE.csv]",
    "Forecast measured training runs and say how far the forecasts miss, by source, GPU, precision "
    "and kind of model. Without a file the runs that are built in. What a row leaves open is "
    "assumed or searched, and said in the table that --csv writes."
    "\vExits with 1 when a bar on the command line is missed.",
    NULL,
    NULL,
    NULL};

typedef struct fab_validation_file {
    const fab_validation *validation;
    fab_arena *arena;
} fab_validation_file;

/* a failure of the stream is found by whoever closes it */
static void write_table(const void *content, FILE *stream)
{
    const fab_validation_file *file = content;
    (void)!fab_report_validation_csv(file->validation, file->arena, stream);
}

static int validate(fab_session *session, void *arguments)
{
    const fab_validate_options *options = arguments;
    const char *what = options->path != NULL ? options->path : "the measured runs";
    const fab_validation *validation = NULL;
    fab_status status = fab_validate_runs(session->catalog, options->path, options->source_key,
                                          session->arena, &session->diagnostics, &validation);
    if (status != FAB_OK) {
        return fab_session_explain(session, status, what);
    }
    const fab_validation_file file = {validation, session->arena};
    if (options->table != NULL &&
        !fab_file_replace(options->table, write_table, &file, session->arena)) {
        return FAB_EXIT_MACHINE;
    }
    if (options->wants_json) {
        const fab_run_meter meter = fab_session_meter(session, (double)validation->row_count);
        status = fab_report_validation_json(validation, &meter, session->arena, stdout);
    } else {
        status = fab_report_validation_text(validation, session->arena, stdout);
    }
    const int code = fab_session_explain(session, status, what);
    const fab_score_group *all = &validation->totals[validation->total_count - 1];
    const bool is_missed = all->scored_count == 0 || all->median_frac > options->most_median_frac;
    return code == FAB_EXIT_DONE && !isnan(options->most_median_frac) && is_missed ? FAB_EXIT_NO
                                                                                   : code;
}

int fab_command_validate(int argc, char **argv)
{
    fab_validate_options options = {.most_median_frac = (double)NAN};
    return fab_session_main(&ARGP, argc, argv, &options, validate);
}
