#include "command.h"

#include <argp.h>

#include <fabricast/calibrate.h>

#include "replace.h"

/* fabricast calibrate FILE.csv [--out FILE.yaml] */

typedef struct fab_calibrate_options {
    const char *path;
    const char *out;
} fab_calibrate_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_calibrate_options *options = state->input;
    switch (key) {
    case 'o':
        options->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one file at a time; `%s` is too many", argument);
        }
        options->path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a CSV file of measured kernels or runs is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"out", 'o', "FILE", 0,
     "Write the constants into FILE as rows of the catalog; it is replaced when all is ready", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "FILE.csv",
    "Fit the constants of measured kernels (matrix products, products of groups, attention) per "
    "chip and precision, and say the error on shapes that were held out of the fit; or, of a table "
    "of training runs, one scale of computation per GPU, precision and generation of software, and "
    "the error with each laboratory's runs left out. The columns of FILE.csv are those of "
    "validation/kernels.csv or validation/runs.csv."
    "\vThe same file gives the same constants. Times are in us, rates a share of the dense peak.",
    NULL,
    NULL,
    NULL};

static fab_status write_data(const void *content, fab_arena *arena, FILE *stream)
{
    return fab_report_calibration_data(content, arena, stream);
}

static fab_status calibrate_kernels(fab_session *session, const fab_calibrate_options *options)
{
    const fab_kernel_calibration *calibration = NULL;
    FAB_TRY(fab_calibrate_kernels(session->catalog, options->path, session->arena,
                                  &session->diagnostics, &calibration));
    FAB_TRY(fab_report_calibration_text(calibration, session->arena, stdout));
    return options->out == NULL ? FAB_OK
                                : fab_file_replace(session, options->out, write_data, calibration);
}

static fab_status write_scales(const void *content, fab_arena *arena, FILE *stream)
{
    return fab_report_scales_data(content, arena, stream);
}

static fab_status calibrate_runs(fab_session *session, const fab_calibrate_options *options)
{
    const fab_run_calibration *calibration = NULL;
    FAB_TRY(fab_calibrate_runs(session->catalog, options->path, session->arena,
                               &session->diagnostics, &calibration));
    FAB_TRY(fab_report_scales_text(calibration, session->arena, stdout));
    return options->out == NULL
               ? FAB_OK
               : fab_file_replace(session, options->out, write_scales, calibration);
}

static int calibrate(fab_session *session, void *arguments)
{
    const fab_calibrate_options *options = arguments;
    bool is_runs = false;
    fab_status status =
        fab_calibrate_is_runs(options->path, session->arena, &session->diagnostics, &is_runs);
    if (status == FAB_OK) {
        status = is_runs ? calibrate_runs(session, options) : calibrate_kernels(session, options);
    }
    return fab_session_explain(session, status, options->path);
}

int fab_command_calibrate(int argc, char **argv)
{
    fab_calibrate_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, calibrate);
}
