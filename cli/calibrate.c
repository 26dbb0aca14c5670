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
        argp_error(state, "a CSV file of measured kernels is needed");
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
    "chip and precision, and say the error on shapes that were held out of the fit. The columns "
    "of FILE.csv are those of validation/kernels.csv."
    "\vThe same file gives the same constants. Times are in us, rates a share of the dense peak.",
    NULL,
    NULL,
    NULL};

typedef struct fab_calibration_file {
    const fab_kernel_calibration *calibration;
    fab_arena *arena;
} fab_calibration_file;

/* a failure of the stream is found by whoever closes it */
static void write_data(const void *content, FILE *stream)
{
    const fab_calibration_file *file = content;
    (void)!fab_report_calibration_data(file->calibration, file->arena, stream);
}

static int calibrate(fab_session *session, void *arguments)
{
    const fab_calibrate_options *options = arguments;
    const fab_kernel_calibration *calibration = NULL;
    fab_status status = fab_calibrate_kernels(session->catalog, options->path, session->arena,
                                              &session->diagnostics, &calibration);
    if (status == FAB_OK) {
        status = fab_report_calibration_text(calibration, session->arena, stdout);
    }
    if (status == FAB_OK && options->out != NULL) {
        const fab_calibration_file file = {calibration, session->arena};
        if (!fab_file_replace(options->out, write_data, &file, session->arena)) {
            return FAB_EXIT_MACHINE;
        }
    }
    return fab_session_explain(session, status, options->path);
}

int fab_command_calibrate(int argc, char **argv)
{
    fab_calibrate_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, calibrate);
}
