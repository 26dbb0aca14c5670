#include "command.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fabricast/validate.h>

#include "replace.h"

/* fabricast validate [FILE.csv] [--source KEY] [--csv OUT] [--figures FOLDER] [--max-median SHARE]
 * [--json] */

typedef struct fab_validate_options {
    const char *path; /* NULL: the table built in */
    const char *source_key;
    const char *table;
    const char *figures;     /* folder */
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
    case 'f':
        options->figures = argument;
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
    {"figures", 'f', "FOLDER", 0,
     "Draw validation-forecast.svg and validation-scale.svg into FOLDER, which must exist", 0},
    {"max-median", 'm', "SHARE", 0,
     "Exit with 1 when the median error of all rows is above SHARE (0.08)", 0},
    {"json", 'j', NULL, 0, "Print JSON: times in s, sizes in byte", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "[FILE.csv]",
    "Forecast what was measured and say how far the forecasts miss, by source, GPU, precision and "
    "kind of model. FILE.csv is known by its header: training runs, iterations on one node, runs "
    "that fit or ran out of memory, collectives. Without a file all tables that are built in. What "
    "a row leaves open is assumed or searched, and said in the table that --csv writes."
    "\vExits with 1 when a bar on the command line is missed.",
    NULL,
    NULL,
    NULL};

static fab_status write_table(const void *content, fab_arena *arena, FILE *stream)
{
    return fab_report_validation_csv(content, arena, stream);
}

typedef struct fab_picture_file {
    const fab_validation *runs;
    int picture;
} fab_picture_file;

static fab_status write_picture(const void *content, fab_arena *arena, FILE *stream)
{
    const fab_picture_file *file = content;
    return fab_report_validation_svg(file->runs, file->picture, arena, stream);
}

/* Draws both pictures of the first table. */
static fab_status draw(fab_session *session, const fab_validations *all, const char *folder)
{
    static const char *const NAMES[FAB_PICTURE_COUNT] = {"validation-forecast.svg",
                                                         "validation-scale.svg"};
    for (int picture = 0; picture < FAB_PICTURE_COUNT; picture++) {
        const fab_picture_file file = {&all->tables[0], picture};
        const char *path = fab_arena_printf(session->arena, "%s/%s", folder, NAMES[picture]);
        if (path == NULL) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(fab_file_replace(session, path, write_picture, &file));
    }
    return FAB_OK;
}

static fab_status write_files(fab_session *session, const fab_validate_options *options,
                              const fab_validations *all)
{
    if (options->table != NULL) {
        FAB_TRY(fab_file_replace(session, options->table, write_table, all));
    }
    return options->figures == NULL ? FAB_OK : draw(session, all, options->figures);
}

/* Median error of all rows of the first table; NAN when none has one. */
static double median_frac(const fab_validation *table)
{
    if (table->collective_count > 0) {
        return table->collectives[table->collective_count - 1].median_frac;
    }
    const fab_score_group *group = &table->totals[table->total_count - 1];
    return group->scored_count > 0 ? group->median_frac : (double)NAN;
}

/* Says whether the median error of all rows is above the bar of the command line. */
static bool is_bar_missed(const fab_validations *all, double most_median_frac)
{
    const fab_validation *table = &all->tables[0];
    const double got_frac = median_frac(table);
    if (isnan(most_median_frac) || got_frac <= most_median_frac) {
        return false;
    }
    if (isnan(got_frac)) {
        fprintf(stderr, "fabricast: validate: %s: no row has an error for --max-median %.6g\n",
                table->file, most_median_frac);
    } else {
        fprintf(stderr,
                "fabricast: validate: %s: the median error %.6g is above --max-median %.6g\n",
                table->file, got_frac, most_median_frac);
    }
    return true;
}

/* false, and said, when there is no folder to write into: before anything is written elsewhere */
static bool is_folder(const char *path)
{
    struct stat found;
    const bool is_there = stat(path, &found) == 0;
    const bool is_right = is_there && S_ISDIR(found.st_mode);
    if (!is_right || access(path, W_OK | X_OK) != 0) {
        fprintf(stderr, "fabricast: cannot write into the folder %s: %s\n", path,
                is_there && !is_right ? strerror(ENOTDIR) : strerror(errno));
        return false;
    }
    return true;
}

static double count_rows(const fab_validations *all)
{
    double rows = 0.0;
    for (size_t i = 0; i < all->table_count; i++) {
        rows += (double)all->tables[i].row_count;
    }
    return rows;
}

static int validate(fab_session *session, void *arguments)
{
    const fab_validate_options *options = arguments;
    const char *what = options->path != NULL ? options->path : "the measurements";
    const fab_validations *all = NULL;
    if (options->figures != NULL && !is_folder(options->figures)) {
        return FAB_EXIT_MACHINE;
    }
    fab_status status = fab_validate(session->catalog, options->path, options->source_key,
                                     session->arena, &session->diagnostics, &all);
    if (status == FAB_OK) {
        status = write_files(session, options, all);
    }
    if (status != FAB_OK) {
        return fab_session_explain(session, status, what);
    }
    if (options->wants_json) {
        const fab_run_meter meter = fab_session_meter(session, count_rows(all));
        status = fab_report_validation_json(all, &meter, session->arena, stdout);
    } else {
        status = fab_report_validation_text(all, session->arena, stdout);
    }
    const int code = fab_session_explain(session, status, what);
    return code == FAB_EXIT_DONE && is_bar_missed(all, options->most_median_frac) ? FAB_EXIT_NO
                                                                                  : code;
}

int fab_command_validate(int argc, char **argv)
{
    fab_validate_options options = {.most_median_frac = (double)NAN};
    return fab_session_main(&ARGP, argc, argv, &options, validate);
}
