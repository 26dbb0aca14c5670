#include "arguments.h"
#include "command.h"
#include "replace.h"

#include <argp.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <fabricast/explain.h>
#include <fabricast/ownership.h>
#include <fabricast/required.h>
#include <fabricast/scenario.h>
#include <fabricast/train.h>

/* fabricast train SCENARIO.yaml [--explain] [--required] [--json] [--csv FOLDER] */

typedef struct fab_train_options {
    const char *path;
    const char *folder; /* of tables; NULL: none */
    bool wants_json;
    bool wants_explanation;
    bool wants_required;
} fab_train_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_train_options *options = state->input;
    switch (key) {
    case 'j':
        options->wants_json = true;
        return 0;
    case 'c':
        options->folder = argument;
        return 0;
    case 'e':
        options->wants_explanation = true;
        return 0;
    case 'r':
        options->wants_required = true;
        return 0;
    default:
        return fab_argument_scenario(key, argument, state, &options->path);
    }
}

static const struct argp_option OPTIONS[] = {
    {"csv", 'c', "FOLDER", 0,
     "Write what --explain prints as tables into FOLDER: operators.csv, messages.csv, stages.csv "
     "(s, "
     "byte, FLOP)",
     0},
    {"explain", 'e', NULL, 0,
     "Print what the step is made of: operators (FLOP, byte, s) and messages of each block, memory "
     "by "
     "stage (byte), pipeline",
     0},
    {"json", 'j', NULL, 0, "Print JSON: times in s, sizes in byte, energy in J, bandwidth in bit/s",
     0},
    {"required", 'r', NULL, 0,
     "Print the bandwidth of each tier (bit/s, one direction, per package) that would hide its "
     "messages behind computation, or why there is none",
     0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "SCENARIO.yaml",
    "Forecast one training job: where a step's time goes (s), memory of the fullest package "
    "(byte), "
    "MFU, tokens/s, time to train (days), energy and power of the links."
    "\vExits with 1 when the model does not fit in memory or the fabric cannot be built.",
    NULL,
    NULL,
    NULL};

static bool takes_table(const fab_explained_block *block)
{
    for (size_t i = 0; i < block->operator_count; i++) {
        for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
            if (block->operators[i].phases[phase].limit == FAB_LIMIT_TABLE) {
                return true;
            }
        }
    }
    return false;
}

/* a table of kernels that changes nothing is a mistake in its shapes */
static void tell_unused_table(fab_session *session, const fab_scenario *scenario,
                              const fab_explanation *explanation)
{
    const fab_kernel_table *table = scenario->kernel_table;
    for (size_t i = 0; i < explanation->block_count; i++) {
        if (takes_table(&explanation->blocks[i])) {
            return;
        }
    }
    if (table != NULL && table->count > 0) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_WARNING, FAB_NOWHERE,
                     "`train --explain --json` says the shapes of a job",
                     "no operator of this job has a shape that %s names", table->path);
    }
}

/* what a command prints */
typedef struct fab_train_answer {
    const fab_scenario *scenario;
    fab_explanation explanation;
    fab_requirements required;
} fab_train_answer;

static fab_status print_json(fab_session *session, const fab_train_options *options,
                             const fab_train_answer *answer)
{
    const fab_forecast *forecast = &answer->explanation.forecast;
    const fab_ownership ownership = fab_ownership_forecast(answer->scenario, forecast);
    const fab_run_meter meter = fab_session_meter(session, 1.0);
    return fab_report_forecast_json(answer->scenario, forecast, &ownership,
                                    options->wants_explanation ? &answer->explanation : NULL,
                                    options->wants_required ? &answer->required : NULL, &meter,
                                    session->arena, stdout);
}

static fab_status print_text(fab_session *session, const fab_train_options *options,
                             const fab_train_answer *answer)
{
    const fab_scenario *scenario = answer->scenario;
    const fab_forecast *forecast = &answer->explanation.forecast;
    if (options->wants_explanation) {
        FAB_TRY(
            fab_report_explanation_text(scenario, &answer->explanation, session->arena, stdout));
    }
    if (options->wants_explanation && options->wants_required) {
        fputc('\n', stdout);
    }
    if (options->wants_required) {
        return fab_report_required_text(scenario, &answer->required, session->arena, stdout);
    }
    const fab_ownership ownership = fab_ownership_forecast(scenario, forecast);
    return options->wants_explanation
               ? FAB_OK
               : fab_report_forecast_text(scenario, forecast, &ownership, session->arena, stdout);
}

typedef struct fab_explanation_file {
    const fab_explanation *explanation;
    fab_explanation_table table;
} fab_explanation_file;

static fab_status write_table(const void *content, fab_arena *arena, FILE *stream)
{
    const fab_explanation_file *file = content;
    return fab_report_explanation_csv(file->explanation, file->table, arena, stream);
}

/* Writes the tables into a folder, which is made when there is none. */
static fab_status write_tables(fab_session *session, const char *folder,
                               const fab_explanation *explanation)
{
    static const char *const NAMES[FAB_EXPLANATION_TABLE_COUNT] = {
        [FAB_EXPLANATION_OPERATORS] = "operators",
        [FAB_EXPLANATION_MESSAGES] = "messages",
        [FAB_EXPLANATION_STAGES] = "stages",
    };
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "fabricast: cannot make %s: %s\n", folder, strerror(errno));
        session->is_told = true;
        return FAB_E_IO;
    }
    for (int table = 0; table < FAB_EXPLANATION_TABLE_COUNT; table++) {
        const fab_explanation_file file = {explanation, (fab_explanation_table)table};
        const char *path = fab_arena_printf(session->arena, "%s/%s.csv", folder, NAMES[table]);
        if (path == NULL) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(fab_file_replace(session, path, write_table, &file));
    }
    return FAB_OK;
}

static fab_status forecast(fab_session *session, const fab_train_options *options, bool *feasible)
{
    fab_train_answer answer;
    FAB_TRY(fab_scenario_load(session->catalog, options->path, session->arena,
                              &session->diagnostics, &answer.scenario));
    FAB_TRY(fab_train_explain(answer.scenario, session->arena, &answer.explanation));
    if (options->wants_required) {
        FAB_TRY(fab_train_require(answer.scenario, session->arena, &answer.required));
    }
    if (options->folder != NULL) {
        FAB_TRY(write_tables(session, options->folder, &answer.explanation));
    }
    *feasible = answer.explanation.forecast.is_feasible;
    fab_session_tell_obstacle(session, options->path, &answer.explanation.forecast);
    tell_unused_table(session, answer.scenario, &answer.explanation);
    return options->wants_json ? print_json(session, options, &answer)
                               : print_text(session, options, &answer);
}

static int train(fab_session *session, void *arguments)
{
    const fab_train_options *options = arguments;
    bool feasible = false;
    const fab_status status = forecast(session, options, &feasible);
    const int code = fab_session_explain(session, status, options->path);
    return code == FAB_EXIT_DONE && !feasible ? FAB_EXIT_NO : code;
}

int fab_command_train(int argc, char **argv)
{
    fab_train_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, train);
}
